"""The tables of the customer service."""

from __future__ import annotations

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("customer")
FRAME = frame_tables(METADATA)
