"""The tables of the clearing service."""

from __future__ import annotations

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("clearing")
FRAME = frame_tables(METADATA)
