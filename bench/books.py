"""What became of the facts of a schedule, read from the books: lost, doubled, changed, and how long after it was due each was committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from hdrh.histogram import HdrHistogram
from msgspec import Struct
from msgspec.json import Decoder

from bench.sender import ORIGIN, Prepared, Schedule

PERCENTILES = (50.0, 90.0, 99.0, 99.9)
LONGEST_MICROSECONDS = 60 * 60 * 1_000_000
POSTED = f"SELECT postings FROM ledger.origin_total WHERE origin = '{ORIGIN}'"
INGESTED = f"SELECT postings FROM clearing.ingested WHERE origin = '{ORIGIN}'"
IN_JOURNAL = (
    "SELECT posting_id, control_total_minor, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM ledger.posting_set "
    "WHERE posting_id BETWEEN $1 AND $2"
)
IN_POSITIONS = (
    "SELECT told.envelope, extract(epoch FROM pg_xact_commit_timestamp(heard.xmin))::float8 FROM ledger.outbox AS told "
    "JOIN clearing.inbox AS heard USING (message_id) WHERE told.created_at >= to_timestamp($1)"
)
SIGNED = "CASE WHEN is_debit <> red THEN amount_minor ELSE -amount_minor END"
RECEIVED = "CASE WHEN is_receive <> red THEN amount_minor ELSE -amount_minor END"
MOVED = f"SELECT account, {SIGNED} AS moved FROM ledger.leg UNION ALL SELECT account, {RECEIVED} FROM ledger.off_sheet_leg"
MUST_BE_NONE = {
    "unbalanced_books_of_a_set": f"SELECT FROM ledger.leg GROUP BY posting_id, outlet HAVING sum({SIGNED}) <> 0",
    "balances_that_are_not_the_sum_of_their_legs": "SELECT FROM ledger.account AS a FULL JOIN "
    f"(SELECT account, sum(moved) AS moved FROM ({MOVED}) AS each GROUP BY account) AS m USING (account) "
    "WHERE a.balance_minor IS DISTINCT FROM coalesce(m.moved, 0)",
    "parked": "SELECT FROM ledger.parked UNION ALL SELECT FROM clearing.parked",
    "positions_not_summing_to_zero": "SELECT FROM clearing.position WHERE sub_account < '419' GROUP BY sub_account "
    "HAVING sum(amount_minor) <> 0",
    "positions_that_are_not_the_balance_of_their_account": "SELECT FROM (SELECT outlet, sub_account, sum(amount_minor) AS held FROM "
    "clearing.position GROUP BY outlet, sub_account) AS p JOIN ledger.account AS a ON a.outlet = p.outlet AND "
    "a.business_code = p.sub_account AND a.currency = 'CNY' WHERE a.balance_minor <> -p.held",
}


class _Group(Struct):
    posting_ids: list[UUID]


class _Body(Struct):
    groups: list[_Group] = []


class _Told(Struct):
    body: _Body


_TOLD = Decoder(_Told)


@dataclass
class Arrivals:
    """When the facts of one schedule were committed, and what was wrong with them."""

    committed: list[float] = field(default_factory=list)
    latencies: HdrHistogram = field(default_factory=lambda: HdrHistogram(1, LONGEST_MICROSECONDS, 3))
    wrong: dict[str, int] = field(default_factory=dict)

    def steady_rate(self) -> float:
        """Sets a second from the first commit to the last, without those of the first."""
        first, last = min(self.committed), max(self.committed)
        return sum(each > first for each in self.committed) / (last - first)


def percentiles(histogram: HdrHistogram) -> dict[str, float]:
    """Milliseconds at each percentile and at the most."""
    found = {f"p{percentile:g}": histogram.get_value_at_percentile(percentile) for percentile in PERCENTILES}
    return {name: round(value / 1000, 1) for name, value in {**found, "max": histogram.get_max_value()}.items()}


async def journal_arrivals(dsn: str, stock: Sequence[Prepared], schedule: Schedule) -> Arrivals:
    """Hold the journal against a schedule, set by set."""
    arrivals = Arrivals()
    seen, unknown, changed = bytearray(schedule.facts), 0, 0
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            bounds = (schedule.posting_id(0), UUID(int=schedule.posting_id(schedule.facts).int | (1 << 80) - 1))
            async for posting_id, control_minor, committed in connection.cursor(IN_JOURNAL, *bounds, prefetch=5000):
                position = schedule.position(posting_id)
                if position is None or position >= schedule.facts:
                    unknown += 1
                    continue
                seen[position] += 1
                changed += control_minor != stock[position % len(stock)].control_total_minor
                arrivals.committed.append(committed)
                _record(arrivals.latencies, committed - schedule.due(position))
    finally:
        await connection.close()
    arrivals.wrong = {"lost": seen.count(0), "doubled_or_unknown": sum(each > 1 for each in seen) + unknown, "changed": changed}
    return arrivals


async def position_latencies(dsn: str, schedule: Schedule) -> HdrHistogram:
    """How long after each fact was due its set stood in clearing's positions."""
    histogram = HdrHistogram(1, LONGEST_MICROSECONDS, 3)
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            async for envelope, committed in connection.cursor(IN_POSITIONS, schedule.started, prefetch=500):
                for group in _TOLD.decode(envelope).body.groups:
                    for position in filter(None, map(schedule.position, group.posting_ids)):
                        _record(histogram, committed - schedule.due(position))
        return histogram
    finally:
        await connection.close()


def _record(histogram: HdrHistogram, seconds: float) -> None:
    histogram.record_value(min(LONGEST_MICROSECONDS, max(1, round(seconds * 1_000_000))))


async def check_books(dsn: str) -> dict[str, int]:
    """Count what must not be: every number must be zero."""
    connection = await asyncpg.connect(dsn)
    try:
        return {what: await connection.fetchval(f"SELECT count(*) FROM ({query}) AS found") for what, query in MUST_BE_NONE.items()}
    finally:
        await connection.close()
