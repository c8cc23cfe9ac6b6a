"""`./huitong up --distributed`: one process per service on a real RabbitMQ, watched and started again when one dies."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess

import httpx

from launch.bank_folder import BankFolder, Secrets
from launch.catalogue import APPLICATIONS, GATEWAY, SERVICE_NAMES
from launch.forked import ended, fork
from launch.national_peer.process import NAME as NATIONAL_PEER
from launch.one_process import DEMO_SMS_SENDER, SMS_SENDER, BankDatabase, Say, UpOptions, load_demo_once
from launch.one_service import run_forked
from launch.provision.ports import free_port
from launch.provision.problems import SetUpProblem
from launch.provision.rabbitmq import PrivateBroker
from launch.wiring import SIGNING_SERVICE
from runtime.transport import HttpTransport

READY_SECONDS = 90
STOP_SECONDS = 20
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 10.0
STEADY_SECONDS = 10.0
"""A process that lived as long as this is started again without delay; one that keeps dying waits longer every time."""


@dataclass
class Child:
    """One application as a process of its own."""

    name: str
    port: int
    environment: dict[str, str]
    process: ForkServerProcess | None = None


@dataclass
class DistributedBank:
    """Starts, watches and stops the processes. Each ends when this one does, however that happens."""

    folder: BankFolder
    children: list[Child] = field(default_factory=list)
    watchers: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Start every process and keep it running."""
        for child in self.children:
            await self._start(child)
        self._write_processes()
        self.watchers = [asyncio.create_task(self._watch(child), name=f"{child.name}.watcher") for child in self.children]

    async def stop(self) -> None:
        """End all processes cleanly, the gateway first."""
        for watcher in self.watchers:
            watcher.cancel()
        await asyncio.gather(*self.watchers, return_exceptions=True)
        await asyncio.gather(*(_end(child) for child in reversed(self.children)))

    async def _start(self, child: Child) -> None:
        """Start one process; what it logs goes to a file of its own."""
        log = self.folder.logs / f"{child.name}.log"
        child.process = await asyncio.to_thread(fork, child.name, log, child.environment, run_forked)

    async def _watch(self, child: Child) -> None:
        """Start the process again whenever it ends."""
        pause_seconds = FIRST_PAUSE_SECONDS
        while child.process is not None:
            started = time.monotonic()
            await ended(child.process)
            steady = time.monotonic() - started > STEADY_SECONDS
            pause_seconds = FIRST_PAUSE_SECONDS if steady else min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause_seconds)
            await self._start(child)
            self._write_processes()

    def _write_processes(self) -> None:
        """Leave a note of who is who, for operators and for the tests that kill."""
        listed = {child.name: {"pid": child.process.pid if child.process else None, "port": child.port} for child in self.children}
        part = self.folder.path / "processes.part"
        part.write_text(json.dumps(listed), encoding="utf-8")
        part.rename(self.folder.path / "processes.json")


async def _end(child: Child) -> None:
    process = child.process
    if process is None or not process.is_alive():
        return
    process.terminate()
    try:
        await asyncio.wait_for(ended(process), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await ended(process)


def children_of(options: UpOptions, secrets: Secrets, database_urls: dict[str, str], broker_url: str) -> list[Child]:
    """The processes with the settings each needs and no more."""
    ports = {name: options.port if name == GATEWAY else free_port() for name in APPLICATIONS}
    urls = {name: f"http://127.0.0.1:{ports[name]}" for name in SERVICE_NAMES}
    peer = {f"HUITONG_{name.upper()}": value for name, value in options.peer_settings.items()}
    passed_on = {key: value for key, value in os.environ.items() if not key.startswith("HUITONG_") or key in PASSED_ON}
    children = []
    for name in APPLICATIONS:
        environment = passed_on | {
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
        if name == PORTAL_SERVICE:
            environment |= {SMS_SENDER: DEMO_SMS_SENDER} | {key: value for key, value in os.environ.items() if key in OF_THE_PORTAL}
        children.append(Child(name, ports[name], environment | peer))
    if peer.get("HUITONG_NATIONAL_PEER", os.environ.get("HUITONG_NATIONAL_PEER")) == "simulator":
        children.append(Child(NATIONAL_PEER, 0, {**passed_on, **peer, "HUITONG_BROKER_URL": broker_url}))
    return children


PORTAL_SERVICE = "reconciliation"
OF_THE_PORTAL = frozenset({SMS_SENDER, "HUITONG_SMS_URL", "HUITONG_SMS_KEY", "HUITONG_PORTAL_TICKET_PUBLIC_KEY"})
PASSED_ON = frozenset(
    f"HUITONG_{name}"
    for name in (
        "LOG_LEVEL",
        "OTLP_ENDPOINT",
        "ALLOW_FORCE_CLOSE",
        "ARGON2_TIME_COST",
        "ARGON2_MEMORY_KIB",
        "NATIONAL_PEER",
        "NATIONAL_PEER_SEED",
        "NATIONAL_PEER_DELAY_SECONDS",
        "NATIONAL_PEER_FAULTS",
    )
)


async def run_distributed(options: UpOptions, secrets: Secrets, database: BankDatabase, stop: asyncio.Event, say: Say, ready) -> None:
    """Run the bank as one process per service until `stop` is set."""
    await database.migrate(lambda name: say(f"tables of {name}"))
    broker = None if os.environ.get("HUITONG_BROKER_URL") else PrivateBroker(options.folder.broker)
    if broker is not None:
        say("RabbitMQ")
        await asyncio.to_thread(broker.start)
    bank = DistributedBank(options.folder)
    try:
        broker_url = broker.url() if broker is not None else os.environ["HUITONG_BROKER_URL"]
        bank.children = children_of(options, secrets, database.urls(), broker_url)
        say(f"starting {len(bank.children)} processes")
        await bank.start()
        await wait_until_ready(bank, options, stop, say)
        if not stop.is_set():
            await load_demo_bank(bank, options, secrets, say)
            ready()
        await stop.wait()
    finally:
        await bank.stop()
        if broker is not None:
            await asyncio.to_thread(broker.stop)


async def load_demo_bank(bank: DistributedBank, options: UpOptions, secrets: Secrets, say: Say) -> None:
    """Load the demo bank through the services' own doors, unless the bank has one."""
    urls = {child.name: f"http://127.0.0.1:{child.port}" for child in bank.children}
    transport = HttpTransport(bases=urls, service_key=secrets.service_key)
    try:
        await load_demo_once(transport, options.business_date, lambda what: say(f"demo bank: {what}"))
    finally:
        await transport.close()


async def wait_until_ready(bank: DistributedBank, options: UpOptions, stop: asyncio.Event, say: Say) -> None:
    """Wait until every process answers, or `stop` is set. Raises SetUpProblem after a while."""
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
