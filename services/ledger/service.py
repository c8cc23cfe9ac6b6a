"""Ledger 核心会计: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.ledger.tables import FRAME, METADATA

SERVICE = BankService(
    name="ledger",
    title=Text("核心会计", "Ledger"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
)
