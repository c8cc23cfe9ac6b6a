"""What reconciliation prints: how many statements came back, outlet by outlet (ER 44, decision 0023)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from banking.fields import Form, OutletCode, labelled
from banking.lists import check_dates
from banking.query import Read, report
from banking.visibility import sight_for
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import round_half_up
from kernel.text import Text
from services.reconciliation.domain.statement_states import WITH_THE_COMPANY, ReplyResult
from services.reconciliation.statements.tables import OPEN_CASES, STATEMENT

TITLE = Text("对账回收情况表", "Statements returned")
COUNTS = (
    ("made", Text("账单数", "Statements")),
    ("returned", Text("已回收", "Returned")),
    ("in_time", Text("按期回收", "Returned in time")),
    ("agreed", Text("相符", "Agreed")),
    ("adjusted", Text("调节相符", "Agreed after adjustment")),
    ("disagreed", Text("不符", "Disagreed")),
    ("open_cases", Text("未结不符", "Open disagreements")),
    ("overdue", Text("逾期未处理", "Overdue")),
)
COLUMNS = [
    Column(key="outlet", label=Text("部门号", "Outlet")),
    *(Column(key=key, label=label, kind="integer") for key, label in COUNTS),
    Column(key="return_rate", label=Text("回收率%", "Return rate, %")),
]
PLACES = 2


class ReturnsForm(Form):
    """Closing dates from which to which, and an outlet or a sub-branch; all in sight if left out."""

    date_from: date = labelled("起始截止日", "Closing dates from", widget="date")
    date_to: date = labelled("终止截止日", "To", widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)


@report(name="recon_returns", title=TITLE, source="ER 44")
async def statements_returned(read: Read, form: ReturnsForm) -> ReportTable:
    """Per outlet: statements made, returned (a reply approved), in time, with which last result, open and overdue.

    Raises `outlet.outside`, `query.dates`.
    """
    check_dates(form.date_from, form.date_to)
    table = STATEMENT.c
    asked = (
        select(table.outlet, *_counts(read.business_date))
        .where(sight_for(read.principal, form.outlet).condition(table.outlet), table.date_to.between(form.date_from, form.date_to))
        .group_by(table.outlet)
        .order_by(table.outlet)
    )
    rows = [dict(row) for row in (await read.connection.execute(asked)).mappings()]
    totals = {key: sum(row[key] for row in rows) for key, _ in COUNTS}
    return ReportTable(
        title=TITLE,
        headers=[Heading(label=Text("截止日期", "Closing dates"), value=f"{form.date_from} - {form.date_to}")],
        columns=COLUMNS,
        rows=[_with_rate(row) for row in rows],
        totals=_with_rate(totals),
    )


def _counts(today: date) -> list[Any]:
    table = STATEMENT.c
    results = {"agreed": (ReplyResult.AGREED,), "adjusted": (ReplyResult.ADJUSTED,)}
    results["disagreed"] = (ReplyResult.TO_BE_CHECKED, ReplyResult.DISTORTED)
    waiting = table.state.in_([each.value for each in WITH_THE_COMPANY])
    return [
        func.count().label("made"),
        func.count(table.returned_on).label("returned"),
        func.count().filter(table.returned_on <= table.made_on + table.days_until_due).label("in_time"),
        *(func.count().filter(table.result.in_([each.value for each in which])).label(key) for key, which in results.items()),
        func.count().filter(OPEN_CASES).label("open_cases"),
        func.count().filter(waiting, table.due_on < today).label("overdue"),
    ]


def _with_rate(row: dict[str, Any]) -> dict[str, Cell]:
    rate = round_half_up(Decimal(row["returned"]) * 100 / row["made"], PLACES) if row["made"] else None
    return {**row, "return_rate": None if rate is None else str(rate)}
