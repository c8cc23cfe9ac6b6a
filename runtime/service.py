"""A service is a declaration: its name, tables, queues, routes and periodic tasks. One factory makes an application of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from sqlalchemy import MetaData

from contracts.topology import Queue
from kernel.clock import Clock
from kernel.text import Text
from runtime.consumer import Ahead, Consumer, Handler, Refused
from runtime.database import Database
from runtime.outbox import Outbox
from runtime.settings import Settings
from runtime.tables import Plumbing
from runtime.transport import HttpTransport

if TYPE_CHECKING:
    from runtime.auth import Signer, Verifier


@dataclass
class Resources:
    """What a running service has in hand. Made by the composition root, closed by it."""

    name: str
    settings: Settings
    database: Database
    plumbing: Plumbing
    outbox: Outbox
    transport: HttpTransport
    clock: Clock
    verifier: Verifier
    signer: Signer | None = None
    consumers: dict[str, Consumer] = field(default_factory=dict)
    bus_connected: Callable[[], bool] = lambda: True
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Consumption:
    """A queue this service consumes: its handler, what to say when a message is refused for good, and what to do before its turn."""

    queue: Queue
    handler: Callable[[Resources], Handler]
    refused: Callable[[Resources], Refused] | None = None
    ahead: Callable[[Resources], Ahead] | None = None


@dataclass(frozen=True)
class PeriodicTask:
    """Work that repeats by itself, a recovery loop for example."""

    name: str
    every_seconds: float
    run: Callable[[Resources], Awaitable[None]]


@dataclass(frozen=True)
class Service:
    """The declaration of a service."""

    name: str
    title: Text
    metadata: MetaData | None = None
    plumbing: Plumbing | None = None
    routers: tuple[APIRouter, ...] = ()
    consumes: tuple[Consumption, ...] = ()
    tasks: tuple[PeriodicTask, ...] = ()
    on_start: tuple[Callable[[Resources], Awaitable[None]], ...] = ()
    gauges: tuple[Callable[[Resources], Awaitable[None]], ...] = ()
    """Each sets metrics from the database whenever they are scraped."""
    larger_bodies: Mapping[str, int] = field(default_factory=dict)
    """Beginnings of paths that take files, and how many bytes; everything else keeps to the setting `body_limit_bytes`."""

    def all_routers(self) -> tuple[APIRouter, ...]:
        """The routers an application of this service serves; richer declarations add theirs."""
        return self.routers

    def all_tasks(self) -> tuple[PeriodicTask, ...]:
        """The periodic tasks that run beside it; richer declarations add theirs."""
        return self.tasks

    def prepare(self, resources: Resources) -> None:
        """Put what the declaration brings along into the resources; called once before the application is made."""


def resources_of(request: Request) -> Resources:
    """The resources of the application that serves a request, as a route dependency."""
    return request.app.state.resources
