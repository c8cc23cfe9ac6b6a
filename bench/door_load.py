"""Transactions at the gateway's door, and the same requests a second of a bare route, asked itself and behind a bare door.

Every teller deposits cash for accounts of other outlets. First as many as go, each connection sending its next when it has its answer; then
on a schedule that waits for nobody, where latency counts from when a request was due.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from hdrh.histogram import HdrHistogram

from bench.bank import Running
from bench.books import INGESTED, LONGEST_MICROSECONDS, POSTED, percentiles
from bench.machine import idle_seconds, processor_seconds
from launch.demo import BUSINESS_DATE, PASSWORD
from launch.provision.ports import free_port

TELLERS = ("S0101", "S0111", "S0121", "S0201", "S0211", "S0221", "S0301", "S0311")
ACCOUNTS_OF_A_TELLER = 10
CONNECTIONS = 16
PACED_CONNECTIONS = 64
ROUNDS = 3
ROUND_SECONDS = 10.0
CODE = "savings.demand.deposit"
POSTED_SINCE = (
    "SELECT count(*) FROM savings.register AS r JOIN ledger.posting_set AS s USING (posting_id) "
    f"WHERE r.code = '{CODE}' AND r.state = 'posted' AND r.control_total_minor = s.control_total_minor"
)
REGISTERED = f"SELECT count(*) FROM savings.register WHERE code = '{CODE}' AND state = 'posted'"


@dataclass
class Client:
    """HTTP over one connection that stays open: what a request costs here must not be what is measured."""

    port: int
    reader: asyncio.StreamReader = field(init=False)
    writer: asyncio.StreamWriter = field(init=False)

    async def open(self) -> Client:
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def post(self, path: str, headers: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self.writer.write(b"POST %s HTTP/1.1\r\nHost: bank\r\n%sContent-Length: %d\r\n\r\n%s" % (path.encode(), headers, len(body), body))
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return int(head[9:12]), await self.reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


Ask = Callable[[], tuple[str, bytes, bytes]]
"""Makes a request: path, headers, body."""


@dataclass
class Door:
    """The signed-on tellers and the accounts they pay into."""

    port: int
    tokens: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, list[str]] = field(default_factory=dict)

    async def open(self) -> None:
        """Sign every teller on and open accounts at his outlet."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60, trust_env=False) as client:
            for teller in TELLERS:
                signed = {"teller": teller, "password": PASSWORD, "cash_box": "00001"}
                self.tokens[teller] = _ok(await client.post("/api/sign-on", json=signed))["token"]
                self.accounts[teller] = [await self._account(client, teller) for _ in range(ACCOUNTS_OF_A_TELLER)]

    async def _account(self, client: httpx.AsyncClient, teller: str) -> str:
        async def do(code: str, body: dict[str, Any]) -> dict[str, Any]:
            headers = {"authorization": f"Bearer {self.tokens[teller]}", "idempotency-key": uuid4().hex}
            return _ok(await client.post(f"/api/transactions/{code}", json=body, headers=headers))["result"]

        customer = await do("customer.personal.open", {"name": "张三", "id_type": "Z"})
        opening = {"customer_number": customer["customer_number"], "instrument": "passbook", "currency": "CNY", "amount": "100.00"}
        terms = {"withdrawal_mode": "A", "password": "654321", "cross_outlet": True}
        return (await do("savings.demand.open", {**opening, **terms}))["account"]

    def asking(self, chance: random.Random) -> Ask:
        """Deposits of any teller for an account of another outlet."""

        def ask() -> tuple[str, bytes, bytes]:
            teller, other = chance.sample(TELLERS, 2)
            headers = f"Authorization: Bearer {self.tokens[teller]}\r\nIdempotency-Key: {uuid4().hex}\r\nContent-Type: application/json\r\n"
            body = {"account": chance.choice(self.accounts[other]), "amount": f"{chance.randint(1, 999)}.00"}
            return f"/api/transactions/{CODE}", headers.encode(), json.dumps(body).encode()

        return ask


