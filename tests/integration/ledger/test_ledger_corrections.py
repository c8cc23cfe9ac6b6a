"""补账, 串户冲补账, 差额冲正: what each allows, whom it asks, and what it leaves in the books and on the customers' accounts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from launch.demo import BUSINESS_DATE
from tests.support.bank import TestBank
from tests.support.ledger import assert_books_agree, balance, demand, leg, person

REVERSE, SUPPLEMENT, WRONG, DIFFERENCE = (f"ledger.correct.{kind}" for kind in ("reverse", "supplement", "wrong_account", "difference"))
TODAY = BUSINESS_DATE.isoformat()
BOX_0201, BOX_0301 = "902011010100001", "903011010100001"
PAYABLES = "902011026200001"


def wrong(receipt: dict[str, Any] | str, **more: Any) -> dict[str, Any]:
    """The body of a correction of a transaction made today."""
    number = receipt if isinstance(receipt, str) else receipt["transaction_number"]
    return {"transaction_number": number, "business_date": TODAY, **more}


def coloured(account: str, colour: str, amount: str, direction: str | None = None) -> dict[str, str]:
    return {"account": account, "colour": colour, "amount": amount, **({"direction": direction} if direction else {})}


async def deposit(bank: TestBank, account: str, amount: str, teller: str = "S0211") -> dict[str, Any]:
    return await bank.run(teller, "savings.demand.deposit", {"account": account, "amount": amount})


async def reverse(bank: TestBank, receipt: dict[str, Any], teller: str = "S0211") -> dict[str, Any]:
    return await bank.run(teller, REVERSE, wrong(receipt), second=f"{teller[:4]}9")


def shown(receipt: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    sides = {True: "-red", False: ""}
    return [(each["outlet"], each["direction"] + sides[each["red"]], each["business_code"], each["amount"]) for each in receipt["entries"]]


@pytest.fixture
async def two(bank: TestBank) -> tuple[str, str]:
    """Two demand accounts at 0201 with 1,000.00 each."""
    customer = await person(bank)
    return await demand(bank, customer, "1000.00"), await demand(bank, customer, "1000.00")


# 补账


async def test_a_supplement_posts_what_should_have_been_posted(bank: TestBank, two: tuple[str, str]):
    """A deposit of 70.00 over the counter of 0301 was booked as 700.00 (IB 430-438): the whole set red, then the right one in cash."""
    account, _ = two
    receipt = await deposit(bank, account, "700.00", "S0311")
    await reverse(bank, receipt, "S0311")
    legs = [leg(BOX_0301, "debit", "70.00"), leg(account, "credit", "70.00", summary="补记")]
    made = await bank.run("S0311", SUPPLEMENT, wrong(receipt, legs=legs), second="S0319")
    assert shown(made) == [
        ("0301", "debit", "101", "70.00"),
        ("0301", "credit", "417", "70.00"),
        ("0201", "credit", "211", "70.00"),
        ("0201", "debit", "417", "70.00"),
    ]
    assert made["result"] == {
        "corrected": {"transaction_number": receipt["transaction_number"], "business_date": TODAY, "code": "savings.demand.deposit"},
        "value_date": TODAY,
        "balances": [{"account": account, "balance": "1070.00"}],
        "interest_put_right": [],
    }
    assert await balance(bank, account) == 1070
    line = (await bank.ask("S0211", "account.detail", account=account))["rows"][0]
    assert (line["amount"], line["direction"], line["transaction_number"]) == ("70.00", "credit", made["transaction_number"])
    await assert_books_agree(bank)


async def test_there_is_one_supplement_for_a_reversal(bank: TestBank, two: tuple[str, str]):
    account, other = two
    receipt = await deposit(bank, account, "300.00")
    legs = [leg(BOX_0201, "debit", "300.00"), leg(other, "credit", "300.00")]
    await bank.refuse("S0211", SUPPLEMENT, wrong(receipt, legs=legs), "ledger.correct.not_reversed", second="S0219")
    red = await reverse(bank, receipt)
    made = await bank.run("S0211", SUPPLEMENT, wrong(red, legs=legs), second="S0219")
    assert made["result"]["corrected"]["transaction_number"] == receipt["transaction_number"]
    for named in (receipt, red):
        await bank.refuse("S0211", SUPPLEMENT, wrong(named, legs=legs), "ledger.correct.supplemented", second="S0219")
    # The supplement was wrong too: it is reversed like any other set, and that reversal has a supplement of its own.
    await reverse(bank, made)
    await bank.run("S0211", SUPPLEMENT, wrong(made, legs=legs), second="S0219")
    assert [await balance(bank, each) for each in two] == [1000, 1300]
    await assert_books_agree(bank)


async def test_ten_racing_supplements(bank: TestBank, two: tuple[str, str]):
    receipt = await deposit(bank, two[0], "500.00")
    await reverse(bank, receipt)
    body = wrong(receipt, legs=[leg(BOX_0201, "debit", "500.00"), leg(two[1], "credit", "500.00")])
    answers = await asyncio.gather(*(bank.send("S0211", SUPPLEMENT, body, second="S0219") for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 9]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"ledger.correct.supplemented"}
    assert [await balance(bank, each) for each in two] == [1000, 1500]
    await assert_books_agree(bank)


@pytest.mark.parametrize("code", [SUPPLEMENT, WRONG, DIFFERENCE])
async def test_sent_twice_is_done_once(bank: TestBank, two: tuple[str, str], code: str):
    receipt = await deposit(bank, two[0], "50.00")
    if code == SUPPLEMENT:
        await reverse(bank, receipt)
        body = wrong(receipt, legs=[leg(BOX_0201, "debit", "50.00"), leg(two[1], "credit", "50.00")])
    elif code == WRONG:
        body = wrong(receipt, direction="credit", legs=[coloured(two[0], "red", "50.00"), coloured(two[1], "blue", "50.00")])
    else:
        receipt = await reverse_and_transfer(bank, receipt, two)
        legs = [coloured(two[0], "red", "1.00", "debit"), coloured(two[1], "red", "1.00", "credit")]
        body = wrong(receipt, legs=legs)
    first, second = [await bank.run("S0211", code, body, second="S0219", key=f"twice-{code}") for _ in range(2)]
    assert first == second
    await assert_books_agree(bank)


async def reverse_and_transfer(bank: TestBank, receipt: dict[str, Any], two: tuple[str, str], amount: str = "50.00") -> dict[str, Any]:
    """A set between two customers' accounts: the supplement of a reversed deposit."""
    await reverse(bank, receipt)
    legs = [leg(two[0], "debit", amount), leg(two[1], "credit", amount)]
    return await bank.run("S0211", SUPPLEMENT, wrong(receipt, legs=legs), second="S0219")


