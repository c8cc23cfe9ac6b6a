"""What both buses do with what arrives: read it, gather it into batches, and insist while a consumer's database is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sized
from dataclasses import dataclass
from typing import TypeVar

import structlog

from contracts.message import decode_bundle, decode_envelope
from runtime.bus import ConsumerUnavailable, Delivery
from runtime.turns import Pace

log = structlog.get_logger(__name__)

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


async def take(arrived: asyncio.Queue[Arrival | None], limit: int, pace: Pace | None = None) -> list[Arrival]:
    """Wait for the first arrival, and for the round to begin, and add what is there then, until their sizes reach the limit. Empty once
    the queue ends (`None`)."""
    batch: list[Arrival] = []
    size = 0
    while size < limit and not (batch and arrived.empty()):
        arrival = await arrived.get()
        if arrival is None:
            if batch:
                arrived.put_nowait(None)
            break
        if pace is not None and not batch:
            await pace.begin()
        batch.append(arrival)
        size += len(arrival)
    return batch


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
