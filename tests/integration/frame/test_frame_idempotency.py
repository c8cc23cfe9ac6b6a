"""One key, one effect: whoever sends a request again, at the same time or later, gets the first receipt and nothing else happens."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

from tests.support.bank import TestBank
from tests.support.premises import PASSWORD, Premises, changed, everything
from tests.support.refusals import is_problem

DEPOSIT, WITHDRAW = "savings.demand.deposit", "savings.demand.withdraw"


async def balance(bank: TestBank, account: str) -> Decimal:
    """What an account holds."""
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}"}
    return Decimal((await bank.client.get(f"/api/accounts/{account}", headers=headers)).json()["balance"])


async def ten_at_once(bank: TestBank, teller: str, code: str, body: dict[str, Any]) -> list[httpx.Response]:
    """Ten callers with one key at the same moment."""
    await bank.sign_on(teller)
    key = uuid4().hex
    return await asyncio.gather(*(bank.send(teller, code, body, key=key) for _ in range(10)))


async def test_ten_racing_callers_with_one_key_deposit_once(bank: TestBank, premises: Premises) -> None:
    before, rows = await balance(bank, premises.account), await bank.sql("SELECT count(*) FROM savings.register WHERE state = 'posted'")
    answers = await ten_at_once(bank, "S0311", DEPOSIT, {"account": premises.account, "amount": "10.00"})
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1, "every caller gets the same receipt, byte for byte"
    await bank.settle()
    assert await balance(bank, premises.account) == before + 10
    receipt = answers[0].json()
    posted = await bank.sql("SELECT count(*) FROM savings.register WHERE state = 'posted'")
    assert posted[0][0] == rows[0][0] + 1
    sets = await bank.sql("SELECT transaction_number FROM ledger.posting_set WHERE posting_id = $1", receipt["posting_id"])
    assert [row["transaction_number"] for row in sets] == [receipt["transaction_number"]]
    kept = await bank.sql("SELECT count(*) FROM ledger.leg WHERE posting_id = $1", receipt["posting_id"])
    assert kept[0][0] == len(receipt["entries"]) == 4


async def test_ten_racing_callers_with_one_key_withdraw_once(bank: TestBank, premises: Premises) -> None:
    """Cash that leaves the box is held once and leaves once, at another outlet and with a password."""
    before = await balance(bank, premises.guarded)
    body = {"account": premises.guarded, "amount": "600.00", "password": PASSWORD}
    answers = await ten_at_once(bank, "S0311", WITHDRAW, body)
    assert {answer.status_code for answer in answers} == {200} and len({answer.content for answer in answers}) == 1
    await bank.settle()
    assert await balance(bank, premises.guarded) == before - 600
    held = await bank.sql("SELECT count(*) FROM ledger.reservation WHERE posting_id = $1", answers[0].json()["posting_id"])
    assert held[0][0] == 0, "nothing stays held"


async def test_ten_racing_callers_with_one_key_open_one_account(bank: TestBank, premises: Premises) -> None:
    before = await bank.sql("SELECT count(*) FROM savings.account")
    opening = {"customer_number": premises.person, "amount": "50.00", "withdrawal_mode": "A", "password": PASSWORD}
    answers = await ten_at_once(bank, "S0211", "savings.demand.open", opening)
    assert {answer.status_code for answer in answers} == {200} and len({answer.json()["result"]["account"] for answer in answers}) == 1
    assert (await bank.sql("SELECT count(*) FROM savings.account"))[0][0] == before[0][0] + 1


async def test_a_key_belongs_to_its_first_request(bank: TestBank, premises: Premises) -> None:
    key, body = uuid4().hex, {"account": premises.account, "amount": "3.00"}
    first = await bank.run("S0211", DEPOSIT, body, key=key)
    await bank.settle()
    before = await everything(bank)
    assert await bank.run("S0211", DEPOSIT, dict(reversed(body.items())), key=key) == first, "the order of the fields says nothing"
    others = [
        ("S0211", DEPOSIT, {**body, "amount": "3.01"}),
        ("S0211", DEPOSIT, {**body, "amount": "3.0"}),
        ("S0211", WITHDRAW, body),
        ("S0311", DEPOSIT, body),
    ]
    for teller, code, other in others:
        is_problem(await bank.send(teller, code, other, key=key), "idempotency.key_reused", 422, "Idempotency-Key")
    assert changed(before, await everything(bank), but=frozenset({"register"})) == []


async def test_a_refused_request_does_not_use_its_key_up(bank: TestBank, premises: Premises) -> None:
    key, body = uuid4().hex, {"account": premises.local, "amount": "1000.01"}
    is_problem(await bank.send("S0211", WITHDRAW, body, key=key), "account.insufficient", 409, "amount")
    await bank.run("S0211", DEPOSIT, {"account": premises.local, "amount": "0.01"})
    receipt = await bank.run("S0211", WITHDRAW, body, key=key)
    assert receipt["result"]["balance"] == "0.00"
    assert await bank.run("S0211", WITHDRAW, body, key=key) == receipt


async def test_a_receipt_is_kept_over_the_end_of_the_tellers_day(bank: TestBank, premises: Premises) -> None:
    """A teller who lost the answer and has balanced meanwhile still learns what happened."""
    key, body = uuid4().hex, {"account": premises.account, "amount": "4.00"}
    first = await bank.run("S0221", DEPOSIT, body, key=key)
    await bank.run("S0221", "counter.teller.balance", {})
    is_problem(await bank.send("S0221", DEPOSIT, body), "teller.balanced", 409)
    assert await bank.run("S0221", DEPOSIT, body, key=key) == first
