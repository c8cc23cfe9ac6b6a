"""What operators see of an outbox, and what is removed of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from runtime.health import bus_state
from runtime.housekeeping import tidy
from tests.integration.bus.world import PLUMBING, World, posted

pytestmark = pytest.mark.parametrize("kind", ["local"])


def resources(world: World) -> Any:
    return SimpleNamespace(name="test", database=world.database, plumbing=PLUMBING)


async def change(world: World, *statements: str) -> None:
    async with world.database.transaction() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_a_row_goes_a_day_after_it_was_written_unless_it_waits(world: World) -> None:
    await world.send(*(posted(number) for number in ("old", "old and waiting", "new", "new and waiting")))
    await change(
        world,
        "DELETE FROM bus_test.outbox_waiting WHERE sequence IN (1, 3)",
        "UPDATE bus_test.outbox SET created_at = created_at - interval '25 hours' WHERE sequence IN (1, 2)",
        "INSERT INTO bus_test.inbox (queue, message_id, received_at) VALUES "
        "('q', '00000000-0000-0000-0000-000000000001', now() - interval '31 days'), "
        "('q', '00000000-0000-0000-0000-000000000002', now() - interval '29 days')",
    )
    await tidy(resources(world))
    assert await world.rows("SELECT sequence FROM bus_test.outbox ORDER BY 1") == [(2,), (3,), (4,)]
    assert await world.rows("SELECT sequence FROM bus_test.outbox_waiting ORDER BY 1") == [(2,), (4,)]
    assert [str(key)[-1] for (key,) in await world.rows("SELECT message_id FROM bus_test.inbox")] == ["2"]


async def test_the_oldest_that_waits_is_told_not_the_oldest_of_all(world: World) -> None:
    empty = await bus_state(resources(world))
    assert (empty["outbox_waiting"], empty["outbox_oldest_seconds"]) == (0, 0)
    await world.send(*(posted(number) for number in ("gone", "first", "second")))
    await change(
        world,
        "DELETE FROM bus_test.outbox_waiting WHERE sequence = 1",
        "UPDATE bus_test.outbox SET created_at = created_at - (4 - sequence) * interval '1 hour'",
    )
    state = await bus_state(resources(world))
    assert state["outbox_waiting"] == 2
    assert 2 * 3600 <= state["outbox_oldest_seconds"] < 3 * 3600
