"""Money between lending and savings when a process dies or a wire is cut between any two steps: never on one side only."""

from __future__ import annotations

import asyncio

import pytest

from kernel.errors import DomainError
from runtime.transport import SLOW, UNREACHABLE
from tests.support.lending import Borrowed, Crash, LendingBank, dying

RELEASE, PART, WHOLE = "lending.loan.release", "lending.loan.repay_part", "lending.loan.repay_full"
MOVEMENTS = "/internal/movements"


async def untouched(bank: LendingBank, loan: Borrowed) -> bool:
    """The loan and its deposit account as they were after the release, nothing held."""
    deposit = await bank.panel(loan.deposit)
    return (await bank.balances(loan), deposit["available"], deposit["held"]) == (("100000.00", "100000.00"), "100000.00", "0.00")


async def ready(bank: LendingBank) -> tuple[str, dict[str, str]]:
    """A deposit account and the body that releases a loan to it."""
    customer = await bank.company()
    deposit = await bank.account(customer)
    return deposit, {"note_number": await bank.note(customer, deposit)}


async def test_lending_dies_before_its_commit(bank: LendingBank, monkeypatch: pytest.MonkeyPatch):
    """Savings has held the money; the intent is left alone, and in time savings asks, hears `voided`, and lets the money go."""
    loan = await bank.loan()
    body = {"account": loan.account, "amount": "30000.00"}
    async with dying(monkeypatch), bank.wires.cut("ledger", "/internal/expand", Crash(), after=True):
        with pytest.raises(Crash):
            await bank.send(PART, body, key=f"dies-{loan.account}")
    assert await bank.undecided() == (1, 1)
    deposit = await bank.panel(loan.deposit)
    assert (deposit["balance"], deposit["available"], deposit["held"]) == ("100000.00", "70000.00", "30000.00")
    assert (await bank.panel(loan.account))["balance"] == "100000.00"

    await bank.recover()
    assert await bank.undecided() == (1, 1), "lending may still be running, so nothing is decided yet"
    await bank.forget_intents()
    await bank.recover()
    assert await bank.undecided() == (0, 0)
    assert await untouched(bank, loan)

    await bank.run(PART, body, key=f"dies-{loan.account}")
    assert await bank.balances(loan) == ("70000.00", "70000.00")


async def test_lending_dies_after_its_commit(bank: LendingBank, monkeypatch: pytest.MonkeyPatch):
    """The loan is smaller, savings was not told: it asks, hears `posted`, and takes the money under the transaction's number."""
    loan = await bank.loan()
    body = {"account": loan.account, "amount": "30000.00"}
    async with dying(monkeypatch), bank.wires.cut("savings", "/post", Crash(), after=False):
        with pytest.raises(Crash):
            await bank.send(PART, body, key=f"after-{loan.account}")
    assert await bank.balances(loan) == ("70000.00", "100000.00")
    assert await bank.undecided() == (0, 1)

    again = await bank.run(PART, body, key=f"after-{loan.account}")
    await bank.recover()
    assert await bank.balances(loan) == ("70000.00", "70000.00")
    [movement] = await bank.sql("SELECT state, transaction_number FROM savings.movement WHERE posting_id = $1", again["posting_id"])
    assert tuple(movement) == ("posted", again["transaction_number"])
    own, booked = await bank.proof("savings")
    assert own == booked


async def test_lending_dies_in_a_release(bank: LendingBank, monkeypatch: pytest.MonkeyPatch):
    """The note is still good after the void, and released once."""
    deposit, body = await ready(bank)
    async with dying(monkeypatch), bank.wires.cut("savings", MOVEMENTS, Crash(), after=True):
        with pytest.raises(Crash):
            await bank.send(RELEASE, body)
    assert await bank.undecided() == (1, 1)
    await bank.forget_intents()
    await bank.recover()
    assert (await bank.panel(deposit))["balance"] == "0.00"
    assert (await bank.ask("loan.by_account", account=deposit))["rows"] == []
    await bank.run(RELEASE, body)
    assert (await bank.panel(deposit))["balance"] == "100000.00"


