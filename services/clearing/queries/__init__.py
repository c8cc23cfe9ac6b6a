"""What can be asked of clearing: positions and what netting left open (IB 2911-2949)."""

from __future__ import annotations

from services.clearing.queries import positions

QUERIES = (positions.position, positions.open_items)
