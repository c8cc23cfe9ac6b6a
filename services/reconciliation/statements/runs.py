"""The making of all statements of a closing date: begun by the calendar once the date has rolled, or by the bank; carried on portion by
portion, by whichever process of the service finds it, until it is done."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.visibility import EVERYTHING, Sight
from kernel.calendar import ONE_DAY
from runtime.identifiers import derived_id
from runtime.service import Resources
from services.reconciliation.domain.statement_periods import Frequency, StatementKind, ending_on, first_day, period_ends
from services.reconciliation.statements.making import Wanted, draw, write
from services.reconciliation.statements.tables import ARRANGEMENT, STATEMENT_RUN
from services.reconciliation.tables import FRAME

log = structlog.get_logger(__name__)
PORTION = 1000
"""So many accounts of a run are looked at in one transaction."""
EVERY_SECONDS = 5.0


async def make_due_statements(resources: Resources) -> None:
    """The periodic task: begin what the calendar asks for, then carry on whatever is running; a run that fails keeps no other from going
    on, and is tried again the next time."""
    await begin_due_runs(resources)
    for run in await running(resources):
        try:
            while await carry_on(resources, run):
                pass
        except Exception as error:
            log.warning("the making of statements broke off", run=str(run), error=repr(error))


async def running(resources: Resources) -> list[UUID]:
    """The runs that are not done, the oldest first."""
    asked = select(STATEMENT_RUN.c.run).where(STATEMENT_RUN.c.state == "running").order_by(STATEMENT_RUN.c.begun_at, STATEMENT_RUN.c.run)
    async with resources.database.reading() as connection:
        return list((await connection.execute(asked)).scalars())


async def begin_due_runs(resources: Resources) -> None:
    """A run for every end of a month that has passed since the last one, or since the first arrangement."""
    async with resources.database.reading() as connection:
        today = await _today(connection)
        latest = select(func.max(STATEMENT_RUN.c.period_end)).where(STATEMENT_RUN.c.origin == "calendar")
        earliest = select(func.min(ARRANGEMENT.c.arranged_on))
        last_end, arranged_on = (await connection.execute(select(latest.scalar_subquery(), earliest.scalar_subquery()))).one()
    if today is None or arranged_on is None:
        return
    ends = list(period_ends(last_end or arranged_on - ONE_DAY, today))
    if ends:
        async with resources.database.transaction() as connection:
            for end in ends:
                await begin_run(connection, derived_id("reconciliation.statements", end), "calendar", end, today)


async def _today(connection: AsyncConnection) -> date | None:
    return (await connection.execute(select(FRAME.business_day.c.business_date))).scalar_one_or_none()


async def begin_run(
    connection: AsyncConnection,
    run: UUID,
    origin: str,
    closing: date,
    today: date,
    *,
    sight: Sight = EVERYTHING,
    teller: str | None = None,
) -> int:
    """Write a run down, once for its identifier; how many accounts it will look at."""
    due = _due(origin, closing, sight)
    total = (await connection.execute(select(func.count()).select_from(due.subquery()))).scalar_one()
    row = {
        "run": run,
        "origin": origin,
        "period_end": closing,
        "outlets": sight.beginning,
        "business_date": today,
        "teller": teller,
        "state": "running" if total else "done",
        "total": total,
        "finished_at": None if total else func.now(),
    }
    await connection.execute(insert_or(STATEMENT_RUN).values(row).on_conflict_do_nothing())
    return total


def _due(origin: str, closing: date, sight: Sight) -> Select[Any]:
    """The arrangements that a run makes statements for."""
    frequencies = ending_on(closing) if origin == "calendar" else (Frequency.ON_DEMAND,)
    conditions: list[ColumnElement[bool]] = [
        ARRANGEMENT.c.exempt.is_(False),
        ARRANGEMENT.c.frequency.in_([each.value for each in frequencies]),
        sight.condition(ARRANGEMENT.c.outlet),
    ]
    if origin == "calendar":
        conditions.append(ARRANGEMENT.c.arranged_on <= closing)
    return select(ARRANGEMENT).where(*conditions)


async def carry_on(resources: Resources, run: UUID) -> bool:
    """One portion of a run, unless it is done or somebody else is at it; whether there was one."""
    mine = select(STATEMENT_RUN).where(STATEMENT_RUN.c.run == run, STATEMENT_RUN.c.state == "running").with_for_update(skip_locked=True)
    async with resources.database.transaction() as connection:
        row = (await connection.execute(mine)).first()
        if row is None:
            return False
        await _portion(connection, resources, row)
    return True


async def _portion(connection: AsyncConnection, resources: Resources, run: Row[Any]) -> None:
    table = ARRANGEMENT.c
    found = _due(run.origin, run.period_end, Sight(run.outlets))
    found = found.where(tuple_(table.account, table.kind) > tuple_(run.after_account, run.after_kind))
    rows = (await connection.execute(found.order_by(table.account, table.kind).limit(PORTION))).all()
    done = {"state": "done", "finished_at": func.now(), "total": STATEMENT_RUN.c.done + len(rows)} if len(rows) < PORTION else {}
    place = {"after_account": rows[-1].account, "after_kind": rows[-1].kind} if rows else {}
    today = await _today(connection)
    assert today is not None
    firsts = {each.value: first_day(each, run.period_end) for each in Frequency}
    wanted = [wanted_of(row, firsts[row.frequency]) for row in rows]
    made = await write(connection, resources, await draw(resources, wanted, run.period_end), run.period_end, today)
    values = {"done": STATEMENT_RUN.c.done + len(rows), "made": STATEMENT_RUN.c.made + len(made.numbers), **place, **done}
    await connection.execute(update(STATEMENT_RUN).where(STATEMENT_RUN.c.run == run.run).values(values))


def wanted_of(arrangement: Row[Any], first: date) -> Wanted:
    """The statement that an arrangement asks for from a date on."""
    return Wanted(arrangement.account, StatementKind(arrangement.kind), first, arrangement.days_until_due)
