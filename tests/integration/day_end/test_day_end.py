"""The day end as its callers see it: one run per date, steps in order, who may, what it leaves in the books."""

from __future__ import annotations

import asyncio
from datetime import date

from services.ledger.day_end.steps import STEP_NAMES
from tests.support.bank import TestBank, running_bank, test_settings
from tests.support.business import books_of, business_dates, busy_day, execute, start_day_end, step


async def test_a_business_day_ends_and_the_next_one_opens(fresh_bank: TestBank):
    bank = fresh_bank
    await busy_day(bank)
    run = await bank.day_end()
    assert run["state"] == "done", run
    assert [each["name"] for each in run["steps"]] == list(STEP_NAMES)
    assert {each["state"] for each in run["steps"]} == {"done"}
    assert all(each["done"] == each["total"] for each in run["steps"]), run["steps"]
    assert run["business_date"] == "2005-09-01" and (run["days_done"], run["days"]) == (1, 1)
    assert await business_dates(bank) == {date(2005, 9, 2)}
    account = (await bank.sql("SELECT account FROM savings.account"))[0]["account"]
    receipt = await bank.run("S0211", "savings.demand.deposit", {"account": account, "amount": "1.00"})
    assert (receipt["business_date"], receipt["transaction_number"]) == ("2005-09-02", "02012000001")


async def test_the_general_ledger_is_the_turnover_on_the_last_closing(fresh_bank: TestBank):
    bank = fresh_bank
    account = await busy_day(bank)
    await bank.day_end()
    await bank.day_end()
    await bank.run("S0311", "savings.demand.deposit", {"account": account, "amount": "0.50"})
    await bank.day_end()
    rows = await bank.sql(
        "SELECT extract(day FROM business_date)::int, opening_minor, debit_minor, credit_minor, closing_minor FROM ledger.general_ledger "
        "WHERE outlet = '0301' AND business_code = '211' ORDER BY business_date"
    )
    assert [tuple(row) for row in rows] == [(1, 0, 300_00, 6_000_00, -5_700_00), (3, -5_700_00, 0, 50, -5_700_50)]
    unbalanced = await bank.sql(
        "SELECT outlet FROM ledger.general_ledger WHERE NOT off_sheet GROUP BY outlet HAVING sum(debit_minor) <> sum(credit_minor)"
    )
    assert unbalanced == []


async def test_after_netting_every_416_sub_account_is_zero(fresh_bank: TestBank):
    await busy_day(fresh_bank)
    await fresh_bank.day_end()
    left = "SELECT * FROM ledger.account WHERE business_code IN ('416', '417', '418', '419', '420') AND balance_minor <> 0"
    assert await fresh_bank.sql(left) == []
    reserve = await fresh_bank.sql("SELECT balance_minor FROM ledger.account WHERE account = '902011047200200'")
    assert len(reserve) == 1, "0201 has settled with 0200"


async def test_racing_callers_get_the_same_run(fresh_bank: TestBank):
    token = await fresh_bank.sign_on("S0009")
    headers = {"Authorization": f"Bearer {token}"}
    asked = [fresh_bank.client.post("/api/day-end", params={"force_close": "true"}, headers=headers) for _ in range(10)]
    answers = [answer.json() for answer in await asyncio.gather(*asked)]
    assert len({answer["run"] for answer in answers}) == 1
    assert {answer["business_date"] for answer in answers} == {"2005-09-01"}
    assert (await _finished(fresh_bank, answers[0]["run"]))["state"] == "done"
    assert await business_dates(fresh_bank) == {date(2005, 9, 2)}


async def test_ending_a_date_again_gives_its_run_and_leaves_the_books(fresh_bank: TestBank):
    await busy_day(fresh_bank)
    run = await fresh_bank.day_end()
    before = await books_of(fresh_bank)
    again = await start_day_end(fresh_bank, business_date="2005-09-01", force_close="true")
    assert (again["status"], again["run"], again["business_date"]) == (202, run["run"], "2005-09-01")
    assert (await _finished(fresh_bank, run["run"]))["state"] == "done"
    assert await books_of(fresh_bank) == before


async def test_fifteen_idle_days_in_one_run(fresh_bank: TestBank):
    run = await fresh_bank.day_end(through=date(2005, 9, 16))
    assert run["state"] == "done", run
    assert (run["days_done"], run["days"], run["business_date"], run["through"]) == (15, 15, "2005-09-15", "2005-09-16")
    assert await business_dates(fresh_bank) == {date(2005, 9, 16)}
    ended = await fresh_bank.sql("SELECT count(*) FROM ledger.day_end_step WHERE state = 'done' GROUP BY business_date")
    assert [row[0] for row in ended] == [len(STEP_NAMES)] * 15
    assert len(await fresh_bank.sql("SELECT DISTINCT business_date FROM reconciliation.proof WHERE holds")) == 15
    moved = {row[0] for row in await fresh_bank.sql("SELECT DISTINCT business_date FROM ledger.general_ledger")}
    assert moved == {date(2005, 9, 1)}, "codes that did not move have no row"


async def test_a_later_date_extends_the_run_that_goes_on(fresh_bank: TestBank):
    first = await start_day_end(fresh_bank, force_close="true", through="2005-09-03")
    later = await start_day_end(fresh_bank, force_close="true", through="2005-09-06")
    assert first["run"] == later["run"]
    assert (await _finished(fresh_bank, first["run"]))["days_done"] == 5
    assert await business_dates(fresh_bank) == {date(2005, 9, 6)}


