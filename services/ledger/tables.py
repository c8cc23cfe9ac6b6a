"""The tables of the ledger service."""

from __future__ import annotations

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("ledger")
FRAME = frame_tables(METADATA)
