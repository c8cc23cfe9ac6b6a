"""A process that dies at any point of a day end: the next one goes on, and the books come out as if nothing had happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.day import DayClient
from services.ledger.day_end import runner
from services.ledger.day_end.day import Day
from services.ledger.day_end.steps import STEP_NAMES, Step
from tests.integration.day_end.conftest import IMPATIENT
from tests.support.bank import TestBank, running_bank, test_settings
from tests.support.business import books_of, business_dates, busy_day, start_day_end
from tests.support.waiting import until

pytestmark = pytest.mark.slow

FIRST = date(2005, 9, 1)
DEATHS = [(step, when) for step in STEP_NAMES for when in ("before", "after")]


class Death:
    """Ends the driver once, at one place of one date, as the end of its process would."""

    def __init__(self, day: date, step: str, when: str) -> None:
        self.place = (day, step, when)
        self.struck = asyncio.Event()

    def strike(self, day: date, step: str, when: str) -> None:
        if (day, step, when) == self.place and not self.struck.is_set():
            self.struck.set()
            raise asyncio.CancelledError

    def wrap(self, step: Step) -> Step:
        async def run(day: Day) -> None:
            self.strike(day.business_date, step.name, "before")
            await step.run(day)
            self.strike(day.business_date, step.name, "after")

        return replace(step, run=run)


async def resume_until(bank_template: Any, database: str, struck: asyncio.Event | None = None) -> str | None:
    """A new process on the same database: it goes on by itself. Returns how the run ended, None if the process died again."""
    async with running_bank(bank_template, database=database, demo=False, settings=test_settings(**IMPATIENT)) as bank:
        return await _watch(bank, struck)


async def _watch(bank: TestBank, struck: asyncio.Event | None) -> str | None:
    async def over() -> bool:
        return (struck is not None and struck.is_set()) or await state() != "running"

    async def state() -> str:
        return (await bank.sql("SELECT state FROM ledger.day_end_run"))[0]["state"]

    await until(over, "the run ends or dies", 0.05)
    return None if struck is not None and struck.is_set() else await state()


async def _books(bank_template: Any, days: int, die: Callable[[date], Death] | None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The books after so many days, the first of them busy; on every day the process dies where `die` says."""
    through = FIRST + timedelta(days=days)
    deaths = [die(FIRST + timedelta(days=number)) for number in range(days)] if die else []
    for death in deaths:
        for name in STEP_NAMES:
            monkeypatch.setitem(runner.BY_NAME, name, death.wrap(runner.BY_NAME[name]))
    async with running_bank(bank_template, settings=test_settings(**IMPATIENT), kept=True) as bank:
        await busy_day(bank)
        await start_day_end(bank, force_close="true", through=through.isoformat())
        state = await _watch(bank, deaths[0].struck if deaths else None)
    for death in [*deaths[1:], None] if deaths else []:
        state = await resume_until(bank_template, bank.database, death.struck if death else None)
    assert state == "done"
    assert all(death.struck.is_set() for death in deaths)
    assert await business_dates(bank) == {through}
    return await books_of(bank)


@pytest.mark.slow
async def test_dying_before_and_after_every_step_leaves_the_same_books(bank_template, monkeypatch):
    untouched = await _books(bank_template, len(DEATHS), None, monkeypatch)
    places = iter(DEATHS)
    assert await _books(bank_template, len(DEATHS), lambda day: Death(day, *next(places)), monkeypatch) == untouched


@pytest.mark.parametrize("step", ["netting", "general_ledger", "proofs", "roll"])
async def test_dying_on_a_busy_day_leaves_the_same_books(bank_template, monkeypatch, step):
    untouched = await _books(bank_template, 1, None, monkeypatch)
    assert await _books(bank_template, 1, lambda day: Death(day, step, "after"), monkeypatch) == untouched


@pytest.mark.parametrize("reached", range(1, 7))
async def test_dying_while_some_services_have_the_new_date(bank_template, monkeypatch, reached):
    """The roll dies after so many of the seven services: nobody who is behind can post, and the rest follow."""
    struck = asyncio.Event()
    opened: list[str] = []
    original = DayClient.open

    async def open_and_die(self: DayClient, business_date: date, outlets: list[str]) -> None:
        if not struck.is_set():
            if len(opened) == reached:
                struck.set()
                raise asyncio.CancelledError
            opened.append(self.service)
        await original(self, business_date, outlets)

    async with running_bank(bank_template, settings=test_settings(**IMPATIENT), kept=True) as bank:
        await busy_day(bank)
        monkeypatch.setattr(DayClient, "open", open_and_die)
        started = await start_day_end(bank, force_close="true")
        assert await _watch(bank, struck) is None
        assert opened[0] == "ledger" and "counter" not in opened
        asked_again = await start_day_end(bank, force_close="true")
        assert asked_again["run"] == started["run"], "the ledger is on the new date, the run is not over"
    assert await resume_until(bank_template, bank.database) == "done"
    assert await business_dates(bank) == {FIRST + timedelta(days=1)}
    assert await bank.sql("SELECT 1 FROM savings.business_day WHERE closed UNION ALL SELECT 1 FROM counter.business_day WHERE closed") == []


async def test_only_one_process_drives(bank_template):
    """Two drivers at once: the second finds the lock taken and leaves."""
    async with running_bank(bank_template, settings=test_settings(**IMPATIENT)) as bank:
        resources = bank.bank.applications["ledger"].resources
        async with runner._sole_driver(resources.database) as first:
            assert first is not None
            async with runner._sole_driver(resources.database) as second:
                assert second is None
            await start_day_end(bank, force_close="true")
            await runner.drive(resources)
            waiting = await bank.sql("SELECT 1 FROM ledger.day_end_step WHERE state = 'waiting'")
            assert len(waiting) == len(STEP_NAMES)
        assert await _watch(bank, None) == "done"
