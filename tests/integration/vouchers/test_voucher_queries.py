"""What can be asked about vouchers: numbers, issues, the sheets of vaults and boxes, page by page (IB 1745-1760, 3648-3656, 3733-3776)."""

from __future__ import annotations

from typing import Any

from tests.integration.vouchers.steps import BRANCH, BUYER, OUTLET, at_outlet, bought, counted, numbers, vault
from tests.support.bank import TestBank

OPENING = {"instrument": "passbook", "currency": "CNY", "amount": "10.00", "withdrawal_mode": "C", "cross_outlet": False}


async def refuse(bank: TestBank, teller: str, name: str, problem: str, **parameters: str) -> None:
    headers = {"Authorization": f"Bearer {await bank.sign_on(teller)}"}
    answer = await bank.client.get(f"/api/queries/{name}", params=parameters, headers=headers)
    assert answer.status_code >= 400 and answer.json()["code"] == problem, answer.text


async def test_the_sheet_of_a_box_shows_how_it_came_to_its_balance(bank: TestBank) -> None:
    """The demo bank's 30 came today, and 25 of them went out. Then 40 more come, 12 go out, 2 back, 3 to the other box, 1 is void."""
    await at_outlet(bank, 50_000_001, 50_000_040, "TYHK")
    await bank.run(OUTLET, "counter.voucher.take_out", counted(50_000_001, 50_000_012, "TYHK"))
    await bank.run(OUTLET, "counter.voucher.put_in", counted(50_000_011, 50_000_012, "TYHK"))
    await bank.run(OUTLET, "counter.voucher.transfer", {**numbers(50_000_001, 50_000_003, "TYHK"), "to_box": "00001"})
    await vault(bank, OUTLET, "void", numbers(50_000_040, 50_000_040, "TYHK"))
    rows = (await bank.ask(OUTLET, "voucher.stock", kind="TYHK"))["rows"]
    figures = {row["cash_box"]: [row[each] for each in ("opening", "out", "in", "received", "paid", "balance")] for row in rows}
    assert figures == {"00000": [0, 37, 2, 70, 1, 34], "00001": [0, 0, 0, 3, 0, 3], "00002": [0, 37, 2, 0, 3, 32]}
    [vault_row] = [row for row in rows if row["cash_box"] == "00000"]
    assert vault_row["last"] == "50000039" and vault_row["outlet"] == "0201"
    assert vault_row["name"] == {"zh": "特约汇款证", "en": "Special remittance certificate"}
    own = (await bank.run(OUTLET, "counter.voucher.stock", {"kind": "TYHK"}))["result"]
    assert own["cash_box"] == "00002" and [row["balance"] for row in own["rows"]] == [32]
    own = (await vault(bank, OUTLET, "stock", {}))["result"]
    assert own["cash_box"] == "00000" and len(own["rows"]) == 28, "every kind there is"


async def test_cheques_in_stock_are_asked_by_department(bank: TestBank) -> None:
    rows = (await bank.ask(BRANCH, "voucher.cheque_stock", outlet="0202"))["rows"]
    assert [(row["cash_box"], row["kind"], row["balance"]) for row in rows] == [
        ("00000", "CCKZ", 50),
        ("00000", "TCKZ", 50),
        ("00002", "CCKZ", 250),
        ("00002", "TCKZ", 250),
    ]
    rows = (await bank.ask(OUTLET, "voucher.cheque_stock", kind="TCKZ"))["rows"]
    assert {row["kind"] for row in rows} == {"TCKZ"} and {row["outlet"] for row in rows} == {"0201"}
    await refuse(bank, OUTLET, "voucher.cheque_stock", "outlet.outside", outlet="0202")
    await refuse(bank, BRANCH, "voucher.stock", "outlet.outside", outlet="0301")
    await refuse(bank, BRANCH, "voucher.stock", "voucher.kind_unknown", kind="XXXX")


