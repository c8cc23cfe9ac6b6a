"""Customers 客户: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.customer import api
from services.customer.queries import corporate, personal, search, unused_numbers
from services.customer.tables import FRAME, METADATA
from services.customer.transactions.issue import issue_numbers
from services.customer.transactions.open import open_corporate, open_personal

SERVICE = BankService(
    name="customer",
    title=Text("客户", "Customers"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    routers=(api.router,),
    transactions=(issue_numbers, open_personal, open_corporate),
    queries=(search, personal, corporate, unused_numbers),
)
