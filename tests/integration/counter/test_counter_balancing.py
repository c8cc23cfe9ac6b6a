"""Tellers balance, outlets close, and both are undone - in every service, whatever dies in between (IB 802-817)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from contracts.counter import CounterClient, SignOn
from kernel.errors import DomainError
from launch.catalogue import SERVICE_NAMES
from launch.demo import BUSINESS_DATE, DEPARTMENTS, PASSWORD
from runtime.transport import UNREACHABLE
from services.counter import presence
from tests.support.bank import TestBank

PERSON = {"name": "张三", "id_type": "Z"}
OPEN, CLOSED = {True}, {False}


async def gates(bank: TestBank, outlet: str) -> set[bool]:
    """Whether the outlet is open, over all services."""
    return {row[0] for name in SERVICE_NAMES for row in await bank.sql(f"SELECT is_open FROM {name}.outlet_gate WHERE outlet = $1", outlet)}


async def barred_in(bank: TestBank, outlet: str, teller: str) -> set[str]:
    """The services that bar the teller."""
    statement = "SELECT $2 = ANY (barred_tellers) FROM {}.outlet_gate WHERE outlet = $1"
    return {name for name in SERVICE_NAMES if (await bank.sql(statement.format(name), outlet, teller))[0][0]}


async def still_open(bank: TestBank) -> tuple[list[str], list[str]]:
    answer = await CounterClient(bank.bank.transport).still_open(BUSINESS_DATE)
    return answer.tellers, answer.outlets


async def test_a_balanced_teller_does_no_business_anywhere(bank: TestBank) -> None:
    await bank.run("S0211", "counter.teller.balance", {})
    assert await barred_in(bank, "0201", "S0211") == set(SERVICE_NAMES)
    assert "S0211" not in (await still_open(bank))[0]
    await bank.refuse("S0211", "customer.personal.open", PERSON, "teller.balanced")
    await bank.refuse("S0211", "counter.box.cash_out", {"amount": "1.00"}, "teller.balanced")
    await bank.run("S0211", "counter.teller.balance", {})  # as often as he likes
    await bank.run("S0211", "counter.box.balance", {})

    await bank.refuse("S0211", "counter.teller.unbalance", {"teller": "S0211"}, "approval.required")
    await bank.refuse("S0212", "counter.teller.unbalance", {"teller": "S0212"}, "counter.teller.not_balanced", second="S0219")
    await bank.refuse("S0221", "counter.teller.unbalance", {"teller": "S0211"}, "teller.elsewhere", second="S0229")
    await bank.run("S0211", "counter.teller.unbalance", {"teller": "S0211"}, second="S0219")
    assert await barred_in(bank, "0201", "S0211") == set()
    assert "S0211" in (await still_open(bank))[0]
    await bank.run("S0211", "customer.personal.open", PERSON)


async def test_an_outlet_closes_after_its_tellers(bank: TestBank) -> None:
    for teller in ("S0311", "K0311"):
        await bank.sign_on(teller)
    await bank.sign_on("S0319")  # management has nothing to balance
    problem = await bank.refuse("S0311", "counter.outlet.close", {}, "counter.outlet.tellers_open")
    assert problem["errors"] == [{"teller": "K0311"}, {"teller": "S0311"}]
    await bank.run("S0311", "counter.teller.balance", {})
    await bank.refuse("S0311", "counter.outlet.close", {}, "counter.outlet.tellers_open")
    await bank.run("K0311", "counter.teller.balance", {})
    rows = (await bank.ask("S0311", "counter.outlets"))["rows"]
    assert rows == [{"outlet": "0301", "state": "open", "tellers_open": []}]
    await bank.run("S0319", "counter.outlet.close", {})
    assert await gates(bank, "0301") == CLOSED and await gates(bank, "0300") == OPEN
    assert (await bank.ask("S0311", "counter.outlets"))["rows"][0]["state"] == "closed"
    await bank.refuse("K0311", "counter.outlet.close", {}, "counter.outlet.already_closed")
    await bank.refuse("S0312", "customer.personal.open", PERSON, "outlet.closed")
    assert "S0312" not in (await still_open(bank))[0]  # who signs on to a closed outlet needs not balance

    await bank.refuse("S0311", "counter.teller.unbalance", {"teller": "S0311"}, "counter.outlet.already_closed", second="S0319")
    await bank.refuse("S0301", "counter.outlet.reopen", {"outlet": "0301"}, "right.missing", second="S0309")
    await bank.refuse("S0021", "counter.outlet.reopen", {"outlet": "0301"}, "right.missing", second="S0029")
    await bank.refuse("S0001", "counter.outlet.reopen", {"outlet": "0300"}, "counter.outlet.not_closed", second="S0009")
    await bank.refuse("S0001", "counter.outlet.reopen", {"outlet": "0377"}, "counter.outlet.not_closed", second="S0009")
    await bank.run("S0001", "counter.outlet.reopen", {"outlet": "0301"}, second="S0009")
    assert await gates(bank, "0301") == OPEN
    await bank.refuse("S0311", "customer.personal.open", PERSON, "teller.balanced")
    await bank.run("K0311", "counter.teller.unbalance", {"teller": "S0311"}, second="K0319")
    await bank.run("S0311", "customer.personal.open", PERSON)


def unreachable(bank: TestBank, monkeypatch: pytest.MonkeyPatch, service: str) -> Callable[[], None]:
    """One service does not answer calls about the business day until the returned function is called."""
    transport, down = bank.bank.transport, [True]
    call: Callable[..., Awaitable[Any]] = transport.call

    async def broken(name: str, method: str, path: str, **content: Any) -> Any:
        if down[0] and name == service and path.startswith("/internal/day/"):
            raise UNREACHABLE(service=name)
        return await call(name, method, path, **content)

    monkeypatch.setattr(transport, "call", broken)
    return lambda: down.clear() or down.append(False)


async def test_what_breaks_off_is_finished_by_the_recovery_task(bank: TestBank, monkeypatch: pytest.MonkeyPatch) -> None:
    await bank.sign_on("S0101")
    repair = unreachable(bank, monkeypatch, "lending")
    await bank.run("S0101", "counter.teller.balance", {})
    await bank.run("S0101", "counter.outlet.close", {})
    assert "S0101" in (await still_open(bank))[0] and "0100" in (await still_open(bank))[1]
    assert await barred_in(bank, "0100", "S0101") == set(SERVICE_NAMES) - {"lending"}
    repair()
    await presence.settle_all(bank.bank.applications["counter"].resources)
    assert await barred_in(bank, "0100", "S0101") == set(SERVICE_NAMES)
    assert await gates(bank, "0100") == CLOSED
    assert "S0101" not in (await still_open(bank))[0] and "0100" not in (await still_open(bank))[1]


async def test_the_newest_decision_wins_whatever_is_told_late(bank: TestBank, monkeypatch: pytest.MonkeyPatch) -> None:
    repair = unreachable(bank, monkeypatch, "savings")
    await bank.run("S0112", "counter.teller.balance", {})
    await bank.run("S0111", "counter.teller.unbalance", {"teller": "S0112"}, second="S0119")
    repair()
    settle = presence.settle_teller
    await asyncio.gather(*(settle(bank.bank.applications["counter"].resources, "S0112") for _ in range(5)))
    assert await barred_in(bank, "0101", "S0112") == set()
    await bank.run("S0112", "customer.personal.open", PERSON)


async def test_racing_business_and_balancing(bank: TestBank) -> None:
    """Every transaction is either done before the balancing or refused; none is done after it."""
    await bank.sign_on("S0121")
    sent = [bank.send("S0121", "customer.personal.open", PERSON) for _ in range(8)]
    answers = await asyncio.gather(*sent[:4], bank.send("S0121", "counter.teller.balance", {}), *sent[4:])
    assert answers[4].status_code == 200
    business = [answer for number, answer in enumerate(answers) if number != 4]
    assert {answer.status_code for answer in business} <= {200, 409}
    assert all(answer.json()["code"] == "teller.balanced" for answer in business if answer.status_code == 409)
    done = await bank.sql("SELECT count(*) FROM customer.register WHERE teller = 'S0121'")
    assert done[0][0] == sum(answer.status_code == 200 for answer in business)
    await bank.refuse("S0121", "customer.personal.open", PERSON, "teller.balanced")


async def test_racing_closings_close_once(bank: TestBank) -> None:
    answers = await asyncio.gather(*(bank.send("S0209", "counter.outlet.close", {}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await gates(bank, "0200") == CLOSED


async def test_force_close_balances_and_closes_everything(bank: TestBank) -> None:
    client = CounterClient(bank.bank.transport)
    await bank.sign_on("S0221")
    tellers, outlets = await still_open(bank)
    assert "S0221" in tellers and "0202" in outlets
    with pytest.raises(DomainError) as problem:
        await client.force_close(BUSINESS_DATE.replace(day=2))
    assert problem.value.code == "day.date_wrong"
    left = await client.force_close(BUSINESS_DATE)
    assert (left.tellers, left.outlets) == ([], [])
    assert await client.force_close(BUSINESS_DATE) == left
    for outlet, _zh, _en in DEPARTMENTS:
        assert await gates(bank, outlet) == CLOSED
    assert await barred_in(bank, "0202", "S0221") == set(SERVICE_NAMES)
    await client.sign_on(SignOn(teller="S0222", password=PASSWORD))
    assert await still_open(bank) == ([], [])


async def test_nothing_reopens_after_the_day_is_closed(bank: TestBank) -> None:
    for client in bank.bank.days():
        await client.close(BUSINESS_DATE)
    await bank.refuse("S0001", "counter.outlet.reopen", {"outlet": "0301"}, "day.closed", second="S0009")
    with pytest.raises(DomainError) as problem:
        await bank.bank.days()[0].set_outlets(["0301"], is_open=True)
    assert problem.value.code == "day.closed"


async def test_banks_that_do_not_allow_it_are_not_forced(bank: TestBank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank.bank.applications["counter"].resources.settings, "allow_force_close", False)
    with pytest.raises(DomainError) as problem:
        await CounterClient(bank.bank.transport).force_close(BUSINESS_DATE)
    assert problem.value.code == "counter.force_close_refused"
