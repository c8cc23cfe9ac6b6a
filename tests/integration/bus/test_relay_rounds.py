"""Rounds of the relay over a bus that keeps every publisher waiting: how many rows are on their way at once."""

from __future__ import annotations

import asyncio

import pytest

from runtime.bus import Bundle
from runtime.relay import ROUNDS_AT_ONCE, Relay
from tests.integration.bus.world import PLUMBING, World, posted
from tests.support.waiting import until

BATCH = 10


@pytest.fixture
def kind() -> str:
    return "local"


class SlowBus:
    """Keeps what it was given, and every publisher until it is opened."""

    def __init__(self) -> None:
        self.given: list[bytes] = []
        self.opened = asyncio.Event()

    async def publish(self, bundle: Bundle) -> None:
        self.given += bundle.envelopes
        await self.opened.wait()


@pytest.mark.parametrize(
    ("sent", "under_way"), [(BATCH - 1, BATCH - 1), (2 * BATCH + 5, 2 * BATCH + 5), (50 * BATCH, ROUNDS_AT_ONCE * BATCH)]
)
async def test_full_rounds_are_claimed_while_others_are_published(world: World, sent: int, under_way: int) -> None:
    bus = SlowBus()
    await world.send(*(posted(f"{number:04d}") for number in range(sent)))
    relaying = asyncio.create_task(Relay(world.database, PLUMBING, world.outbox, bus, batch=BATCH, idle_seconds=0.05).run())  # type: ignore[arg-type]

    async def at_the_bus() -> bool:
        return len(bus.given) >= under_way

    await until(at_the_bus, "the rounds are under way")
    await asyncio.sleep(0.3)
    assert len(bus.given) == under_way
    bus.opened.set()

    async def through() -> bool:
        return await world.outbox_waiting() == 0

    await until(through, "everything is published")
    assert len(bus.given) == len(set(bus.given)) == sent
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)


async def test_a_round_that_fails_holds_nobody_back(world: World) -> None:
    tried: list[int] = []

    class Failing(SlowBus):
        async def publish(self, bundle: Bundle) -> None:
            tried.append(len(bundle.envelopes))
            if len(tried) == 1:
                raise ConnectionError("a driver's own error")
            self.given += bundle.envelopes

    bus = Failing()
    await world.send(*(posted(f"{number:04d}") for number in range(4 * BATCH)))
    relaying = asyncio.create_task(Relay(world.database, PLUMBING, world.outbox, bus, batch=BATCH, idle_seconds=0.05).run())  # type: ignore[arg-type]

    async def through() -> bool:
        return await world.outbox_waiting() == 0

    await until(through, "everything is published")
    assert len(set(bus.given)) == 4 * BATCH
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
