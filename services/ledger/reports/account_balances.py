"""帐户余额表: what stood on every account at the end of a date, subject by subject (IB 2853-2854)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import case, select, true, tuple_

from banking.fields import labelled
from banking.lists import Cursor, cursor, place
from banking.query import Read, report
from banking.visibility import sight_for
from contracts.report import Cell, Column, ReportTable
from contracts.savings import SavingsClient
from kernel.money import currency_of, format_amount
from kernel.text import Text
from services.ledger.domain.rulebook import Rulebook
from services.ledger.queries.accounts import account_of
from services.ledger.queries.forms import SubjectForm, rulebook_for
from services.ledger.reports.forms import currency_heading, date_heading, outlet_heading
from services.ledger.reports.registers import KEEPER_OF_DEPOSITS
from services.ledger.tables import ACCOUNT, LEG

TITLE = Text("帐户余额表", "Account balances")
COLUMNS = [
    Column(key="subject", label=Text("科目代号", "Subject")),
    Column(key="subject_name", label=Text("科目名称", "Subject name")),
    Column(key="date", label=Text("日期", "Date"), kind="date"),
    Column(key="account", label=Text("帐号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="debit", label=Text("借方余额", "Debit balance"), kind="amount"),
    Column(key="credit", label=Text("贷方余额", "Credit balance"), kind="amount"),
    Column(key="products", label=Text("积数", "Products"), kind="amount"),
]


class BalancesForm(SubjectForm):
    """A date, outlet, currency and range of subjects, and where the page begins."""

    after: Cursor | None = labelled("起始于此之后", "After", None)
    limit: int = labelled("条数", "Rows", 2000, ge=1, le=10_000)


@report(name="account_balances", title=TITLE, source="IB 2853")
async def account_balances(read: Read, form: BalancesForm) -> ReportTable:
    """Every account that has a balance on the date, in the order of subject and number; the totals are those of the page.

    Products are those savings has gathered up to the current date, so they stand there only when that is the one asked for. Raises
    `outlet.outside`, `currency.unknown`, `query.cursor`.
    """
    currency_of(form.currency)
    rulebook, day = await rulebook_for(read), form.date or read.business_date
    rows = await _balances(read, form, rulebook, day)
    last = rows[form.limit - 1] if len(rows) > form.limit else None
    rows = rows[: form.limit]
    products: dict[str, int] = {}
    if day == read.business_date:
        kept = [row.account for row in rows if rulebook.business_code(row.business_code, day).owner == KEEPER_OF_DEPOSITS]
        products = await SavingsClient(read.resources.transport).products(kept)
    totals: dict[str, Cell] = {
        "debit": format_amount(sum(max(row.balance, 0) for row in rows), form.currency),
        "credit": format_amount(sum(max(-row.balance, 0) for row in rows), form.currency),
    }
    return ReportTable(
        title=TITLE,
        headers=[outlet_heading(form.outlet, read.principal.outlet), date_heading(day), currency_heading(form.currency)],
        columns=COLUMNS,
        rows=[_line(rulebook, row, day, products.get(row.account)) for row in rows],
        totals=totals,
        next=cursor(last.subject, last.account) if last is not None else None,
    )


async def _balances(read: Read, form: BalancesForm, rulebook: Rulebook, day: date) -> list[Any]:
    """Accounts with the balance behind their last entry up to the date; today's balance stands on the account itself."""
    subjects = {code.code: code.subject for code in rulebook.business_codes(day) if not code.off_sheet and form.takes(code.subject)}
    table = ACCOUNT.c
    subject = case(subjects, value=table.business_code).label("subject")
    found = select(ACCOUNT, subject).where(
        table.business_code.in_(list(subjects)), table.currency == form.currency,
        sight_for(read.principal, form.outlet).condition(table.outlet),
    )  # fmt: skip
    if day >= read.business_date:
        balance = table.balance_minor
    else:
        latest = (
            select(LEG.c.balance_after_minor)
            .where(LEG.c.account == table.account, LEG.c.business_date <= day)
            .order_by(LEG.c.business_date.desc(), LEG.c.entry.desc())
            .limit(1)
            .lateral("latest")
        )
        found = found.join(latest, true())
        balance = latest.c.balance_after_minor
    found = found.add_columns(balance.label("balance")).where(balance != 0)
    if (after := place(form.after, str, str)) is not None:
        found = found.where(tuple_(subject, table.account) > tuple_(*after))
    if not subjects:
        return []
    return list((await read.connection.execute(found.order_by(subject, table.account).limit(form.limit + 1))).all())


def _line(rulebook: Rulebook, row: Any, day: date, products: int | None) -> dict[str, Cell]:
    side = "debit" if row.balance > 0 else "credit"
    return {
        "subject": row.subject,
        "subject_name": rulebook.subject(row.subject, day).name,
        "date": day.isoformat(),
        "account": row.account,
        "name": account_of(rulebook, row, day).name,
        side: format_amount(abs(row.balance), row.currency),
        "products": None if products is None else format_amount(products, row.currency),
    }
