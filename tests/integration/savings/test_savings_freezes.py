"""Freezes: whole and in part, side by side, lifted by number, ended with their last day; what they stop and what they let through."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

FREEZE, UNFREEZE, FREEZE_PART, UNFREEZE_PART = (
    f"savings.account.{verb}" for verb in ("freeze", "unfreeze", "freeze_part", "unfreeze_part")
)
DEPOSIT, WITHDRAW, CLOSE = (f"savings.demand.{verb}" for verb in ("deposit", "withdraw", "close"))
OFFICER = {"id_type": "Z", "id_number": "公警0012345", "legal_document": "(2005)民一初字第18号", "summary": "市中级人民法院"}


async def freeze(savings, account, **fields):
    return await savings.result("K0211", FREEZE, {"account": account, "reason": "A", **fields})


async def freeze_part(savings, account, amount, **fields):
    return await savings.result("K0211", FREEZE_PART, {"account": account, "amount": amount, "reason": "B", **fields})


async def funds(savings, account):
    panel = await savings.panel(account, "K0211")
    return panel["balance"], panel["frozen_amount"], panel["available"], panel["frozen_whole"]


async def end_of_day(savings):
    """The date is closed, its automatic events are done, the next one begins. Returns the last progress."""
    day = {"business_date": savings.business_date.isoformat()}
    assert (await savings.internal("POST", "/internal/day/close", day)).status_code == 200
    while True:
        answer = await savings.internal("POST", "/internal/day/events", day)
        assert answer.status_code == 200, answer.text
        progress = answer.json()
        if progress["done"] == progress["total"]:
            break
    await savings.open_day(savings.business_date + timedelta(days=1))
    return progress


async def test_a_frozen_account_takes_money_and_pays_none(savings):
    account = await savings.current("1000.00")
    made = await freeze(savings, account, until="2005-12-31", **OFFICER)
    assert made == {
        "account": account,
        "freeze_number": 1,
        "until": "2005-12-31",
        "balance": "1000.00",
        "frozen_amount": "0.00",
        "available": "0.00",
    }
    await savings.run("K0211", "savings.corporate.deposit_cash", {"account": account, "amount": "50.00"})
    assert await funds(savings, account) == ("1050.00", "0.00", "0.00", True)
    other = await savings.current("1.00")
    cash = {"account": account, "amount": "0.01"}
    await savings.refuse("K0211", "savings.corporate.withdraw_cash", cash, "account.frozen")
    transfer = {"from_account": account, "to_account": other, "amount": "0.01"}
    await savings.refuse("K0211", "savings.corporate.transfer", transfer, "account.frozen")
    await savings.refuse("K0211", "savings.corporate.settle", {"account": account}, "account.frozen")
    into = {"from_account": other, "to_account": account, "amount": "0.01"}
    await savings.run("K0211", "savings.corporate.transfer", into)
    [shown] = (await savings.panel(account, "K0211"))["freezes"]
    assert (shown["reason"], shown["until"], shown["frozen_on"], shown["frozen_by"]) == ("A", "2005-12-31", "2005-09-01", "K0211")
    assert (shown["legal_document"], shown["summary"], shown["amount"]) == (OFFICER["legal_document"], OFFICER["summary"], None)
    lifted = await savings.result("K0211", UNFREEZE, {"account": account, "id_type": "Z", "id_number": "公警0012345"})
    assert (lifted["available"], lifted["freeze_number"]) == ("1050.01", 1)
    await savings.run("K0211", "savings.corporate.withdraw_cash", cash)
    assert (await savings.panel(account, "K0211"))["freezes"] == []


async def test_parts_add_up_and_leave_the_rest_free(savings):
    account = await savings.demand("1000.00")
    assert (await freeze_part(savings, account, "300.00"))["available"] == "700.00"
    second = await freeze_part(savings, account, "450.00", until="2005-09-30", **OFFICER)
    assert (second["freeze_number"], second["frozen_amount"], second["available"]) == (2, "750.00", "250.00")
    refused = await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "250.01"}, "account.insufficient")
    assert "250.00" in refused["message"]["zh"]
    await savings.run("S0211", WITHDRAW, {"account": account, "amount": "250.00"})
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "0.01"}, "account.insufficient")
    await savings.refuse("S0211", CLOSE, {"account": account}, "account.frozen")
    assert await funds(savings, account) == ("750.00", "750.00", "0.00", False)


async def test_no_more_than_the_book_balance_is_frozen_in_parts(savings):
    account = await savings.demand("1000.00")
    too_much = {"account": account, "amount": "1000.01", "reason": "C"}
    await savings.refuse("S0211", FREEZE_PART, too_much, "freeze.above_balance")
    await freeze_part(savings, account, "999.00")
    refused = await savings.refuse("S0211", FREEZE_PART, {**too_much, "amount": "1.01"}, "freeze.above_balance")
    assert refused["field"] == "amount" and "1.00" in refused["message"]["en"]
    await freeze_part(savings, account, "1.00")
    for amount in ("0.00", "-1.00", "x"):
        answer = await savings.send("S0211", FREEZE_PART, {**too_much, "amount": amount})
        assert answer.status_code == 422 and answer.json()["field"] == "amount"


async def test_a_part_is_lifted_with_the_amount_it_was_frozen_with(savings):
    account = await savings.demand("1000.00")
    await freeze_part(savings, account, "300.00")
    await freeze_part(savings, account, "200.00")
    body = {"account": account, "amount": "500.00"}
    refused = await savings.refuse("S0211", UNFREEZE_PART, body, "freeze.amount_differs")
    assert "300.00, 200.00" in refused["message"]["zh"]
    await savings.refuse("S0211", UNFREEZE, {"account": account}, "freeze.unknown")
    lifted = await savings.result("S0211", UNFREEZE_PART, {**body, "amount": "200.00"})
    assert (lifted["freeze_number"], lifted["frozen_amount"], lifted["available"]) == (2, "300.00", "700.00")
    await savings.refuse("S0211", UNFREEZE_PART, {**body, "amount": "200.00"}, "freeze.amount_differs")
    await savings.run("S0211", UNFREEZE_PART, {**body, "amount": "300.00"})
    await savings.refuse("S0211", UNFREEZE_PART, {**body, "amount": "300.00"}, "freeze.unknown")


async def test_among_equals_the_number_decides(savings):
    account = await savings.demand("1000.00")
    for _ in range(3):
        await freeze_part(savings, account, "100.00")
    body = {"account": account, "amount": "100.00"}
    refused = await savings.refuse("S0211", UNFREEZE_PART, body, "freeze.ambiguous")
    assert refused["field"] == "freeze_number" and "1, 2, 3" in refused["message"]["en"]
    await savings.refuse("S0211", UNFREEZE_PART, {**body, "freeze_number": 4}, "freeze.unknown")
    await savings.refuse("S0211", UNFREEZE_PART, {**body, "freeze_number": 2, "amount": "99.00"}, "freeze.amount_differs")
    assert (await savings.result("S0211", UNFREEZE_PART, {**body, "freeze_number": 2}))["freeze_number"] == 2
    await savings.refuse("S0211", UNFREEZE_PART, {**body, "freeze_number": 2}, "freeze.unknown")
    assert [each["freeze_number"] for each in (await savings.panel(account))["freezes"]] == [1, 3]


async def test_two_whole_freezes_are_lifted_one_by_one(savings):
    account = await savings.current("100.00")
    await freeze(savings, account)
    await freeze(savings, account, reason="B")
    await savings.refuse("K0211", UNFREEZE, {"account": account}, "freeze.ambiguous")
    assert (await savings.result("K0211", UNFREEZE, {"account": account, "freeze_number": 1}))["available"] == "0.00"
    assert (await savings.result("K0211", UNFREEZE, {"account": account}))["available"] == "100.00"


async def test_a_part_frozen_beside_the_whole_stays(savings):
    account = await savings.current("100.00")
    await freeze_part(savings, account, "30.00")
    await freeze(savings, account)
    assert await funds(savings, account) == ("100.00", "30.00", "0.00", True)
    await savings.run("K0211", UNFREEZE, {"account": account})
    assert await funds(savings, account) == ("100.00", "30.00", "70.00", False)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"until": "2005-08-31"}, "freeze.until_past", "until"),
        ({"reason": "G"}, "request.invalid", "reason"),
        ({"reason": None}, "request.invalid", "reason"),
        ({"id_type": "Z"}, "document.incomplete", "id_number"),
        ({"id_number": "123"}, "document.incomplete", "id_type"),
        ({"id_type": "A", "id_number": "110105194912310021"}, "identity.resident.check_digit", "id_number"),
        ({"account": "902011010100001"}, "account.unknown", "account"),
        ({"account": "000000001800010"}, "account.unknown", "account"),
    ],
)
async def test_what_a_freeze_refuses(savings, changes, code, field):
    account = await savings.demand("100.00")
    body = {"account": account, "reason": "A", **changes}
    assert (await savings.refuse("S0211", FREEZE, body, code))["field"] == field
    assert await funds(savings, account) == ("100.00", "0.00", "100.00", False)


async def test_only_the_own_outlet_freezes_and_unfreezes(savings):
    account = await savings.demand("100.00", cross_outlet=True)
    body = {"account": account, "reason": "A"}
    for teller in ("S0221", "S0311"):
        await savings.refuse(teller, FREEZE, body, "account.other_outlet")
        await savings.refuse(teller, FREEZE_PART, {**body, "amount": "1.00"}, "account.other_outlet")
    await savings.run("S0211", FREEZE, body)
    await savings.refuse("S0221", UNFREEZE, {"account": account}, "account.other_outlet")
    await savings.refuse("S0221", WITHDRAW, {"account": account, "amount": "1.00"}, "account.frozen")


async def test_a_closed_account_is_not_frozen_and_a_frozen_one_not_closed(savings):
    account = await savings.demand("100.00")
    await savings.run("S0211", FREEZE, {"account": account, "reason": "E"})
    await savings.refuse("S0211", CLOSE, {"account": account}, "account.frozen")
    await savings.run("S0211", UNFREEZE, {"account": account})
    await savings.run("S0211", CLOSE, {"account": account})
    await savings.refuse("S0211", FREEZE, {"account": account, "reason": "E"}, "account.status")


async def test_sent_twice_it_is_one_freeze(savings):
    account = await savings.demand("100.00")
    body = {"account": account, "amount": "10.00", "reason": "A"}
    answers = await asyncio.gather(*(savings.send("S0211", FREEZE_PART, body, key=f"freeze-{account}") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200} and len({answer.text for answer in answers}) == 1
    assert await funds(savings, account) == ("100.00", "10.00", "90.00", False)
    lift = {"account": account, "amount": "10.00"}
    answers = await asyncio.gather(*(savings.send("S0211", UNFREEZE_PART, lift, key=f"lift-{account}") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert await funds(savings, account) == ("100.00", "0.00", "100.00", False)


async def test_a_preview_freezes_nothing(savings):
    account = await savings.demand("100.00")
    answer = await savings.preview("S0211", FREEZE_PART, {"account": account, "amount": "10.00", "reason": "A"})
    assert answer.status_code == 200 and answer.json()["result"]["available"] == "90.00" and answer.json()["entries"] == []
    assert await funds(savings, account) == ("100.00", "0.00", "100.00", False)


async def test_a_withdrawal_and_a_freeze_race_for_the_same_money(savings):
    for _ in range(4):
        account = await savings.demand("100.00")
        took, froze = await asyncio.gather(
            savings.send("S0211", WITHDRAW, {"account": account, "amount": "60.00"}),
            savings.send("S0211", FREEZE_PART, {"account": account, "amount": "60.00", "reason": "A"}),
        )
        assert sorted((took.status_code, froze.status_code)) == [200, 409]
        refused = took if took.status_code == 409 else froze
        assert refused.json()["code"] == ("account.insufficient" if refused is took else "freeze.above_balance")


async def test_racing_freezes_get_different_numbers_and_never_exceed_the_balance(savings):
    account = await savings.demand("100.00")
    body = {"account": account, "amount": "30.00", "reason": "A"}
    answers = await asyncio.gather(*(savings.send("S0211", FREEZE_PART, body) for _ in range(6)))
    assert Counter(answer.status_code for answer in answers) == {200: 3, 409: 3}
    made = [answer.json()["result"]["freeze_number"] for answer in answers if answer.status_code == 200]
    assert sorted(made) == [1, 2, 3]
    assert await funds(savings, account) == ("100.00", "90.00", "10.00", False)


def movement(savings, account, amount_minor):
    day = savings.business_date.isoformat()
    return {
        "posting_id": str(uuid4()),
        "initiator": "lending",
        "transaction_code": "lending.loan.repay_part",
        "business_date": day,
        "value_date": day,
        "currency": "CNY",
        "counter_outlet": "0202",
        "teller": "K0221",
        "lines": [{"account": account, "amount_minor": amount_minor}],
    }


async def test_what_was_held_before_the_freeze_goes_and_nothing_after_it(savings):
    account = await savings.current("100.00")
    before, credit, late = movement(savings, account, -4_000), movement(savings, account, 700), movement(savings, account, -1)
    assert (await savings.internal("POST", "/internal/movements", before)).status_code == 200
    await freeze_part(savings, account, "100.00")
    await freeze(savings, account)
    refused = await savings.internal("POST", "/internal/movements", late)
    assert (refused.status_code, refused.json()["code"]) == (409, "account.frozen")
    assert (await savings.internal("POST", "/internal/movements", credit)).status_code == 200
    for each in (before, credit):
        posted = await savings.internal("POST", f"/internal/movements/{each['posting_id']}/post", {"state": "posted"})
        assert posted.status_code == 200
    assert await funds(savings, account) == ("67.00", "100.00", "0.00", True)
    await savings.run("K0211", UNFREEZE, {"account": account})
    assert await funds(savings, account) == ("67.00", "100.00", "0.00", False)
    refused = await savings.internal("POST", "/internal/movements", late)
    assert (refused.status_code, refused.json()["code"]) == (409, "account.insufficient")


async def test_a_freeze_ends_with_its_last_day_once(savings):
    today = savings.business_date
    tomorrow = (today + timedelta(days=1)).isoformat()
    account, untouched = await savings.demand("100.00"), await savings.demand("100.00")
    await freeze(savings, account, until=today.isoformat())
    await freeze_part(savings, account, "30.00", until=tomorrow)
    await freeze_part(savings, account, "20.00")
    await freeze_part(savings, untouched, "1.00", until=tomorrow)
    await end_of_day(savings)
    assert await funds(savings, account) == ("100.00", "50.00", "50.00", False)
    assert await funds(savings, untouched) == ("100.00", "1.00", "99.00", False)
    await savings.refuse("S0211", UNFREEZE, {"account": account}, "freeze.unknown")
    progress = await end_of_day(savings)
    assert progress == {"done": 2, "total": 2}
    assert await funds(savings, account) == ("100.00", "20.00", "80.00", False)
    assert await funds(savings, untouched) == ("100.00", "0.00", "100.00", False)
    rows = await savings.rows("SELECT number, state, ended_on, ended_by FROM savings.freeze WHERE account = $1 ORDER BY number", account)
    assert [tuple(row) for row in rows] == [
        (1, "expired", today, "A0000"),
        (2, "expired", today + timedelta(days=1), "A0000"),
        (3, "in_force", None, None),
    ]


async def test_the_event_works_in_portions_and_repeats_harmlessly(savings, monkeypatch):
    monkeypatch.setattr("services.savings.freezes.EVENT_PORTION", 2)
    day = savings.business_date
    accounts = [await savings.demand("10.00") for _ in range(5)]
    for account in accounts:
        await freeze(savings, account, until=day.isoformat())
    body = {"business_date": day.isoformat()}
    early = await savings.internal("POST", "/internal/day/events", body)
    assert early.json()["code"] == "day.not_closed"
    await savings.internal("POST", "/internal/day/close", body)
    seen = [(await savings.internal("POST", "/internal/day/events", body)).json() for _ in range(4)]
    assert [(each["done"], each["total"]) for each in seen] == [(2, 5), (4, 5), (5, 5), (5, 5)]
    await savings.open_day(day + timedelta(days=1))
    assert {(await funds(savings, account))[2] for account in accounts} == {"10.00"}


async def test_a_frozen_deposit_gives_no_interest_either(savings):
    """IB 3364: only in, never out: the drawing day comes, the interest stays."""
    fields = {"amount": "10000.00", "withdrawal_mode": "C", "term": "301", "interval_months": 1}
    opening = {"customer_number": savings.customers.person(), **fields}
    account = (await savings.result("S0211", "savings.interest_drawing.open", opening))["account"]
    await freeze(savings, account)
    await savings.open_day(savings.business_date + timedelta(days=40))
    await savings.refuse("S0211", "savings.interest_drawing.draw", {"account": account}, "account.frozen")
    await savings.run("S0211", UNFREEZE, {"account": account})
    await freeze_part(savings, account, "10000.00")
    await savings.run("S0211", "savings.interest_drawing.draw", {"account": account})
    await savings.refuse("S0211", "savings.interest_drawing.close", {"account": account}, "account.frozen")
