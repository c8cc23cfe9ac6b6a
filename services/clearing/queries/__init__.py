"""What can be asked of clearing: positions, what netting left open, national inter-bank items (IB 2398-2466, 2911-2949)."""

from __future__ import annotations

from services.clearing.queries import exchange, limits, national, outlets, positions

QUERIES = (
    positions.position,
    positions.open_items,
    national.inward,
    national.outward,
    national.suspense,
    national.gaps,
    national.day,
    exchange.items,
    exchange.history,
    exchange.board,
    outlets.deposits,
    outlets.remittances,
    outlets.contracts,
    outlets.returns,
    limits.limits,
    limits.alerts,
    limits.penalties,
    limits.course,
)
