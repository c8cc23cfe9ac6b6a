"""Counter 柜台: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.text import Text
from services.counter.tables import FRAME, METADATA

SERVICE = BankService(
    name="counter",
    title=Text("柜台", "Counter"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
)
