"""对公存款分类表, 对公存款分类明细表: organisations' deposits by subject, and by subject and term (IB 2874-2877)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select

from banking.fields import CURRENCY_CHOICES, CurrencyCode, Form, OutletCode, labelled
from banking.query import Read, report
from banking.visibility import sight_for
from contracts.chart import ChartClient, SubjectView
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import CURRENCIES, currency_of, format_amount
from kernel.text import Text
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.products import CATALOGUE, Owner
from services.savings.queries.selections import seen
from services.savings.tables import ACCOUNT, TERM_DEPOSIT

BY_SUBJECT, BY_TERM = (
    Text("对公存款分类表", "Corporate deposits by subject"),
    Text("对公存款分类明细表", "Corporate deposits by subject and term"),
)
CORPORATE = [product.code for product in CATALOGUE.values() if product.owner is Owner.CORPORATE]
COUNTED = [status.value for status in (AccountStatus.NORMAL, AccountStatus.SETTLED, AccountStatus.DORMANT)]
"""Accounts that are open; pre-opened ones do not count among them (IB 3898)."""
TERM = Column(key="term", label=Text("存期", "Term"))
COLUMNS = [
    Column(key="subject", label=Text("科目代号", "Subject")),
    Column(key="subject_name", label=Text("科目名称", "Name")),
    Column(key="accounts", label=Text("总户数", "Accounts"), kind="integer"),
    Column(key="balance", label=Text("总余额", "Balance"), kind="amount"),
]


class CorporateForm(Form):
    """An outlet, a currency, and whether the terms stand apart."""

    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    by_term: bool = labelled("按存期分列(明细表)", "By term", False, widget="boolean")


@report(name="corporate_deposits", title=BY_SUBJECT, source="IB 2874")
async def corporate_deposits(read: Read, form: CorporateForm) -> ReportTable:
    """How many accounts of organisations are open under each subject, and what is on them now; with `by_term` a line for each term, current
    accounts without one. Raises `outlet.outside`, `currency.unknown`."""
    currency_of(form.currency)
    subjects = await ChartClient(read.resources.transport).subjects(read.business_date)
    groups = _folded(await _groups(read, form), subjects, form.by_term)
    total_accounts, total_minor = (sum(each[position] for each in groups.values()) for position in (0, 1))
    names = {view.subject: view.name for view in subjects.values()}
    return ReportTable(
        title=BY_TERM if form.by_term else BY_SUBJECT,
        headers=[
            Heading(label=Text("部门", "Outlet"), value=form.outlet or read.principal.outlet),
            Heading(label=Text("日期", "Date"), value=read.business_date.isoformat()),
            Heading(label=Text("币种", "Currency"), value=CURRENCIES[form.currency].name),
        ],
        columns=[*COLUMNS[:2], *([TERM] if form.by_term else []), *COLUMNS[2:]],
        rows=[_row(key, names, counted, form.currency) for key, counted in sorted(groups.items())],
        totals={"accounts": total_accounts, "balance": format_amount(total_minor, form.currency)},
    )


async def _groups(read: Read, form: CorporateForm) -> list[Row[Any]]:
    table, term = ACCOUNT.c, func.coalesce(TERM_DEPOSIT.c.term, "")
    counted = (func.count().label("accounts"), func.sum(table.balance_minor).label("balance_minor"))
    found = select(table.business_code, term.label("term"), *counted).join_from(
        ACCOUNT, TERM_DEPOSIT, TERM_DEPOSIT.c.account == table.account, isouter=True
    )
    found = found.where(
        table.product.in_(CORPORATE),
        table.status.in_(COUNTED),
        table.currency == form.currency,
        seen(sight_for(read.principal, form.outlet)),
    )
    return list(await read.connection.execute(found.group_by(table.business_code, term)))


def _folded(groups: list[Row[Any]], subjects: dict[str, SubjectView], by_term: bool) -> dict[tuple[str, str], tuple[int, int]]:
    """Accounts and balance by subject and term; business codes under one subject stand together."""
    folded: dict[tuple[str, str], tuple[int, int]] = {}
    for row in groups:
        key = subjects[row.business_code].subject, row.term if by_term else ""
        accounts, minor = folded.get(key, (0, 0))
        folded[key] = accounts + row.accounts, minor + int(row.balance_minor)
    return folded


def _row(key: tuple[str, str], names: dict[str, Text], counted: tuple[int, int], currency: str) -> dict[str, Cell]:
    subject, term = key
    accounts, minor = counted
    shown: dict[str, Cell] = {"subject": subject, "subject_name": names[subject], "accounts": accounts}
    return {**shown, "term": term, "balance": format_amount(minor, currency)}
