"""What the day does not roll over: balances that were tampered with, facts the ledger refused, services that are away."""

from __future__ import annotations

from datetime import date

from launch.provision.ports import free_port
from tests.support.bank import TestBank
from tests.support.business import books_of, business_dates, busy_day, execute, step

TOMORROW = {date(2005, 9, 2)}


async def test_a_tampered_savings_balance_stops_the_roll_and_is_named(fresh_bank: TestBank):
    bank = fresh_bank
    account = await busy_day(bank)
    await execute(bank, f"UPDATE savings.account SET balance_minor = balance_minor + 12345 WHERE account = '{account}'")
    run = await bank.day_end()
    assert run["state"] == "failed"
    failed = step(run, "proofs")
    assert failed["problem_code"] == "day_end.not_proved"
    assert account in failed["problem"] and "subledgers 123.45" in failed["problem"]
    assert "5823.45" in failed["problem"] and "5700.00" in failed["problem"]
    assert step(run, "roll")["state"] == "waiting" and await business_dates(bank) == {date(2005, 9, 1)}
    proof = await bank.ask("S0009", "books.proof")
    assert (proof["subledgers"]["holds"], proof["subledgers"]["difference"]) == (False, "123.45")
    [item] = proof["subledgers"]["open_items"]
    assert (item["outlet"], item["account"], item["ours"], item["theirs"]) == ("0301", account, "5823.45", "5700.00")
    assert all(proof[kind]["holds"] for kind in ("trial_balance", "positions", "mirrors", "completeness"))
    metrics = (await bank.bank.transport.send("reconciliation", "GET", "/metrics")).text
    assert 'huitong_proof_difference_minor{proof="subledgers"} 12345.0' in metrics
    await execute(bank, f"UPDATE savings.account SET balance_minor = balance_minor - 12345 WHERE account = '{account}'")
    assert (await bank.day_end())["state"] == "done"
    assert await business_dates(bank) == TOMORROW
    metrics = (await bank.bank.transport.send("reconciliation", "GET", "/metrics")).text
    assert 'huitong_proof_difference_minor{proof="subledgers"} 0.0' in metrics


async def test_a_tampered_inter_branch_account_stops_the_day_and_is_named(fresh_bank: TestBank):
    bank = fresh_bank
    await busy_day(bank)
    tamper = "UPDATE ledger.account SET balance_minor = balance_minor {} 700 WHERE account = '902011041700001'"
    await execute(bank, tamper.format("+"))
    run = await bank.day_end()
    [failed] = [each for each in run["steps"] if each["state"] == "failed"]
    assert failed["name"] == "netting" and "0201" in failed["problem"] and "417" in failed["problem"]
    proof = await bank.ask("S0009", "books.proof")
    [item] = proof["positions"]["open_items"]
    assert (item["account"], item["ours"], item["theirs"]) == ("902011041700001", "1000.00", "993.00")
    assert proof["positions"]["difference"] == "7.00"
    trial = proof["trial_balance"]
    assert not trial["holds"] and {each["outlet"] for each in trial["open_items"]} == {"0201"}
    assert any(each.get("business_code") == "417" for each in trial["open_items"])
    await execute(bank, tamper.format("-"))
    assert (await bank.day_end())["state"] == "done"


async def test_a_balance_that_no_turnover_explains_is_found_though_the_outlet_balances(fresh_bank: TestBank):
    """Money moved between two internal accounts of one outlet behind the journal's back: only the general ledger can tell."""
    bank = fresh_bank
    await busy_day(bank)
    await bank.day_end()
    await execute(bank, "UPDATE ledger.account SET balance_minor = balance_minor - 100 WHERE account = '902011010100000'")
    await execute(bank, "UPDATE ledger.account SET balance_minor = balance_minor + 100 WHERE outlet = '0201' AND business_code = '482'")
    run = await bank.day_end()
    assert run["state"] == "failed" and "trial_balance" in step(run, "proofs")["problem"]
    assert "0201 101" in step(run, "proofs")["problem"] and "0201 482" in step(run, "proofs")["problem"]


async def test_a_refused_fact_stops_the_day_until_it_is_replayed(fresh_bank: TestBank):
    """300,000.00 out of a box that holds 200,000.00; once the box has them the parked fact is posted."""
    bank = fresh_bank
    await _automatic(bank, "too much", "counter.cash.in", 300_000_00)
    run = await bank.day_end()
    failed = step(run, "completeness")
    assert (run["state"], failed["problem_code"]) == ("failed", "day_end.parked")
    assert "100000.00" in failed["problem"]
    proof = await bank.ask("S0009", "books.proof")
    items = proof["completeness"]["open_items"]
    assert not proof["completeness"]["holds"]
    assert {each.get("code") for each in items} == {None, "ledger.account.overdrawn"}
    refused = next(each for each in items if each.get("code"))
    assert refused["ours_of"] == "ledger" and "100000.00" in refused["reason"]["en"]
    await _automatic(bank, "enough", "counter.cash.out", 100_000_00)
    await bank.settle()
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}
    [parked] = (await bank.client.get("/api/operations/bus", headers=headers)).json()["parked"]
    replayed = await bank.client.post(f"/api/operations/parked/ledger/{parked['id']}/replay", headers=headers)
    assert replayed.status_code == 200, replayed.text
    assert (await bank.day_end())["state"] == "done"
    proof = await bank.ask("S0009", "books.proof", date="2005-09-01")
    assert proof["holds"] and proof["completeness"]["open_items"] == []
    assert (await bank.sql("SELECT count(*) FROM reconciliation.rejection WHERE resolved_at IS NULL"))[0][0] == 0


