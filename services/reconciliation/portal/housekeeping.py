"""Rows of the portal that have done their duty are removed, a bounded number at a time: tries, counts, used tickets, sessions, messages."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Table, literal_column, select

from runtime.service import Resources
from services.reconciliation.portal.tables import PORTAL_RATE, PORTAL_SESSION, PORTAL_SMS, PORTAL_TICKET, PORTAL_TRY

EVERY_SECONDS = 300.0
LIMIT = 50_000
KEPT: tuple[tuple[Table, str, timedelta], ...] = (
    (PORTAL_TRY, "begun_at", timedelta(days=1)),
    (PORTAL_RATE, "window_begins_at", timedelta(days=2)),
    (PORTAL_TICKET, "until", timedelta(minutes=1)),
    (PORTAL_SMS, "made_at", timedelta(days=7)),
    (PORTAL_SESSION, "begun_at", timedelta(days=30)),
)
"""How long rows stay behind the moment that counts for them; the longest window of a rate is a day. The log of acts stays."""


async def tidy(resources: Resources) -> None:
    """Remove what is older."""
    now = resources.clock.now()
    async with resources.database.transaction() as connection:
        for table, moment, kept in KEPT:
            old = table.alias("old")
            which = select(literal_column("old.ctid")).select_from(old).where(old.c[moment] < now - kept).limit(LIMIT)
            await connection.execute(table.delete().where(literal_column("ctid").in_(which)))
