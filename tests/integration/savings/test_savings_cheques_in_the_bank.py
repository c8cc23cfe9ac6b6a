"""Cheques in the whole bank: bought by the accounting department, sold from a teller's box, paid, taken back, voided in batches."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from kernel.errors import ErrorType, Kind
from tests import conftest
from tests.support.bank import TestBank

bank = conftest.bank
"""The whole bank, where the tests beside these have the service alone."""

SELL, UNDO_SALE = "savings.cheque.sell", "savings.cheque.undo_sale"
_companies = itertools.count(10_345_601)
AWAY = ErrorType("test.away", Kind.UNAVAILABLE, "不在", "away")


async def stocked(bank: TestBank, first: int, kind: str = "TCKZ") -> list[str]:
    """A book of 25 in the box of K0211."""
    numbers = [f"{number:08d}" for number in range(first, first + 25)]
    book = {"kind": kind, "first": numbers[0], "last": numbers[-1]}
    await bank.run("K0021", "counter.voucher.purchase", {**book, "sheets": 25}, cash_box=None)
    await bank.run("K0021", "counter.voucher.issue", {**book, "to_outlet": "0200"}, cash_box=None)
    await bank.run("K0201", "counter.voucher.receive", {**book, "sheets": 25}, cash_box=None)
    await bank.run("K0201", "counter.voucher.issue", {**book, "to_outlet": "0201"}, cash_box=None)
    await bank.run("K0211", "counter.voucher.receive", {**book, "sheets": 25}, cash_box=None)
    await bank.run("K0211", "counter.voucher.take_out", {**book, "sheets": 25})
    return numbers


async def current_account(bank: TestBank, amount: str = "1000.00", flag: str = "1") -> str:
    body = {"name": f"汇通贸易{next(_companies)}公司", "nature": "006", "address": "深圳路1号", "phone": "07551234567"}
    document = {"id_type": "G", "id_number": f"4403011{next(_companies)}"}
    customer = (await bank.run("K0211", "customer.corporate.open", {**body, **document}))["result"]["customer_number"]
    opening = {"customer_number": customer, "kind": "201", "account_flag": flag, "interest_bearing": True}
    account = (await bank.run("K0211", "savings.corporate.pre_open", opening))["result"]["account"]
    await bank.run("K0211", "savings.corporate.deposit_cash", {"account": account, "amount": amount})
    return account


def asked(account: str, numbers: list[str], kind: str = "TCKZ") -> dict[str, Any]:
    return {"account": account, "kind": kind, "first": numbers[0], "last": numbers[-1]}


def payment(payer: str, payee: str, number: str) -> dict[str, Any]:
    return {"from_account": payer, "to_account": payee, "amount": "10.00", "voucher_type": "TCKZ", "voucher_number": number}


async def places(bank: TestBank, numbers: list[str], kind: str = "TCKZ") -> list[tuple[str, str | None]]:
    """Where the counter has each number, and what has become of it in the savings service."""
    rows = await bank.sql(
        "SELECT v.number, v.state AS place, c.state FROM counter.voucher v LEFT JOIN savings.cheque c ON c.kind = v.kind AND "
        "c.number::int = v.number WHERE v.kind = $1 AND v.number = ANY($2::int[]) ORDER BY v.number",
        kind,
        [int(number) for number in numbers],
    )
    return [(row["place"], row["state"]) for row in rows]


async def off_sheet_702(bank: TestBank) -> int:
    await bank.settle()
    await asyncio.sleep(0)
    rows = await bank.sql("SELECT balance_minor FROM ledger.account WHERE account = '902011070200001'")
    return rows[0]["balance_minor"] if rows else 0


async def test_sold_used_and_taken_back(bank: TestBank):
    numbers, payer, payee = await stocked(bank, 60_000_001), await current_account(bank), await current_account(bank)
    sale = await bank.run("K0211", SELL, asked(payer, numbers[:3]))
    assert [(leg["account"], leg["direction"], leg["amount"], leg["red"]) for leg in sale["off_sheet"]] == [
        ("902011070200001", "pay", "3.00", False)
    ]
    assert sale["entries"] == []
    await bank.refuse("K0211", SELL, asked(payee, numbers[2:4]), "voucher.not_in_place")
    await bank.run("K0211", "savings.corporate.transfer", payment(payer, payee, numbers[0]))
    await bank.refuse("K0211", "savings.corporate.transfer", payment(payer, payee, numbers[3]), "cheque.not_sold")
    back = await bank.run("K0211", UNDO_SALE, asked(payer, numbers[1:3]))
    assert [(leg["account"], leg["direction"], leg["amount"], leg["red"]) for leg in back["off_sheet"]] == [
        ("902011070200001", "pay", "2.00", True)
    ]
    assert await places(bank, numbers[:4]) == [("sold", "used"), ("stock", "not_sold"), ("stock", "not_sold"), ("stock", None)]
    await bank.run("K0211", SELL, asked(payee, numbers[1:4]))
    assert await places(bank, numbers[1:4]) == [("sold", "unused")] * 3
    found = await bank.ask("K0211", "voucher.cheque_by_number", kind="TCKZ", number=numbers[1])
    assert found["cheque"]["account"] == payee and [row["action"]["en"] for row in found["rows"]] == ["Sold", "Taken back", "Sold"]


async def test_the_sheets_in_the_books_are_those_in_the_boxes(bank: TestBank):
    numbers, payer = await stocked(bank, 60_001_001), await current_account(bank)
    before = await off_sheet_702(bank)
    await bank.run("K0211", SELL, asked(payer, numbers))
    assert before - await off_sheet_702(bank) == 2_500
    await bank.run("K0211", UNDO_SALE, asked(payer, numbers[:10]))
    assert before - await off_sheet_702(bank) == 1_500
    [held] = await bank.sql("SELECT count(*) AS sheets FROM counter.voucher WHERE outlet = '0201' AND state = 'stock'")
    assert await off_sheet_702(bank) == held["sheets"] * 100


async def test_a_batch_is_void_wherever_it_is(bank: TestBank):
    numbers, payer, payee = await stocked(bank, 60_002_001), await current_account(bank), await current_account(bank)
    await bank.run("K0211", SELL, asked(payer, numbers))
    await bank.run("K0211", "savings.corporate.transfer", payment(payer, payee, numbers[0]))
    body = {"kind": "TCKZ", "first": numbers[0], "last": numbers[-1], "sheets": 25}
    receipt = await bank.run("K0021", "counter.voucher.void_batch", body, cash_box=None, second="K0029")
    assert receipt["result"]["sold"] == 24
    assert {state for _, state in (await places(bank, numbers))[1:]} == {"void"}
    assert (await places(bank, numbers))[0][1] == "used"
    await bank.refuse("K0211", "savings.corporate.transfer", payment(payer, payee, numbers[1]), "cheque.state")


async def test_racing_tellers_sell_a_book_once(bank: TestBank):
    numbers = await stocked(bank, 60_003_001)
    accounts = [await current_account(bank, "1.00") for _ in range(4)]
    answers = await asyncio.gather(*(bank.send("K0211", SELL, asked(account, numbers[:5])) for account in accounts))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await places(bank, numbers[:5]) == [("sold", "unused")] * 5


async def test_a_sale_the_ledger_refuses_leaves_the_cheques_in_the_box(bank: TestBank, monkeypatch):
    numbers, payer = await stocked(bank, 60_004_001), await current_account(bank)

    async def away(*_: Any, **__: Any) -> Any:
        raise AWAY()

    with monkeypatch.context() as patched:
        patched.setattr("contracts.ledger.LedgerClient.expand", away)
        await bank.refuse("K0211", SELL, asked(payer, numbers[:2]), "test.away")
    assert await places(bank, numbers[:2]) == [("stock", None)] * 2
    await bank.run("K0211", SELL, asked(payer, numbers[:2]))
    with monkeypatch.context() as patched:
        patched.setattr("contracts.ledger.LedgerClient.expand", away)
        await bank.refuse("K0211", UNDO_SALE, asked(payer, numbers[:2]), "test.away")
    assert await places(bank, numbers[:2]) == [("sold", "unused")] * 2
