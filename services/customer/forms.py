"""What the forms about customers share: the fields of persons and organisations, with their labels."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from banking.fields import CustomerNumber, Form, LongText, ShortText, labelled
from kernel.text import Text
from services.customer.domain.identity import CustomerKind, document_choices
from services.customer.domain.natures import NATURES

DocumentNumber = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30, pattern=r"^[^\x00-\x1f\x7f]*$")]
DocumentLetter = Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
Nature = Annotated[str, StringConstraints(pattern=r"^00[1-9]$")]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30, pattern=r"^[^\x00-\x1f\x7f]+$")]
Postcode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
PERSONAL_DOCUMENTS = document_choices(CustomerKind.PERSONAL)
MODES = (("A", Text("密码", "Password")), ("B", Text("密码与证件", "Password and document")))
"""印鉴类别 of cards and books: a password must be left with the bank (IB 307)."""


class CustomerForm(Form):
    """What every new customer tells."""

    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    name: ShortText = labelled("客户名称", "Name")


class PersonalParticulars(Form):
    """How a person is addressed and reached."""

    salutation: ShortText | None = labelled("客户称谓", "Salutation", None)
    postcode: Postcode | None = labelled("邮编", "Postcode", None)
    address: LongText | None = labelled("地址", "Address", None)
    phone: Phone | None = labelled("电话", "Phone", None)
    phone_office: Phone | None = labelled("电话(办公)", "Phone at work", None)
    fax: Phone | None = labelled("传真", "Fax", None)


class PersonalCustomer(PersonalParticulars, CustomerForm):
    """A person. Without a valid document the type is `Z`, and the number may be left out (IB 855)."""

    id_type: DocumentLetter = labelled("证件类别", "Document", widget="choice", choices=PERSONAL_DOCUMENTS)
    id_number: DocumentNumber = labelled("证件号码", "Document number", "")


class CorporateParticulars(Form):
    """What is kept of an organisation beside its identity."""

    postcode: Postcode | None = labelled("邮编", "Postcode", None)
    registered_place: ShortText | None = labelled("注册地", "Registered place", None)
    registered_capital: ShortText | None = labelled("注册资金", "Registered capital", None)
    contact: ShortText | None = labelled("联系人", "Contact", None)


class CorporateCustomer(CorporateParticulars, CustomerForm):
    """An organisation, under its full name as licensed; or a person who opens corporate accounts (IB 3870-3888)."""

    nature: Nature = labelled("企业性质", "Nature", widget="choice", choices=tuple(NATURES.items()))
    id_type: DocumentLetter = labelled("证件类别", "Document", widget="choice", choices=document_choices(CustomerKind.CORPORATE))
    id_number: DocumentNumber = labelled("证件号码", "Document number")
    address: LongText = labelled("地址", "Address")
    phone: Phone = labelled("电话号码", "Phone")


class PersonalMaintenance(PersonalParticulars):
    """What is to be different of a person; a field left blank stays as it is (IB 1487-1489)."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    name: ShortText | None = labelled("客户姓名", "Name", None)
    id_type: DocumentLetter | None = labelled("证件类别", "Document", None, widget="choice", choices=PERSONAL_DOCUMENTS)
    id_number: DocumentNumber | None = labelled("证件号码", "Document number", None)
    nationality: ShortText | None = labelled("国籍", "Nationality", None)
    credit_permission: ShortText | None = labelled("信贷许可", "Credit permission", None)
    born_on: date | None = labelled("出生日期", "Date of birth", None, widget="date")
    employer: ShortText | None = labelled("工作单位", "Employer", None)


class CorporateMaintenance(CorporateParticulars):
    """What is to be different of an organisation: everything but nature, name and kind of document (IB 3192)."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    id_number: DocumentNumber | None = labelled("证件号码", "Document number", None)
    address: LongText | None = labelled("地址", "Address", None)
    phone: Phone | None = labelled("电话号码", "Phone", None)
