"""Netting over a real database: the worked example, what stops a run, what is left over, and who may run at once."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from contracts.clearing import ClearingClient
from contracts.day import DayClient
from kernel.errors import DomainError
from launch.demo import BUSINESS_DATE
from services.clearing.netting import run_netting
from services.clearing.reports.netting import netting_table
from tests.support.bank import TestBank
from tests.support.interbranch import move_all, net, reserves, settled, sub_accounts
from tests.support.waiting import until

WORKED_EXAMPLE = {("0201", "417"): 1000_00, ("0301", "417"): -1300_00, ("0202", "417"): 300_00, ("0202", "420"): 500_00}
MOVED = {
    "902011047200200": -1000_00,
    "902001047200201": 1000_00,
    "902021047200200": -800_00,
    "902001047200202": 800_00,
    "903011047200300": 1300_00,
    "903001047200301": -1300_00,
    "902001047100001": -1800_00,
    "900011047100200": 1800_00,
    "903001047100001": 1300_00,
    "900011047100300": -1300_00,
    "900011011000001": -500_00,
}
"""What the worked example does to the reserve accounts, debit positive."""


def changes(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {account: minor - before.get(account, 0) for account, minor in after.items() if minor != before.get(account, 0)}


async def journal_count(branches: TestBank) -> int:
    return (await branches.sql("SELECT count(*) AS sets FROM ledger.posting_set"))[0]["sets"]


async def table_of(branches: TestBank, day: date = BUSINESS_DATE) -> list[dict]:
    import asyncpg

    connection = await asyncpg.connect(branches.cluster.dsn(branches.database))
    try:
        return (await netting_table(connection, day)).rows
    finally:
        await connection.close()


async def test_worked_example(branches: TestBank) -> None:
    transport = branches.bank.transport
    before = await reserves(transport)
    await move_all(transport, WORKED_EXAMPLE)
    day = await net(transport)
    assert [(run.state, run.done, run.total, run.nets, run.zero_nets, run.external_minor) for run in day.runs] == [
        ("done", 11, 11, 11, 8, 500_00)
    ]
    assert changes(before, await reserves(transport)) == MOVED
    assert await sub_accounts(transport) == {}
    positions = await ClearingClient(transport).positions(BUSINESS_DATE)
    assert {each.amount_minor for each in positions.positions} == {0}
    assert {(each.outlet, each.sub_account): each.business_minor for each in positions.positions if each.business_minor} == WORKED_EXAMPLE
    assert positions.open_items == [] and positions.unbalanced_minor == {}


async def test_report_lists_every_entry_and_the_zero_nets(branches: TestBank) -> None:
    await move_all(branches.bank.transport, WORKED_EXAMPLE)
    await net(branches.bank.transport)
    rows = await table_of(branches)
    assert len(rows) == 19
    assert [row["step"] for row in rows] == [1] * 6 + [2] * 6 + [3] * 3 + [4] * 3 + [5]
    moved = [(row["step"], row["books"], row["debit_account"], row["credit_account"], row["amount"]) for row in rows if not row["zero"]]
    assert (1, "0201", "902011041700001", "902011047200200", "1000.00") in moved
    assert (4, "0001", "900011041600001", "900011047100300", "1300.00") in moved
    assert moved[-1] == (5, "0001", "900011041600001", "900011011000001", "500.00")
    split = next(row for row in rows if (row["step"], row["books"]) == (1, "0202"))
    assert (split["amount"], split["s417"], split["s420"]) == ("800.00", "300.00", "500.00")
    zero = {(row["step"], row["books"], row["counterparty"]) for row in rows if row["zero"]}
    assert zero == {(1, "0002", "0001"), (2, "0001", "0002")} | {
        entry for outlet in ("0101", "0102") for entry in ((1, outlet, "0100"), (2, "0100", outlet))
    } | {(3, "0100", "0001"), (4, "0001", "0100")}


async def test_running_twice_posts_nothing_twice(branches: TestBank) -> None:
    transport = branches.bank.transport
    await move_all(transport, WORKED_EXAMPLE)
    first = await net(transport)
    sets, books = await journal_count(branches), await reserves(transport)
    assert await net(transport) == first
    assert (await journal_count(branches), await reserves(transport)) == (sets, books)


async def test_business_after_a_run_is_cleared_by_the_next_round(branches: TestBank) -> None:
    transport = branches.bank.transport
    before = await reserves(transport)
    await move_all(transport, WORKED_EXAMPLE)
    for _ in range(3):
        assert [run.round for run in (await net(transport)).runs] == [1], "asked again with nothing to do"
    await move_all(transport, {("0101", "419"): -70})
    day = await net(transport)
    assert [(run.round, run.external_minor) for run in day.runs] == [(1, 500_00), (2, -70)]
    assert await sub_accounts(transport) == {}
    assert (await reserves(transport))["900011011000001"] - before["900011011000001"] == -500_00 + 70


async def test_an_idle_day_is_done_at_once_and_lists_its_zero_nets(branches: TestBank) -> None:
    sets = await journal_count(branches)
    day = await ClearingClient(branches.bank.transport).run_netting(BUSINESS_DATE)
    assert [(run.state, run.currency, run.total, run.zero_nets) for run in day.runs] == [("done", "CNY", 0, 19)]
    rows = await table_of(branches)
    assert len(rows) == 19 and all(row["zero"] and row["amount"] == "0.00" for row in rows)
    assert await journal_count(branches) == sets


async def test_every_currency_is_netted_by_itself(branches: TestBank) -> None:
    transport = branches.bank.transport
    await move_all(transport, {("0201", "417"): 40, ("0100", "417"): -40})
    await move_all(transport, {("0201", "417"): -9, ("0301", "417"): 9, ("0002", "420"): -5}, "USD")
    day = await net(transport)
    assert [(run.currency, run.state, run.external_minor) for run in day.runs] == [("CNY", "done", 0), ("USD", "done", -5)]
    assert await sub_accounts(transport, "CNY") == {} == await sub_accounts(transport, "USD")
    assert (await reserves(transport, "USD"))["900011411000001"] == 5


async def test_a_reserve_that_does_not_suffice_stops_the_whole_run(branches: TestBank) -> None:
    """There are no dollars with the central bank: a run that has to pay 3.00 of them stops before anything is posted."""
    transport = branches.bank.transport
    await move_all(transport, {("0201", "417"): 9_00, ("0301", "417"): -9_00, ("0202", "420"): 3_00}, "USD")
    await settled(transport)
    sets = await journal_count(branches)
    day = await net(transport)
    stopped = day.runs[-1]
    assert (day.state, stopped.currency, stopped.state, stopped.total) == ("failed", "USD", "failed", stopped.total)
    assert stopped.problem is not None and stopped.problem.code == "clearing.netting.reserve_short"
    assert "3.00" in stopped.problem.en and "3.00" in stopped.problem.zh
    assert await journal_count(branches) == sets
    assert await branches.sql("SELECT 1 FROM clearing.netting_entry") == []
    await move_all(transport, {("0001", "420"): -3_00}, "USD")
    again = await net(transport)
    assert [(run.currency, run.state, run.round) for run in again.runs] == [("CNY", "done", 1), ("USD", "done", 1)]


async def test_money_held_for_others_does_not_serve_netting(branches: TestBank) -> None:
    """110 has the money, but another posting has reserved it: the ledger refuses to hold it, and nothing is posted."""
    transport = branches.bank.transport
    await branches.sql("UPDATE ledger.account SET reserved_minor = balance_minor WHERE account = '900011011000001'")
    await move_all(transport, WORKED_EXAMPLE)
    await settled(transport)
    sets = await journal_count(branches)
    day = await net(transport)
    assert day.runs[0].problem is not None and day.runs[0].problem.code == "ledger.account.overdrawn"
    assert await journal_count(branches) == sets
    await branches.sql("UPDATE ledger.account SET reserved_minor = 0 WHERE account = '900011011000001'")
    assert (await net(transport)).state == "done"
    assert [
        row["reserved_minor"] for row in await branches.sql("SELECT reserved_minor FROM ledger.account WHERE reserved_minor <> 0")
    ] == []


async def test_reserve_accounts_that_do_not_mirror_each_other_stop_the_run(branches: TestBank, impatient: None) -> None:
    """0201 books 7.00 more on its reserve than 0200 owes it: 5,000,000.00 of working capital less 1,000,000.00 of cash."""
    transport = branches.bank.transport
    item = {
        "key": "one-sided",
        "outlet": "0201",
        "rule": "bank.open.receive_from_branch",
        "amounts_minor": {"amount": 7_00},
        "references": {"counterparty": "0200"},
    }
    await transport.call("ledger", "POST", "/internal/automatic", json={"code": "test", "items": [item]})
    await move_all(transport, WORKED_EXAMPLE)
    await settled(transport)
    sets = await journal_count(branches)
    day = await net(transport)
    problem = day.runs[0].problem
    assert problem is not None and problem.code == "clearing.netting.mirrors_differ"
    assert "40702 of 0201 and 0200" in problem.en and "4000007.00 and 4000000.00" in problem.en
    assert await journal_count(branches) == sets


async def test_positions_that_are_not_the_ledgers_stop_the_run(branches: TestBank) -> None:
    transport = branches.bank.transport
    await move_all(transport, WORKED_EXAMPLE)
    await settled(transport)
    await branches.sql("UPDATE clearing.position SET amount_minor = amount_minor + 1 WHERE outlet = '0301'")
    sets = await journal_count(branches)
    problem = (await net(transport)).runs[0].problem
    assert problem is not None and problem.code == "clearing.netting.positions_differ"
    assert "-1299.99 of outlet 0301, sub-account 417" in problem.en and "-1300.00" in problem.en
    assert await journal_count(branches) == sets


async def test_an_attempt_that_stopped_does_not_stop_the_day_once_its_cause_is_gone(branches: TestBank, impatient: None) -> None:
    """An early netting, and a run of a currency nobody ever used, both stopped by positions that were not the ledger's."""
    transport = branches.bank.transport
    resources = branches.bank.applications["clearing"].resources
    await branches.sql("UPDATE clearing.ingested SET postings = postings - 1")
    await run_netting(resources, BUSINESS_DATE, scope="0201", currency="CNY")
    stopped = await run_netting(resources, BUSINESS_DATE, currency="EUR")
    assert [(run.scope, run.currency, run.state) for run in stopped] == [("0201", "CNY", "failed"), ("day", "EUR", "failed")]
    await branches.sql("UPDATE clearing.ingested SET postings = postings + 1")
    day = await net(transport)
    assert sorted((run.scope, run.currency, run.state) for run in day.runs) == [("day", "CNY", "done"), ("day", "EUR", "done")]


