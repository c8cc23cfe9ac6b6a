"""What a step has in hand: the date it ends, how patient it may be, and a way to say how far it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from runtime.service import Resources


@dataclass(frozen=True, slots=True)
class Day:
    """One business date on its way to its end."""

    resources: Resources
    run: UUID
    business_date: date
    next_date: date
    force_close: bool
    patience_seconds: float
    report: Callable[[int, int], Awaitable[None]]
