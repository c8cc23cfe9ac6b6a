"""How long a netting run takes: the whole bank in one process over the embedded PostgreSQL, fsync on.

`./huitong bench netting [--sizes 10 1000 9801] [--items 1000 1000000 --outlets 1000] [--out FILE]`: for growing numbers of outlets (99 to a
sub-branch), and for days of growing numbers of items between the same outlets, which are also proved. Beside each run, in the same bank,
the bare COPY of the rows it wrote. Every wait is bounded.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from bench.bare import copied, database_processor_seconds, moment, written_since
from bench.cluster import own_cluster
from bench.machine import machine, versions
from bench.netting_items import post_items, proofs
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
PHASES = (
    "SELECT extract(epoch FROM min(s.posted_at) - r.started_at)::float8 AS first, "
    "extract(epoch FROM max(s.posted_at) - r.started_at)::float8 AS last, "
    "extract(epoch FROM r.finished_at - r.started_at)::float8 AS finished FROM clearing.netting_run AS r "
    "JOIN clearing.netting_entry AS e USING (run) JOIN ledger.posting_set AS s USING (posting_id) WHERE r.run = $1 GROUP BY r.run"
)


def organisation(outlets: int) -> list[str]:
    """The city, as many sub-branches as it takes, and the outlets below them."""
    units = ["0001"]
    for position in range(outlets):
        branch, number = divmod(position, OUTLETS_PER_BRANCH)
        if number == 0:
            units.append(f"{branch + 1:02d}00")
        units.append(f"{branch + 1:02d}{number + 1:02d}")
    return units


def outlets_of(units: list[str]) -> list[str]:
    """The outlets among the units."""
    return [unit for unit in units if not unit.endswith("00") and unit != "0001"]


def towards_each_other(units: list[str]) -> list[dict[str, Any]]:
    """Every outlet holds a position towards the next one."""
    items, outlets = [], outlets_of(units)
    for position, outlet in enumerate(outlets):
        amount = 100_00 + position
        items.append(move(outlet, "417", amount))
        items.append(move(outlets[(position + 1) % len(outlets)], "417", -amount))
    return items


def towards_the_outside(units: list[str]) -> list[dict[str, Any]]:
    """Every tenth outlet pays to or receives from the outside; what the central bank is owed is small."""
    return [move(outlet, "420", -49_00 if place % 2 else 50_00) for place, outlet in enumerate(outlets_of(units)[::10])]


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
        "copy_of_every_row_written_processor_seconds": everything.processor_seconds,
        "netting_over_copy_of_every_row_written": round(seconds / sum(everything.seconds.values()), 2),
        "rows_written": written.rows,
        "copy_seconds_by_table": everything.seconds,
    }


@asynccontextmanager
async def open_bank(cluster: EmbeddedPostgres, outlets: int) -> AsyncIterator[tuple[TestBank, list[str]]]:
    """A bank with so many outlets and its capital, and all its units."""
    units = organisation(outlets)
    settings = test_settings(pool_size=10, body_limit_bytes=16 * 1024 * 1024, relay_idle_seconds=1.0)
    async with running_bank(cluster, demo=False, settings=settings) as bank:
        collect_seldom()
        await open_outlets(bank.bank.transport, units)
        capital = {"key": "capital", "outlet": "0001", "rule": "bank.open.capital", "amounts_minor": {"amount": 10**13}}
        await post(bank.bank.transport, [capital])
        yield bank, units


async def measure(cluster: EmbeddedPostgres, outlets: int) -> list[dict[str, Any]]:
    """One bank of so many outlets, few items each: its first netting, which opens every reserve account, and one like later days'."""
    async with open_bank(cluster, outlets) as (bank, units):
        found = []
        for reserves in ("opened by this run", "open already"):
            await post(bank.bank.transport, [*towards_each_other(units), *towards_the_outside(units)])
            found.append({"outlets": outlets, "reserve_accounts": reserves, **await netted(bank)})
            print(_short(found[-1]), file=sys.stderr)
        return found


async def measure_items(cluster: EmbeddedPostgres, outlets: int, items: int) -> dict[str, Any]:
    """One bank of so many outlets, with a day of so many items between them, netted and proved."""
    async with open_bank(cluster, outlets) as (bank, units):
        await post(bank.bank.transport, towards_the_outside(units))
        posting = await post_items(bank, outlets_of(units), items)
        found = {"outlets": outlets, "items": items, "items_posted_per_second": round(items / posting), **await netted(bank)}
        found |= await proofs(bank)
        print(_short(found), file=sys.stderr)
        return found


async def netted(bank: TestBank) -> dict[str, Any]:
    """Net the day of a bank: what that took, its limits, and what asking again takes."""
    transport = bank.bank.transport
    async with asyncio.timeout(LONGEST_SECONDS):
        await settled(transport, LONGEST_SECONDS)
    owner = await asyncpg.connect(bank.cluster.dsn(bank.database))
    await owner.execute("CHECKPOINT")
    since, before, database_before = await moment(owner), time.process_time(), await database_processor_seconds(owner)
    seconds, day = await timed(lambda: net_to_the_end(bank))
    processor, database = time.process_time() - before, await database_processor_seconds(owner) - database_before
    assert day.runs[-1].residue_minor == 0 and await sub_accounts(transport) == {}, "the books must be right before a time means anything"
    phases = await owner.fetchrow(PHASES, day.runs[-1].run)
    bare = await limits(owner, since, seconds)
    await owner.close()
    first, *again = [(await timed(lambda: net_to_the_end(bank)))[0] for _ in range(1 + IDLE_RUNS)]
    return {
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


async def bench(sizes: list[int], items: list[int], outlets: int) -> dict[str, Any]:
    """Every size, and every day of items, in a bank of its own, one after another."""
    results: dict[str, Any] = {"benchmark": "netting", "measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    with own_cluster() as cluster:
        await make_template(cluster)
        connection = await asyncpg.connect(cluster.dsn())
        settings = {name: await connection.fetchval(f"SHOW {name}") for name in ("server_version", "fsync", "synchronous_commit")}
        await connection.close()
        named = {"postgresql": settings.pop("server_version"), **settings}
        results["versions"] = versions(("asyncpg", "sqlalchemy", "fastapi", "pydantic", "uvloop"), **named)
        results["idle_day"] = await idle_day(cluster)
        results["runs"] = [run for size in sizes for run in await measure(cluster, size)]
        results["days_of_items"] = [await measure_items(cluster, outlets, number) for number in items]
    return results


def _short(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if not name.endswith(("rows_written", "_by_table"))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 1000, 9801], help="numbers of outlets")
    parser.add_argument("--items", type=int, nargs="*", default=[], help="numbers of items between --outlets outlets, netted and proved")
    parser.add_argument("--outlets", type=int, default=1000)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results = runner.run(bench(arguments.sizes, arguments.items, arguments.outlets))
    out = arguments.out or Path(__file__).parent / "results" / f"netting-{datetime.now(UTC):%Y-%m-%d}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(out)


if __name__ == "__main__":
    main()
