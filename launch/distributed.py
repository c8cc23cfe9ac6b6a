"""`./huitong up --distributed`: one process per service on a real RabbitMQ, watched and started again when one dies."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field

import httpx

from launch.bank_folder import BankFolder, Secrets
from launch.catalogue import APPLICATIONS, GATEWAY, SERVICE_NAMES
from launch.one_process import BankDatabase, Say, UpOptions, load_demo_once
from launch.provision.ports import free_port
from launch.provision.problems import SetUpProblem
from launch.provision.rabbitmq import PrivateBroker
from launch.wiring import SIGNING_SERVICE
from runtime.transport import HttpTransport

READY_SECONDS = 90
RESTART_PAUSE_SECONDS = 0.5


@dataclass
class Child:
    """One application as a process of its own."""

    name: str
    port: int
    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0


@dataclass
class DistributedBank:
    """Starts, watches and stops the processes."""

    folder: BankFolder
    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    async def start(self, child: Child) -> None:
        """Start one process; what it logs goes to a file of its own."""
        with open(self.folder.logs / f"{child.name}.log", "ab") as log:  # noqa: ASYNC230 - opens at once
            child.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "launch",
                "serve",
                child.name,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=child.environment,
            )

    async def watch(self, child: Child) -> None:
        """Start the process again whenever it ends although the bank runs."""
        while not self.stopping:
            assert child.process is not None
            await child.process.wait()
            if self.stopping:
                return
            child.restarts += 1
            await asyncio.sleep(RESTART_PAUSE_SECONDS)
            await self.start(child)
            self.write_processes()

    def write_processes(self) -> None:
        """Leave a note of who is who, for operators and for the tests that kill."""
        listed = {child.name: {"pid": child.process.pid if child.process else None, "port": child.port} for child in self.children}
        part = self.folder.path / "processes.part"
        part.write_text(json.dumps(listed), encoding="utf-8")
        part.rename(self.folder.path / "processes.json")

    async def stop(self) -> None:
        """End all processes cleanly, the gateway first."""
        self.stopping = True
        for child in reversed(self.children):
            if child.process is not None and child.process.returncode is None:
                child.process.terminate()
        for child in self.children:
            if child.process is not None:
                try:
                    await asyncio.wait_for(child.process.wait(), 20)
                except TimeoutError:
                    child.process.kill()
                    await child.process.wait()


def children_of(options: UpOptions, secrets: Secrets, database_urls: dict[str, str], broker_url: str) -> list[Child]:
    """The processes with the settings each needs and no more."""
    ports = {name: options.port if name == GATEWAY else free_port() for name in APPLICATIONS}
    urls = {name: f"http://127.0.0.1:{ports[name]}" for name in SERVICE_NAMES}
    children = []
    for name in APPLICATIONS:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("HUITONG_") or key in PASSED_ON}
        environment |= {
            "HUITONG_HOST": options.host if name == GATEWAY else "127.0.0.1",
            "HUITONG_PORT": str(ports[name]),
            "HUITONG_SERVICE_URLS": json.dumps(urls),
            "HUITONG_SERVICE_KEY": secrets.service_key,
            "HUITONG_TOKEN_PUBLIC_KEY": secrets.token_public_key,
        }
        if name != GATEWAY:
            environment |= {"HUITONG_DATABASE_URL": database_urls[name], "HUITONG_BROKER_URL": broker_url}
        if name == SIGNING_SERVICE:
            environment["HUITONG_TOKEN_PRIVATE_KEY"] = secrets.token_private_key
        children.append(Child(name, ports[name], environment))
    return children


PASSED_ON = frozenset(
    {"HUITONG_LOG_LEVEL", "HUITONG_OTLP_ENDPOINT", "HUITONG_ALLOW_FORCE_CLOSE", "HUITONG_ARGON2_TIME_COST", "HUITONG_ARGON2_MEMORY_KIB"}
)


async def run_distributed(options: UpOptions, secrets: Secrets, database: BankDatabase, stop: asyncio.Event, say: Say, ready) -> None:
    """Run the bank as one process per service until `stop` is set."""
    await database.migrate(lambda name: say(f"tables of {name}"))
    broker = None if os.environ.get("HUITONG_BROKER_URL") else PrivateBroker(options.folder.broker)
    if broker is not None:
        say("RabbitMQ")
        await asyncio.to_thread(broker.start)
    bank = DistributedBank(options.folder)
    watchers: list[asyncio.Task[None]] = []
    try:
        broker_url = broker.url() if broker is not None else os.environ["HUITONG_BROKER_URL"]
        bank.children = children_of(options, secrets, database.urls(), broker_url)
        for child in bank.children:
            say(f"starting {child.name}")
            await bank.start(child)
        watchers = [asyncio.create_task(bank.watch(child)) for child in bank.children]
        await _wait_until_ready(bank, options, stop, say)
        urls = {child.name: f"http://127.0.0.1:{child.port}" for child in bank.children}
        transport = HttpTransport(bases=urls, service_key=secrets.service_key)
        await load_demo_once(transport, options.business_date, lambda what: say(f"demo bank: {what}"))
        await transport.close()
        bank.write_processes()
        if not stop.is_set():
            ready()
        await stop.wait()
    finally:
        await bank.stop()
        for watcher in watchers:
            watcher.cancel()
        if broker is not None:
            await asyncio.to_thread(broker.stop)


async def _wait_until_ready(bank: DistributedBank, options: UpOptions, stop: asyncio.Event, say: Say) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        for _ in range(READY_SECONDS * 5):
            if stop.is_set():
                return
            try:
                answer = await client.get(f"http://127.0.0.1:{options.port}/readyz")
                if answer.status_code == 200:
                    return
                waiting = sorted(name for name, each in answer.json()["services"].items() if not each.get("ok"))
                say(f"waiting for {', '.join(waiting)}")
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.2)
    raise SetUpProblem(
        f"Not every service became ready within {READY_SECONDS} s; see {bank.folder.logs}.", "部分服务未能就绪，请查看日志。"
    )
