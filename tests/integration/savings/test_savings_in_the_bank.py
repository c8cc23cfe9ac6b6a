"""Savings inside the whole bank: real customers, the real ledger, its books agreeing with the accounts."""

from __future__ import annotations

import asyncio
from typing import Any

from tests import conftest

bank = conftest.bank
"""The whole bank, where the tests beside these have the service alone."""


async def person_of(bank: Any, passport: str) -> str:
    body = {"name": "张三", "id_type": "B", "id_number": passport}
    return (await bank.run("S0211", "customer.personal.open", body))["result"]["customer_number"]


async def organisation_of(bank: Any) -> str:
    document = {"id_type": "G", "id_number": "440301103456789"}
    body = {"name": "汇通贸易公司", "nature": "006", **document, "address": "深圳路1号", "phone": "07551234567"}
    return (await bank.run("K0211", "customer.corporate.open", body))["result"]["customer_number"]


async def until_posted(bank: Any) -> None:
    """Wait until the ledger has taken every fact of the savings service."""
    for _ in range(400):
        if (await bank.bank.transport.call("savings", "GET", "/internal/bus"))["outbox_waiting"] == 0:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the facts of the savings service do not reach the ledger")


async def test_accounts_and_books_agree(bank):
    person, organisation = await person_of(bank, "P1234567"), await organisation_of(bank)
    opening = {"customer_number": person, "instrument": "passbook", "currency": "CNY", "amount": "10000.00", "withdrawal_mode": "A"}
    opened = await bank.run("S0211", "savings.demand.open", {**opening, "password": "123456", "cross_outlet": True})
    account = opened["result"]["account"]
    await bank.run("S0311", "savings.demand.deposit", {"account": account, "amount": "500.00"})
    withdrawal = {"account": account, "amount": "300.00", "password": "123456"}
    receipt = await bank.run("S0311", "savings.demand.withdraw", withdrawal)
    assert {entry["business_code"] for entry in receipt["entries"]} == {"101", "211", "417"}
    pre = {"customer_number": organisation, "kind": "201", "account_flag": "0", "interest_bearing": True}
    corporate = (await bank.run("K0211", "savings.corporate.pre_open", pre))["result"]["account"]
    await bank.run("K0211", "savings.corporate.deposit_cash", {"account": corporate, "amount": "2000.00"})
    await bank.run("K0211", "savings.corporate.withdraw_cash", {"account": corporate, "amount": "700.00"})
    too_much = {"account": corporate, "amount": "1300.01"}
    await bank.refuse("K0211", "savings.corporate.withdraw_cash", too_much, "account.insufficient")
    await until_posted(bank)
    theirs = await bank.bank.transport.call("savings", "GET", "/internal/day/sub-ledger")
    books = await bank.bank.transport.call("ledger", "GET", "/internal/sub-ledgers/savings")
    assert theirs["groups"] and theirs["groups"] == books["groups"]
    sums = {group["business_code"]: group["total_minor"] for group in theirs["groups"]}
    assert sums == {"211": 1_020_000, "201": 130_000}
    closed = await bank.run("S0211", "savings.demand.close", {"account": account, "password": "123456"})
    assert closed["result"] == {"principal": "10200.00", "interest": "0.00", "tax": "0.00", "paid": "10200.00"}
    found = await bank.ask("S0211", "account.detail", account=account)
    assert found["account"]["status"] == "closed" and found["rows"][0]["transaction_number"] == closed["transaction_number"]


async def test_the_box_cannot_pay_what_it_does_not_hold(bank):
    """The demo box of S0201 holds 200,000.00; more than that is refused by the ledger and the account keeps its money."""
    person = await person_of(bank, "P7654321")
    opening = {"customer_number": person, "instrument": "passbook", "currency": "CNY", "amount": "150000.00", "withdrawal_mode": "A"}
    opened = await bank.run("S0311", "savings.demand.open", {**opening, "password": "123456", "cross_outlet": True})
    account = opened["result"]["account"]
    await bank.run("S0311", "savings.demand.deposit", {"account": account, "amount": "150000.00"})
    answer = await bank.send("S0201", "savings.demand.withdraw", {"account": account, "amount": "250000.00", "password": "123456"})
    assert answer.status_code == 409, answer.text
    assert (await bank.ask("S0311", "account.detail", account=account))["account"]["balance"] == "300000.00"


