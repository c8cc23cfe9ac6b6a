"""通知存款 paid out by themselves: on the day a notice names, its amount goes to the current account it names (IB 1237-1239).

What the customer fetched that day at the counter has used the notice. A deposit or account that is frozen, lost, closed or short of the
money is left alone, and the notice was not used then; why, is kept with it (decision 0018).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER, Automatic, post_automatically
from banking.transaction import Posting
from contracts.day import EventProgress
from kernel.errors import DomainError
from runtime.identifiers import derived_id
from runtime.service import Resources
from services.savings.accounts import Line, book, lock_known, reference
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account, Closing, close_with, credit, debit
from services.savings.domain.life.agreement import deposit_of
from services.savings.domain.life.answer import life_of
from services.savings.domain.life.deposit import Movement
from services.savings.domain.life.notice import least_minor
from services.savings.domain.life.refusals import NOTICE_USED
from services.savings.domain.products import Owner, TaxedInterest
from services.savings.parameters.load import parameters
from services.savings.tables import INTEREST_PAID, NOTICE_GIVEN, NOTICE_OUTCOME
from services.savings.term_deposits import agreement_of, history_of, interest_row

CODES = {Owner.PERSONAL: "savings.notice.pay_out", Owner.CORPORATE: "savings.corporate_time.pay_out"}
PORTION = 200
"""How many notices one transaction of the day end sees to."""


async def pay_notices(resources: Resources, day: date) -> EventProgress:
    """The day-end event: the next portion of the notices for this day that name an account; each paid once, or not at all."""
    async with resources.database.transaction() as connection:
        rows = (await connection.execute(_due(day).limit(PORTION))).all()
        accounts = {each.number: each for each in await lock_known(connection, [n for row in rows for n in (row.account, row.to_account)])}
        items: dict[str, list[Automatic]] = {code: [] for code in CODES.values()}
        for row in rows:
            code = CODES[accounts[row.account].product.owner]
            paid = await _settle(connection, accounts, row, day, code)
            items[code] += [paid] if paid else []
        for code, automatic in items.items():
            await post_automatically(connection, resources, code, day, automatic)
        left = (await connection.execute(select(func.count()).select_from(_due(day).subquery()))).scalar_one()
        done = (await connection.execute(select(func.count()).where(NOTICE_OUTCOME.c.business_date == day))).scalar_one()
    return EventProgress(done=done, total=done + left)


def _due(day: date) -> Select[Any]:
    """The notices of a day nothing has been done about, those of one account in the order they were given."""
    given, outcome = NOTICE_GIVEN.c, NOTICE_OUTCOME.c
    same = and_(outcome.account == given.account, outcome.number == given.number)
    earlier = NOTICE_GIVEN.alias()
    before = (
        select(func.count())
        .where(earlier.c.account == given.account, earlier.c.for_on == given.for_on, earlier.c.number < given.number)
        .scalar_subquery()
    )
    waiting = select(NOTICE_GIVEN, before.label("before")).outerjoin(NOTICE_OUTCOME, same)
    waiting = waiting.where(given.for_on == day, given.to_account.is_not(None), outcome.account.is_(None))
    return waiting.order_by(given.account, given.number)


async def _settle(connection: AsyncConnection, accounts: dict[str, Account], row: Row[Any], day: date, code: str) -> Automatic | None:
    """Pay one notice and keep that it was paid, or why not."""
    outcome = {"account": row.account, "number": row.number, "business_date": day}
    try:
        deposit, payee, paid = await _payment(connection, accounts, row, day)
    except DomainError as refusal:
        await connection.execute(insert(NOTICE_OUTCOME).values(outcome | {"problem": refusal.code}))
        return None
    posting_id = derived_id(code, row.account, row.number)
    for changed, amount_minor in ((deposit, -paid.principal_minor), (payee, paid.paid_minor)):
        await book(connection, changed, _line(posting_id, code, changed, amount_minor, day))
        accounts[changed.number] = replace(changed, lines=changed.lines + 1, last_moved_on=day)
    statement = interest_row(deposit, paid.statement) | {"posting_id": posting_id, "business_date": day, "code": code}
    await connection.execute(insert(INTEREST_PAID).values(statement))
    await connection.execute(insert(NOTICE_OUTCOME).values(outcome | {"posting_id": posting_id}))
    return Automatic(posting_id, deposit.outlet, _posting(code, deposit, payee, paid))


async def _payment(connection: AsyncConnection, accounts: dict[str, Account], row: Row[Any], day: date) -> tuple[Account, Account, Closing]:
    """The deposit without the money, the current account with it, and what is paid: everything where less than the minimum would be left.

    Raises what the accounts refuse, `notice.used`, `account.no_term`.
    """
    account, payee = accounts[row.account], accounts[row.to_account]
    after(account.status, Action.DEBIT)
    agreement = await agreement_of(connection, account.number)
    history = await history_of(connection, account.number)
    if row.before < sum(1 for movement in history.movements if movement.on == day and movement.amount_minor < 0):
        raise NOTICE_USED(field="account")
    held = deposit_of(account.product, account.currency, account.balance_minor, agreement, history, day)
    if account.balance_minor - row.amount_minor < least_minor(held, parameters()):
        left, paid = close_with(account, day, life_of(held, parameters()).statements[-1])
    else:
        taken = replace(held, movements=(*held.movements, Movement(day, -row.amount_minor)))
        left = debit(account, row.amount_minor, day)
        paid = Closing(row.amount_minor, life_of(taken, parameters()).statements[-2])
    return left, credit(payee, paid.paid_minor, day, parameters()), paid


def _line(posting_id: UUID, code: str, account: Account, amount_minor: int, day: date) -> Line:
    return Line(
        posting_id=posting_id,
        code=code,
        business_date=day,
        value_date=day,
        amount_minor=amount_minor,
        counter_outlet=account.outlet,
        teller=SYSTEM_TELLER,
        summary="通知到期转存",
    )


def _posting(code: str, deposit: Account, payee: Account, paid: Closing) -> Posting:
    taxes_minor = {"tax": paid.statement.tax_minor} if isinstance(deposit.product.tax, TaxedInterest) else {}
    amounts_minor = {"principal": paid.principal_minor, "interest": paid.statement.interest_minor, **taxes_minor, "paid": paid.paid_minor}
    return Posting(code, deposit.currency, {"account": reference(deposit), "settlement": reference(payee)}, amounts_minor)