@pytest.mark.parametrize(
    ("legs", "problem"),
    [
        ([("box", "debit", "9.00"), ("a", "credit", "8.00")], "ledger.entry.not_balanced"),
        ([("box", "debit", "9.00"), ("a", "debit", "9.00")], "ledger.entry.one_sided"),
        ([("box", "debit", "9.00")], "request.invalid"),
        (
            [("box", "debit", "9.00"), ("a", "debit", "1.00"), ("b", "credit", "6.00"), (PAYABLES, "credit", "4.00")],
            "ledger.correct.many_to_many",
        ),
        ([("box", "debit", "9.00"), ("902011041700001", "credit", "9.00")], "ledger.business_code.not_by_hand"),
        ([("box", "debit", "9.00"), ("903011026200001", "credit", "9.00")], "ledger.account.other_outlet"),
        ([("902011010100002", "debit", "9.00"), ("a", "credit", "9.00")], "ledger.entry.other_box"),
        ([("a", "debit", "1000.01"), ("b", "credit", "1000.01")], "account.insufficient"),
        ([("box", "debit", "9.00"), ("000000001800011", "credit", "9.00")], "account.check_digit"),
        ([("box", "debit", "0.00"), ("a", "credit", "0.00")], "amount.not_positive"),
        ([("box", "debit", "9.00"), ("902011070300001", "credit", "9.00")], "ledger.account.wrong_sheet"),
    ],
)
async def test_what_a_supplement_may_not_hold(bank: TestBank, two: tuple[str, str], legs: list[tuple[str, str, str]], problem: str):
    receipt = await deposit(bank, two[0], "20.00")
    await reverse(bank, receipt)
    names = {"box": BOX_0201, "a": two[0], "b": two[1]}
    body = wrong(receipt, legs=[leg(names.get(account, account), direction, amount) for account, direction, amount in legs])
    await bank.refuse("S0211", SUPPLEMENT, body, problem, second="S0219")
    right = wrong(receipt, legs=[leg(BOX_0201, "debit", "20.00"), leg(two[1], "credit", "20.00")])
    await bank.run("S0211", SUPPLEMENT, right, second="S0219")
    await assert_books_agree(bank)


