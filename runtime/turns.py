"""When what is worked on: computing while the database or the network works, and rounds of work kept apart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

TURN = 16
"""Items made before others get their turn: about a millisecond of work."""

Item = TypeVar("Item")
Made = TypeVar("Made")
First = TypeVar("First")
Second = TypeVar("Second")


async def in_turns(items: Sequence[Item], make: Callable[[Item], Made]) -> list[Made]:
    """What `make` gives for every item, in their order; what else runs gets its turn every few items. Raises what `make` raises."""
    made = []
    for start in range(0, len(items), TURN):
        if start:
            await asyncio.sleep(0)
        made += [make(item) for item in items[start : start + TURN]]
    return made


async def side_by_side(first: Awaitable[First], second: Awaitable[Second]) -> tuple[First, Second]:
    """Both results. When this returns or raises, neither goes on; of two errors the first's is raised."""
    results = await asyncio.gather(first, second, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results[0], results[1]  # type: ignore[return-value]


class Pace:
    """Keeps the beginnings of rounds of work apart, so that what comes meanwhile goes together; a full round is followed at once.

    So a quiet bank works without delay, and a busy one in batches that are worth their transaction.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._free = 0.0

    async def begin(self) -> None:
        """Return when the next round may begin."""
        loop = asyncio.get_running_loop()
        if (early := self._free - loop.time()) > 0:
            await asyncio.sleep(early)
        self._free = loop.time() + self._seconds

    def was_full(self) -> None:
        """There was more to do than the round took."""
        self._free = 0.0
