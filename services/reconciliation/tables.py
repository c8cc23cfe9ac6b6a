"""The tables of the reconciliation service."""

from __future__ import annotations

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("reconciliation")
FRAME = frame_tables(METADATA)
