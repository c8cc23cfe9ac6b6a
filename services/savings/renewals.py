"""自动转存: what a time deposit does by itself on the day it matures (IB 985-990, domain.md section 9)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER, Automatic, post_automatically
from banking.transaction import Posting
from contracts.day import EventProgress
from runtime.service import Resources
from services.savings.accounts import Line, book, lock_known, reference
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account, credit
from services.savings.domain.interest import InterestStatement
from services.savings.domain.life.agreement import Agreement, History, agree, deposit_of
from services.savings.domain.life.answer import life_of
from services.savings.parameters.load import parameters
from services.savings.tables import ACCOUNT, INTEREST_PAID, TERM_DEPOSIT
from services.savings.term_deposits import interest_row, read_agreement, save_agreement

RENEW = "savings.time.renew"
PORTION = 200
"""How many deposits one transaction of the day end renews."""


async def renew_time_deposits(resources: Resources, day: date) -> EventProgress:
    """The day-end event: principal and interest less tax begin the same term again, at the rate of the day; a portion at a time."""
    async with resources.database.transaction() as connection:
        rows = (await connection.execute(_due(day).order_by(TERM_DEPOSIT.c.account).limit(PORTION))).all()
        agreements = {row.account: read_agreement(row) for row in rows}
        items = [await _renew(connection, account, agreements[account.number], day) for account in await lock_known(connection, agreements)]
        if items:
            await post_automatically(connection, resources, RENEW, day, items)
        left = (await connection.execute(select(func.count()).select_from(_due(day).subquery()))).scalar_one()
        renewed = select(func.count()).where(INTEREST_PAID.c.business_date == day, INTEREST_PAID.c.code == RENEW)
        done = (await connection.execute(renewed)).scalar_one()
    return EventProgress(done=done, total=done + left)


def _due(day: date) -> Any:
    matured: tuple[ColumnElement[bool], ...] = (TERM_DEPOSIT.c.renews, TERM_DEPOSIT.c.matures_on <= day)
    with_money = (ACCOUNT.c.status == AccountStatus.NORMAL.value, ACCOUNT.c.balance_minor > 0)
    return select(TERM_DEPOSIT).join(ACCOUNT, ACCOUNT.c.account == TERM_DEPOSIT.c.account).where(*matured, *with_money)


async def _renew(connection: AsyncConnection, account: Account, agreement: Agreement, day: date) -> Automatic:
    assert agreement.matures_on is not None
    deposit = deposit_of(account.product, account.currency, account.balance_minor, agreement, History(()), agreement.matures_on)
    statement = life_of(deposit, parameters()).statements[-1]
    posting_id = uuid5(NAMESPACE_URL, f"huitong:{RENEW}:{account.number}:{agreement.matures_on.isoformat()}")
    renewed = credit(account, statement.net_minor, agreement.matures_on, parameters()) if statement.net_minor else account
    await book(connection, renewed, _line(posting_id, account, agreement, statement, day))
    await save_agreement(connection, _next_term(account, agreement))
    kept = interest_row(account, statement) | {"posting_id": posting_id, "business_date": day, "code": RENEW}
    await connection.execute(insert(INTEREST_PAID).values(kept))
    return Automatic(posting_id, account.outlet, _posting(account, statement))


def _next_term(account: Account, agreement: Agreement) -> Agreement:
    assert agreement.term is not None and agreement.matures_on is not None
    rate = parameters().rate_on(f"time.{agreement.term.code}", agreement.matures_on, account.currency).value
    return agree(account.number, account.product, agreement.term, agreement.matures_on, rate, renews=True)


def _line(posting_id: UUID, account: Account, agreement: Agreement, statement: InterestStatement, day: date) -> Line:
    assert agreement.matures_on is not None
    return Line(
        posting_id=posting_id,
        code=RENEW,
        business_date=day,
        value_date=agreement.matures_on,
        amount_minor=statement.net_minor,
        counter_outlet=account.outlet,
        teller=SYSTEM_TELLER,
        summary="自动转存",
    )


def _posting(account: Account, statement: InterestStatement) -> Posting:
    """The whole principal leaves the old term and enters the new one with its interest."""
    amounts_minor = {
        "principal": account.balance_minor,
        "interest": statement.interest_minor,
        "tax": statement.tax_minor,
        "paid": account.balance_minor + statement.net_minor,
    }
    itself = reference(account)
    return Posting(RENEW, account.currency, {"account": itself, "settlement": itself}, amounts_minor)
