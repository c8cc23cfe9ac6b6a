"""A preview shows what would happen and saves nothing, in any service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.bank import TestBank
from tests.support.premises import COMPANY, PASSWORD, Premises, changed, everything

FINE = (
    ("S0211", "customer.personal.open", {"name": "王五", "id_type": "B", "id_number": "E1234567"}),
    ("K0211", "customer.corporate.open", {**COMPANY, "name": "另一公司", "id_number": "440301103456790"}),
    ("S0211", "customer.number.issue", {"class_digit": "1", "count": 5}),
    ("S0211", "savings.demand.open", {"customer_number": "$person", "amount": "10.00", "withdrawal_mode": "A", "password": PASSWORD}),
    ("S0311", "savings.demand.deposit", {"account": "$account", "amount": "10.00"}),
    ("S0311", "savings.demand.withdraw", {"account": "$guarded", "amount": "10.00", "password": PASSWORD}),
    ("S0211", "savings.demand.withdraw", {"account": "$account", "amount": "10.00", "settlement": "transfer", "counter_account": "$local"}),
    ("S0211", "savings.demand.close", {"account": "$account"}),
    ("K0211", "savings.corporate.pre_open", {"customer_number": "$company", "kind": "201", "account_flag": "1"}),
    ("K0211", "savings.corporate.deposit_cash", {"account": "$current", "amount": "10.00"}),
    ("K0211", "savings.corporate.withdraw_cash", {"account": "$current", "amount": "10.00"}),
    ("S0211", "counter.box.cash_in", {"currency": "CNY", "amount": "10.00"}),
    ("S0211", "counter.teller.balance", {}),
    ("S0009", "recon.books.prove", {}),
)
REFUSED = (
    ("S0211", "savings.demand.withdraw", {"account": "$account", "amount": "99999.00"}),
    ("S0211", "savings.demand.deposit", {"account": "$closed", "amount": "1.00"}),
    ("S0311", "savings.demand.withdraw", {"account": "$local", "amount": "1.00"}),
)


async def preview(bank: TestBank, premises: Premises, teller: str, code: str, body: dict[str, Any]) -> Any:
    """The answer to a preview."""
    headers = {"Authorization": f"Bearer {await bank.sign_on(teller)}"}
    return await bank.client.post(f"/api/transactions/{code}/preview", json=premises.filled(body), headers=headers)


@pytest.mark.parametrize(("teller", "code", "body"), FINE, ids=[f"{code}-{teller}" for teller, code, _ in FINE])
async def test_a_preview_changes_no_row_of_any_table(
    bank: TestBank, premises: Premises, teller: str, code: str, body: dict[str, Any]
) -> None:
    await bank.sign_on(teller)
    before = await everything(bank)
    assert len(before) > 70 and sum(rows for rows, _ in before.values()) > 100, "the whole bank is looked at"
    answer = await preview(bank, premises, teller, code, body)
    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    assert (receipt["transaction_number"], receipt["posting_id"], receipt["teller"]) == (None, None, teller)
    assert changed(before, await everything(bank)) == []


@pytest.mark.parametrize(("teller", "code", "body"), REFUSED, ids=[f"{code}-{teller}" for teller, code, _ in REFUSED])
async def test_a_refused_preview_changes_nothing_either(
    bank: TestBank, premises: Premises, teller: str, code: str, body: dict[str, Any]
) -> None:
    await bank.sign_on(teller)
    before = await everything(bank)
    assert (await preview(bank, premises, teller, code, body)).status_code == 409
    assert changed(before, await everything(bank)) == []


async def test_a_preview_does_not_tell_a_right_password_from_a_wrong_one(bank: TestBank, premises: Premises) -> None:
    await bank.sign_on("S0211")
    before, answers = await everything(bank), []
    for password in (PASSWORD, "000000", "999999", "111111", "222222"):
        body = {"account": "$guarded", "amount": "1.00", "password": password}
        answers.append(await preview(bank, premises, "S0211", "savings.demand.withdraw", body))
    assert {answer.status_code for answer in answers} == {200} and len({answer.content for answer in answers}) == 1
    assert changed(before, await everything(bank)) == []


async def test_the_entries_of_a_preview_are_those_of_the_transaction(bank: TestBank, premises: Premises) -> None:
    body = {"account": "$account", "amount": "12.00"}
    seen = (await preview(bank, premises, "S0311", "savings.demand.deposit", body)).json()
    done = await bank.run("S0311", "savings.demand.deposit", premises.filled(body))
    differing = {name for name in done if done[name] != seen[name]}
    assert differing == {"transaction_number", "posting_id"}
    made = sorted((entry["outlet"], entry["direction"], entry["business_code"], entry["amount"]) for entry in done["entries"])
    assert made == [
        ("0201", "credit", "211", "12.00"),
        ("0201", "debit", "417", "12.00"),
        ("0301", "credit", "417", "12.00"),
        ("0301", "debit", "101", "12.00"),
    ]


async def test_a_preview_asks_for_no_second_person_but_for_the_right(bank: TestBank, premises: Premises) -> None:
    """What needs approval can be looked at before anybody is called to approve it; what a teller may not do he may not look at."""
    receipt = await bank.run("S0211", "savings.demand.deposit", {"account": premises.account, "amount": "2.00"})
    await bank.settle()
    body = {"transaction_number": receipt["transaction_number"], "business_date": receipt["business_date"]}
    shown = await preview(bank, premises, "S0211", "ledger.correct.reverse", body)
    assert shown.status_code == 200 and {entry["red"] for entry in shown.json()["entries"]} == {True}
    denied = await preview(bank, premises, "K0211", "savings.demand.deposit", {"account": "$account", "amount": "2.00"})
    assert (denied.status_code, denied.json()["code"]) == (403, "right.missing")
