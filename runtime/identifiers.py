"""Identifiers: time-ordered where they are new, derived where they must come out the same again."""

from __future__ import annotations

import os
import time
from uuid import UUID, uuid5

NAMESPACE = UUID("6b1f0c1e-7d0c-5d3a-9a51-68756974f6e7")
MEMBER_BITS = 24
"""The bits that number members; as many random ones are left as make two wholes of one millisecond differ."""


def new_id() -> UUID:
    """A time-ordered UUID (version 7), so that index pages fill from one end."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (int.from_bytes(os.urandom(10), "big") & ((1 << 76) - 1))
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def member_id(whole: UUID, number: int) -> UUID:
    """The identifier of a numbered member of something that has a time-ordered one: always the same, and in the order of the numbers.

    Raises `ValueError` for a number that is not below sixteen million.
    """
    if not 0 <= number < 1 << MEMBER_BITS:
        raise ValueError(f"{number} is no number of a member")
    return UUID(int=(whole.int >> MEMBER_BITS << MEMBER_BITS) | number)


def derived_id(*parts: object) -> UUID:
    """The one identifier that these parts always give: for work that is repeated after a crash."""
    return uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts))
