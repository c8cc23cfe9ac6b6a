"""The composition root: gives every declared service its database, its bus and the ways to its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI

from contracts.day import DayClient
from kernel.clock import Clock, SystemClock
from launch.catalogue import GATEWAY, SERVICE_NAMES, all_services, gateway
from launch.national_peer.process import peer_for
from runtime.app import create_app
from runtime.auth import Signer, Verifier
from runtime.bus import Bus
from runtime.bus_local import LocalBus
from runtime.database import Database
from runtime.outbox import Outbox
from runtime.runner import Runner
from runtime.service import Resources, Service
from runtime.settings import Settings
from runtime.transport import HttpTransport

SIGNING_SERVICE = "counter"


@dataclass
class Application:
    """One service made ready to run."""

    service: Service
    resources: Resources
    app: FastAPI
    runner: Runner

    async def start(self) -> None:
        await self.runner.start()

    async def stop(self) -> None:
        await self.runner.stop()
        if self.resources.database is not None:
            await self.resources.database.close()


def assemble(
    service: Service, settings: Settings, transport: HttpTransport, bus: Bus, clock: Clock, database_url: str | None
) -> Application:
    """Make an application of a declaration. The gateway has no database."""
    connections = {"pool_size": settings.pool_size, "patience_seconds": settings.patience_seconds}
    database = Database(database_url, application=service.name, **connections) if database_url else None
    resources = Resources(
        name=service.name,
        settings=settings,
        database=database,  # type: ignore[arg-type]
        plumbing=service.plumbing,  # type: ignore[arg-type]
        outbox=Outbox(service.plumbing, clock) if service.plumbing is not None else None,  # type: ignore[arg-type]
        transport=transport,
        clock=clock,
        verifier=Verifier(settings.token_public_key, clock),
        signer=(
            Signer(settings.token_private_key.get_secret_value(), clock)
            if service.name == SIGNING_SERVICE and settings.token_private_key
            else None
        ),
    )
    service.prepare(resources)
    return Application(service, resources, create_app(service, resources), Runner(service, resources, bus))


class Bank:
    """The whole bank in one process: every service, the gateway, and the in-process bus between them (or the broker that is given)."""

    def __init__(self, settings: Settings, database_urls: Mapping[str, str], *, bus: Bus | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.bus = bus or LocalBus()
        self.settings = settings
        self.national_peer = peer_for(settings, self.bus, self.clock)
        self.transport = HttpTransport(service_key=settings.service_key.get_secret_value())
        self.applications: dict[str, Application] = {}
        for service in all_services():
            self.applications[service.name] = assemble(service, settings, self.transport, self.bus, self.clock, database_urls[service.name])
        self.applications[GATEWAY] = assemble(gateway(), settings, self.transport, self.bus, self.clock, None)
        for name, application in self.applications.items():
            self.transport.mount(name, application.app)

    @property
    def gateway(self) -> FastAPI:
        """The application that faces the outside."""
        return self.applications[GATEWAY].app

    def days(self) -> list[DayClient]:
        """The business day's copy in every service."""
        return [DayClient(self.transport, name) for name in SERVICE_NAMES]

    async def start(self) -> None:
        """Start the bus, then every service, after the central bank's front end if it is simulated here."""
        await self.bus.start()
        if self.national_peer is not None:
            await self.national_peer.start()
        for application in self.applications.values():
            await application.start()

    async def stop(self) -> None:
        """Stop in the opposite order; what is not yet delivered stays in the outboxes."""
        for application in reversed(self.applications.values()):
            await application.stop()
        if self.national_peer is not None:
            await self.national_peer.stop()
        await self.bus.stop()
        await self.transport.close()
