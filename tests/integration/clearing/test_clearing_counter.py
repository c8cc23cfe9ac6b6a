"""Netting as people meet it: the counter transactions, the report, the fund position, and who may do what."""

from __future__ import annotations

import asyncio

from launch.demo import BUSINESS_DATE
from tests.support.bank import TestBank
from tests.support.interbranch import move_all, net, settled

WORKED_EXAMPLE = {("0201", "417"): 1000_00, ("0301", "417"): -1300_00, ("0202", "417"): 300_00, ("0202", "420"): 500_00}
DAY = BUSINESS_DATE.isoformat()


async def test_the_clearing_centre_nets_the_day(bank: TestBank) -> None:
    await move_all(bank.bank.transport, WORKED_EXAMPLE)
    receipt = await bank.run("S0009", "clearing.netting.run", {})
    assert receipt["entries"] == [] and receipt["posting_id"] is None, "its sets are the system's own"
    [run] = receipt["result"]["runs"]
    assert (run["state"], run["currency"], run["total"]) == ("done", "CNY", 11)
    moved = [row for row in receipt["result"]["rows"] if not row["zero"]]
    assert [(row["step"], row["books"], row["amount"]) for row in moved] == [
        (1, "0201", "1000.00"),
        (1, "0202", "800.00"),
        (1, "0301", "1300.00"),
        (2, "0200", "1000.00"),
        (2, "0200", "800.00"),
        (2, "0300", "1300.00"),
        (3, "0200", "1800.00"),
        (3, "0300", "1300.00"),
        (4, "0001", "1800.00"),
        (4, "0001", "1300.00"),
        (5, "0001", "500.00"),
    ]
    report = await bank.report("S0009", "netting", date=DAY)
    assert [row["amount"] for row in report["rows"] if not row["zero"]] == [row["amount"] for row in moved]
    again = await bank.run("S0009", "clearing.netting.run", {"business_date": DAY, "currency": "CNY"})
    assert again["result"]["runs"] == receipt["result"]["runs"]


async def test_the_report_of_one_unit(bank: TestBank) -> None:
    await net(bank.bank.transport)
    report = await bank.report("S0209", "netting", date=DAY, outlet="0300")
    assert {row["books"] for row in report["rows"]} == {"0300"}
    assert [row["step"] for row in report["rows"]] == [2, 3]


async def test_fund_position(bank: TestBank) -> None:
    await net(bank.bank.transport)
    before = (await bank.ask("S0009", "ledger.position", date=DAY))["city"]
    await move_all(bank.bank.transport, {("0101", "417"): 250_00, ("0002", "417"): -250_00})
    await settled(bank.bank.transport)
    city = (await bank.ask("S0009", "ledger.position", date=DAY))["city"]
    assert city["110"] == before["110"]
    assert [branch["outlet"] for branch in city["branches"]] == ["0100", "0200", "0300"]
    assert [department["outlet"] for department in city["departments"]] == ["0002"]
    branch = city["branches"][0]
    assert [outlet["outlet"] for outlet in branch["outlets"]] == ["0101", "0102"]
    assert (branch["net"], branch["own_net"], branch["outlets"][0]["net"], branch["outlets"][0]["waiting"]) == (
        "250.00",
        "0.00",
        "250.00",
        "250.00",
    )
    assert branch["40701"] == branch["mirror"] == before["branches"][0]["40701"]
    await net(bank.bank.transport)
    after = (await bank.ask("S0009", "ledger.position"))["city"]["branches"][0]
    assert float(after["40701"]) == float(branch["40701"]) - 250 and after["mirror"] == after["40701"]
    assert float(after["outlets"][0]["40702"]) == float(branch["outlets"][0]["40702"]) - 250
    assert (after["outlets"][0]["net"], after["outlets"][0]["waiting"]) == ("250.00", "0.00")


async def test_preview_saves_nothing(bank: TestBank) -> None:
    await net(bank.bank.transport)
    await move_all(bank.bank.transport, {("0102", "419"): 77_00})
    sets = await bank.sql("SELECT count(*) FROM clearing.netting_entry")
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}
    answer = await bank.client.post("/api/transactions/clearing.netting.run/preview", json={}, headers=headers)
    assert answer.status_code == 200, answer.text
    rows = {(row["step"], row["books"]): row["net"] for row in answer.json()["result"]["rows"] if not row["zero"]}
    assert rows == {(1, "0102"): "77.00", (2, "0100"): "77.00", (3, "0100"): "77.00", (4, "0001"): "77.00", (5, "0001"): "77.00"}
    assert await bank.sql("SELECT count(*) FROM clearing.netting_entry") == sets
    assert (await net(bank.bank.transport)).runs[-1].external_minor == 77_00


