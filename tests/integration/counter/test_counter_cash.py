"""Cash between vaults and boxes, and the sheet of a box, with the ledger behind it."""

import asyncio
from typing import Any

from kernel.numbers import internal_account
from tests.support.bank import TestBank

BOX, VAULT = (internal_account("0201", "CNY", "101", suffix) for suffix in ("00001", "00000"))

FIGURES = ("opening", "out", "in", "received", "paid", "balance")


def legs(receipt: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(entry["account"], entry["direction"], entry["amount"]) for entry in receipt["entries"]}


async def sheet(bank: TestBank, teller: str, cash_box: str | None = "own") -> dict[str, str]:
    """The CNY figures of the box a teller signs on with, once all postings have arrived."""
    await bank.settle()
    [row] = (await bank.run(teller, "counter.box.balance", {}, cash_box=cash_box))["result"]["rows"]
    return {name: row[name] for name in FIGURES}


async def test_cash_goes_from_vault_to_box_and_back(bank: TestBank) -> None:
    before = await sheet(bank, "S0211")
    out = await bank.run("S0211", "counter.box.cash_out", {"amount": "3000.00"})
    assert legs(out) == {(BOX, "debit", "3000.00"), (VAULT, "credit", "3000.00")}
    put_in = await bank.run("S0211", "counter.box.cash_in", {"amount": "1200.50", "currency": "CNY"})
    assert legs(put_in) == {(VAULT, "debit", "1200.50"), (BOX, "credit", "1200.50")}
    # The demo bank drew 200,000.00 into the box on the same day.
    assert before == {"opening": "0.00", "out": "200000.00", "in": "0.00", "received": "0.00", "paid": "0.00", "balance": "200000.00"}
    after = await sheet(bank, "S0211")
    assert after == {**before, "out": "203000.00", "in": "1200.50", "balance": "201799.50"}


async def test_the_receiving_box_counts_as_received(bank: TestBank) -> None:
    receipt = await bank.run("S0311", "counter.box.cash_transfer", {"amount": "500.00", "to_box": "00002"})
    other = internal_account("0301", "CNY", "101", "00002")
    assert (other, "debit", "500.00") in legs(receipt)
    assert (await sheet(bank, "S0311"))["paid"] == "500.00"
    assert (await sheet(bank, "K0311"))["received"] == "500.00"
    for to_box, code in (("00009", "counter.box.unknown"), ("00001", "counter.box.same"), ("00000", "counter.box.is_vault")):
        await bank.refuse("S0311", "counter.box.cash_transfer", {"amount": "1.00", "to_box": to_box}, code)


async def test_a_new_box_is_used_after_signing_on_again(bank: TestBank) -> None:
    receipt = await bank.run("S0222", "counter.box.add", {"cash_box": "00007", "name": "二号柜"})
    assert receipt["result"]["account"] == internal_account("0202", "CNY", "101", "00007")
    await bank.refuse("S0221", "counter.box.add", {"cash_box": "00007", "name": "二号柜"}, "counter.box.exists")
    await bank.refuse("S0221", "counter.box.add", {"cash_box": "00000", "name": "库"}, "counter.box.is_vault")
    await bank.refuse("S0222", "counter.box.cash_out", {"amount": "1.00"}, "counter.cash_box_required")
    assert await sheet(bank, "S0222", cash_box="00007") == dict.fromkeys(FIGURES, "0.00")
    await bank.run("S0222", "counter.box.cash_out", {"amount": "10.00"}, cash_box="00007")
    assert (await sheet(bank, "S0222", cash_box="00007"))["balance"] == "10.00"
    boxes = (await bank.ask("S0222", "counter.boxes"))["rows"]
    assert {(box["cash_box"], *box["tellers"]) for box in boxes} == {("00000",), ("00001", "S0221"), ("00002", "K0221"), ("00007", "S0222")}


async def test_the_vault_is_filled_by_the_superior(bank: TestBank) -> None:
    receipt = await bank.run("S0301", "counter.box.cash_receive", {"amount": "100.00"})
    assert receipt["result"]["from_outlet"] == "0001"
    receipt = await bank.run("S0311", "counter.box.cash_receive", {"amount": "2000.00"})
    assert {(entry["outlet"], entry["direction"], entry["automatic"]) for entry in receipt["entries"]} == {
        ("0301", "debit", False),
        ("0301", "credit", True),
        ("0300", "credit", False),
        ("0300", "debit", True),
    }
    vault = await sheet(bank, "S0312", cash_box="00000")
    assert vault["received"].endswith("2000.00") and vault["out"] == "400000.00"
    await bank.refuse("S0001", "counter.box.cash_receive", {"amount": "1.00"}, "counter.box.no_superior")
    for code in ("counter.box.cash_in", "counter.box.cash_out"):
        await bank.refuse("S0312", code, {"amount": "1.00"}, "counter.box.is_vault", cash_box="00000")


async def test_no_box_gives_more_than_it_has(bank: TestBank) -> None:
    await bank.settle()
    tellers = ["S0201", "K0201"]
    for teller in tellers:
        await bank.sign_on(teller)
    sent = (bank.send(teller, "counter.box.cash_out", {"amount": "150000.00"}) for teller in tellers * 4)
    answers = await asyncio.gather(*sent)
    # The demo bank left 600,000.00 in each vault: 1,000,000.00 less two boxes of 200,000.00.
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 4
    vault = await sheet(bank, "S0202", cash_box="00000")
    assert vault["balance"] == "0.00"


async def test_amounts_are_checked(bank: TestBank) -> None:
    not_positive, too_fine = "amount.not_positive", "amount.too_many_decimals"
    for amount, code in (("0", not_positive), ("-1.00", not_positive), ("1.001", too_fine), ("x", "amount.malformed")):
        await bank.refuse("S0211", "counter.box.cash_in", {"amount": amount}, code)
    await bank.refuse("S0211", "counter.box.cash_in", {"amount": "1.00", "currency": "XXX"}, "currency.unknown")
