"""Lists of business between outlets: remote deposits both ways, special remittances, fund placements (IB 2482, 3279-3286)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, or_, select, tuple_

from banking.fields import Day, OutletCode, VoucherNumber, labelled
from banking.lists import ListForm, check_dates, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.clearing.domain.funds import CONTRACT_UNKNOWN, FundKind
from services.clearing.domain.remittances import Instrument
from services.clearing.domain.remittances import State as RemittanceState
from services.clearing.domain.remote_deposits import State
from services.clearing.outlet_tables import FUND_CONTRACT, FUND_RETURN, REMITTANCE, REMOTE_DEPOSIT

CURRENCY = Column(key="currency", label=Text("货币", "Currency"))
AMOUNT = Column(key="amount", label=Text("金额", "Amount"), kind="amount")
STATE = Column(key="state", label=Text("状态", "State"))
PAYEE_NAME = Column(key="payee_name", label=Text("收款人", "Payee"))
PAYER_NAME = Column(key="payer_name", label=Text("付款人", "Payer"))
DEPOSITS = (
    Column(key="item", label=Text("报单号", "Item"), kind="integer"),
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="kind", label=Text("通存种类", "In cash or by transfer")),
    STATE,
    Column(key="outlet", label=Text("提出行", "Entered at")),
    Column(key="payer_account", label=Text("付款账号", "Payer's account")),
    PAYER_NAME,
    Column(key="cheque_number", label=Text("支票号", "Cheque")),
    Column(key="payee_outlet", label=Text("提入行", "Payee's outlet")),
    Column(key="payee_account", label=Text("收款账号", "Payee's account")),
    PAYEE_NAME,
    CURRENCY,
    AMOUNT,
    Column(key="summary", label=Text("摘要", "Summary")),
    Column(key="entered_by", label=Text("录入柜员", "Entered by")),
    Column(key="changed_by", label=Text("维护柜员", "Changed by")),
    Column(key="checked_by", label=Text("复核柜员", "Checked by")),
    Column(key="reversed_on", label=Text("冲销日期", "Reversed on"), kind="date"),
    Column(key="reversed_by", label=Text("冲销柜员", "Reversed by")),
)
REMITTANCES = (
    Column(key="instrument", label=Text("凭证种类", "Paper")),
    Column(key="number", label=Text("凭证号", "Number")),
    STATE,
    Column(key="outlet", label=Text("签发网点", "Sold at")),
    Column(key="issued_on", label=Text("签发日期", "Sold on"), kind="date"),
    CURRENCY,
    AMOUNT,
    PAYER_NAME,
    PAYEE_NAME,
    Column(key="issued_by", label=Text("签发柜员", "Sold by")),
    Column(key="ended_on", label=Text("解付/退汇日期", "Paid or returned on"), kind="date"),
    Column(key="ended_at", label=Text("解付/退汇网点", "Paid or returned at")),
    Column(key="ended_by", label=Text("解付/退汇柜员", "Paid or returned by")),
)
CONTRACTS = (
    Column(key="branch", label=Text("合同部门", "Sub-branch")),
    Column(key="sequence", label=Text("合同序号", "Contract"), kind="integer"),
    Column(key="kind", label=Text("合同种类", "Kind of contract")),
    Column(key="fund_account", label=Text("资金账号", "Fund account")),
    CURRENCY,
    AMOUNT,
    Column(key="outstanding", label=Text("合同余额", "Outstanding"), kind="amount"),
    Column(key="interest", label=Text("已付利息", "Interest paid"), kind="amount"),
    Column(key="rate", label=Text("月利率‰", "Monthly rate, per mille")),
    Column(key="term", label=Text("存期", "Term")),
    Column(key="starts_on", label=Text("发放日", "Made on"), kind="date"),
    Column(key="due_on", label=Text("到期日", "Due on"), kind="date"),
    Column(key="days_overdue", label=Text("逾期天数", "Days overdue"), kind="integer"),
    Column(key="settled_on", label=Text("结清日", "Settled on"), kind="date"),
    Column(key="placed_by", label=Text("经办柜员", "Made by")),
    Column(key="approved_by", label=Text("授权柜员", "Approved by")),
)
RETURNS = (
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    AMOUNT,
    Column(key="days", label=Text("天数", "Days"), kind="integer"),
    Column(key="rate", label=Text("月利率‰", "Monthly rate, per mille")),
    Column(key="interest", label=Text("利息", "Interest"), kind="amount"),
    Column(key="teller", label=Text("柜员", "Teller")),
)
WAYS = (("out", Text("提出", "Entered here")), ("in", Text("提入", "For accounts here")))
CONTRACT_STATES = (("open", Text("未结清", "Open")), ("due", Text("已到期未结清", "Due and open")), ("settled", Text("已结清", "Settled")))


class DatesForm(ListForm):
    """Dates and an outlet; a row fits when all that are given fit."""

    date_from: Day | None = labelled("起始日期", "From", None, widget="date")
    date_to: Day | None = labelled("终止日期", "To", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)


class DepositsForm(DatesForm):
    """Remote deposits that were entered at an outlet, or that are for its accounts."""

    way: Literal["out", "in"] | None = labelled("提出/提入", "Which way", None, widget="choice", choices=WAYS)
    state: Literal["entered", "checked", "deleted", "reversed"] | None = labelled(
        "状态", "State", None, widget="choice", choices=tuple((each.value, each.text) for each in State)
    )


class RemittancesForm(DatesForm):
    """Special remittances by paper, number, date of sale, outlet that sold them, state."""

    instrument: Literal["TYHK", "TYHP"] | None = labelled(
        "凭证种类", "Paper", None, widget="choice", choices=tuple((each.value, each.text) for each in Instrument)
    )
    number: VoucherNumber | None = labelled("凭证号", "Number", None)
    state: Literal["issued", "paid", "returned"] | None = labelled(
        "状态", "State", None, widget="choice", choices=tuple((each.value, each.text) for each in RemittanceState)
    )


class ContractsForm(ListForm):
    """Contracts by kind and sub-branch (IB 3284); those that are due, or fall due until a day."""

    kind: Literal["477", "479"] | None = labelled(
        "合同种类", "Kind of contract", None, widget="choice", choices=tuple((each.value, each.text) for each in FundKind)
    )
    branch: OutletCode | None = labelled("合同部门", "Sub-branch", None)
    state: Literal["open", "due", "settled"] | None = labelled("状态", "State", None, widget="choice", choices=CONTRACT_STATES)
    due_to: Day | None = labelled("到期日至", "Due until", None, widget="date")


class ContractForm(ListForm):
    """One contract."""

    branch: OutletCode = labelled("合同部门", "Sub-branch")
    sequence: int = labelled("合同序号", "Contract", ge=1, le=2**31 - 1)


@query(name="clearing.remote_deposits", title=Text("辖内通存查询", "Remote deposits"), source="IB 2227-2249, 2482", columns=DEPOSITS)
async def deposits(read: Read, form: DepositsForm) -> dict[str, Any]:
    """Remote deposits in the order they were entered; `in` ones are what an outlet prints as credit vouchers 贷方补充报单.

    Raises `outlet.outside`, `query.dates`, `query.cursor`.
    """
    check_dates(form.date_from, form.date_to)
    table = REMOTE_DEPOSIT.c
    sight = sight_for(read.principal, form.outlet)
    ways = {"out": (table.outlet,), "in": (table.payee_outlet,)}.get(form.way or "", (table.outlet, table.payee_outlet))
    found = select(REMOTE_DEPOSIT).where(or_(*(sight.condition(column) for column in ways)))
    if form.way == "in":
        found = found.where(table.state.in_(("checked", "reversed")))
    if form.state is not None:
        found = found.where(table.state == form.state)
    if form.date_from is not None:
        found = found.where(table.business_date >= form.date_from)
    if form.date_to is not None:
        found = found.where(table.business_date <= form.date_to)
    if (after := place(form.after, int)) is not None:
        found = found.where(table.item > after[0])
    rows = (await read.connection.execute(found.order_by(table.item).limit(form.limit + 1))).mappings().all()
    return page(rows, form.limit, lambda row: cursor(row["item"]), lambda row: _shown(row, DEPOSITS))


@query(name="clearing.remittances", title=Text("特约汇款查询", "Special remittances"), source="IB 181, 711-712", columns=REMITTANCES)
async def remittances(read: Read, form: RemittancesForm) -> dict[str, Any]:
    """Special remittances by paper and number. One that is asked for by paper and number is shown to every outlet, which may have to pay.

    Raises `outlet.outside`, `query.dates`, `query.cursor`.
    """
    check_dates(form.date_from, form.date_to)
    table = REMITTANCE.c
    found = select(REMITTANCE)
    if form.instrument is None or form.number is None or form.outlet is not None:
        sight = sight_for(read.principal, form.outlet)
        found = found.where(or_(sight.condition(table.outlet), sight.condition(table.ended_at)))
    for column, value in ((table.instrument, form.instrument), (table.number, form.number), (table.state, form.state)):
        if value is not None:
            found = found.where(column == value)
    if form.date_from is not None:
        found = found.where(table.issued_on >= form.date_from)
    if form.date_to is not None:
        found = found.where(table.issued_on <= form.date_to)
    if (after := place(form.after, str, str)) is not None:
        found = found.where(tuple_(table.instrument, table.number) > after)
    rows = (await read.connection.execute(found.order_by(table.instrument, table.number).limit(form.limit + 1))).mappings().all()
    return page(rows, form.limit, lambda row: cursor(row["instrument"], row["number"]), lambda row: _shown(row, REMITTANCES))


@query(name="clearing.fund.contracts", title=Text("上存下拨合同查询", "Fund placements"), source="IB 3279", columns=CONTRACTS)
async def contracts(read: Read, form: ContractsForm) -> dict[str, Any]:
    """Contracts by sub-branch and number, with what is outstanding and how long they are overdue.

    Raises `outlet.outside`, `query.cursor`.
    """
    table = FUND_CONTRACT.c
    found = select(FUND_CONTRACT).where(sight_for(read.principal, form.branch, "branch").condition(table.branch))
    if form.kind is not None:
        found = found.where(table.kind == form.kind)
    if form.state is not None:
        found = found.where(table.settled_on.is_not(None) if form.state == "settled" else table.settled_on.is_(None))
    if form.state == "due":
        found = found.where(table.due_on <= read.business_date)
    if form.due_to is not None:
        found = found.where(table.due_on <= form.due_to)
    if (after := place(form.after, str, int)) is not None:
        found = found.where(tuple_(table.branch, table.sequence) > after)
    rows = (await read.connection.execute(found.order_by(table.branch, table.sequence).limit(form.limit + 1))).mappings().all()

    def shown(row: RowMapping) -> dict[str, Any]:
        late = (read.business_date - row["due_on"]).days if row["settled_on"] is None else 0
        return {**_shown(row, CONTRACTS), "days_overdue": max(0, late)}

    return page(rows, form.limit, lambda row: cursor(row["branch"], row["sequence"]), shown)


@query(
    name="clearing.fund.returns",
    title=Text("上存下拨归还明细", "Returns of a placement"),
    source="IB 3287-3325",
    columns=RETURNS,
)
async def returns(read: Read, form: ContractForm) -> dict[str, Any]:
    """What was paid back of one contract, oldest first. Raises `outlet.outside`, `clearing.fund.unknown`, `query.cursor`."""
    sight_for(read.principal, form.branch, "branch")
    same = (FUND_CONTRACT.c.branch == form.branch, FUND_CONTRACT.c.sequence == form.sequence)
    currency = (await read.connection.execute(select(FUND_CONTRACT.c.currency).where(*same))).scalar()
    if currency is None:
        raise CONTRACT_UNKNOWN(field="sequence", branch=form.branch, sequence=form.sequence)
    table = FUND_RETURN.c
    paid = select(FUND_RETURN).where(table.branch == form.branch, table.sequence == form.sequence)
    if (after := place(form.after, date.fromisoformat, UUID)) is not None:
        paid = paid.where(tuple_(table.business_date, table.posting_id) > after)
    ordered = paid.order_by(table.business_date, table.posting_id).limit(form.limit + 1)
    rows = (await read.connection.execute(ordered)).mappings().all()
    key = ("business_date", "posting_id")
    return page(
        rows, form.limit, lambda row: cursor(*(row[name] for name in key)), lambda row: _shown({**row, "currency": currency}, RETURNS)
    )


_MINOR = {"amount": ("amount_minor", "principal_minor"), "outstanding": ("outstanding_minor",), "interest": ("interest_minor",)}
_NAMED = {"rate": "monthly_permille"}


def _shown(row: Any, columns: tuple[Column, ...]) -> dict[str, Any]:
    """A row as its columns say: amounts as text, dates by ISO."""
    shown: dict[str, Any] = {}
    for column in columns:
        if column.kind == "amount":
            minor = next(row[name] for name in _MINOR[column.key] if name in row)
            shown[column.key] = format_amount(minor, row["currency"])
        else:
            value = row.get(_NAMED.get(column.key, column.key))
            shown[column.key] = _plain(value)
    return shown


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
