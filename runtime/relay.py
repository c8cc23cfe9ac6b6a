"""The relay: claims committed outbox rows, publishes them in bundles with confirms, then strikes them off what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import asyncpg
import structlog

from contracts.topology import bundle_key
from runtime.bus import Bundle, Bus, BusUnavailable, Undelivered, Unroutable
from runtime.database import Database, driver_connection
from runtime.outbox import Outbox
from runtime.tables import Plumbing
from runtime.turns import Pace

log = structlog.get_logger(__name__)
BUNDLE_LIMIT = 200
BUNDLE_LIMIT_BYTES = 1024 * 1024
LONGEST_PAUSE_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60.0
APART_SECONDS = 0.03
ROUNDS_AT_ONCE = 3
"""Full rounds under way together. Two end together when a consumer takes what both have brought, and it has nothing to do then."""
BY_INDEX = "SELECT " + ", ".join(
    f"set_config('enable_{plan}', 'off', true)" for plan in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin")
)
"""How many rows wait changes faster than any statistics: a plan that believes in few reads or sorts all there are for every batch."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """A row that could not be published: why, and how long it waits."""

    sequence: int
    problem: str
    seconds: float


class Relay:
    """Moves the outbox of one service onto the bus until it is stopped. Several may run side by side: rows are claimed with SKIP LOCKED."""

    def __init__(
        self, database: Database, plumbing: Plumbing, outbox: Outbox, bus: Bus, *, batch: int = 1000, idle_seconds: float = 1.0
    ) -> None:
        self._database = database
        self._table, self._waiting = plumbing.outbox.fullname, plumbing.outbox_waiting.fullname
        self._outbox = outbox
        self._bus = bus
        self._batch = batch
        self._idle_seconds = idle_seconds
        self._overflow = asyncio.Event()
        self._claiming = asyncio.Lock()

    async def run(self) -> None:
        """Run until cancelled; outages are waited out. As long as rounds are full, more are claimed while others are being published."""
        await asyncio.gather(self._run(), *(self._help() for _ in range(ROUNDS_AT_ONCE - 1)))

    async def _run(self) -> None:
        pace = Pace(APART_SECONDS)
        while True:
            await pace.begin()
            self._outbox.wake.clear()
            if await self._move() < self._batch:
                await self._wait()
            else:
                pace.was_full()

    async def _help(self) -> None:
        while True:
            await self._overflow.wait()
            self._overflow.clear()
            await self._move()

    async def _move(self) -> int:
        pause_seconds = 0.1
        while True:
            try:
                return await self.move_once()
            except Exception as error:
                log.warning("relay waits", table=self._table, error=repr(error))
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    async def _wait(self) -> None:
        # Not wait_for: before Python 3.12 it can lose a cancellation that comes together with the event.
        try:
            async with asyncio.timeout(self._idle_seconds):
                await self._outbox.wake.wait()
        except TimeoutError:
            return

    async def move_once(self) -> int:
        """Publish one batch; returns how many rows were published.

        The rows stay locked while they are published, so that no other relay takes them and a crash frees them; the bus bounds that time.
        Raises `BusUnavailable` once the rest is marked: rows the bus could not take wait unchanged, an outage is no failed try of theirs.
        """
        unavailable: BusUnavailable | None = None
        async with self._database.transaction() as connection:
            await connection.exec_driver_sql(BY_INDEX)
            raw = await driver_connection(connection)
            # Rounds that claimed side by side would share out what waits between them, and its order would be lost.
            async with self._claiming:
                groups = list(_bundles(await self._claim(raw)))
                publishing = [asyncio.create_task(self._bus.publish(bundle)) for bundle, _ in groups]
            outcomes = await asyncio.gather(*publishing, return_exceptions=True)
            published: list[int] = []
            postponed: list[Postponed] = []
            for (bundle, rows), outcome in zip(groups, outcomes, strict=True):
                if isinstance(outcome, BusUnavailable):
                    unavailable = outcome
                    continue
                if outcome is not None and not isinstance(outcome, Exception):
                    raise outcome
                waiting = list(_postponed(bundle, rows, outcome))
                postponed.extend(waiting)
                held = {row.sequence for row in waiting}
                published.extend(row["sequence"] for row in rows if row["sequence"] not in held)
            await self._mark(raw, published, postponed)
        if postponed:
            asyncio.get_running_loop().call_later(min(row.seconds for row in postponed), self._outbox.wake.set)
        if unavailable is not None:
            raise unavailable
        return len(published)

    async def _claim(self, raw: asyncpg.Connection) -> list[asyncpg.Record]:
        """The next rows that wait, taken from the front of their index."""
        rows = await raw.fetch(
            f"SELECT sequence, routing_key, envelope, attempts FROM (SELECT sequence, attempts FROM {self._waiting} "
            "WHERE retry_at IS NULL OR retry_at <= now() ORDER BY sequence LIMIT $1 FOR UPDATE SKIP LOCKED) AS claimed "
            f"JOIN {self._table} USING (sequence)",
            self._batch,
        )
        if len(rows) == self._batch:
            self._overflow.set()
        return rows

    async def _mark(self, raw: asyncpg.Connection, published: Sequence[int], postponed: Sequence[Postponed]) -> None:
        if published:
            await raw.execute(f"DELETE FROM {self._waiting} WHERE sequence = ANY($1::bigint[])", published)
        if postponed:
            log.warning("not published", table=self._table, rows=len(postponed), problem=postponed[0].problem)
            await raw.execute(
                f"UPDATE {self._waiting} AS waiting SET attempts = attempts + 1, problem = given.problem, "
                "retry_at = clock_timestamp() + given.seconds * interval '1 second' "
                "FROM unnest($1::bigint[], $2::text[], $3::float8[]) AS given (sequence, problem, seconds) "
                "WHERE waiting.sequence = given.sequence",
                [row.sequence for row in postponed],
                [row.problem for row in postponed],
                [row.seconds for row in postponed],
            )


def _bundles(rows: Sequence[Any]) -> Iterator[tuple[Bundle, list[Any]]]:
    """Rows in bundles that go the same way, in their order, limited in number and size."""
    ways = sorted((bundle_key(row["routing_key"]), row["sequence"], row) for row in rows)
    for key, members in groupby(ways, key=itemgetter(0)):
        part: list[Any] = []
        size_bytes = 0
        for _, _, row in members:
            if part and (len(part) == BUNDLE_LIMIT or size_bytes + len(row["envelope"]) > BUNDLE_LIMIT_BYTES):
                yield _bundle(key, part), part
                part, size_bytes = [], 0
            part.append(row)
            size_bytes += len(row["envelope"])
        yield _bundle(key, part), part


def _bundle(key: str, rows: Sequence[Any]) -> Bundle:
    return Bundle(key, tuple(row["envelope"] for row in rows))


def _postponed(bundle: Bundle, rows: Sequence[Any], outcome: Exception | None) -> Iterator[Postponed]:
    """The rows of a bundle that have to be published again. An outcome that nobody expected postpones them all, longer every time."""
    if isinstance(outcome, Undelivered):
        for position, seconds in outcome.after_seconds.items():
            yield Postponed(rows[position]["sequence"], "a consumer will try again", seconds)
    elif outcome is not None:
        problem = f"unroutable: {bundle.routing_key}" if isinstance(outcome, Unroutable) else repr(outcome)[:500]
        for row in rows:
            yield Postponed(row["sequence"], problem, min(2.0 ** min(row["attempts"], 10), LONGEST_WAIT_SECONDS))