async def test_early_netting_needs_a_second_person_and_the_units_superior(bank: TestBank) -> None:
    await net(bank.bank.transport)
    await move_all(bank.bank.transport, {("0201", "417"): 60_00, ("0301", "417"): -60_00})
    body = {"outlet": "0201"}
    await bank.refuse("S0201", "clearing.netting.now", body, "approval.required")
    await bank.refuse("S0211", "clearing.netting.now", body, "right.missing")
    await bank.refuse("S0301", "clearing.netting.now", body, "outlet.not_yours", second="S0309")
    await bank.refuse("S0001", "clearing.netting.now", {"outlet": "0001"}, "clearing.netting.unit_without_superior", second="S0009")
    await bank.refuse("S0001", "clearing.netting.now", {"outlet": "0999"}, "outlet.unknown", second="S0009")
    receipt = await bank.run("S0201", "clearing.netting.now", body, second="S0209")
    early = [row for row in receipt["result"]["rows"] if row["remark"] == {"zh": "即时清算", "en": "Netted early"}]
    assert [(row["step"], row["books"], row["amount"]) for row in early] == [(1, "0201", "60.00"), (2, "0200", "60.00")]
    whole = await bank.run("S0001", "clearing.netting.now", {"outlet": "0200"}, second="S0009")
    settled_with_city = [
        (row["step"], row["books"], row["counterparty"], row["amount"])
        for row in whole["result"]["rows"]
        if row["remark"] == {"zh": "即时清算", "en": "Netted early"} and row["step"] > 2
    ]
    assert settled_with_city == [(3, "0200", "0001", "60.00"), (4, "0001", "0200", "60.00")]
    day = await net(bank.bank.transport)
    assert day.runs[-1].residue_minor == 0 and day.runs[-1].external_minor == 0


async def test_only_the_city_nets_the_day(bank: TestBank) -> None:
    await bank.refuse("S0209", "clearing.netting.run", {}, "right.missing")
    await bank.refuse("S0001", "clearing.netting.run", {}, "right.missing")
    await bank.refuse("S0009", "clearing.netting.run", {"business_date": "2005-09-02"}, "clearing.netting.not_the_date")
    await bank.refuse("S0009", "clearing.netting.run", {"currency": "XXX"}, "currency.unknown")


async def test_what_stops_a_run_reaches_the_teller(bank: TestBank) -> None:
    await net(bank.bank.transport)
    await move_all(bank.bank.transport, {("0201", "420"): 1_00}, "HKD")
    problem = await bank.refuse("S0009", "clearing.netting.run", {"currency": "HKD"}, "clearing.netting.reserve_short")
    assert "1.00" in problem["detail"]
    await move_all(bank.bank.transport, {("0201", "420"): -1_00}, "HKD")
    await bank.run("S0009", "clearing.netting.run", {"currency": "HKD"})


async def test_ten_tellers_at_once_net_once(bank: TestBank) -> None:
    await net(bank.bank.transport)
    before = await bank.sql("SELECT count(*) AS rows FROM clearing.netting_entry")
    await move_all(bank.bank.transport, {("0201", "417"): 11, ("0202", "417"): -11})
    await settled(bank.bank.transport)
    await bank.sign_on("S0009")
    answers = await asyncio.gather(*(bank.send("S0009", "clearing.netting.run", {}) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    await net(bank.bank.transport)
    after = await bank.sql("SELECT count(*) AS rows FROM clearing.netting_entry")
    assert after[0]["rows"] - before[0]["rows"] == 4, "two outlets and their sub-branch, twice; nothing goes further up"


async def test_open_items_are_listed(bank: TestBank) -> None:
    await move_all(bank.bank.transport, {("0102", "418"): 9_00})
    await net(bank.bank.transport)
    rows = (await bank.ask("S0009", "clearing.open_items"))["rows"]
    assert [(row["outlet"], row["amount"], row["account"]) for row in rows] == [("0001", "9.00", "900011026400001")]
