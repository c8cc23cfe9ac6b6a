"""How long a session of the portal lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

IDLE = timedelta(minutes=15)
"""Without a request for so long it is over."""
LONGEST = timedelta(hours=8)
"""It is over then, whatever was done in it: a working day."""
NOTED_EVERY = timedelta(seconds=30)
"""A request is written down as the newest one only so often, so that reading does not become writing."""


def is_over(begun_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session that began then and was last used then has ended by itself."""
    return now - seen_at >= IDLE or now - begun_at >= LONGEST
