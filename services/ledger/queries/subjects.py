"""总账查询: subjects, their sheets of a date, and the inter-branch differences (IB 1786-1790, 2513-2517, 3823-3856)."""

from __future__ import annotations

from typing import Any

from banking.query import Read, query
from banking.visibility import EVERYTHING, Sight, sight_for
from contracts.report import Column
from kernel.money import currency_of, format_amount
from kernel.text import Text
from services.ledger.balances import by_subject, code_balances
from services.ledger.domain.model import CHANNELS
from services.ledger.queries import forms
from services.ledger.queries.forms import BooksForm, SubjectForm, rulebook_for
from services.ledger.queries.subject_sheets import SHEET_COLUMNS, sheet_rows

DIFFERENCES = (
    Column(key="outlet", label=Text("部门", "Outlet")),
    Column(key="account", label=Text("账号", "Account")),
    Column(key="sub_account", label=Text("分户", "Sub-account")),
    forms.NAME,
    forms.CURRENCY,
    Column(key="debit", label=Text("借方发生额", "Debit turnover"), kind="amount"),
    Column(key="credit", label=Text("贷方发生额", "Credit turnover"), kind="amount"),
    Column(key="balance", label=Text("余额", "Balance, credit positive"), kind="amount"),
)
SUBJECTS = (
    forms.SUBJECT,
    Column(key="name", label=Text("科目名称", "Name")),
    Column(key="opening", label=Text("上日余额", "Opening, debit positive"), kind="amount"),
    Column(key="debit", label=Text("借方发生额", "Debit turnover"), kind="amount"),
    Column(key="credit", label=Text("贷方发生额", "Credit turnover"), kind="amount"),
    Column(key="closing", label=Text("余额", "Closing, debit positive"), kind="amount"),
)


@query(name="ledger.differences", title=Text("汇差查询", "Inter-branch differences"), source="IB 2514, 3836", columns=DIFFERENCES)
async def differences(read: Read, form: BooksForm) -> dict[str, Any]:
    """Per outlet and 416 sub-account: turnover of the date and the balance, credit positive; `total` sums them up (IB 2514-2515).

    Raises `outlet.outside`.
    """
    currency_of(form.currency)
    day = form.date or read.business_date
    rulebook = await rulebook_for(read)
    found = await code_balances(read, day, day, books_of(read, form), form.currency)
    balances = [each for each in found if each.business_code in CHANNELS]
    rows = [
        {
            "outlet": each.outlet,
            "account": forms.internal_of(each.outlet, each.currency, each.business_code),
            "sub_account": each.business_code,
            "name": rulebook.business_code(each.business_code, day).name.as_dict(),
            "currency": each.currency,
            "debit": format_amount(each.figures.debit_minor, each.currency),
            "credit": format_amount(each.figures.credit_minor, each.currency),
            "balance": format_amount(-each.figures.closing_minor, each.currency),
        }
        for each in balances
    ]
    sums = {
        "debit": sum(each.figures.debit_minor for each in balances),
        "credit": sum(each.figures.credit_minor for each in balances),
        "balance": -sum(each.figures.closing_minor for each in balances),
    }
    total = {name: format_amount(minor, form.currency) for name, minor in sums.items()}
    return {"date": day.isoformat(), "rows": rows, "total": total, "next": None}


@query(name="ledger.subject", title=Text("科目查询", "Subjects"), source="IB 1786, 3827", columns=SUBJECTS)
async def subjects(read: Read, form: SubjectForm) -> dict[str, Any]:
    """Per subject: opening, debit, credit, closing; opening and closing are signed, debit positive. Raises `outlet.outside`."""
    currency_of(form.currency)
    day = form.date or read.business_date
    rulebook = await rulebook_for(read)
    balances = await code_balances(read, day, day, books_of(read, form), form.currency)
    rows = [
        {
            "subject": each.subject,
            "name": rulebook.subject(each.subject, day).name.as_dict(),
            "opening": format_amount(each.figures.opening_minor, form.currency),
            "debit": format_amount(each.figures.debit_minor, form.currency),
            "credit": format_amount(each.figures.credit_minor, form.currency),
            "closing": format_amount(each.figures.closing_minor, form.currency),
        }
        for sheet in (False, True)
        for each in by_subject(balances, off_sheet=sheet)
        if form.takes(each.subject)
    ]
    return {"date": day.isoformat(), "outlet": form.outlet, "currency": form.currency, "rows": rows, "next": None}


@query(name="ledger.subject_day", title=Text("科目日结单查询", "Subject sheets of a date"), source="IB 3849", columns=SHEET_COLUMNS)
async def subject_day(read: Read, form: SubjectForm) -> dict[str, Any]:
    """Per subject on the balance sheet: entries and turnover of the date, in cash and by transfer. Raises `outlet.outside`."""
    currency_of(form.currency)
    day = form.date or read.business_date
    balances = await code_balances(read, day, day, sight_for(read.principal, form.outlet), form.currency)
    sheets = [each for each in by_subject(balances) if each.figures.moved and form.takes(each.subject)]
    rows = sheet_rows(sheets, await rulebook_for(read), day, form.currency)
    return {"date": day.isoformat(), "outlet": form.outlet, "currency": form.currency, "rows": rows, "next": None}


def books_of(read: Read, form: BooksForm) -> Sight:
    """The books asked for: one outlet's, for those who see it; the whole bank's sums are everybody's. Raises `outlet.outside`."""
    return EVERYTHING if form.outlet is None else sight_for(read.principal, form.outlet)
