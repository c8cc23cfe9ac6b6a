"""Identifiers: time-ordered where they are new, derived where they must come out the same again."""

from __future__ import annotations

import os
import time
from uuid import UUID, uuid5

NAMESPACE = UUID("6b1f0c1e-7d0c-5d3a-9a51-68756974f6e7")


def new_id() -> UUID:
    """A time-ordered UUID (version 7), so that index pages fill from one end."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (int.from_bytes(os.urandom(10), "big") & ((1 << 76) - 1))
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def derived_id(*parts: object) -> UUID:
    """The one identifier that these parts always give: for work that is repeated after a crash."""
    return uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts))
