"""A run of the day end as rows: starting or resuming it, its steps, and how callers see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import DATE_WRONG, business_date_of
from kernel.errors import ErrorType, Kind
from kernel.text import Text
from runtime.identifiers import new_id
from services.ledger.tables import DAY_END_RUN, DAY_END_STEP, FRAME

THROUGH_NOT_LATER = ErrorType(
    "day_end.through_not_later",
    Kind.INVALID,
    "目标日期 {through} 必须晚于当前营业日 {date}",
    "the date to go through to, {through}, must be later than the business date {date}",
)
THROUGH_TOO_FAR = ErrorType(
    "day_end.through_too_far", Kind.INVALID, "一次最多连续日终 {days} 天", "one run ends at most {days} business dates"
)
FORCE_CLOSE_REFUSED = ErrorType(
    "day_end.force_close_refused",
    Kind.FORBIDDEN,
    "本系统不允许强制轧账,请先完成柜员和网点轧账",
    "this bank does not close tellers and outlets by force; let them balance first",
)
RUN_UNKNOWN = ErrorType("day_end.unknown", Kind.NOT_FOUND, "没有这次日终", "there is no such day end")
LONGEST_DAYS = 3660
"""Ten years: longer than any term a deposit has (IB 359-367)."""
NO_WAY_BACK = "roll"
"""The step that moves services to the next date one by one."""
START_LOCK = "SELECT pg_advisory_xact_lock(hashtext('ledger.day_end.start'))"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller wants: the business date to end as he knew it, the date to go on to, whether to close by force, and who he is."""

    business_date: date
    through: date | None
    force_close: bool
    teller: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run: where it began, the date it is ending now, and where it goes."""

    run: UUID
    first_date: date
    business_date: date
    through: date | None
    force_close: bool
    state: str

    @property
    def next_date(self) -> date:
        """The calendar day after the one being ended."""
        return self.business_date + timedelta(days=1)

    @property
    def goes_on(self) -> bool:
        """Whether another date is to be ended after this one: the business date ends up at `through`."""
        return self.through is not None and self.next_date < self.through

    @property
    def days(self) -> int:
        """How many business dates it ends in all."""
        return max((self.through - self.first_date).days, 1) if self.through else 1

    @property
    def days_done(self) -> int:
        return (self.business_date - self.first_date).days + (self.state == "done")


RUN_COLUMNS = [DAY_END_RUN.c[name] for name in ("run", "first_date", "business_date", "through", "force_close", "state")]


def run_of(row: Row[Any]) -> Run:
    """The run in a row that has at least `RUN_COLUMNS`."""
    return Run(row.run, row.first_date, row.business_date, row.through, row.force_close, row.state)


def check_through(through: date, current: date) -> None:
    """Raise `day_end.through_not_later` or `day_end.through_too_far`."""
    if through <= current:
        raise THROUGH_NOT_LATER(field="through", through=through, date=current)
    if (through - current).days > LONGEST_DAYS:
        raise THROUGH_TOO_FAR(field="through", days=LONGEST_DAYS)


async def start(connection: AsyncConnection, asked: Asked, steps: Sequence[str]) -> Run:
    """The run that ends the date asked for: a new one, or the one there is. An unfinished run goes on, with a later `through` if asked.

    Callers who race get the same run, also one who comes late and finds his date ended. Raises `day_end.through_*`, `day.date_wrong`.
    """
    await connection.execute(text(START_LOCK))
    covers = (DAY_END_RUN.c.first_date <= asked.business_date) & (DAY_END_RUN.c.business_date >= asked.business_date)
    found = select(*RUN_COLUMNS).where(or_(covers, DAY_END_RUN.c.state != "done")).order_by(DAY_END_RUN.c.state == "done").limit(1)
    earlier = (await connection.execute(found)).first()
    if earlier is not None:
        run = run_of(earlier)
        return run if run.state == "done" else await _resume(connection, run, asked)
    current = await business_date_of(connection, FRAME)
    if current != asked.business_date:
        raise DATE_WRONG(field="business_date", service="ledger", date=current)
    if asked.through is not None:
        check_through(asked.through, current)
    run = Run(new_id(), current, current, asked.through, asked.force_close, "running")
    row = {column.name: getattr(run, column.name) for column in RUN_COLUMNS}
    await connection.execute(DAY_END_RUN.insert().values(**row, started_by=asked.teller))
    await add_steps(connection, run.run, current, steps)
    return run


async def _resume(connection: AsyncConnection, run: Run, asked: Asked) -> Run:
    if asked.through is not None:
        check_through(asked.through, run.first_date)
    table = DAY_END_RUN
    values = {
        "state": "running",
        "through": func.greatest(table.c.through, asked.through),
        "force_close": table.c.force_close | asked.force_close,
        "finished_at": None,
    }
    if run.state == "failed":
        await _begin_again(connection, run)
    changed = table.update().where(table.c.run == run.run).values(values).returning(*RUN_COLUMNS)
    return run_of((await connection.execute(changed)).one())


async def _begin_again(connection: AsyncConnection, run: Run) -> None:
    """Put the steps of a stopped date back to the first: what was done about the problem may have changed what earlier steps saw.

    Once services may be on the next date there is no way back, only on.
    """
    table = DAY_END_STEP
    of_date = table.c.business_date == run.business_date
    begun = select(table.c.position).where(of_date, table.c.name == NO_WAY_BACK, table.c.state != "waiting")
    if (await connection.execute(begun)).first() is None:
        await connection.execute(table.update().where(of_date).values(state="waiting", done=0, total=0, problem=None, finished_at=None))


async def add_steps(connection: AsyncConnection, run: UUID, day: date, steps: Sequence[str]) -> None:
    """The steps of a date, all waiting."""
    rows = [
        {"business_date": day, "position": position, "run": run, "name": name, "state": "waiting"}
        for position, name in enumerate(steps, start=1)
    ]
    await connection.execute(DAY_END_STEP.insert(), rows)


async def view(connection: AsyncConnection, run: UUID, titles: dict[str, Text], language: str) -> dict[str, Any]:
    """A run as callers see it: the steps are those of the date it is at. Raises `day_end.unknown`."""
    row = (await connection.execute(select(DAY_END_RUN).where(DAY_END_RUN.c.run == run))).first()
    if row is None:
        raise RUN_UNKNOWN()
    steps = await connection.execute(
        select(DAY_END_STEP).where(DAY_END_STEP.c.business_date == row.business_date).order_by(DAY_END_STEP.c.position)
    )
    return {**_head(row), "steps": [_step(step, titles, language) for step in steps]}


async def recent(connection: AsyncConnection, limit: int) -> list[dict[str, Any]]:
    """The newest runs without their steps."""
    rows = await connection.execute(select(DAY_END_RUN).order_by(DAY_END_RUN.c.first_date.desc()).limit(limit))
    return [_head(row) for row in rows]


def _head(row: Row[Any]) -> dict[str, Any]:
    run = run_of(row)
    return {
        "run": str(run.run),
        "business_date": run.business_date.isoformat(),
        "state": run.state,
        "first_business_date": run.first_date.isoformat(),
        "through": run.through.isoformat() if run.through else None,
        "days_done": run.days_done,
        "days": run.days,
        "force_close": run.force_close,
        "started_by": row.started_by,
        "started_at": row.started_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def _step(row: Row[Any], titles: dict[str, Text], language: str) -> dict[str, Any]:
    title = titles.get(row.name)
    shown = {
        "name": row.name,
        "title": title.as_dict() if title else {},
        "state": row.state,
        "done": row.done,
        "total": row.total,
    }
    if row.problem:
        shown |= {"problem": row.problem[language], "problem_code": row.problem["code"]}
    return shown
