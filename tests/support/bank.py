"""A whole bank for tests: migrated once per run into a template, copied per test module, run in this process behind the gateway's door."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from pydantic import SecretStr

from contracts.day import DayClient
from kernel.clock import Clock
from launch.catalogue import SERVICE_NAMES, schema_of
from launch.demo import BUSINESS_DATE, load_demo
from launch.wiring import Bank
from runtime.auth import make_key_pair
from runtime.bus import Bus
from runtime.bus_local import LocalBus
from runtime.migrations import Schema, migrate, role_of
from runtime.settings import Settings
from services.ledger.day_end.completeness import SERVICES
from services.ledger.day_end.steps import FIRST_TO_OPEN, LAST_TO_OPEN
from tests.support.door import Door

ROLE_PASSWORD = "test"
TEMPLATE = "huitong_template"
DEMO_TEMPLATE = "huitong_demo_template"
_copies = itertools.count()


def schemas() -> list[Schema]:
    """The schemas of all services as declared."""
    return [schema_of(name, ROLE_PASSWORD) for name in SERVICE_NAMES]


async def make_template(cluster: Any) -> None:
    """Migrate an empty database once, and open the demo bank in a copy of it; tests copy them."""
    await execute_as_admin(cluster, f"DROP DATABASE IF EXISTS {TEMPLATE}")
    await execute_as_admin(cluster, f"CREATE DATABASE {TEMPLATE}")
    await migrate(cluster.dsn(TEMPLATE), schemas())
    await make_demo_template(cluster)


async def make_demo_template(cluster: Any) -> None:
    """The migrated database with the demo bank in it: opened and loaded once, with nothing on its way any more."""
    await execute_as_admin(cluster, f"DROP DATABASE IF EXISTS {DEMO_TEMPLATE}")
    await execute_as_admin(cluster, f"CREATE DATABASE {DEMO_TEMPLATE} TEMPLATE {TEMPLATE}")
    async with running_bank(cluster, database=DEMO_TEMPLATE, demo=False) as bank:
        await load_demo(bank.bank.transport)
        await bank.settle()


async def execute_as_admin(cluster: Any, statement: str) -> None:
    """Run one statement as the cluster's superuser."""
    connection = await asyncpg.connect(cluster.dsn())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def test_settings(**changes: Any) -> Settings:
    """Settings with fresh keys; password hashing is made light."""
    private, public = make_key_pair()
    values = {
        "token_private_key": SecretStr(private),
        "token_public_key": public,
        "service_key": SecretStr("test-service-key"),
        "argon2_time_cost": 1,
        "argon2_memory_kib": 1024,
        "pool_size": 5,
        "patience_seconds": 90,  # a machine that is slow for a while must not fail a test
        **changes,
    }
    return Settings(**values)


test_settings.__test__ = False  # type: ignore[attr-defined]


class TestBank(Door):
    """A running bank in this process, and a client at its door."""

    __test__ = False

    def __init__(self, bank: Bank, database: str, cluster: Any) -> None:
        super().__init__(httpx.AsyncClient(transport=httpx.ASGITransport(app=bank.gateway), base_url="http://bank", timeout=60))
        self.bank = bank
        self.database = database
        self.cluster = cluster

    async def open_late(self, day: date) -> None:
        """Every service opens a later date than the one that is open, in the order of the day end's roll; no date between is ever open."""
        transport = self.bank.transport
        outlets = [row["outlet"] for row in (await transport.call("ledger", "GET", "/internal/organisation"))["outlets"]]
        others = [name for name in SERVICES if name not in (FIRST_TO_OPEN, LAST_TO_OPEN)]
        for name in (FIRST_TO_OPEN, *others, LAST_TO_OPEN):
            await DayClient(transport, name).open(day, outlets)

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Look into the database as its owner."""
        connection = await asyncpg.connect(self.cluster.dsn(self.database))
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()


@asynccontextmanager
async def running_bank(
    cluster: Any,
    *,
    clock: Clock | None = None,
    bus: Bus | None = None,
    demo: bool = True,
    database: str | None = None,
    settings: Settings | None = None,
    business_date: date = BUSINESS_DATE,
    kept: bool = False,
) -> AsyncIterator[TestBank]:
    """A bank on a fresh copy of a template (or on a database that is named), stopped at the end. The copy goes with it unless it is
    `kept`, for another process to go on with."""
    loaded = database is None and demo and business_date == BUSINESS_DATE
    own = database is None and not kept
    if database is None:
        database = f"bank_{next(_copies)}_{uuid4().hex[:6]}"
        await execute_as_admin(cluster, f"CREATE DATABASE {database} TEMPLATE {DEMO_TEMPLATE if loaded else TEMPLATE} STRATEGY FILE_COPY")
    urls = {name: cluster.dsn(database, role_of(name), ROLE_PASSWORD) for name in SERVICE_NAMES}
    bank = Bank(settings or test_settings(), urls, clock=clock, bus=bus or LocalBus((0.02, 0.05, 0.1, 0.2)))
    await bank.start()
    running = TestBank(bank, database, cluster)
    try:
        if demo and not loaded:
            await load_demo(bank.transport, business_date)
        yield running
    finally:
        await running.client.aclose()
        await bank.stop()
        if own:
            await execute_as_admin(cluster, f"DROP DATABASE {database} WITH (FORCE)")
