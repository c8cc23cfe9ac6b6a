"""What a run of the day end knows about itself, and how long it waits."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from kernel.errors import DomainError
from services.ledger.day_end.model import LONGEST_DAYS, Run, check_through
from services.ledger.day_end.steps import FIRST_TO_OPEN, LAST_TO_OPEN, STEP_NAMES
from services.ledger.day_end.waiting import Patience

FIRST = date(2005, 12, 30)


def a_run(at: date = FIRST, through: date | None = None, state: str = "running") -> Run:
    return Run(UUID(int=1), FIRST, at, through, False, state)


def test_the_next_date_is_the_next_calendar_day_also_over_the_year():
    assert a_run(date(2005, 12, 31)).next_date == date(2006, 1, 1)
    assert a_run(date(2004, 2, 28)).next_date == date(2004, 2, 29)


def test_a_run_without_a_goal_ends_one_date():
    run = a_run()
    assert (run.goes_on, run.days, run.days_done) == (False, 1, 0)
    assert a_run(state="done").days_done == 1


def test_a_run_goes_on_until_the_business_date_is_its_goal():
    through = date(2006, 1, 2)
    dates = [date(2005, 12, 30), date(2005, 12, 31), date(2006, 1, 1)]
    assert [a_run(day, through).goes_on for day in dates] == [True, True, False]
    assert [a_run(day, through).days_done for day in dates] == [0, 1, 2]
    assert a_run(dates[-1], through, "done").days_done == a_run(FIRST, through).days == 3


def test_the_goal_must_be_later_and_within_ten_years():
    check_through(date(2005, 12, 31), FIRST)
    for through, code in ((FIRST, "not_later"), (date(2005, 1, 1), "not_later"), (date(2016, 12, 31), "too_far")):
        with pytest.raises(DomainError) as refused:
            check_through(through, FIRST)
        assert (refused.value.code, refused.value.field) == (f"day_end.through_{code}", "through")
    assert LONGEST_DAYS > 8 * 366, "a deposit of eight years can be taken to its maturity in one run"


def test_the_books_are_proved_after_they_are_made_and_before_the_date_moves():
    order = {name: position for position, name in enumerate(STEP_NAMES)}
    assert (
        order["statements"]
        < order["completeness"]
        < order["events"]
        < order["netting"]
        < order["journal"]
        < order["general_ledger"]
        < order["proofs"]
    )
    assert STEP_NAMES[-1] == "roll" and (FIRST_TO_OPEN, LAST_TO_OPEN) == ("ledger", "counter")


async def test_patience_ends_when_nothing_changes_and_is_renewed_by_change():
    spent = Patience(0.0)
    assert await spent.wait(1), "the first sight is always worth a pause"
    assert await spent.wait(2)
    assert not await spent.wait(2)
    assert await spent.wait(3)
