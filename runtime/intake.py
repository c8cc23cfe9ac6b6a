"""What both buses do with what arrives: read it ahead of its turn, gather it into batches, and insist while a consumer's database is
away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence, Sized
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import structlog

from contracts.message import decode_bundle, decode_envelope
from runtime.bus import ConsumerUnavailable, Delivery, Look
from runtime.turns import Pace, in_turns

log = structlog.get_logger(__name__)

Payload = TypeVar("Payload")
Arrival = TypeVar("Arrival", bound=Sized)
Result = TypeVar("Result")
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
END_TIMEOUT_SECONDS = 10.0


class Interrupted(Exception):
    """The bus stopped, or lost its broker, while the consumer's database was away: whatever waited comes again."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A payload, or one element of a bundle, that is no envelope."""

    payload: bytes
    reason: str


def read_payload(payload: bytes, attempt: int = 0) -> list[Delivery | Unreadable]:
    """The deliveries of a payload in its order.

    One bad element does not take its neighbours with it; a payload that is no list is one `Unreadable`.
    """
    try:
        return [Delivery(envelope, attempt) for envelope in decode_bundle(payload)]
    except ValueError as error:
        reason = f"unreadable: {error}"
    try:
        elements = json.loads(payload)
    except ValueError:
        elements = None
    if not isinstance(elements, list):
        return [Unreadable(payload, reason)]
    return [_read_element(element, attempt) for element in elements]


def _read_element(element: object, attempt: int) -> Delivery | Unreadable:
    encoded = json.dumps(element, ensure_ascii=False).encode()
    try:
        return Delivery(decode_envelope(encoded), attempt)
    except ValueError as error:
        return Unreadable(encoded, f"unreadable: {error}")


async def end(task: asyncio.Task[None], what: str) -> None:
    """Cancel a task and wait for it, but not for ever: a library below it may be stuck."""
    task.cancel()
    _done, stuck = await asyncio.wait([task], timeout=END_TIMEOUT_SECONDS)
    if stuck:
        log.error("a task does not end", task=what)


class Intake(Generic[Payload, Arrival]):
    """What has arrived at a queue, in its order: read while earlier arrivals are worked on, and handed out in batches.

    It reads no further ahead than a batch of items, so that what only waits stays small. `read` makes an arrival of a payload.
    """

    def __init__(self, read: Callable[[Payload], Awaitable[Arrival]], limit: int, pace: Pace | None = None) -> None:
        self._read = read
        self._limit = limit
        self._pace = pace
        self._unread: asyncio.Queue[Payload | None] = asyncio.Queue()
        self._ready: asyncio.Queue[Arrival | None] = asyncio.Queue()
        self._held = 0
        self._room = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read_ahead(), name="intake")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    def put(self, payload: Payload) -> None:
        """Add what has just arrived."""
        self._unread.put_nowait(payload)

    def end(self) -> None:
        """Nothing more is to be read: batches end with what is ready."""
        self._unread.put_nowait(None)

    async def _read_ahead(self) -> None:
        try:
            while (payload := await self._unread.get()) is not None:
                while self._held >= self._limit:
                    self._room.clear()
                    await self._room.wait()
                arrival = await self._read(payload)
                self._held += len(arrival)
                self._ready.put_nowait(arrival)
        finally:
            self._ready.put_nowait(None)

    async def take(self) -> list[Arrival]:
        """Wait for the first arrival, and for the round to begin, and add what is ready then, until their sizes reach the limit. Empty
        once the end is reached. Raises what `read` raised, after what was ready before."""
        batch: list[Arrival] = []
        size = 0
        while size < self._limit and not (batch and self._ready.empty()):
            arrival = await self._ready.get()
            if arrival is None:
                self._ready.put_nowait(None)
                if not batch:
                    await self._reading
                break
            if self._pace is not None and not batch:
                await self._pace.begin()
            batch.append(arrival)
            size += len(arrival)
        self._held -= size
        self._room.set()
        return batch


async def look_at(items: Sequence[Delivery | Unreadable], look: Look) -> list[Delivery | Unreadable]:
    """The items with what can be known of them before their turn."""
    return await in_turns(items, lambda item: look(item) if isinstance(item, Delivery) else item)


async def insist(action: Callable[[], Awaitable[Result]], queue: str, gone: asyncio.Event) -> Result:
    """Do the action, again and again while it fails. Raises `Interrupted` when `gone` is set during a pause."""
    pause_seconds = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await action()
        except ConsumerUnavailable as error:
            log.warning("consumer waits for its database", queue=queue, error=repr(error.__cause__))
        except Exception as error:
            log.error("consumer cannot go on", queue=queue, error=repr(error), exc_info=error)
        try:
            async with asyncio.timeout(pause_seconds):
                await gone.wait()
        except TimeoutError:
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)
        else:
            raise Interrupted(queue)
