"""Questions about customers (IB 1715-1725, 2486-2490, 3668-3685)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import RowMapping, select

from banking.fields import CustomerNumber, Form, ShortText, labelled
from banking.query import Read, query
from kernel.identity import read_resident_number
from kernel.text import Text
from services.customer.domain.errors import CUSTOMER_UNKNOWN
from services.customer.domain.identity import DOCUMENT_TYPES, RESIDENT_CARD, CustomerKind
from services.customer.domain.natures import NATURES
from services.customer.tables import CUSTOMER, ISSUED_NUMBER

NumberBeginning = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{1,10}$")]
LISTED = ("customer_number", "kind", "name", "id_type", "id_number", "nature", "status", "opened_on", "outlet")


class CustomerSearch(Form):
    """Any of these together; a customer fits when all that are given fit."""

    customer_number: NumberBeginning | None = labelled("客户号", "Customer number, or its beginning", None, widget="customer")
    name: ShortText | None = labelled("客户名称", "Part of the name", None)
    id_type: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")] | None = labelled(
        "证件类型", "Document", None, widget="choice", choices=tuple((each.letter, each.name) for each in DOCUMENT_TYPES.values())
    )
    id_number: ShortText | None = labelled("证件号码", "Document number, or its beginning", None)
    opened_from: date | None = labelled("开户起始日", "Opened from", None, widget="date")
    opened_to: date | None = labelled("开户结束日", "Opened to", None, widget="date")
    after: CustomerNumber | None = labelled("起始客户号", "After customer number", None)
    limit: int = labelled("条数", "Rows", 50, ge=1, le=200)


class OneCustomer(Form):
    """The customer asked for."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")


class UnusedNumbers(Form):
    """A page of the list of numbers."""

    after: CustomerNumber | None = labelled("起始客户号", "After customer number", None)
    limit: int = labelled("条数", "Rows", 50, ge=1, le=500)


@query(name="customer.search", title=Text("客户综合查询", "Search customers"), source="IB 1715, 2486, 3669")
async def search(read: Read, form: CustomerSearch) -> dict[str, Any]:
    """Customers in the order of their numbers."""
    table = CUSTOMER
    found = select(*(table.c[name] for name in LISTED)).order_by(table.c.customer_number).limit(form.limit + 1)
    if form.customer_number is not None:
        found = found.where(table.c.customer_number.startswith(form.customer_number, autoescape=True))
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
    rows = [_listed(row) for row in (await read.connection.execute(found)).mappings()]
    return {"rows": rows[: form.limit], "next": rows[form.limit - 1]["customer_number"] if len(rows) > form.limit else None}


@query(name="customer.personal", title=Text("私人客户查询", "Personal customer"), source="IB 1721")
async def personal(read: Read, form: OneCustomer) -> dict[str, Any]:
    """Everything kept of a person. Raises `customer.unknown`."""
    row = await _one(read, CustomerKind.PERSONAL, form.customer_number)
    details = _details(row)
    if row["id_type"] == RESIDENT_CARD:
        resident = read_resident_number(row["id_number"])
        details |= {"born_on": resident.born_on.isoformat(), "sex": resident.sex}
    return details


@query(name="customer.corporate", title=Text("公司客户查询", "Corporate customer"), source="IB 3680")
async def corporate(read: Read, form: OneCustomer) -> dict[str, Any]:
    """Everything kept of an organisation. Raises `customer.unknown`."""
    row = await _one(read, CustomerKind.CORPORATE, form.customer_number)
    return _details(row) | {"nature_name": NATURES[row["nature"]].as_dict()}


@query(name="customer.numbers", title=Text("客户号清单", "Issued customer numbers not yet used"), source="IB 356, 3863")
async def unused_numbers(read: Read, form: UnusedNumbers) -> dict[str, Any]:
    """The numbers of the teller's outlet that customers can still choose from."""
    table = ISSUED_NUMBER
    found = select(table.c.customer_number, table.c.issued_on).where(table.c.outlet == read.principal.outlet, table.c.used_on.is_(None))
    if form.after is not None:
        found = found.where(table.c.customer_number > form.after)
    found = found.order_by(table.c.customer_number).limit(form.limit + 1)
    rows = [_listed(row) for row in (await read.connection.execute(found)).mappings()]
    return {"rows": rows[: form.limit], "next": rows[form.limit - 1]["customer_number"] if len(rows) > form.limit else None}


async def _one(read: Read, kind: CustomerKind, number: str) -> RowMapping:
    table = CUSTOMER
    found = select(table).where(table.c.customer_number == number, table.c.kind == kind.value)
    row = (await read.connection.execute(found)).mappings().first()
    if row is None:
        raise CUSTOMER_UNKNOWN(field="customer_number", customer_number=number)
    return row


def _listed(row: RowMapping) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _details(row: RowMapping) -> dict[str, Any]:
    plain = _listed(row)
    plain.pop("identity")
    return plain | plain.pop("particulars") | {"id_type_name": DOCUMENT_TYPES[row["id_type"]].name.as_dict()}