async def test_a_freeze_ends_with_the_day_end_of_its_last_day(bank):
    person = await person_of(bank, "P2223334")
    opening = {"customer_number": person, "instrument": "passbook", "currency": "CNY", "amount": "100.00", "withdrawal_mode": "A"}
    account = (await bank.run("S0211", "savings.demand.open", {**opening, "password": "123456"}))["result"]["account"]
    order = {"account": account, "reason": "B", "id_type": "Z", "id_number": "公警77", "summary": "市公安局"}
    today = (await bank.sql("SELECT business_date FROM savings.business_day"))[0]["business_date"].isoformat()
    await bank.run("S0211", "savings.account.freeze", {**order, "until": today})
    await bank.run("S0211", "savings.account.freeze_part", {**order, "amount": "60.00"})
    withdrawal = {"account": account, "amount": "10.00", "password": "123456"}
    await bank.refuse("S0211", "savings.demand.withdraw", withdrawal, "account.frozen")
    run = await bank.day_end()
    assert run["state"] == "done", run
    await bank.refuse("S0211", "savings.demand.withdraw", {**withdrawal, "amount": "40.01"}, "account.insufficient")
    await bank.run("S0211", "savings.demand.withdraw", withdrawal)
    found = await bank.ask("S0211", "account.freezes", account=account)
    assert [(row["freeze_number"], row["state"], row["ended_by"]) for row in found["rows"]] == [
        (1, "expired", "A0000"),
        (2, "in_force", None),
    ]


async def test_deposits_of_organisations_by_subject_and_by_term(bank):
    """At 0301: two current accounts of 100.00 and 250.00, one never activated, two time deposits of half a year, one of three months."""
    document = {"id_type": "G", "id_number": "440301103456700"}
    body = {"name": "汇丰贸易公司", "nature": "006", **document, "address": "深圳路3号", "phone": "07551234568"}
    organisation = (await bank.run("K0311", "customer.corporate.open", body))["result"]["customer_number"]

    async def pre_opened(kind, **more):
        terms = {"customer_number": organisation, "kind": kind, "account_flag": more.pop("flag", "4"), "interest_bearing": True, **more}
        return (await bank.run("K0311", "savings.corporate.pre_open", terms))["result"]["account"]

    await pre_opened("201", flag="0")
    for amount in ("100.00", "250.00"):
        await bank.run("K0311", "savings.corporate.deposit_cash", {"account": await pre_opened("201", flag="1"), "amount": amount})
    for term, amount in (("206", "10000.00"), ("206", "20000.00"), ("203", "30000.00")):
        deposit = {"account": await pre_opened("221", term=term), "amount": amount}
        await bank.run("K0311", "savings.corporate_time.open_by_cash", deposit)
    whole = await bank.report("K0311", "corporate_deposits")
    rows = [(row["accounts"], row["balance"]) for row in whole["rows"]]
    assert sorted(rows) == [(2, "350.00"), (3, "60000.00")]
    assert whole["totals"] == {"accounts": 5, "balance": "60350.00"} and len({row["subject"] for row in whole["rows"]}) == 2
    apart = await bank.report("K0311", "corporate_deposits", by_term="true")
    assert sorted((row["term"], row["accounts"], row["balance"]) for row in apart["rows"]) == [
        ("", 2, "350.00"),
        ("203", 1, "30000.00"),
        ("206", 2, "30000.00"),
    ]
    assert (await bank.report("K0111", "corporate_deposits"))["rows"] == []
