"""Transaction numbers without a gap, statements that count exactly what was acknowledged, and a close that is a close."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from contracts.day import DayClient
from contracts.ledger import LedgerClient
from kernel.errors import DomainError
from launch.demo import BUSINESS_DATE
from tests.support.bank import TestBank
from tests.support.premises import PASSWORD, Premises
from tests.support.waiting import until

DEPOSIT, WITHDRAW = "savings.demand.deposit", "savings.demand.withdraw"
SAVINGS_DIGIT, CUSTOMER_DIGIT = "2", "1"


async def taken(bank: TestBank, service: str) -> dict[str, list[int]]:
    """The sequences of a service's transaction numbers, by outlet and service digit, as its register has them."""
    rows = await bank.sql(f"SELECT transaction_number AS number FROM {service}.register WHERE transaction_number IS NOT NULL ORDER BY 1")
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["number"][:5], []).append(int(row["number"][5:]))
    return found


async def set_outlet(bank: TestBank, outlet: str, *, is_open: bool) -> None:
    """Open or close an outlet in the savings service."""
    body = {"outlets": [outlet], "open": is_open}
    await bank.bank.transport.call("savings", "POST", "/internal/day/outlets", json=body)


async def gather(*sent: Awaitable[httpx.Response]) -> list[httpx.Response]:
    """Everything at once."""
    return list(await asyncio.gather(*sent))


async def test_numbers_have_no_gap_after_a_mix_of_successes_and_failures(bank: TestBank, premises: Premises) -> None:
    for teller in ("S0211", "S0311", "S0221", "K0211"):
        await bank.sign_on(teller)
    one = {"account": premises.account, "amount": "1.00"}
    corporate = {"account": premises.current, "amount": "1.00"}
    sent = []
    for number in range(8):
        sent += [
            bank.send("S0211", DEPOSIT, one),
            bank.send("S0311", DEPOSIT, one),
            bank.send("S0311", WITHDRAW, {**one, "account": premises.guarded, "password": PASSWORD}),
            bank.send("S0221", DEPOSIT, one),
            bank.send("S0211", WITHDRAW, {**one, "amount": "999999.00"}),
            bank.send("S0311", DEPOSIT, {**one, "account": premises.local}),
            bank.send("S0221", DEPOSIT, {**one, "account": premises.closed}),
            bank.send("S0211", DEPOSIT, {**one, "amount": "1.001"}),
            bank.send("K0211", "savings.corporate.deposit_cash", corporate),
            bank.send("S0211", "customer.personal.open", {"name": f"客户{number}", "id_type": "Z"}),
            bank.send("S0211", "customer.personal.open", {"name": f"客户{number}", "id_type": "A", "id_number": "1"}),
        ]
    answers = await gather(*sent)
    assert Counter(answer.status_code == 200 for answer in answers) == {True: 48, False: 40}
    numbers = [answer.json()["transaction_number"] for answer in answers if answer.status_code == 200]
    assert len(set(numbers)) == len(numbers)
    for service, digit in (("savings", SAVINGS_DIGIT), ("customer", CUSTOMER_DIGIT)):
        sequences = await taken(bank, service)
        assert sequences and all(outlet.endswith(digit) for outlet in sequences)
        for outlet, found in sequences.items():
            assert found == list(range(1, len(found) + 1)), f"{service} at {outlet[:4]} has a gap"
        gates = await bank.sql(f"SELECT outlet, last_number, postings, control_total_minor FROM {service}.outlet_gate")
        for gate in gates:
            assert gate["last_number"] == len(sequences.get(gate["outlet"] + digit, []))
        counted = await bank.sql(
            "SELECT count(*) AS postings, coalesce(sum(control_total_minor), 0) AS total "
            f"FROM {service}.register WHERE state = 'posted' AND posts"
        )
        assert sum(gate["postings"] for gate in gates) == counted[0]["postings"]
        assert sum(gate["control_total_minor"] for gate in gates) == counted[0]["total"]
        given = {f"{outlet}{number:06d}" for outlet, found in sequences.items() for number in found}
        assert {number for number in numbers if number[4] == digit} <= given


