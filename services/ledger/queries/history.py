"""Entries beyond one date: of an account, of an amount, off the balance sheet (IB 1775, 1782, 2507, 2512, 3801)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal

from sqlalchemy import Row, Select, select, true, tuple_

from banking.fields import AccountNumber, AmountText, Day, OutletCode, TellerNumber, labelled
from banking.lists import ListForm, NumberBeginning, check_dates, cursor, page, place
from banking.query import Read, query
from banking.visibility import check_account_seen, sight_for
from contracts.report import Column
from kernel.errors import ErrorType, Kind
from kernel.money import parse_amount
from kernel.text import Text
from services.ledger.queries import forms
from services.ledger.queries.accounts import known_account
from services.ledger.queries.forms import (
    SIDES,
    DayListForm,
    SubjectCode,
    beginning_with,
    of_subject,
    rulebook_for,
    shown_leg,
    shown_off_sheet_leg,
)
from services.ledger.queries.selections import dates_between, legs_with_sets, table_of
from services.ledger.queries.transactions import NUMBER_DIGITS
from services.ledger.tables import LEG, OFF_SHEET_LEG, POSTING_SET

MOST_DAYS = 366
FIRST_SPAN_DAYS = 4
TOO_LONG = ErrorType("query.too_long", Kind.INVALID, "一次最多查询 {days} 天", "at most {days} days can be searched at once")


class AccountEntries(ListForm):
    """An account, from which date on, and which page (IB 3804-3806)."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    date_from: date = labelled("交易起始日期", "From", widget="date")
    date_to: date | None = labelled("交易结束日期", "To", None, widget="date")


class AmountSearch(ListForm):
    """An amount, on which dates (the business date if left out) and on which side."""

    amount: AmountText = labelled("交易金额", "Amount", widget="amount")
    date_from: date | None = labelled("起始日期", "From", None, widget="date")
    date_to: date | None = labelled("终止日期", "To", None, widget="date")
    direction: Literal["debit", "credit"] | None = labelled("借贷标志", "Side", None, widget="choice", choices=SIDES)
    outlet: OutletCode | None = labelled("账务部门", "Books of", None)


class OffSheetSearch(DayListForm):
    """Any of these together (IB 1784)."""

    date: Day | None = labelled("查询日期", "Business date", None, widget="date")
    teller: TellerNumber | None = labelled("经办用户", "Teller", None)
    subject: SubjectCode | None = labelled("科目号", "Subject", None)
    account: NumberBeginning | None = labelled("账户", "Account number, or its beginning", None)


ACCOUNT_COLUMNS = (
    forms.DATE, forms.NUMBER, forms.CODE, forms.TELLER, forms.COUNTER, forms.SIDE, forms.AMOUNT, forms.RED, forms.BALANCE,
    forms.BALANCE_SIDE, forms.VOUCHER_TYPE, forms.VOUCHER_NUMBER, forms.SUMMARY,
)  # fmt: skip
AMOUNT_COLUMNS = (
    forms.DATE, forms.NUMBER, forms.CODE, forms.TELLER, forms.COUNTER, forms.OUTLET, forms.SUBJECT, forms.ACCOUNT, forms.CURRENCY,
    forms.SIDE, forms.AMOUNT, forms.RED, forms.SUMMARY,
)  # fmt: skip
OFF_SHEET_COLUMNS = (
    forms.NUMBER, forms.DATE, forms.CODE, forms.TELLER, forms.OUTLET, forms.SUBJECT, forms.ACCOUNT, forms.CURRENCY,
    Column(key="direction", label=Text("收付标志", "Received or paid")), forms.AMOUNT, forms.RED,
    Column(key="balance_after", label=Text("本次结存", "Balance"), kind="amount"), forms.SUMMARY,
)  # fmt: skip


@query(name="transaction.account", title=Text("账户账务查询", "Entries of an account"), source="IB 1775, 3801", columns=ACCOUNT_COLUMNS)
async def of_account(read: Read, form: AccountEntries) -> dict[str, Any]:
    """The entries of any account of the bank from a date on, the oldest first, each with the balance behind it.

    Raises `ledger.account.unknown`, `account.outside`, `query.dates`, `query.cursor`.
    """
    account = await known_account(read, form.account)
    check_account_seen(read.principal, account.outlet)
    check_dates(form.date_from, form.date_to)
    rows = (await read.connection.execute(account_entries(form, off_sheet=account.off_sheet))).all()
    shown = partial(shown_off_sheet_leg if account.off_sheet else shown_leg, await rulebook_for(read))
    return {
        "account": form.account,
        "name": account.name,
        "currency": account.currency,
        **page(rows, form.limit, lambda row: cursor(row.business_date.isoformat(), row.entry), shown),
    }


