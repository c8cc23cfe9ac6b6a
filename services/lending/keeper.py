"""Loan accounts as the ledger's corrections find them: lending alone moves a loan, but a reversal may take back what it did, and other
corrections may change what is outstanding as of the date of the error (IB 2541-2548)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.ledger import AccountReference
from contracts.movement import MovementLine, MovementRequest
from services.lending.domain.errors import CORRECTION_UNKNOWN, LOAN_CURRENCY, LOAN_NOT_MOVED
from services.lending.domain.loans import LineKind, Loan, adjust, take_back
from services.lending.loans import Change, LoanRecord, change_loan, find_loan, history_of, hold_loan


class LoanKeeper:
    """Holds a loan while a correction of it is under way: nothing else may happen on it until it is posted or voided."""

    async def pend(self, connection: AsyncConnection, request: MovementRequest, line: MovementLine) -> int:
        """Check that the posting can be taken back, or the principal changed, and hold the loan. Gives its balance afterwards, credit
        positive.

        Raises `loan.movement_not_allowed` for anything but a correction, `loan.unknown`, `loan.currency`, `loan.held`, `loan.not_open`,
        `loan.correction.*`.
        """
        if not request.correction:
            raise LOAN_NOT_MOVED(field="account")
        record = await find_loan(connection, line.account, lock=True)
        if record.currency != request.currency:
            raise LOAN_CURRENCY(field="currency", currency=record.currency)
        record.require_free()
        loan = await _corrected(connection, record, request.reverses, line.amount_minor, request)
        await hold_loan(connection, record.account, request.posting_id, request.reverses)
        return -loan.outstanding_minor

    async def describe(self, connection: AsyncConnection, account: str) -> AccountReference:
        """The loan account as a fact names it. Raises `loan.unknown`."""
        return (await find_loan(connection, account, lock=False)).reference

    async def interest_from(self, connection: AsyncConnection, account: str, value_date: date) -> date | None:
        """The value date, or the first day whose interest is not settled yet."""
        record = await find_loan(connection, account, lock=False)
        return max(value_date, record.loan.accrual.principal.since)

    async def apply(self, connection: AsyncConnection, movement: Row[Any]) -> None:
        """Correct the loan: nothing happened on it since it was held."""
        record = await find_loan(connection, movement.account, lock=True)
        if record.held_by != movement.posting_id:
            raise ValueError(f"{movement.account} is not held by {movement.posting_id}")
        loan = await _corrected(connection, record, record.held_reverses, movement.amount_minor, movement)
        change = Change(
            posting_id=movement.posting_id,
            kind=LineKind.ADJUSTMENT if record.held_reverses is None else LineKind.CORRECTION,
            amount_minor=movement.amount_minor,
            business_date=movement.business_date,
            value_date=movement.value_date,
            outlet=movement.counter_outlet,
            teller=movement.teller,
            reverses=record.held_reverses,
        )
        await change_loan(connection, record, loan, change)

    async def release(self, connection: AsyncConnection, movement: Row[Any]) -> None:
        """Let the loan go again."""
        record = await find_loan(connection, movement.account, lock=True)
        if record.held_by == movement.posting_id:
            await hold_loan(connection, record.account, None, None)


async def _corrected(
    connection: AsyncConnection, record: LoanRecord, reverses: UUID | None, amount_minor: int, dated: MovementRequest | Row[Any]
) -> Loan:
    postings, history = await history_of(connection, record)
    if reverses is None:
        return adjust(record.loan, -history[0].amount_minor, amount_minor, dated.value_date)
    if reverses not in postings:
        raise CORRECTION_UNKNOWN(field="transaction_number")
    return take_back(record.loan, history, postings.index(reverses), amount_minor, dated.value_date)
