"""What an account owner says of its accounts when the books are proved: group sums with a checksum over every account and balance."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import literal

from contracts.day import Position, SubLedger
from runtime.auth import service_only
from runtime.service import resources_of

router = APIRouter(prefix="/internal/day/sub-ledger", dependencies=[Depends(service_only)], include_in_schema=False)


async def group_sums(
    connection: AsyncConnection,
    account: ColumnElement[str],
    outlet: ColumnElement[str],
    currency: ColumnElement[str],
    business_code: ColumnElement[str],
    balance_minor: ColumnElement[int],
) -> list[Position]:
    """Group sums over the columns of an account table; accounts with a zero balance do not count, so that a closed account needs no
    ledger row."""
    checksum = func.bit_xor(func.hashtextextended(account + literal(":") + cast(balance_minor, String), 0))
    rows = await connection.execute(
        select(outlet, currency, business_code, func.count(), func.sum(balance_minor), checksum)
        .where(balance_minor != 0)
        .group_by(outlet, currency, business_code)
        .order_by(outlet, currency, business_code)
    )
    return [
        Position(outlet=row[0], currency=row[1], business_code=row[2], accounts=row[3], total_minor=int(row[4]), checksum=int(row[5]))
        for row in rows
    ]


@router.get("")
async def sub_ledger(request: Request) -> SubLedger:
    """The group sums of the accounts this service owns."""
    resources = resources_of(request)
    async with resources.database.reading() as connection:
        return SubLedger(service=resources.name, groups=await request.app.state.service.sub_ledger(connection))


@router.get("/accounts")
async def accounts(outlet: str, currency: str, business_code: str, request: Request) -> dict[str, dict[str, int]]:
    """Every account of one group with its balance, credit positive."""
    group = Position(outlet=outlet, currency=currency, business_code=business_code, accounts=0, total_minor=0, checksum=0)
    async with resources_of(request).database.reading() as connection:
        return {"balances": await request.app.state.service.group_balances(connection, group)}