async def test_a_service_that_is_away_is_waited_for_then_named_and_the_run_goes_on_when_it_is_back(fresh_bank: TestBank):
    bank = fresh_bank
    transport = bank.bank.transport
    there = transport._local.pop("lending")
    transport._bases["lending"] = f"http://127.0.0.1:{free_port()}"
    run = await bank.day_end()
    transport._local["lending"] = there
    [failed] = [each for each in run["steps"] if each["state"] == "failed"]
    assert failed["problem_code"] == "service.unreachable" and "lending" in failed["problem"]
    assert (await bank.day_end())["state"] == "done"


async def test_a_fact_that_never_reached_the_ledger_is_missed(fresh_bank: TestBank):
    """A message lost on the way: the statement counts it, the journal does not hold it."""
    bank = fresh_bank
    await bank.settle()
    counted = "postings = postings + 1, control_total_minor = control_total_minor + 5000"
    await execute(bank, f"UPDATE savings.outlet_gate SET {counted} WHERE outlet = '0201'")
    run = await bank.day_end()
    failed = step(run, "completeness")
    assert failed["problem_code"] == "day_end.incomplete"
    assert all(part in failed["problem"] for part in ("savings", "ledger", "50.00"))
    assert failed["done"] + 1 == failed["total"]
    proof = await bank.ask("S0009", "books.proof")
    assert proof["completeness"]["difference"] == "50.00"


async def test_a_failed_day_changes_nothing_when_it_is_tried_again(fresh_bank: TestBank):
    bank = fresh_bank
    account = await busy_day(bank)
    await execute(bank, f"UPDATE savings.account SET balance_minor = balance_minor + 1 WHERE account = '{account}'")
    first = await bank.day_end()
    before = await books_of(bank)
    again = await bank.day_end()
    assert (again["state"], again["run"]) == ("failed", first["run"])
    assert await books_of(bank) == before


async def test_what_is_posted_while_the_day_stands_still_is_netted_and_in_the_general_ledger(fresh_bank: TestBank):
    """The day stops at the proofs, after netting; then cash goes from 0200 to 0201 over 418, and the day is taken up again."""
    bank = fresh_bank
    account = await busy_day(bank)
    await execute(bank, f"UPDATE savings.account SET balance_minor = balance_minor + 1 WHERE account = '{account}'")
    assert step(await bank.day_end(), "netting")["state"] == "done"
    await _automatic(bank, "late", "counter.cash.receive", 1_000_00, branch="0200")
    await bank.settle()
    await execute(bank, f"UPDATE savings.account SET balance_minor = balance_minor - 1 WHERE account = '{account}'")
    assert (await bank.day_end())["state"] == "done"
    left = "SELECT * FROM ledger.account WHERE business_code IN ('416', '417', '418', '419', '420') AND balance_minor <> 0"
    assert await bank.sql(left) == []
    found = "SELECT debit_minor, closing_minor FROM ledger.general_ledger WHERE outlet = '0201' AND business_code = '101'"
    [cash] = await bank.sql(found)
    balance = "SELECT sum(balance_minor)::bigint AS minor FROM ledger.account WHERE outlet = '0201' AND business_code = '101'"
    assert cash["closing_minor"] == (await bank.sql(balance))[0]["minor"]


async def _automatic(bank: TestBank, key: str, rule: str, minor: int, **references: str) -> None:
    item = {"key": key, "outlet": "0201", "rule": rule, "amounts_minor": {"amount": minor}, "cash_box": "00001", "references": references}
    await bank.bank.transport.call("ledger", "POST", "/internal/automatic", json={"code": "test.business", "items": [item]})


LEG = "FROM ledger.leg WHERE account = '{account}' AND business_date = '2005-09-01'"


async def test_a_leg_without_a_set_stops_the_day(fresh_bank: TestBank):
    bank = fresh_bank
    await busy_day(bank)
    columns = "line, business_date, outlet, account, currency, business_code, subject, is_debit, amount_minor, red, cash, automatic"
    await execute(
        bank,
        f"INSERT INTO ledger.leg (posting_id, {columns}, balance_after_minor) "
        f"SELECT '00000000-0000-7000-8000-000000000001', {columns}, 0 " + LEG.format(account="902011041700001") + " LIMIT 1",
    )
    run = await bank.day_end()
    failed = step(run, "journal")
    assert failed["problem_code"] == "day_end.legs_without_set" and "1 条分录" in failed["problem"]
    assert step(run, "general_ledger")["state"] == "waiting"


async def test_turnover_that_no_set_explains_stops_the_day(fresh_bank: TestBank):
    bank = fresh_bank
    await busy_day(bank)
    changed = "UPDATE ledger.subject_total SET debit_transfer_minor = debit_transfer_minor + 700 WHERE outlet = '0201'"
    await execute(bank, f"{changed} AND business_code = '417'")
    failed = step(await bank.day_end(), "journal")
    assert failed["problem_code"] == "day_end.turnover_unexplained"
    assert "0201" in failed["problem"] and "417" in failed["problem"] and "借 7.00,贷 0.00,0 笔" in failed["problem"]


async def test_a_lost_leg_stops_the_day(fresh_bank: TestBank):
    bank = fresh_bank
    account = await busy_day(bank)
    [lost] = await bank.sql("SELECT posting_id " + LEG.format(account=account) + " LIMIT 1")
    await execute(bank, f"DELETE FROM ledger.leg WHERE account = '{account}' AND posting_id = '{lost['posting_id']}'")
    run = await bank.day_end()
    failed = step(run, "journal")
    assert failed["problem_code"] == "day_end.set_unbalanced"
    assert str(lost["posting_id"]) in failed["problem"] and "0301" in failed["problem"]
