"""The rows of operators as the bank's transactions change them, one customer at a time, with the history of every change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from services.reconciliation.portal.tables import PORTAL_OPERATOR, PORTAL_OPERATOR_CHANGE

KEPT = ("role", "name", "phone", "accounts", "state", "outlet")
"""What the history says of an operator."""


async def hold_customer(connection: AsyncConnection, customer_number: str) -> None:
    """Until the commit nobody else changes the operators of a customer."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"portal:{customer_number}", 0))))


async def operator_row(connection: AsyncConnection, customer_number: str, operator_number: str) -> Row[Any] | None:
    """The row of an operator, bound or not, locked against signing on."""
    row = PORTAL_OPERATOR.c
    his = (row.customer_number == customer_number, row.operator_number == operator_number)
    return (await connection.execute(select(PORTAL_OPERATOR).where(*his).with_for_update())).first()


async def phone_holder(connection: AsyncConnection, customer_number: str, phone: str) -> str | None:
    """The number of the customer's operator a telephone is bound to."""
    row = PORTAL_OPERATOR.c
    same = (row.customer_number == customer_number, row.phone == phone, row.state == "bound")
    return (await connection.execute(select(row.operator_number).where(*same))).scalar()


async def keep_operator(
    work: Work, before: Row[Any] | None, customer_number: str, operator_number: str, change: str, **values: Any
) -> None:
    """Write an operator's new or changed row, and the change. Each change makes sessions and codes from before it worthless."""
    table = PORTAL_OPERATOR
    numbers = {"customer_number": customer_number, "operator_number": operator_number}
    if before is None:
        await work.connection.execute(table.insert().values(**numbers, **values))
    else:
        his = (table.c[name] == value for name, value in numbers.items())
        await work.connection.execute(table.update().where(*his).values(binding_version=before.binding_version + 1, **values))
    earlier = None if before is None else {name: getattr(before, name) for name in KEPT}
    row = {
        "posting_id": work.posting_id,
        **numbers,
        "change": change,
        "before": earlier,
        "after": {**(earlier or {}), **{name: value for name, value in values.items() if name in KEPT}},
        "made_by": work.principal.teller,
        "second": work.second.teller if work.second else None,
        "business_date": work.business_date,
        "changed_at": work.resources.clock.now(),
    }
    await work.connection.execute(PORTAL_OPERATOR_CHANGE.insert().values(row))
