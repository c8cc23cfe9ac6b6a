"""Clearing 清算: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.clearing.tables import FRAME, METADATA

SERVICE = BankService(
    name="clearing",
    title=Text("清算", "Clearing"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
)
