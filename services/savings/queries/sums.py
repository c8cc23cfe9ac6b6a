"""Sums over all deposit accounts, for the proof of the books."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.sub_ledger import group_sums
from contracts.day import Position
from services.savings.tables import ACCOUNT


async def sub_ledger(connection: AsyncConnection) -> list[Position]:
    """Group sums of all deposit accounts, for the proof of the books."""
    table = ACCOUNT.c
    return await group_sums(connection, table.account, table.outlet, table.currency, table.business_code, table.balance_minor)


async def group_balances(connection: AsyncConnection, group: Position) -> dict[str, int]:
    """Every account of one group that has a balance."""
    table = ACCOUNT.c
    of_group = (table.outlet == group.outlet, table.currency == group.currency, table.business_code == group.business_code)
    rows = await connection.execute(select(table.account, table.balance_minor).where(*of_group, table.balance_minor != 0))
    return {row.account: row.balance_minor for row in rows}
