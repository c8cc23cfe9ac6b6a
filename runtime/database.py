"""One PostgreSQL role and schema per service; one request or message is one transaction of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import MetaData
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata(schema: str) -> MetaData:
    """Metadata whose tables lie in the schema of one service."""
    return MetaData(schema=schema, naming_convention=NAMING)


class Database:
    """The connections of one service to its schema: twice `pool_size`, half of them for `guests`.

    Whoever waits for a connection, for the server or for a lock gives up after `patience_seconds`.
    """

    def __init__(self, url: str, *, pool_size: int = 10, application: str = "huitong", patience_seconds: float = 15.0) -> None:
        parsed = make_url(url).set(drivername="postgresql+asyncpg")
        self._guests = asyncio.Semaphore(pool_size)
        self._patience_seconds = patience_seconds
        self.engine: AsyncEngine = create_async_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=patience_seconds,
            hide_parameters=True,
            connect_args={
                "server_settings": {
                    "application_name": application,
                    "lock_timeout": f"{patience_seconds * 1000:.0f}",
                    "statement_timeout": "120s",
                    "jit": "off",
                },
                "timeout": patience_seconds,
            },
        )

    @asynccontextmanager
    async def guest(self) -> AsyncIterator[None]:
        """A place among those who come from outside and ask other services while they hold a connection.

        There are only half as many places as connections: what the other services ask back always finds one. Without that, as many callers
        as connections would wait for each other. Raises the pool's own error when no place comes free in time.
        """
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._guests.acquire()
        except TimeoutError as error:
            raise PoolTimeout("no place for another request came free in time") from error
        try:
            yield
        finally:
            self._guests.release()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction: committed when the block ends, rolled back when it raises."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading: one consistent snapshot, nothing can be written through it."""
        async with self.engine.connect() as connection:
            connection = await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @asynccontextmanager
    async def preview(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is always rolled back."""
        async with self.engine.connect() as connection:
            transaction = await connection.begin()
            try:
                yield connection
            finally:
                await transaction.rollback()

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[AsyncConnection]:
        """A transaction beside the running one, on a connection outside of the pool: for what must stay written though the other fails."""
        engine = create_async_engine(self.engine.url, poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                yield connection
        finally:
            await engine.dispose()

    async def close(self) -> None:
        await self.engine.dispose()


async def driver_connection(connection: AsyncConnection) -> asyncpg.Connection:
    """The asyncpg connection under a SQLAlchemy connection, in the same transaction: for hot paths."""
    raw: Any = await connection.get_raw_connection()
    driver: asyncpg.Connection = raw.driver_connection
    if not driver.is_in_transaction():
        # SQLAlchemy sends BEGIN with its first statement; what the driver did before that would stand outside of the transaction.
        await connection.exec_driver_sql("SELECT")
    return driver


def array_text(items: Iterable[str]) -> str:
    """Identifiers or numbers as an array that PostgreSQL reads from text (`$1::text::uuid[]`): a list is taken apart by the driver item by
    item, which costs more than the statement.

    It is to be joined (`FROM unnest(...)`): in a condition it would be read anew for every row. Raises `ValueError` for other texts, which
    would have to be quoted.
    """
    listed = list(items)
    text = ",".join(listed)
    plain = text.replace(",", "").replace("-", "").isalnum() and all(listed)
    if listed and not (plain and text.count(",") == len(listed) - 1):
        raise ValueError("only digits, letters and dashes stand in an array text")
    return "{" + text + "}"


OUTAGES = (
    OSError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


def is_outage(error: BaseException) -> bool:
    """Whether an error says that the database could not be reached, rather than that the statement was wrong."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    original = getattr(error, "orig", None)
    causes = (error, original, error.__cause__, getattr(original, "__cause__", None))
    return any(isinstance(cause, OUTAGES) or _connection_closed(cause) for cause in causes)


def _connection_closed(cause: BaseException | None) -> bool:
    # The driver has one class for a lost connection and for a value that does not fit its parameter; only the text tells them apart.
    return isinstance(cause, asyncpg.InterfaceError) and "connection is closed" in str(cause)
