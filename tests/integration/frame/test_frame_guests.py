"""Those who come from outside never take the connections that what they ask for needs."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from runtime.database import Database, is_outage


@pytest.fixture
async def database(database_url: str):
    database = Database(database_url, pool_size=2, patience_seconds=5)
    yield database
    await database.close()


async def test_more_callers_than_connections_who_each_cause_another_request_all_end(database: Database) -> None:
    async def asked_back() -> int:
        async with database.transaction() as connection:
            return int(await connection.scalar(text("SELECT 1")) or 0)

    async def caller() -> int:
        async with database.guest(), database.transaction() as connection:
            await connection.execute(text("SELECT 1"))
            await asyncio.sleep(0.02)  # until the others hold theirs
            return await asked_back()

    assert sum(await asyncio.gather(*(caller() for _ in range(12)))) == 12


async def test_a_caller_waits_no_longer_than_the_services_patience(database_url: str) -> None:
    database = Database(database_url, pool_size=1, patience_seconds=0.05)
    async with database.guest():
        with pytest.raises(PoolTimeout) as refused:
            async with database.guest():
                pass
    assert is_outage(refused.value)
    async with database.guest():
        pass
    await database.close()
