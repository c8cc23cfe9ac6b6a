"""The sheets the ledger prints (IB 2814-2902)."""

from __future__ import annotations

from banking.query import Read, report
from contracts.report import Column, Heading, ReportTable
from kernel.money import CURRENCIES, currency_of, format_amount
from kernel.text import Text
from services.ledger.accounting.load import load_rulebook
from services.ledger.balances import SubjectBalance, by_subject, code_balances
from services.ledger.queries import BooksForm

WHOLE_BANK = Text("全行", "Whole bank")
AMOUNTS = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")
DAILY_TRIAL = (
    Column(key="subject", label=Text("科目代号", "Subject")),
    Column(key="name", label=Text("科目名称", "Name")),
    Column(key="opening_debit", label=Text("上日借方余额", "Opening debit"), kind="amount"),
    Column(key="opening_credit", label=Text("上日贷方余额", "Opening credit"), kind="amount"),
    Column(key="debit", label=Text("本日借方发生额", "Debit turnover"), kind="amount"),
    Column(key="credit", label=Text("本日贷方发生额", "Credit turnover"), kind="amount"),
    Column(key="closing_debit", label=Text("本日借方余额", "Closing debit"), kind="amount"),
    Column(key="closing_credit", label=Text("本日贷方余额", "Closing credit"), kind="amount"),
)


@report(name="daily_trial", title=Text("日计表", "Daily trial balance"), source="IB 2845")
async def daily_trial(read: Read, form: BooksForm) -> ReportTable:
    """Every on-sheet subject of an outlet or of the whole bank with opening, turnover and closing; debits equal credits in each pair.

    Rows also carry `opening` and `closing` as one signed amount, debit positive.
    """
    currency_of(form.currency)
    day = form.date or read.business_date
    balances = by_subject(await code_balances(read.connection, day, form.outlet, form.currency))
    totals = dict.fromkeys(AMOUNTS, 0)
    rows = []
    for each in balances:
        amounts = _amounts(each)
        for name in AMOUNTS:
            totals[name] += amounts[name]
        shown = {name: format_amount(minor, form.currency) for name, minor in amounts.items()}
        rows.append({"subject": each.subject, "name": load_rulebook().subject(each.subject, day).name, **shown})
    return ReportTable(
        title=Text("日计表", "Daily trial balance"),
        headers=[
            Heading(label=Text("部门", "Outlet"), value=form.outlet or WHOLE_BANK),
            Heading(label=Text("日期", "Date"), value=day.isoformat()),
            Heading(label=Text("币种", "Currency"), value=CURRENCIES[form.currency].name),
        ],
        columns=list(DAILY_TRIAL),
        rows=rows,
        totals={name: format_amount(minor, form.currency) for name, minor in totals.items()},
    )


def _amounts(balance: SubjectBalance) -> dict[str, int]:
    """The columns of one subject in minor units."""
    opening, closing = balance.opening_minor, balance.closing_minor
    return {
        "opening_debit": max(opening, 0),
        "opening_credit": max(-opening, 0),
        "debit": balance.debit_minor,
        "credit": balance.credit_minor,
        "closing_debit": max(closing, 0),
        "closing_credit": max(-closing, 0),
        "opening": opening,
        "closing": closing,
    }
