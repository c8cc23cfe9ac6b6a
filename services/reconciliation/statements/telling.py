"""Messages to the telephones of operators about statements that wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, any_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reconciliation.domain.statement_states import TO_BE_DECIDED, Side
from services.reconciliation.portal.sms import queue_many
from services.reconciliation.portal.tables import PORTAL_OPERATOR
from services.reconciliation.statements.tables import STATEMENT

TOLD_WITHIN = timedelta(hours=24)
"""Later the message is of no use; the portal shows the same."""


def _whose_turn() -> tuple[ColumnElement[bool], ...]:
    """Who has to do with a statement: the clerks of its account, or the supervisor whose decision is waited for."""
    operator, statement = PORTAL_OPERATOR.c, STATEMENT.c
    decided_next = statement.state.in_([each.value for each in TO_BE_DECIDED])
    return (
        operator.customer_number == statement.customer_number,
        operator.state == "bound",
        operator.phone.is_not(None),
        any_(operator.accounts) == statement.account,
        (decided_next & (operator.operator_number == statement.supervisor)) | (~decided_next & (operator.role == Side.CLERK.value)),
    )


async def tell_reminded(connection: AsyncConnection, numbers: Sequence[str], overdue: ColumnElement[bool], now: datetime) -> None:
    """One message to each operator who has statements among these to act on: how many are soon due, how many overdue."""
    operator = PORTAL_OPERATOR.c
    counted = (
        select(operator.phone, func.count().filter(~overdue).label("coming"), func.count().filter(overdue).label("overdue"))
        .select_from(PORTAL_OPERATOR.join(STATEMENT, operator.customer_number == STATEMENT.c.customer_number))
        .where(STATEMENT.c.number.in_(numbers), *_whose_turn())
        .group_by(operator.customer_number, operator.operator_number, operator.phone)
    )
    rows = await connection.execute(counted)
    told = [(row.phone, {"coming": row.coming, "overdue": row.overdue}) for row in rows]
    await queue_many(connection, "statements_due", told, now=now, until=now + TOLD_WITHIN)


async def tell_answered(connection: AsyncConnection, statement: Row[Any], due_on: str, now: datetime) -> None:
    """A message to every clerk of the account that the bank has answered; after the statement has moved."""
    operator = PORTAL_OPERATOR.c
    asked = select(operator.phone).select_from(PORTAL_OPERATOR.join(STATEMENT, operator.customer_number == STATEMENT.c.customer_number))
    phones = (await connection.execute(asked.where(STATEMENT.c.number == statement.number, *_whose_turn()))).scalars().all()
    values = {"number": statement.number, "due_on": due_on}
    await queue_many(connection, "statement_answered", [(phone, values) for phone in phones], now=now, until=now + TOLD_WITHIN)
