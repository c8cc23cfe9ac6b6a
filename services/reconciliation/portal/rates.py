"""How often somebody may do something, counted where every process of the service counts together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reconciliation.domain.portal_sign_on import Rate
from services.reconciliation.portal.tables import PORTAL_RATE


async def within(connection: AsyncConnection, rates: Iterable[Rate], subject: bytes, now: datetime) -> bool:
    """Count once under each rate up to the first one that does not allow it; whether all do. Of callers that race exactly as many get
    through as may."""
    for rate in rates:
        if not await _count(connection, rate, subject, now):
            return False
    return True


async def _count(connection: AsyncConnection, rate: Rate, subject: bytes, now: datetime) -> bool:
    table = PORTAL_RATE
    first = insert_or(table).values(scope=rate.scope, subject=subject, window_begins_at=rate.window_of(now), count=1)
    counted = first.on_conflict_do_update(
        index_elements=[table.c.scope, table.c.subject, table.c.window_begins_at],
        set_={"count": table.c.count + 1},
        where=table.c.count < rate.most,
    )
    return (await connection.execute(counted.returning(table.c.count))).first() is not None
