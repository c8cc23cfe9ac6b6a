"""冲开户 and 冲销户 through the whole bank: what one account's opening or closing did is taken back, once, whoever asks and how often."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

from launch.demo import BUSINESS_DATE
from tests.support.bank import TestBank
from tests.support.ledger import assert_books_agree, balance, demand, person

UNDO_OPEN, UNDO_CLOSE, REVERSE = "savings.account.undo_open", "savings.account.undo_close", "ledger.correct.reverse"
BOX = "902011010100001"


async def panel(bank: TestBank, account: str) -> dict[str, Any]:
    return (await bank.ask("S0211", "account.detail", account=account))["account"]


async def close(bank: TestBank, account: str, **more: str) -> dict[str, Any]:
    return (await bank.run("S0211", "savings.demand.close", {"account": account, "password": "123456", **more}))["result"]


async def ten_at_once(bank: TestBank, code: str, account: str) -> list[str]:
    """What ten tellers get who do the same at the same time: `done`, or the code of the refusal."""
    answers = await asyncio.gather(*(bank.send("S0211", code, {"account": account}, second="S0219") for _ in range(10)))
    return [answer.json().get("code") if answer.status_code >= 400 else "done" for answer in answers]


async def test_an_opening_is_undone_once(bank: TestBank) -> None:
    customer = await person(bank)
    cash = await balance(bank, BOX)
    account = await demand(bank, customer, "600.00")
    assert await balance(bank, BOX) == cash + 600
    refused = await bank.refuse("S0211", UNDO_OPEN, {"account": account}, "approval.required")
    assert refused["status"] == 403
    await bank.refuse("S0221", UNDO_OPEN, {"account": account}, "ledger.correct.other_outlet", second="S0229")
    outcomes = await ten_at_once(bank, UNDO_OPEN, account)
    assert outcomes.count("done") == 1, outcomes
    await assert_books_agree(bank)
    assert await balance(bank, BOX) == cash
    shown = await panel(bank, account)
    assert (shown["status"], shown["balance"], shown["closed_on"]) == ("cancelled", "0.00", BUSINESS_DATE.isoformat())
    await bank.refuse("S0211", "savings.demand.deposit", {"account": account, "amount": "1.00"}, "account.status")
    assert await demand(bank, customer, "1.00") != account


async def test_an_opening_paid_by_transfer_gives_the_money_back(bank: TestBank) -> None:
    customer = await person(bank)
    payer = await demand(bank, customer, "5000.00")
    opening = {"customer_number": customer, "instrument": "slip", "currency": "CNY", "amount": "2000.00", "term": "301"}
    paid = {"settlement": "transfer", "counter_account": payer, "counter_password": "123456"}
    made = await bank.run("S0211", "savings.time.open", {**opening, "withdrawal_mode": "C", **paid})
    assert (await panel(bank, payer))["balance"] == "3000.00"
    await bank.run("S0211", UNDO_OPEN, {"account": made["result"]["account"]}, second="S0219")
    await assert_books_agree(bank)
    assert (await panel(bank, payer))["balance"] == "5000.00"


async def test_an_account_with_other_business_keeps_its_opening(bank: TestBank) -> None:
    account = await demand(bank, await person(bank), "100.00")
    await bank.run("S0211", "savings.demand.deposit", {"account": account, "amount": "1.00"})
    await bank.refuse("S0211", UNDO_OPEN, {"account": account}, "account.moved_since_opening", second="S0219")
    await bank.refuse("S0211", UNDO_CLOSE, {"account": account}, "account.status", second="S0219")


async def test_a_closing_is_undone_once_and_can_be_done_again(bank: TestBank) -> None:
    """Without a day between there is no interest; the set of the closing is reversed, and nobody reverses it a second time."""
    account = await demand(bank, await person(bank), "300.00")
    made = await bank.run("S0211", "savings.demand.close", {"account": account, "password": "123456"})
    outcomes = await ten_at_once(bank, UNDO_CLOSE, account)
    assert outcomes.count("done") == 1, outcomes
    await assert_books_agree(bank)
    shown = await panel(bank, account)
    assert (shown["status"], shown["balance"], shown["closed_on"]) == ("normal", "300.00", None)
    number = {"transaction_number": made["transaction_number"], "business_date": made["business_date"]}
    await bank.refuse("S0211", REVERSE, number, "ledger.correct.already_reversed", second="S0219")
    await bank.run("S0211", "savings.demand.withdraw", {"account": account, "amount": "100.00", "password": "123456"})
    assert (await close(bank, account))["paid"] == "200.00"
    await assert_books_agree(bank)


async def test_an_empty_account_is_opened_again_without_entries(bank: TestBank) -> None:
    account = await demand(bank, await person(bank), "50.00")
    await bank.run("S0211", "savings.demand.withdraw", {"account": account, "amount": "50.00", "password": "123456"})
    assert (await close(bank, account))["paid"] == "0.00"
    outcomes = await ten_at_once(bank, UNDO_CLOSE, account)
    assert outcomes.count("done") == 1, outcomes
    assert (await panel(bank, account))["status"] == "normal"
    await assert_books_agree(bank)


async def test_a_closing_undone_days_later_leaves_interest_as_if_it_had_never_been(bank: TestBank) -> None:
    """10,000.00 from day 1. Closed on day 11: 10 days x 0.72 % / 360 = 2.00, tax 0.40; undone on day 13 and closed then, 12 days: 2.40 and
    0.48. The payer of the undoing had 10,001.60 of it on a demand account of 1.00: that one has earned nothing."""
    customer = await person(bank)
    account, payee = await demand(bank, customer, "10000.00"), await demand(bank, customer, "1.00")
    await bank.run("S0211", "savings.demand.deposit", {"account": payee, "amount": "9999.00"})
    opening = {"customer_number": customer, "instrument": "slip", "currency": "CNY", "amount": "1000.00", "withdrawal_mode": "C"}
    term = (await bank.run("S0211", "savings.time.open", {**opening, "term": "203", "auto_renew": True}))["result"]["account"]
    tenth, twelfth = BUSINESS_DATE + timedelta(days=10), BUSINESS_DATE + timedelta(days=12)
    assert (await bank.day_end(through=tenth))["state"] == "done"
    paid = await close(bank, account, settlement="transfer", counter_account=payee)
    assert (paid["principal"], paid["interest"], paid["tax"], paid["paid"]) == ("10000.00", "2.00", "0.40", "10001.60")
    early = (await bank.run("S0211", "savings.time.close", {"account": term}))["result"]
    assert (early["interest"], early["tax"]) == ("0.20", "0.04")
    assert (await bank.day_end(through=twelfth))["state"] == "done"
    undone = await bank.run("S0211", UNDO_CLOSE, {"account": account}, second="S0219")
    assert undone["result"]["reversed"]["code"] == "savings.demand.close"
    assert all(entry["red"] for entry in undone["entries"])
    await bank.run("S0211", UNDO_CLOSE, {"account": term}, second="S0219")
    await assert_books_agree(bank)
    sheet = await bank.report("S0211", "deposit_interest", account=account)
    assert [(row["interest"], row["tax"], row["net"]) for row in sheet["rows"]] == [("-2.00", "-0.40", "-1.60")]
    assert (await panel(bank, payee))["balance"] == "10000.00"
    again = await close(bank, account)
    assert (again["interest"], again["tax"]) == ("2.40", "0.48")
    kept = await close(bank, payee)
    assert (Decimal(kept["principal"]), kept["interest"], kept["tax"]) == (10_000, "2.40", "0.48")
    renewing = (await panel(bank, term))["status"]
    assert renewing == "normal"
    late = (await bank.run("S0211", "savings.time.close", {"account": term}))["result"]
    assert (late["principal"], late["interest"], late["tax"]) == ("1000.00", "0.24", "0.05")
    await assert_books_agree(bank)


async def test_an_organisation_opens_a_new_current_account_instead(bank: TestBank) -> None:
    document = {"nature": "006", "id_type": "G", "id_number": "440100000012399", "address": "解放路9号", "phone": "88880009"}
    customer = (await bank.run("K0211", "customer.corporate.open", {"name": "南方公司", **document}))["result"]["customer_number"]
    kind = {"customer_number": customer, "kind": "201", "account_flag": "0", "interest_bearing": True}
    account = (await bank.run("K0211", "savings.corporate.pre_open", kind))["result"]["account"]
    await bank.run("K0211", "savings.corporate.deposit_cash", {"account": account, "amount": "100.00"})
    await bank.refuse("K0211", UNDO_OPEN, {"account": account}, "account.wrong_kind", second="K0219")
    await bank.run("K0211", "savings.corporate.withdraw_cash", {"account": account, "amount": "100.00"})
    await bank.run("K0211", "savings.corporate.settle", {"account": account})
    await bank.run("K0211", "savings.corporate.close", {"account": account})
    await bank.refuse("K0211", UNDO_CLOSE, {"account": account}, "account.closing_final", second="K0219")
