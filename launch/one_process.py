"""`./huitong up`: the whole bank in this process, on the embedded database unless another one is named."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import SecretStr

from kernel.errors import DomainError
from launch.bank_folder import BankFolder, Secrets
from launch.catalogue import SERVICE_NAMES, schema_of
from launch.demo import BUSINESS_DATE, load_demo
from launch.provision.postgres import EmbeddedPostgres
from launch.serving import serve
from launch.wiring import Bank
from runtime.bus import Bus
from runtime.migrations import create_database, migrate, role_of
from runtime.settings import Settings
from runtime.telemetry import configure_logging, configure_tracing
from runtime.transport import HttpTransport

DATABASE = "huitong"
SMS_SENDER, DEMO_SMS_SENDER = "HUITONG_SMS_SENDER", "show"
"""The customers of a demo bank are made up: what would go to their telephones is shown on the operations page."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class UpOptions:
    """What `./huitong up` was told."""

    folder: BankFolder
    port: int
    host: str
    business_date: date
    national_peer: bool = False

    @property
    def peer_settings(self) -> dict[str, str]:
        """What the services and the simulated front end are told when the bank shall have one."""
        remembers = {"national_peer_memory": str(self.folder.path / "national_peer.jsonl")}
        return {"national_peer": "simulator", **remembers} if self.national_peer else remembers


class BankDatabase:
    """The bank's database: the embedded server, or the one that HUITONG_OWNER_DATABASE_URL names."""

    def __init__(self, folder: BankFolder, secrets: Secrets) -> None:
        self._secrets = secrets
        self._named = os.environ.get("HUITONG_OWNER_DATABASE_URL")
        self._embedded = None if self._named else EmbeddedPostgres(folder.postgres)

    def start(self) -> None:
        """Start the embedded server; a named one is there already."""
        if self._embedded is not None:
            self._embedded.start()

    def stop(self) -> None:
        if self._embedded is not None:
            self._embedded.stop()

    async def migrate(self, say: Say) -> None:
        """Create the database and bring every schema to its newest revision."""
        if self._embedded is not None:
            await create_database(self._embedded.dsn(), DATABASE)
        schemas = [schema_of(name, self._secrets.role_passwords[name]) for name in SERVICE_NAMES]
        await migrate(self.owner_url(), schemas, say)

    def owner_url(self) -> str:
        """The address as the owner of the schemas."""
        return self._named or self._embedded.dsn(DATABASE)  # type: ignore[union-attr]

    def urls(self) -> dict[str, str]:
        """The address of each service, under its own role."""
        parts = urlsplit(self.owner_url())
        host = parts.netloc.rpartition("@")[2]
        found = {}
        for name in SERVICE_NAMES:
            login = f"{role_of(name)}:{quote(self._secrets.role_passwords[name], safe='')}"
            found[name] = urlunsplit((parts.scheme, f"{login}@{host}", parts.path, parts.query, ""))
        return found


def settings_of(secrets: Secrets, **changes: object) -> Settings:
    """The settings of a bank that keeps its secrets in its folder, a demo bank; the environment may say the rest."""
    if SMS_SENDER not in os.environ:
        changes = {"sms_sender": DEMO_SMS_SENDER, **changes}
    return Settings(
        service_key=SecretStr(secrets.service_key),
        token_private_key=SecretStr(secrets.token_private_key),
        token_public_key=secrets.token_public_key,
        **changes,  # type: ignore[arg-type]
    )


def broker_of(settings: Settings, name: str) -> Bus | None:
    """The broker that HUITONG_BROKER_URL names, or None for the in-process bus."""
    if settings.broker_url is None:
        return None
    from runtime.bus_amqp import AmqpBus

    return AmqpBus(settings.broker_url.get_secret_value(), name=name)


async def load_demo_once(transport: HttpTransport, business_date: date, say: Say) -> None:
    """Load the demo bank unless the bank has moved on from its first day; a load that broke off is taken up again."""
    try:
        current = date.fromisoformat((await transport.call("ledger", "GET", "/internal/organisation"))["business_date"])
    except DomainError as error:
        if error.code != "day.not_opened":
            raise
        current = business_date
    if current == business_date:
        await load_demo(transport, business_date, say)


async def run_bank(
    options: UpOptions, secrets: Secrets, database: BankDatabase, stop: asyncio.Event, say: Say, ready: Callable[[], None]
) -> None:
    """Run the bank until `stop` is set."""
    settings = settings_of(secrets, host=options.host, port=options.port, **options.peer_settings)
    configure_logging(settings.log_level)
    configure_tracing("huitong", settings.otlp_endpoint)
    await database.migrate(lambda name: say(f"tables of {name}"))
    bank = Bank(settings, database.urls(), bus=broker_of(settings, "huitong"))
    await bank.start()
    try:
        say("demo bank")
        await load_demo_once(bank.transport, options.business_date, lambda what: say(f"demo bank: {what}"))

        async def announce() -> None:
            ready()

        await serve(bank.gateway, options.host, options.port, stop, announce)
    finally:
        await bank.stop()


__all__ = ["BUSINESS_DATE", "BankDatabase", "UpOptions", "load_demo_once", "run_bank", "settings_of"]
