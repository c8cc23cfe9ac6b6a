"""Batches of cheques voided, sold ones included (IB 745-750), ranges of a hundred thousand numbers, and ranges that are fought for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integration.vouchers.steps import (
    BRANCH,
    BUYER,
    OUTLET,
    at_outlet,
    books_agree,
    bought,
    counted,
    numbers,
    off_sheet,
    refused,
    vault,
    where,
)
from tests.support.bank import TestBank
from tests.support.premises import COMPANY

CURRENT = {"kind": "201", "account_flag": "0", "interest_bearing": True}


async def company(bank: TestBank, name: str) -> str:
    """A company's current account at 0201 with 1,000.00."""
    customer = (await bank.run(OUTLET, "customer.corporate.open", {"name": name, **COMPANY}))["result"]["customer_number"]
    account = (await bank.run(OUTLET, "savings.corporate.pre_open", {"customer_number": customer, **CURRENT}))["result"]["account"]
    await bank.run(OUTLET, "savings.corporate.deposit_cash", {"account": account, "amount": "1000.00"})
    return account


@pytest.fixture(scope="module")
async def accounts(bank: TestBank) -> tuple[str, str]:
    return await company(bank, "东方公司"), await company(bank, "西方公司")


async def test_a_batch_is_voided_with_what_customers_have_not_used(bank: TestBank, accounts: tuple[str, str]) -> None:
    """Two books: of the first 5 cheques are sold, of which 1 pays; the rest and the second book are handed in."""
    payer, payee = accounts
    await at_outlet(bank, 60_000_001, 60_000_050, "TCKZ")
    await bank.run(OUTLET, "counter.voucher.take_out", counted(60_000_001, 60_000_005, "TCKZ"))
    sale = {"account": payer, **numbers(60_000_001, 60_000_005, "TCKZ"), "sheets": 5}
    sold = await bank.run(OUTLET, "savings.cheque.sell", sale)
    assert off_sheet(sold) == [("902011070200001", "pay", "5.00", False)]
    order = {"from_account": payer, "to_account": payee, "amount": "10.00", "voucher_type": "TCKZ"}
    await bank.run(OUTLET, "savings.corporate.transfer", {**order, "voucher_number": "60000001"})

    whole = counted(60_000_001, 60_000_050, "TCKZ")
    problem = await refused(bank, BUYER, "void_batch", whole, "voucher.not_in_place", second="K0029")
    assert "60000006" in problem["detail"] and "0201" in problem["detail"], "the rest is in the outlet's vault"
    handed_in = numbers(60_000_026, 60_000_050, "TCKZ")
    await vault(bank, OUTLET, "undo_receive", handed_in)
    await vault(bank, BRANCH, "undo_issue", {**handed_in, "to_outlet": "0201"})
    await vault(bank, BRANCH, "undo_receive", handed_in)
    await vault(bank, BUYER, "undo_issue", {**handed_in, "to_outlet": "0200"})

    voided = await vault(bank, BUYER, "void_batch", counted(60_000_026, 60_000_050, "TCKZ"), second="K0029")
    assert off_sheet(voided) == [("900021070200001", "pay", "25.00", False)]
    assert (voided["result"]["handed_in"], voided["result"]["sold"]) == (25, 0)
    voided = await vault(bank, BUYER, "void_batch", counted(60_000_001, 60_000_005, "TCKZ"), second="K0029")
    assert (voided["result"]["handed_in"], voided["result"]["sold"]) == (0, 4)
    assert voided["off_sheet"] == [], "what was sold has left 702 already"
    assert (await where(bank, 60_000_001, "TCKZ"))[0] == "used"
    assert (await where(bank, 60_000_002, "TCKZ"))[0] == "void"
    refused_order = await bank.send(OUTLET, "savings.corporate.transfer", {**order, "voucher_number": "60000002"})
    assert (refused_order.status_code, refused_order.json()["code"]) == (409, "cheque.state")
    await refused(bank, BUYER, "void_batch", counted(60_000_026, 60_000_027, "TCKZ"), "voucher.not_in_place", second="K0029")
    await books_agree(bank)


