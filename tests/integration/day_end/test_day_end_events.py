"""Automatic events: what a service does by itself at the end of a date, portion by portion, in the books before they are netted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from banking.automatic import Automatic, post_automatically
from banking.transaction import Posting
from contracts.day import DayClient, EventProgress
from kernel.errors import DomainError
from runtime.identifiers import derived_id
from runtime.service import Resources
from tests.support.bank import TestBank
from tests.support.business import execute, step

PORTIONS = 3


async def interest_day(resources: Resources, day: date) -> EventProgress:
    """Cash from the vault of 0201 to its box, a yuan in each portion."""
    async with resources.database.transaction() as connection:
        for number in range(PORTIONS):
            posting = Posting(rule="counter.cash.out", currency="CNY", amounts_minor={"amount": 100}, cash_box="00001")
            item = Automatic(derived_id("test.interest", day, number), "0201", posting)
            if await post_automatically(connection, resources, "test.interest", day, [item]):
                return EventProgress(done=number + 1, total=PORTIONS)
    return EventProgress(done=PORTIONS, total=PORTIONS)


async def stuck(resources: Resources, day: date) -> EventProgress:
    return EventProgress(done=1, total=2)


def give_events(bank: TestBank, *events) -> None:
    app = bank.bank.applications["savings"].app
    app.state.service = replace(app.state.service, day_events=events)


async def test_events_are_done_to_their_end_and_their_postings_are_in_the_day(fresh_bank: TestBank):
    give_events(fresh_bank, interest_day)
    before = await _box(fresh_bank)
    run = await fresh_bank.day_end()
    assert run["state"] == "done", run
    assert (step(run, "events")["done"], step(run, "events")["total"]) == (PORTIONS, PORTIONS)
    assert await _box(fresh_bank) - before == PORTIONS * 100
    posted = await fresh_bank.sql("SELECT business_date FROM ledger.posting_set WHERE transaction_code = 'test.interest'")
    assert [row["business_date"] for row in posted] == [date(2005, 9, 1)] * PORTIONS
    stated = await fresh_bank.sql("SELECT postings FROM savings.day_statement WHERE business_date = '2005-09-01'")
    assert stated[0]["postings"] == PORTIONS


async def test_events_that_do_not_get_on_stop_the_day(fresh_bank: TestBank):
    give_events(fresh_bank, stuck)
    failed = step(await fresh_bank.day_end(), "events")
    assert (failed["problem_code"], failed["done"], failed["total"]) == ("day_end.standing_still", 1, 2)
    assert "savings" in failed["problem"]


async def test_events_wait_for_the_close_of_the_date(fresh_bank: TestBank):
    give_events(fresh_bank, interest_day)
    client = DayClient(fresh_bank.bank.transport, "savings")
    with pytest.raises(DomainError) as refused:
        await client.run_events(date(2005, 9, 1))
    assert refused.value.code == "day.not_closed"
    with pytest.raises(DomainError) as refused:
        await client.run_events(date(2005, 9, 2))
    assert refused.value.code == "day.date_wrong"
    await execute(fresh_bank, "UPDATE savings.business_day SET closed = true")
    assert (await client.run_events(date(2005, 9, 1))).done == 1


async def _box(bank: TestBank) -> int:
    return (await bank.sql("SELECT balance_minor FROM ledger.account WHERE account = '902011010100001'"))[0]["balance_minor"]
