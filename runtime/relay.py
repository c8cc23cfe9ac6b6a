"""The relay: claims committed outbox rows, publishes them in bundles with confirms, then marks them."""

from __future__ import annotations

import asyncio
from itertools import groupby

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus import Bundle, Bus, Unroutable
from runtime.database import Database, driver_connection
from runtime.outbox import Outbox
from runtime.tables import Plumbing

log = structlog.get_logger(__name__)
BUNDLE_LIMIT = 200


class Relay:
    """Moves the outbox of one service onto the bus until it is stopped. Several may run side by side: rows are claimed with SKIP LOCKED."""

    def __init__(self, database: Database, plumbing: Plumbing, outbox: Outbox, bus: Bus, *, batch: int = 1000, idle_seconds: float = 1.0) -> None:
        self._database = database
        self._table = plumbing.outbox.fullname
        self._outbox = outbox
        self._bus = bus
        self._batch = batch
        self._idle_seconds = idle_seconds

    async def run(self) -> None:
        """Run until cancelled; outages are waited out."""
        pause_seconds = 0.1
        while True:
            try:
                self._outbox.wake.clear()
                moved = await self.move_once()
                pause_seconds = 0.1
                if moved == 0:
                    await self._wait()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("relay waits", table=self._table, error=repr(error))
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, 5.0)

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._outbox.wake.wait(), self._idle_seconds)
        except TimeoutError:
            return

    async def move_once(self) -> int:
        """Publish one batch; returns how many rows were published."""
        async with self._database.transaction() as connection:
            raw = await driver_connection(connection)
            rows = await raw.fetch(
                f"SELECT sequence, routing_key, envelope FROM {self._table} WHERE published_at IS NULL "
                "AND (attempts = 0 OR created_at + least(attempts, 60) * interval '1 second' < now()) "
                "ORDER BY sequence LIMIT $1 FOR UPDATE SKIP LOCKED",
                self._batch,
            )
            if not rows:
                return 0
            groups: list[tuple[Bundle, list[int]]] = []
            for key, members in groupby(sorted(rows, key=lambda row: (row["routing_key"], row["sequence"])), key=lambda row: row["routing_key"]):
                listed = list(members)
                for start in range(0, len(listed), BUNDLE_LIMIT):
                    part = listed[start : start + BUNDLE_LIMIT]
                    groups.append((Bundle(key, tuple(row["envelope"] for row in part)), [row["sequence"] for row in part]))
            outcomes = await asyncio.gather(*(self._bus.publish(bundle) for bundle, _ in groups), return_exceptions=True)
            return await self._mark(connection, groups, outcomes)

    async def _mark(self, connection: AsyncConnection, groups: list[tuple[Bundle, list[int]]], outcomes: list[BaseException | None]) -> int:
        raw = await driver_connection(connection)
        published: list[int] = []
        for (bundle, sequences), outcome in zip(groups, outcomes, strict=True):
            if outcome is None:
                published.extend(sequences)
                continue
            if isinstance(outcome, asyncio.CancelledError):
                raise outcome
            reason = f"unroutable: {bundle.routing_key}" if isinstance(outcome, Unroutable) else repr(outcome)[:500]
            log.error("not published", table=self._table, routing_key=bundle.routing_key, reason=reason)
            await raw.execute(
                f"UPDATE {self._table} SET attempts = attempts + 1, problem = $2 WHERE sequence = ANY($1::bigint[])",
                sequences,
                reason,
            )
        if published:
            await raw.execute(
                f"UPDATE {self._table} SET published_at = now(), problem = NULL WHERE sequence = ANY($1::bigint[])",
                published,
            )
        return len(published)