@pytest.mark.parametrize("code", [SUPPLEMENT, WRONG, DIFFERENCE])
async def test_two_people_correct_their_own_outlets_transactions(bank: TestBank, two: tuple[str, str], code: str):
    receipt = await deposit(bank, two[0], "20.00")
    legs = {
        SUPPLEMENT: {"legs": [leg(BOX_0201, "debit", "20.00"), leg(two[1], "credit", "20.00")]},
        WRONG: {"direction": "credit", "legs": [coloured(two[0], "red", "20.00"), coloured(two[1], "blue", "20.00")]},
        DIFFERENCE: {"legs": [coloured(two[0], "red", "1.00", "debit"), coloured(two[1], "red", "1.00", "credit")]},
    }[code]
    await bank.refuse("S0211", code, wrong(receipt, **legs), "approval.required")
    await bank.refuse("S0211", code, wrong(receipt, **legs), "approval.level", second="S0212")
    await bank.refuse("S0221", code, wrong(receipt, **legs), "ledger.correct.other_outlet", second="S0229")
    await bank.refuse("S0211", code, wrong("02012009999", **legs), "ledger.transaction.unknown", second="S0219")
    late = {**wrong(receipt, **legs), "business_date": "2005-08-31"}
    await bank.refuse("S0211", code, late, "ledger.transaction.unknown", second="S0219")


# 串户冲补账


async def test_one_red_and_several_blue(bank: TestBank, two: tuple[str, str]):
    """900.00 paid in for two customers went to a third (IB 3429-3439): red at him, blue at them; the cash is right and stays."""
    account, other = two
    third = await demand(bank, await person(bank, "S0311"), "1.00", "S0311")
    receipt = await deposit(bank, account, "900.00")
    legs = [coloured(account, "red", "900.00"), coloured(other, "blue", "600.00"), coloured(third, "blue", "300.00")]
    made = await bank.run("S0211", WRONG, wrong(receipt, direction="credit", legs=legs), second="S0219")
    assert shown(made) == [
        ("0201", "credit-red", "211", "900.00"),
        ("0201", "credit", "211", "600.00"),
        ("0201", "credit", "417", "300.00"),
        ("0301", "credit", "211", "300.00"),
        ("0301", "debit", "417", "300.00"),
    ]
    assert [await balance(bank, each) for each in (account, other, third)] == [1000, 1600, 301]
    await assert_books_agree(bank)


