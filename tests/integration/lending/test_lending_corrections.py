"""冲账 of what lending did, through the ledger: the loan, its deposit account and the books go back together, or not at all (IB 2541)."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.errors import DomainError
from tests.support.lending import Borrowed, Crash, LendingBank, dying

RELEASE, PART, WHOLE = "lending.loan.release", "lending.loan.repay_part", "lending.loan.repay_full"
REVERSE = "ledger.correct.reverse"


async def reversed_well(bank: LendingBank, receipt: dict) -> dict:
    answer = await bank.reverse(receipt)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(bank: LendingBank, receipt: dict, code: str) -> None:
    """The reversal is refused, and nothing stays held on either side."""
    answer = await bank.reverse(receipt)
    assert (answer.status_code >= 400, answer.json()["code"]) == (True, code), answer.text
    held = await bank.sql("SELECT count(*) FROM lending.loan WHERE held_by IS NOT NULL")
    pending = "SELECT count(*) FROM {}.movement WHERE state = 'pending'"
    waiting = [(await bank.sql(pending.format(owner)))[0][0] for owner in ("lending", "savings")]
    assert (held[0][0], waiting) == (0, [0, 0])


async def part(bank: LendingBank, loan: Borrowed, amount: str) -> dict:
    return await bank.run(PART, {"account": loan.account, "amount": amount})


async def history(bank: LendingBank, loan: Borrowed) -> list[tuple[str, int, int]]:
    rows = await bank.sql(
        "SELECT kind, amount_minor, balance_after_minor FROM lending.loan_line WHERE account = $1 ORDER BY line", loan.account
    )
    return [tuple(row) for row in rows]


async def test_a_partial_repayment_is_taken_back(bank: LendingBank):
    loan = await bank.loan()
    receipt = await part(bank, loan, "30000.00")
    red = await reversed_well(bank, receipt)
    assert all(leg["red"] for leg in red["entries"])
    assert await bank.balances(loan) == ("100000.00", "100000.00")
    assert await history(bank, loan) == [
        ("release", -100_000_00, 100_000_00),
        ("repay_part", 30_000_00, 70_000_00),
        ("correction", -30_000_00, 100_000_00),
    ]
    own, booked = await bank.proof()
    assert own == booked


async def test_one_of_two_equal_repayments_is_taken_back_once_each(bank: LendingBank):
    loan = await bank.loan()
    receipts = [await part(bank, loan, "10000.00") for _ in range(2)]
    for receipt, left in zip(receipts, ("90000.00", "100000.00"), strict=True):
        await reversed_well(bank, receipt)
        assert (await bank.panel(loan.account))["balance"] == left
        await refused(bank, receipt, "ledger.correct.already_reversed")


async def test_a_full_repayment_is_taken_back_and_the_loan_reopens(bank: LendingBank):
    loan = await bank.loan()
    first = await part(bank, loan, "40000.00")
    whole = await bank.run(WHOLE, {"account": loan.account})
    await refused(bank, first, "loan.correction.closed")
    await reversed_well(bank, whole)
    panel = await bank.panel(loan.account)
    assert (panel["status"], panel["balance"], panel["closed_on"]) == ("open", "60000.00", None)
    assert (await bank.panel(loan.deposit))["balance"] == "60000.00"
    await reversed_well(bank, first)
    assert await bank.balances(loan) == ("100000.00", "100000.00")
    again = await bank.run(WHOLE, {"account": loan.account})
    assert again["result"]["principal"] == "100000.00"


async def test_a_release_is_taken_back_when_nothing_followed(bank: LendingBank):
    loan = await bank.loan()
    repaid = await part(bank, loan, "1.00")
    await refused(bank, loan.receipt, "loan.correction.later_activity")
    await reversed_well(bank, repaid)
    await reversed_well(bank, loan.receipt)
    panel = await bank.panel(loan.account)
    assert (panel["status"], panel["balance"]) == ("cancelled", "0.00")
    assert (await bank.panel(loan.deposit))["balance"] == "0.00"
    await bank.refuse(WHOLE, {"account": loan.account}, "loan.not_open", "account")
    await bank.refuse(RELEASE, {"note_number": loan.note}, "note.released", "note_number")
    note = await bank.note(loan.customer, loan.deposit, principal="2000.00")
    assert (await bank.run(RELEASE, {"note_number": note}))["result"]["account"] == f"{loan.customer}50010"
    own, booked = await bank.proof()
    assert own == booked


async def test_a_release_whose_money_is_gone_stays(bank: LendingBank):
    """Savings refuses its half, so lending's hold is given up."""
    loan = await bank.loan()
    other = await bank.account(loan.customer, flag="1")
    await bank.run("savings.corporate.transfer", {"from_account": loan.deposit, "to_account": other, "amount": "0.01"})
    await refused(bank, loan.receipt, "account.insufficient")
    assert (await bank.panel(loan.account))["status"] == "open"
    await part(bank, loan, "5.00")


