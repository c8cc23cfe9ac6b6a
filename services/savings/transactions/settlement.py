"""The other side of a transaction that takes or pays money: the teller's cash box, or another account of the bank."""

from __future__ import annotations

from banking.fields import SettledForm
from banking.work import Work
from contracts.ledger import AccountReference
from services.savings.accounts import book, line_of, lock, reference
from services.savings.domain.accounts import (
    Account,
    check_currency,
    check_current,
    check_pays_without_cheque,
    credit,
    debit,
)
from services.savings.domain.errors import (
    CASH_ONLY,
    COUNTER_ACCOUNT_NOT_WANTED,
    COUNTER_ACCOUNT_REQUIRED,
    SAME_ACCOUNT,
)
from services.savings.domain.products import Owner
from services.savings.domain.withdrawal_modes import check_outlet_of_deposit
from services.savings.parameters.load import parameters
from services.savings.transactions.proofs import ProofForm, authorise_withdrawal

COUNTER = "counter_account"


def counter_number(form: SettledForm) -> str | None:
    """The number of the counter account; None when the transaction is settled in cash.

    Raises `settlement.counter_account_required`, `settlement.counter_account_not_wanted`.
    """
    if form.settlement == "transfer" and form.counter_account is None:
        raise COUNTER_ACCOUNT_REQUIRED(field=COUNTER)
    if form.settlement == "cash" and form.counter_account is not None:
        raise COUNTER_ACCOUNT_NOT_WANTED(field=COUNTER)
    return form.counter_account


def check_cash_only(form: SettledForm) -> None:
    """For the transactions the manual knows in cash alone (IB 3926, 3934). Raises `settlement.cash_only`."""
    if form.settlement != "cash" or form.counter_account is not None:
        raise CASH_ONLY(field="settlement")


async def lock_both(work: Work, account: str, form: SettledForm) -> tuple[Account, Account | None]:
    """The account and the counter account, if there is one, locked in account order. Raises `account.*`, `settlement.*`."""
    counter = counter_number(form)
    if counter == account:
        raise SAME_ACCOUNT(field=COUNTER)
    found = await lock(work.connection, account=account, counter_account=counter)
    return found["account"], found.get(COUNTER)


async def take_money(
    work: Work, counter: Account | None, form: ProofForm, currency: str, amount_minor: int, password: str | None, password_field: str
) -> AccountReference:
    """Where the money comes from: the cash box, or the counter account, which is debited here. A personal account pays what its
    customer shows proof for; an organisation pays by its own transactions only.

    Raises `counter.cash_box_required`, `account.*`, `password.*`, `document.*`, `seal.required`.
    """
    if counter is None:
        return work.cash()
    check_current(counter, Owner.PERSONAL, COUNTER)
    check_pays_without_cheque(counter, COUNTER)
    check_currency(counter, currency, COUNTER)
    await authorise_withdrawal(work, counter, form, password, field=COUNTER, password_field=password_field)
    await book(work.connection, debit(counter, amount_minor, work.business_date, COUNTER), line_of(work, -amount_minor))
    return reference(counter)


async def give_money(work: Work, counter: Account | None, currency: str, amount_minor: int) -> AccountReference:
    """Where the money goes: the cash box, or the counter account, which is credited here.

    Raises `counter.cash_box_required`, `account.*`.
    """
    if counter is None:
        return work.cash()
    check_current(counter, None, COUNTER)
    check_currency(counter, currency, COUNTER)
    check_outlet_of_deposit(counter.cross_outlet, counter.outlet, work.outlet, COUNTER)
    credited = credit(counter, amount_minor, work.business_date, parameters(), COUNTER)
    await book(work.connection, credited, line_of(work, amount_minor))
    return reference(counter)