async def test_sets_that_have_a_receipt_and_do_not_arrive_stop_the_run(branches: TestBank, impatient: None) -> None:
    transport = branches.bank.transport
    await branches.sql("UPDATE ledger.outlet_gate SET postings = postings + 2 WHERE outlet = '0201'")
    day = await net(transport)
    problem, posted = day.runs[0].problem, await journal_count(branches)
    assert problem is not None and problem.code == "clearing.netting.under_way"
    assert f"ledger has sent {posted + 2} sets today and {posted} of them" in problem.en
    assert (day.runs[0].done, day.runs[0].total) == (posted, posted + 2)


async def test_sets_that_clearing_never_heard_of_stop_the_run_of_a_closed_day(branches: TestBank, impatient: None) -> None:
    transport = branches.bank.transport
    await DayClient(transport, "clearing").close(BUSINESS_DATE)
    await branches.sql("UPDATE clearing.ingested SET postings = postings - 1, control_total_minor = control_total_minor - 5")
    day = await net(transport)
    problem = day.runs[0].problem
    assert problem is not None and problem.code == "clearing.netting.incomplete"
    posted = await journal_count(branches)
    assert f"of ledger the ledger holds {posted} sets" in problem.en and f"clearing {posted - 1} with" in problem.en
    assert (day.runs[0].done, day.runs[0].total) == (posted - 1, posted)


