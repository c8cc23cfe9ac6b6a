"""Consuming one physical queue: what has arrived is handled together and acknowledged at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from aio_pika.abc import AbstractIncomingMessage

from runtime.amqp.link import Link
from runtime.intake import Intake, Interrupted, end
from runtime.turns import Pace

log = structlog.get_logger(__name__)
PREFETCH = 64
PAUSE_SECONDS = 0.5
APART_SECONDS = 0.03
ANSWER_SECONDS = 10.0
"""A broker that answers nothing for so long is asked anew: a queue just made again may have nobody to answer for it yet."""

Item = TypeVar("Item")
Read = Callable[[AbstractIncomingMessage], Awaitable[Sequence[Item]]]
Handle = Callable[[Sequence[Item], asyncio.Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Arrived(Generic[Item]):
    """A message of the broker and the items in it."""

    message: AbstractIncomingMessage
    items: Sequence[Item]

    def __len__(self) -> int:
        return len(self.items)


class Feed(Generic[Item]):
    """Keeps one queue consumed until it is stopped. `handle` gets the items and an event that says that the broker or the bus has gone.

    When `handle` returns, its items are acknowledged; when it raises, the broker delivers them again.
    """

    def __init__(self, link: Link, queue: str, read: Read[Item], handle: Handle[Item], limit: int) -> None:
        self._link = link
        self._queue = queue
        self._read = read
        self._handle = handle
        self._limit = limit
        self._stopping = False
        self._leave: Callable[..., None] = lambda *_: None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to consume."""
        self._task = asyncio.create_task(self._keep(), name=f"{self._queue}.feed")

    async def stop(self, timeout_seconds: float) -> None:
        """Take nothing more, finish the running batch, then leave the queue. A batch that takes longer than the timeout is abandoned."""
        if self._task is None:
            return
        self._stopping = True
        self._leave()
        _done, late = await asyncio.wait([self._task], timeout=timeout_seconds)
        if late:
            await end(self._task, f"feed of {self._queue}")

    async def _keep(self) -> None:
        while not self._stopping:
            try:
                await self._consume()
            except Interrupted:
                continue
            except Exception as error:
                log.warning("queue is consumed anew", queue=self._queue, error=repr(error))
                await asyncio.sleep(PAUSE_SECONDS)

    async def _arrive(self, message: AbstractIncomingMessage) -> _Arrived[Item]:
        return _Arrived(message, await self._read(message))

    async def _consume(self) -> None:
        """Consume on one channel until it ends."""
        pace = Pace(APART_SECONDS)
        intake = Intake(self._arrive, self._limit, pace)
        gone = asyncio.Event()

        def leave(*_: Any) -> None:
            gone.set()
            intake.end()

        async def keep(message: AbstractIncomingMessage) -> None:
            intake.put(message)

        self._leave = leave
        connecting = asyncio.ensure_future(self._link.wait_for_connection())
        ended = asyncio.ensure_future(gone.wait())
        try:
            await asyncio.wait([connecting, ended], return_when=asyncio.FIRST_COMPLETED)
            if self._stopping or not connecting.done():
                return
            connection = connecting.result()
        finally:
            connecting.cancel()
            ended.cancel()
        async with asyncio.timeout(ANSWER_SECONDS):
            channel = await connection.channel(publisher_confirms=False)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                channel.close_callbacks.add(leave)
                (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(leave)
                await channel.set_qos(prefetch_count=PREFETCH)
                queue = await channel.get_queue(self._queue, ensure=False)
                await queue.consume(keep)
            async with intake:
                while not gone.is_set() and (batch := await intake.take()):
                    await self._handle([item for one in batch for item in one.items], gone)
                    await batch[-1].message.ack(multiple=True)
                    if sum(len(one) for one in batch) >= self._limit:
                        pace.was_full()
        finally:
            async with asyncio.timeout(ANSWER_SECONDS):
                await channel.close()
