"""`python -m launch serve NAME`: one application in this process, as containers and `up --distributed` run it."""

from __future__ import annotations

import asyncio
import os

from kernel.clock import SystemClock
from launch.catalogue import GATEWAY, gateway, service_named
from launch.forked import parent_gone, readable
from launch.national_peer.process import NAME as NATIONAL_PEER
from launch.national_peer.process import peer_for
from launch.one_process import broker_of
from launch.provision.problems import SetUpProblem
from launch.serving import serve
from launch.signals import until_signalled
from launch.wiring import assemble
from runtime.bus import Bus
from runtime.bus_local import LocalBus
from runtime.settings import Settings
from runtime.telemetry import configure_logging, configure_tracing
from runtime.transport import HttpTransport

ORPHAN_SECONDS = 2.0
"""How long a process whose parent has gone may take to stop cleanly."""


async def run_service(name: str, stop: asyncio.Event) -> None:
    """Run one application, or the simulated front end, on the settings of the environment until `stop` is set.

    Raises SetUpProblem for what the settings lack.
    """
    settings = Settings()
    configure_logging(settings.log_level)
    configure_tracing(f"huitong-{name}", settings.otlp_endpoint)
    if name == NATIONAL_PEER:
        await _run_peer(settings, stop)
        return
    bus: Bus = LocalBus()
    if name != GATEWAY:
        _require(settings.database_url.get_secret_value(), "HUITONG_DATABASE_URL")
        bus = broker_of(settings, name) or _require("", "HUITONG_BROKER_URL")
    _require(settings.token_public_key, "HUITONG_TOKEN_PUBLIC_KEY")
    _require(settings.service_key.get_secret_value(), "HUITONG_SERVICE_KEY")
    transport = HttpTransport(bases=settings.service_urls, service_key=settings.service_key.get_secret_value())
    service = gateway() if name == GATEWAY else service_named(name)
    application = assemble(service, settings, transport, bus, SystemClock(), settings.database_url.get_secret_value() or None)
    await bus.start()
    await application.start()
    try:
        await serve(application.app, settings.host, settings.port, stop)
    finally:
        await application.stop()
        await bus.stop()
        await transport.close()


async def _run_peer(settings: Settings, stop: asyncio.Event) -> None:
    """The central bank's front end, simulated in a process of its own."""
    bus = broker_of(settings, NATIONAL_PEER) or _require("", "HUITONG_BROKER_URL")
    peer = peer_for(settings.model_copy(update={"national_peer": "simulator"}), bus, SystemClock())
    assert peer is not None
    await bus.start()
    await peer.start()
    try:
        await stop.wait()
    finally:
        await peer.stop()
        await bus.stop()


def run_forked(name: str) -> None:
    """Run one application in a process of `launch.forked`, until a signal or its parent's end."""
    until_signalled(lambda stop: _run_with_parent(name, stop))


async def _run_with_parent(name: str, stop: asyncio.Event) -> None:
    watcher = asyncio.create_task(_stop_with_parent(stop), name="parent.watcher")
    try:
        await run_service(name, stop)
    finally:
        watcher.cancel()


async def _stop_with_parent(stop: asyncio.Event) -> None:
    parent = parent_gone()
    if parent is None:
        return
    await readable(parent)
    asyncio.get_running_loop().call_later(ORPHAN_SECONDS, os._exit, 1)
    stop.set()


def _require(value: str, name: str):
    if not value:
        raise SetUpProblem(f"{name} is not set.", f"缺少设置 {name}。")
    return value