async def test_issues_show_what_is_still_on_its_way(bank: TestBank) -> None:
    await bought(bank, 50_001_001, 50_001_075)
    for first in (50_001_001, 50_001_026, 50_001_051):
        await vault(bank, BUYER, "issue", {**numbers(first, first + 24), "to_outlet": "0200"})
    await vault(bank, BRANCH, "receive", counted(50_001_001, 50_001_025))
    await vault(bank, BUYER, "undo_issue", {**numbers(50_001_051, 50_001_075), "to_outlet": "0200"})
    rows = (await bank.ask(BUYER, "voucher.issues", kind="CCKZ", outlet="0200", limit="4"))["rows"]
    shown = [(row["action"], row["first"], row["sheets"], row["from_outlet"], row["to_outlet"], row["on_the_way"]) for row in rows]
    assert shown[1:] == [
        ("issue", "50001051", 25, "0002", "0200", 0),
        ("issue", "50001026", 25, "0002", "0200", 25),
        ("issue", "50001001", 25, "0002", "0200", 0),
    ]
    assert shown[0][:3] == ("undo_issue", "50001051", 25)
    assert rows[1]["transaction_number"].startswith("00026")
    assert (await bank.ask("K0301", "voucher.issues", kind="CCKZ"))["rows"][0]["to_outlet"].startswith("03")


async def test_pages_of_issues_follow_each_other(bank: TestBank) -> None:
    whole = (await bank.ask(BUYER, "voucher.issues", limit="200"))["rows"]
    pages: list[Any] = []
    after: dict[str, str] = {}
    while True:
        answer = await bank.ask(BUYER, "voucher.issues", limit="7", **after)
        pages.extend(answer["rows"])
        if answer["next"] is None:
            break
        after = {"after": answer["next"]}
        if len(pages) >= len(whole):
            break
    assert pages[: len(whole)] == whole


async def test_a_used_passbook_is_found_by_its_customer(bank: TestBank) -> None:
    customer = (await bank.run("S0211", "customer.personal.open", {"name": "赵六", "id_type": "Z"}))["result"]["customer_number"]
    opened = [(await bank.run("S0211", "savings.demand.open", {**OPENING, "customer_number": customer}))["result"] for _ in range(3)]
    answer = await bank.ask("S0211", "voucher.search", customer_number=customer, limit="2")
    assert [(row["number"], row["account"], row["state"]) for row in answer["rows"]] == [
        (each["voucher_number"], each["account"], "used") for each in opened[:2]
    ]
    following = await bank.ask("S0211", "voucher.search", customer_number=customer, limit="2", after=answer["next"])
    assert [row["number"] for row in following["rows"]] == [opened[2]["voucher_number"]] and following["next"] is None
    assert (await bank.ask("S0221", "voucher.search", customer_number=customer))["rows"] == [], "another outlet's"
    assert len((await bank.ask("S0009", "voucher.search", customer_number=customer))["rows"]) == 3, "the city sees all"


async def test_conditions_of_a_search_are_combined(bank: TestBank) -> None:
    await at_outlet(bank, 51_000_001, 51_000_010, "CNFX")
    found = await bank.ask(OUTLET, "voucher.search", kind="CNFX", first="51000004", state="stock", limit="3")
    assert [row["number"] for row in found["rows"]] == ["51000004", "51000005", "51000006"]
    assert found["rows"][0]["cash_box"] == "00000" and found["rows"][0]["date"] == "2005-09-01"
    assert (await bank.ask(OUTLET, "voucher.search", kind="CNFX", first="51000004", date_from="2005-09-02"))["rows"] == []
    assert (await bank.ask(OUTLET, "voucher.search", kind="CCKZ"))["rows"] == [], "cheques have queries of their own"
    await refuse(bank, OUTLET, "voucher.search", "query.dates", date_from="2005-09-02", date_to="2005-09-01")
    await refuse(bank, OUTLET, "voucher.search", "query.cursor", after="nowhere")
