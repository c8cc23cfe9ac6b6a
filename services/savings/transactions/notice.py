"""通知存款: open, give notice, withdraw, close (IB 1228-1310)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.fields import AccountNumber, AmountText, Form, TermCode, labelled
from banking.menus import NOTICE as NOTICE_MENU
from banking.menus import PERSONAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.savings.accounts import lock, read
from services.savings.domain.account_status import AccountStatus, Action, after
from services.savings.domain.accounts import Account, Closing, check_currency, check_current, check_own_outlet, debit
from services.savings.domain.errors import INSUFFICIENT, SAME_ACCOUNT
from services.savings.domain.life.agreement import deposit_of
from services.savings.domain.life.deposit import Movement
from services.savings.domain.life.refusals import PAYEE_OF_ANOTHER
from services.savings.domain.products import DEMAND, NOTICE, ByNotice, Owner
from services.savings.tables import ACCOUNT
from services.savings.term_deposits import agreement_of, enter_notice, history_of
from services.savings.transactions.customers import CUSTOMERS_OWN
from services.savings.transactions.forms import AccountClosing, AccountWithdrawal
from services.savings.transactions.life import (
    check_product,
    close_life,
    locked_life,
    open_life,
    pay_out,
    reckoned,
)
from services.savings.transactions.opening import Opening

MENU = (PERSONAL, NOTICE_MENU)
TOO_SOON = ErrorType(
    "notice.too_soon",
    Kind.INVALID,
    "须提前 {days} 天通知",
    "notice must be given {days} days before the withdrawal",
)


class NoticeOpening(Opening):
    """A lump sum, and the notice period."""

    term: TermCode = labelled("通知期", "Notice period")


class NoticeForm(Form):
    """What will be withdrawn, and when."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("约定支取金额", "Amount", widget="amount")
    for_on: date = labelled("约定支取日", "Day of withdrawal", widget="date")
    to_account: AccountNumber | None = labelled("到期转入账号", "Paid on its day to", None, widget="account")


@transaction(
    code="savings.notice.open",
    name=Text("通知存款开户", "Open notice deposit"),
    menu=MENU,
    source="IB 1248",
    operators="S",
    cash="receives",
)
async def open_notice(work: Work, form: NoticeOpening) -> Outcome:
    """Raises as `open_life`."""
    return await open_life(work, form, NOTICE, form.term, None)


@transaction(code="savings.notice.notify", name=Text("取款通知", "Give notice"), menu=MENU, source="IB 1237")
async def notify(work: Work, form: NoticeForm) -> Outcome:
    """Keep a notice, given in time for its day, and what it is paid to by itself on that day: the account named, or the first demand
    account on the same card or book; otherwise the customer fetches it.

    Raises `notice.too_soon`, `notice.payee`, `account.*`, `amount.*`.
    """
    account = (await lock(work.connection, account=form.account))["account"]
    if not isinstance(account.product.withdrawals, ByNotice):
        check_product(account, NOTICE)
    check_own_outlet(account, work.outlet)
    after(account.status, Action.DEBIT)
    agreement = await agreement_of(work.connection, account.number)
    assert agreement.term is not None
    if (form.for_on - work.business_date).days < agreement.term.count:
        raise TOO_SOON(field="for_on", days=agreement.term.count)
    amount_minor = parse_amount(form.amount, account.currency)
    if amount_minor > account.balance_minor:
        raise INSUFFICIENT(field="amount", available=format_amount(account.balance_minor, account.currency))
    to_account = await _payee_of(work.connection, account, form.to_account)
    number = await enter_notice(work, account, form.for_on, amount_minor, to_account)
    result = {"account": account.number, "notice_number": number, "for_on": form.for_on.isoformat(), "to_account": to_account}
    return Outcome({**result, "amount": format_amount(amount_minor, account.currency)})


async def _payee_of(connection: AsyncConnection, account: Account, to_account: str | None) -> str | None:
    """Where a notice is paid to: the account named, which must be the customer's own (an organisation's at the same outlet, IB 1841), or
    the first demand account on the same card or book 活期主账户. None: the customer fetches the money.

    Raises `account.*`, `notice.payee`.
    """
    if to_account is None:
        return await _main_account(connection, account)
    if to_account == account.number:
        raise SAME_ACCOUNT(field="to_account")
    payee = await read(connection, to_account, "to_account")
    check_current(payee, account.product.owner, "to_account")
    check_currency(payee, account.currency, "to_account")
    if account.product.owner is Owner.CORPORATE:
        check_own_outlet(payee, account.outlet, "to_account")
    if payee.customer_number != account.customer_number:
        raise PAYEE_OF_ANOTHER(field="to_account")
    return payee.number


async def _main_account(connection: AsyncConnection, account: Account) -> str | None:
    if account.instrument not in CUSTOMERS_OWN:
        return None
    table = ACCOUNT.c
    mine = (table.customer_number == account.customer_number, table.instrument == account.instrument, table.currency == account.currency)
    demand = (table.product == DEMAND.code, table.status == AccountStatus.NORMAL.value)
    return (await connection.execute(select(table.account).where(*mine, *demand).order_by(table.account).limit(1))).scalar()


@transaction(
    code="savings.notice.withdraw",
    name=Text("通知存款部分支取", "Withdraw from a notice deposit"),
    menu=MENU,
    source="IB 1257",
    operators="S",
    cash="pays",
)
async def withdraw(work: Work, form: AccountWithdrawal) -> Outcome:
    """A part with its interest; the rest stays as it was. Raises `notice.rest_below_minimum`, `quote.overdrawn`, and as `locked_life`."""
    account, counter, agreement = await locked_life(work, form, NOTICE)
    amount_minor = parse_amount(form.amount, account.currency)
    history = await history_of(work.connection, account.number)
    deposit = deposit_of(NOTICE, account.currency, account.balance_minor, agreement, history, work.business_date)
    taken = replace(deposit, movements=(*deposit.movements, Movement(work.business_date, -amount_minor)))
    life = reckoned(taken, "amount")
    debited = debit(account, amount_minor, work.business_date)
    return await pay_out(work, debited, Closing(amount_minor, life.statements[-2]), counter)


@transaction(
    code="savings.notice.close",
    name=Text("通知存款销户", "Close notice deposit"),
    menu=MENU,
    source="IB 1272",
    operators="S",
    cash="pays",
)
async def close_notice(work: Work, form: AccountClosing) -> Outcome:
    """Raises as `close_life`."""
    return await close_life(work, form, NOTICE)
