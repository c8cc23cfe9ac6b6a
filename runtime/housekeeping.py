"""Rows of the plumbing that have done their duty are removed, a bounded number at a time.

An outbox row may go a day after it was written, once it does not wait any more. An inbox key stays as long as any broker could deliver
its message again.
"""

from __future__ import annotations

from sqlalchemy import text

from runtime.service import PeriodicTask, Resources

EVERY_SECONDS = 300.0
LIMIT = 50_000
OUTBOX_KEPT = "1 day"
INBOX_KEPT = "30 days"


async def tidy(resources: Resources) -> None:
    """Remove published outbox rows and old inbox keys."""
    plumbing = resources.plumbing
    outbox, waiting, inbox = plumbing.outbox.fullname, plumbing.outbox_waiting.fullname, plumbing.inbox.fullname
    async with resources.database.transaction() as connection:
        await connection.execute(
            text(
                f"DELETE FROM {outbox} WHERE sequence IN (SELECT sequence FROM {outbox} "
                f"WHERE created_at < now() - interval '{OUTBOX_KEPT}' "
                f"AND NOT EXISTS (SELECT FROM {waiting} WHERE {waiting}.sequence = {outbox}.sequence) LIMIT {LIMIT} FOR UPDATE SKIP LOCKED)"
            )
        )
        await connection.execute(
            text(
                f"DELETE FROM {inbox} WHERE (queue, message_id) IN (SELECT queue, message_id FROM {inbox} "
                f"WHERE received_at < now() - interval '{INBOX_KEPT}' LIMIT {LIMIT})"
            )
        )


TASK = PeriodicTask("housekeeping", EVERY_SECONDS, tidy)
