"""管辖行差额报告表: what a session of the exchange came to, outlet by outlet of a sub-branch (IB 2369-2376)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from banking.fields import Form, OutletCode, labelled
from banking.query import Read, report
from banking.visibility import Sight, sight_for
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import format_amount
from kernel.numbers import branch_of, is_business_department
from kernel.text import Text
from services.clearing.domain.exchange_items import CURRENCY
from services.clearing.domain.exchange_sessions import COLUMN_TEXTS, COLUMNS, Session, SessionState, Tally, Totals, net_minor
from services.clearing.exchange_sessions import totals_by_outlet
from services.clearing.tables import EXCHANGE_ITEM, EXCHANGE_SESSION

TITLE = Text("管辖行差额报告表", "Differences of the same-city exchange")
_FIGURES = tuple(
    column
    for name in COLUMNS
    for column in (
        Column(key=f"{name}_count", label=Text(f"{COLUMN_TEXTS[name].zh}笔数", f"Number of {COLUMN_TEXTS[name].en}"), kind="integer"),
        Column(key=name, label=Text(COLUMN_TEXTS[name].zh, COLUMN_TEXTS[name].en.capitalize()), kind="amount"),
    )
)
REPORT_COLUMNS = [
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="session_state", label=Text("状态", "State")),
    *_FIGURES,
    Column(key="credit_net", label=Text("贷差", "Credit difference"), kind="amount"),
    Column(key="debit_net", label=Text("借差", "Debit difference"), kind="amount"),
]


class DifferenceForm(Form):
    """A session; of the outlets below a business department, of one outlet, or of all that one sees."""

    exchange_date: date | None = labelled("交换日期", "Exchange date", None, widget="date")
    session: int = labelled("交换场次", "Session", 1, ge=1, le=2)
    outlet: OutletCode | None = labelled("管辖行或网点", "Sub-branch or outlet", None)


@report(name="exchange_difference", title=TITLE, source="IB 2369-2376")
async def exchange_difference(read: Read, form: DifferenceForm) -> ReportTable:
    """Every outlet that has the session, and the sum of them. Raises `outlet.outside`."""
    session = Session(form.exchange_date or read.business_date, form.session)
    sight = sight_for(read.principal, form.outlet)
    if form.outlet is not None and is_business_department(form.outlet):
        sight = Sight(branch_of(form.outlet))
    totals = await totals_by_outlet(read.connection, sight.condition(EXCHANGE_ITEM.c.outlet), session)
    sessions = EXCHANGE_SESSION.c
    of_session = (sessions.exchange_date == session.exchange_date, sessions.number == session.number, sight.condition(sessions.outlet))
    states = {row.outlet: row.state for row in await read.connection.execute(select(sessions.outlet, sessions.state).where(*of_session))}
    outlets = sorted({*totals, *(outlet for outlet, state in states.items() if state != SessionState.OPEN.value)})
    rows = [
        {"outlet": outlet, "session_state": SessionState(states.get(outlet, "open")).text, **_figures(totals.get(outlet, {}))}
        for outlet in outlets
    ]
    whole = {name: sum((each[name] for each in totals.values()), Tally()) for name in COLUMNS}
    return ReportTable(
        title=TITLE,
        headers=[
            Heading(label=Text("日期", "Date"), value=session.exchange_date.isoformat()),
            Heading(label=Text("场次", "Session"), value=str(session.number)),
            Heading(label=Text("管辖行", "Sub-branch"), value=form.outlet or read.principal.outlet),
        ],
        columns=REPORT_COLUMNS,
        rows=rows,
        totals=_figures(whole),
    )


def _figures(totals: Totals) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for name in COLUMNS:
        tally = totals.get(name, Tally())
        found |= {f"{name}_count": tally.count, name: format_amount(tally.amount_minor, CURRENCY)}
    net = net_minor(totals)
    return {**found, "credit_net": format_amount(max(-net, 0), CURRENCY), "debit_net": format_amount(max(net, 0), CURRENCY)}
