"""Positions and reserves as the dashboards and alerts see them (IB 2911-2914, 2926)."""

from __future__ import annotations

from runtime.database import driver_connection
from runtime.service import Resources
from runtime.telemetry import POSITION
from services.clearing.domain.reserves import SUBJECT_OF_RESERVE, reserve_code, reserve_pair
from services.clearing.domain.units import superior_of
from services.clearing.runs import balances_on

Labels = tuple[str, str, str]


async def show_positions(resources: Resources) -> None:
    """Set the gauge of every position of the current date, and of every unit's reserve account as the last netting left it.

    Both credit positive: a reserve account is an asset of the unit that holds it, so above zero it is overdrawn. What never moved has no
    series, and only what has changed is set again.
    """
    async with resources.database.reading() as connection:
        raw = await driver_connection(connection)
        day = await raw.fetchval("SELECT business_date FROM clearing.business_day")
        if day is None:
            return
        positions = await raw.fetch(
            "SELECT outlet, sub_account, currency, amount_minor FROM clearing.position WHERE business_date = $1", day
        )
        outlets = [row["outlet"] for row in await raw.fetch("SELECT outlet FROM clearing.department")]
        currencies = await raw.fetch(
            "SELECT DISTINCT currency FROM clearing.netting_run WHERE business_date = (SELECT max(business_date) FROM clearing.netting_run)"
        )
        held = {
            reserve_pair(outlet, row["currency"])[0]: (outlet, SUBJECT_OF_RESERVE[reserve_code(outlet)], row["currency"])
            for outlet in outlets
            for row in currencies
            if superior_of(outlet)
        }
        balances = await balances_on(raw, day, list(held))
    values = {(row["outlet"], row["sub_account"], row["currency"]): row["amount_minor"] for row in positions}
    values.update({held[account]: -minor for account, minor in balances.items()})
    shown: dict[Labels, int] = resources.state.setdefault("positions_shown", {})
    for labels in [*values, *(set(shown) - set(values))]:
        minor = values.get(labels, 0)
        if minor != shown.get(labels, 0):
            POSITION.labels(*labels).set(minor)
            shown[labels] = minor
