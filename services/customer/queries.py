"""Questions about customers (IB 1715-1726, 2486-2490, 3669-3684)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import RowMapping, select

from banking.fields import CustomerNumber, Form, ShortText, labelled
from banking.lists import ListForm, check_dates, page, place
from banking.query import Read, query
from contracts.report import Column
from kernel.identity import read_resident_number
from kernel.text import Text
from services.customer.domain.errors import CUSTOMER_UNKNOWN
from services.customer.domain.identity import DOCUMENT_TYPES, RESIDENT_CARD, CustomerKind
from services.customer.domain.instruments import InstrumentKind
from services.customer.domain.natures import NATURES
from services.customer.forms import MODES, CorporateMaintenance, PersonalMaintenance
from services.customer.tables import CUSTOMER, CUSTOMER_CHANGE, FRAME, INSTRUMENT, ISSUED_NUMBER

NumberBeginning = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{1,10}$")]
NUMBER = Column(key="customer_number", label=Text("客户号", "Customer number"))
FOUND = (
    NUMBER,
    Column(key="kind", label=Text("客户类型", "Kind")),
    Column(key="category", label=Text("客户类别", "Category")),
    Column(key="name", label=Text("客户名称", "Name")),
    Column(key="id_type", label=Text("证件类别", "Document")),
    Column(key="id_number", label=Text("证件号码", "Document number")),
    Column(key="nature", label=Text("企业性质", "Nature")),
    Column(key="status", label=Text("状态", "State")),
    Column(key="opened_on", label=Text("开户日期", "Opened on"), kind="date"),
    Column(key="outlet", label=Text("开户网点", "Opened at")),
)
CHANGES = (
    Column(key="business_date", label=Text("日期", "Date"), kind="date"),
    Column(key="transaction_number", label=Text("流水号", "Transaction number")),
    Column(key="transaction_code", label=Text("交易", "Transaction")),
    Column(key="field", label=Text("项目", "Field")),
    Column(key="before", label=Text("修改前", "Before")),
    Column(key="after", label=Text("修改后", "After")),
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="teller", label=Text("柜员", "Teller")),
    Column(key="second", label=Text("授权", "Approved by")),
)
UNUSED = (NUMBER, Column(key="issued_on", label=Text("生成日期", "Issued on"), kind="date"))
FIELD_NAMES: dict[str, Text] = {
    **{
        name: Text(**field.json_schema_extra["x-label"])  # type: ignore[index,call-overload]
        for form in (CorporateMaintenance, PersonalMaintenance)
        for name, field in form.model_fields.items()
    },
    **{kind.value: kind.text for kind in InstrumentKind},
    "printed_line": Text("已打印存折行号", "Printed line of the book"),
    "next_row": Text("打印起始行", "Row on which printing goes on"),
}


class CustomerSearch(ListForm):
    """Any of these together; a customer fits when all that are given fit."""

    customer_number: NumberBeginning | None = labelled("起始客户号", "From customer number, or its beginning", None, widget="customer")
    name: ShortText | None = labelled("客户名称", "Part of the name", None)
    id_type: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")] | None = labelled(
        "证件类型", "Document", None, widget="choice", choices=tuple((each.letter, each.name) for each in DOCUMENT_TYPES.values())
    )
    id_number: ShortText | None = labelled("证件号码", "Document number, or its beginning", None)
    opened_from: date | None = labelled("开户起始日", "Opened from", None, widget="date")
    opened_to: date | None = labelled("开户结束日", "Opened to", None, widget="date")


class OneCustomer(Form):
    """The customer asked for."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")


class CustomerHistory(ListForm, OneCustomer):
    """The customer, and which page of its history."""


class UnusedNumbers(ListForm):
    """A page of the list of numbers."""


@query(name="customer.search", title=Text("客户综合查询", "Search customers"), source="IB 1715, 2486, 3669", columns=FOUND)
async def search(read: Read, form: CustomerSearch) -> dict[str, Any]:
    """Customers in the order of their numbers. Raises `query.dates`."""
    check_dates(form.opened_from, form.opened_to, "opened_from")
    table = CUSTOMER
    found = select(*(table.c[column.key] for column in FOUND)).order_by(table.c.customer_number).limit(form.limit + 1)
    if form.customer_number is not None:
        found = found.where(table.c.customer_number >= form.customer_number)
    if form.name is not None:
        found = found.where(table.c.name.contains(form.name, autoescape=True))
    if form.id_type is not None:
        found = found.where(table.c.id_type == form.id_type)
    if form.id_number is not None:
        found = found.where(table.c.id_number.startswith(form.id_number.upper(), autoescape=True))
    if form.opened_from is not None:
        found = found.where(table.c.opened_on >= form.opened_from)
    if form.opened_to is not None:
        found = found.where(table.c.opened_on <= form.opened_to)
    if form.after is not None:
        found = found.where(table.c.customer_number > form.after)
    return page((await read.connection.execute(found)).mappings().all(), form.limit, _number, _listed)