@pytest.fixture
async def deposits(bank: TestBank, premises: Premises) -> AsyncIterator[Any]:
    """Deposits of one teller that keep coming while something else happens; the answers they got."""
    answers: list[httpx.Response] = []
    stop = asyncio.Event()

    async def keep_on(teller: str) -> None:
        while not stop.is_set():
            answers.append(await bank.send(teller, DEPOSIT, {"account": premises.account, "amount": "2.00"}))
            if answers[-1].status_code != 200:
                return

    tasks: list[asyncio.Task[None]] = []

    async def start(*tellers: str, callers: int = 4) -> list[httpx.Response]:
        for teller in tellers:
            await bank.sign_on(teller)
            tasks.extend(asyncio.create_task(keep_on(teller)) for _ in range(callers))
        while len(answers) < 8:
            await asyncio.sleep(0.005)
        return answers

    yield start
    stop.set()
    await asyncio.gather(*tasks)


def acknowledged(answers: list[httpx.Response]) -> list[str]:
    """The numbers of the receipts among the answers."""
    return [answer.json()["transaction_number"] for answer in answers if answer.status_code == 200]


async def test_closing_an_outlet_while_transactions_run(bank: TestBank, premises: Premises, deposits: Any) -> None:
    """After the close nothing is posted there any more, and every receipt that was handed out is counted."""
    await bank.sign_on("S0222")
    answers = await deposits("S0221")
    await set_outlet(bank, "0202", is_open=False)
    [gate] = await bank.sql("SELECT last_number, postings, control_total_minor FROM savings.outlet_gate WHERE outlet = '0202'")
    await _refused(answers, 4)
    refused = [answer for answer in answers if answer.status_code != 200]
    assert {answer.json()["code"] for answer in refused} == {"outlet.closed"}
    assert (await bank.send("S0221", DEPOSIT, {"account": premises.account, "amount": "2.00"})).status_code == 409
    [after] = await bank.sql("SELECT last_number, postings, control_total_minor FROM savings.outlet_gate WHERE outlet = '0202'")
    assert after == gate, "nothing was posted after the close"
    registered = await bank.sql("SELECT transaction_number AS number FROM savings.register WHERE outlet = '0202' AND state = 'posted'")
    assert len(registered) == gate["last_number"]
    assert set(acknowledged(answers)) <= {row["number"] for row in registered}
    await set_outlet(bank, "0202", is_open=True)
    assert (await bank.send("S0221", DEPOSIT, {"account": premises.account, "amount": "2.00"})).status_code == 200


async def test_barring_a_teller_while_his_transactions_run(bank: TestBank, premises: Premises, deposits: Any) -> None:
    """A teller who balances does no more, his colleagues go on."""
    answers = await deposits("S0101")
    await bank.run("S0101", "counter.teller.balance", {})
    [gate] = await bank.sql("SELECT last_number FROM savings.outlet_gate WHERE outlet = '0100'")
    await _refused(answers, 4)
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} == {"teller.balanced"}
    registered = await bank.sql("SELECT transaction_number AS number FROM savings.register WHERE teller = 'S0101' AND state = 'posted'")
    assert {row["number"] for row in registered} == set(acknowledged(answers))
    assert len(registered) == gate["last_number"]


async def test_closing_the_day_while_transactions_run(bank: TestBank, premises: Premises, deposits: Any) -> None:
    """The statement of a service counts exactly what it has posted, and the ledger comes to hold exactly that."""
    before = Decimal((await bank.ask("S0211", "account.detail", account=premises.account))["account"]["balance"])
    answers = await deposits("S0211", "S0311", callers=3)
    stated = await DayClient(bank.bank.transport, "savings").close(BUSINESS_DATE)
    await _refused(answers, 6)
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} == {"outlet.closed"}
    counted = await bank.sql(
        "SELECT count(*) AS postings, sum(control_total_minor) AS total FROM savings.register WHERE state = 'posted' AND posts"
    )
    assert (stated.postings, stated.control_total_minor) == (counted[0]["postings"], counted[0]["total"])
    await bank.settle()
    totals = await LedgerClient(bank.bank.transport).totals(BUSINESS_DATE)
    [held] = [each for each in totals if each.origin == "savings"]
    assert (held.postings, held.control_total_minor) == (stated.postings, stated.control_total_minor)
    now = Decimal((await bank.ask("S0211", "account.detail", account=premises.account))["account"]["balance"])
    assert now == before + 2 * len(acknowledged(answers))
    with pytest.raises(DomainError) as refused:
        await set_outlet(bank, "0201", is_open=True)
    assert refused.value.code == "day.closed"


async def _refused(answers: list[Any], count: int) -> None:
    """Wait until so many answers are refusals."""

    async def enough() -> bool:
        return sum(answer.status_code != 200 for answer in answers) == count

    await until(enough, f"{count} answers are refusals")
