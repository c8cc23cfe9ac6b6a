"""A distributed demo bank of a benchmark's own: PostgreSQL with fsync, a private RabbitMQ, one process per service."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from bench.machine import processor_seconds, resident_mebibytes, versions
from bench.sender import ORIGIN
from launch.bank_folder import BankFolder, Secrets
from launch.demo import BUSINESS_DATE
from launch.distributed import Child, DistributedBank, children_of, load_demo_bank, wait_until_ready
from launch.one_process import DATABASE, BankDatabase, UpOptions
from launch.provision.ports import free_port
from launch.provision.postgres import EmbeddedPostgres
from launch.provision.processes import processes_in
from launch.provision.rabbitmq import PrivateBroker
from runtime.migrations import create_database

LIMIT_DATABASE = "limit"
IDLE_SECONDS = 30.0
"""How long a count may stand still before what is waited for is given up."""
SAMPLE_SECONDS = 0.2


@dataclass
class Running:
    """The bank that is measured."""

    server: EmbeddedPostgres
    broker: PrivateBroker
    folder: BankFolder
    options: UpOptions
    secrets: Secrets
    children: list[Child]
    bank: DistributedBank

    @property
    def dsn(self) -> str:
        """The bank's database, as its owner."""
        return self.server.dsn(DATABASE)

    @property
    def limit_dsn(self) -> str:
        """An empty copy of the database, for the limit."""
        return self.server.dsn(LIMIT_DATABASE)

    async def only(self, *names: str) -> None:
        """Run these services and stop the others; all when none is named."""
        await self.bank.stop()
        self.bank = DistributedBank(self.folder, [child for child in self.children if not names or child.name in names])
        await self.bank.start()
        if not names:
            await wait_until_ready(self.bank, self.options, asyncio.Event(), quiet)

    def processor_seconds(self) -> dict[str, float]:
        """The processor time used so far by each process, and by the servers' processes together."""
        used = {child.name: processor_seconds(child.process.pid) for child in self.bank.children if child.process and child.process.pid}
        used["sender"] = processor_seconds(os.getpid())
        used["rabbitmq"] = sum(processor_seconds(pid) for pid in processes_in(self.broker.folder / "server"))
        used["postgresql"] = sum(processor_seconds(pid) for pid in processes_in(self.server.folder / "server" / "cluster"))
        return used

    def used_since(self, before: dict[str, float]) -> dict[str, float]:
        """What was used after `before`, without those who did nothing."""
        used = {name: seconds - before.get(name, 0.0) for name, seconds in self.processor_seconds().items()}
        return {name: round(seconds, 2) for name, seconds in used.items() if seconds >= 0.1}

    async def wait_for(self, statement: str, wanted: int, what: str) -> None:
        """Wait until a counting statement gives so many. Ends the program when the count stands still."""
        connection = await asyncpg.connect(self.dsn)
        loop = asyncio.get_running_loop()
        try:
            counted, since = -1, loop.time()
            while (found := int(await connection.fetchval(statement) or 0)) < wanted:
                if found != counted:
                    counted, since = found, loop.time()
                elif loop.time() - since > IDLE_SECONDS:
                    raise SystemExit(f"{what}: {found} of {wanted}, and no more for {IDLE_SECONDS:.0f} s")
                await asyncio.sleep(0.05)
        finally:
            await connection.close()

    async def fetch(self, statement: str) -> list[asyncpg.Record]:
        """The rows of one statement."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def memory_of(self, name: str) -> AsyncIterator[Memory]:
        """The memory of one process, looked at again and again in the block."""
        memory = Memory()
        [child] = [child for child in self.bank.children if child.name == name]

        async def look() -> None:
            while child.process is not None and child.process.pid:
                memory.mebibytes.append(resident_mebibytes(child.process.pid))
                await asyncio.sleep(SAMPLE_SECONDS)

        task = asyncio.create_task(look())
        try:
            yield memory
        finally:
            task.cancel()

    async def versions(self) -> dict[str, str]:
        """What ran."""
        connection = await asyncpg.connect(self.dsn)
        try:
            settings = {name: await connection.fetchval(f"SHOW {name}") for name in ("server_version", "fsync", "synchronous_commit")}
        finally:
            await connection.close()
        rabbitmq = (await asyncio.to_thread(self.broker.control, "version")).strip()
        named = {"postgresql": settings.pop("server_version"), **settings, "rabbitmq": rabbitmq}
        return versions(("asyncpg", "aio-pika", "sqlalchemy", "pydantic", "msgspec", "fastapi", "uvicorn"), **named)


@dataclass
class Memory:
    """Resident memory of a process over time, in MiB."""

    mebibytes: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """The most, and what it was at every fifth of the time."""
        seen = [each for each in self.mebibytes if each] or [0.0]
        fifths = [seen[round(position * (len(seen) - 1) / 5)] for position in range(6)]
        return {"most": round(max(seen)), "at_every_fifth": [round(each) for each in fifths]}


@asynccontextmanager
async def running_bank(folder: Path, *, sent_from_outside: bool) -> AsyncIterator[Running]:
    """A demo bank with everything in `folder`, ready for business, and an empty copy of its database for the limit.

    A service wakes its relay itself when it commits; where rows are `sent_from_outside` of it, its relay looks often instead.
    """
    server, broker = EmbeddedPostgres(folder / "postgres"), PrivateBroker(folder / "rabbitmq")
    bank_folder = BankFolder(folder / "bank")
    secrets = bank_folder.open()
    options = UpOptions(bank_folder, free_port(), "127.0.0.1", BUSINESS_DATE)
    running = Running(server, broker, bank_folder, options, secrets, [], DistributedBank(bank_folder))
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    try:
        await asyncio.to_thread(server.start)
        await _note_commit_times(server)
        await create_database(server.dsn(), DATABASE)
        os.environ["HUITONG_OWNER_DATABASE_URL"] = server.dsn(DATABASE)
        database = BankDatabase(bank_folder, secrets)
        await database.migrate(quiet)
        await execute(server.dsn(), f'CREATE DATABASE "{LIMIT_DATABASE}" TEMPLATE {DATABASE}')
        await asyncio.to_thread(broker.start)
        running.children = children_of(options, secrets, database.urls(), broker.url())
        for child in running.children:
            if sent_from_outside and child.name == ORIGIN:
                child.environment["HUITONG_RELAY_IDLE_SECONDS"] = "0.01"
        await running.only()
        await load_demo_bank(running.bank, options, secrets, quiet)
        yield running
    finally:
        await running.bank.stop()
        await asyncio.to_thread(broker.stop)
        await asyncio.to_thread(server.stop)
        broker.remove()
        server.remove()


def quiet(_progress: str) -> None:
    """Say nothing."""


async def _note_commit_times(server: EmbeddedPostgres) -> None:
    await execute(server.dsn(), "ALTER SYSTEM SET track_commit_timestamp = on")
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)


async def execute(dsn: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
