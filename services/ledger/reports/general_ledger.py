"""总帐: a subject day by day through a month, with what was carried forward and the subtotals (IB 2855-2859)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from banking.fields import labelled
from banking.query import Read, report
from banking.visibility import Sight, sight_for
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import currency_of, format_amount
from kernel.text import Text
from services.ledger.balances import Figures, code_balances
from services.ledger.domain.rulebook import Rulebook
from services.ledger.queries.forms import BooksForm, SubjectCode, rulebook_for
from services.ledger.reports.forms import UNIT, currency_heading, date_heading, outlet_heading
from services.ledger.tables import SUBJECT_TOTAL

SUBTOTALS = ((10, Text("10天小计", "First 10 days")), (20, Text("20天小计", "First 20 days")))
"""Both are counted from the first of the month, so that they grow into the month's total."""
YEAR_OPENING = Text("上年底余额", "End of last year")
YEAR_SO_FAR = Text("本年累计发生额", "Turnover of the year so far")
MONTH_OPENING = Text("上月底余额", "End of last month")
MONTH_TOTAL = Text("本月合计", "Month")
YEAR_TOTAL = Text("自年初累计", "Since the beginning of the year")
COLUMNS = [
    Column(key="date", label=Text("帐务日期", "Date")),
    Column(key="debit", label=Text("借方发生额", "Debit turnover"), kind="amount"),
    Column(key="credit", label=Text("贷方发生额", "Credit turnover"), kind="amount"),
    Column(key="debit_balance", label=Text("借方余额", "Debit balance"), kind="amount"),
    Column(key="credit_balance", label=Text("贷方余额", "Credit balance"), kind="amount"),
]


class GeneralLedgerForm(BooksForm):
    """A subject and a date, up to which its month is shown; the own outlet and those below it if none is named."""

    subject: SubjectCode = labelled("科目代号", "Subject")


@report(name="general_ledger", title=Text("总帐", "General ledger"), source="IB 2855")
async def general_ledger(read: Read, form: GeneralLedgerForm) -> ReportTable:
    """The sheet of a subject and those below it. Raises `ledger.subject.unknown`, `outlet.outside`, `currency.unknown`."""
    currency_of(form.currency)
    last = form.date or read.business_date
    rulebook = await rulebook_for(read)
    subject = rulebook.subject(form.subject, last)
    sight = sight_for(read.principal, form.outlet)
    year, month = date(last.year, 1, 1), last.replace(day=1)
    of_year = await _figures(read, form, sight, year, last)
    before_month = await _figures(read, form, sight, year, month - timedelta(days=1)) if month > year else Figures(of_year.opening_minor)
    days = await _days(read, form, sight, month, last, rulebook)
    lines = _Lines(form.currency)
    lines.add(YEAR_OPENING, balance=of_year.opening_minor)
    lines.add(YEAR_SO_FAR, turnover=before_month)
    lines.add(MONTH_OPENING, balance=before_month.closing_minor)
    lines.add_days(days, before_month.closing_minor, last)
    lines.add(YEAR_TOTAL, turnover=of_year, balance=of_year.closing_minor)
    headers = [
        Heading(label=Text("科目代号", "Subject"), value=subject.code),
        Heading(label=Text("科目名称", "Name"), value=subject.name),
        outlet_heading(form.outlet, read.principal.outlet),
        date_heading(last),
        currency_heading(form.currency),
        UNIT,
    ]
    return ReportTable(title=Text("总帐", "General ledger"), headers=headers, columns=COLUMNS, rows=lines.rows)


async def _figures(read: Read, form: GeneralLedgerForm, sight: Sight, first: date, last: date) -> Figures:
    whole = Figures()
    for each in await code_balances(read, first, last, sight, form.currency):
        if each.subject.startswith(form.subject):
            whole.add(each.figures)
    return whole


async def _days(read: Read, form: GeneralLedgerForm, sight: Sight, first: date, last: date, rulebook: Rulebook) -> dict[date, Figures]:
    """The turnover of each date that moved the codes which belong to the subject on the last date, as the balances do."""
    codes = [code.code for code in rulebook.business_codes(last) if code.subject.startswith(form.subject)]
    total = SUBJECT_TOTAL.c
    debit, credit = total.debit_cash_minor + total.debit_transfer_minor, total.credit_cash_minor + total.credit_transfer_minor
    found = (
        select(total.business_date, func.sum(debit), func.sum(credit))
        .where(total.business_date.between(first, last), sight.condition(total.outlet), total.currency == form.currency)
        .where(total.business_code.in_(codes))
        .group_by(total.business_date)
        .order_by(total.business_date)
    )
    rows = await read.connection.execute(found)
    return {day: Figures(debit_transfer_minor=int(debit), credit_transfer_minor=int(credit)) for day, debit, credit in rows}


class _Lines:
    """The lines of the sheet as they are written one below the other."""

    def __init__(self, currency: str) -> None:
        self.rows: list[dict[str, Cell]] = []
        self._currency = currency

    def add(self, label: str | Text, *, turnover: Figures | None = None, balance: int | None = None) -> None:
        """A line with turnover, a balance (debit positive), or both."""
        row: dict[str, Cell] = {"date": label}
        if turnover is not None:
            row["debit"] = format_amount(turnover.debit_minor, self._currency)
            row["credit"] = format_amount(turnover.credit_minor, self._currency)
        if balance is not None:
            row["debit_balance" if balance >= 0 else "credit_balance"] = format_amount(abs(balance), self._currency)
        self.rows.append(row)

    def add_days(self, days: dict[date, Figures], balance: int, last: date) -> None:
        """The days of a month with their subtotals, and the month's total."""
        month, waiting = Figures(), list(SUBTOTALS)
        for day, figures in days.items():
            while waiting and day.day > waiting[0][0]:
                self.add(waiting.pop(0)[1], turnover=month)
            month.add(figures)
            balance += figures.debit_minor - figures.credit_minor
            self.add(day.isoformat(), turnover=figures, balance=balance)
        for days_of_month, label in waiting:
            if last.day >= days_of_month:
                self.add(label, turnover=month)
        self.add(MONTH_TOTAL, turnover=month, balance=balance)
