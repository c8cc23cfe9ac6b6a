"""日计表、月计表、季报表、半年报表、年度报表, on and off the balance sheet (IB 2845-2852)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from banking.query import Read, report
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import currency_of, format_amount
from kernel.text import Text
from services.ledger.balances import Figures, SubjectBalance, by_subject, code_balances
from services.ledger.queries.forms import rulebook_for
from services.ledger.queries.subjects import books_of
from services.ledger.reports.forms import WHOLE_BANK, PeriodForm, currency_heading, date_heading, first_of_period, outlet_heading

TITLES = {
    "day": Text("日计表", "Daily trial balance"),
    "month": Text("月计表", "Monthly trial balance"),
    "quarter": Text("季报表", "Quarterly trial balance"),
    "half_year": Text("半年报表", "Half-yearly trial balance"),
    "year": Text("年度报表", "Yearly trial balance"),
}
BEFORE = {"day": "上日", "month": "上月", "quarter": "上季", "half_year": "上半年", "year": "上年"}
NOW = {"day": "本日", "month": "本月", "quarter": "本季", "half_year": "本半年", "year": "本年"}


def on_sheet(period: str) -> list[Column]:
    """The columns of a trial balance; the Chinese labels name the period."""
    before, now = BEFORE[period], NOW[period]
    return [
        Column(key="subject", label=Text("科目代号", "Subject")),
        Column(key="name", label=Text("科目名称", "Name")),
        Column(key="opening_debit", label=Text(f"{before}借方余额", "Opening debit"), kind="amount"),
        Column(key="opening_credit", label=Text(f"{before}贷方余额", "Opening credit"), kind="amount"),
        Column(key="debit", label=Text(f"{now}借方发生额", "Debit turnover"), kind="amount"),
        Column(key="credit", label=Text(f"{now}贷方发生额", "Credit turnover"), kind="amount"),
        Column(key="closing_debit", label=Text(f"{now}借方余额", "Closing debit"), kind="amount"),
        Column(key="closing_credit", label=Text(f"{now}贷方余额", "Closing credit"), kind="amount"),
    ]


def off_sheet(period: str) -> list[Column]:
    """The columns of the trial balance off the balance sheet."""
    before, now = BEFORE[period], NOW[period]
    return [
        Column(key="subject", label=Text("科目代号", "Subject")),
        Column(key="name", label=Text("科目名称", "Name")),
        Column(key="opening", label=Text(f"{before}结存", "Opening"), kind="amount"),
        Column(key="received", label=Text(f"{now}收入", "Received"), kind="amount"),
        Column(key="paid", label=Text(f"{now}付出", "Paid"), kind="amount"),
        Column(key="closing", label=Text(f"{now}结存", "Closing"), kind="amount"),
    ]


@report(name="daily_trial", title=TITLES["day"], source="IB 2845")
async def daily_trial(read: Read, form: PeriodForm) -> ReportTable:
    """Every on-sheet subject of an outlet or of the whole bank with opening, turnover and closing; debits equal credits in each pair.

    Rows also carry `opening` and `closing` as one signed amount, debit positive. Raises `outlet.outside`.
    """
    return await _trial(read, form, TITLES[form.period], on_sheet(form.period), _two_sided)


@report(name="off_sheet_trial", title=Text("表外科目日计表", "Off-sheet trial balance"), source="IB 2849")
async def off_sheet_trial(read: Read, form: PeriodForm) -> ReportTable:
    """The same off the balance sheet: what was there, received, paid, is there. Raises `outlet.outside`."""
    title = TITLES[form.period]
    return await _trial(read, form, Text(f"表外科目{title.zh}", f"{title.en}, off-sheet"), off_sheet(form.period), _single_sided)


async def _trial(
    read: Read, form: PeriodForm, title: Text, columns: list[Column], amounts: Callable[[Figures], dict[str, int]]
) -> ReportTable:
    currency_of(form.currency)
    last = form.date or read.business_date
    first = first_of_period(form.period, last)
    balances = await code_balances(read, first, last, books_of(read, form), form.currency)
    subjects = by_subject(balances, off_sheet=amounts is _single_sided)
    rulebook = await rulebook_for(read)
    rows: list[dict[str, Cell]] = [
        {"subject": each.subject, "name": rulebook.subject(each.subject, last).name, **_shown(amounts(each.figures), form.currency)}
        for each in subjects
    ]
    return ReportTable(
        title=title,
        headers=_headings(form, first, last),
        columns=columns,
        rows=rows,
        totals=_shown(totals_of(subjects, amounts), form.currency),
    )


def totals_of(subjects: Iterable[SubjectBalance], amounts: Callable[[Figures], dict[str, int]]) -> dict[str, int]:
    """The columns added up; amounts of one side each, so that debit and credit balances do not cancel out."""
    totals: dict[str, int] = dict.fromkeys(amounts(Figures()), 0)
    for each in subjects:
        for name, minor in amounts(each.figures).items():
            totals[name] += minor
    return totals


def _two_sided(figures: Figures) -> dict[str, int]:
    opening, closing = figures.opening_minor, figures.closing_minor
    return {
        "opening_debit": max(opening, 0),
        "opening_credit": max(-opening, 0),
        "debit": figures.debit_minor,
        "credit": figures.credit_minor,
        "closing_debit": max(closing, 0),
        "closing_credit": max(-closing, 0),
        "opening": opening,
        "closing": closing,
    }


def _single_sided(figures: Figures) -> dict[str, int]:
    return {
        "opening": figures.opening_minor,
        "received": figures.debit_minor,
        "paid": figures.credit_minor,
        "closing": figures.closing_minor,
    }


def _shown(amounts: dict[str, int], currency: str) -> dict[str, Cell]:
    return {name: format_amount(minor, currency) for name, minor in amounts.items()}


def _headings(form: PeriodForm, first: date, last: date) -> list[Heading]:
    return [outlet_heading(form.outlet, WHOLE_BANK), date_heading(first, last), currency_heading(form.currency)]
