"""开客户: a person or an organisation becomes a customer, once (IB 394-415, 838-856, 1820-1827, 3857-3888)."""

from __future__ import annotations

from banking.menus import ACCOUNT_OPENING, CORPORATE, CUSTOMERS, PERSONAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.customer.customers import enter
from services.customer.domain.identity import CustomerKind
from services.customer.forms import CorporateCustomer, PersonalCustomer


@transaction(
    code="customer.personal.open",
    name=Text("开普通客户", "Open a personal customer"),
    menu=(PERSONAL, CUSTOMERS),
    source="IB 849",
    operators="S",
)
async def open_personal(work: Work, form: PersonalCustomer) -> Outcome:
    """Open a person. Raises `customer.exists` with the number the document was opened under, `customer.*`, `identity.*`."""
    number = await enter(work, CustomerKind.PERSONAL, form)
    return Outcome(result={"customer_number": number, "name": form.name})


@transaction(
    code="customer.corporate.open",
    name=Text("新开客户号", "Open a corporate customer"),
    menu=(CORPORATE, ACCOUNT_OPENING),
    source="IB 1820, 3861",
    operators="K",
)
async def open_corporate(work: Work, form: CorporateCustomer) -> Outcome:
    """Open an organisation. Raises `customer.exists` with the number its name or document was opened under, `customer.*`, `identity.*`."""
    number = await enter(work, CustomerKind.CORPORATE, form)
    return Outcome(result={"customer_number": number, "name": form.name})
