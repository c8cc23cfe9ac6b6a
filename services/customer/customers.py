"""Customers between the table and the domain: enter one, lock one, keep what changed of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from kernel.numbers import check_customer_number
from services.customer.domain.errors import CUSTOMER_EXISTS, CUSTOMER_UNKNOWN, DOCUMENT_MISMATCH, IDENTITY_CHANGING
from services.customer.domain.identity import CustomerKind, check_document, identities_against, identity_of
from services.customer.domain.instruments import Category
from services.customer.forms import CorporateCustomer, PersonalCustomer
from services.customer.numbers import number_for
from services.customer.tables import CUSTOMER, CUSTOMER_CHANGE

COLUMNS = frozenset({"customer_number", "name", "nature", "id_type", "id_number", "address", "phone"})
"""The fields of the forms that have a column of their own; the others are particulars."""
PARTICULARS = frozenset(PersonalCustomer.model_fields.keys() | CorporateCustomer.model_fields.keys()) - COLUMNS


async def enter(work: Work, kind: CustomerKind, form: PersonalCustomer | CorporateCustomer, category: Category = Category.ORDINARY) -> str:
    """Open a customer; the number. Raises `customer.exists` with the number known already, `customer.*`, `identity.*`."""
    id_number = check_document(kind, form.id_type, form.id_number)
    identity = identity_of(kind, form.name, form.id_type, id_number, category)
    against = identities_against(kind, form.name, form.id_type, id_number, category)
    await refuse_known(work.connection, against)
    number = await number_for(work.connection, kind, form.customer_number, outlet=work.outlet, day=work.business_date)
    row = insert_or(CUSTOMER).values(
        customer_number=number,
        kind=kind.value,
        category=category.value,
        name=form.name,
        id_type=form.id_type,
        id_number=id_number,
        identity=identity,
        nature=getattr(form, "nature", None),
        address=form.address,
        phone=form.phone,
        particulars=form.model_dump(include=set(PARTICULARS), exclude_none=True),
        opened_on=work.business_date,
        outlet=work.outlet,
        teller=work.principal.teller,
    )
    once = row.on_conflict_do_nothing(index_elements=[CUSTOMER.c.identity]).returning(CUSTOMER.c.customer_number)
    if (await work.connection.execute(once)).first() is None:
        await refuse_known(work.connection, against)
        raise IDENTITY_CHANGING(field="id_number")
    return number


async def refuse_known(connection: AsyncConnection, identities: tuple[str, ...], but: str | None = None) -> None:
    """Raise `customer.exists` if one of the identities has been opened by a customer other than `but`; `errors` carries the number."""
    if not identities:
        return
    found = select(CUSTOMER.c.customer_number, CUSTOMER.c.identity).where(CUSTOMER.c.identity.in_(identities))
    if but is not None:
        found = found.where(CUSTOMER.c.customer_number != but)
    known = (await connection.execute(found.order_by(CUSTOMER.c.identity))).first()
    if known is not None:
        field = "name" if ":name:" in known.identity else "id_number"
        raise CUSTOMER_EXISTS(
            field=field, customer_number=known.customer_number, _errors=[{"field": field, "customer_number": known.customer_number}]
        )


async def lock(work: Work, kind: CustomerKind, number: str) -> RowMapping:
    """The customer's row, locked until the commit. Raises `customer.number.*`, `customer.unknown`."""
    check_customer_number(number)
    found = select(CUSTOMER).where(CUSTOMER.c.customer_number == number, CUSTOMER.c.kind == kind.value).with_for_update()
    row = (await work.connection.execute(found)).mappings().first()
    if row is None:
        raise CUSTOMER_UNKNOWN(field="customer_number", customer_number=number)
    return row


def check_shown_document(customer: RowMapping, id_type: str, id_number: str) -> None:
    """Whether the document shown is the one the customer is known by. Raises `customer.document.mismatch`, `customer.id_*`."""
    shown = check_document(CustomerKind(customer["kind"]), id_type, id_number)
    if (id_type, shown) != (customer["id_type"], customer["id_number"]):
        raise DOCUMENT_MISMATCH(field="id_number")


async def keep_history(work: Work, customer_number: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Write down for good what a transaction changes of a customer, field by field."""
    who = {
        "customer_number": customer_number,
        "posting_id": work.posting_id,
        "code": work.code,
        "business_date": work.business_date,
        "outlet": work.outlet,
        "teller": work.principal.teller,
        "second": work.second.teller if work.second else None,
    }
    rows = [who | {"field": field, "before": _text(before.get(field)), "after": _text(after.get(field))} for field in before | after]
    await work.connection.execute(insert(CUSTOMER_CHANGE), rows)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
