"""Publishing with confirms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, PublishError

from runtime.amqp.link import Link
from runtime.bus import BusUnavailable, Unroutable

CONFIRM_TIMEOUT_SECONDS = 15.0


class Publisher:
    """Publishes on one channel of a link. Many callers may publish at once; the broker gets the payloads in the order of the calls."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None

    async def publish(self, exchange: str, routing_key: str, payload: bytes, headers: Mapping[str, int] | None = None) -> None:
        """Return when the broker has confirmed that every bound queue keeps the payload. Raises `Unroutable` or `BusUnavailable`."""
        message = Message(payload, content_type="application/json", delivery_mode=DeliveryMode.PERSISTENT, headers=dict(headers or {}))
        try:
            async with asyncio.timeout(CONFIRM_TIMEOUT_SECONDS):
                channel = await self._open_channel()
                await (await channel.get_exchange(exchange, ensure=False)).publish(message, routing_key, mandatory=True)
        except PublishError as error:
            raise Unroutable(routing_key) from error
        except CONNECTION_EXCEPTIONS as error:
            raise BusUnavailable(repr(error)) from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # The library cancels what waits on a channel that is closed.
            raise BusUnavailable("the connection was closed") from error

    async def _open_channel(self) -> AbstractChannel:
        async with self._opening:
            connection = self._link.connection
            if connection is None:
                raise BusUnavailable("there is no connection to the broker")
            if self._channel is None or self._channel.is_closed or connection is not self._connection:
                self._channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                self._connection = connection
            return self._channel
