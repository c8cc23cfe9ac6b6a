"""What reconciliation reports to the watching tools."""

from __future__ import annotations

from sqlalchemy import func, select

from runtime.service import Resources
from runtime.telemetry import PROOF_DIFFERENCE
from services.reconciliation.tables import PROOF


async def set_proof_differences(resources: Resources) -> None:
    """The difference of each proof of the newest date proved; at least 1 where a proof does not hold."""
    newest = select(func.max(PROOF.c.business_date)).scalar_subquery()
    async with resources.database.reading() as connection:
        for row in await connection.execute(select(PROOF).where(PROOF.c.business_date == newest)):
            PROOF_DIFFERENCE.labels(row.kind).set(row.difference_minor if row.holds else max(row.difference_minor, 1))
