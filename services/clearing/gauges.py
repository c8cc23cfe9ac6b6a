"""Positions as the dashboards and alerts see them (IB 2926). Reserve accounts are reported by the ledger, where they stand."""

from __future__ import annotations

from sqlalchemy import select

from runtime.service import Resources
from runtime.telemetry import POSITION as GAUGE
from runtime.telemetry import POSITION_STAGE as STAGE
from services.clearing.domain.position_limits import Stage
from services.clearing.outlet_tables import POSITION_LIMIT
from services.clearing.tables import FRAME, POSITION

Labels = tuple[str, str, str]


async def show_positions(resources: Resources) -> None:
    """Set the gauge of every position of the current date, credit positive; those of an earlier date that have not moved today are zero.

    What never moved has no series, and only what has changed is set again.
    """
    today = select(FRAME.business_day.c.business_date).scalar_subquery()
    columns = (POSITION.c.outlet, POSITION.c.sub_account, POSITION.c.currency, POSITION.c.amount_minor)
    async with resources.database.reading() as connection:
        rows = await connection.execute(select(*columns).where(POSITION.c.business_date == today))
        values: dict[Labels, int] = {(row.outlet, row.sub_account, row.currency): row.amount_minor for row in rows}
    shown: dict[Labels, int] = resources.state.setdefault("positions_shown", {})
    for labels in [*values, *(set(shown) - set(values))]:
        minor = values.get(labels, 0)
        if minor != shown.get(labels, 0):
            GAUGE.labels(*labels).set(minor)
            shown[labels] = minor


async def show_stages(resources: Resources) -> None:
    """Set the gauge of every unit that has a limit to how far its position has come."""
    order = list(Stage)
    columns = (POSITION_LIMIT.c.unit, POSITION_LIMIT.c.currency, POSITION_LIMIT.c.stage)
    async with resources.database.reading() as connection:
        for row in await connection.execute(select(*columns)):
            STAGE.labels(row.unit, row.currency).set(order.index(Stage(row.stage)))
