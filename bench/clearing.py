"""Inter-outlet postings at a set rate: through the gateway, through the bus, or straight to the ledger's consumer.

`./huitong bench clearing --through consumer|bus|gateway [--rate R] [--seconds S]` starts a distributed bank of its own. Every rate is a
ratio to a limit measured in the same run; latency counts from when a set was due, whoever was late; the books are held against what was
sent, set by set. See bench/README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from bench.bank import Running, running_bank
from bench.books import INGESTED, POSTED, check_books, journal_arrivals, percentiles, position_latencies
from bench.door_load import through_the_gateway
from bench.limit import BATCH, read_batches, sets_per_second
from bench.machine import machine
from bench.pgledger import transfers_per_second
from bench.sender import ORIGIN, Prepared, Schedule, prepare, send
from launch.demo import BUSINESS_DATE

WARM_UP = 5000
LIMIT_SETS = 20_000
SUSTAINED_SHARE = 0.5
"""The rate that is to be sustained through the bus, as a share of the limit, unless another is asked for."""
HALF = 0.5
PACED_SECONDS = 20.0
NOT_RELAYED = f"SELECT -count(*) FROM {ORIGIN}.outbox_waiting"


class Bench:
    """One bank and the schedules sent into it."""

    def __init__(self, running: Running, options: argparse.Namespace) -> None:
        self.running = running
        self.options = options
        self.stock = prepare(BUSINESS_DATE)
        self.sent = 0
        self.runs = 0
        self.wrong: dict[str, int] = {}

    def schedule(self, facts: int, per_second: float | None = None) -> Schedule:
        """The next schedule, beginning now."""
        self.runs += 1
        self.sent += facts
        return Schedule(self.runs, facts, time.time(), per_second)

    async def bus(self) -> dict[str, Any]:
        """Outbox rows, relay, RabbitMQ, journal, positions: all at once, then sustained at a rate, then at half of the most."""
        await self.warm_up()
        at_once, most = await self.passed(self.options.sets)
        limit = await self.limit()
        rate = self.options.rate or SUSTAINED_SHARE * limit
        sustained, reached = await self.passed(int(rate * self.options.seconds), rate)
        paced, _ = await self.passed(int(HALF * most * PACED_SECONDS), HALF * most)
        return {
            "at_once": at_once,
            "sustained": sustained,
            "at_half_of_the_most": paced,
            "limit": _limit(limit),
            "at_once_over_limit": round(most / limit, 3),
            "sustained_over_limit": round(reached / limit, 3),
        }

    async def consumer(self) -> dict[str, Any]:
        """The ledger alone, its queue filled before it starts: uniform, and with one account in half of the sets."""
        await self.warm_up()
        uniform, rate = await self.drained(self.stock)
        hot, hot_rate = await self.drained(prepare(BUSINESS_DATE, hot=True))
        await self.running.only("ledger", "clearing")
        await self.running.wait_for(INGESTED, self.sent, "heard of by clearing")
        limit = await self.limit()
        found = {
            "uniform": uniform,
            "hot": hot,
            "limit": _limit(limit),
            "uniform_over_limit": round(rate / limit, 3),
            "hot_over_uniform": round(hot_rate / rate, 3),
        }
        if self.options.pgledger is not None:
            peer = await transfers_per_second(self.running.server, self.options.pgledger)
            ratios = {"uniform": round(rate / peer["uniform"], 2), "hot": round(hot_rate / peer["hot"], 2)}
            found |= {"pgledger_transfers_per_second": peer, "over_pgledger": ratios}
        return found

    async def gateway(self) -> dict[str, Any]:
        """Transactions at the door beside a bare route."""
        return await through_the_gateway(self.running, self.options.rate, self.options.seconds)

    async def warm_up(self) -> None:
        """Let every process have seen some."""
        await self.passed(WARM_UP)

    async def passed(self, facts: int, per_second: float | None = None) -> tuple[dict[str, Any], float]:
        """Send facts through the whole bank; what was found, and the sets a second until the last commit."""
        used, schedule = self.running.processor_seconds(), self.schedule(facts, per_second)
        async with self.running.memory_of("ledger") as memory:
            late = await send(self.running.dsn, self.stock, schedule)
            await self.running.wait_for(POSTED, self.sent, "posted")
            await self.running.wait_for(INGESTED, self.sent, "heard of by clearing")
        spent = self.running.used_since(used)
        arrivals = await journal_arrivals(self.running.dsn, self.stock, schedule)
        self.wrong = {what: self.wrong.get(what, 0) + count for what, count in arrivals.wrong.items()}
        seconds = max(arrivals.committed) - schedule.started
        found = {
            "sets": facts,
            "sets_per_second": round(facts / seconds),
            "processor_seconds": spent,
            "memory_of_ledger_mebibytes": memory.as_dict(),
        }
        if per_second:
            found |= {
                "intended_sets_per_second": round(per_second),
                "behind_at_the_end_seconds": round(seconds - facts / per_second, 3),
                "writer_late_by_at_most_seconds": round(late, 3),
                "milliseconds_from_due_to_journal": percentiles(arrivals.latencies),
                "milliseconds_from_due_to_position": percentiles(await position_latencies(self.running.dsn, schedule)),
            }
        _say(found)
        return found, facts / seconds

    async def drained(self, stock: list[Prepared]) -> tuple[dict[str, Any], float]:
        """Let savings fill the ledger's queue, then start the ledger alone; what was found, and its sets a second."""
        await self.running.only(ORIGIN)
        schedule = self.schedule(self.options.sets)
        await send(self.running.dsn, stock, schedule)
        await self.running.wait_for(NOT_RELAYED, 0, "not in the queue (below zero)")
        await self.running.only("ledger")
        used = self.running.processor_seconds()
        async with self.running.memory_of("ledger") as memory:
            await self.running.wait_for(POSTED, self.sent, "posted")
        spent = self.running.used_since(used)
        arrivals = await journal_arrivals(self.running.dsn, stock, schedule)
        self.wrong = {what: self.wrong.get(what, 0) + count for what, count in arrivals.wrong.items()}
        rate = arrivals.steady_rate()
        found = {
            "sets": schedule.facts,
            "sets_per_second": round(rate),
            "processor_seconds": spent,
            "memory_of_ledger_mebibytes": memory.as_dict(),
        }
        _say(found)
        return found, rate

    async def limit(self) -> float:
        """The rows of the newest sets, written bare."""
        batches = await read_batches(self.running.dsn, min(LIMIT_SETS, self.options.sets))
        return await sets_per_second(self.running.limit_dsn, batches)


