"""Watching positions against their limits: who has come to which stage, and who must hear of it (IB 2926, decision 0021).

Positions are kept by the consumer, which knows no limits; they are looked at once a second and after every setting of a limit. A stage
that has changed is written down with its alert, and told to every service in the same breath; who cannot be told now is told later.
"""

from __future__ import annotations

from datetime import date

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import SERVICE_DIGITS
from banking.telling import tell, those_behind
from contracts.limits import LimitedUnit, LimitedUnits, LimitsClient
from runtime.database import driver_connection
from runtime.service import Resources
from services.clearing.domain.position_limits import Limits, Stage
from services.clearing.outlet_tables import LIMIT_DELIVERY

WATCH_SECONDS = 1.0
_UNITS = (
    "SELECT l.unit, l.currency, l.warning_minor, l.approval_minor, l.stop_minor, l.stage, day.business_date, "
    "coalesce((SELECT sum(p.amount_minor) FROM clearing.position AS p WHERE p.business_date = day.business_date "
    "AND p.currency = l.currency AND p.outlet BETWEEN l.unit "
    "AND CASE WHEN right(l.unit, 2) = '00' THEN left(l.unit, 2) || '99' ELSE l.unit END), 0)::bigint AS minor "
    "FROM clearing.position_limit AS l CROSS JOIN clearing.business_day AS day"
)
"""Every limit with the position it is about; the business department of a sub-branch stands for all of it."""


async def watch(resources: Resources) -> None:
    """The periodic task: see whether a unit has come to another stage, and tell those who have not heard."""
    async with resources.database.reading() as connection:
        moved = any(_stage(row) is not Stage(row["stage"]) for row in await (await driver_connection(connection)).fetch(_UNITS))
    if moved:
        async with resources.database.transaction() as connection:
            await look(connection)
    await settle_limits(resources)


async def alone(connection: AsyncConnection) -> None:
    """Keep others from changing limits or stages until the transaction ends; before any of their rows is touched."""
    raw = await driver_connection(connection)
    await raw.execute("INSERT INTO clearing.limit_version (version) VALUES (0) ON CONFLICT DO NOTHING")
    await raw.execute("SELECT FROM clearing.limit_version FOR UPDATE")


async def look(connection: AsyncConnection, *, changed: bool = False) -> None:
    """Bring every unit to the stage its position is at, in the given transaction; with `changed` limits themselves are new.

    What the services go by gets a new version.
    """
    await alone(connection)
    raw = await driver_connection(connection)
    moved = [row for row in await raw.fetch(_UNITS) if _stage(row) is not Stage(row["stage"])]
    for row in moved:
        stage, limit_minor = _limits(row).at(row["minor"])
        await raw.execute(
            "UPDATE clearing.position_limit SET stage = $3, position_minor = $4, since = now() WHERE unit = $1 AND currency = $2",
            row["unit"],
            row["currency"],
            stage.value,
            row["minor"],
        )
        await raw.execute(
            "INSERT INTO clearing.position_alert (business_date, unit, currency, stage, position_minor, limit_minor) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            row["business_date"],
            row["unit"],
            row["currency"],
            stage.value,
            row["minor"],
            limit_minor,
        )
    if moved or changed:
        await raw.execute("UPDATE clearing.limit_version SET version = version + 1")


async def settle_limits(resources: Resources) -> None:
    """Tell the units that need approvals, or are stopped, to every service that is not known to have heard of the newest."""
    async with resources.database.reading() as connection:
        raw = await driver_connection(connection)
        version = await raw.fetchval("SELECT version FROM clearing.limit_version") or 0
        behind = await those_behind(connection, LIMIT_DELIVERY, SERVICE_DIGITS, version)
        if not behind:
            return
        limited = LimitedUnits(version=version, units=await _limited(raw))
    await tell(resources, LIMIT_DELIVERY, version, behind, lambda name: LimitsClient(resources.transport, name).set(limited))


async def everybody_knows(connection: AsyncConnection) -> bool:
    """Whether every service goes by the newest stages."""
    version = await (await driver_connection(connection)).fetchval("SELECT version FROM clearing.limit_version") or 0
    return not await those_behind(connection, LIMIT_DELIVERY, SERVICE_DIGITS, version)


async def _limited(raw: asyncpg.Connection) -> tuple[LimitedUnit, ...]:
    rows = await raw.fetch(
        "SELECT unit, currency, stage, approval_level, position_minor, approval_minor, stop_minor FROM clearing.position_limit "
        "WHERE stage IN ('approval', 'stop') ORDER BY unit, currency"
    )
    return tuple(
        LimitedUnit(
            unit=row["unit"],
            currency=row["currency"],
            stage=row["stage"],
            level=row["approval_level"],
            limit_minor=row["approval_minor" if row["stage"] == "approval" else "stop_minor"],
            position_minor=row["position_minor"],
        )
        for row in rows
    )


def _limits(row: asyncpg.Record) -> Limits:
    return Limits(row["warning_minor"], row["approval_minor"], row["stop_minor"])


def _stage(row: asyncpg.Record) -> Stage:
    return _limits(row).at(row["minor"])[0]


SAMPLE_SECONDS = 10.0
SAMPLE_DAYS = 31
"""How long the course of a day can be looked at."""
SAMPLING = int.from_bytes(b"sample", "big")
_SAMPLE = (
    "WITH now_standing AS ("
    "SELECT currency, left(outlet, 2) || '00' AS unit, sum(amount_minor)::bigint AS minor, sum(business_minor)::bigint AS business "
    "FROM clearing.position WHERE business_date = $1 AND left(outlet, 2) <> '00' GROUP BY 1, 2 UNION ALL "
    "SELECT currency, '0001', sum(amount_minor)::bigint, sum(business_minor)::bigint FROM clearing.position WHERE business_date = $1 "
    "GROUP BY 1 UNION ALL "
    "SELECT p.currency, p.outlet, sum(p.amount_minor)::bigint, sum(p.business_minor)::bigint FROM clearing.position AS p "
    "JOIN clearing.position_limit AS l ON l.unit = p.outlet AND l.currency = p.currency "
    "WHERE p.business_date = $1 AND right(p.outlet, 2) <> '00' GROUP BY 1, 2) "
    "INSERT INTO clearing.position_sample (business_date, currency, unit, taken_at, position_minor, business_minor) "
    "SELECT $1, s.currency, s.unit, now(), s.minor, s.business FROM now_standing AS s LEFT JOIN LATERAL ("
    "SELECT position_minor, business_minor FROM clearing.position_sample AS b WHERE b.business_date = $1 AND b.currency = s.currency "
    "AND b.unit = s.unit ORDER BY b.taken_at DESC LIMIT 1) AS last ON true "
    "WHERE (last.position_minor, last.business_minor) IS DISTINCT FROM (s.minor, s.business)"
)


async def sample(resources: Resources) -> None:
    """The periodic task: write down what the city, the sub-branches and the outlets with a limit stand at, where that has changed."""
    async with resources.database.transaction() as connection:
        raw = await driver_connection(connection)
        day: date | None = await raw.fetchval("SELECT business_date FROM clearing.business_day")
        if day is None or not await raw.fetchval("SELECT pg_try_advisory_xact_lock($1)", SAMPLING):
            return
        await raw.execute(_SAMPLE, day)
        await raw.execute("DELETE FROM clearing.position_sample WHERE business_date < $1::date - $2::int", day, SAMPLE_DAYS)
