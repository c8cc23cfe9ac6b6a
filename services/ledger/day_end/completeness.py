"""What every service states of its postings must stand in the journal, and have reached clearing: proved by count and control total."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.clearing import ClearingClient
from contracts.day import DayClient
from contracts.ledger import PostingRequested
from contracts.topology import OWNERS
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from runtime.service import Resources
from services.ledger.day_end.day import Day
from services.ledger.day_end.waiting import Patience
from services.ledger.tables import FRAME, ORIGIN_TOTAL

PARKED = ErrorType(
    "day_end.parked",
    Kind.CONFLICT,
    "总账有 {count} 条搁置消息,首条 {name}:{reason}",
    "{count} messages are parked at the ledger; the first, {name}: {reason}",
)
INCOMPLETE = ErrorType(
    "day_end.incomplete",
    Kind.CONFLICT,
    "{origin} 的账务不齐:{stated_by} {stated} 笔/{stated_total},{held_by} {held} 笔/{held_total}",
    "the postings of {origin} are not complete: {stated_by} states {stated} with a control total of {stated_total}, "
    "{held_by} holds {held} with {held_total}",
)
SERVICES = OWNERS[PostingRequested.NAME]
Totals = Mapping[str, tuple[int, int]]
"""Origin -> number of sets, control total in minor units."""
NONE = (0, 0)


async def confirm_complete(day: Day) -> None:
    """Wait until the journal and clearing hold exactly what the services state.

    Raises `day_end.parked` at once, `day_end.incomplete` when nothing has moved for too long.
    """
    patience = Patience(day.patience_seconds)
    while True:
        stated, posted, ingested = await _read(day.resources, day.business_date)
        await day.report(sum(count for count, _ in posted.values()), sum(count for count, _ in stated.values()))
        if stated == posted == ingested:
            return
        if not await patience.wait((stated, posted, ingested)):
            raise _incomplete("ledger", stated, posted) or _incomplete("clearing", posted, ingested, "ledger") or AssertionError


async def _read(resources: Resources, day: date) -> tuple[Totals, Totals, Totals]:
    """What is stated, what the journal holds, and what clearing has heard of. The statements are read first: they only ever grow."""
    statements = await asyncio.gather(*(DayClient(resources.transport, name).statement(day) for name in SERVICES))
    stated = {each.service: (each.postings, each.control_total_minor) for each in statements}
    async with resources.database.reading() as connection:
        await _refuse_parked(connection)
        rows = await connection.execute(select(ORIGIN_TOTAL).where(ORIGIN_TOTAL.c.business_date == day))
        posted = {row.origin: (row.postings, row.control_total_minor) for row in rows}
    heard = await ClearingClient(resources.transport).positions(day)
    ingested = {each.origin: (each.postings, each.control_total_minor) for each in heard.ingested}
    return tuple({key: total for key, total in each.items() if total != NONE} for each in (stated, posted, ingested))  # type: ignore[return-value]


async def _refuse_parked(connection: AsyncConnection) -> None:
    parked = FRAME.plumbing.parked
    still_open = parked.c.resolved_at.is_(None)
    found = select(parked.c.name, parked.c.reason, func.count().over().label("count")).where(still_open)
    row = (await connection.execute(found.order_by(parked.c.received_at).limit(1))).first()
    if row is not None:
        raise PARKED(count=row.count, name=row.name, reason=row.reason)


def _incomplete(held_by: str, stated: Totals, held: Totals, stated_by: str | None = None) -> Exception | None:
    """The first origin of which `held_by` does not hold what is stated."""
    for origin in sorted({*stated, *held}):
        (count, total), (held_count, held_total) = stated.get(origin, NONE), held.get(origin, NONE)
        if (count, total) != (held_count, held_total):
            return INCOMPLETE(
                origin=origin,
                stated_by=stated_by or origin,
                stated=count,
                stated_total=format_amount(total),
                held_by=held_by,
                held=held_count,
                held_total=format_amount(held_total),
            )
    return None
