"""How long a netting run takes: the whole bank in one process over the embedded PostgreSQL, fsync on, for growing numbers of outlets.

`python -m bench.netting [--sizes 10 1000 9801] [--out FILE]` builds a bank of that many outlets (99 to a sub-branch), gives every outlet a
position, nets, and compares the time with the bare COPY of the same entry rows in the same run. Every wait is bounded.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from bench.bare import copied, database_processor_seconds, moment, written_since
from contracts.clearing import ClearingClient
from contracts.day import DayClient
from launch.demo import BUSINESS_DATE
from launch.provision.postgres import EmbeddedPostgres
from launch.serving import collect_seldom
from tests.support.bank import TestBank, make_template, running_bank, test_settings
from tests.support.interbranch import move, open_outlets, post, settled, sub_accounts

OUTLETS_PER_BRANCH = 99
LONGEST_SECONDS = 600
IDLE_RUNS = 20
SCHEMAS = ("clearing", "ledger")
ENTRIES = "clearing.netting_entry"


def organisation(outlets: int) -> list[str]:
    """The city, as many sub-branches as it takes, and the outlets below them."""
    units = ["0001"]
    for position in range(outlets):
        branch, number = divmod(position, OUTLETS_PER_BRANCH)
        if number == 0:
            units.append(f"{branch + 1:02d}00")
        units.append(f"{branch + 1:02d}{number + 1:02d}")
    return units


def business(units: list[str]) -> list[dict[str, Any]]:
    """Every outlet holds a position towards the next one, every tenth pays to or receives from the outside as well; E is small."""
    outlets = [unit for unit in units if not unit.endswith("00") and unit != "0001"]
    items = []
    for position, outlet in enumerate(outlets):
        amount = 100_00 + position
        items.append(move(outlet, "417", amount))
        items.append(move(outlets[(position + 1) % len(outlets)], "417", -amount))
        if position % 10 == 0:
            items.append(move(outlet, "420", 50_00 if position % 20 == 0 else -49_00))
    return items


async def timed(action: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    """Seconds an action takes, and what it gives."""
    started = time.perf_counter()
    answer = await action()
    return time.perf_counter() - started, answer


async def net_to_the_end(bank: TestBank) -> Any:
    """Ask for the run until it is done."""
    client = ClearingClient(bank.bank.transport)
    async with asyncio.timeout(LONGEST_SECONDS):
        while True:
            day = await client.run_netting(BUSINESS_DATE)
            if day.state == "failed":
                raise SystemExit(f"netting stopped: {[run.problem for run in day.runs]}")
            if day.state == "done":
                return day
            await asyncio.sleep(0.01)


async def limits(owner: asyncpg.Connection, since: int, seconds: float) -> dict[str, Any]:
    """What the bare COPY of the entries alone takes, and of every row that came of the run; how often each goes into the run's seconds."""
    written = await written_since(owner, since, SCHEMAS)
    entries, everything = await copied(owner, written.only(ENTRIES)), await copied(owner, written)
    return {
        "copy_of_the_entries_alone_seconds": round(sum(entries.seconds.values()), 4),
        "netting_over_copy_of_the_entries_alone": round(seconds / sum(entries.seconds.values()), 1),
        "copy_of_every_row_written_seconds": round(sum(everything.seconds.values()), 3),
        "netting_over_copy_of_every_row_written": round(seconds / sum(everything.seconds.values()), 2),
        "rows_written": written.rows,
        "copy_seconds_by_table": everything.seconds,
    }


