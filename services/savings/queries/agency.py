"""代理合同, 代理客户查询: contracts of agency business and their clients (IB 1636-1643, 1686-1691)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, select, tuple_

from banking.fields import CustomerNumber, OutletCode, ShortText, labelled
from banking.lists import ListForm, check_dates, cursor, given, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.text import Text
from services.savings.agency.contracts import shown_day
from services.savings.agency.tables import CLIENT, CONTRACT
from services.savings.domain.agency import AgencyKind
from services.savings.transactions.agency_forms import KINDS, ContractNumber

CONTRACT_STATES = (("active", Text("有效", "In force")), ("ended", Text("已删除", "Ended")))
OF_CONTRACT = Column(key="contract", label=Text("代理合同号", "Contract"))
REMARKS = Column(key="remarks", label=Text("备注", "Remarks"))
STATE = Column(key="state_name", label=Text("状态", "State"))
OUTLET = Column(key="outlet", label=Text("网点", "Outlet"))
KIND = Column(key="kind_name", label=Text("代理类别", "Kind"))
CONTRACTS = (
    OF_CONTRACT,
    OUTLET,
    KIND,
    Column(key="account", label=Text("代理收付账号", "Account of the organisation")),
    Column(key="currency", label=Text("货币", "Currency")),
    Column(key="organisation", label=Text("客户名称", "Organisation")),
    Column(key="clients_only", label=Text("仅限代理客户", "Clients only")),
    REMARKS,
    STATE,
    Column(key="entered_on", label=Text("录入日期", "Entered on"), kind="date"),
    Column(key="entered_by", label=Text("录入柜员", "Entered by")),
)
CLIENTS = (
    OF_CONTRACT,
    Column(key="client", label=Text("代理客户序号", "Client"), kind="integer"),
    Column(key="customer_number", label=Text("客户号", "Customer number")),
    Column(key="name", label=Text("客户名称", "Name")),
    Column(key="account", label=Text("客户账号", "Account")),
    Column(key="valid_from", label=Text("生效日期", "Valid from"), kind="date"),
    Column(key="ended_on", label=Text("失效日期", "Ended on"), kind="date"),
    REMARKS,
    OUTLET,
)


class Contracts(ListForm):
    """Any of these together."""

    contract: ContractNumber | None = labelled("代理合同号", "Agency contract", None)
    kind: Literal["payroll", "collection"] | None = labelled("代理类别", "Kind", None, widget="choice", choices=KINDS)
    outlet: OutletCode | None = labelled("合同部门", "Outlet", None)
    date_from: date | None = labelled("录入起始日期", "Entered from", None, widget="date")
    date_to: date | None = labelled("录入结束日期", "Entered to", None, widget="date")
    state: Literal["active", "ended"] | None = labelled("状态", "State", None, widget="choice", choices=CONTRACT_STATES)


class Clients(ListForm):
    """Any of these together."""

    outlet: OutletCode | None = labelled("代理网点", "Outlet", None)
    contract: ContractNumber | None = labelled("代理合同号", "Agency contract", None)
    customer_number: CustomerNumber | None = labelled("代理客户号", "Customer number", None, widget="customer")
    name: ShortText | None = labelled("代理客户名称", "Part of the name", None)
    date_from: date | None = labelled("生效日期", "Valid from this day or later", None, widget="date")
    date_to: date | None = labelled("失效日期", "Ended by this day", None, widget="date")


@query(name="agency.contracts", title=Text("代理合同查询", "Agency contracts"), source="IB 1636", columns=CONTRACTS)
async def contracts(read_: Read, form: Contracts) -> dict[str, Any]:
    """Contracts by number. Raises `outlet.outside`, `query.*`."""
    check_dates(form.date_from, form.date_to)
    table = CONTRACT.c
    conditions = (
        (form.contract, lambda value: table.contract == value),
        (form.kind, lambda value: table.kind == value),
        (form.date_from, lambda value: table.entered_on >= value),
        (form.date_to, lambda value: table.entered_on <= value),
        (form.state, lambda value: table.state == value),
        (place(form.after, str), lambda value: table.contract > value[0]),
    )
    found = select(CONTRACT).where(sight_for(read_.principal, form.outlet).condition(table.outlet), *given(conditions))
    rows = (await read_.connection.execute(found.order_by(table.contract).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.contract), _contract)


@query(name="agency.clients", title=Text("代理客户查询", "Agency clients"), source="IB 1686", columns=CLIENTS)
async def clients(read_: Read, form: Clients) -> dict[str, Any]:
    """Clients by contract and number, those that ended as well. Raises `outlet.outside`, `query.*`."""
    table = CLIENT.c
    conditions = (
        (form.contract, lambda value: table.contract == value),
        (form.customer_number, lambda value: table.customer_number == value),
        (form.name, lambda value: table.name.contains(value, autoescape=True)),
        (form.date_from, lambda value: table.valid_from >= value),
        (form.date_to, lambda value: table.ended_on <= value),
        (place(form.after, str, int), lambda value: tuple_(table.contract, table.client) > tuple_(*value)),
    )
    found = select(CLIENT).where(sight_for(read_.principal, form.outlet).condition(table.outlet), *given(conditions))
    rows = (await read_.connection.execute(found.order_by(table.contract, table.client).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.contract, row.client), _client)


def _contract(row: Row[Any]) -> dict[str, Any]:
    return {
        "contract": row.contract,
        "outlet": row.outlet,
        "kind": row.kind,
        "kind_name": AgencyKind(row.kind).text.as_dict(),
        "account": row.account,
        "currency": row.currency,
        "organisation": row.customer_name,
        "clients_only": row.clients_only,
        "remarks": row.remarks,
        "state": row.state,
        "state_name": dict(CONTRACT_STATES)[row.state].as_dict(),
        "entered_on": shown_day(row.entered_on),
        "entered_by": row.entered_by,
    }


def _client(row: Row[Any]) -> dict[str, Any]:
    return {
        "contract": row.contract,
        "client": row.client,
        "customer_number": row.customer_number,
        "name": row.name,
        "account": row.account,
        "valid_from": shown_day(row.valid_from),
        "ended_on": shown_day(row.ended_on),
        "remarks": row.remarks,
        "outlet": row.outlet,
    }