@query(name="customer.personal", title=Text("私人客户查询", "Personal customer"), source="IB 1721")
async def personal(read: Read, form: OneCustomer) -> dict[str, Any]:
    """Everything kept of a person, card and book included. Raises `customer.unknown`."""
    row = await _one(read, CustomerKind.PERSONAL, form.customer_number)
    details = _details(row) | {"instruments": await _instruments(read, form.customer_number)}
    if row["id_type"] == RESIDENT_CARD:
        resident = read_resident_number(row["id_number"])
        details |= {"born_on": resident.born_on.isoformat(), "sex": resident.sex}
    return details


@query(name="customer.corporate", title=Text("公司客户查询", "Corporate customer"), source="IB 3680")
async def corporate(read: Read, form: OneCustomer) -> dict[str, Any]:
    """Everything kept of an organisation. Raises `customer.unknown`."""
    row = await _one(read, CustomerKind.CORPORATE, form.customer_number)
    return _details(row) | {"nature_name": NATURES[row["nature"]].as_dict()}


@query(name="customer.numbers", title=Text("客户号清单", "Issued customer numbers not yet used"), source="IB 356, 3863", columns=UNUSED)
async def unused_numbers(read: Read, form: UnusedNumbers) -> dict[str, Any]:
    """The numbers of the teller's outlet that customers can still choose from."""
    table = ISSUED_NUMBER
    found = select(table.c.customer_number, table.c.issued_on).where(table.c.outlet == read.principal.outlet, table.c.used_on.is_(None))
    if form.after is not None:
        found = found.where(table.c.customer_number > form.after)
    found = found.order_by(table.c.customer_number).limit(form.limit + 1)
    return page((await read.connection.execute(found)).mappings().all(), form.limit, _number, _listed)


@query(name="customer.history", title=Text("客户维护历史", "History of a customer"), source="IB 450-467", columns=CHANGES)
async def history(read: Read, form: CustomerHistory) -> dict[str, Any]:
    """What was changed of a customer, field by field, oldest first: when, by whom, with whose approval, from what to what.

    Raises `customer.unknown`, `query.cursor`.
    """
    known = select(CUSTOMER.c.customer_number).where(CUSTOMER.c.customer_number == form.customer_number)
    if (await read.connection.execute(known)).first() is None:
        raise CUSTOMER_UNKNOWN(field="customer_number", customer_number=form.customer_number)
    table, register = CUSTOMER_CHANGE, FRAME.register
    columns = (table.c[name] for name in ("entry", "business_date", "field", "before", "after", "outlet", "teller", "second"))
    found = select(*columns, table.c.code.label("transaction_code"), register.c.transaction_number)
    found = found.outerjoin(register, register.c.posting_id == table.c.posting_id).where(table.c.customer_number == form.customer_number)
    if begun := place(form.after, int):
        found = found.where(table.c.entry > begun[0])
    found = found.order_by(table.c.entry).limit(form.limit + 1)
    return page((await read.connection.execute(found)).mappings().all(), form.limit, lambda row: str(row["entry"]), _changed)


async def _one(read: Read, kind: CustomerKind, number: str) -> RowMapping:
    table = CUSTOMER
    found = select(table).where(table.c.customer_number == number, table.c.kind == kind.value)
    row = (await read.connection.execute(found)).mappings().first()
    if row is None:
        raise CUSTOMER_UNKNOWN(field="customer_number", customer_number=number)
    return row


async def _instruments(read: Read, number: str) -> list[dict[str, Any]]:
    """Card and book of a customer, those given back included."""
    table = INSTRUMENT
    columns = (table.c[name] for name in ("kind", "number", "state", "withdrawal_mode", "cross_outlet", "opened_on", "ended_on", "outlet"))
    found = select(*columns).where(table.c.customer_number == number).order_by(table.c.opened_on, table.c.kind, table.c.number)
    modes = {mode: text.as_dict() for mode, text in MODES}
    rows = (await read.connection.execute(found)).mappings()
    return [_listed(row) | {"withdrawal_mode_name": modes[row["withdrawal_mode"]]} for row in rows]


def _number(row: RowMapping) -> str:
    return row["customer_number"]


def _listed(row: RowMapping) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _changed(row: RowMapping) -> dict[str, Any]:
    return _listed(row) | {"field": FIELD_NAMES[row["field"]].as_dict()}


def _details(row: RowMapping) -> dict[str, Any]:
    plain = _listed(row)
    plain.pop("identity")
    return plain | plain.pop("particulars") | {"id_type_name": DOCUMENT_TYPES[row["id_type"]].name.as_dict()}
