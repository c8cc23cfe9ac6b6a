"""`python -m launch serve NAME`: one application in this process, as containers and `up --distributed` run it."""

from __future__ import annotations

import asyncio
import os
import sys

from kernel.clock import SystemClock
from launch.catalogue import GATEWAY, gateway, service_named
from launch.one_process import broker_of
from launch.provision.problems import SetUpProblem
from launch.serving import serve
from launch.wiring import assemble
from runtime.bus import Bus
from runtime.bus_local import LocalBus
from runtime.settings import Settings
from runtime.telemetry import configure_logging, configure_tracing
from runtime.transport import HttpTransport

ORPHAN_SECONDS = 2.0
"""How long a process whose parent has gone may take to stop cleanly."""


async def run_service(name: str, stop: asyncio.Event, *, with_parent: bool = False) -> None:
    """Run one application on the settings of the environment until `stop` is set, or until the parent's end. Raises SetUpProblem for
    what the settings lack."""
    if with_parent:
        _stop_with_parent(stop)
    settings = Settings()
    configure_logging(settings.log_level)
    configure_tracing(f"huitong-{name}", settings.otlp_endpoint)
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


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Set `stop` when standard input ends: a pipe that only the parent holds ends with the parent, however that ends."""
    loop = asyncio.get_running_loop()
    standard_input = sys.stdin.fileno()

    def readable() -> None:
        if not os.read(standard_input, 1024):
            loop.remove_reader(standard_input)
            loop.call_later(ORPHAN_SECONDS, os._exit, 1)
            stop.set()

    loop.add_reader(standard_input, readable)


def _require(value: str, name: str):
    if not value:
        raise SetUpProblem(f"{name} is not set.", f"缺少设置 {name}。")
    return value
