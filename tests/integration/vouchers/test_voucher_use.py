"""Vouchers that transactions use: they leave the box with the commit, come back if it fails, and are nobody's twice."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from contracts.vouchers import VoucherClient, VoucherHold
from kernel.errors import DomainError
from services.counter import voucher_holds
from tests.support.bank import TestBank

OPENING = {"instrument": "passbook", "currency": "CNY", "amount": "10.00", "withdrawal_mode": "C", "cross_outlet": False}
UNITS = {"name": "王五", "id_type": "Z"}


@pytest.fixture(scope="module")
async def customer(bank: TestBank) -> str:
    return (await bank.run("S0211", "customer.personal.open", UNITS))["result"]["customer_number"]


async def lowest(bank: TestBank, kind: str = "passbook", box: str = "00001", outlet: str = "0201") -> int:
    """The lowest number in a box."""
    statement = "SELECT min(number) FROM counter.voucher WHERE kind = $1 AND outlet = $2 AND cash_box = $3 AND state = 'stock'"
    [row] = await bank.sql(statement, kind, outlet, box)
    return row[0]


async def state_of(bank: TestBank, number: int, kind: str = "passbook") -> tuple[str, str | None]:
    [row] = await bank.sql("SELECT state, account FROM counter.voucher WHERE kind = $1 AND number = $2", kind, number)
    return row["state"], row["account"]


def hold_of(number: int | None, **fields: Any) -> VoucherHold:
    """What a transaction of the savings service would ask for."""
    first = None if number is None else f"{number:08d}"
    asked = {
        "posting_id": uuid4(),
        "initiator": "savings",
        "transaction_code": "savings.demand.open",
        "kind": "passbook",
        "first": first,
        "outlet": "0201",
        "cash_box": "00001",
        "teller": "S0211",
        "business_date": "2005-09-01",
    }
    return VoucherHold.model_validate({**asked, **fields})


async def test_an_opening_uses_the_lowest_passbook_and_pays_702_in_its_own_set(bank: TestBank, customer: str) -> None:
    number = await lowest(bank)
    opened = await bank.run("S0211", "savings.demand.open", {**OPENING, "customer_number": customer})
    assert opened["result"]["voucher_number"] == f"{number:08d}"
    assert [(each["account"], each["direction"], each["amount"]) for each in opened["off_sheet"]] == [("902011070200001", "pay", "1.00")]
    assert await state_of(bank, number) == ("used", opened["result"]["account"])
    await bank.settle()
    [kept] = await bank.sql("SELECT amount_minor, currency FROM ledger.off_sheet_leg WHERE posting_id = $1::uuid", opened["posting_id"])
    assert (kept["amount_minor"], kept["currency"]) == (100, "CNY")
    chosen = number + 7
    opened = await bank.run("S0211", "savings.demand.open", {**OPENING, "customer_number": customer, "voucher_number": f"{chosen:08d}"})
    assert opened["result"]["voucher_number"] == f"{chosen:08d}"


async def test_a_passbook_in_foreign_currency_is_carried_in_yuan(bank: TestBank, customer: str) -> None:
    """The set is in dollars; 702 stands in yuan, at 1.00 a sheet."""
    body = {**OPENING, "currency": "USD", "amount": "100.00", "customer_number": customer}
    opened = await bank.run("S0211", "savings.demand.open", body)
    assert [(each["account"], each["amount"]) for each in opened["off_sheet"]] == [("902011070200001", "1.00")]
    await bank.settle()
    [kept] = await bank.sql("SELECT currency FROM ledger.off_sheet_leg WHERE posting_id = $1::uuid", opened["posting_id"])
    assert kept["currency"] == "CNY"


async def test_a_number_that_is_not_in_the_own_box_is_refused(bank: TestBank, customer: str) -> None:
    used = (await lowest(bank)) - 1
    elsewhere = await lowest(bank, outlet="0202")
    for number, said in ((used, "已使用"), (elsewhere, "0202"), (99_999_999, "未登记")):
        body = {**OPENING, "customer_number": customer, "voucher_number": f"{number:08d}"}
        problem = await bank.refuse("S0211", "savings.demand.open", body, "voucher.not_in_place")
        assert problem["field"] == "voucher_number" and said in problem["message"]["zh"]
    assert (await state_of(bank, elsewhere))[0] == "stock"


async def test_without_a_box_there_are_no_vouchers(bank: TestBank, customer: str) -> None:
    payer = await bank.run("S0211", "savings.demand.open", {**OPENING, "customer_number": customer})
    body = {**OPENING, "customer_number": customer, "settlement": "transfer", "counter_account": payer["result"]["account"]}
    await bank.refuse("S0212", "savings.demand.open", body, "counter.cash_box_required")


async def test_a_refused_transaction_gives_the_passbook_back(bank: TestBank, customer: str) -> None:
    """The ledger refuses after the passbook has been held: the amount is more than the payer has."""
    number = await lowest(bank)
    payer = (await bank.run("S0211", "savings.demand.open", {**OPENING, "customer_number": customer}))["result"]["account"]
    number = await lowest(bank)
    body = {**OPENING, "customer_number": customer, "settlement": "transfer", "counter_account": payer, "amount": "11.00"}
    answer = await bank.send("S0211", "savings.demand.open", body)
    assert answer.status_code == 409
    assert await lowest(bank) == number and await state_of(bank, number) == ("stock", None)


async def test_a_preview_takes_nothing(bank: TestBank, customer: str) -> None:
    number = await lowest(bank)
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}"}
    body = {**OPENING, "customer_number": customer}
    answer = await bank.client.post("/api/transactions/savings.demand.open/preview", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"]["voucher_number"] == f"{number:08d}"
    assert answer.json()["off_sheet"][0]["amount"] == "1.00"
    assert await state_of(bank, number) == ("stock", None)


async def test_ten_openings_at_once_use_ten_passbooks(bank: TestBank, customer: str) -> None:
    body = {**OPENING, "customer_number": customer}
    receipts = await asyncio.gather(*(bank.run("S0211", "savings.demand.open", body) for _ in range(10)))
    assert len({receipt["result"]["voucher_number"] for receipt in receipts}) == 10


async def test_of_ten_who_want_one_passbook_one_gets_it(bank: TestBank, customer: str) -> None:
    number = await lowest(bank)
    body = {**OPENING, "customer_number": customer, "voucher_number": f"{number:08d}"}
    answers = await asyncio.gather(*(bank.send("S0211", "savings.demand.open", body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"voucher.not_in_place"}


async def test_a_teller_and_a_transfer_race_for_one_number(bank: TestBank, customer: str) -> None:
    """Either the customer gets the passbook or the other box does."""
    number = await lowest(bank)
    text = f"{number:08d}"
    opening = {**OPENING, "customer_number": customer, "voucher_number": text}
    moving = {"kind": "passbook", "first": text, "last": text, "to_box": "00002"}
    answers = await asyncio.gather(
        bank.send("S0211", "savings.demand.open", opening), bank.send("S0211", "counter.voucher.transfer", moving)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_hold_nobody_decided_is_given_back_by_asking(bank: TestBank, monkeypatch: pytest.MonkeyPatch) -> None:
    """The initiator died between hold and commit: its register does not know the posting, and never will."""
    counter = bank.bank.applications["counter"].resources
    asked = hold_of(await lowest(bank))
    client = VoucherClient(bank.bank.transport)
    held = await client.hold(asked)
    again = await client.hold(asked)
    assert held == again, "repeating a hold is harmless"
    monkeypatch.setattr(voucher_holds, "ASK_AFTER_SECONDS", 0)
    await voucher_holds.settle_holds(counter)
    assert await state_of(bank, int(held.first)) == ("stock", None)
    with pytest.raises(DomainError) as refused:
        await client.post(asked.posting_id)
    assert refused.value.code == "voucher.hold_decided"
    with pytest.raises(DomainError) as refused:
        await client.hold(asked)
    assert refused.value.code == "voucher.hold_decided"


async def test_a_lost_post_is_made_up_for_by_asking(bank: TestBank, customer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The initiator has committed and died before it said so: the passbook is the customer's."""

    async def lost(self: VoucherClient, posting_id: Any, transaction_number: str | None = None) -> None:
        raise ConnectionError("nobody hears this")

    number = await lowest(bank)
    with monkeypatch.context() as silent:
        silent.setattr(VoucherClient, "post", lost)
        opened = await bank.run("S0211", "savings.demand.open", {**OPENING, "customer_number": customer})
        account = opened["result"]["account"]
    monkeypatch.setattr(voucher_holds, "ASK_AFTER_SECONDS", 0)
    await voucher_holds.settle_holds(bank.bank.applications["counter"].resources)
    assert await state_of(bank, number) == ("used", account)
    [step] = await bank.sql(
        "SELECT state, transaction_number FROM counter.voucher_movement WHERE posting_id = $1::uuid", opened["posting_id"]
    )
    assert (step["state"], step["transaction_number"]) == ("posted", opened["transaction_number"])


async def test_an_undecided_hold_counts_in_the_statement_of_the_day(bank: TestBank) -> None:
    client = VoucherClient(bank.bank.transport)
    asked = hold_of(None)
    await client.hold(asked)
    stated = await bank.bank.transport.call("counter", "GET", "/internal/day/statement", params={"date": "2005-09-01"})
    assert stated["undecided"] == 1
    await client.void(asked.posting_id)
    stated = await bank.bank.transport.call("counter", "GET", "/internal/day/statement", params={"date": "2005-09-01"})
    assert stated["undecided"] == 0


async def test_a_hold_is_for_the_running_day_and_not_for_the_vault(bank: TestBank) -> None:
    client = VoucherClient(bank.bank.transport)
    refusals = (
        (hold_of(None, business_date="2005-09-02"), "day.date_wrong"),
        (hold_of(None, cash_box="00000"), "counter.box.is_vault"),
        (hold_of(None, kind="CNFX"), "voucher.none_left"),
        (hold_of(None, kind="rubber"), "voucher.kind_unknown"),
        (hold_of(1, action="sell"), "voucher.cheques_only"),
    )
    for asked, code in refusals:
        with pytest.raises(DomainError) as refused:
            await client.hold(asked)
        assert refused.value.code == code