@pytest.mark.parametrize("closed", [False, True])
async def test_what_does_not_sum_to_zero_goes_to_suspense_with_an_open_item(branches: TestBank, closed: bool) -> None:
    transport = branches.bank.transport
    await move_all(transport, {**WORKED_EXAMPLE, ("0102", "417"): 2_50})
    await settled(transport)
    if closed:
        await DayClient(transport, "clearing").close(BUSINESS_DATE)
    day = await net(transport)
    assert [(run.state, run.residue_minor, run.external_minor, run.done, run.total) for run in day.runs] == [("done", 2_50, 500_00, 16, 16)]
    assert await sub_accounts(transport) == {}
    [item] = (await ClearingClient(transport).positions(BUSINESS_DATE)).open_items
    assert (item.outlet, item.amount_minor, item.suspense_account) == ("0001", 2_50, "900011026400001")
    [account] = await branches.sql("SELECT balance_minor FROM ledger.account WHERE account = '900011026400001'")
    assert account["balance_minor"] == -2_50
    sets = await journal_count(branches)
    assert (await net(transport)).runs == day.runs and await journal_count(branches) == sets


async def test_what_comes_in_late_on_a_closed_day_goes_to_suspense_where_it_lies(branches: TestBank, monkeypatch) -> None:
    """A set that reaches the journal between plan and verification: after the close there is no next round to wait for."""
    from services.clearing import netting

    transport = branches.bank.transport
    await move_all(transport, WORKED_EXAMPLE)
    await settled(transport)
    await DayClient(transport, "clearing").close(BUSINESS_DATE)
    send = netting.send

    async def send_after_a_latecomer(*arguments) -> None:
        await move_all(transport, {("0101", "417"): 4_00, ("0301", "417"): -4_00})
        await settled_ledger(branches)
        await send(*arguments)

    monkeypatch.setattr(netting, "send", send_after_a_latecomer)
    day = await net(transport)
    assert day.state == "done"
    assert await sub_accounts(transport) == {}
    items = (await ClearingClient(transport).positions(BUSINESS_DATE)).open_items
    assert [(item.outlet, item.amount_minor) for item in items] == [("0101", 4_00), ("0301", -4_00)]


