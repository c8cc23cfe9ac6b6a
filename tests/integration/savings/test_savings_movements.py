"""Movements other services ask for in two phases: pend, post, void, repeated, lost, late; corrections put products right."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from banking.movements import settle_pending

DEPOSIT, WITHDRAW, CLOSE = (f"savings.demand.{verb}" for verb in ("deposit", "withdraw", "close"))


def movement(savings, account, amount_minor, **fields):
    day = savings.business_date.isoformat()
    line = {"account": account, "amount_minor": amount_minor, "summary": "还款"}
    return {
        "posting_id": str(uuid4()),
        "initiator": "lending",
        "transaction_code": "lending.loan.repay_part",
        "business_date": day,
        "value_date": day,
        "currency": "CNY",
        "counter_outlet": "0202",
        "teller": "K0221",
        "lines": [line],
        **fields,
    }


async def pend(savings, body, status=200):
    answer = await savings.internal("POST", "/internal/movements", body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def decide(savings, body, verb, status=200, number=None):
    answer = await savings.internal(
        "POST", f"/internal/movements/{body['posting_id']}/{verb}", {"state": "posted", "transaction_number": number}
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def amounts(savings, account):
    panel = await savings.panel(account, "K0211")
    return panel["balance"], panel["available"]


async def test_a_debit_is_held_then_posted_once(savings):
    account = await savings.current("100.00")
    body = movement(savings, account, -3_000)
    answer = await pend(savings, body)
    assert answer["balances_minor"] == [7_000]
    assert answer["accounts"][0]["number"] == account
    assert (answer["accounts"][0]["outlet"], answer["accounts"][0]["business_code"]) == ("0201", "201")
    assert await pend(savings, body) == answer
    assert await amounts(savings, account) == ("100.00", "70.00")
    for _ in range(2):
        assert (await decide(savings, body, "post", number="02023000001"))["state"] == "posted"
    assert await amounts(savings, account) == ("70.00", "70.00")
    assert (await decide(savings, body, "void"))["state"] == "posted"
    assert await amounts(savings, account) == ("70.00", "70.00")
    detail = (await savings.ask("K0211", "account.detail", account=account)).json()
    line = detail["rows"][0]
    assert (line["amount"], line["direction"], line["transaction_number"], line["counter_outlet"], line["teller"], line["summary"]) == (
        "30.00",
        "debit",
        "02023000001",
        "0202",
        "K0221",
        "还款",
    )


async def test_a_voided_hold_is_given_back_for_good(savings):
    account = await savings.current("100.00")
    body = movement(savings, account, -3_000)
    await pend(savings, body)
    for _ in range(2):
        assert (await decide(savings, body, "void"))["state"] == "voided"
    assert await amounts(savings, account) == ("100.00", "100.00")
    assert (await decide(savings, body, "post", 409))["code"] == "movement.voided"
    assert (await pend(savings, body, 409))["code"] == "movement.voided"


async def test_nothing_to_post_and_nothing_to_void(savings):
    body = movement(savings, "x", 1)
    assert (await decide(savings, body, "post", 404))["code"] == "movement.unknown"
    assert (await decide(savings, body, "void"))["state"] == "voided"


async def test_racing_pends_and_posts_of_one_movement(savings):
    account = await savings.current("100.00")
    body = movement(savings, account, -3_000)
    answers = await asyncio.gather(*(pend(savings, body) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    await asyncio.gather(*(decide(savings, body, "post") for _ in range(5)))
    assert await amounts(savings, account) == ("70.00", "70.00")


async def test_held_money_cannot_be_spent(savings):
    account = await savings.current("100.00")
    await pend(savings, movement(savings, account, -6_000))
    assert (await pend(savings, movement(savings, account, -4_001), 409))["code"] == "account.insufficient"
    cash = {"account": account, "amount": "40.01"}
    await savings.refuse("K0211", "savings.corporate.withdraw_cash", cash, "account.insufficient")
    await savings.run("K0211", "savings.corporate.withdraw_cash", {**cash, "amount": "40.00"})


async def test_two_lines_on_one_account_count_together(savings):
    account = await savings.current("100.00")
    lines = [{"account": account, "amount_minor": -6_000}, {"account": account, "amount_minor": -4_001}]
    assert (await pend(savings, movement(savings, account, 0, lines=lines), 409))["code"] == "account.insufficient"
    assert await amounts(savings, account) == ("100.00", "100.00")
    lines[1]["amount_minor"] = -4_000
    body = movement(savings, account, 0, lines=lines)
    assert (await pend(savings, body))["balances_minor"] == [4_000, 0]
    await decide(savings, body, "post")
    assert await amounts(savings, account) == ("0.00", "0.00")


async def test_a_loan_activates_a_pre_opened_account(savings):
    account = await savings.current(None)
    body = movement(savings, account, 5_000_000, transaction_code="lending.loan.release")
    assert (await pend(savings, body))["balances_minor"] == [5_000_000]
    assert (await savings.panel(account, "K0211"))["status"] == "pre_opened"
    await savings.refuse("K0211", "savings.corporate.close", {"account": account}, "account.movements_pending")
    await decide(savings, body, "post")
    panel = await savings.panel(account, "K0211")
    assert (panel["status"], panel["balance"], panel["opened_on"]) == ("normal", "50000.00", savings.business_date.isoformat())


async def test_an_account_with_movements_under_way_does_not_close(savings):
    account = await savings.demand("100.00")
    for amount_minor in (500, -500):
        body = movement(savings, account, amount_minor)
        await pend(savings, body)
        await savings.refuse("S0211", CLOSE, {"account": account}, "account.movements_pending")
        await decide(savings, body, "void")
    await savings.run("S0211", CLOSE, {"account": account})
    assert (await pend(savings, movement(savings, account, 1), 409))["code"] == "account.status"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"currency": "USD"}, "account.currency_differs"),
        ({"value_date": "2099-01-01"}, "account.value_date_ahead"),
        ({"business_date": "2005-08-31", "value_date": "2005-08-31"}, "day.date_wrong"),
        ({"lines": [{"account": "000000001800010", "amount_minor": 1}]}, "account.unknown"),
        ({"lines": [{"account": "902011010100001", "amount_minor": 1}]}, "account.unknown"),
        ({"lines": [{"account": "12", "amount_minor": 1}]}, "account.malformed"),
    ],
)
async def test_what_a_movement_refuses(savings, change, problem):
    account = await savings.current("100.00")
    answer = await savings.internal("POST", "/internal/movements", {**movement(savings, account, 100), **change})
    assert answer.json()["code"] == problem
    assert await amounts(savings, account) == ("100.00", "100.00")


async def test_a_dry_run_holds_nothing(savings):
    account = await savings.current("100.00")
    assert (await pend(savings, movement(savings, account, -3_000, dry_run=True)))["balances_minor"] == [7_000]
    assert await amounts(savings, account) == ("100.00", "100.00")


async def test_only_services_may_ask(savings):
    answer = await savings.client.post("/internal/movements", json=movement(savings, "x", 1))
    assert answer.status_code == 403


async def test_the_recovery_loop_asks_the_initiator(savings):
    account = await savings.current("100.00")
    posted, voided, undecided = (movement(savings, account, amount) for amount in (-1_000, -2_000, -4_000))
    for body in (posted, voided, undecided):
        await pend(savings, body)
    from uuid import UUID

    decisions = savings.neighbours.decisions
    decisions[UUID(posted["posting_id"])] = {"state": "posted", "transaction_number": "02023000009"}
    decisions[UUID(undecided["posting_id"])] = {"state": "intended", "transaction_number": None}
    await settle_pending(savings.resources)
    assert await amounts(savings, account) == ("100.00", "30.00"), "a movement just made is left alone"
    async with savings.resources.database.transaction() as connection:
        await connection.exec_driver_sql(
            "UPDATE savings.movement SET created_at = created_at - interval '1 minute' WHERE state = 'pending'"
        )
    await settle_pending(savings.resources)
    assert await amounts(savings, account) == ("90.00", "50.00")
    await decide(savings, undecided, "void")
    assert await amounts(savings, account) == ("90.00", "90.00")


async def test_a_correction_takes_the_products_back_to_its_value_date(savings):
    """1,000.00 stays from day 0; 9,000.00 booked wrongly on day 0 is taken out on day 5 by a correction as of day 0.

    On day 10 only the 1,000.00 has earned: 1,000 x 10 x 0.72 / 36000 = 0.20, tax 0.04. Without the correction of the products the
    9,000.00 would have earned 0.90 more.
    """
    first = date(2005, 10, 1)
    await savings.open_day(first)
    account = await savings.demand("1000.00")
    await savings.run("S0211", DEPOSIT, {"account": account, "amount": "9000.00"})
    await savings.open_day(date(2005, 10, 6))
    body = movement(savings, account, -900_000, value_date=first.isoformat(), correction=True, transaction_code="ledger.correct.reverse")
    await pend(savings, body)
    await decide(savings, body, "post")
    [[correction, value_date]] = await savings.rows(
        "SELECT correction, value_date FROM savings.account_line WHERE account = $1 AND line = 3", account
    )
    assert correction and value_date == first
    await savings.open_day(date(2005, 10, 11))
    result = await savings.result("S0211", CLOSE, {"account": account})
    assert (result["principal"], result["interest"], result["tax"]) == ("1000.00", "0.20", "0.04")


async def test_a_withdrawal_reversed_earns_as_if_it_had_not_been(savings):
    first = date(2005, 11, 1)
    await savings.open_day(first)
    account = await savings.demand("10000.00")
    await savings.run("S0211", WITHDRAW, {"account": account, "amount": "9999.00"})
    await savings.open_day(date(2005, 11, 4))
    body = movement(savings, account, 999_900, value_date=first.isoformat(), correction=True)
    await pend(savings, body)
    await decide(savings, body, "post")
    await savings.open_day(date(2005, 11, 11))
    assert (await savings.result("S0211", CLOSE, {"account": account}))["interest"] == "2.00"


async def test_a_correction_needs_the_money_and_a_live_account(savings):
    account = await savings.demand("100.00")
    await savings.run("S0211", WITHDRAW, {"account": account, "amount": "60.00"})
    body = movement(savings, account, -10_000, correction=True)
    assert (await pend(savings, body, 409))["code"] == "account.insufficient"
    await savings.run("S0211", CLOSE, {"account": account})
    assert (await pend(savings, movement(savings, account, 6_000, correction=True), 409))["code"] == "account.status"


async def test_a_closed_day_takes_no_movement_but_finishes_what_is_under_way(savings):
    account = await savings.demand("100.00")
    under_way = movement(savings, account, -1_000)
    await pend(savings, under_way)
    day = savings.business_date
    closed = await savings.internal("POST", "/internal/day/close", {"business_date": day.isoformat()})
    assert closed.status_code == 200 and closed.json()["undecided"] == 1
    assert (await pend(savings, movement(savings, account, -1_000), 409))["code"] == "day.closed"
    await savings.refuse("S0211", DEPOSIT, {"account": account, "amount": "1.00"}, "outlet.closed")
    await decide(savings, under_way, "post")
    statement = (await savings.internal("GET", "/internal/day/statement", date=day.isoformat())).json()
    assert statement["undecided"] == 0
    assert (await savings.panel(account))["balance"] == "90.00"
