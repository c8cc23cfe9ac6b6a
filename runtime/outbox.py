"""The outbox: messages leave a service only from rows that were committed together with what they tell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from opentelemetry import propagate
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.message import Envelope, Message
from contracts.topology import routing_key
from kernel.clock import Clock
from runtime.database import driver_connection
from runtime.identifiers import new_id
from runtime.tables import Plumbing


class Outbox:
    """Writes outbox rows, and wakes the relay once they may have been committed."""

    def __init__(self, plumbing: Plumbing, clock: Clock) -> None:
        self._table = plumbing.outbox
        self._clock = clock
        self.wake = asyncio.Event()

    def row(
        self, message: Message, *, message_id: UUID | None = None, business_date: date | None = None, cause: str | None = None
    ) -> dict[str, Any]:
        """The outbox row of one message."""
        envelope = Envelope(
            id=message_id or new_id(),
            name=message.NAME,
            business_date=business_date,
            occurred_at=self._clock.now(),
            cause=cause,
            traceparent=current_traceparent(),
            body=message.model_dump(mode="json"),
        )
        return {"message_id": envelope.id, "routing_key": routing_key(message), "envelope": envelope.model_dump_json().encode()}

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
        await connection.execute(insert(self._table), self.row(message, message_id=message_id, business_date=business_date, cause=cause))

    async def add_many(self, connection: AsyncConnection, rows: Iterable[dict[str, Any]]) -> None:
        """Add many rows made by `row` in one statement."""
        batch = list(rows)
        if not batch:
            return
        raw = await driver_connection(connection)
        await raw.execute(
            f"INSERT INTO {self._table.fullname} (message_id, routing_key, envelope) SELECT * FROM unnest($1::uuid[], $2::text[], "
            f"$3::bytea[])",
            [row["message_id"] for row in batch],
            [row["routing_key"] for row in batch],
            [row["envelope"] for row in batch],
        )

    def committed(self) -> None:
        """Say that a transaction with outbox rows has been committed."""
        self.wake.set()


def current_traceparent() -> str | None:
    """The W3C trace context of the running span, if there is one."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")
