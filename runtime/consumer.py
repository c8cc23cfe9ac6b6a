"""What stands between a queue and a handler: one transaction per batch, inbox keys inside it, halving when a batch fails, parking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.message import Envelope, Message, decode_envelope
from contracts.reading import read_body
from contracts.topology import MESSAGES, Queue
from kernel.errors import DomainError, Kind
from runtime.bus import RETRY_DELAYS_SECONDS, ConsumerUnavailable, Delivery
from runtime.database import Database, array_text, driver_connection, is_outage
from runtime.identifiers import derived_id, new_id
from runtime.intake import Unreadable, read_payload
from runtime.outbox import Outbox
from runtime.tables import Plumbing
from runtime.telemetry import MESSAGES_CONSUMED
from runtime.turns import in_turns, side_by_side

log = structlog.get_logger(__name__)
tracer = trace.get_tracer("huitong.bus")


class Received(NamedTuple):
    """A message with the envelope it came in, and what `Ahead` made of it."""

    envelope: Envelope
    message: Message
    ahead: Any = None


Handler = Callable[[AsyncConnection, Sequence[Received]], Awaitable[None]]
Ahead = Callable[[Received], Any]
"""Does what can be done with a message before its turn, without a transaction: a handler must be able to do without it."""
Refused = Callable[[AsyncConnection, Received, DomainError], Awaitable[None]]


class Consumer:
    """Processes the deliveries of one queue: a batch in one transaction; if that fails, in halves, down to what fails alone."""

    def __init__(
        self,
        queue: Queue,
        handler: Handler,
        database: Database,
        plumbing: Plumbing,
        outbox: Outbox,
        refused: Refused | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self.queue = queue
        self._handler = handler
        self._database = database
        self._plumbing = plumbing
        self._outbox = outbox
        self._refused = refused
        self._ahead = ahead

    def look(self, delivery: Delivery) -> Delivery:
        """Read a delivery before its turn. What cannot be read is left as it is: its turn will say why."""
        try:
            received = _received(delivery)
            ahead = self._ahead(received) if self._ahead else None
            return Delivery(received.envelope, delivery.attempt, Received(received.envelope, received.message, ahead))
        except Exception:
            return delivery

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
        middle = len(deliveries) // 2
        return [*await self.process(deliveries[:middle]), *await self.process(deliveries[middle:])]

    async def _in_one_transaction(self, deliveries: Sequence[Delivery]) -> None:
        added = self._outbox.added
        with self._span(deliveries):
            async with self._database.transaction() as connection:
                received = await self._fresh(connection, deliveries)
                if received:
                    await self._handler(connection, received)
            if self._outbox.added != added:
                self._outbox.committed()
        for name, count in Counter([one.envelope.name for one in received]).items():
            MESSAGES_CONSUMED.labels(self.queue.service, name, "done").inc(count)

    async def _fresh(self, connection: AsyncConnection, deliveries: Sequence[Delivery]) -> list[Received]:
        """The messages nobody has handled yet, each once: read while the database looks for their keys. Raises `ValueError`."""
        once = {delivery.envelope.id: delivery for delivery in deliveries}
        handled, received = await side_by_side(self._claim(connection, list(once)), in_turns(list(once.values()), _received))
        return [each for each in received if each.envelope.id not in handled] if handled else received

    @contextmanager
    def _span(self, deliveries: Sequence[Delivery]) -> Iterator[None]:
        """A span in the trace of the first delivery, linked to those of the others. Texts of exceptions quote values, so it takes none."""
        first, *others = (delivery.envelope.traceparent for delivery in deliveries)
        with tracer.start_as_current_span(
            f"consume {self.queue.name}",
            context=_context_of(first),
            kind=SpanKind.CONSUMER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            if span.is_recording():
                span.set_attribute("messaging.batch.message_count", len(deliveries))
                for traceparent in filter(None, others):
                    span.add_link(trace.get_current_span(_context_of(traceparent)).get_span_context())
            try:
                yield
            except Exception as error:
                span.set_status(StatusCode.ERROR, type(error).__name__)
                raise

    async def _claim(self, connection: AsyncConnection, message_ids: Sequence[UUID]) -> set[UUID]:
        """Take the keys of messages in the inbox; gives those that have been taken before: there are hardly ever any to tell of."""
        listed = array_text(sorted(message_id.hex for message_id in message_ids))
        raw = await driver_connection(connection)
        rows = await raw.fetch(
            "WITH given AS MATERIALIZED (SELECT unnest($2::text::uuid[]) AS message_id), "
            f"taken AS (INSERT INTO {self._plumbing.inbox.fullname} (queue, message_id) SELECT $1, message_id FROM given "
            "ON CONFLICT DO NOTHING RETURNING message_id) "
            "SELECT message_id FROM given WHERE message_id NOT IN (SELECT message_id FROM taken)",
            self.queue.name,
            listed,
        )
        return {row[0] for row in rows}

    async def _failed(self, delivery: Delivery, error: Exception) -> list[Delivery]:
        name, last = delivery.envelope.name, delivery.attempt >= len(RETRY_DELAYS_SECONDS)
        if not last and not _is_final(error):
            log.warning("message failed, will be tried again", queue=self.queue.name, message=name, error=repr(error))
            return [delivery]
        try:
            await self._refuse(delivery, error, last=last)
        except Exception as trouble:
            if is_outage(trouble):
                raise ConsumerUnavailable from trouble
            if last:
                raise
            log.warning("message could not be parked, will be tried again", queue=self.queue.name, message=name, error=repr(trouble))
            return [delivery]
        return []

    async def _refuse(self, delivery: Delivery, error: Exception, *, last: bool) -> None:
        """Park in one transaction with what the service says about a refusal. On the last try it is parked even if that cannot be said."""
        envelope = delivery.envelope
        code = error.code if isinstance(error, DomainError) else "message.failed"
        async with self._database.transaction() as connection:
            if await self._claim(connection, [envelope.id]):
                return
            await self._keep(connection, envelope, code, str(error) or repr(error), delivery.attempt + 1)
            if self._refused is not None and isinstance(error, DomainError):
                try:
                    async with connection.begin_nested():
                        await self._refused(connection, Received(envelope, read_message(envelope)), error)
                except Exception as trouble:
                    if not last or is_outage(trouble):
                        raise
                    log.error("refusal could not be told", queue=self.queue.name, message=envelope.name, error=repr(trouble))
        self._outbox.committed()
        log.error("message parked", queue=self.queue.name, message=envelope.name, error=repr(error))

    async def park(self, payload: bytes, reason: str, attempts: int) -> None:
        """Keep what no code could read, or what the broker gave up on, where an operator sees it. Parking the same again changes nothing.

        Messages that can be read are kept one by one, unless they were processed after all, and can be replayed.
        """
        async with self._database.transaction() as connection:
            for item in read_payload(payload):
                if isinstance(item, Unreadable):
                    key, kept, code = derived_id("unreadable", sha256(item.payload).hexdigest()), item.payload, "message.unreadable"
                else:
                    key, kept, code = item.envelope.id, item.envelope, "message.given_up"
                if not await self._claim(connection, [key]):
                    await self._keep(connection, kept, code, reason, attempts)
        log.error("payload parked", queue=self.queue.name, reason=reason[:500])

    async def _keep(self, connection: AsyncConnection, kept: Envelope | bytes, code: str, reason: str, attempts: int) -> None:
        if isinstance(kept, bytes):
            message_id, name, payload = None, "unreadable", kept
        else:
            message_id, name, payload = kept.id, kept.name, kept.encode()
        await connection.execute(
            self._plumbing.parked.insert(),
            {
                "id": new_id(),
                "queue": self.queue.name,
                "message_id": message_id,
                "name": name,
                "envelope": payload,
                "code": code,
                "reason": reason[:2000],
                "attempts": attempts,
            },
        )
        MESSAGES_CONSUMED.labels(self.queue.service, name, "parked").inc()

    async def replay(self, parked_id: UUID) -> bool:
        """Handle a parked message again, in one transaction with marking it resolved. False if there is no such open row."""
        table = self._plumbing.parked
        async with self._database.transaction() as connection:
            still_open = table.select().where(table.c.id == parked_id, table.c.queue == self.queue.name, table.c.resolved_at.is_(None))
            row = (await connection.execute(still_open.with_for_update())).first()
            if row is None or row.message_id is None:
                return False
            envelope = decode_envelope(row.envelope)
            await self._handler(connection, [Received(envelope, read_message(envelope))])
            await connection.exec_driver_sql(f"UPDATE {table.fullname} SET resolved_at = now() WHERE id = $1", (parked_id,))
        self._outbox.committed()
        return True


def _is_final(error: Exception) -> bool:
    """Whether another try cannot help: a refusal or a body that does not fit, but not a peer that is away for now."""
    if isinstance(error, DomainError):
        return error.type.kind is not Kind.UNAVAILABLE
    return isinstance(error, ValueError | LookupError)


def _received(delivery: Delivery) -> Received:
    """What is known of a delivery, or read of it now. Raises `ValueError`."""
    return delivery.known or Received(delivery.envelope, read_message(delivery.envelope))


def read_message(envelope: Envelope) -> Message:
    """The typed message of an envelope. Raises `ValueError` for a name or body that no contract knows."""
    contract = MESSAGES.get(envelope.name)
    if contract is None:
        raise ValueError(f"no contract named {envelope.name}")
    return read_body(contract, envelope.body)


def _context_of(traceparent: str | None) -> Context:
    return propagate.extract({"traceparent": traceparent} if traceparent else {}, context=Context())
