"""How many postings a second go through RabbitMQ into the books, and how long each takes.

`./huitong bench postings` starts a distributed bank of its own (PostgreSQL with fsync, a private RabbitMQ, one process per service), makes
facts beforehand and writes them into the outbox of savings as that service would. First all at once: how many sets a second reach the
journal. Then at a fixed share of that rate, on a schedule that waits for nobody: how long after it was due each set was committed. Then the
same rows are written by one connection without any of it: the limit. Every wait is bounded; the books are checked set by set.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from hdrh.histogram import HdrHistogram

from bench.limit import BATCH, read_batches, sets_per_second
from bench.machine import machine, processor_seconds, versions
from bench.sender import ORIGIN, Prepared, prepare, send
from launch.bank_folder import BankFolder
from launch.demo import BUSINESS_DATE
from launch.distributed import DistributedBank, children_of, load_demo_bank, wait_until_ready
from launch.one_process import DATABASE, BankDatabase, UpOptions
from launch.provision.ports import free_port
from launch.provision.postgres import EmbeddedPostgres
from launch.provision.processes import processes_in
from launch.provision.rabbitmq import PrivateBroker
from runtime.migrations import create_database

LIMIT_DATABASE = "limit"
LONGEST_SECONDS = 120.0
PERCENTILES = (50.0, 90.0, 99.0, 99.9)
STEADY_SHARE = 0.7
WARM_UP = 5000
LIMIT_SETS = 20_000


@dataclass
class Running:
    """The bank that is measured."""

    server: EmbeddedPostgres
    broker: PrivateBroker
    bank: DistributedBank

    def processor_seconds(self) -> dict[str, float]:
        """The processor time used so far by each process, and by the servers' processes together."""
        used = {child.name: processor_seconds(child.process.pid) for child in self.bank.children if child.process is not None}
        used["sender"] = processor_seconds(os.getpid())
        used["rabbitmq"] = sum(processor_seconds(pid) for pid in processes_in(self.broker.folder / "server"))
        used["postgresql"] = sum(processor_seconds(pid) for pid in processes_in(self.server.folder / "server" / "cluster"))
        return used


@asynccontextmanager
async def running_bank(folder: Path) -> AsyncIterator[Running]:
    """A distributed demo bank with everything in `folder`, ready for postings, and an empty copy of its database for the limit."""
    server, broker = EmbeddedPostgres(folder / "postgres"), PrivateBroker(folder / "rabbitmq")
    bank_folder = BankFolder(folder / "bank")
    secrets = bank_folder.open()
    bank = DistributedBank(bank_folder)
    try:
        await asyncio.to_thread(server.start)
        await _note_commit_times(server)
        await create_database(server.dsn(), DATABASE)
        os.environ["HUITONG_OWNER_DATABASE_URL"] = server.dsn(DATABASE)
        database = BankDatabase(bank_folder, secrets)
        await database.migrate(_quiet)
        await _execute(server.dsn(), f'CREATE DATABASE "{LIMIT_DATABASE}" TEMPLATE {DATABASE}')
        await asyncio.to_thread(broker.start)
        options = UpOptions(bank_folder, free_port(), "127.0.0.1", BUSINESS_DATE)
        bank.children = children_of(options, secrets, database.urls(), broker.url())
        for child in bank.children:
            # A service wakes its relay itself when it commits; this sender is not in the service, so the relay looks often.
            if child.name == ORIGIN:
                child.environment["HUITONG_RELAY_IDLE_SECONDS"] = "0.01"
        await bank.start()
        await wait_until_ready(bank, options, asyncio.Event(), _quiet)
        await load_demo_bank(bank, options, secrets, _quiet)
        yield Running(server, broker, bank)
    finally:
        await bank.stop()
        await asyncio.to_thread(broker.stop)
        await asyncio.to_thread(server.stop)
        broker.remove()
        server.remove()


def _quiet(_progress: str) -> None:
    return None


