"""What waits in an outbox still waits after the revision that tells it apart, and after the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import asyncpg
from alembic import command
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from runtime.migrations import _config, migrate
from tests.support.bank import schemas

[SAVINGS] = [each for each in schemas() if each.name == "savings"]
WAITING = [(2, 0, None), (3, 4, "nobody listens")]


async def bring(database_url: str, step: Callable[..., None], revision: str) -> None:
    """Up or down to a revision of the frame."""

    def go(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS savings")
        step(_config(connection, SAVINGS), revision)

    engine = create_async_engine(make_url(database_url).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.run_sync(go)
    await engine.dispose()


async def test_what_waits_waits_on(database_url: str) -> None:
    await bring(database_url, command.upgrade, "frame_0003")
    owner: Any = await asyncpg.connect(database_url)
    try:
        await owner.execute(
            "INSERT INTO savings.outbox (message_id, routing_key, envelope, published_at, attempts, problem) VALUES "
            "(gen_random_uuid(), 'k', '1', now(), 1, NULL), (gen_random_uuid(), 'k', '2', NULL, 0, NULL), "
            "(gen_random_uuid(), 'k', '3', NULL, 4, 'nobody listens')"
        )
        await migrate(database_url, [SAVINGS])
        waiting = await owner.fetch("SELECT sequence, attempts, problem FROM savings.outbox_waiting ORDER BY sequence")
        assert [tuple(row) for row in waiting] == WAITING
        assert await owner.fetchval("SELECT string_agg(convert_from(envelope, 'UTF8'), '' ORDER BY sequence) FROM savings.outbox") == "123"
        await bring(database_url, command.downgrade, "frame_0003")
        back = await owner.fetch("SELECT sequence, attempts, problem FROM savings.outbox WHERE published_at IS NULL ORDER BY sequence")
        assert [tuple(row) for row in back] == WAITING
    finally:
        await owner.close()
