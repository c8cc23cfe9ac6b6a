"""应付利息: at the end of a quarter, what deposits of a year or more have gathered in it, for the period end to book (IB 2593-2612).

The manual's formula is the products at the end of the quarter less those at its beginning, at the rate of the slip. Deposits that were paid
out meanwhile took their interest with them and are not in it; the days before the running term were paid when it was renewed, those after
its maturity are not counted (decision 0018). Set-wise, portion by portion; a quarter is kept once.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.day import EventProgress
from contracts.savings import InterestPayable, PayableGroup
from kernel.calendar import ONE_DAY, DaysOfYear, add_months
from kernel.interest import interest_on_products
from runtime.auth import service_only
from runtime.database import driver_connection
from runtime.service import Resources, resources_of
from services.savings.domain.life.education import UNCERTIFIED
from services.savings.domain.life.segments import YEAR_DAYS
from services.savings.parameters.load import parameters
from services.savings.portions import Place, keep_place, place_of
from services.savings.tables import EVENT_PROGRESS, INTEREST_PAYABLE

EVENT = "interest_payable"
PORTION = 20_000
"""How many deposits one transaction of the day end looks at."""
QUARTER_ENDS = DaysOfYear.of("03-31", "06-30", "09-30", "12-31")
LIVE = "matures_on >= (starts_on + interval '1 year')::date AND starts_on < $1::date"
"""Deposits of a year or more that run on a day."""
ADD = f"""
WITH rate AS (
    SELECT * FROM unnest($5::text[], $6::date[], $7::numeric[]) AS given (term, effective, pct)
), portion AS (
    SELECT t.account, a.outlet, a.business_code, a.currency, a.balance_minor, a.opened_on, greatest($2::date, t.starts_on) AS first,
           least($1::date, t.matures_on) AS until, coalesce(t.annual_pct, (
               SELECT pct FROM rate WHERE rate.term = t.term AND effective <= t.starts_on ORDER BY effective DESC LIMIT 1)) AS annual_pct
    FROM savings.term_deposit AS t JOIN savings.account AS a USING (account)
    WHERE t.account > $3::text AND t.account <= $4::text AND {LIVE} AND a.status IN ('normal', 'dormant') AND a.interest_bearing
), gathered AS (
    SELECT p.*, p.balance_minor::numeric * greatest(0, until - first) - coalesce((
        SELECT sum(line.amount_minor * greatest(0, least(line.value_date, p.until) - p.first)) FROM savings.account_line AS line
        WHERE line.account = p.account AND line.value_date > p.first), 0) AS products
    FROM portion AS p
)
INSERT INTO savings.interest_payable AS kept (quarter_end, outlet, business_code, currency, annual_pct, accounts, products)
SELECT $8::date, outlet, business_code, currency, annual_pct, count(*), sum(products) FROM gathered
WHERE products <> 0 GROUP BY outlet, business_code, currency, annual_pct
ON CONFLICT (quarter_end, outlet, business_code, currency, annual_pct)
DO UPDATE SET accounts = kept.accounts + excluded.accounts, products = kept.products + excluded.products
"""

router = APIRouter(prefix="/internal/interest", dependencies=[Depends(service_only)], include_in_schema=False)


@router.get("/payable")
async def payable_route(quarter_end: date, request: Request) -> InterestPayable:
    """What a quarter gathered, by outlet, business code and rate; `complete` once the day end of its last day has seen every deposit."""
    async with resources_of(request).database.reading() as connection:
        return await payable_of(connection, quarter_end)


async def payable_of(connection: AsyncConnection, quarter_end: date) -> InterestPayable:
    """The rows of a quarter, in the order of outlet, business code, currency and rate."""
    table, progress = INTEREST_PAYABLE, EVENT_PROGRESS.c
    found = await connection.execute(select(table).where(table.c.quarter_end == quarter_end).order_by(*table.primary_key.columns))
    mine = select(progress.done, progress.total).where(progress.business_date == quarter_end, progress.event == EVENT)
    seen = (await connection.execute(mine)).first()
    complete = seen is not None and seen.done >= seen.total
    return InterestPayable(quarter_end=quarter_end, complete=complete, groups=[group_of(row) for row in found])


def group_of(row: Row[Any]) -> PayableGroup:
    """A row of the table with the interest its products come to."""
    products = int(row.products)
    return PayableGroup(
        outlet=row.outlet,
        business_code=row.business_code,
        currency=row.currency,
        annual_pct=row.annual_pct.normalize(),
        accounts=row.accounts,
        products=products,
        interest=interest_on_products(products, row.annual_pct, YEAR_DAYS, row.currency),
    )


async def gather_interest_payable(resources: Resources, day: date) -> EventProgress:
    """The day-end event: the next portion of the deposits on the last day of a quarter; nothing on any other day."""
    if day not in QUARTER_ENDS:
        return EventProgress()
    async with resources.database.transaction() as connection:
        place = await place_of(connection, EVENT, day, lambda: _count(connection, day))
        if not place.finished:
            place = await _gather(connection, place)
            await keep_place(connection, place)
    return place.progress


async def _count(connection: AsyncConnection, day: date) -> int:
    raw = await driver_connection(connection)
    return int(await raw.fetchval(f"SELECT count(*) FROM savings.term_deposit WHERE {LIVE}", day + ONE_DAY))


async def _gather(connection: AsyncConnection, place: Place) -> Place:
    raw = await driver_connection(connection)
    end = place.business_date + ONE_DAY
    portion = f"SELECT account FROM savings.term_deposit WHERE {LIVE} AND account > $2 ORDER BY account LIMIT $3"
    found = await raw.fetchrow(f"SELECT max(account) AS last, count(*) AS accounts FROM ({portion}) AS portion", end, place.after, PORTION)
    if not found["accounts"]:
        return place.moved(None, 0)
    await raw.execute(ADD, end, add_months(end, -3), place.after, found["last"], *_education_rates(), place.business_date)
    return place.moved(found["last"], found["accounts"])


def _education_rates() -> tuple[list[str], list[date], list[Decimal]]:
    """Education savings agree on no rate: without the certificate, which nobody has seen yet, they earn the instalment rate of the opening
    day. Term, first day and percent a year of every value."""
    entries = [(term, entry) for term, name in UNCERTIFIED.items() for entry in parameters().rates[name].entries]
    return [term for term, _ in entries], [entry.effective for _, entry in entries], [entry.value for _, entry in entries]
