"""大额现金取款登记簿 and 大额存款登记簿: large payments in cash and large deposits (IB 2868-2873)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, true, tuple_

from banking.fields import AmountText, labelled
from banking.lists import Cursor, check_dates, cursor, place
from banking.query import Read, report
from banking.visibility import sight_for
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import currency_of, format_amount, parse_amount
from kernel.text import Text
from services.ledger.domain.model import CASH_IN_HAND, CodeKind
from services.ledger.parameters import threshold_minor
from services.ledger.queries.forms import rulebook_for, shown_leg
from services.ledger.queries.history import MOST_DAYS, TOO_LONG
from services.ledger.queries.selections import dates_between, legs_with_sets
from services.ledger.queries.transactions import NUMBER_DIGITS
from services.ledger.reports.entries import entry_line
from services.ledger.reports.forms import SpanForm, currency_heading, date_heading, outlet_heading
from services.ledger.tables import ACCOUNT, LEG, POSTING_SET

LARGE_CASH = Text("大额现金取款登记簿", "Register of large cash withdrawals")
LARGE_DEPOSITS = Text("大额存款登记簿", "Register of large deposits")
KEEPER_OF_DEPOSITS = "savings"


class RegisterForm(SpanForm):
    """Dates, outlet, currency, another amount than the one laid down, and where the page begins."""

    amount_from: AmountText | None = labelled("起点金额", "From amount", None, widget="amount")
    after: Cursor | None = labelled("起始于此之后", "After", None)
    limit: int = labelled("条数", "Rows", 2000, ge=1, le=10_000)


def _columns(amount: Text, *more: Column) -> list[Column]:
    return [
        Column(key="business_date", label=Text("日期", "Date"), kind="date"),
        Column(key="outlet", label=Text("帐户部门", "Books of")),
        Column(key="account", label=Text("帐号", "Account")),
        Column(key="name", label=Text("户名", "Name")),
        Column(key="subject", label=Text("科目", "Subject")),
        Column(key="currency", label=Text("币种", "Currency")),
        Column(key="amount", label=amount, kind="amount"),
        *more,
        Column(key="teller", label=Text("操作员", "Teller")),
        Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    ]


CASH_COLUMNS = _columns(Text("取现金额", "Cash paid out"))
DEPOSIT_COLUMNS = _columns(Text("交易金额", "Amount"), Column(key="code_name", label=Text("交易码", "Transaction")))


@report(name="large_cash", title=LARGE_CASH, source="IB 2868")
async def large_cash(read: Read, form: RegisterForm) -> ReportTable:
    """Deposits paid out in cash at or above the threshold, at any counter or from any account in sight; a correction counts negative. The
    total is that of the page.

    Raises `query.cursor`, `outlet.outside`, `query.dates`, `query.too_long`, `currency.unknown`, `amount.*`.
    """
    cash = LEG.alias("cash")
    paid_in_cash = exists().where(
        cash.c.posting_id == LEG.c.posting_id, cash.c.business_code == CASH_IN_HAND, cash.c.is_debit.is_(False), cash.c.line != LEG.c.line
    )
    return await _register(read, form, "large_cash", LARGE_CASH, CASH_COLUMNS, [LEG.c.is_debit, paid_in_cash])


@report(name="large_deposits", title=LARGE_DEPOSITS, source="IB 2872")
async def large_deposits(read: Read, form: RegisterForm) -> ReportTable:
    """Credits of deposit accounts at or above the threshold, in cash and by transfer. Raises as `large_cash`."""
    return await _register(read, form, "large_deposits", LARGE_DEPOSITS, DEPOSIT_COLUMNS, [LEG.c.is_debit.is_(False)])


async def _register(
    read: Read, form: RegisterForm, name: str, title: Text, columns: list[Column], conditions: list[ColumnElement[bool]]
) -> ReportTable:
    currency_of(form.currency)
    first = form.date or read.business_date
    last = form.date_to or first
    check_dates(first, last, "date")
    if (last - first).days >= MOST_DAYS:
        raise TOO_LONG(field="date_to", days=MOST_DAYS)
    least = parse_amount(form.amount_from, form.currency, "amount_from") if form.amount_from else threshold_minor(name, form.currency, last)
    rows = [] if least is None else await _lines(read, form, first, last, [LEG.c.amount_minor >= least, *conditions])
    following = rows[form.limit - 1] if len(rows) > form.limit else None
    rows = rows[: form.limit]
    shown_threshold = "-" if least is None else format_amount(least, form.currency)
    total = sum(row["minor"] for row in rows)
    return ReportTable(
        title=title,
        headers=[
            outlet_heading(form.outlet, read.principal.outlet),
            date_heading(first, last),
            currency_heading(form.currency),
            Heading(label=Text("起点金额", "From amount"), value=shown_threshold),
        ],
        columns=columns,
        rows=[{key: value for key, value in row.items() if key not in ("minor", "place")} for row in rows],
        totals={"amount": format_amount(total, form.currency)},
        next=following["place"] if following is not None else None,
    )


async def _lines(read: Read, form: RegisterForm, first: date, last: date, conditions: list[ColumnElement[bool]]) -> list[dict[str, Any]]:
    """A page of the legs on deposit accounts that fit and one more, date by date, so that the index by date and amount answers."""
    rulebook = await rulebook_for(read)
    codes = [code.code for code in rulebook.business_codes(last) if code.owner == KEEPER_OF_DEPOSITS and code.kind is CodeKind.CUSTOMER]
    sight = sight_for(read.principal, form.outlet)
    seen = or_(sight.condition(LEG.c.outlet), sight.condition(POSTING_SET.c.transaction_number, NUMBER_DIGITS))
    after = place(form.after, date.fromisoformat, str, int)
    if after is not None:
        first = max(first, after[0])
        conditions = [*conditions, tuple_(LEG.c.business_date, POSTING_SET.c.transaction_number, LEG.c.line) > tuple_(*after)]
    days = dates_between(first, last)
    order = (LEG.c.business_date, POSTING_SET.c.transaction_number, LEG.c.line)
    fitting = (
        select(LEG.c.posting_id, LEG.c.line, *order[:2])
        .join(POSTING_SET, POSTING_SET.c.posting_id == LEG.c.posting_id)
        .where(LEG.c.business_date == days.c.day, LEG.c.business_code.in_(codes), LEG.c.currency == form.currency, seen, *conditions)
        .lateral()
    )
    found_there = select(fitting).select_from(days.join(fitting, true()))
    keys = found_there.order_by(fitting.c.business_date, fitting.c.transaction_number, fitting.c.line).limit(form.limit + 1).subquery()
    found = (
        legs_with_sets()
        .add_columns(ACCOUNT.c.name.label("name"))
        .join(keys, (keys.c.posting_id == LEG.c.posting_id) & (keys.c.line == LEG.c.line))
        .join(ACCOUNT, ACCOUNT.c.account == LEG.c.account)
        .order_by(*order)
    )
    shown = partial(shown_leg, rulebook)
    return [_line(row, shown(row)) for row in (await read.connection.execute(found)).all()]


def _line(row: Any, entry: dict[str, Any]) -> dict[str, Cell]:
    here = cursor(row.business_date, row.transaction_number, row.line)
    return {**entry_line(entry), "name": row.name, "minor": -row.amount_minor if row.red else row.amount_minor, "place": here}
