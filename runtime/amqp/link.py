"""A connection to the broker that comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from yarl import URL

from runtime.intake import end

log = structlog.get_logger(__name__)
CONNECT_TIMEOUT_SECONDS = 10.0
HEARTBEAT_SECONDS = 10
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0


async def _nothing(_connection: AbstractConnection) -> None:
    return None


class Link:
    """Keeps one connection open. After every connect `prepare` runs before anybody else gets the connection."""

    def __init__(self, url: str, name: str, prepare: Callable[[AbstractConnection], Awaitable[None]] = _nothing) -> None:
        address = URL(url)
        self._url = address if "heartbeat" in address.query else address.update_query(heartbeat=str(HEARTBEAT_SECONDS))
        self._name = name
        self._prepare = prepare
        self._connection: AbstractConnection | None = None
        self._up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def connection(self) -> AbstractConnection | None:
        """The connection, while there is one."""
        return self._connection

    async def wait_for_connection(self) -> AbstractConnection:
        """The connection, as soon as there is one."""
        while self._connection is None:
            await self._up.wait()
        return self._connection

    def start(self) -> None:
        """Begin to connect, unless that was begun before."""
        if self._task is not None:
            return
        self._task = asyncio.create_task(self._keep(), name=f"{self._name}.link")

    async def stop(self) -> None:
        """Close the connection for good."""
        if self._task is not None:
            await end(self._task, f"link {self._name}")
            self._task = None

    async def _keep(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._hold()
                pause_seconds = FIRST_PAUSE_SECONDS
            except Exception as error:
                # The address carries a password and is not logged.
                log.warning("the broker cannot be used now", link=self._name, host=self._url.host, port=self._url.port, error=repr(error))
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    async def _hold(self) -> None:
        """Connect and return when the connection is lost."""
        connection = await aio_pika.connect(self._url, timeout=CONNECT_TIMEOUT_SECONDS, client_properties={"connection_name": self._name})
        lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: lost.set())
        try:
            await self._prepare(connection)
            self._connection = connection
            self._up.set()
            await lost.wait()
            log.warning("connection to the broker lost", link=self._name)
        finally:
            self._connection = None
            self._up.clear()
            await connection.close()
