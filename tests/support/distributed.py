"""A bank of many processes on a real RabbitMQ, as `./huitong up --distributed` starts it, with a client at its door and the means to
kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from launch.bank_folder import ROOT, Secrets
from launch.catalogue import SERVICE_NAMES
from launch.provision.ports import free_port
from runtime.auth import make_key_pair
from runtime.transport import HttpTransport
from tests.support.bank import ROLE_PASSWORD, TEMPLATE, execute_as_admin
from tests.support.door import Door

START_SECONDS = 90


class DistributedBank(Door):
    """One process per service, watched by the starting process."""

    def __init__(self, folder: Path, port: int, process: asyncio.subprocess.Process, database: str, cluster: Any, service_key: str) -> None:
        super().__init__(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False))
        self.folder = folder
        self.process = process
        self.database = database
        self.cluster = cluster
        self._service_key = service_key

    def processes(self) -> dict[str, dict[str, int]]:
        """Name -> process id and port, as of now."""
        return json.loads((self.folder / "processes.json").read_text(encoding="utf-8"))

    def kill(self, service: str) -> int:
        """End a service the hard way; the bank starts it again by itself. Returns the process id that was killed."""
        pid = self.processes()[service]["pid"]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until every service, its database and the bus answer again."""
        for _ in range(int(seconds * 5)):
            try:
                if (await self.client.get("/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.2)
        raise AssertionError((await self.client.get("/readyz")).text)

    def transport(self) -> HttpTransport:
        """A way to the services' internal doors."""
        bases = {name: f"http://127.0.0.1:{each['port']}" for name, each in self.processes().items()}
        return HttpTransport(bases=bases, service_key=self._service_key)

    def logs(self) -> str:
        """The last lines of every log, for a failing test."""
        return "\n".join(f"== {file.name}\n" + file.read_text(errors="replace")[-1500:] for file in sorted((self.folder /
        "logs").glob("*.log")))


def write_secrets(folder: Path) -> str:
    """A bank folder whose roles have the password of the tests' template; returns the service key."""
    private, public = make_key_pair()
    secrets = Secrets(uuid4().hex, private, public, dict.fromkeys(SERVICE_NAMES, ROLE_PASSWORD))
    (folder / "logs").mkdir(parents=True)
    (folder / "secrets.json").write_text(json.dumps(asdict(secrets)), encoding="utf-8")
    return secrets.service_key


@asynccontextmanager
async def distributed_bank(cluster: Any, broker_url: str, folder: Path) -> AsyncIterator[DistributedBank]:
    """Start a bank on a copy of the template and on a virtual host of its own; stop it at the end."""
    database = f"bank_{uuid4().hex[:12]}"
    await execute_as_admin(cluster, f"CREATE DATABASE {database} TEMPLATE {TEMPLATE}")
    service_key = write_secrets(folder)
    port = free_port()
    environment = {
        **os.environ,
        "HUITONG_OWNER_DATABASE_URL": cluster.dsn(database),
        "HUITONG_BROKER_URL": broker_url,
        "HUITONG_ARGON2_TIME_COST": "1",
        "HUITONG_ARGON2_MEMORY_KIB": "1024",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "launch", "up", "--distributed", "--data", str(folder), "--port", str(port)),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    bank = DistributedBank(folder, port, process, database, cluster, service_key)
    try:
        await asyncio.wait_for(_ready(process), START_SECONDS)
        yield bank
    except BaseException:
        print(bank.logs())
        raise
    finally:
        await bank.client.aclose()
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), 60)


async def _ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    said = b""
    while True:
        line = await process.stdout.readline()
        said += line
        if line.startswith(b"ready "):
            return
        assert line, said.decode(errors="replace")
