"""The bus inside one process. It keeps nothing: publishing returns when every consumer has committed, so the outbox is its memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from contracts.message import decode_bundle, encode_bundle
from contracts.topology import bindings
from runtime.bus import RETRY_DELAYS_SECONDS, Bundle, ConsumerUnavailable, Delivery, Subscription, Unroutable


class LocalBus:
    """Delivers to the subscriptions of the same process; a crash before the consumers' commit leaves the outbox row waiting."""

    def __init__(self, retry_delays_seconds: Sequence[float] = RETRY_DELAYS_SECONDS) -> None:
        self._by_key: dict[str, list[Subscription]] = {}
        self._retry_delays_seconds = tuple(retry_delays_seconds)
        self._running = False

    async def start(self) -> None:
        self._running = True

    async def stop(self) -> None:
        self._running = False

    def is_connected(self) -> bool:
        return self._running

    async def subscribe(self, subscription: Subscription) -> None:
        for _queue, key in bindings(subscription.queue):
            self._by_key.setdefault(key, []).append(subscription)

    async def publish(self, bundle: Bundle) -> None:
        """Deliver to every bound subscription and wait for their commits."""
        subscriptions = self._by_key.get(bundle.routing_key)
        if not subscriptions:
            raise Unroutable(bundle.routing_key)
        await asyncio.gather(*(self._deliver(subscription, bundle) for subscription in subscriptions))

    async def _deliver(self, subscription: Subscription, bundle: Bundle) -> None:
        try:
            waiting = [Delivery(envelope) for envelope in decode_bundle(encode_bundle(bundle.envelopes))]
        except ValueError as error:
            await subscription.park(encode_bundle(bundle.envelopes), f"unreadable: {error}", 1)
            return
        attempt = 0
        while waiting:
            try:
                again = await subscription.process(waiting)
            except ConsumerUnavailable:
                await asyncio.sleep(0.5)
                continue
            waiting = [Delivery(delivery.envelope, delivery.attempt + 1) for delivery in again]
            if waiting:
                await asyncio.sleep(self._retry_delays_seconds[min(attempt, len(self._retry_delays_seconds) - 1)])
                attempt += 1