async def test_nothing_else_happens_while_a_correction_is_under_way(bank: LendingBank, monkeypatch: pytest.MonkeyPatch):
    """The ledger dies holding a loan; repayments wait until lending has asked and let it go."""
    loan = await bank.loan()
    receipt = await part(bank, loan, "30000.00")
    await bank.settle()
    async with dying(monkeypatch), bank.wires.cut("savings", "/internal/movements", Crash(), after=True):
        with pytest.raises(Crash):
            await bank.reverse(receipt)
    assert (await bank.panel(loan.account))["held"] is True
    await bank.refuse(PART, {"account": loan.account, "amount": "1.00"}, "loan.held", "account")
    await bank.refuse(WHOLE, {"account": loan.account}, "loan.held", "account")
    answer = await bank.reverse(receipt)
    assert answer.json()["code"] == "loan.held"
    await bank.forget_intents("ledger")
    await bank.recover("lending")
    await bank.recover("savings")
    assert (await bank.panel(loan.account))["held"] is False
    assert await bank.balances(loan) == ("70000.00", "70000.00")
    await reversed_well(bank, receipt)
    assert await bank.balances(loan) == ("100000.00", "100000.00")


async def test_the_ledger_dies_after_its_commit(bank: LendingBank, monkeypatch: pytest.MonkeyPatch):
    """Both owners ask and take the repayment back, under the number of the reversal."""
    loan = await bank.loan()
    receipt = await part(bank, loan, "30000.00")
    await bank.settle()
    async with dying(monkeypatch), bank.wires.cut("lending", "/post", Crash(), after=False):
        with pytest.raises(Crash):
            await bank.reverse(receipt)
    assert await bank.balances(loan) == ("70000.00", "70000.00")
    await bank.recover("lending")
    await bank.recover("savings")
    assert await bank.balances(loan) == ("100000.00", "100000.00")
    numbers = await bank.sql("SELECT DISTINCT transaction_number FROM lending.movement WHERE account = $1", loan.account)
    assert [row[0][4] for row in numbers] == ["5"]


async def test_a_correction_may_be_tried_without_effect(bank: LendingBank):
    loan = await bank.loan()
    await bank.settle()
    body = {"transaction_number": loan.receipt["transaction_number"], "business_date": loan.receipt["business_date"]}
    shown = await bank.run(REVERSE, body, verb="/preview")
    assert {leg["red"] for leg in shown["entries"]} == {True}
    assert (await bank.panel(loan.account))["held"] is False
    assert await bank.balances(loan) == ("100000.00", "100000.00")


async def test_the_movement_of_a_dry_run_is_unknown(bank: LendingBank):
    with pytest.raises(DomainError) as caught:
        await bank.wires.call("lending", "POST", "/internal/movements/00000000-0000-7000-8000-000000000009/post", json={"state": "posted"})
    assert caught.value.code == "movement.unknown"


async def test_interest_after_corrections_across_days(bank: LendingBank):
    """100,000.00 at 5.58 % of 09-01; spare money on the account from another loan.

    A: 60,000.00 repaid on 09-11 and taken back on 09-16 with value 09-11: as if nothing had happened, 20 days to 09-21: 310.00.
    B: repaid in full on 09-11 with 155.00, taken back on 09-16, repaid again on 09-21: 20 days of interest at once, 310.00.
    """
    a, b = await bank.loan(), await bank.loan()
    for loan in (a, b):
        spare = await bank.note(loan.customer, loan.deposit, principal="1000.00")
        await bank.run(RELEASE, {"note_number": spare})
    await bank.open_day(date(2005, 9, 11))
    repaid_a = await part(bank, a, "60000.00")
    repaid_b = await bank.run(WHOLE, {"account": b.account})
    assert repaid_b["result"]["interest"] == "155.00"

    await bank.open_day(date(2005, 9, 16))
    await refused(bank, a.receipt, "loan.correction.later_activity")
    for receipt in (repaid_a, repaid_b):
        await reversed_well(bank, receipt)
    for loan in (a, b):
        assert await bank.balances(loan) == ("100000.00", "101000.00")
        assert (await bank.panel(loan.account))["interest_today"] == "232.50"

    await bank.open_day(date(2005, 9, 21))
    for loan in (a, b):
        repaid = await bank.run(WHOLE, {"account": loan.account})
        assert (repaid["result"]["principal"], repaid["result"]["interest"]) == ("100000.00", "310.00")
    own, booked = await bank.proof()
    assert own == booked
