"""A process that may die between any two steps: its database and its ways to the other services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


class Died(Exception):
    """The process is gone."""


class Death:
    """Lets so many steps pass; from then on nothing works any more, not even cleaning up."""

    def __init__(self, after: int) -> None:
        self.left = after

    def step(self) -> None:
        if self.left <= 0:
            raise Died
        self.left -= 1

    @property
    def came(self) -> bool:
        return self.left <= 0


class MortalDatabase:
    """The service's database, as a process sees it that may die before and after every transaction and before every commit."""

    def __init__(self, database: Any, death: Death) -> None:
        self._database = database
        self._death = death

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        self._death.step()
        async with self._database.transaction() as connection:
            yield connection
            self._death.step()
        self._death.step()

    reading = transaction


class MortalTransport:
    """The way to the other services: a call may not be made, or its answer may never arrive."""

    def __init__(self, transport: Any, death: Death) -> None:
        self._transport = transport
        self._death = death

    async def call(self, *arguments: Any, **named: Any) -> Any:
        self._death.step()
        answer = await self._transport.call(*arguments, **named)
        self._death.step()
        return answer
