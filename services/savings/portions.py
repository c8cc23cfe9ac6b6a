"""Day-end work on very many accounts, portion by portion in the order of their numbers; how far it has come is a row of its own, so that
no portion looks at what is done, and a run goes on where the last one broke off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.day import EventProgress
from services.savings.tables import EVENT_PROGRESS


@dataclass(frozen=True, slots=True)
class Place:
    """How far an event of a date has come: the last account that is done, how many are, of how many."""

    event: str
    business_date: date
    after: str
    done: int
    total: int

    @property
    def finished(self) -> bool:
        return self.done >= self.total

    @property
    def progress(self) -> EventProgress:
        return EventProgress(done=self.done, total=self.total)

    def moved(self, last: str | None, accounts: int) -> Place:
        """After a portion of so many accounts up to `last`; a portion without any was the end of the work."""
        if last is None:
            return replace(self, done=self.total)
        return replace(self, after=last, done=min(self.done + accounts, self.total))


async def place_of(connection: AsyncConnection, event: str, day: date, count: Callable[[], Awaitable[int]]) -> Place:
    """How far an event has come, locked until the commit, so that portions never run beside each other. The accounts are counted once."""
    table = EVENT_PROGRESS
    # Whoever comes first counts; others wait here, also while there is no row yet.
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"event:{event}:{day.isoformat()}", 0))))
    mine = (table.c.business_date == day, table.c.event == event)
    row = (await connection.execute(select(table).where(*mine))).first()
    if row is not None:
        return Place(event, day, row.after, row.done, row.total)
    place = Place(event, day, "", 0, await count())
    begun = {"business_date": day, "event": event, "after": place.after, "done": place.done, "total": place.total}
    await connection.execute(insert(table).values(begun))
    return place


async def keep_place(connection: AsyncConnection, place: Place) -> None:
    """Store how far an event has come, in the transaction of its portion."""
    table = EVENT_PROGRESS
    mine = (table.c.business_date == place.business_date, table.c.event == place.event)
    await connection.execute(update(table).where(*mine).values(after=place.after, done=place.done))
