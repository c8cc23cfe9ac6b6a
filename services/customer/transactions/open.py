"""开客户: a person or an organisation becomes a customer, once (IB 394-415, 838-856, 1820-1827, 3857-3888)."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.fields import CustomerNumber, Form, LongText, ShortText, labelled
from banking.menus import ACCOUNT_OPENING, CORPORATE, CUSTOMERS, PERSONAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.customer.domain.errors import CUSTOMER_EXISTS, IDENTITY_CHANGING
from services.customer.domain.identity import CustomerKind, check_document, document_choices, identity_of
from services.customer.domain.natures import NATURES
from services.customer.numbers import number_for
from services.customer.tables import CUSTOMER

DocumentNumber = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30, pattern=r"^[^\x00-\x1f\x7f]*$")]
DocumentLetter = Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
Nature = Annotated[str, StringConstraints(pattern=r"^00[1-9]$")]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30, pattern=r"^[^\x00-\x1f\x7f]+$")]
Postcode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class CustomerForm(Form):
    """What every new customer tells."""

    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    name: ShortText = labelled("客户名称", "Name")


class PersonalCustomer(CustomerForm):
    """A person. Without a valid document the type is `Z`, and the number may be left out (IB 855)."""

    id_type: DocumentLetter = labelled("证件类别", "Document", widget="choice", choices=document_choices(CustomerKind.PERSONAL))
    id_number: DocumentNumber = labelled("证件号码", "Document number", "")
    salutation: ShortText | None = labelled("客户称谓", "Salutation", None)
    postcode: Postcode | None = labelled("邮编", "Postcode", None)
    address: LongText | None = labelled("地址", "Address", None)
    phone: Phone | None = labelled("电话", "Phone", None)
    phone_office: Phone | None = labelled("电话(办公)", "Phone at work", None)
    fax: Phone | None = labelled("传真", "Fax", None)


class CorporateCustomer(CustomerForm):
    """An organisation, under its full name as licensed; or a person who opens corporate accounts (IB 3870-3888)."""

    nature: Nature = labelled("企业性质", "Nature", widget="choice", choices=tuple(NATURES.items()))
    id_type: DocumentLetter = labelled("证件类别", "Document", widget="choice", choices=document_choices(CustomerKind.CORPORATE))
    id_number: DocumentNumber = labelled("证件号码", "Document number")
    address: LongText = labelled("地址", "Address")
    phone: Phone = labelled("电话号码", "Phone")
    postcode: Postcode | None = labelled("邮编", "Postcode", None)
    registered_place: ShortText | None = labelled("注册地", "Registered place", None)
    registered_capital: ShortText | None = labelled("注册资金", "Registered capital", None)
    contact: ShortText | None = labelled("联系人", "Contact", None)


COLUMNS = {"customer_number", "name", "nature", "id_type", "id_number", "address", "phone"}


@transaction(
    code="customer.personal.open",
    name=Text("开普通客户", "Open a personal customer"),
    menu=(PERSONAL, CUSTOMERS),
    source="IB 849",
    operators="S",
)
async def open_personal(work: Work, form: PersonalCustomer) -> Outcome:
    """Open a person. Raises `customer.exists` with the number the document was opened under, `customer.*`, `identity.*`."""
    return await _open(work, CustomerKind.PERSONAL, form)


@transaction(
    code="customer.corporate.open",
    name=Text("新开客户号", "Open a corporate customer"),
    menu=(CORPORATE, ACCOUNT_OPENING),
    source="IB 1820, 3861",
    operators="K",
)
async def open_corporate(work: Work, form: CorporateCustomer) -> Outcome:
    """Open an organisation. Raises `customer.exists` with the number its name or document was opened under, `customer.*`, `identity.*`."""
    return await _open(work, CustomerKind.CORPORATE, form)


async def _open(work: Work, kind: CustomerKind, form: PersonalCustomer | CorporateCustomer) -> Outcome:
    id_number = check_document(kind, form.id_type, form.id_number)
    identity = identity_of(kind, form.name, form.id_type, id_number)
    await _refuse_known(work, identity)
    number = await number_for(work.connection, kind, form.customer_number, outlet=work.outlet, day=work.business_date)
    row = insert_or(CUSTOMER).values(
        customer_number=number,
        kind=kind.value,
        name=form.name,
        id_type=form.id_type,
        id_number=id_number,
        identity=identity,
        nature=getattr(form, "nature", None),
        address=form.address,
        phone=form.phone,
        particulars=form.model_dump(exclude=COLUMNS, exclude_none=True),
        opened_on=work.business_date,
        outlet=work.outlet,
        teller=work.principal.teller,
    )
    once = row.on_conflict_do_nothing(index_elements=[CUSTOMER.c.identity]).returning(CUSTOMER.c.customer_number)
    if (await work.connection.execute(once)).first() is None:
        await _refuse_known(work, identity)
        raise IDENTITY_CHANGING(field="id_number")
    return Outcome(result={"customer_number": number, "name": form.name})


async def _refuse_known(work: Work, identity: str | None) -> None:
    """Raise `customer.exists` if the identity has been opened; `errors` of the problem carries the number as a value."""
    if identity is None:
        return
    known = (await work.connection.execute(select(CUSTOMER.c.customer_number).where(CUSTOMER.c.identity == identity))).scalar()
    if known is not None:
        field = "name" if ":name:" in identity else "id_number"
        raise CUSTOMER_EXISTS(field=field, customer_number=known, _errors=[{"field": field, "customer_number": known}])
