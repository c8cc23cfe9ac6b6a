"""Time, optional, instalment, interest-drawing, notice and education deposits through the service's door, across dates.

Every amount is worked by hand from the rates: 2005-09-01 one year 2.25 %, demand 0.72 %, notice of seven days 1.62 %, interest tax 20 %.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.savings.domain.interest_rules import RULES
from tests.support.savings import DOCUMENT, SavingsAlone

PASSWORD = "123456"


@pytest.fixture(autouse=True)
async def everything_paid_is_explained(bank: SavingsAlone) -> AsyncIterator[None]:
    """Whatever a test has paid: each segment has its days, its rule, and products that give its interest at its rate; together they are
    the payment."""
    yield
    for row in await bank.rows("SELECT code, interest_minor, segments FROM savings.interest_paid"):
        segments = row.segments if isinstance(row.segments, list) else json.loads(row.segments)
        total = sum((Decimal(segment["interest"]) for segment in segments), Decimal(0))
        assert total.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100 == row.interest_minor, row
        for segment in segments:
            assert segment["rule"] in RULES and segment["first"] < segment["end"] and segment["rate_source"]
            own = Decimal(segment["products"]) * Decimal(segment["annual_pct"]) / 36000 / 100
            assert abs(own - Decimal(segment["interest"])) <= Decimal("0.0005"), row


async def opened(bank: SavingsAlone, product: str, amount: str, **fields: Any) -> dict[str, Any]:
    """A new account in cash, with a password."""
    body = {"customer_number": bank.customers.person(), "amount": amount, "withdrawal_mode": "A", "password": PASSWORD, **fields}
    return await bank.result("S0211", f"savings.{product}.open", body)


def entries(receipt: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(entry["direction"], entry["business_code"], entry["amount"]) for entry in receipt["entries"]]


async def close(bank: SavingsAlone, product: str, account: str, **fields: Any) -> dict[str, str]:
    return await bank.result("S0211", f"savings.{product}.close", {"account": account, "password": PASSWORD, **fields})


def paid(principal: str, interest: str, tax: str, out: str) -> dict[str, str]:
    return {"principal": principal, "interest": interest, "tax": tax, "paid": out}


async def test_a_year_at_its_rate(bank: SavingsAlone) -> None:
    made = await opened(bank, "time", "10000.00", term="301")
    assert (made["matures_on"], made["rate"]) == ("2006-09-01", "2.25")
    await bank.open_day(date(2006, 9, 1))
    receipt = await bank.run("S0211", "savings.time.close", {"account": made["account"], "password": PASSWORD})
    assert receipt["result"] == paid("10000.00", "225.00", "45.00", "10180.00")
    assert entries(receipt) == [
        ("debit", "215", "10000.00"),
        ("debit", "521", "225.00"),
        ("credit", "269", "45.00"),
        ("credit", "101", "10180.00"),
    ]
    await bank.refuse("S0211", "savings.time.close", {"account": made["account"], "password": PASSWORD}, "account.status")


async def test_a_part_early_and_the_rest_on_its_day(bank: SavingsAlone) -> None:
    made = await opened(bank, "time", "10000.00", term="301")
    await bank.open_day(date(2005, 12, 10))  # 100 days: 4000 x 100 x 0.72 % / 360 = 8.00
    body = {"account": made["account"], "password": PASSWORD, "amount": "4000.00", "id_type": "A", "id_number": DOCUMENT}
    await bank.refuse("S0211", "savings.time.withdraw_part", {**body, "id_number": None}, "document.required")
    await bank.refuse("S0211", "savings.time.withdraw_part", {**body, "id_number": "110105194912310021"}, "document.mismatch")
    await bank.refuse("S0211", "savings.time.withdraw_part", {**body, "amount": "10000.00"}, "quote.overdrawn")
    slip = (await bank.panel(made["account"]))["voucher_number"]
    assert await bank.result("S0211", "savings.time.withdraw_part", body) == paid("4000.00", "8.00", "1.60", "4006.40")
    assert (await bank.panel(made["account"]))["voucher_number"] not in (slip, None)
    last = (await bank.ask("S0211", "account.detail", account=made["account"])).json()["rows"][0]
    assert (last["id_type"], last["id_number"]) == ("A", DOCUMENT)
    await bank.refuse("S0211", "savings.time.withdraw_part", body, "time.partial_once")
    await bank.open_day(date(2006, 9, 1))
    assert await close(bank, "time", made["account"]) == paid("6000.00", "135.00", "27.00", "6108.00")


@pytest.mark.parametrize(
    ("day", "interest", "tax"),
    [
        (date(2006, 8, 31), "72.80", "14.56"),  # 364 days of demand interest
        (date(2006, 9, 2), "225.20", "45.04"),  # a day of it on top
    ],
)
async def test_early_and_late(bank: SavingsAlone, day: date, interest: str, tax: str) -> None:
    made = await opened(bank, "time", "10000.00", term="301")
    await bank.open_day(day)
    answer = await close(bank, "time", made["account"])
    assert (answer["interest"], answer["tax"]) == (interest, tax)


async def test_before_a_holiday_the_rate_is_kept_for_the_actual_days(bank: SavingsAlone) -> None:
    made = await opened(bank, "time", "10000.00", term="301")
    body = {"account": made["account"], "password": PASSWORD}
    await bank.open_day(date(2006, 8, 21))
    await bank.refuse("S0211", "savings.time.close_before_holiday", body, "time.not_before_holiday")
    await bank.open_day(date(2006, 8, 29))  # 362 days: 10000 x 362 x 2.25 % / 360 = 226.25
    assert await bank.result("S0211", "savings.time.close_before_holiday", body) == paid("10000.00", "226.25", "45.25", "10181.00")


async def test_optional(bank: SavingsAlone) -> None:
    made = await opened(bank, "optional", "10000.00")
    await bank.open_day(date(2005, 12, 1))  # three months: 1.71 % x 60 % / 4
    assert await close(bank, "optional", made["account"]) == paid("10000.00", "25.65", "5.13", "10020.52")


async def test_instalments_missed_made_up_and_in_default(bank: SavingsAlone) -> None:
    account = (await opened(bank, "instalment", "200.00", term="301"))["account"]
    body = {"account": account, "amount": "200.00"}
    await bank.refuse("S0211", "savings.instalment.deposit", body, "instalment.amount")
    await bank.open_day(date(2005, 11, 15))
    await bank.refuse("S0211", "savings.instalment.deposit", {**body, "amount": "600.00"}, "instalment.amount")
    assert (await bank.result("S0211", "savings.instalment.deposit", {**body, "amount": "400.00"}))["balance"] == "600.00"
    await bank.open_day(date(2006, 2, 15))
    await bank.refuse("S0211", "savings.instalment.deposit", body, "instalment.default")
    await bank.open_day(date(2006, 9, 1))
    await bank.refuse("S0211", "savings.instalment.deposit", body, "term.over")
    # products: 200 x 12 + 400 x 10 = 6400 months x 1.71 % / 12 = 9.12
    assert await close(bank, "instalment", account) == paid("600.00", "9.12", "1.82", "607.30")


async def test_interest_is_drawn_on_its_days_and_taken_back_when_it_was_too_much(bank: SavingsAlone) -> None:
    body = {"amount": "12000.00", "term": "301"}
    customer = bank.customers.person()
    opening = {"customer_number": customer, "withdrawal_mode": "C", **body}
    await bank.refuse("S0211", "savings.interest_drawing.open", {**opening, "interval_months": 5}, "interest_drawing.interval")
    account = (await bank.result("S0211", "savings.interest_drawing.open", {**opening, "interval_months": 3}))["account"]
    await bank.refuse("S0211", "savings.interest_drawing.draw", {"account": account}, "interest_drawing.nothing_due")
    await bank.open_day(date(2006, 3, 1))  # two quarters: 12000 x 1.71 % / 4 = 51.30 each
    drawn = await bank.result("S0211", "savings.interest_drawing.draw", {"account": account})
    assert drawn == {"interest": "102.60", "tax": "20.52", "paid": "82.08", "drawings": 2}
    await bank.refuse("S0211", "savings.interest_drawing.draw", {"account": account}, "interest_drawing.nothing_due")
    # closed on 2006-03-11, early: 191 days of demand 12000 x 191 x 0.72 % / 360 = 45.84, tax 9.17; 102.60 and 20.52 were drawn
    await bank.open_day(date(2006, 3, 11))
    closing = await bank.run("S0211", "savings.interest_drawing.close", {"account": account})
    assert closing["result"] == paid("12000.00", "-56.76", "-11.35", "11954.59")
    assert entries(closing) == [
        ("debit", "215", "12000.00"),
        ("credit", "521", "56.76"),
        ("debit", "269", "11.35"),
        ("credit", "101", "11954.59"),
    ]


async def test_the_panel_shows_the_term_and_what_a_closing_would_pay(bank: SavingsAlone) -> None:
    """What a teller sees of a deposit as soon as its number is entered (IB 1016, 1204)."""
    customer = {"customer_number": bank.customers.person(), "withdrawal_mode": "C", "amount": "12000.00", "term": "301"}
    drawing = (await bank.result("S0211", "savings.interest_drawing.open", {**customer, "interval_months": 3}))["account"]
    time = (await opened(bank, "time", "10000.00", term="203"))["account"]
    pupil = (await opened(bank, "education", "5000.00", term="301"))["account"]
    current = await bank.demand("1.00")
    await bank.open_day(date(2005, 12, 2))
    await bank.run("S0211", "savings.interest_drawing.draw", {"account": drawing})
    names = ("term", "starts_on", "matures_on", "rate", "auto_renew", "interval_months", "drawings", "interest_if_closed")
    seen = {account: [(await bank.panel(account)).get(name) for name in names] for account in (drawing, time, pupil, current)}
    # 12,000.00 x 92 days x 0.72 % / 360 = 22.08, less the 51.30 that was drawn
    assert seen[drawing] == ["301", "2005-09-01", "2006-09-01", "1.71", None, 3, 1, "-29.22"]
    # 10,000.00 x 1.71 % x 3 / 12 = 42.75 and a day of demand interest, 0.20
    assert seen[time] == ["203", "2005-09-01", "2005-12-01", "1.71", False, None, None, "42.95"]
    assert seen[pupil] == ["301", "2005-09-01", "2006-09-01", None, None, None, None, None]  # one deposit: it cannot be closed yet
    assert seen[current] == [None] * len(names)


async def test_interest_goes_to_another_account(bank: SavingsAlone) -> None:
    customer = bank.customers.person()
    opening = {"customer_number": customer, "withdrawal_mode": "C", "amount": "12000.00", "term": "301", "interval_months": 3}
    account = (await bank.result("S0211", "savings.interest_drawing.open", opening))["account"]
    demand = await bank.demand("1.00")
    await bank.open_day(date(2005, 12, 1))
    await bank.refuse("S0211", "savings.interest_drawing.transfer_interest", {"account": account}, "settlement.transfer_only")
    body = {"account": account, "settlement": "transfer", "counter_account": demand}
    await bank.run("S0211", "savings.interest_drawing.transfer_interest", body)
    assert (await bank.panel(demand))["balance"] == "42.04"


async def test_notice_kept_and_not_kept(bank: SavingsAlone) -> None:
    account = (await opened(bank, "notice", "150000.00", term="107"))["account"]
    notice = {"account": account, "amount": "50000.00", "for_on": "2005-10-31"}
    await bank.open_day(date(2005, 10, 24))
    await bank.refuse("S0211", "savings.notice.notify", {**notice, "for_on": "2005-10-30"}, "notice.too_soon")
    await bank.refuse("S0211", "savings.notice.notify", {**notice, "amount": "150000.01"}, "account.insufficient")
    assert (await bank.result("S0211", "savings.notice.notify", notice))["notice_number"] == 1
    await bank.open_day(date(2005, 10, 31))
    body = {"account": account, "password": PASSWORD}
    await bank.refuse("S0211", "savings.notice.withdraw", {**body, "amount": "100000.01"}, "notice.rest_below_minimum")
    # 60 days at 1.62 %: 50000 x 60 x 1.62 % / 360 = 135.00
    assert await bank.result("S0211", "savings.notice.withdraw", {**body, "amount": "50000.00"}) == paid(
        "50000.00", "135.00", "27.00", "50108.00"
    )
    # without notice on 2005-11-10, 70 days of demand: 100000 x 70 x 0.72 % / 360 = 140.00
    await bank.open_day(date(2005, 11, 10))
    assert await close(bank, "notice", account) == paid("100000.00", "140.00", "28.00", "100112.00")


async def test_two_withdrawals_on_one_day_are_two(bank: SavingsAlone) -> None:
    account = (await opened(bank, "notice", "200000.00", term="101"))["account"]
    await bank.open_day(date(2005, 10, 1))
    body = {"account": account, "password": PASSWORD, "amount": "50000.00"}
    first = await bank.result("S0211", "savings.notice.withdraw", body)
    second = await bank.result("S0211", "savings.notice.withdraw", body)
    assert first == second == paid("50000.00", "30.00", "6.00", "50024.00")  # 30 days of demand


async def test_education_with_and_without_the_certificate(bank: SavingsAlone) -> None:
    accounts = [(await opened(bank, "education", "5000.00", term="301"))["account"] for _ in range(2)]
    await bank.open_day(date(2005, 10, 1))
    for account in accounts:
        await bank.run("S0211", "savings.education.deposit", {"account": account, "amount": "5000.00"})
    await bank.refuse("S0211", "savings.education.deposit", {"account": accounts[0], "amount": "10000.01"}, "education.limit")
    await bank.open_day(date(2006, 9, 1))
    # 5000 x (12 + 11) months: at 2.25 % 215.625, untaxed; at 1.71 % 163.875, tax 32.78
    assert await close(bank, "education", accounts[0], school_certificate=True) == paid("10000.00", "215.63", "0.00", "10215.63")
    assert await close(bank, "education", accounts[1]) == paid("10000.00", "163.88", "32.78", "10131.10")


async def test_one_deposit_is_no_education_savings(bank: SavingsAlone) -> None:
    account = (await opened(bank, "education", "5000.00", term="301"))["account"]
    await bank.refuse("S0211", "savings.education.close", {"account": account, "password": PASSWORD}, "education.deposits_too_few")


@pytest.mark.parametrize(
    ("product", "change", "problem", "field"),
    [
        ("time", {"amount": "49.99", "term": "301"}, "product.below_opening_minimum", "amount"),
        ("time", {"term": "304"}, "term.not_offered", "term"),
        ("time", {"term": "300"}, "term.malformed", "term"),
        ("time", {}, "request.invalid", "term"),
        ("optional", {"term": "301"}, "request.invalid", "term"),
        ("optional", {"amount": "49.99"}, "product.below_opening_minimum", "amount"),
        ("instalment", {"amount": "4.99", "term": "301"}, "product.below_opening_minimum", "amount"),
        ("instalment", {"term": "302"}, "term.not_offered", "term"),
        ("interest_drawing", {"amount": "4999.99", "term": "301"}, "product.below_opening_minimum", "amount"),
        ("notice", {"amount": "49999.99", "term": "101"}, "product.below_opening_minimum", "amount"),
        ("notice", {"amount": "50000.00", "term": "103"}, "term.not_offered", "term"),
        ("education", {"amount": "49.99", "term": "301"}, "product.below_opening_minimum", "amount"),
        ("education", {"amount": "20000.01", "term": "301"}, "education.limit", "amount"),
        ("time", {"term": "301", "currency": "USD"}, "product.currency_not_offered", "currency"),
        ("time", {"term": "301", "instrument": "passbook"}, "request.invalid", "instrument"),
    ],
)
async def test_what_does_not_open(bank: SavingsAlone, product: str, change: dict[str, Any], problem: str, field: str) -> None:
    body = {"customer_number": bank.customers.person(), "amount": "10000.00", "withdrawal_mode": "C", **change}
    assert (await bank.refuse("S0211", f"savings.{product}.open", body, problem))["field"] == field


async def test_renewal_is_agreed_and_undone(bank: SavingsAlone) -> None:
    made = await opened(bank, "time", "10000.00", term="203", auto_renew=True)
    body = {"account": made["account"], "auto_renew": False}
    assert (await bank.result("S0211", "savings.time.set_renewal", body))["auto_renew"] is False
    await bank.refuse("S0221", "savings.time.set_renewal", body, "account.other_outlet")
    other = await bank.demand("1.00")
    await bank.refuse("S0211", "savings.time.set_renewal", {**body, "account": other}, "account.wrong_kind")


async def test_at_maturity_a_deposit_is_renewed_with_its_interest_once(bank: SavingsAlone) -> None:
    """Half a year at 2.07 %: 10000 -> 103.50 less 20.70, 10082.80 for another half year at the 2.07 % of the day; one that matures
    later and one that is not to be renewed stay as they are."""
    renewed = (await opened(bank, "time", "10000.00", term="206", auto_renew=True))["account"]
    later = (await opened(bank, "time", "10000.00", term="301", auto_renew=True))["account"]
    matured = (await opened(bank, "time", "10000.00", term="206"))["account"]
    await bank.open_day(date(2006, 3, 1))
    day = {"business_date": "2006-03-01"}
    assert (await bank.internal("POST", "/internal/day/close", day)).status_code == 200
    progress = [(await bank.internal("POST", "/internal/day/events", day)).json() for _ in range(3)]
    assert progress[-1]["done"] == progress[-1]["total"] == progress[0]["total"]
    balances = [(await bank.panel(account))["balance"] for account in (renewed, later, matured)]
    assert balances == ["10082.80", "10000.00", "10000.00"]
    rows = await bank.rows("SELECT starts_on, matures_on FROM savings.term_deposit WHERE account = $1", renewed)
    assert [tuple(row) for row in rows] == [(date(2006, 3, 1), date(2006, 9, 1))]
    sent = await bank.rows("SELECT 1 FROM savings.outbox WHERE convert_from(envelope, 'UTF8') LIKE '%savings.time.renew%'")
    assert len(sent) == 1
    # the second term: 10082.80 x 2.07 % / 2 = 104.357 on its day, less 20.87
    await bank.open_day(date(2006, 9, 1))
    assert await close(bank, "time", renewed) == paid("10082.80", "104.36", "20.87", "10166.29")


async def pre_opened(bank: SavingsAlone, kind: str, term: str, customer: str) -> str:
    body = {"customer_number": customer, "kind": kind, "account_flag": "4", "term": term}
    return (await bank.result("K0211", "savings.corporate.pre_open", body))["account"]


async def test_a_corporate_deposit_opens_by_transfer_pays_a_part_and_closes(bank: SavingsAlone) -> None:
    """100,000.00 for a year at 2.25 %; 40,000.00 after 100 days at 0.72 %: 80.00; the rest on its day 1,350.00; no tax."""
    current = await bank.current("200000.00")
    customer = current[:10]
    await bank.refuse(
        "K0211",
        "savings.corporate.pre_open",
        {"customer_number": customer, "kind": "221", "account_flag": "4", "term": "302"},
        "term.not_offered",
    )
    account = await pre_opened(bank, "221", "301", customer)
    opening = {"account": account, "from_account": current, "amount": "100000.00"}
    refused = {**opening, "amount": "9999.99"}
    await bank.refuse("K0211", "savings.corporate_time.open_by_transfer", refused, "product.below_opening_minimum")
    made = await bank.result("K0211", "savings.corporate_time.open_by_transfer", opening)
    assert (made["matures_on"], made["rate"]) == ("2006-09-01", "2.25")
    await bank.refuse("K0211", "savings.corporate_time.open_by_transfer", opening, "account.status")
    await bank.refuse("K0211", "savings.corporate.deposit_cash", {"account": account, "amount": "1.00"}, "account.wrong_kind")
    await bank.open_day(date(2005, 12, 10))
    part = {"account": account, "to_account": current, "amount": "40000.00"}
    receipt = await bank.run("K0211", "savings.corporate_time.withdraw_part", part)
    assert receipt["result"] == {"principal": "40000.00", "interest": "80.00", "paid": "40080.00"}
    assert entries(receipt) == [("debit", "221", "40000.00"), ("debit", "521", "80.00"), ("credit", "201", "40080.00")]
    await bank.refuse("K0211", "savings.corporate_time.withdraw_part", part, "time.partial_once")
    await bank.open_day(date(2006, 9, 1))
    closing = await bank.result("K0211", "savings.corporate_time.close", {"account": account, "to_account": current})
    assert closing == {"principal": "60000.00", "interest": "1350.00", "paid": "61350.00"}
    assert (await bank.panel(current))["balance"] == "201430.00"


async def test_a_corporate_notice_deposit(bank: SavingsAlone) -> None:
    """1,000,000.00; 500,000.00 announced for 2005-10-31: 60 days at 1.62 %: 1,350.00; the rest unannounced at 0.72 %: 600.00."""
    current = await bank.current("1.00")
    account = await pre_opened(bank, "223", "107", current[:10])
    await bank.run("K0211", "savings.corporate_time.open_by_cash", {"account": account, "amount": "1000000.00"})
    await bank.open_day(date(2005, 10, 24))
    await bank.run("K0211", "savings.notice.notify", {"account": account, "amount": "500000.00", "for_on": "2005-10-31"})
    await bank.open_day(date(2005, 10, 31))
    part = {"account": account, "to_account": current, "amount": "500000.00"}
    assert (await bank.result("K0211", "savings.corporate_time.withdraw_part", part))["interest"] == "1350.00"
    closing = await bank.result("K0211", "savings.corporate_time.close", {"account": account, "to_account": current})
    assert closing == {"principal": "500000.00", "interest": "600.00", "paid": "500600.00"}


async def taken_back(bank: SavingsAlone, account: str, amount_minor: int, line: int = 1) -> None:
    """The ledger reverses a movement of an account, the opening unless told otherwise, on its day."""
    [wrong] = await bank.rows("SELECT posting_id FROM savings.account_line WHERE account = $1 AND line = $2", account, line)
    day, posting = bank.business_date.isoformat(), str(uuid4())
    body = {
        "posting_id": posting,
        "initiator": "ledger",
        "transaction_code": "ledger.correct.reverse",
        "business_date": day,
        "value_date": "2005-09-01",
        "currency": "CNY",
        "counter_outlet": "0201",
        "teller": "S0211",
        "correction": True,
        "reverses": str(wrong.posting_id),
        "lines": [{"account": account, "amount_minor": -amount_minor}],
    }
    answer = await bank.internal("POST", "/internal/movements", body)
    assert answer.status_code == 200, answer.text
    decided = {"state": "posted", "transaction_number": "02015000001"}
    assert (await bank.internal("POST", f"/internal/movements/{posting}/post", decided)).status_code == 200


async def test_a_deposit_whose_opening_was_reversed_is_neither_renewed_nor_paid_into(bank: SavingsAlone) -> None:
    """It closes empty, without a posting."""
    renewing = (await opened(bank, "time", "10000.00", term="206", auto_renew=True))["account"]
    monthly = (await opened(bank, "instalment", "200.00", term="301"))["account"]
    pupil = (await opened(bank, "education", "200.00", term="301"))["account"]
    for account, amount_minor in ((renewing, 10_000_00), (monthly, 200_00), (pupil, 200_00)):
        await taken_back(bank, account, amount_minor)
    for product, account in (("instalment", monthly), ("education", pupil)):
        paying_in = {"account": account, "amount": "200.00"}
        refused = await bank.refuse("S0211", f"savings.{product}.deposit", paying_in, "account.opening_taken_back")
        assert refused["field"] == "account"
    await bank.open_day(date(2006, 3, 1))
    day = {"business_date": "2006-03-01"}
    assert (await bank.internal("POST", "/internal/day/close", day)).status_code == 200
    for _ in range(3):
        answer = (await bank.internal("POST", "/internal/day/events", day)).json()
    assert answer["done"] == answer["total"]
    [row] = await bank.rows("SELECT matures_on FROM savings.term_deposit WHERE account = $1", renewing)
    assert row.matures_on == date(2006, 3, 1)
    await bank.open_day(date(2006, 3, 2))
    for product, account in (("time", renewing), ("instalment", monthly), ("education", pupil)):
        receipt = await bank.run("S0211", f"savings.{product}.close", {"account": account, "password": PASSWORD})
        assert receipt["entries"] == [] and set(receipt["result"].values()) == {"0.00"}
        assert (await bank.panel(account))["status"] == "closed"


async def test_a_part_taken_back_may_be_taken_again(bank: SavingsAlone) -> None:
    """One part early, once (IB 1019): what was reversed has not been taken."""
    account = (await opened(bank, "time", "10000.00", term="301"))["account"]
    part = {"account": account, "password": PASSWORD, "amount": "4000.00", "id_type": "A", "id_number": DOCUMENT}
    await bank.run("S0211", "savings.time.withdraw_part", part)
    await bank.refuse("S0211", "savings.time.withdraw_part", part, "time.partial_once")
    await taken_back(bank, account, -4000_00, line=2)
    assert (await bank.result("S0211", "savings.time.withdraw_part", part))["principal"] == "4000.00"


async def test_the_interest_of_a_closing_is_in_the_days_list(bank: SavingsAlone) -> None:
    """1,000.00 for ten days at 0.72 %: 0.20, tax 0.04."""
    account = await bank.demand("1000.00")
    await bank.open_day(date(2005, 9, 11))
    await bank.run("S0211", "savings.demand.close", {"account": account})
    headers = {"Authorization": f"Bearer {bank.token('S0211')}"}
    sheet = (await bank.client.get("/reports/deposit_interest", params={"account": account}, headers=headers)).json()
    assert (sheet["totals"]["interest"], sheet["totals"]["tax"]) == ("0.20", "0.04")
    assert [row["account"] for row in sheet["rows"]] == [account]
