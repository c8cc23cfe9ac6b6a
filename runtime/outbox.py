"""The outbox: messages leave a service only from rows that were committed together with what they tell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Raw
from opentelemetry import trace
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.message import Envelope, Message
from contracts.topology import routing_key
from kernel.clock import Clock
from runtime.database import driver_connection
from runtime.identifiers import new_id
from runtime.tables import Plumbing

COLUMNS = ("message_id", "routing_key", "envelope")


def adding(plumbing: Plumbing, rows: str, *, called: str = "told") -> str:
    """The table expressions that add the outbox rows which the statement `rows` yields (its columns: `COLUMNS`) and let them wait for the
    relay. The first, `called` so, has a row for each."""
    return (
        f"{called} AS (INSERT INTO {plumbing.outbox.fullname} ({', '.join(COLUMNS)}) {rows} RETURNING sequence), "
        f"{called}_waiting AS (INSERT INTO {plumbing.outbox_waiting.fullname} (sequence) SELECT sequence FROM {called})"
    )


def add_many_statement(plumbing: Plumbing) -> str:
    """The statement that adds many rows at once; its parameters are their columns, as arrays."""
    return f"WITH {adding(plumbing, 'SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[])')} SELECT"


class Outbox:
    """Writes outbox rows, and wakes the relay once they may have been committed."""

    def __init__(self, plumbing: Plumbing, clock: Clock) -> None:
        self._clock = clock
        self._add = f"WITH {adding(plumbing, 'VALUES ($1::uuid, $2, $3)')} SELECT"
        self._add_many = add_many_statement(plumbing)
        self.wake = asyncio.Event()
        self.added = 0
        """How often rows were added: whoever sees it unchanged has added none."""

    def row(
        self,
        message: Message,
        *,
        message_id: UUID | None = None,
        business_date: date | None = None,
        cause: str | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """The outbox row of one message, its columns in their order; `body` is its JSON where a caller has written that already.
        Fields at their defaults are left out."""
        envelope = Envelope(
            id=message_id or new_id(),
            name=message.NAME,
            business_date=business_date,
            occurred_at=self._clock.now(),
            cause=cause,
            traceparent=current_traceparent(),
            body=Raw(body or message.model_dump_json(exclude_defaults=True)),
        )
        return {"message_id": envelope.id, "routing_key": routing_key(message), "envelope": envelope.encode()}

    async def add(
        self,
        connection: AsyncConnection,
        message: Message,
        *,
        message_id: UUID | None = None,
        business_date: date | None = None,
        cause: str | None = None,
    ) -> None:
        """Add one message to the transaction of `connection`."""
        row = self.row(message, message_id=message_id, business_date=business_date, cause=cause)
        raw = await driver_connection(connection)
        await raw.execute(self._add, *row.values())
        self.added += 1

    async def add_many(self, connection: AsyncConnection, rows: Iterable[dict[str, Any]]) -> None:
        """Add many rows made by `row` at once."""
        batch = list(rows)
        if not batch:
            return
        self.added += 1
        raw = await driver_connection(connection)
        await raw.execute(self._add_many, *([row[name] for row in batch] for name in COLUMNS))

    def committed(self) -> None:
        """Say that a transaction with outbox rows has been committed."""
        self.wake.set()


def current_traceparent() -> str | None:
    """The W3C trace context of the running span, if there is one."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{trace.format_trace_id(context.trace_id)}-{trace.format_span_id(context.span_id)}-{context.trace_flags:02x}"
