"""The simulated front end at work: hears its queue, remembers, and says its answers after their delays, until the bank has them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog
from msgspec import Raw

from contracts.message import Envelope, Message
from contracts.national import TO_PEER
from contracts.topology import queue_named, routing_key
from kernel.clock import Clock
from launch.national_peer.memory import Memory
from launch.national_peer.simulator import Habits, Saying, Simulator
from runtime.bus import Bundle, Bus, BusUnavailable, Delivery, Subscription, Undelivered, Unroutable
from runtime.identifiers import new_id
from runtime.settings import Settings

log = structlog.get_logger(__name__)
QUEUE = queue_named("peer.national")
NAMES = {message.NAME: message for message in TO_PEER}
AGAIN_SECONDS = 0.2
NAME = "peer"


def peer_for(settings: Settings, bus: Bus, clock: Clock) -> NationalPeer | None:
    """The simulator as the settings ask for it, if they do."""
    if settings.national_peer != "simulator":
        return None
    habits = Habits(settings.national_peer_seed, settings.national_peer_delay_seconds, settings.national_peer_faults)
    return NationalPeer(habits, bus, clock, Path(settings.national_peer_memory) if settings.national_peer_memory else None)


class NationalPeer:
    """The simulator on a bus. What it heard is kept before the bus is told that it was; what it says is said until it has been taken."""

    def __init__(self, habits: Habits, bus: Bus, clock: Clock, memory: Path | None = None) -> None:
        self._simulator = Simulator(habits)
        self._bus = bus
        self._clock = clock
        self._memory = Memory(memory)
        self._saying: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Remember, and begin to hear. What was said on the newest date is said again: some of it may not have arrived."""
        heard = await asyncio.to_thread(self._memory.heard)
        newest = max((message.business_date for message in heard), default=None)  # type: ignore[attr-defined]
        for message in heard:
            sayings = self._simulator.hear(message)
            if message.business_date == newest:  # type: ignore[attr-defined]
                self.say(sayings)
        await self._bus.subscribe(Subscription(QUEUE, self._process, self._park))

    async def stop(self) -> None:
        """Hear and say nothing more."""
        await self._bus.unsubscribe(QUEUE)
        for task in self._saying:
            task.cancel()
        await asyncio.gather(*self._saying, return_exceptions=True)

    def say(self, sayings: Sequence[Saying]) -> None:
        """Begin to say these, each after its delay."""
        for saying in sayings:
            task = asyncio.create_task(self._say(saying), name="peer.saying")
            self._saying.add(task)
            task.add_done_callback(self._saying.discard)

    async def _process(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        messages = [message for each in deliveries if (message := _read(each)) is not None]
        await asyncio.to_thread(self._memory.keep, messages)
        for message in messages:
            self.say(self._simulator.hear(message))
        return ()

    async def _park(self, payload: bytes, reason: str, attempts: int) -> None:
        log.error("the front end cannot read what it was sent", reason=reason, attempts=attempts, bytes=len(payload))

    async def _say(self, saying: Saying) -> None:
        await asyncio.sleep(saying.after_seconds)
        bundle = self._bundle(saying.message)
        while True:
            try:
                await self._bus.publish(bundle)
                return
            except (BusUnavailable, Undelivered, Unroutable) as error:
                log.warning("the bank does not hear the front end", message=saying.message.NAME, error=repr(error))
                await asyncio.sleep(AGAIN_SECONDS)

    def _bundle(self, message: Message) -> Bundle:
        day = message.business_date  # type: ignore[attr-defined]
        envelope = Envelope(
            id=new_id(), name=message.NAME, business_date=day, occurred_at=self._clock.now(), body=Raw(message.model_dump_json())
        )
        return Bundle(routing_key(message), (envelope.encode(),))


def _read(delivery: Delivery) -> Message | None:
    """What was said; None for what no contract knows, which is passed over: nobody here could answer it later either."""
    try:
        return NAMES[delivery.envelope.name].model_validate_json(bytes(delivery.envelope.body))
    except (KeyError, ValueError) as error:
        log.error("the front end does not understand", message=delivery.envelope.name, error=repr(error))
        return None