async def test_who_may_void_a_batch(bank: TestBank) -> None:
    body = counted(60_001_001, 60_001_025)
    await bought(bank, 60_001_001, 60_001_025)
    await refused(bank, BUYER, "void_batch", body, "approval.required")
    await refused(bank, "K0001", "void_batch", body, "voucher.not_the_buyer", second="K0009")
    await refused(bank, BRANCH, "void_batch", body, "right.missing")
    await bought(bank, 60_001_001, 60_001_010, "CNFX")
    await refused(bank, BUYER, "void_batch", counted(60_001_001, 60_001_010, "CNFX"), "voucher.cheques_only", second="K0029")


async def test_a_sold_cheque_comes_back_in_red(bank: TestBank, accounts: tuple[str, str]) -> None:
    await at_outlet(bank, 60_002_001, 60_002_025, "TCKZ")
    await bank.run(OUTLET, "counter.voucher.take_out", counted(60_002_001, 60_002_003, "TCKZ"))
    sale = {"account": accounts[0], **numbers(60_002_001, 60_002_002, "TCKZ"), "sheets": 2}
    await bank.run(OUTLET, "savings.cheque.sell", sale)
    assert (await where(bank, 60_002_001, "TCKZ"))[0] == "sold"
    back = await bank.run(OUTLET, "savings.cheque.undo_sale", sale)
    assert off_sheet(back) == [("902011070200001", "pay", "2.00", True)]
    assert await where(bank, 60_002_001, "TCKZ") == ("stock", "0201", "00002")
    await books_agree(bank)


async def test_a_hundred_thousand_numbers_move_at_once(bank: TestBank) -> None:
    first, last = 70_000_001, 70_100_000
    await at_outlet(bank, first, last, "CNFX")
    await bank.run(OUTLET, "counter.voucher.take_out", counted(70_000_001, 70_000_001, "CNFX"))
    problem = await refused(bank, OUTLET, "void", numbers(first, last, "CNFX"), "voucher.not_in_place")
    assert "70000001" in problem["detail"]
    assert await where(bank, 70_050_000, "CNFX") == ("stock", "0201", "00000")
    voided = await vault(bank, OUTLET, "void", numbers(first + 1, last, "CNFX"))
    assert off_sheet(voided) == [("902011070200001", "pay", "99999.00", False)]
    await books_agree(bank)


async def test_a_range_is_bought_once_and_taken_by_one(bank: TestBank) -> None:
    """Ten at once, at every step one wins: buying, issuing, receiving, taking out."""
    body, named = counted(60_003_001, 60_003_025), numbers(60_003_001, 60_003_025)

    async def ten(teller: str, code: str, body: dict[str, Any], problems: set[str], **options: Any) -> None:
        answers = await asyncio.gather(*(bank.send(teller, f"counter.voucher.{code}", body, **options) for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9, [answer.text for answer in answers]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= problems

    await ten(BUYER, "purchase", body, {"voucher.exists"}, cash_box=None)
    await ten(BUYER, "issue", {**named, "to_outlet": "0200"}, {"voucher.not_in_place"}, cash_box=None)
    await ten(BRANCH, "receive", body, {"voucher.not_in_place"}, cash_box=None)
    await ten(BRANCH, "take_out", body, {"voucher.not_in_place"})
    assert await where(bank, 60_003_013) == ("stock", "0200", "00002")
    await books_agree(bank)


async def test_ranges_that_overlap_do_not_block_each_other_for_good(bank: TestBank) -> None:
    """Ten ranges, each overlapping its neighbours, from both ends: some win, none hangs, every number is in one place."""
    await at_outlet(bank, 60_004_001, 60_004_100, "CNFX")
    ranges = [(60_004_001 + 9 * step, 60_004_001 + 9 * step + 12) for step in range(10)]
    tellers = [OUTLET, "S0211"]
    answers = await asyncio.gather(
        *(
            bank.send(tellers[step % 2], "counter.voucher.take_out", counted(first, min(last, 60_004_100), "CNFX"))
            for step, (first, last) in enumerate([*ranges[::2], *ranges[1::2][::-1]])
        )
    )
    assert {answer.status_code for answer in answers} == {200, 409}, [answer.text for answer in answers]
    won = sum(answer.json()["result"]["sheets"] for answer in answers if answer.status_code == 200)
    [row] = await bank.sql(
        "SELECT count(*) FROM counter.voucher WHERE kind = 'CNFX' AND number BETWEEN 60004001 AND 60004100 AND cash_box <> '00000'"
    )
    assert row[0] == won > 0