async def test_several_red_and_one_blue(bank: TestBank, two: tuple[str, str]):
    account, other = two
    third = await demand(bank, await person(bank), "1.00")
    receipt = await deposit(bank, account, "1.00")
    await reverse(bank, receipt)
    legs = [leg(BOX_0201, "debit", "30.00"), leg(account, "credit", "10.00"), leg(other, "credit", "20.00")]
    spread = await bank.run("S0211", SUPPLEMENT, wrong(receipt, legs=legs), second="S0219")
    legs = [coloured(account, "red", "10.00"), coloured(other, "red", "20.00"), coloured(third, "blue", "30.00")]
    await bank.run("S0211", WRONG, wrong(spread, direction="credit", legs=legs), second="S0219")
    assert [await balance(bank, each) for each in (account, other, third)] == [1000, 1000, 31]
    await assert_books_agree(bank)


async def test_no_more_is_taken_back_than_stands_in_the_transaction(bank: TestBank, two: tuple[str, str]):
    account, other = two
    receipt = await deposit(bank, account, "100.00")

    def moving(amount: str, **more: str) -> dict[str, Any]:
        return wrong(receipt, direction="credit", legs=[coloured(account, "red", amount), coloured(other, "blue", amount)], **more)

    problem = await bank.refuse("S0211", WRONG, moving("100.01"), "ledger.correct.more_than_original", second="S0219")
    assert problem["field"] == "legs.0.amount" and "100.00" in problem["message"]["en"]
    first = await bank.run("S0211", WRONG, moving("60.00"), second="S0219")
    await bank.refuse("S0211", WRONG, moving("40.01"), "ledger.correct.more_than_original", second="S0219")
    answers = await asyncio.gather(*(bank.send("S0211", WRONG, moving("30.00"), second="S0219") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    # A set that has been corrected is not reversed whole; its corrections are, and then it.
    await bank.refuse("S0211", REVERSE, wrong(receipt), "ledger.correct.corrected", second="S0219")
    [second] = [answer.json() for answer in answers if answer.status_code == 200]
    for made in (first, second):
        await reverse(bank, made)
    await bank.run("S0211", WRONG, moving("100.00"), second="S0219")
    assert [await balance(bank, each) for each in two] == [1000, 1100]
    await assert_books_agree(bank)


async def test_a_reversed_transaction_has_no_wrong_account(bank: TestBank, two: tuple[str, str]):
    receipt = await deposit(bank, two[0], "100.00")
    legs = [coloured(two[0], "red", "100.00"), coloured(two[1], "blue", "100.00")]
    red = await reverse(bank, receipt)
    body = wrong(receipt, direction="credit", legs=legs)
    await bank.refuse("S0211", WRONG, body, "ledger.correct.already_reversed", second="S0219")
    await bank.refuse("S0211", WRONG, {**body, **wrong(red)}, "ledger.correct.reversal", second="S0219")


async def test_a_reversal_and_a_correction_at_once(bank: TestBank, two: tuple[str, str]):
    receipt = await deposit(bank, two[0], "100.00")
    legs = [coloured(two[0], "red", "100.00"), coloured(two[1], "blue", "100.00")]
    answers = await asyncio.gather(
        bank.send("S0211", REVERSE, wrong(receipt), second="S0219"),
        bank.send("S0211", WRONG, wrong(receipt, direction="credit", legs=legs), second="S0219"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert sum([await balance(bank, each) for each in two]) == (2000 if answers[0].status_code == 200 else 2100)
    await assert_books_agree(bank)


@pytest.mark.parametrize(
    ("direction", "legs", "problem"),
    [
        ("debit", [("a", "red", "5.00"), ("b", "blue", "5.00")], "ledger.correct.not_in_original"),
        ("credit", [("b", "red", "5.00"), ("a", "blue", "5.00")], "ledger.correct.not_in_original"),
        ("credit", [("a", "red", "5.00"), ("b", "blue", "4.00")], "ledger.correct.sums_differ"),
        ("credit", [("a", "red", "5.00"), ("a", "blue", "5.00")], "ledger.correct.same_account"),
        ("credit", [("a", "red", "5.00"), ("b", "red", "5.00")], "ledger.correct.colours"),
        ("credit", [("a", "blue", "5.00"), ("b", "blue", "5.00")], "ledger.correct.colours"),
        ("credit", [("a", "red", "5.00"), ("b", "red", "5.00"), ("c", "blue", "5.00"), ("d", "blue", "5.00")], "ledger.correct.colours"),
        ("debit", [(BOX_0201, "red", "5.00"), (PAYABLES, "blue", "5.00")], "ledger.correct.transfer_only"),
        ("credit", [("a", "red", "5.00"), (BOX_0201, "blue", "5.00")], "ledger.correct.transfer_only"),
        ("credit", [("a", "red", "5.00"), ("902011041800001", "blue", "5.00")], "ledger.business_code.not_by_hand"),
        ("sideways", [("a", "red", "5.00"), ("b", "blue", "5.00")], "request.invalid"),
        ("credit", [("a", "green", "5.00"), ("b", "blue", "5.00")], "request.invalid"),
    ],
)
async def test_what_is_no_wrong_account(
    bank: TestBank, two: tuple[str, str], direction: str, legs: list[tuple[str, str, str]], problem: str
):
    receipt = await deposit(bank, two[0], "20.00")
    names = {"a": two[0], "b": two[1], "c": PAYABLES, "d": "902011027000001"}
    body = wrong(receipt, direction=direction, legs=[coloured(names.get(each, each), colour, amount) for each, colour, amount in legs])
    await bank.refuse("S0211", WRONG, body, problem, second="S0219")
    assert [await balance(bank, each) for each in two] == [1020, 1000]
    await assert_books_agree(bank)


async def test_money_that_is_gone_is_not_taken_back(bank: TestBank, two: tuple[str, str]):
    """Savings refuses the red leg, and what was announced to the right account is given up again."""
    account, other = two
    receipt = await deposit(bank, account, "500.00")
    await bank.run("S0211", "savings.demand.withdraw", {"account": account, "amount": "1400.00", "password": "123456"})
    body = wrong(receipt, direction="credit", legs=[coloured(account, "red", "500.00"), coloured(other, "blue", "500.00")])
    await bank.refuse("S0211", WRONG, body, "account.insufficient", second="S0219")
    await assert_books_agree(bank)
    await deposit(bank, account, "400.00")
    await bank.run("S0211", WRONG, body, second="S0219")
    assert [await balance(bank, each) for each in two] == [0, 1500]


async def test_closed_and_frozen_accounts_refuse(bank: TestBank, two: tuple[str, str]):
    account, other = two
    closed = await demand(bank, await person(bank), "5.00")
    await bank.run("S0211", "savings.demand.close", {"account": closed, "password": "123456"})
    receipt = await deposit(bank, account, "500.00")

    def moving(to: str) -> dict[str, Any]:
        return wrong(receipt, direction="credit", legs=[coloured(account, "red", "500.00"), coloured(to, "blue", "500.00")])

    await bank.refuse("S0211", WRONG, moving(closed), "account.status", second="S0219")
    await bank.sql("UPDATE savings.account SET frozen_whole = true WHERE account = $1", account)
    await bank.refuse("S0211", WRONG, moving(other), "account.frozen", second="S0219")
    await assert_books_agree(bank)


# 差额冲正


async def test_a_difference_on_both_sides(bank: TestBank, two: tuple[str, str]):
    """A transfer of 50.00 should have been 41.00, and another 500.00 (IB 3451-3455): red where too much, blue where too little."""
    account, other = two
    transfer = await reverse_and_transfer(bank, await deposit(bank, account, "50.00"), two)
    legs = [coloured(account, "red", "9.00", "debit"), coloured(other, "red", "9.00", "credit")]
    made = await bank.run("S0211", DIFFERENCE, wrong(transfer, legs=legs), second="S0219")
    assert shown(made) == [("0201", "debit-red", "211", "9.00"), ("0201", "credit-red", "211", "9.00")]
    assert [await balance(bank, each) for each in two] == [959, 1041]
    more = [coloured(account, "blue", "459.00", "debit"), coloured(other, "blue", "459.00", "credit")]
    await bank.run("S0211", DIFFERENCE, wrong(transfer, legs=more), second="S0219")
    assert [await balance(bank, each) for each in two] == [500, 1500]
    await assert_books_agree(bank)


@pytest.mark.parametrize(
    ("legs", "problem"),
    [
        ([("a", "red", "5.00", "debit"), ("b", "red", "4.00", "credit")], "ledger.entry.not_balanced"),
        ([("a", "red", "5.00", "debit"), ("a", "blue", "5.00", "debit")], "ledger.entry.one_sided"),
        ([("a", "red", "5.00", "credit"), ("b", "red", "5.00", "debit")], "ledger.correct.not_in_original"),
        ([("a", "blue", "5.00", "debit"), (PAYABLES, "blue", "5.00", "credit")], "ledger.correct.not_in_original"),
        ([("a", "red", "50.01", "debit"), ("b", "red", "50.01", "credit")], "ledger.correct.more_than_original"),
        ([("a", "blue", "950.01", "debit"), ("b", "blue", "950.01", "credit")], "account.insufficient"),
    ],
)
async def test_what_is_no_difference(bank: TestBank, two: tuple[str, str], legs: list[tuple[str, str, str, str]], problem: str):
    transfer = await reverse_and_transfer(bank, await deposit(bank, two[0], "50.00"), two)
    names = {"a": two[0], "b": two[1]}
    body = wrong(transfer, legs=[coloured(names.get(each, each), colour, amount, side) for each, colour, amount, side in legs])
    await bank.refuse("S0211", DIFFERENCE, body, problem, second="S0219")
    await assert_books_agree(bank)


async def test_cash_is_not_corrected_by_its_difference(bank: TestBank, two: tuple[str, str]):
    """Differences are transfers (IB 3447): a wrong amount of cash is reversed and supplemented."""
    receipt = await deposit(bank, two[0], "50.00")
    legs = [coloured(BOX_0201, "red", "5.00", "debit"), coloured(two[0], "red", "5.00", "credit")]
    await bank.refuse("S0211", DIFFERENCE, wrong(receipt, legs=legs), "ledger.correct.transfer_only", second="S0219")


# Internal accounts, and what the receipt of a correction says later


async def test_a_correction_between_internal_accounts_and_its_entries(bank: TestBank):
    legs = [leg("902011013700001", "debit", "80.00"), leg(PAYABLES, "credit", "80.00")]
    posted = await bank.run("K0211", "ledger.entry.post", {"currency": "CNY", "legs": legs})
    moving = [coloured(PAYABLES, "red", "80.00"), coloured("902011027000001", "blue", "80.00")]
    made = await bank.run("K0211", WRONG, wrong(posted, direction="credit", legs=moving), second="K0219")
    assert made["rule"] == "ledger.correct.wrong_account v1" and made["second"] == "K0219"
    await bank.settle()
    found = await bank.ask("K0211", "transaction.entries", transaction_number=made["transaction_number"])
    assert found["rule"]["name"] == "ledger.correct.wrong_account"
    assert found["summary"] == f"串户 20050901 {posted['transaction_number']}"
    assert await balance(bank, "902011027000001") == -80
    await assert_books_agree(bank)


async def test_a_preview_corrects_nothing(bank: TestBank, two: tuple[str, str]):
    receipt = await deposit(bank, two[0], "20.00")
    await bank.settle()
    legs = [coloured(two[0], "red", "20.00"), coloured(two[1], "blue", "20.00")]
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}"}
    body = wrong(receipt, direction="credit", legs=legs)
    answer = await bank.client.post(f"/api/transactions/{WRONG}/preview", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["entries"]) == 2
    assert [await balance(bank, each) for each in two] == [1020, 1000]
    await assert_books_agree(bank)
