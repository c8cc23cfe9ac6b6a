"""Rows of the portal that have done their duty are removed: tries, counts, used tickets, sessions and messages of long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, Table

from runtime.service import Resources
from services.reconciliation.portal.tables import PORTAL_RATE, PORTAL_SESSION, PORTAL_SMS, PORTAL_TICKET, PORTAL_TRY

EVERY_SECONDS = 300.0
KEPT: tuple[tuple[Table, Column[datetime], timedelta], ...] = (
    (PORTAL_TRY, PORTAL_TRY.c.begun_at, timedelta(days=1)),
    (PORTAL_RATE, PORTAL_RATE.c.window_begins_at, timedelta(days=2)),
    (PORTAL_TICKET, PORTAL_TICKET.c.until, timedelta(minutes=1)),
    (PORTAL_SMS, PORTAL_SMS.c.made_at, timedelta(days=7)),
    (PORTAL_SESSION, PORTAL_SESSION.c.begun_at, timedelta(days=30)),
)
"""How long rows stay behind the moment that counts for them; the longest window of a rate is a day. The log of acts stays."""


async def tidy(resources: Resources) -> None:
    """Remove what is older."""
    now = resources.clock.now()
    async with resources.database.transaction() as connection:
        for table, moment, kept in KEPT:
            await connection.execute(table.delete().where(moment < now - kept))