async def settled_ledger(branches: TestBank) -> None:
    looked_for = "SELECT 1 FROM clearing.position WHERE outlet = '0101' AND amount_minor = 400"
    await until(lambda: branches.sql(looked_for), "the latecomer is posted")


async def test_ten_callers_at_once_net_once(branches: TestBank) -> None:
    transport = branches.bank.transport
    before = await reserves(transport)
    await move_all(transport, WORKED_EXAMPLE)
    await settled(transport)
    client = ClearingClient(transport)
    answers = await asyncio.gather(*(client.run_netting(BUSINESS_DATE) for _ in range(10)))
    assert {answer.state for answer in answers} <= {"running", "done"}
    assert (await net(transport)).state == "done"
    assert [run["total"] for run in await branches.sql("SELECT total FROM clearing.netting_run")] == [11]
    assert changes(before, await reserves(transport)) == MOVED


async def test_a_second_process_is_told_that_a_run_is_under_way(branches: TestBank) -> None:
    """The turn is held in the database, not in the process."""
    import asyncpg

    other = await asyncpg.connect(branches.cluster.dsn(branches.database))
    try:
        async with other.transaction():
            await other.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(b"netting", "big"))
            answer = await ClearingClient(branches.bank.transport).run_netting(BUSINESS_DATE)
            assert (answer.state, [run.run for run in answer.runs]) == ("running", [None])
    finally:
        await other.close()
    assert (await net(branches.bank.transport)).state == "done"


async def test_a_caller_is_answered_while_a_long_step_goes_on(branches: TestBank, monkeypatch) -> None:
    from services.clearing import netting

    transport = branches.bank.transport
    resources = branches.bank.applications["clearing"].resources
    await move_all(transport, WORKED_EXAMPLE)
    send, may_go_on = netting.send, asyncio.Event()

    async def slow_send(*arguments) -> None:
        await may_go_on.wait()
        await send(*arguments)

    monkeypatch.setattr(netting, "send", slow_send)
    answer = await netting.answer_in_time(resources, BUSINESS_DATE, seconds=0.3)
    assert [(run.state, run.stage) for run in answer][-1] == ("running", "checking")
    assert [run.state for run in await netting.answer_in_time(resources, BUSINESS_DATE, seconds=5)][-1] == "running"
    may_go_on.set()
    assert (await net(transport)).state == "done"
    assert await sub_accounts(transport) == {}


async def test_another_date_is_refused(branches: TestBank) -> None:
    with pytest.raises(DomainError) as refused:
        await ClearingClient(branches.bank.transport).run_netting(BUSINESS_DATE + timedelta(days=1))
    assert refused.value.code == "clearing.netting.not_the_date"


async def test_a_past_date_is_shown_as_it_was_netted(branches: TestBank) -> None:
    transport = branches.bank.transport
    await move_all(transport, WORKED_EXAMPLE)
    day = await net(transport)
    await DayClient(transport, "clearing").open(BUSINESS_DATE + timedelta(days=1), ["0001"])
    assert await net(transport) == day
    assert len(await table_of(branches)) == 19


async def test_early_netting_of_an_outlet_leaves_the_day_the_same(branches: TestBank) -> None:
    transport = branches.bank.transport
    resources = branches.bank.applications["clearing"].resources
    before = await reserves(transport)
    await move_all(transport, WORKED_EXAMPLE)
    [early] = await run_netting(resources, BUSINESS_DATE, scope="0202", currency="CNY")
    assert (early.scope, early.state, early.total) == ("0202", "done", 2)
    assert changes(before, await reserves(transport)) == {"902021047200200": -800_00, "902001047200202": 800_00}
    assert await sub_accounts(transport) == {
        "902001041600001": -800_00,
        "902011041700001": -1000_00,
        "903011041700001": 1300_00,
    }
    day = await net(transport)
    assert [(run.scope, run.state) for run in day.runs] == [("0202", "done"), ("day", "done")]
    assert changes(before, await reserves(transport)) == MOVED
    assert await sub_accounts(transport) == {}
    early_rows = [row for row in await table_of(branches) if getattr(row["remark"], "en", "") == "Netted early"]
    assert [(row["step"], row["books"], row["amount"]) for row in early_rows] == [(1, "0202", "800.00"), (2, "0200", "800.00")]
