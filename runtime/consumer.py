"""What stands between a queue and a handler: one transaction per batch, inbox keys inside it, single tries when a batch fails, parking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from opentelemetry import propagate, trace
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.message import Envelope, Message
from contracts.topology import MESSAGES, Queue
from kernel.errors import DomainError
from runtime.bus import RETRY_DELAYS_SECONDS, ConsumerUnavailable, Delivery
from runtime.database import Database, driver_connection, is_outage
from runtime.identifiers import new_id
from runtime.outbox import Outbox
from runtime.tables import Plumbing
from runtime.telemetry import MESSAGES_CONSUMED

log = structlog.get_logger(__name__)
tracer = trace.get_tracer("huitong.bus")


@dataclass(frozen=True, slots=True)
class Received:
    """A message with the envelope it came in."""

    envelope: Envelope
    message: Message


Handler = Callable[[AsyncConnection, Sequence[Received]], Awaitable[None]]
Refused = Callable[[AsyncConnection, Received, DomainError], Awaitable[None]]


class Consumer:
    """Processes the deliveries of one queue. A batch is handled whole in one transaction; if that fails, one by one."""

    def __init__(self, queue: Queue, handler: Handler, database: Database, plumbing: Plumbing, outbox: Outbox, refused: Refused | None = None) -> None:
        self.queue = queue
        self._handler = handler
        self._database = database
        self._plumbing = plumbing
        self._outbox = outbox
        self._refused = refused

    async def process(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Commit or park every delivery, or give it back to be tried again. Raises `ConsumerUnavailable`."""
        try:
            await self._in_one_transaction(deliveries)
            return []
        except Exception as error:
            if is_outage(error):
                raise ConsumerUnavailable from error
            if len(deliveries) == 1:
                return await self._failed(deliveries[0], error)
        again: list[Delivery] = []
        for delivery in deliveries:
            again.extend(await self.process([delivery]))
        return again

    async def _in_one_transaction(self, deliveries: Sequence[Delivery]) -> None:
        first = deliveries[0].envelope
        parent = propagate.extract({"traceparent": first.traceparent} if first.traceparent else {})
        with tracer.start_as_current_span(f"consume {self.queue.name}", context=parent) as span:
            span.set_attribute("messaging.batch.message_count", len(deliveries))
            async with self._database.transaction() as connection:
                fresh = await self._claim(connection, [delivery.envelope.id for delivery in deliveries])
                received = []
                for delivery in deliveries:
                    if delivery.envelope.id in fresh:
                        fresh.discard(delivery.envelope.id)
                        received.append(Received(delivery.envelope, read_message(delivery.envelope)))
                if received:
                    await self._handler(connection, received)
            self._outbox.committed()
        for delivery in deliveries:
            MESSAGES_CONSUMED.labels(self.queue.service, delivery.envelope.name, "done").inc()

    async def _claim(self, connection: AsyncConnection, message_ids: Sequence[UUID]) -> set[UUID]:
        raw = await driver_connection(connection)
        rows = await raw.fetch(
            f"INSERT INTO {self._plumbing.inbox.fullname} (queue, message_id) SELECT $1, unnest($2::uuid[]) "
            "ON CONFLICT DO NOTHING RETURNING message_id",
            self.queue.name,
            sorted(set(message_ids)),
        )
        return {row["message_id"] for row in rows}

    async def _failed(self, delivery: Delivery, error: Exception) -> list[Delivery]:
        final = isinstance(error, DomainError | ValueError | LookupError) or delivery.attempt >= len(RETRY_DELAYS_SECONDS)
        if not final:
            log.warning("message failed, will be tried again", queue=self.queue.name, message=delivery.envelope.name, error=repr(error))
            return [delivery]
        log.error("message parked", queue=self.queue.name, message=delivery.envelope.name, error=repr(error))
        try:
            async with self._database.transaction() as connection:
                if await self._claim(connection, [delivery.envelope.id]):
                    await self._park(connection, delivery, error)
            self._outbox.committed()
        except Exception as trouble:
            if is_outage(trouble):
                raise ConsumerUnavailable from trouble
            raise
        MESSAGES_CONSUMED.labels(self.queue.service, delivery.envelope.name, "parked").inc()
        return []

    async def _park(self, connection: AsyncConnection, delivery: Delivery, error: Exception) -> None:
        code = error.code if isinstance(error, DomainError) else "message.failed"
        await connection.execute(
            self._plumbing.parked.insert(),
            {
                "id": new_id(),
                "queue": self.queue.name,
                "message_id": delivery.envelope.id,
                "name": delivery.envelope.name,
                "envelope": delivery.envelope.model_dump_json().encode(),
                "code": code,
                "reason": str(error)[:2000],
                "attempts": delivery.attempt + 1,
            },
        )
        if self._refused is not None and isinstance(error, DomainError):
            await self._refused(connection, Received(delivery.envelope, read_message(delivery.envelope)), error)

    async def park_unreadable(self, payload: bytes, reason: str, attempts: int) -> None:
        """Keep a payload that no code could read, or that the broker gave up on, where an operator sees it."""
        async with self._database.transaction() as connection:
            await connection.execute(
                self._plumbing.parked.insert(),
                {
                    "id": new_id(),
                    "queue": self.queue.name,
                    "name": "unreadable",
                    "envelope": payload,
                    "code": "message.unreadable",
                    "reason": reason[:2000],
                    "attempts": attempts,
                },
            )
        MESSAGES_CONSUMED.labels(self.queue.service, "unreadable", "parked").inc()

    async def replay(self, parked_id: UUID) -> bool:
        """Handle a parked message again, in one transaction with marking it resolved. False if there is no such open row."""
        table = self._plumbing.parked
        async with self._database.transaction() as connection:
            row = (
                await connection.execute(
                    table.select().where(table.c.id == parked_id, table.c.queue == self.queue.name, table.c.resolved_at.is_(None)).with_for_update()
                )
            ).first()
            if row is None or row.message_id is None:
                return False
            envelope = Envelope.model_validate_json(row.envelope)
            await self._handler(connection, [Received(envelope, read_message(envelope))])
            await connection.exec_driver_sql(f"UPDATE {table.fullname} SET resolved_at = now() WHERE id = $1", (parked_id,))
        self._outbox.committed()
        return True


def read_message(envelope: Envelope) -> Message:
    """The typed message of an envelope. Raises `ValueError` for a name or body that no contract knows."""
    contract = MESSAGES.get(envelope.name)
    if contract is None:
        raise ValueError(f"no contract named {envelope.name}")
    return contract.model_validate(envelope.body)