async def _note_commit_times(server: EmbeddedPostgres) -> None:
    await _execute(server.dsn(), "ALTER SYSTEM SET track_commit_timestamp = on")
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _until(server: EmbeddedPostgres, statement: str, wanted: int, what: str) -> None:
    """Wait until a counting statement gives so many."""
    connection = await asyncpg.connect(server.dsn(DATABASE))
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            while (counted := int(await connection.fetchval(statement) or 0)) < wanted:  # noqa: ASYNC110 - rows of other processes
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise SystemExit(f"{what}: {counted} of {wanted} after {LONGEST_SECONDS:.0f} s") from None
    finally:
        await connection.close()


POSTED = "SELECT postings FROM ledger.origin_total WHERE origin = 'savings'"
INGESTED = "SELECT postings FROM clearing.ingested WHERE origin = 'savings'"
COMMITTED = (
    "SELECT posting_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM ledger.posting_set "
    "WHERE posting_id = ANY($1::uuid[])"
)
SIGNED = "CASE WHEN is_debit <> red THEN amount_minor ELSE -amount_minor END"
RECEIVED = "CASE WHEN is_receive <> red THEN amount_minor ELSE -amount_minor END"
MOVED = f"SELECT account, {SIGNED} AS moved FROM ledger.leg UNION ALL SELECT account, {RECEIVED} FROM ledger.off_sheet_leg"
MUST_BE_NONE = {
    "unbalanced_books_of_a_set": f"SELECT FROM ledger.leg GROUP BY posting_id, outlet HAVING sum({SIGNED}) <> 0",
    "balances_that_are_not_the_sum_of_their_legs": "SELECT FROM ledger.account AS a FULL JOIN "
    f"(SELECT account, sum(moved) AS moved FROM ({MOVED}) AS each GROUP BY account) AS m USING (account) "
    "WHERE a.balance_minor IS DISTINCT FROM m.moved",
    "parked": "SELECT FROM ledger.parked UNION ALL SELECT FROM clearing.parked",
    "positions_not_summing_to_zero": "SELECT FROM clearing.position WHERE sub_account < '419' GROUP BY sub_account "
    "HAVING sum(amount_minor) <> 0",
}


@dataclass
class Pass:
    """One pass of facts through the bank."""

    sets: int
    seconds: float
    clearing_seconds: float
    writer_late_seconds: float
    latencies_seconds: list[float]
    processor_seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        return {
            "sets": self.sets,
            "sets_per_second": round(self.sets / self.seconds),
            "until_last_commit_seconds": round(self.seconds, 3),
            "until_clearing_has_heard_all_seconds": round(self.clearing_seconds, 3),
            "processor_seconds": {name: round(used, 2) for name, used in self.processor_seconds.items() if used >= 0.1},
        }


