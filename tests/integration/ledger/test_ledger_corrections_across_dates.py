"""Corrections ten days late: balances come right today, interest as if the error had never been (IB 3406-3422, 2544). Figures by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from launch.demo import BUSINESS_DATE
from tests.integration.ledger.conftest import Unlimited
from tests.support.bank import TestBank, running_bank
from tests.support.ledger import assert_books_agree, balance, demand, leg, person

REVERSE, SUPPLEMENT, WRONG, DIFFERENCE = (f"ledger.correct.{kind}" for kind in ("reverse", "supplement", "wrong_account", "difference"))
FIRST = BUSINESS_DATE.isoformat()
LATE = date(2005, 9, 11)
BOX = "902011010100001"


@dataclass
class Late:
    """A bank on 11 September, and what went wrong in it on the first: accounts and transaction numbers by name."""

    bank: TestBank
    accounts: dict[str, str]
    numbers: dict[str, str]

    async def correct(self, code: str, wrong: str, legs: list[dict[str, Any]], teller: str = "S0211", **more: Any) -> dict[str, Any]:
        return await self.bank.run(teller, code, self.body(wrong, legs=self.named(legs), **more), second=f"{teller[:4]}9")

    def named(self, legs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**each, "account": self.accounts.get(each["account"], each["account"])} for each in legs]

    def body(self, wrong: str, **more: Any) -> dict[str, Any]:
        return {"transaction_number": self.numbers[wrong], "business_date": FIRST, **more}

    async def close(self, name: str) -> tuple[str, str, str]:
        """Close a demand account: its principal, interest and tax."""
        body = {"account": self.accounts[name], "password": "123456"}
        result = (await self.bank.run("S0211", "savings.demand.close", body))["result"]
        return result["principal"], result["interest"], result["tax"]


def coloured(account: str, colour: str, amount: str, direction: str | None = None) -> dict[str, str]:
    return {"account": account, "colour": colour, "amount": amount, **({"direction": direction} if direction else {})}


@pytest.fixture(scope="module")
async def late(bank_template: Any) -> AsyncIterator[Late]:
    """Everything goes wrong on 1 September; then ten days end."""
    async with running_bank(bank_template) as bank:
        bank.bank.gateway.state.resources.state["sign_on_limiter"] = Unlimited()
        customer = await person(bank)
        accounts = {name: await demand(bank, customer, "1.00") for name in ("a", "b", "c", "d", "e", "f", "g")}
        numbers = {}
        for name, amount in {"a": "10000.00", "c": "700.00", "d": "10000.00", "e": "10000.00", "g": "50.00"}.items():
            receipt = await bank.run("S0211", "savings.demand.deposit", {"account": accounts[name], "amount": amount})
            numbers[name] = receipt["transaction_number"]
        await _lend(bank, accounts, numbers)
        run = await bank.day_end(through=LATE)
        assert run["state"] == "done", run
        yield Late(bank, accounts, numbers)


async def _lend(bank: TestBank, accounts: dict[str, str], numbers: dict[str, str]) -> None:
    """Loans of one borrower at 5.22 %; 30,000.00 are repaid on the first that were meant for the second."""
    document = {"nature": "006", "id_type": "G", "id_number": "440100000012345", "address": "解放路1号", "phone": "88880001"}
    borrower = (await bank.run("K0211", "customer.corporate.open", {"name": "东方公司", **document}))["result"]["customer_number"]
    kind = {"customer_number": borrower, "kind": "201", "account_flag": "0", "interest_bearing": True}
    accounts["deposit"] = (await bank.run("K0211", "savings.corporate.pre_open", kind))["result"]["account"]
    await bank.run("K0211", "savings.corporate.deposit_cash", {"account": accounts["deposit"], "amount": "50000.00"})
    for number, (name, principal) in enumerate({"first": "100000.00", "second": "50000.00", "third": "5000.00"}.items(), start=1):
        note = {"contract_number": f"HT20050901{number:04d}", "customer_number": borrower, "deposit_account": accounts["deposit"]}
        terms = {"currency": "CNY", "rate": "5.22", "starts_on": FIRST, "due_on": "2006-02-28", "kind": "123", "principal": principal}
        entered = await bank.run("K0211", "lending.note.enter", {**note, **terms})
        released = await bank.run("K0211", "lending.loan.release", {"note_number": entered["result"]["note_number"]})
        accounts[name] = released["result"]["account"]
    for name, amount in {"first": "30000.00", "second": "10000.00"}.items():
        repaid = await bank.run("K0211", "lending.loan.repay_part", {"account": accounts[name], "amount": amount})
        numbers[f"{name} repaid"] = repaid["transaction_number"]


async def test_the_right_account_earns_what_the_wrong_one_had(late: Late):
    """10,000.00 went to a, not b. b: 10,001.00 x 10 days x 0.72 % / 360 = 2.000, tax 20 % = 0.40; a: 1.00 x 10 days = 0.000."""
    legs = [coloured("a", "red", "10000.00"), coloured("b", "blue", "10000.00")]
    made = await late.correct(WRONG, "a", legs, direction="credit")
    assert made["result"]["value_date"] == FIRST
    assert made["result"]["interest_put_right"] == [
        {"account": late.accounts["a"], "amount": "-10000.00", "from": FIRST, "days": 10, "settled_days": 0},
        {"account": late.accounts["b"], "amount": "10000.00", "from": FIRST, "days": 10, "settled_days": 0},
    ]
    await late.bank.settle()
    entries = await late.bank.ask("S0211", "transaction.entries", transaction_number=made["transaction_number"])
    assert (entries["business_date"], entries["value_date"]) == (LATE.isoformat(), FIRST)
    assert await late.close("a") == ("1.00", "0.00", "0.00")
    assert await late.close("b") == ("10001.00", "2.00", "0.40")
    await assert_books_agree(late.bank)


async def test_a_reversal_and_its_supplement_count_from_the_first_day(late: Late):
    """7,000.00 was booked as 700.00: 7,001.00 x 10 days x 0.72 % / 360 = 1.400, tax 0.28."""
    reversed_ = await late.bank.run("S0211", REVERSE, late.body("c"), second="S0219")
    assert [each["days"] for each in reversed_["result"]["interest_put_right"]] == [10]
    legs = [leg(BOX, "debit", "7000.00"), leg("c", "credit", "7000.00")]
    made = await late.correct(SUPPLEMENT, "c", legs)
    assert made["result"]["interest_put_right"][0]["amount"] == "7000.00"
    line = (await late.bank.ask("S0211", "account.detail", account=late.accounts["c"]))["rows"][0]
    assert (line["amount"], line["business_date"], line["value_date"]) == ("7000.00", LATE.isoformat(), FIRST)
    assert await late.close("c") == ("7001.00", "1.40", "0.28")
    await assert_books_agree(late.bank)


async def test_a_correction_taken_back_leaves_interest_as_it_was(late: Late):
    """d keeps its 10,001.00 for ten days after all: 2.000, tax 0.40."""
    legs = [coloured("d", "red", "10000.00"), coloured("f", "blue", "10000.00")]
    made = await late.correct(WRONG, "d", legs, direction="credit")
    number = {"transaction_number": made["transaction_number"], "business_date": LATE.isoformat()}
    back = await late.bank.run("S0211", REVERSE, number, second="S0219")
    assert {each["from"] for each in back["result"]["interest_put_right"]} == {FIRST}
    assert await late.close("d") == ("10001.00", "2.00", "0.40")
    assert await late.close("f") == ("1.00", "0.00", "0.00")
    await assert_books_agree(late.bank)


async def test_days_that_are_settled_are_named_and_left(late: Late):
    """Interest of e was paid up to 5 September: the correction counts from the sixth on, and names the five days somebody has to look at.

    6,001.00 x 5 days counted by hand below: e loses 4,000.00, so 6,001.00 x 5 x 0.72 % / 360 = 0.600, tax 0.12.
    """
    settled = "UPDATE savings.account SET products = 0, products_since = '2005-09-06', products_until = '2005-09-06' WHERE account = $1"
    await late.bank.sql(settled, late.accounts["e"])
    legs = [coloured("e", "red", "4000.00"), coloured("902011027000001", "blue", "4000.00")]
    made = await late.correct(WRONG, "e", legs, direction="credit")
    assert made["result"]["interest_put_right"] == [
        {"account": late.accounts["e"], "amount": "-4000.00", "from": "2005-09-06", "days": 5, "settled_days": 5}
    ]
    assert await late.close("e") == ("6001.00", "0.60", "0.12")
    await assert_books_agree(late.bank)


async def test_a_repayment_of_the_wrong_loan(late: Late):
    """30,000.00 repaid on the first loan was the second's (IB 2546). From 1 to 11 September:
    first 100,000.00 x 10 x 5.22 % / 360 = 145.00; second 50,000.00 - 10,000.00 - 30,000.00 = 10,000.00: 14.50."""
    legs = [coloured("first", "red", "30000.00"), coloured("second", "blue", "30000.00")]
    made = await late.correct(WRONG, "first repaid", legs, "K0211", direction="credit")
    shown = [(each["direction"], each["red"], each["business_code"], each["amount"]) for each in made["entries"]]
    assert shown == [("credit", True, "123", "30000.00"), ("credit", False, "123", "30000.00")]
    assert [await balance(late.bank, late.accounts[name]) for name in ("first", "second")] == [100000, 10000]
    assert [each["settled_days"] for each in made["result"]["interest_put_right"]] == [0, 0]

    number = {"transaction_number": made["transaction_number"], "business_date": LATE.isoformat()}
    await late.bank.run("K0211", REVERSE, number, second="K0219")
    assert [await balance(late.bank, late.accounts[name]) for name in ("first", "second")] == [70000, 40000]
    await late.correct(WRONG, "first repaid", legs, "K0211", direction="credit")
    whole = [coloured("first", "red", "0.01"), coloured("second", "blue", "0.01")]
    body = late.body("first repaid", direction="credit", legs=late.named(whole))
    await late.bank.refuse("K0211", WRONG, body, "ledger.correct.more_than_original", second="K0219")

    # 10,000.00 was repaid on the second loan; it should have been 1,000.00: 9,000.00 too much on both sides (IB 3451).
    legs = [coloured("deposit", "red", "9000.00", "debit"), coloured("second", "red", "9000.00", "credit")]
    await late.correct(DIFFERENCE, "second repaid", legs, "K0211")
    assert await balance(late.bank, late.accounts["second"]) == 19000
    for name, principal, interest in (("first", "100000.00", "145.00"), ("second", "19000.00", "27.55")):
        repaid = (await late.bank.run("K0211", "lending.loan.repay_full", {"account": late.accounts[name]}))["result"]
        assert (repaid["principal"], repaid["interest"]) == (principal, interest)
    lines = await late.bank.sql("SELECT kind FROM lending.loan_line WHERE account = $1 ORDER BY line", late.accounts["first"])
    assert [row[0] for row in lines] == ["release", "repay_part", "adjustment", "correction", "adjustment", "repay_full"]
    await assert_books_agree(late.bank)


async def test_what_a_loan_refuses(late: Late):
    """A correction repays no loan whole and makes none larger than it was released; a closed one takes nothing."""
    await late.bank.run("S0211", REVERSE, late.body("g"), second="S0219")
    loan = late.accounts["third"]

    async def refused(direction: str, amount: str, problem: str) -> None:
        other = {"debit": "credit", "credit": "debit"}[direction]
        legs = [leg("902011013700001", other, amount), leg(loan, direction, amount)]
        await late.bank.refuse("S0211", SUPPLEMENT, late.body("g", legs=legs), problem, second="S0219")

    await refused("credit", "5000.00", "loan.correction.whole")
    await refused("debit", "0.01", "loan.correction.beyond")
    await late.bank.run("K0211", "lending.loan.repay_full", {"account": loan})
    await refused("credit", "1.00", "loan.not_open")
    await late.correct(SUPPLEMENT, "g", [leg(BOX, "debit", "60.00"), leg("g", "credit", "60.00")])
    assert await balance(late.bank, late.accounts["g"]) == 61
    await assert_books_agree(late.bank)
