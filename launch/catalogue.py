"""The catalogue of applications: the only list of services, and the only place that imports them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from banking.service import BankService
from runtime.migrations import Schema
from runtime.service import Service

SERVICE_NAMES: tuple[str, ...] = ("customer", "ledger", "savings", "lending", "clearing", "reconciliation", "counter")
GATEWAY = "gateway"
FRAME_REVISIONS = Path(__file__).resolve().parent.parent / "banking" / "migrations"
APPLICATIONS: tuple[str, ...] = (*SERVICE_NAMES, GATEWAY)


def service_named(name: str) -> BankService:
    """The declaration of a service. Raises `KeyError` for a name that is not in the catalogue."""
    if name not in SERVICE_NAMES:
        raise KeyError(name)
    return import_module(f"services.{name}.service").SERVICE


def all_services() -> tuple[BankService, ...]:
    """The declarations of all services, in the order they start."""
    return tuple(service_named(name) for name in SERVICE_NAMES)


def gateway() -> Service:
    """The declaration of the gateway."""
    return import_module("gateway.service").SERVICE


def schema_of(name: str, role_password: str) -> Schema:
    """The database schema of a service: its own tables, and those every service has by the frame's revisions."""
    metadata = service_named(name).metadata
    assert metadata is not None, f"{name} has no tables"
    return Schema(metadata, revisions_of(name), role_password, (FRAME_REVISIONS,))


def revisions_of(name: str) -> Path:
    """The folder of a service's database revisions."""
    return Path(import_module(f"services.{name}").__file__ or "").parent / "migrations"