def _limit(limit: float) -> dict[str, float]:
    return {"sets_per_second": round(limit), "sets_in_a_transaction": BATCH}


async def bench(options: argparse.Namespace) -> dict[str, Any]:
    """The whole benchmark."""
    result: dict[str, Any] = {
        "benchmark": f"clearing through {options.through}",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
    }
    with tempfile.TemporaryDirectory() as folder:
        async with running_bank(Path(folder), sent_from_outside=options.through != "gateway") as running:
            result["versions"] = await running.versions()
            one = Bench(running, options)
            result |= await getattr(one, options.through)()
            result["books"] = one.wrong | await check_books(running.dsn)
    result["machine"]["load_average_at_end"] = [round(each, 1) for each in os.getloadavg()]
    return result


def _say(found: dict[str, Any]) -> None:
    print(json.dumps(found), file=sys.stderr)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--through", choices=("consumer", "bus", "gateway"), default="bus")
    parser.add_argument("--rate", type=float, help="sets or transactions a second; without it what the targets ask for")
    parser.add_argument("--seconds", type=float, default=300.0, help="how long the rate is held")
    parser.add_argument("--sets", type=int, default=50_000, help="posting sets sent at once, or standing in the full queue")
    parser.add_argument("--pgledger", type=Path, help="a folder with the source of pgledger, to be measured beside the consumer")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(bench(options))
    named = f"clearing-{options.through}-{datetime.now(UTC):%Y-%m-%d}.json"
    out = options.out or Path(__file__).parent / "results" / named
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(out)
    if any(result["books"].values()):
        raise SystemExit("the books are not right: no time measured here means anything")
