"""A small service for the bus to work on: it writes every message it handles into a table, and can be told to have trouble."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aio_pika
from sqlalchemy import BigInteger, Column, Identity, String, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.ledger import Posted
from contracts.message import Message
from contracts.topology import Queue
from kernel.clock import SystemClock
from kernel.errors import DomainError
from runtime.amqp.layout import parking_name, retry_name
from runtime.bus import Bus, Delivery, Subscription
from runtime.bus_amqp import AmqpBus
from runtime.bus_local import LocalBus
from runtime.consumer import Consumer, Received
from runtime.database import Database, service_metadata
from runtime.outbox import Outbox
from runtime.relay import Relay
from runtime.tables import plumbing_tables
from tests.support.waiting import until

RETRY_DELAYS_SECONDS = (0.05, 0.1, 0.15, 0.2)
METADATA = service_metadata("bus_test")
PLUMBING = plumbing_tables(METADATA)
APPLIED = Table("applied", METADATA, Column("sequence", BigInteger, Identity(), primary_key=True), Column("number", String, nullable=False))
REFUSED = Table("refused", METADATA, Column("number", String, nullable=False), Column("code", String, nullable=False))


def posted(number: str, outlet: str = "0201") -> Posted:
    """A message that is told apart by its transaction number."""
    return Posted(
        posting_id=uuid4(), origin="savings", rule="test", business_date=date(2005, 6, 1), currency="CNY", outlet=outlet,
        transaction_number=number, control_total_minor=100,
    )  # fmt: skip


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Node:
    """One process: a bus, a relay and, if it consumes, a consumer. It notes every delivery it gets."""

    world: World
    bus: Bus
    database: Database
    consumer: Consumer
    seen: list[Delivery] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    relaying: asyncio.Task[None] | None = None
    after_commit: Callable[[], None] = lambda: None

    async def consume(self) -> Node:
        await self.bus.subscribe(Subscription(self.consumer.queue, self._process, self.consumer.park))
        return self

    async def _process(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        self.seen.extend(deliveries)
        try:
            again = await self.consumer.process(deliveries)
        except Exception as error:
            self.failures.append(error)
            raise
        self.after_commit()
        return again

    def relay(self, batch: int = 1000) -> Node:
        """Begin to empty the outbox."""
        relay = Relay(self.database, PLUMBING, self.world.outbox, self.bus, batch=batch, idle_seconds=0.05)
        self.relaying = asyncio.create_task(relay.run())
        return self

    async def stop(self) -> None:
        if self.relaying is not None:
            self.relaying.cancel()
            await asyncio.gather(self.relaying, return_exceptions=True)
            self.relaying = None
        await self.bus.stop()
        await self.database.close()


class World:
    """The test service over one kind of bus."""

    def __init__(self, kind: str, database_url: str, broker_url: str | None) -> None:
        self.kind = kind
        self.database_url = database_url
        self.broker_url = broker_url
        self.database = Database(database_url)
        self.outbox = Outbox(PLUMBING, SystemClock())
        self.queue = self.make_queue(Posted)
        self.queues = [self.queue]
        self.tries: Counter[str] = Counter()
        self.trouble: dict[str, Callable[[], Exception | None]] = {}
        self.nodes: list[Node] = []

    def make_queue(self, message: type[Message], shards: int = 1) -> Queue:
        return Queue(f"test.{uuid4().hex[:8]}", "test", (message,), shards=shards, batch=200)

    async def node(self, *, queue: Queue | None = None, database_url: str | None = None, broker_url: str | None = None) -> Node:
        """A started process that does not consume or relay yet; over AMQP its queue is declared."""
        queue = queue or self.queue
        if queue not in self.queues:
            self.queues.append(queue)
        database = Database(database_url or self.database_url, pool_size=5)
        bus: Bus = LocalBus(RETRY_DELAYS_SECONDS)
        if self.kind == "amqp":
            bus = AmqpBus(broker_url or str(self.broker_url), retry_delays_seconds=RETRY_DELAYS_SECONDS, queues=[queue])
        consumer = Consumer(queue, self._handle, database, PLUMBING, self.outbox, self._refuse)
        node = Node(self, bus, database, consumer)
        self.nodes.append(node)
        await bus.start()
        return node

    async def _handle(self, connection: AsyncConnection, received: Sequence[Received]) -> None:
        for one in received:
            number = one.message.transaction_number  # type: ignore[attr-defined]
            await connection.execute(APPLIED.insert(), {"number": number})
            self.tries[number] += 1
            if (trouble := self.trouble.get(number)) and (error := trouble()):
                raise error

    async def _refuse(self, connection: AsyncConnection, received: Received, error: DomainError) -> None:
        number = received.message.transaction_number  # type: ignore[attr-defined]
        await connection.execute(REFUSED.insert(), {"number": number, "code": error.code})

    async def send(self, *messages: Message, message_id: UUID | None = None) -> None:
        """Commit messages to the outbox."""
        async with self.database.transaction() as connection:
            await self.outbox.add_many(connection, [self.outbox.row(message, message_id=message_id) for message in messages])
        self.outbox.committed()

    async def rows(self, query: str) -> list[tuple]:
        async with self.database.reading() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    async def applied(self) -> list[str]:
        """The numbers of the handled messages in the order they were handled."""
        return [number for (number,) in await self.rows("SELECT number FROM bus_test.applied ORDER BY sequence")]

    async def parked(self) -> list[tuple]:
        """Name, code, reason, attempts and id of what is parked and not resolved."""
        return await self.rows("SELECT name, code, reason, attempts, id FROM bus_test.parked WHERE resolved_at IS NULL ORDER BY 5")

    async def outbox_waiting(self) -> int:
        return (await self.rows("SELECT count(*) FROM bus_test.outbox_waiting"))[0][0]

    async def until_applied(self, count: int) -> list[str]:
        """Wait until at least so many messages are handled and the outbox is empty."""

        async def done() -> bool:
            return len(await self.applied()) >= count and await self.outbox_waiting() == 0

        await until(done, f"{count} messages handled")
        return await self.applied()

    async def until_parked(self, count: int) -> list[tuple]:
        async def done() -> bool:
            return len(await self.parked()) >= count

        await until(done, f"{count} messages parked")
        return await self.parked()

    async def close(self) -> None:
        for node in self.nodes:
            await node.stop()
        await self.database.close()
        if self.kind == "amqp":
            await self._delete_queues()

    async def _delete_queues(self) -> None:
        connection = await aio_pika.connect(self.broker_url)
        async with connection, connection.channel() as channel:
            for name in [name for queue in self.queues for name in queue.shard_names()]:
                for one in (name, parking_name(name), *(retry_name(name, delay) for delay in RETRY_DELAYS_SECONDS)):
                    await channel.queue_delete(one)


class Proxy:
    """A way to a server that can be cut, or told to keep the server's answers back."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0
        self.answers_kept = False

    @property
    def url(self) -> str:
        login = self._target.netloc.rpartition("@")[0]
        return self._target._replace(netloc=f"{login}@127.0.0.1:{self._port}").geturl()

    async def open(self) -> Proxy:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.answers_kept = False
        return self

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers |= {writer, there_writer}
        await asyncio.gather(self._pump(reader, there_writer, False), self._pump(there_reader, writer, True), return_exceptions=True)
        self._writers -= {writer, there_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool) -> None:
        try:
            while data := await reader.read(65536):
                if not (answers and self.answers_kept):
                    writer.write(data)
                    await writer.drain()
        finally:
            writer.close()
