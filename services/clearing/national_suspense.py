"""26203: what stands in suspense at a department, why, and what it came from (IB 2402-2416, 2423).

Every row is written in the transaction that posts the money to code 263, and cleared in the one that posts it away, so that the open rows
of a department are the balance of its account.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clearing.domain.national import Reason
from services.clearing.domain.national_errors import SUSPENSE_CLEARED, SUSPENSE_ELSEWHERE, SUSPENSE_UNKNOWN
from services.clearing.national_tables import NATIONAL_SUSPENSE


async def suspend(
    connection: AsyncConnection, *, outlet: str, amount_minor: int, reason: Reason, opened_on: date, posting_id: UUID, **source: Any
) -> None:
    """Open an item; `source` names the inward or the outward item it comes from."""
    row = {"outlet": outlet, "amount_minor": amount_minor, "reason": reason.value, "opened_on": opened_on, "posting_id": posting_id}
    await connection.execute(NATIONAL_SUSPENSE.insert().values(**row, **source))


async def lock_open(connection: AsyncConnection, number: int, outlet: str) -> RowMapping:
    """An open item of the outlet, held until the transaction ends.

    Raises `clearing.national.suspense_unknown`, `.suspense_elsewhere`, `.suspense_cleared`.
    """
    table = NATIONAL_SUSPENSE
    item = (await connection.execute(select(table).where(table.c.number == number).with_for_update())).mappings().first()
    if item is None:
        raise SUSPENSE_UNKNOWN(field="number", number=number)
    if item["outlet"] != outlet:
        raise SUSPENSE_ELSEWHERE(field="number", number=number, outlet=item["outlet"])
    if item["cleared_on"] is not None:
        raise SUSPENSE_CLEARED(field="number", number=number)
    return item


async def clear(connection: AsyncConnection, number: int, *, cleared_on: date, by: str, posting_id: UUID, to: str) -> None:
    """Close an item that is held; `to` is the account it was paid to, or the bank it was sent back to."""
    table = NATIONAL_SUSPENSE
    cleared = {"cleared_on": cleared_on, "cleared_by": by, "clearing_posting_id": posting_id, "cleared_to": to}
    await connection.execute(table.update().where(table.c.number == number).values(cleared))