def _ok(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != 200:
        raise SystemExit(f"{answer.request.url.path}: {answer.text}")
    return answer.json()


def bare_asking(chance: random.Random) -> Ask:
    """The same deposits for the bare route."""

    def ask() -> tuple[str, bytes, bytes]:
        body = {"account": f"{chance.randrange(200):015d}", "amount": f"{chance.randint(1, 999)}.00"}
        return "/deposit", b"Content-Type: application/json\r\n", json.dumps(body).encode()

    return ask


async def as_many_as_go(port: int, ask: Ask, seconds: float, statuses: dict[int, int]) -> tuple[int, float]:
    """Requests answered with 200, and the seconds they took. 503 (busy, send it again) is counted, any other answer ends the program."""
    until = time.perf_counter() + seconds

    async def one() -> int:
        client, done = await Client(port).open(), 0
        while time.perf_counter() < until:
            status, body = await client.post(*ask())
            if status not in (200, 503):
                raise SystemExit(f"{status}: {body[:300]!r}")
            statuses[status] = statuses.get(status, 0) + 1
            done += status == 200
        client.close()
        return done

    started = time.perf_counter()
    done = sum(await asyncio.gather(*(one() for _ in range(CONNECTIONS))))
    return done, time.perf_counter() - started


@dataclass
class Side:
    """One of the two that are compared: what its rounds gave, and what they cost the processors of everybody who had a part in them."""

    port: int
    ask: Ask
    per_second: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)
    idle: float = 0.0
    seconds: float = 0.0

    async def round(self, used: Callable[[], dict[str, float]], settled: Callable[[], Awaitable[Any]]) -> None:
        """As many as go; `used` tells the processor seconds of each process so far, which count until what was begun is `settled`."""
        before, idle = used(), idle_seconds()
        done, took = await as_many_as_go(self.port, self.ask, ROUND_SECONDS, self.statuses)
        self.idle += idle_seconds() - idle
        self.seconds += took
        await settled()
        self.spent.update({name: seconds - before.get(name, 0.0) for name, seconds in used().items()})
        self.per_second.append(round(done / took, 1))

    def milliseconds_a_request(self) -> dict[str, float]:
        """The processor time of each process, the load generator among them, without those who did next to nothing."""
        requests = max(1, self.statuses.get(200, 0))
        each = {name: round(seconds * 1000 / requests, 2) for name, seconds in self.spent.items()}
        return {name: milliseconds for name, milliseconds in each.items() if milliseconds >= 0.05}


async def at_a_rate(port: int, ask: Ask, per_second: float, seconds: float) -> dict[str, Any]:
    """An open loop: a request is due at its place in the schedule and waits for a free connection if there is none."""
    histogram = HdrHistogram(1, LONGEST_MICROSECONDS, 3)
    free: asyncio.Queue[Client] = asyncio.Queue()
    for _ in range(PACED_CONNECTIONS):
        free.put_nowait(await Client(port).open())
    statuses: dict[int, int] = {}
    started = time.perf_counter()

    async def one(due: float) -> None:
        client = await free.get()
        status, _ = await client.post(*ask())
        free.put_nowait(client)
        statuses[status] = statuses.get(status, 0) + 1
        histogram.record_value(min(LONGEST_MICROSECONDS, round((time.perf_counter() - due) * 1_000_000)))

    async with asyncio.TaskGroup() as group:
        for position in range(int(per_second * seconds)):
            due = started + position / per_second
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            group.create_task(one(due))
    return {
        "intended_per_second": round(per_second, 1),
        "per_second": round(sum(statuses.values()) / (time.perf_counter() - started), 1),
        "statuses": statuses,
        "milliseconds_from_due_to_answer": percentiles(histogram),
    }


@dataclass(frozen=True, slots=True)
class Bare:
    """A process of `bench.bare_route`."""

    port: int
    process: asyncio.subprocess.Process


@asynccontextmanager
async def bare(behind: str) -> AsyncIterator[Bare]:
    """A bare route over a database, or a bare door before one, while it is open."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.bare_route", str(port), behind)
    try:
        await _until_open(port)
        yield Bare(port, process)
    finally:
        process.terminate()
        await process.wait()


async def through_the_gateway(running: Running, rate: float | None, seconds: float) -> dict[str, Any]:
    """Rounds of the bare route, the bare door and the bank's in turn, as many as go; then the bank's at a rate (half of the most, unless
    one is given)."""
    door = Door(running.options.port)
    await door.open()
    chance = random.Random(20050901)

    async def in_the_books() -> int:
        [[registered]] = await running.fetch(REGISTERED)
        await running.wait_for(POSTED_SINCE, registered, "posted")
        [[posted]] = await running.fetch(POSTED)
        await running.wait_for(INGESTED, posted, "heard of by clearing")
        return registered

    async with bare(running.limit_dsn) as route, bare(f"http://127.0.0.1:{route.port}") as passing:
        bares = {"bare_route": route, "bare_door": passing}
        sides = {name: Side(each.port, bare_asking(chance)) for name, each in bares.items()}
        sides["gateway"] = Side(door.port, door.asking(chance))

        def used() -> dict[str, float]:
            return running.processor_seconds() | {name: processor_seconds(each.process.pid) for name, each in bares.items()}

        for _ in range(ROUNDS):
            for side in sides.values():
                await side.round(used, in_the_books)
    most, passed_on, limit = (max(sides[name].per_second) for name in ("gateway", "bare_door", "bare_route"))
    paced = await at_a_rate(door.port, door.asking(chance), rate or most / 2, min(seconds, 60.0))
    return {
        "business_date": BUSINESS_DATE.isoformat(),
        "requests_per_second": {name: side.per_second for name, side in sides.items()},
        "gateway_over_bare_route": round(most / limit, 3),
        "bare_door_over_bare_route": round(passed_on / limit, 3),
        "statuses": {name: side.statuses for name, side in sides.items()},
        "processor_milliseconds_a_request": {name: side.milliseconds_a_request() for name, side in sides.items()},
        "processors_idle": {name: round(side.idle / side.seconds / (os.cpu_count() or 1), 3) for name, side in sides.items()},
        "at_a_rate": paced,
        "registered_and_in_the_journal": await in_the_books(),
    }


async def _until_open(port: int) -> None:
    for _ in range(300):
        try:
            (await Client(port).open()).close()
            return
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("the bare route does not open its door")
