"""科目日结单, on and off the balance sheet: the day's entries subject by subject (IB 2816-2824)."""

from __future__ import annotations

from banking.query import Read, report
from banking.visibility import sight_for
from contracts.report import Column, ReportTable
from kernel.money import currency_of, format_amount
from kernel.text import Text
from services.ledger.balances import Figures, SubjectBalance, by_subject, code_balances
from services.ledger.queries.forms import rulebook_for
from services.ledger.queries.subject_sheets import SHEET_COLUMNS, sheet_figures, sheet_rows
from services.ledger.reports.forms import SheetForm, currency_heading, date_heading, operator_heading, outlet_heading

TITLE = Text("科目日结单", "Subject sheets of the day")
OFF_SHEET_TITLE = Text("表外科目日结单", "Off-sheet subject sheets of the day")
OFF_SHEET_COLUMNS = (
    Column(key="subject", label=Text("科目代号", "Subject")),
    Column(key="name", label=Text("科目名称", "Name")),
    Column(key="receive_count", label=Text("收方传票张数", "Received, vouchers"), kind="integer"),
    Column(key="receive_attachments", label=Text("收方附件张数", "Received, attachments")),
    Column(key="receive_amount", label=Text("收方发生额", "Received, amount"), kind="amount"),
    Column(key="pay_count", label=Text("付方传票张数", "Paid, vouchers"), kind="integer"),
    Column(key="pay_attachments", label=Text("付方附件张数", "Paid, attachments")),
    Column(key="pay_amount", label=Text("付方发生额", "Paid, amount"), kind="amount"),
)


@report(name="subject_day", title=TITLE, source="IB 2816")
async def subject_day(read: Read, form: SheetForm) -> ReportTable:
    """Each subject that moved, with entries and turnover of both sides in cash and by transfer. Raises `outlet.outside`."""
    subjects = await _moved(read, form, off_sheet=False)
    rows = sheet_rows(subjects, await rulebook_for(read), form.date or read.business_date, form.currency)
    return _table(read, form, TITLE, list(SHEET_COLUMNS), rows, sheet_figures(_sum(subjects), form.currency))


@report(name="off_sheet_day", title=OFF_SHEET_TITLE, source="IB 2822")
async def off_sheet_day(read: Read, form: SheetForm) -> ReportTable:
    """Each off-sheet subject that moved, with what was received and paid. Raises `outlet.outside`."""
    subjects = await _moved(read, form, off_sheet=True)
    rulebook, day = await rulebook_for(read), form.date or read.business_date
    rows = [
        {"subject": each.subject, "name": rulebook.subject(each.subject, day).name, **_off_sheet_figures(each.figures, form.currency)}
        for each in subjects
    ]
    return _table(read, form, OFF_SHEET_TITLE, list(OFF_SHEET_COLUMNS), rows, _off_sheet_figures(_sum(subjects), form.currency))


async def _moved(read: Read, form: SheetForm, *, off_sheet: bool) -> list[SubjectBalance]:
    currency_of(form.currency)
    day = form.date or read.business_date
    balances = await code_balances(read, day, day, sight_for(read.principal, form.outlet), form.currency)
    return [each for each in by_subject(balances, off_sheet=off_sheet) if each.figures.moved and form.takes(each.subject)]


def _sum(subjects: list[SubjectBalance]) -> Figures:
    whole = Figures()
    for each in subjects:
        whole.add(each.figures)
    return whole


def _off_sheet_figures(figures: Figures, currency: str) -> dict[str, object]:
    return {
        "receive_count": figures.debit_count,
        "receive_amount": format_amount(figures.debit_minor, currency),
        "pay_count": figures.credit_count,
        "pay_amount": format_amount(figures.credit_minor, currency),
    }


def _table(read: Read, form: SheetForm, title: Text, columns: list[Column], rows: list, totals: dict) -> ReportTable:  # type: ignore[type-arg]
    headers = [
        outlet_heading(form.outlet, read.principal.outlet),
        date_heading(form.date or read.business_date),
        currency_heading(form.currency),
        operator_heading(read),
    ]
    return ReportTable(title=title, headers=headers, columns=columns, rows=rows, totals=totals)