async def test_only_level_a_of_the_centre_may(bank: TestBank):
    for teller in ("S0001", "S0209", "S0002"):
        answer = await start_day_end(bank, teller)
        assert (answer["status"], answer["code"]) == (403, "right.missing"), teller
    assert (await bank.client.post("/api/day-end")).json()["code"] == "auth.token_missing"
    assert await business_dates(bank) == {date(2005, 9, 1)}


async def test_dates_that_make_no_sense_are_refused(bank: TestBank):
    expected = {
        "2005-09-01": "day_end.through_not_later",
        "2004-12-31": "day_end.through_not_later",
        "2035-01-01": "day_end.through_too_far",
        "tomorrow": "request.invalid",
    }
    for through, code in expected.items():
        answer = await start_day_end(bank, through=through)
        assert (answer["status"], answer["code"], answer["field"]) == (422, code, "through")
    answer = await start_day_end(bank, business_date="2005-09-05")
    assert (answer["status"], answer["code"]) == (409, "day.date_wrong")
    assert await bank.sql("SELECT * FROM ledger.day_end_run") == []


async def test_an_unknown_run_is_not_found(bank: TestBank):
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}
    answer = await bank.client.get("/api/day-end/00000000-0000-7000-8000-000000000000", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "day_end.unknown")


async def test_a_bank_that_does_not_close_by_force_says_so(bank_template):
    async with running_bank(bank_template, settings=test_settings(allow_force_close=False)) as strict:
        answer = await start_day_end(strict, force_close="true")
        assert (answer["status"], answer["code"], answer["field"]) == (403, "day_end.force_close_refused", "force_close")


async def test_tellers_and_outlets_still_open_stop_the_run_which_then_goes_on(fresh_bank: TestBank):
    bank = fresh_bank
    await busy_day(bank)
    stopped = await bank.day_end(force_close=False)
    assert stopped["state"] == "failed"
    problem = step(stopped, "tellers")
    assert (problem["state"], problem["problem_code"]) == ("failed", "day_end.tellers_open")
    assert all(teller in problem["problem"] for teller in ("S0111", "S0211", "S0311"))
    for teller in ("S0111", "S0211", "S0311"):
        await bank.run(teller, "counter.teller.balance", {})
    stopped = await bank.day_end(force_close=False)
    assert step(stopped, "tellers")["state"] == "done"
    assert step(stopped, "outlets")["problem_code"] == "day_end.outlets_open"
    assert "0201" in step(stopped, "outlets")["problem"]
    ended = await bank.day_end(force_close=True)
    assert (ended["state"], ended["run"]) == ("done", stopped["run"])
    assert "problem" not in step(ended, "outlets")


async def test_a_failed_step_is_what_the_gauge_shows(fresh_bank: TestBank):
    run = await fresh_bank.day_end(force_close=False)
    failed = next(each["name"] for each in run["steps"] if each["state"] == "failed")
    assert f'huitong_day_end_step_state{{step="{failed}"}} 3.0' in await _metrics(fresh_bank, "ledger")
    await fresh_bank.day_end()
    metrics = await _metrics(fresh_bank, "ledger")
    assert all(f'huitong_day_end_step_state{{step="{name}"}} 2.0' in metrics for name in STEP_NAMES)


async def test_reserve_accounts_are_reported_where_they_are_assets(fresh_bank: TestBank):
    await busy_day(fresh_bank)
    await fresh_bank.day_end()
    metrics = await _metrics(fresh_bank, "ledger")
    rows = await fresh_bank.sql("SELECT account, balance_minor FROM ledger.account WHERE account IN ('902011047200200', '902001047100001')")
    balances = {row["account"]: row["balance_minor"] for row in rows}
    held = f'huitong_position_minor{{currency="CNY",outlet="0201",sub_account="40702"}} {float(-balances["902011047200200"])}'
    assert held in metrics
    assert f'huitong_position_minor{{currency="CNY",outlet="0200",sub_account="40701"}} {float(-balances["902001047100001"])}' in metrics
    assert 'outlet="0001",sub_account="40701"' not in metrics, "the city's side is the mirror"


async def test_the_newest_runs_are_listed(fresh_bank: TestBank):
    await fresh_bank.day_end()
    await fresh_bank.day_end()
    headers = {"Authorization": f"Bearer {await fresh_bank.sign_on('S0009')}"}
    runs = (await fresh_bank.client.get("/api/day-end", params={"limit": "1"}, headers=headers)).json()["runs"]
    assert [run["business_date"] for run in runs] == ["2005-09-02"]


async def test_a_fault_of_ours_stops_the_day_instead_of_being_tried_for_ever(fresh_bank: TestBank):
    await execute(fresh_bank, "ALTER TABLE ledger.general_ledger RENAME TO hidden")
    run = await fresh_bank.day_end()
    assert (run["state"], step(run, "general_ledger")["problem_code"]) == ("failed", "internal.error")
    await execute(fresh_bank, "ALTER TABLE ledger.hidden RENAME TO general_ledger")
    assert (await fresh_bank.day_end())["state"] == "done"


async def _finished(bank: TestBank, run: str) -> dict:
    while True:
        headers = {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}
        answer = (await bank.client.get(f"/api/day-end/{run}", headers=headers)).json()
        if answer["state"] != "running":
            return answer
        await asyncio.sleep(0.05)


async def _metrics(bank: TestBank, service: str) -> str:
    return (await bank.bank.transport.send(service, "GET", "/metrics")).text
