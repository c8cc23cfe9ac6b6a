"""Banks in processes of their own, started as `./huitong up` starts them, with a client at their door and the means to kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from launch.bank_folder import ROOT, Secrets
from launch.catalogue import SERVICE_NAMES
from launch.provision.ports import free_port
from launch.provision.postgres import EmbeddedPostgres
from runtime.auth import make_key_pair
from runtime.transport import HttpTransport
from tests.support.bank import ROLE_PASSWORD, TEMPLATE, execute_as_admin
from tests.support.door import Door

START_SECONDS = 120
STOP_SECONDS = 90
LIGHT = {"HUITONG_ARGON2_TIME_COST": "1", "HUITONG_ARGON2_MEMORY_KIB": "1024"}


class StartedBank(Door):
    """`python -m launch up` on a folder, with what else it is told; may be killed and started again on the same folder and port."""

    def __init__(self, folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: asyncio.subprocess.Process | None = None
        self._options = options
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUITONG_")}
        self._environment = {**inherited, **LIGHT, **(environment or {})}
        super().__init__(httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60, trust_env=False))

    @property
    def said(self) -> Path:
        """What the bank printed; beside its folder, which must be empty at the first start."""
        return self.folder.with_suffix(".said")

    async def start(self) -> None:
        """Start the bank and wait until it says that it is ready."""
        with open(self.said, "wb") as said:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "launch", "up", "--data", str(self.folder), "--port", str(self.port), *self._options),
                cwd=ROOT,
                env=self._environment,
                stdout=said,
                stderr=said,
            )
        async with asyncio.timeout(START_SECONDS):
            while not any(line.startswith("ready ") for line in self.said.read_text(errors="replace").splitlines()):
                assert self.process.returncode is None, self.said.read_text(errors="replace")
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """End the process that was started the hard way, and nothing else; what it started must cope by itself."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """End the bank as a person does; its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)

    async def close(self) -> None:
        """Stop the bank if it runs, and leave its door."""
        await self.client.aclose()
        if self.process is not None:
            await self.stop()

    def owner_url(self) -> str:
        """The database's address as its owner: the embedded server's, whose port is a new one at every start."""
        server = EmbeddedPostgres(self.folder / "postgres")
        server.port = int((server.folder / "server" / "cluster" / "postmaster.pid").read_text().splitlines()[3])
        return server.dsn("huitong")

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Look into the database as its owner."""
        connection = await asyncpg.connect(self.owner_url())
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    async def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until every service, its database and the bus answer."""
        answer = "nothing answers"
        try:
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        found = await self.client.get("/readyz")
                        if found.status_code == 200:
                            return
                        answer = found.text
                    except httpx.TransportError as error:
                        answer = repr(error)
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"not ready after {seconds} s: {answer}\n{self.logs()}") from None

    def logs(self) -> str:
        """The last lines of everything the bank wrote, for a failing test."""
        files = [self.said, *sorted((self.folder / "logs").glob("*.log"))]
        return "\n".join(f"== {file.name}\n" + file.read_text(errors="replace")[-1500:] for file in files if file.exists())


class DistributedBank(StartedBank):
    """One process per service, watched by the starting process, on a database and a broker of the tests."""

    def __init__(self, folder: Path, owner_url: str, broker_url: str, service_key: str, *options: str) -> None:
        named = {"HUITONG_OWNER_DATABASE_URL": owner_url, "HUITONG_BROKER_URL": broker_url}
        super().__init__(folder, "--distributed", *options, environment=named)
        self._owner_url = owner_url
        self._service_key = service_key

    def owner_url(self) -> str:
        return self._owner_url

    def processes(self) -> dict[str, dict[str, int]]:
        """Name -> process id and port, as of now."""
        return json.loads((self.folder / "processes.json").read_text(encoding="utf-8"))

    async def kill_service(self, name: str) -> None:
        """End a service the hard way, and wait until another process has taken its place; the bank sees to that by itself."""
        killed = self.processes()[name]["pid"]
        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(START_SECONDS):
            while self.processes()[name]["pid"] == killed:
                await asyncio.sleep(0.05)

    def transport(self) -> HttpTransport:
        """A way to the services' internal doors."""
        bases = {name: f"http://127.0.0.1:{each['port']}" for name, each in self.processes().items()}
        return HttpTransport(bases=bases, service_key=self._service_key)


def write_secrets(folder: Path) -> str:
    """A bank folder whose roles have the password of the tests' template; returns the service key."""
    private, public = make_key_pair()
    secrets = Secrets(uuid4().hex, private, public, dict.fromkeys(SERVICE_NAMES, ROLE_PASSWORD))
    (folder / "logs").mkdir(parents=True)
    (folder / "secrets.json").write_text(json.dumps(asdict(secrets)), encoding="utf-8")
    return secrets.service_key


@asynccontextmanager
async def distributed_bank(cluster: Any, broker_url: str, folder: Path, *options: str) -> AsyncIterator[DistributedBank]:
    """A bank of many processes on a copy of the template and on a virtual host of its own, with what else `up` is told; stopped at the
    end."""
    database = f"bank_{uuid4().hex[:12]}"
    await execute_as_admin(cluster, f"CREATE DATABASE {database} TEMPLATE {TEMPLATE}")
    async with _started(DistributedBank(folder, cluster.dsn(database), broker_url, write_secrets(folder), *options)) as bank:
        yield bank  # type: ignore[misc]


@asynccontextmanager
async def one_process_bank(folder: Path) -> AsyncIterator[StartedBank]:
    """A bank in one process with everything of its own in `folder`, database included; stopped and removed at the end."""
    try:
        async with _started(StartedBank(folder)) as bank:
            yield bank
    finally:
        EmbeddedPostgres(folder / "postgres").remove()


@asynccontextmanager
async def _started(bank: StartedBank) -> AsyncIterator[StartedBank]:
    try:
        await bank.start()
        yield bank
    except BaseException:
        print(bank.logs())
        raise
    finally:
        await bank.close()