async def one_pass(running: Running, facts: Sequence[Prepared], before: int, per_second: float | None) -> Pass:
    """Send the facts and wait until the journal and clearing hold them, `before` sets having been sent earlier."""
    dsn = running.server.dsn(DATABASE)
    used = running.processor_seconds()
    sending = await send(dsn, facts, per_second)
    started = min(sending.due.values())
    await _until(running.server, POSTED, before + len(facts), "posted")
    await _until(running.server, INGESTED, before + len(facts), "heard of by clearing")
    heard = time.time()
    spent = {name: seconds - used.get(name, 0.0) for name, seconds in running.processor_seconds().items()}
    connection = await asyncpg.connect(dsn)
    try:
        committed: dict[UUID, float] = dict(await connection.fetch(COMMITTED, list(sending.due)))  # type: ignore[arg-type]
    finally:
        await connection.close()
    return Pass(
        sets=len(facts),
        seconds=max(committed.values()) - started,
        clearing_seconds=heard - started,
        writer_late_seconds=sending.latest_seconds,
        latencies_seconds=[committed[posting_id] - due for posting_id, due in sending.due.items()],
        processor_seconds=spent,
    )


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds at each percentile and at the most."""
    histogram = HdrHistogram(1, 10 * 60 * 1_000_000, 3)
    for each in seconds:
        histogram.record_value(max(1, round(each * 1_000_000)))
    found = {f"p{percentile:g}": histogram.get_value_at_percentile(percentile) / 1000 for percentile in PERCENTILES}
    return {name: round(value, 1) for name, value in {**found, "max": histogram.get_max_value() / 1000}.items()}


async def check_books(running: Running, facts: Sequence[Prepared]) -> dict[str, int]:
    """Count what was lost, doubled or changed on the way: every number must be zero."""
    connection = await asyncpg.connect(running.server.dsn(DATABASE))
    try:
        rows = await connection.fetch("SELECT posting_id, control_total_minor FROM ledger.posting_set WHERE origin = 'savings'")
        journal = {row["posting_id"]: row["control_total_minor"] for row in rows}
        sent = {fact.posting_id: fact.control_total_minor for fact in facts}
        return {
            "lost": len(sent.keys() - journal.keys()),
            "doubled_or_unknown": len(rows) - len(journal) + len(journal.keys() - sent.keys()),
            "changed": sum(journal[each] != total for each, total in sent.items() if each in journal),
            **{what: await connection.fetchval(f"SELECT count(*) FROM ({query}) AS found") for what, query in MUST_BE_NONE.items()},
        }
    finally:
        await connection.close()


async def bench(sets: int, steady_seconds: float, share: float) -> dict[str, Any]:
    """The whole benchmark."""
    result: dict[str, Any] = {"benchmark": "postings", "measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        async with running_bank(Path(folder)) as running:
            result["versions"] = await _versions(running)
            facts = prepare(WARM_UP + sets, BUSINESS_DATE)
            await one_pass(running, facts[:WARM_UP], 0, None)
            at_once = await one_pass(running, facts[WARM_UP:], WARM_UP, None)
            _say("all at once", result.setdefault("at_once", at_once.as_dict()))
            rate = share * at_once.sets / at_once.seconds
            paced = prepare(int(rate * steady_seconds), BUSINESS_DATE, seed=2)
            steady = await one_pass(running, paced, len(facts), rate)
            result["steady"] = {
                "intended_sets_per_second": round(rate),
                **steady.as_dict(),
                "behind_at_the_end_seconds": round(steady.seconds - len(paced) / rate, 3),
                "writer_late_by_at_most_seconds": round(steady.writer_late_seconds, 3),
                "milliseconds_from_due_to_committed": percentiles(steady.latencies_seconds),
            }
            _say("steady", result["steady"])
            result["books"] = await check_books(running, [*facts, *paced])
            _say("books", result["books"])
            await running.bank.stop()
            batches = await read_batches(running.server.dsn(DATABASE), min(LIMIT_SETS, sets))
            limit = await sets_per_second(running.server.dsn(LIMIT_DATABASE), batches)
    result["limit"] = {"sets_per_second": round(limit), "sets_in_a_transaction": BATCH}
    result["at_once_over_limit"] = round(at_once.sets / at_once.seconds / limit, 3)
    result["machine"]["load_average_at_end"] = [round(each, 1) for each in os.getloadavg()]
    return result


async def _versions(running: Running) -> dict[str, str]:
    connection = await asyncpg.connect(running.server.dsn(DATABASE))
    try:
        settings = {name: await connection.fetchval(f"SHOW {name}") for name in ("server_version", "fsync", "synchronous_commit")}
    finally:
        await connection.close()
    rabbitmq = (await asyncio.to_thread(running.broker.control, "version")).strip()
    named = {"postgresql": settings.pop("server_version"), **settings, "rabbitmq": rabbitmq}
    return versions(("asyncpg", "aio-pika", "sqlalchemy", "pydantic"), **named)


def _say(what: str, found: dict[str, Any]) -> None:
    print(f"{what}: {json.dumps(found)}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=30_000, help="posting sets sent at once")
    parser.add_argument("--seconds", type=float, default=15.0, help="length of the steady pass")
    parser.add_argument("--share", type=float, default=STEADY_SHARE, help="rate of the steady pass as a share of what was reached at once")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    result = asyncio.run(bench(arguments.sets, arguments.seconds, arguments.share))
    out = arguments.out or Path(__file__).parent / "results" / f"postings-{datetime.now(UTC):%Y-%m-%d}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(out)
    if any(result["books"].values()):
        raise SystemExit("the books are not right: no time measured here means anything")