async def measure(cluster: EmbeddedPostgres, outlets: int) -> dict[str, Any]:
    """One bank of so many outlets."""
    units = organisation(outlets)
    settings = test_settings(pool_size=10, body_limit_bytes=16 * 1024 * 1024, relay_idle_seconds=1.0)
    async with running_bank(cluster, demo=False, settings=settings) as bank:
        collect_seldom()
        transport = bank.bank.transport
        await open_outlets(transport, units)
        capital = {"key": "capital", "outlet": "0001", "rule": "bank.open.capital", "amounts_minor": {"amount": 10**13}}
        await post(transport, [capital, *business(units)])
        async with asyncio.timeout(LONGEST_SECONDS):
            await settled(transport, LONGEST_SECONDS)
        owner = await asyncpg.connect(cluster.dsn(bank.database))
        await owner.execute("CHECKPOINT")
        since, before = await moment(owner), time.process_time()
        database_before = await database_processor_seconds(owner)
        seconds, day = await timed(lambda: net_to_the_end(bank))
        processor = time.process_time() - before
        database = await database_processor_seconds(owner) - database_before
        [run] = day.runs
        assert run.residue_minor == 0 and await sub_accounts(transport) == {}, "the books must be right before a time means anything"
        [phases] = await bank.sql(
            "SELECT extract(epoch FROM min(s.posted_at) - r.started_at)::float8 AS first, "
            "extract(epoch FROM max(s.posted_at) - r.started_at)::float8 AS last, "
            "extract(epoch FROM r.finished_at - r.started_at)::float8 AS finished FROM clearing.netting_run AS r "
            "JOIN clearing.netting_entry AS e USING (run) JOIN ledger.posting_set AS s USING (posting_id) GROUP BY r.run"
        )
        bare = await limits(owner, since, seconds)
        await owner.close()
        first, *again = [(await timed(lambda: net_to_the_end(bank)))[0] for _ in range(1 + IDLE_RUNS)]
        return {
            "outlets": outlets,
            "entries": bare["rows_written"][ENTRIES],
            "load_average": [round(each, 1) for each in os.getloadavg()],
            "netting_seconds": round(seconds, 3),
            "of_which_until_planned_and_sent_seconds": round(seconds - phases["finished"] + phases["first"], 3),
            "of_which_until_last_set_in_journal_seconds": round(seconds - phases["finished"] + phases["last"], 3),
            "processor_seconds_of_the_bank": round(processor, 3),
            "processor_seconds_of_the_database": round(database, 3),
            **bare,
            "entries_per_second": round(bare["rows_written"][ENTRIES] / seconds),
            "asked_again_at_once_milliseconds": round(first * 1000, 1),
            "asked_again_with_nothing_to_do_milliseconds_median": round(statistics.median(again) * 1000, 1),
        }


async def idle_day(cluster: EmbeddedPostgres) -> dict[str, Any]:
    """The run of a closed day without business, ten outlets: what an idle day costs, by the clock and in this process's own time."""
    async with running_bank(cluster, demo=False) as bank:
        collect_seldom()
        await open_outlets(bank.bank.transport, organisation(10))
        await DayClient(bank.bank.transport, "clearing").close(BUSINESS_DATE)
        client = ClearingClient(bank.bank.transport)
        clock, processor = [], []
        for _ in range(IDLE_RUNS):
            before = time.process_time()
            clock.append((await timed(lambda: client.run_netting(BUSINESS_DATE)))[0])
            processor.append(time.process_time() - before)
            await bank.sql("DELETE FROM clearing.netting_run")
        return {
            "outlets": 10,
            "run_of_an_idle_day_milliseconds_median": round(statistics.median(clock) * 1000, 1),
            "of_which_processor_milliseconds_median": round(statistics.median(processor) * 1000, 1),
        }


def machine() -> dict[str, Any]:
    """Where it was measured."""
    processor = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
        "unknown",
    )
    memory_kib = int(next(line.split()[1] for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal")))
    return {
        "processor": processor,
        "processors": os.cpu_count(),
        "memory_gib": round(memory_kib / 2**20, 1),
        "system": platform.platform(),
        "load_average_at_start": [round(each, 1) for each in os.getloadavg()],
    }


async def bench(sizes: list[int]) -> dict[str, Any]:
    """Every size on a cluster of its own run, one after another."""
    results: dict[str, Any] = {"benchmark": "netting", "measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as cluster:
        await make_template(cluster)
        connection = await asyncpg.connect(cluster.dsn())
        results["versions"] = {
            "python": platform.python_version(),
            "postgresql": await connection.fetchval("SHOW server_version"),
            "fsync": await connection.fetchval("SHOW fsync"),
            **{name: version(name) for name in ("asyncpg", "sqlalchemy", "fastapi", "pydantic")},
        }
        await connection.close()
        results["idle_day"] = await idle_day(cluster)
        print(results["idle_day"], file=sys.stderr)
        results["runs"] = []
        for size in sizes:
            results["runs"].append(await measure(cluster, size))
            print(results["runs"][-1], file=sys.stderr)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 1000, 9801])
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results = runner.run(bench(arguments.sizes))
    out = arguments.out or Path(__file__).parent / "results" / f"netting-{datetime.now(UTC):%Y-%m-%d}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(out)


if __name__ == "__main__":
    main()
