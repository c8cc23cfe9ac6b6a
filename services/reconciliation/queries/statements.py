"""Statements as the bank's staff search them: the list, one with its replies and track, its entries, open cases, runs, arrangements."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, select, tuple_

from banking.fields import AccountNumber, CustomerNumber, Form, OutletCode, TellerNumber, labelled
from banking.lists import ListForm, NumberBeginning, check_dates, cursor, given, page, place
from banking.query import Read, query
from banking.visibility import check_account_seen, sight_for, sight_of
from contracts.report import Column
from contracts.statements import StatementNumber
from kernel.text import Text
from services.reconciliation.domain.statement_periods import Frequency, StatementKind
from services.reconciliation.domain.statement_states import WITH_THE_COMPANY, ReplyResult, StatementState
from services.reconciliation.statements.naming import named, with_names
from services.reconciliation.statements.showing import head_values, shown_lines, shown_statement
from services.reconciliation.statements.store import found
from services.reconciliation.statements.tables import ARRANGEMENT, OPEN_CASES, STATEMENT, STATEMENT_RUN

KINDS = tuple((kind.value, kind.text) for kind in StatementKind)
STATES = tuple((state.value, state.text) for state in StatementState)
RESULTS = tuple((result.value, result.text) for result in ReplyResult)
FREQUENCIES = tuple((each.value, each.text) for each in Frequency)
ACCOUNT_DIGITS = 15

NUMBER = Column(key="number", label=Text("账单编号", "Statement"))
KIND = Column(key="kind_name", label=Text("账单类型", "Kind"))
ACCOUNT = Column(key="account", label=Text("账号", "Account"))
CUSTOMER = Column(key="customer_number", label=Text("客户号", "Customer number"))
NAME = Column(key="name", label=Text("户名", "Name"))
OUTLET = Column(key="outlet", label=Text("账务部门", "Books of"))
DATE_TO = Column(key="date_to", label=Text("截止日期", "Closing date"), kind="date")
DUE_ON = Column(key="due_on", label=Text("回复期限", "Due on"), kind="date")
STATE = Column(key="state_name", label=Text("状态", "State"))
RESULT = Column(key="result_name", label=Text("对账结果", "Result"))
ASSIGNED_TO = Column(key="assigned_to", label=Text("核查人", "Assigned to"))
COLUMNS = (
    NUMBER, KIND, ACCOUNT, CUSTOMER, NAME, OUTLET, Column(key="currency", label=Text("币种", "Currency")),
    Column(key="date_from", label=Text("起始日期", "From"), kind="date"), DATE_TO,
    Column(key="closing_balance", label=Text("截止日余额", "Closing balance"), kind="amount"),
    Column(key="made_on", label=Text("生成日期", "Made on"), kind="date"), DUE_ON,
    Column(key="overdue", label=Text("逾期", "Overdue")), STATE, RESULT,
    Column(key="returned_on", label=Text("回复日期", "Returned on"), kind="date"), ASSIGNED_TO,
)  # fmt: skip
CASES = (
    NUMBER, KIND, ACCOUNT, CUSTOMER, NAME, OUTLET, DATE_TO, STATE, RESULT, Column(key="round", label=Text("轮次", "Round"), kind="integer"),
    DUE_ON, Column(key="overdue", label=Text("逾期", "Overdue")), ASSIGNED_TO,
)  # fmt: skip
LINES = (
    Column(key="line", label=Text("笔号", "Line"), kind="integer"),
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    Column(key="direction", label=Text("借贷标志", "Side")),
    Column(key="amount", label=Text("交易金额", "Amount"), kind="amount"),
    Column(key="balance_after", label=Text("余额", "Balance"), kind="amount"),
    Column(key="counter_outlet", label=Text("交易部门", "Counter outlet")),
    Column(key="voucher_type", label=Text("凭证类型", "Voucher type")),
    Column(key="voucher_number", label=Text("凭证号", "Voucher number")),
    Column(key="summary", label=Text("摘要", "Summary")),
)
ORIGINS = {"calendar": Text("按周期", "The calendar"), "on_demand": Text("柜员", "A teller")}
RUN_STATES = {"running": Text("生成中", "Running"), "done": Text("完成", "Done")}
ARRANGED = (
    "account", "kind", "customer_number", "outlet", "frequency", "days_until_due", "exempt", "exempt_reason", "arranged_on",
)  # fmt: skip
RUNS = (
    Column(key="period_end", label=Text("截止日期", "Closing date"), kind="date"),
    Column(key="origin_name", label=Text("来源", "Begun by")),
    Column(key="outlets", label=Text("部门号", "Outlet")),
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="teller", label=Text("柜员", "Teller")),
    STATE,
    Column(key="total", label=Text("账户数", "Accounts"), kind="integer"),
    Column(key="done", label=Text("已处理", "Done"), kind="integer"),
    Column(key="made", label=Text("已生成", "Made"), kind="integer"),
)
ARRANGEMENTS = (
    ACCOUNT, KIND, CUSTOMER, OUTLET, Column(key="frequency_name", label=Text("对账周期", "Frequency")),
    Column(key="days_until_due", label=Text("回复期限(天)", "Days until due"), kind="integer"),
    Column(key="exempt", label=Text("免对账", "Exempt")),
    Column(key="exempt_reason", label=Text("免对账原因", "Reason of the exemption")),
    Column(key="arranged_on", label=Text("约定日期", "Arranged on"), kind="date"),
)  # fmt: skip


class StatementSearch(ListForm):
    """Any of these together; the dates are those between which periods end."""

    number: StatementNumber | None = labelled("账单编号", "Statement", None)
    account: AccountNumber | None = labelled("账号", "Account", None, widget="account")
    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    kind: Literal["balance", "detail"] | None = labelled("账单类型", "Kind", None, widget="choice", choices=KINDS)
    state: (
        Literal["unhandled", "fetched", "waiting_approval", "refused", "agreed", "investigating", "answered", "replied_again", "closed"]
        | None
    ) = labelled("状态", "State", None, widget="choice", choices=STATES)
    result: Literal["agreed", "disagreed_to_be_checked", "disagreed_adjusted", "distorted"] | None = labelled(
        "对账结果", "Result", None, widget="choice", choices=RESULTS
    )
    overdue: bool = labelled("仅逾期", "Overdue only", False, widget="boolean")
    date_from: date | None = labelled("起始日期", "From", None, widget="date")
    date_to: date | None = labelled("终止日期", "To", None, widget="date")


class StatementForm(Form):
    """One statement."""

    number: StatementNumber = labelled("账单编号", "Statement")


class LinesForm(ListForm):
    """One statement, and which page of its entries."""

    number: StatementNumber = labelled("账单编号", "Statement")


class CasesForm(ListForm):
    """Disagreements of an outlet, of one who looks into them."""

    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    assigned_to: TellerNumber | None = labelled("核查人", "Assigned to", None)


class RunsForm(ListForm):
    """Which page."""


class ArrangementsForm(ListForm):
    """Any of these together."""

    account: NumberBeginning | None = labelled("账号", "Account number, or its beginning", None, widget="account")
    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    frequency: Literal["month", "quarter", "year", "on_demand"] | None = labelled(
        "对账周期", "Frequency", None, widget="choice", choices=FREQUENCIES
    )
    exempt: bool | None = labelled("免对账", "Exempt", None, widget="boolean")


@query(name="recon.statement.query", title=Text("账单信息查询", "Statements"), source="ER 52", columns=COLUMNS)
async def statements(read: Read, form: StatementSearch) -> dict[str, Any]:
    """Statements of accounts of the teller's department and those below it, by the end of the period the newest first.

    Raises `outlet.outside`, `query.dates`, `query.cursor`.
    """
    table = STATEMENT.c
    check_dates(form.date_from, form.date_to)
    asked = select(STATEMENT).where(sight_for(read.principal, form.outlet).condition(table.outlet))
    conditions = (
        (form.number, lambda value: table.number == value),
        (form.account, lambda value: table.account == value),
        (form.customer_number, lambda value: table.customer_number == value),
        (form.kind, lambda value: table.kind == value),
        (form.state, lambda value: table.state == value),
        (form.result, lambda value: table.result == value),
        (form.date_from, lambda value: table.date_to >= value),
        (form.date_to, lambda value: table.date_to <= value),
        (place(form.after, date.fromisoformat, str), lambda value: tuple_(table.date_to, table.number) < tuple_(*value)),
    )
    asked = asked.where(*given(conditions))
    if form.overdue:
        asked = asked.where(table.state.in_([each.value for each in WITH_THE_COMPANY]), table.due_on < read.business_date)
    rows = (await read.connection.execute(asked.order_by(table.date_to.desc(), table.number.desc()).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.date_to, row.number), lambda row: _row(row, read.business_date))


def _row(row: Row[Any], today: date) -> dict[str, Any]:
    return named(head_values(row, today)) | {"assigned_to": row.assigned_to}


@query(name="recon.statement.show", title=Text("账单详细信息", "A statement"), source="ER 52")
async def statement(read: Read, form: StatementForm) -> dict[str, Any]:
    """A statement with its replies, sheets, decisions and track, the bank's own notes included. Raises `statement.unknown`,
    `account.outside`."""
    row = await found(read.connection, form.number)
    check_account_seen(read.principal, row.outlet, "number")
    shown = await shown_statement(read.connection, row, read.business_date, None)
    return with_names(shown) | {"assigned_to": row.assigned_to}


@query(name="recon.statement.lines", title=Text("账单明细", "Entries of a statement"), source="ER 50", columns=LINES)
async def lines(read: Read, form: LinesForm) -> dict[str, Any]:
    """The entries of a detail statement. Raises `statement.unknown`, `account.outside`, `query.cursor`."""
    row = await found(read.connection, form.number)
    check_account_seen(read.principal, row.outlet, "number")
    after = place(form.after, int)
    shown = await shown_lines(read.connection, row, after[0] if after else 0, form.limit)
    return {"rows": [line.model_dump(mode="json") for line in shown.rows], "next": str(shown.next) if shown.next else None}


@query(name="recon.statement.cases", title=Text("不符账单", "Disagreements"), source="ER 44", columns=CASES)
async def cases(read: Read, form: CasesForm) -> dict[str, Any]:
    """Statements that companies did not agree with and that are not closed, in the order of their numbers.

    Raises `outlet.outside`, `query.cursor`.
    """
    table = STATEMENT.c
    asked = select(STATEMENT).where(OPEN_CASES, sight_for(read.principal, form.outlet).condition(table.outlet))
    conditions = (
        (form.assigned_to, lambda value: table.assigned_to == value),
        (place(form.after, str), lambda value: table.number > value[0]),
    )
    rows = (await read.connection.execute(asked.where(*given(conditions)).order_by(table.number).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.number), lambda row: _row(row, read.business_date))


@query(name="recon.statement.runs", title=Text("账单生成进度", "Making of statements"), source="ER 20", columns=RUNS)
async def runs(read: Read, form: RunsForm) -> dict[str, Any]:
    """Runs that make statements, the newest closing date first; of what outlets began only that in sight. Raises `query.cursor`."""
    table = STATEMENT_RUN.c
    asked = select(STATEMENT_RUN).where(table.outlets.startswith(sight_of(read.principal).beginning) | (table.origin == "calendar"))
    if (after := place(form.after, date.fromisoformat, UUID)) is not None:
        asked = asked.where(tuple_(table.period_end, table.run) < tuple_(*after))
    rows = (await read.connection.execute(asked.order_by(table.period_end.desc(), table.run.desc()).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.period_end, row.run), _run)


def _run(row: Row[Any]) -> dict[str, Any]:
    names = ("period_end", "origin", "outlets", "business_date", "teller", "state", "total", "done", "made")
    shown = {name: getattr(row, name) for name in names}
    return shown | {"state_name": RUN_STATES[row.state].as_dict(), "origin_name": ORIGINS[row.origin].as_dict()}


@query(name="recon.arrangement.list", title=Text("对账约定查询", "Statement arrangements"), source="ER 20, 50", columns=ARRANGEMENTS)
async def arrangements(read: Read, form: ArrangementsForm) -> dict[str, Any]:
    """What is arranged for accounts of the teller's department and those below it. Raises `outlet.outside`, `query.cursor`."""
    table = ARRANGEMENT.c
    asked = select(ARRANGEMENT).where(sight_for(read.principal, form.outlet).condition(table.outlet))
    conditions = (
        (form.account, lambda value: table.account.between(value.ljust(ACCOUNT_DIGITS, "0"), value.ljust(ACCOUNT_DIGITS, "9"))),
        (form.customer_number, lambda value: table.customer_number == value),
        (form.frequency, lambda value: table.frequency == value),
        (form.exempt, lambda value: table.exempt == value),
        (place(form.after, str, str), lambda value: tuple_(table.account, table.kind) > tuple_(*value)),
    )
    rows = (await read.connection.execute(asked.where(*given(conditions)).order_by(table.account, table.kind).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.account, row.kind), _arrangement)


def _arrangement(row: Row[Any]) -> dict[str, Any]:
    shown = named({name: getattr(row, name) for name in ARRANGED})
    return shown | {"frequency_name": Frequency(row.frequency).text.as_dict()}
