"""Drives the unfinished run, step by step. One process at a time does, wherever the run was started; after a crash the next one goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from kernel.errors import DomainError, Kind
from runtime.database import Database, is_outage
from runtime.problems import INTERNAL
from runtime.service import Resources
from services.ledger.day_end.day import Day
from services.ledger.day_end.model import RUN_COLUMNS, Run, add_steps, run_of
from services.ledger.day_end.steps import STEP_NAMES, STEPS, Step
from services.ledger.day_end.waiting import Patience
from services.ledger.tables import DAY_END_RUN, DAY_END_STEP

log = structlog.get_logger(__name__)
LOOK_AGAIN_SECONDS = 2.0
REPORT_SECONDS = 0.25
TAKE_LOCK = "SELECT pg_try_advisory_lock(hashtext('ledger.day_end.driver'))"
BY_NAME = {step.name: step for step in STEPS}
_COMPILED: dict[Any, Any] = {}
"""The few statements of drivers, as the next driver's engine needs them again."""


def bell(resources: Resources) -> asyncio.Event:
    """Rung when a run was started, so that its driver does not wait for the next look."""
    if "day_end_bell" not in resources.state:
        resources.state["day_end_bell"] = asyncio.Event()
        resources.state["day_end_bell"].set()
    return resources.state["day_end_bell"]


async def attend(resources: Resources) -> None:
    """The periodic task: drive whatever is unfinished, at the start of the service, when the bell rings, and every now and then."""
    ringing = bell(resources)
    try:
        await asyncio.wait_for(ringing.wait(), LOOK_AGAIN_SECONDS)
    except TimeoutError:
        pass
    ringing.clear()
    if await _is_running(resources.database):
        await drive(resources)


async def _is_running(database: Database) -> bool:
    async with database.reading() as connection:
        return (await connection.execute(select(DAY_END_RUN.c.run).where(DAY_END_RUN.c.state == "running"))).first() is not None


async def drive(resources: Resources) -> None:
    """Do the steps of the running run until it is done or failed. Returns at once if another process drives it."""
    async with _sole_driver(resources.database) as connection:
        if connection is None:
            return
        log.info("day end goes on")
        driver = Driver(resources, connection)
        while await driver.one_step():
            pass


@asynccontextmanager
async def _sole_driver(database: Database) -> AsyncIterator[AsyncConnection | None]:
    """A connection of its own that holds the drivers' lock as long as it lives, or None if another has it.

    The state of steps is written through it, so a driver that lost the lock can write nothing any more. It need not reach the disk at once:
    a step done is a step that may be done again.
    """
    settings = {"application_name": "day_end", "synchronous_commit": "off"}
    engine = create_async_engine(database.engine.url, poolclass=NullPool, connect_args={"server_settings": settings})
    try:
        async with engine.execution_options(compiled_cache=_COMPILED).connect() as connection:
            taken = (await connection.execute(text(TAKE_LOCK))).scalar_one()
            await connection.commit()
            yield connection if taken else None
    finally:
        await engine.dispose()


@dataclass
class Driver:
    """One process's turn at the run."""

    resources: Resources
    connection: AsyncConnection

    async def one_step(self) -> bool:
        """Do the next step. False when there is none: the run is done, failed, or there is no run."""
        found = await self._next()
        if found is None:
            return False
        run, step = found
        problem = await self._attempt(run, step)
        async with self.connection.begin():
            if problem is not None:
                await self._fail(run, step, problem)
                return False
            await self._finish(run, step)
        return True

    async def _next(self) -> tuple[Run, Step] | None:
        """The running run and its next step, marked as running."""
        table = DAY_END_STEP
        async with self.connection.begin():
            chosen = (
                select(*RUN_COLUMNS, table.c.name.label("step"))
                .join(table, table.c.business_date == DAY_END_RUN.c.business_date)
                .where(DAY_END_RUN.c.state == "running", table.c.state != "done")
                .order_by(table.c.position)
                .limit(1)
            )
            row: Row[Any] | None = (await self.connection.execute(chosen)).first()
            if row is None:
                return None
            run = run_of(row)
            await self._set_step(run, BY_NAME[row.step], state="running", problem=None)
        return run, BY_NAME[row.step]

    async def _attempt(self, run: Run, step: Step) -> DomainError | None:
        """Do a step, again while a service cannot be reached. The problem that stops the day, if there is one.

        What is neither a refusal nor an outage is a fault of ours: it stops the day too, rather than being tried for ever.
        Raises what says that the database is away.
        """
        patience = Patience(self.resources.settings.day_end_patience_seconds)
        day = Day(
            self.resources,
            run.run,
            run.business_date,
            run.next_date,
            run.force_close,
            self.resources.settings.day_end_patience_seconds,
            self._reporter(run, step),
        )
        while True:
            try:
                await step.run(day)
                return None
            except DomainError as error:
                passing = error.type.kind is Kind.UNAVAILABLE and error.code != INTERNAL.code
                if not (passing and await patience.wait(error.code)):
                    return error
            except Exception as error:
                if is_outage(error):
                    raise
                log.error("day end step failed", step=step.name, date=run.business_date.isoformat(), exc_info=error)
                return INTERNAL()

    def _reporter(self, run: Run, step: Step) -> Callable[[int, int], Awaitable[None]]:
        """Writes progress down, not more often than somebody would look, but always what is complete."""
        written: list[Any] = [0.0, None]

        async def report(done: int, total: int) -> None:
            if (done, total) == written[1] or (done < total and time.monotonic() - written[0] < REPORT_SECONDS):
                return
            written[:] = time.monotonic(), (done, total)
            async with self.connection.begin():
                await self._set_step(run, step, done=done, total=total)

        return report

    async def _set_step(self, run: Run, step: Step, **values: Any) -> None:
        table = DAY_END_STEP
        await self.connection.execute(
            table.update().where(table.c.business_date == run.business_date, table.c.name == step.name).values(values)
        )

    async def _fail(self, run: Run, step: Step, problem: DomainError) -> None:
        log.warning("day end stopped", step=step.name, date=run.business_date.isoformat(), code=problem.code)
        await self._set_step(run, step, state="failed", problem={"code": problem.code, **problem.text.as_dict()})
        await self._set_run(run, state="failed", finished_at=func.now())

    async def _finish(self, run: Run, step: Step) -> None:
        """Mark a step done; after the last one the run is done too, or at its next date, with fresh steps."""
        await self._set_step(run, step, state="done", finished_at=func.now())
        if step.name != STEP_NAMES[-1]:
            return
        held = select(*RUN_COLUMNS).where(DAY_END_RUN.c.run == run.run).with_for_update()
        newest = run_of((await self.connection.execute(held)).one())
        log.info("business date ended", date=run.business_date.isoformat())
        if newest.goes_on:
            await self._set_run(run, business_date=run.next_date)
            await add_steps(self.connection, run.run, run.next_date, STEP_NAMES)
        else:
            await self._set_run(run, state="done", finished_at=func.now())

    async def _set_run(self, run: Run, **values: Any) -> None:
        await self.connection.execute(DAY_END_RUN.update().where(DAY_END_RUN.c.run == run.run).values(values))