async def test_an_answer_of_savings_is_lost(bank: LendingBank):
    """Savings held the money, lending never heard of it: the transaction fails, its intent is voided, savings is told."""
    loan = await bank.loan()
    async with bank.wires.cut("savings", MOVEMENTS, SLOW(service="savings"), after=True) as fault:
        await bank.refuse(WHOLE, {"account": loan.account}, "service.too_slow")
    assert fault.seen == 2, "the hold and the void were both answered into the void"
    assert await bank.undecided() == (0, 0)
    assert await untouched(bank, loan)
    states = await bank.sql("SELECT state FROM savings.movement WHERE account = $1 ORDER BY created_at", loan.deposit)
    assert [row["state"] for row in states] == ["posted", "voided"]


async def test_savings_cannot_be_told_of_the_failure(bank: LendingBank):
    """The ledger refuses, and savings is away when it should void: it asks later."""
    loan = await bank.loan()
    async with (
        bank.wires.cut("ledger", "/internal/expand", UNREACHABLE(service="ledger"), after=False),
        bank.wires.cut("savings", "/void", UNREACHABLE(service="savings"), after=False) as silence,
    ):
        await bank.refuse(WHOLE, {"account": loan.account}, "service.unreachable")
    assert silence.seen == 1
    assert await bank.undecided() == (0, 1)
    assert (await bank.panel(loan.deposit))["available"] == "0.00"
    await bank.recover()
    assert await untouched(bank, loan)


async def test_savings_cannot_be_told_of_the_success(bank: LendingBank):
    """The receipt is given all the same; the money moves when savings asks."""
    loan = await bank.loan()
    async with bank.wires.cut("savings", "/post", UNREACHABLE(service="savings"), after=False):
        receipt = await bank.run(WHOLE, {"account": loan.account})
    assert receipt["result"]["balance"] == "0.00"
    assert await bank.balances(loan) == ("0.00", "100000.00")
    await bank.recover()
    assert await bank.balances(loan) == ("0.00", "0.00")
    await bank.recover()
    assert await bank.balances(loan) == ("0.00", "0.00")


async def test_a_caller_who_goes_away_leaves_nothing_held(bank: LendingBank):
    """The request is cancelled while the ledger expands: the intent is voided, the money let go."""
    loan = await bank.loan()
    arrived, never = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        arrived.set()
        await never.wait()

    bank.wires.between["/internal/expand"] = wait
    sending = asyncio.create_task(bank.send(WHOLE, {"account": loan.account}))
    await arrived.wait()
    assert (await bank.panel(loan.deposit))["available"] == "0.00"
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await bank.undecided() == (0, 0)
    assert await untouched(bank, loan)


async def test_a_commit_that_comes_too_late_fails(bank: LendingBank):
    """Savings lost patience while lending slept, and voided: lending's commit must not go through afterwards."""
    deposit, body = await ready(bank)

    async def patience_ends() -> None:
        await bank.forget_intents()
        await bank.recover()

    bank.wires.between["/internal/expand"] = patience_ends
    await bank.refuse(RELEASE, body, "posting.voided")
    assert await bank.undecided() == (0, 0)
    assert (await bank.panel(deposit))["balance"] == "0.00"
    assert (await bank.ask("loan.by_account", account=deposit))["rows"] == []
    assert (await bank.ask("loan.notes", contract_number=body["note_number"][:-2]))["rows"][0]["status"] == "entered"


async def test_only_corrections_move_a_loan_from_outside(bank: LendingBank):
    loan = await bank.loan()
    [posting] = await bank.sql("SELECT posting_id FROM lending.loan_line WHERE account = $1", loan.account)
    body = {
        "posting_id": "00000000-0000-7000-8000-000000000001",
        "initiator": "ledger",
        "transaction_code": "ledger.entry.post",
        "business_date": bank.today.isoformat(),
        "value_date": bank.today.isoformat(),
        "currency": "CNY",
        "counter_outlet": "0201",
        "teller": "K0211",
        "lines": [{"account": loan.account, "amount_minor": 100}],
    }
    corrections = {"correction": True, "reverses": str(posting["posting_id"])}
    whole = {"lines": [{"account": loan.account, "amount_minor": 100_000_00}]}
    for changes, problem in (
        ({}, "loan.movement_not_allowed"),
        ({"correction": True, "reverses": body["posting_id"]}, "loan.correction.unknown"),
        (corrections, "loan.correction.amount"),
        ({**corrections, **whole, "currency": "USD"}, "loan.currency"),
    ):
        with pytest.raises(DomainError) as caught:
            await bank.wires.call("lending", "POST", MOVEMENTS, json=body | changes)
        assert caught.value.code == problem
    assert await untouched(bank, loan)
