"""A process that may die between any two steps: its database and its ways to the other services; and a service of the bank that does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from launch.catalogue import service_named
from launch.wiring import Bank, assemble


class Died(Exception):
    """The process is gone."""


class Gone(Died, OSError):
    """The process is gone, as the bus and its callers see it: nobody answers."""


class Death:
    """Lets so many steps pass; from then on nothing works any more, not even cleaning up."""

    def __init__(self, after: int, error: type[Died] = Died) -> None:
        self.left = after
        self.struck = asyncio.Event()
        self.place = ""
        self._error = error

    def step(self, place: str = "") -> None:
        if self.left <= 0:
            self.place = self.place or place
            self.struck.set()
            raise self._error
        self.left -= 1

    @property
    def came(self) -> bool:
        return self.left <= 0


class MortalDatabase:
    """The service's database, as a process sees it that may die before and after every transaction and before every commit."""

    def __init__(self, database: Any, death: Death, user: str = "") -> None:
        self._database = database
        self._user = user
        self.death = death

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        self.death.step(f"{self._user} before")
        async with self._database.transaction() as connection:
            yield connection
            self.death.step(f"{self._user} not committed")
        self.death.step(f"{self._user} committed")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self.transaction() as connection:
            yield connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


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


IMMORTAL = 10**9


class MortalService:
    """A service of a bank in one process: doomed, it dies at a step of its database; started anew, it has nothing of the dead one but what
    that had committed."""

    def __init__(self, bank: Bank, name: str, url: str) -> None:
        self._bank = bank
        self._name = name
        self._url = url
        self._databases: list[MortalDatabase] = []

    async def restart(self) -> None:
        """End what runs, and start the service anew in its place."""
        bank, name = self._bank, self._name
        await bank.applications[name].stop()
        application = assemble(service_named(name), bank.settings, bank.transport, bank.bus, bank.clock, self._url)
        resources = application.resources
        mortal = {each: MortalDatabase(resources.database, Death(IMMORTAL), each) for each in (name, *resources.consumers)}
        resources.database = mortal[name]  # type: ignore[assignment]
        for queue, consumer in resources.consumers.items():
            consumer._database = mortal[queue]  # type: ignore[assignment]
        self._databases = list(mortal.values())
        bank.applications[name] = application
        bank.transport.mount(name, application.app)
        await application.start()

    def doom(self, after: int) -> Death:
        """Let the service die after so many more steps of its database."""
        death = Death(after, Gone)
        for database in self._databases:
            database.death = death
        return death
