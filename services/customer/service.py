"""Customers 客户: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.customer import api
from services.customer.queries import corporate, history, personal, search, unused_numbers
from services.customer.reports import special_business
from services.customer.tables import FRAME, METADATA
from services.customer.transactions.instrument_open import add_instrument, open_with_instrument
from services.customer.transactions.instruments import adjust_print, close_instrument, replace_instrument, rewrite_instrument
from services.customer.transactions.issue import issue_numbers
from services.customer.transactions.maintain import maintain_corporate, maintain_personal
from services.customer.transactions.open import open_corporate, open_personal

SERVICE = BankService(
    name="customer",
    title=Text("客户", "Customers"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    routers=(api.router,),
    transactions=(
        issue_numbers,
        open_personal,
        open_with_instrument,
        add_instrument,
        replace_instrument,
        rewrite_instrument,
        adjust_print,
        close_instrument,
        open_corporate,
        maintain_personal,
        maintain_corporate,
    ),
    reports=(special_business,),
    queries=(search, personal, corporate, history, unused_numbers),
)
