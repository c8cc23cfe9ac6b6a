"""A whole bank for tests: migrated once per run into a template, copied per test module, run in this process behind the gateway's door."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from pydantic import SecretStr

from kernel.clock import Clock
from launch.catalogue import SERVICE_NAMES, revisions_of, service_named
from launch.demo import BUSINESS_DATE, PASSWORD, load_demo
from launch.wiring import Bank
from runtime.auth import make_key_pair
from runtime.bus import Bus
from runtime.bus_local import LocalBus
from runtime.migrations import Schema, migrate, role_of
from runtime.settings import Settings

ROLE_PASSWORD = "test"
TEMPLATE = "huitong_template"
_copies = itertools.count()


def schemas() -> list[Schema]:
    """The schemas of all services as declared."""
    return [Schema(service_named(name).metadata, revisions_of(name), ROLE_PASSWORD) for name in SERVICE_NAMES]  # type: ignore[arg-type]


async def make_template(cluster: Any) -> None:
    """Migrate an empty database once; tests copy it."""
    await _admin(cluster, f"DROP DATABASE IF EXISTS {TEMPLATE}")
    await _admin(cluster, f"CREATE DATABASE {TEMPLATE}")
    await migrate(cluster.dsn(TEMPLATE), schemas())


async def _admin(cluster: Any, statement: str) -> None:
    connection = await asyncpg.connect(cluster.dsn())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def test_settings(**changes: Any) -> Settings:
    """Settings with fresh keys; password hashing is made light, relays wake fast."""
    private, public = make_key_pair()
    values = {
        "token_private_key": SecretStr(private),
        "token_public_key": public,
        "service_key": SecretStr("test-service-key"),
        "argon2_time_cost": 1,
        "argon2_memory_kib": 1024,
        "pool_size": 5,
        "relay_idle_seconds": 0.2,
        **changes,
    }
    return Settings(**values)


test_settings.__test__ = False  # type: ignore[attr-defined]


class TestBank:
    """A running bank and a client at its door."""

    __test__ = False

    def __init__(self, bank: Bank, database: str, cluster: Any) -> None:
        self.bank = bank
        self.database = database
        self.cluster = cluster
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=bank.gateway), base_url="http://bank", timeout=60)
        self._tokens: dict[tuple[str, str | None], str] = {}

    async def sign_on(self, teller: str, cash_box: str | None = "own", password: str = PASSWORD) -> str:
        """The token of a teller; 1-tellers get their demo box (`00001` for S, `00002` for K) unless told otherwise."""
        if cash_box == "own":
            cash_box = {"S": "00001", "K": "00002"}[teller[0]] if teller.endswith("1") else None
        key = (teller, cash_box)
        if key not in self._tokens:
            answer = await self.client.post("/api/sign-on", json={"teller": teller, "password": password, "cash_box": cash_box})
            assert answer.status_code == 200, answer.text
            self._tokens[key] = answer.json()["token"]
        return self._tokens[key]

    async def send(
        self,
        teller: str,
        code: str,
        body: dict[str, Any],
        *,
        key: str | None = None,
        second: str | None = None,
        cash_box: str | None = "own",
    ) -> httpx.Response:
        """Run a transaction as a teller, with the approval of a second person where one is named."""
        headers = {"Authorization": f"Bearer {await self.sign_on(teller, cash_box)}", "Idempotency-Key": key or uuid4().hex}
        if second:
            asked = {"teller": second, "password": PASSWORD, "transaction": code, "body": body}
            approval = await self.client.post("/api/approvals", json=asked)
            assert approval.status_code == 200, approval.text
            headers["X-Approval"] = approval.json()["approval"]
        return await self.client.post(f"/api/transactions/{code}", json=body, headers=headers)

    async def run(self, teller: str, code: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Run a transaction that must succeed; the receipt."""
        answer = await self.send(teller, code, body, **options)
        assert answer.status_code == 200, f"{code}: {answer.status_code} {answer.text}"
        return answer.json()

    async def refuse(self, teller: str, code: str, body: dict[str, Any], problem: str, **options: Any) -> dict[str, Any]:
        """Run a transaction that must be refused with this code; the problem."""
        answer = await self.send(teller, code, body, **options)
        assert answer.status_code >= 400, f"{code} was not refused: {answer.text}"
        assert answer.json()["code"] == problem, answer.text
        return answer.json()

    async def ask(self, teller: str, name: str, **parameters: str) -> dict[str, Any]:
        """Ask a query."""
        headers = {"Authorization": f"Bearer {await self.sign_on(teller)}"}
        answer = await self.client.get(f"/api/queries/{name}", params=parameters, headers=headers)
        assert answer.status_code == 200, f"{name}: {answer.status_code} {answer.text}"
        return answer.json()

    async def report(self, teller: str, name: str, **parameters: str) -> dict[str, Any]:
        """Make a report as JSON."""
        headers = {"Authorization": f"Bearer {await self.sign_on(teller)}"}
        answer = await self.client.get(f"/api/reports/{name}", params={"format": "json", **parameters}, headers=headers)
        assert answer.status_code == 200, f"{name}: {answer.status_code} {answer.text}"
        return answer.json()

    async def day_end(self, through: date | None = None, teller: str = "S0009", force_close: bool = True) -> dict[str, Any]:
        """Run a day end to its end; the run with its steps."""
        headers = {"Authorization": f"Bearer {await self.sign_on(teller)}"}
        parameters = {"force_close": str(force_close).lower(), **({"through": through.isoformat()} if through else {})}
        started = await self.client.post("/api/day-end", params=parameters, headers=headers)
        assert started.status_code == 202, started.text
        while True:
            answer = (await self.client.get(f"/api/day-end/{started.json()['run']}", headers=headers)).json()
            if answer["state"] != "running":
                self._tokens.clear()
                return answer
            await asyncio.sleep(0.05)

    async def settle(self) -> None:
        """Wait until nothing waits in any outbox."""
        for _ in range(400):
            waiting = 0
            for name in SERVICE_NAMES:
                waiting += (await self.bank.transport.call(name, "GET", "/internal/bus"))["outbox_waiting"]
            if waiting == 0:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the outboxes did not empty")

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Look into the database as its owner."""
        connection = await asyncpg.connect(self.cluster.dsn(self.database))
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()


@asynccontextmanager
async def running_bank(
    cluster: Any,
    *,
    clock: Clock | None = None,
    bus: Bus | None = None,
    demo: bool = True,
    database: str | None = None,
    settings: Settings | None = None,
    business_date: date = BUSINESS_DATE,
) -> AsyncIterator[TestBank]:
    """A bank on a fresh copy of the template (or on a database that is named), stopped at the end."""
    if database is None:
        database = f"bank_{next(_copies)}_{uuid4().hex[:6]}"
        await _admin(cluster, f"CREATE DATABASE {database} TEMPLATE {TEMPLATE}")
    urls = {name: cluster.dsn(database, role_of(name), ROLE_PASSWORD) for name in SERVICE_NAMES}
    bank = Bank(settings or test_settings(), urls, clock=clock, bus=bus or LocalBus((0.02, 0.05, 0.1, 0.2)))
    await bank.start()
    running = TestBank(bank, database, cluster)
    try:
        if demo:
            await load_demo(bank.transport, business_date)
        yield running
    finally:
        await running.client.aclose()
        await bank.stop()
