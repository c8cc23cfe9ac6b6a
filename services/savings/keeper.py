"""Movements that other services ask for in two phases: loans released and repaid, corrections by the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.ledger import AccountReference
from contracts.movement import MovementLine, MovementRequest
from services.savings import undoing
from services.savings.accounts import Line, book, lock, read, reference, save
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import (
    Account,
    check_currency,
    check_current,
    hold,
    release,
    settle_hold,
)
from services.savings.domain.errors import VALUE_DATE_AHEAD
from services.savings.domain.products import AccumulatedInterest
from services.savings.ordering_cheques import give_up, keep_to, present
from services.savings.parameters.load import parameters


class AccountKeeper:
    """Deposit accounts as the owner keeps them for others. A correction is a movement whose value date may lie in the past: the
    products of the days since then are put right with it (IB 439-446, 2544)."""

    async def pend(self, connection: AsyncConnection, request: MovementRequest, line: MovementLine) -> int:
        """Hold a debit, announce a credit. Returns the balance once everything under way is done.

        Raises `account.unknown`, `account.status`, `account.currency_differs`, `account.insufficient`, `account.frozen`,
        `account.value_date_ahead`, `product.below_opening_minimum`; `account.wrong_kind` for an account that has a term, which only its own
        transactions move: what they did may be reversed, and done again by them. The undoing of an opening or a closing raises what
        `undoing.begin` does.
        """
        if request.value_date > request.business_date:
            raise VALUE_DATE_AHEAD(field="value_date", value_date=request.value_date.isoformat())
        account = await _locked(connection, line.account)
        check_currency(account, request.currency)
        if undoing.undoes(request.transaction_code, line.amount_minor):
            return await undoing.begin(connection, account, request, line)
        if request.reverses is None:
            check_current(account, None)
        if line.cheque is not None:
            await present(connection, account, request, line)
        if line.amount_minor == 0:
            return account.balance_minor - account.held_minor + account.incoming_minor
        held = hold(account, line.amount_minor, request.value_date, parameters())
        await save(connection, held)
        return held.balance_minor - held.held_minor + held.incoming_minor

    async def describe(self, connection: AsyncConnection, account: str) -> AccountReference:
        return reference(await read(connection, account))

    async def interest_from(self, connection: AsyncConnection, account: str, value_date: date) -> date | None:
        """The value date, or the first day that is not settled yet; None for accounts without accumulated products."""
        found = await read(connection, account)
        gathers = found.interest_bearing and isinstance(found.product.interest, AccumulatedInterest)
        return max(value_date, found.accumulation.since) if gathers else None

    async def apply(self, connection: AsyncConnection, movement: Row[Any]) -> None:
        """Make the change real, with its line."""
        account = await _locked(connection, movement.account)
        if undoing.undoes(movement.transaction_code, movement.amount_minor):
            return await undoing.finish(connection, account, movement, _line_of(movement))
        cheque = await keep_to(connection, account, movement)
        if movement.amount_minor == 0:
            return
        moved = settle_hold(account, movement.amount_minor, movement.value_date, parameters())
        await book(connection, moved, _line_of(movement, cheque))

    async def release(self, connection: AsyncConnection, movement: Row[Any]) -> None:
        """Give the change up."""
        account = await _locked(connection, movement.account)
        if account.status is AccountStatus.CANCELLED:
            return await undoing.give_up(connection, account, movement.amount_minor)
        await give_up(connection, movement)
        await save(connection, release(account, movement.amount_minor))


async def _locked(connection: AsyncConnection, number: str) -> Account:
    return (await lock(connection, account=number))["account"]


def _line_of(movement: Row[Any], cheque: Row[Any] | None = None) -> Line:
    return Line(
        posting_id=movement.posting_id,
        code=movement.transaction_code,
        business_date=movement.business_date,
        value_date=movement.value_date,
        amount_minor=movement.amount_minor,
        counter_outlet=movement.counter_outlet,
        teller=movement.teller,
        transaction_number=movement.transaction_number,
        correction=movement.correction,
        voucher_type=None if cheque is None else cheque.kind,
        voucher_number=None if cheque is None else cheque.number,
        summary=movement.summary,
    )