def account_entries(form: AccountEntries, *, off_sheet: bool) -> Select[Any]:
    """The entries of an account in the order they moved it."""
    table = table_of(off_sheet)
    found = legs_with_sets(table).where(table.c.account == form.account, table.c.business_date >= form.date_from)
    if form.date_to is not None:
        found = found.where(table.c.business_date <= form.date_to)
    if (after := place(form.after, date.fromisoformat, int)) is not None:
        found = found.where(tuple_(table.c.business_date, table.c.entry) > tuple_(*after))
    return found.order_by(table.c.business_date, table.c.entry).limit(form.limit + 1)


@query(name="transaction.by_amount", title=Text("表内历史账务查询", "Entries of an amount"), source="IB 2512", columns=AMOUNT_COLUMNS)
async def by_amount(read: Read, form: AmountSearch) -> dict[str, Any]:
    """The entries of an amount in the books the teller sees, date by date, in the order they were posted.

    Raises `outlet.outside`, `query.dates`, `query.too_long`, `query.cursor`, `amount.*`.
    """
    first = form.date_from or form.date_to or read.business_date
    last = form.date_to or read.business_date
    check_dates(first, last)
    if (last - first).days >= MOST_DAYS:
        raise TOO_LONG(field="date_from", days=MOST_DAYS)
    conditions = [LEG.c.amount_minor == parse_amount(form.amount, "CNY"), sight_for(read.principal, form.outlet).condition(LEG.c.outlet)]
    if form.direction is not None:
        conditions.append(LEG.c.is_debit.is_(form.direction == "debit"))
    if (after := place(form.after, date.fromisoformat, int)) is not None:
        first = max(first, after[0])
        conditions.append(LEG.c.entry > after[1])
    rows: list[Row[Any]] = []
    for span_first, span_last in _growing_spans(first, last):
        of_dates = _date_by_date(span_first, span_last, conditions, form.limit + 1 - len(rows))
        found = legs_with_sets().where(LEG.c.posting_id == of_dates.c.posting_id, LEG.c.line == of_dates.c.line)
        rows += (await read.connection.execute(found.order_by(of_dates.c.business_date, of_dates.c.entry))).all()
        if len(rows) > form.limit:
            break
    shown = partial(shown_leg, await rulebook_for(read))
    return page(rows, form.limit, lambda row: cursor(row.business_date.isoformat(), row.entry), shown)


def _growing_spans(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The dates in pieces, each twice as long as the one before: a page of a common amount is full after a few dates, and a rare one is
    looked for all year in a handful of statements."""
    days = FIRST_SPAN_DAYS
    while first <= last:
        end = min(last, first + timedelta(days=days - 1))
        yield first, end
        first, days = end + timedelta(days=1), days * 2


def _date_by_date(first: date, last: date, conditions: list[Any], rows: int) -> Any:
    """The keys of the first so many legs that fit. Asked date by date, so that the index by date and amount answers for any span."""
    days = dates_between(first, last)
    fitting = (
        select(LEG.c.posting_id, LEG.c.line, LEG.c.business_date, LEG.c.entry)
        .where(LEG.c.business_date == days.c.day, *conditions)
        .order_by(LEG.c.entry)
        .limit(rows)
        .lateral()
    )
    found = select(fitting).select_from(days.join(fitting, true()))
    return found.order_by(fitting.c.business_date, fitting.c.entry).limit(rows).subquery()


@query(name="transaction.off_sheet", title=Text("表外账务查询", "Off-sheet entries"), source="IB 1782", columns=OFF_SHEET_COLUMNS)
async def off_sheet(read: Read, form: OffSheetSearch) -> dict[str, Any]:
    """The off-sheet entries of a date in the order of number and line. Raises `outlet.outside`, `query.cursor`."""
    day, table, number = form.date or read.business_date, OFF_SHEET_LEG, POSTING_SET.c.transaction_number
    found = legs_with_sets(table).where(
        table.c.business_date == day, sight_for(read.principal, form.outlet).condition(number, NUMBER_DIGITS)
    )
    if form.teller is not None:
        found = found.where(POSTING_SET.c.teller == form.teller)
    if form.subject is not None:
        found = found.where(of_subject(table.c.subject, form.subject))
    if form.account is not None:
        found = found.where(beginning_with(table.c.account, form.account))
    if (after := place(form.after, str, int)) is not None:
        found = found.where(tuple_(number, table.c.line) > tuple_(*after))
    rows = (await read.connection.execute(found.order_by(number, table.c.line).limit(form.limit + 1))).all()
    shown = partial(shown_off_sheet_leg, await rulebook_for(read))
    return {"date": day.isoformat(), **page(rows, form.limit, lambda row: cursor(row.transaction_number, row.line), shown)}
