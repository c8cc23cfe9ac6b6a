"""操作日志: the append-only log of what was done on the portal and about it (ER 78-80).

An act is written in the transaction that does it, so that there is neither an act without its line nor a line without its act.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.portal.tables import PORTAL_ACT


async def log_act(
    connection: AsyncConnection,
    operator: Operator,
    act: str,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Write down what an operator does: a dotted code, the number of what he does it to, and details that JSON can hold.

    Never a code, a session or a ticket. Without a moment it is that of the database's transaction.
    """
    await _write(
        connection,
        side="customer",
        customer_number=operator.customer_number,
        operator_number=operator.operator_number,
        act=act,
        subject=subject,
        details=dict(details or {}),
        at=at,
    )


async def log_nameless(
    connection: AsyncConnection, act: str, *, customer_number: str | None, operator_number: str | None, at: datetime
) -> None:
    """Write down what somebody does who has not proved who he is: under the operator whose name he gave, under nobody if there is none."""
    await _write(connection, side="customer", customer_number=customer_number, operator_number=operator_number, act=act, at=at)


async def log_bank_act(
    work: Work,
    act: str,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
    *,
    customer_number: str | None = None,
    operator_number: str | None = None,
) -> None:
    """Write down what the bank does in a counter transaction, about which customer and which operator if it is about one."""
    made_by = {"posting_id": str(work.posting_id), "second": work.second.teller if work.second else None}
    await _write(
        work.connection,
        side="bank",
        customer_number=customer_number,
        operator_number=operator_number,
        teller=work.principal.teller,
        act=act,
        subject=subject,
        details={**(details or {}), **made_by},
        at=work.resources.clock.now(),
    )


async def _write(connection: AsyncConnection, *, at: datetime | None, **values: Any) -> None:
    moment = {} if at is None else {"at": at}
    await connection.execute(PORTAL_ACT.insert().values(**values, **moment))
