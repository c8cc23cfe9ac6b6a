"""Savings 存款: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.savings.tables import FRAME, METADATA

SERVICE = BankService(
    name="savings",
    title=Text("存款", "Savings"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
)
