"""What an account owner says of its accounts when the books are proved: group sums with a checksum over every account and balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import literal

from contracts.day import AccountMovements, Position, PostedAmount, SubLedger
from runtime.auth import service_only
from runtime.service import resources_of

MOST_POSTINGS = 5_000
"""Postings of an account on one date that an answer tells; more are cut off, and it says so."""

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


@dataclass(frozen=True, slots=True)
class AccountLines:
    """Where the lines of accounts stand: account, date, posting, and the change it made, credit positive."""

    account: ColumnElement[str]
    business_date: ColumnElement[date]
    posting_id: ColumnElement[UUID]
    change_minor: ColumnElement[int]


async def movements_of(connection: AsyncConnection, lines: AccountLines, account: str, day: date | None) -> AccountMovements:
    """What moved an account: sums by date, or of one date by posting."""
    change = func.sum(lines.change_minor)
    if day is None:
        summed = select(lines.business_date, change).where(lines.account == account).group_by(lines.business_date)
        return AccountMovements(days={row[0]: int(row[1]) for row in await connection.execute(summed.order_by(lines.business_date))})
    mine = (lines.account == account, lines.business_date == day)
    summed = select(lines.posting_id, change).where(*mine).group_by(lines.posting_id).order_by(lines.posting_id).limit(MOST_POSTINGS + 1)
    rows = (await connection.execute(summed)).all()
    found = [PostedAmount(posting_id=row[0], change_minor=int(row[1])) for row in rows[:MOST_POSTINGS]]
    return AccountMovements(postings=found, more=len(rows) > MOST_POSTINGS)


@router.get("/movements")
async def movements(account: str, request: Request, business_date: date | None = None) -> AccountMovements:
    """What moved an account that this service keeps: sums by date, or of one date by posting; credit positive."""
    lines: AccountLines = request.app.state.service.account_lines
    async with resources_of(request).database.reading() as connection:
        return await movements_of(connection, lines, account, business_date)


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
