"""A limit that is found out after savings has held the money: nothing stays held, and the approved request goes through (IB 315-319)."""

from __future__ import annotations

from contracts.rights import RightRule, Rights, RightsClient
from tests.support.lending import LendingBank

PART = "lending.loan.repay_part"


async def set_limit(bank: LendingBank, version: int, limit_minor: int | None) -> None:
    """What the counter tells lending; without a limit, that there is none any more."""
    content = {"settlement": "transfer", "currency": "CNY", "limit_minor": limit_minor, "above": "approval"}
    rules = () if limit_minor is None else (RightRule(transaction_code=PART, level="C", **content),)  # type: ignore[arg-type]
    await RightsClient(bank.wires, "lending").set(Rights(version=version, rules=rules))


async def test_a_refused_amount_leaves_nothing_held_in_the_other_service(bank: LendingBank) -> None:
    loan = await bank.loan()
    await set_limit(bank, 1, 10_000_00)
    body = {"account": loan.account, "amount": "30000.00"}
    answer = await bank.send(PART, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "approval.required")
    assert answer.json()["errors"] == [{"level": "A", "limit": "10000.00", "amount": "30000.00", "settlement": "transfer"}]
    assert await bank.undecided() == (0, 0)
    deposit = await bank.panel(loan.deposit)
    assert (deposit["balance"], deposit["available"], deposit["held"]) == ("100000.00", "100000.00", "0.00")

    assert (await bank.send(PART, body, second="K0219")).status_code == 200
    assert await bank.balances(loan) == ("70000.00", "70000.00")
    await set_limit(bank, 2, None)
    assert (await bank.send(PART, body)).status_code == 200
