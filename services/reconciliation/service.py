"""Reconciliation 对账: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.reconciliation.tables import FRAME, METADATA

SERVICE = BankService(
    name="reconciliation",
    title=Text("对账", "Reconciliation"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
)
