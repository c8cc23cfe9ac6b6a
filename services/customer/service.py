"""Customers 客户: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.customer.tables import FRAME, METADATA

SERVICE = BankService(
    name="customer",
    title=Text("客户", "Customers"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
)
