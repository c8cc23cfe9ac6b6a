"""Lending 贷款: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.lending.tables import FRAME, METADATA

SERVICE = BankService(
    name="lending",
    title=Text("贷款", "Lending"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
)
