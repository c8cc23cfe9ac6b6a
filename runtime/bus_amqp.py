"""The bus over RabbitMQ. What stands on the broker is in `runtime.amqp.layout`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext

import structlog
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from contracts.message import encode_bundle
from contracts.topology import EXCHANGE, QUEUES, Queue
from runtime.amqp.feed import Feed, Read
from runtime.amqp.layout import DELIVERY_LIMIT, declare, parking_name, retry_name
from runtime.amqp.link import Link
from runtime.amqp.publisher import Publisher
from runtime.bus import RETRY_DELAYS_SECONDS, Bundle, Delivery, Subscription
from runtime.intake import Unreadable, insist, look_at, read_payload

log = structlog.get_logger(__name__)
ATTEMPT_HEADER = "x-attempt"
START_TIMEOUT_SECONDS = 15.0
STOP_TIMEOUT_SECONDS = 20.0

AnyFeed = Feed[Delivery | Unreadable] | Feed[AbstractIncomingMessage]


class AmqpBus:
    """Publishes with confirms, consumes with manual acknowledgement, and finds its broker again by itself.

    Publishing and consuming have a connection each: a broker that is short of memory stops reading from publishers, and must still
    get acknowledgements. `name` is what the broker's operator sees.
    """

    def __init__(
        self,
        url: str,
        *,
        retry_delays_seconds: Sequence[float] = RETRY_DELAYS_SECONDS,
        queues: Sequence[Queue] = QUEUES,
        name: str = "huitong",
    ) -> None:
        self._retry_delays_seconds = tuple(retry_delays_seconds)
        self._queues = list(queues)
        self._publishing = Link(url, f"{name}.publishing", self._declare)
        self._consuming = Link(url, f"{name}.consuming", self._after_declaration)
        self._publisher = Publisher(self._publishing)
        self._feeds: dict[str, AnyFeed] = {}

    async def start(self) -> None:
        """Connect and declare every queue. A broker that is not there yet is waited for a while, then left to the background."""
        self._publishing.start()
        try:
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                await self._publishing.wait_for_connection()
        except TimeoutError:
            log.error("the broker does not answer; messages stay in the outbox until it does")

    async def stop(self) -> None:
        """Finish what is being processed and close."""
        await self._stop(list(self._feeds))
        await self._consuming.stop()
        await self._publishing.stop()

    def is_connected(self) -> bool:
        """Whether the broker can be reached, for consuming too if there is anything to consume."""
        return self._publishing.connection is not None and (not self._feeds or self._consuming.connection is not None)

    async def publish(self, bundle: Bundle) -> None:
        """Return when the broker has confirmed the bundle. Raises `Unroutable` or `BusUnavailable`."""
        await self._publisher.publish(EXCHANGE, bundle.routing_key, encode_bundle(bundle.envelopes))

    async def subscribe(self, subscription: Subscription) -> None:
        """Consume every shard of the queue, one process at a time."""
        if subscription.queue not in self._queues:
            self._queues.append(subscription.queue)
            if self._publishing.connection is not None:
                await self._declare(self._publishing.connection)
        await self.unsubscribe(subscription.queue)
        self._consuming.start()
        turn = asyncio.Lock()
        for name in subscription.queue.shard_names():
            work = Feed(self._consuming, name, _reader(subscription), _Processing(self, name, subscription, turn), subscription.queue.batch)
            parking = Feed(self._consuming, parking_name(name), _as_it_is, _Parking(name, subscription), 1)
            self._feeds |= {name: work, parking_name(name): parking}
            work.start()
            parking.start()

    async def unsubscribe(self, queue: Queue) -> None:
        """Leave the queue's shards to other processes, or to the next subscription."""
        await self._stop([name for shard in queue.shard_names() for name in (shard, parking_name(shard)) if name in self._feeds])

    async def _stop(self, names: Sequence[str]) -> None:
        await asyncio.gather(*(self._feeds.pop(name).stop(STOP_TIMEOUT_SECONDS) for name in names))

    async def _declare(self, connection: AbstractConnection) -> None:
        async with connection.channel() as channel:
            await declare(channel, self._queues, self._retry_delays_seconds)

    async def _after_declaration(self, _connection: AbstractConnection) -> None:
        await self._publishing.wait_for_connection()

    async def try_again(self, queue: str, delivery: Delivery) -> None:
        """Put a delivery on the next step of the queue's retry ladder."""
        delay_seconds = self._retry_delays_seconds[min(delivery.attempt, len(self._retry_delays_seconds) - 1)]
        payload = encode_bundle([delivery.envelope.encode()])
        await self._publisher.publish("", retry_name(queue, delay_seconds), payload, {ATTEMPT_HEADER: delivery.attempt + 1})


def _reader(subscription: Subscription) -> Read[Delivery | Unreadable]:
    async def read(message: AbstractIncomingMessage) -> list[Delivery | Unreadable]:
        attempt = message.headers.get(ATTEMPT_HEADER)
        return await look_at(read_payload(message.body, attempt if isinstance(attempt, int) else 0), subscription.look)

    return read


async def _as_it_is(message: AbstractIncomingMessage) -> list[AbstractIncomingMessage]:
    return [message]


class _Processing:
    """Handles what arrives in a work queue. The shards of a queue take turns in a process, so that they do not keep each other waiting for
    the rows that all of them touch; from half a batch on, where reading is most of the work, they go side by side."""

    def __init__(self, bus: AmqpBus, queue: str, subscription: Subscription, turn: asyncio.Lock) -> None:
        self._bus = bus
        self._queue = queue
        self._subscription = subscription
        self._turn = turn

    async def __call__(self, items: Sequence[Delivery | Unreadable], gone: asyncio.Event) -> None:
        for item in items:
            if isinstance(item, Unreadable):
                await insist(lambda lost=item: self._subscription.park(lost.payload, lost.reason, 1), self._queue, gone)
        deliveries = [item for item in items if isinstance(item, Delivery)]
        if deliveries:
            async with self._turn if 2 * len(deliveries) < self._subscription.queue.batch else nullcontext():
                again = await insist(lambda: self._subscription.process(deliveries), self._queue, gone)
            await asyncio.gather(*(self._bus.try_again(self._queue, delivery) for delivery in again))


class _Parking:
    """Moves what the broker gave up on to where an operator sees it."""

    def __init__(self, queue: str, subscription: Subscription) -> None:
        self._queue = queue
        self._subscription = subscription

    async def __call__(self, messages: Sequence[AbstractIncomingMessage], gone: asyncio.Event) -> None:
        reason = f"the consumer ended {DELIVERY_LIMIT} times while it held this message"
        for message in messages:
            await insist(lambda lost=message: self._subscription.park(lost.body, reason, DELIVERY_LIMIT), self._queue, gone)
