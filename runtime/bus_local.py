"""The bus inside one process. It keeps nothing: publishing returns when every consumer has committed, so the outbox is its memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contracts.message import encode_bundle
from contracts.topology import Queue, bindings
from runtime.bus import RETRY_DELAYS_SECONDS, Bundle, BusUnavailable, Delivery, Subscription, Undelivered, Unroutable
from runtime.intake import Intake, Interrupted, Unreadable, insist, look_at, read_payload


class LocalBus:
    """Delivers to the subscriptions of the same process; a crash before the consumers' commit leaves the outbox row waiting."""

    def __init__(self, retry_delays_seconds: Sequence[float] = RETRY_DELAYS_SECONDS) -> None:
        self._names_by_key: dict[str, list[str]] = {}
        self._lanes: dict[str, _Lane] = {}
        self._retry_delays_seconds = tuple(retry_delays_seconds)
        self._running = False

    async def start(self) -> None:
        self._running = True

    async def stop(self) -> None:
        self._running = False
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))

    def is_connected(self) -> bool:
        return self._running

    async def subscribe(self, subscription: Subscription) -> None:
        await self.unsubscribe(subscription.queue)
        for name in subscription.queue.shard_names():
            self._lanes[name] = _Lane(subscription, self._retry_delays_seconds)
        for name, key in bindings(subscription.queue):
            names = self._names_by_key.setdefault(key, [])
            if name not in names:
                names.append(name)

    async def unsubscribe(self, queue: Queue) -> None:
        # The lane stays in its place, closed: the queue is known, its messages are not unroutable.
        await asyncio.gather(*(self._lanes[name].stop() for name in queue.shard_names() if name in self._lanes))

    async def publish(self, bundle: Bundle) -> None:
        """Deliver to every bound queue and wait for the commits. Raises `Undelivered` for what a consumer could not do yet."""
        if not self._running:
            raise BusUnavailable("the bus does not run")
        lanes = [self._lanes[name] for name in self._names_by_key.get(bundle.routing_key, ())]
        if not lanes:
            raise Unroutable(bundle.routing_key)
        again: dict[int, float] = {}
        for waits in await asyncio.gather(*(lane.deliver(bundle) for lane in lanes)):
            for position, seconds in waits.items():
                again[position] = max(seconds, again.get(position, 0.0))
        if again:
            raise Undelivered(again)


@dataclass(eq=False)
class _Parcel:
    """A bundle on its way to one queue, and the promise made to its publisher: positions to be published again, with the time to wait."""

    payload: bytes
    items: list[Delivery | Unreadable] = field(default_factory=list)
    outcome: asyncio.Future[dict[int, float]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def __len__(self) -> int:
        return len(self.items)


class _Lane:
    """One physical queue: parcels are processed in their order, by one task."""

    def __init__(self, subscription: Subscription, retry_delays_seconds: Sequence[float]) -> None:
        self._subscription = subscription
        self._retry_delays_seconds = retry_delays_seconds
        self._tries: dict[UUID, int] = {}
        self._promised: set[_Parcel] = set()
        self._intake = Intake(self._read, subscription.queue.batch)
        self._gone = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"{subscription.queue.name}.lane")

    async def deliver(self, bundle: Bundle) -> dict[int, float]:
        """Wait until the bundle is processed; gives back the positions that must be published again. Raises `BusUnavailable`."""
        if self._task.done() or self._gone.is_set():
            raise BusUnavailable(f"{self._subscription.queue.name} is not consumed any more")
        parcel = _Parcel(encode_bundle(bundle.envelopes))
        self._promised.add(parcel)
        self._intake.put(parcel)
        try:
            return await parcel.outcome
        finally:
            self._promised.discard(parcel)

    async def stop(self) -> None:
        """Finish the running batch; whoever still waits is told that the bus is gone."""
        self._gone.set()
        self._intake.end()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self, parcel: _Parcel) -> _Parcel:
        parcel.items = await look_at(read_payload(parcel.payload), self._subscription.look)
        return parcel

    async def _run(self) -> None:
        try:
            async with self._intake:
                while not self._gone.is_set() and (parcels := await self._intake.take()):
                    await self._process(parcels)
        except Interrupted:
            return
        finally:
            for parcel in self._promised:
                if not parcel.outcome.done():
                    parcel.outcome.set_exception(BusUnavailable(f"{self._subscription.queue.name} is not consumed any more"))

    async def _process(self, parcels: list[_Parcel]) -> None:
        subscription, name = self._subscription, self._subscription.queue.name
        deliveries = []
        for parcel in parcels:
            for item in parcel.items:
                if isinstance(item, Unreadable):
                    await insist(lambda lost=item: subscription.park(lost.payload, lost.reason, 1), name, self._gone)
                else:
                    deliveries.append(item._replace(attempt=self._tries.get(item.envelope.id, 0)))
        again = await insist(lambda: subscription.process(deliveries), name, self._gone) if deliveries else []
        waits = {delivery.envelope.id: self._wait_seconds(delivery.attempt) for delivery in again}
        for delivery in deliveries:
            if delivery.envelope.id in waits:
                self._tries[delivery.envelope.id] = delivery.attempt + 1
            else:
                self._tries.pop(delivery.envelope.id, None)
        for parcel in parcels:
            if not parcel.outcome.done():
                parcel.outcome.set_result(_positions(parcel, waits))

    def _wait_seconds(self, attempt: int) -> float:
        return self._retry_delays_seconds[min(attempt, len(self._retry_delays_seconds) - 1)]


def _positions(parcel: _Parcel, waits: dict[UUID, float]) -> dict[int, float]:
    ids = {position: item.envelope.id for position, item in enumerate(parcel.items) if isinstance(item, Delivery)}
    return {position: waits[message_id] for position, message_id in ids.items() if message_id in waits}
