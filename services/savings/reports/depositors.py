"""大额存款客户登记簿: the accounts that hold most (IB 2870-2871)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from banking.fields import CURRENCY_CHOICES, AmountText, CurrencyCode, Form, OutletCode, labelled
from banking.lists import Cursor, cursor, place
from banking.query import Read, report
from banking.visibility import sight_for
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import CURRENCIES, currency_of, format_amount, parse_amount
from kernel.text import Text
from services.savings.domain.products import product_of
from services.savings.parameters.load import parameters
from services.savings.queries.selections import seen
from services.savings.tables import ACCOUNT, TERM_DEPOSIT

TITLE = Text("大额存款客户登记簿", "Register of large depositors")
LIMIT = "large_depositor.balance"
COLUMNS = [
    Column(key="account", label=Text("帐号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="starts_on", label=Text("起息日", "Value date"), kind="date"),
    Column(key="matures_on", label=Text("到期日", "Matures on"), kind="date"),
    Column(key="kind", label=Text("储种", "Kind")),
    Column(key="term", label=Text("存期", "Term")),
    Column(key="balance", label=Text("余额", "Balance"), kind="amount"),
    Column(key="outlet", label=Text("帐户部门", "Books of")),
]


class DepositorsForm(Form):
    """An outlet, a currency, another amount than the one laid down, and where the page begins."""

    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    amount_from: AmountText | None = labelled("起点金额", "From amount", None, widget="amount")
    after: Cursor | None = labelled("起始于此之后", "After", None)
    limit: int = labelled("条数", "Rows", 2000, ge=1, le=10_000)


@report(name="large_depositors", title=TITLE, source="IB 2870")
async def large_depositors(read: Read, form: DepositorsForm) -> ReportTable:
    """Deposit accounts that hold the threshold or more now, in the order of their numbers; the total is that of the page.

    Raises `outlet.outside`, `currency.unknown`, `amount.*`, `query.cursor`.
    """
    currency_of(form.currency)
    least = _threshold_minor(read, form)
    rows = [] if least is None else await _rows(read, form, least)
    last = rows[form.limit - 1] if len(rows) > form.limit else None
    rows = rows[: form.limit]
    return ReportTable(
        title=TITLE,
        headers=[
            Heading(label=Text("部门", "Outlet"), value=form.outlet or read.principal.outlet),
            Heading(label=Text("日期", "Date"), value=read.business_date.isoformat()),
            Heading(label=Text("币种", "Currency"), value=CURRENCIES[form.currency].name),
            Heading(label=Text("起点金额", "From amount"), value="-" if least is None else format_amount(least, form.currency)),
        ],
        columns=COLUMNS,
        rows=[_line(row) for row in rows],
        totals={"balance": format_amount(sum(row.balance_minor for row in rows), form.currency)},
        next=cursor(last.account) if last is not None else None,
    )


def _threshold_minor(read: Read, form: DepositorsForm) -> int | None:
    if form.amount_from is not None:
        return parse_amount(form.amount_from, form.currency, "amount_from")
    if f"{LIMIT}.{form.currency}" not in parameters().limits:
        return None
    return parameters().limit_minor_on(f"{LIMIT}.{form.currency}", read.business_date, form.currency)


async def _rows(read: Read, form: DepositorsForm, least: int) -> list[Row[Any]]:
    table = ACCOUNT.c
    term = TERM_DEPOSIT.c
    found = select(ACCOUNT, term.starts_on, term.matures_on, term.term).join_from(
        ACCOUNT, TERM_DEPOSIT, term.account == table.account, isouter=True
    )
    found = found.where(table.balance_minor >= least, table.currency == form.currency, seen(sight_for(read.principal, form.outlet)))
    if (after := place(form.after, str)) is not None:
        found = found.where(table.account > after[0])
    return list((await read.connection.execute(found.order_by(table.account).limit(form.limit + 1))).all())


def _line(row: Row[Any]) -> dict[str, Cell]:
    """A demand deposit bears interest from its opening and never matures."""
    starts_on = row.starts_on or row.opened_on
    return {
        "account": row.account,
        "name": row.name,
        "starts_on": starts_on.isoformat() if starts_on else None,
        "matures_on": row.matures_on.isoformat() if row.matures_on else None,
        "kind": product_of(row.product).name,
        "term": row.term,
        "balance": format_amount(row.balance_minor, row.currency),
        "outlet": row.outlet,
    }
