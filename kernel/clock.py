"""The clock is a port: domain and use cases take it as a value, only the edge owns a real one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

CHINA_TIME = timezone(timedelta(hours=8))
"""The time of the bank's customers, all the year round."""


class Clock(Protocol):
    """Gives the present moment, in UTC. The business date is another thing and never comes from here."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is told otherwise."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment
