"""Every test of the bus runs over both buses, unless it asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.integration.bus.world import METADATA, World


@pytest.fixture(params=["local", pytest.param("amqp", marks=pytest.mark.broker)])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest_asyncio.fixture
async def world(kind: str, database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The test service with empty tables."""
    world = World(kind, database_url, request.getfixturevalue("vhost") if kind == "amqp" else None)
    async with world.database.transaction() as connection:
        await connection.execute(text("DROP SCHEMA IF EXISTS bus_test CASCADE"))
        await connection.execute(text("CREATE SCHEMA bus_test"))
        await connection.run_sync(METADATA.create_all)
    yield world
    async with asyncio.timeout(60):
        await world.close()
