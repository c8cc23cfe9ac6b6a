"""Rounds of the relay over a bus that keeps every publisher waiting: how many rows are on their way at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from contracts.message import decode_envelope
from runtime.bus import Bundle, BusUnavailable
from runtime.consumer import read_message
from runtime.relay import ROUNDS_AT_ONCE, Relay
from tests.integration.bus.world import PLUMBING, World, posted
from tests.support.waiting import until

pytestmark = pytest.mark.parametrize("kind", ["local"])
BATCH = 10


class SlowBus:
    """Is away for the first so many bundles; keeps the others, and their publishers until it is opened."""

    def __init__(self, away: int = 0) -> None:
        self.away = away
        self.given: list[bytes] = []
        self.opened = asyncio.Event()

    async def publish(self, bundle: Bundle) -> None:
        if self.away:
            self.away -= 1
            raise BusUnavailable("away")
        self.given += bundle.envelopes
        await self.opened.wait()


@asynccontextmanager
async def relaying(world: World, bus: SlowBus) -> AsyncIterator[None]:
    """A relay at work, until everything has been published over the opened bus, each row once."""
    relay = Relay(world.database, PLUMBING, world.outbox, bus, batch=BATCH, idle_seconds=0.05)  # type: ignore[arg-type]
    task = asyncio.create_task(relay.run())
    try:
        yield
        bus.opened.set()

        async def through() -> bool:
            return await world.outbox_waiting() == 0

        await until(through, "everything is published")
        assert len(bus.given) == len(set(bus.given))
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


ALL = ROUNDS_AT_ONCE * BATCH


@pytest.mark.parametrize(
    ("sent", "under_way", "away"),
    [
        pytest.param(BATCH - 1, BATCH - 1, 0, id="less than a round"),
        pytest.param(2 * BATCH + 5, 2 * BATCH + 5, 0, id="two and a half"),
        pytest.param(50 * BATCH, ALL, 0, id="more than are under way at once"),
        pytest.param(50 * BATCH, ALL, 2 * ROUNDS_AT_ONCE, id="every round outlives an outage"),
    ],
)
async def test_full_rounds_are_claimed_while_others_are_published(world: World, sent: int, under_way: int, away: int) -> None:
    bus = SlowBus(away)
    await world.send(*(posted(f"{number:04d}") for number in range(sent)))
    async with relaying(world, bus):

        async def at_the_bus() -> bool:
            return len(bus.given) >= under_way

        await until(at_the_bus, "the rounds are under way")
        await asyncio.sleep(0.3)
        assert len(bus.given) == under_way
    assert len(bus.given) == sent


class LateClaims(Relay):
    """Every claim is answered late, the first the latest."""

    pauses_seconds = [0.1 * number for number in range(ROUNDS_AT_ONCE)]

    async def _claim(self, raw: Any) -> list[Any]:
        pause_seconds = self.pauses_seconds.pop()
        rows = await super()._claim(raw)
        await asyncio.sleep(pause_seconds)
        return rows


async def test_rounds_begun_together_keep_the_order_of_the_outbox(world: World) -> None:
    """Rounds that claimed side by side would pass each other, and share out what waits between them."""
    numbers = [f"{number:04d}" for number in range(ROUNDS_AT_ONCE * BATCH)]
    await world.send(*map(posted, numbers))
    bus = SlowBus()
    bus.opened.set()
    relay = LateClaims(world.database, PLUMBING, world.outbox, bus, batch=BATCH)  # type: ignore[arg-type]
    await asyncio.gather(*(relay.move_once() for _ in range(ROUNDS_AT_ONCE)))
    assert [read_message(decode_envelope(each)).transaction_number for each in bus.given] == numbers  # type: ignore[attr-defined]
