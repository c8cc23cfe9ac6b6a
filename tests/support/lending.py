"""Lending with its real neighbours (customer, savings, ledger) on one database: a bank without counter and door, whose wires can be cut."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from banking import execution
from banking.approval import request_digest
from banking.movements import settle_pending
from banking.principal import APPROVAL_TOKEN, TELLER_TOKEN
from banking.service import BankService
from contracts.day import DayClient
from kernel.clock import SystemClock
from launch.catalogue import schema_of, service_named
from launch.wiring import Application, assemble
from runtime.auth import Signer
from runtime.bus_local import LocalBus
from runtime.migrations import migrate, role_of
from runtime.service import PeriodicTask
from runtime.settings import Settings
from runtime.transport import HttpTransport
from tests.support.bank import ROLE_PASSWORD, test_settings
from tests.support.waiting import until

NAMES = ("customer", "ledger", "savings", "lending")
OUTLETS = ["0001", "0200", "0201", "0202", "0300", "0301"]
FIRST_DAY = date(2005, 9, 1)
_people = itertools.count(1)


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Fault:
    """What goes wrong on one call: before it is made or after it was answered, once."""

    service: str
    path: str
    error: BaseException
    after: bool
    seen: int = 0


class Wires(HttpTransport):
    """The transport between the services; a test can cut a wire before or after a call, or do something in between."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.faults: list[Fault] = []
        self.between: dict[str, Callable[[], Awaitable[None]]] = {}

    async def call(self, service: str, method: str, path: str, **content: Any) -> Any:
        fault = next((each for each in self.faults if each.service == service and each.path in path), None)
        if fault is not None and not fault.after:
            fault.seen += 1
            raise fault.error
        answer = await super().call(service, method, path, **content)
        if step := self.between.pop(path, None):
            await step()
        if fault is not None:
            fault.seen += 1
            raise fault.error
        return answer

    @asynccontextmanager
    async def cut(self, service: str, path: str, error: BaseException, *, after: bool) -> AsyncIterator[Fault]:
        """Inside the block every call to a service whose path contains `path` fails."""
        fault = Fault(service, path, error, after)
        self.faults.append(fault)
        try:
            yield fault
        finally:
            self.faults.remove(fault)


class WithoutLoops(BankService):
    """A service whose recovery runs only when a test asks for it."""

    def all_tasks(self) -> tuple[PeriodicTask, ...]:
        return ()


def without_loops(service: BankService) -> BankService:
    return WithoutLoops(**{each.name: getattr(service, each.name) for each in fields(service)})


class LendingBank:
    """The four services, tellers to use them, and companies that borrow."""

    def __init__(
        self, settings: Settings, applications: dict[str, Application], wires: Wires, signer: Signer, key: str, owner_dsn: str
    ) -> None:
        self.settings = settings
        self.applications = applications
        self.wires = wires
        self._signer = signer
        self._key = key
        self._owner_dsn = owner_dsn
        self.clients = {
            name: httpx.AsyncClient(transport=httpx.ASGITransport(app=each.app), base_url=f"http://{name}", timeout=60)
            for name, each in applications.items()
        }
        self.today = FIRST_DAY

    # Time

    async def open_day(self, day: date) -> None:
        """Open a date for every service, once the ledger has all of the one before, as a day end sees to it."""
        await self.settle()
        for name in NAMES:
            await DayClient(self.wires, name).open(day, OUTLETS)
        self.today = day

    # Tellers

    def _claims(self, teller: str, level: str) -> dict[str, Any]:
        outlet = "0001" if teller[1:3] == "00" else f"{teller[1:3]}0{teller[3]}"
        return {"teller": teller, "outlet": outlet, "level": level, "cash_box": "00002", "session": "s"}

    def headers(self, teller: str, level: str = "C") -> dict[str, str]:
        return {"Authorization": f"Bearer {self._signer.sign(TELLER_TOKEN, self._claims(teller, level), 600)}"}

    def approval(self, teller: str, code: str, body: dict[str, Any]) -> str:
        """What a manager signs."""
        claims = {**self._claims(teller, "A"), "approval_id": uuid4().hex, "digest": request_digest(self.settings, code, body)}
        return self._signer.sign(APPROVAL_TOKEN, claims, 5)

    async def send(
        self, code: str, body: dict[str, Any], *, teller: str = "K0211", key: str | None = None, second: str | None = None, verb: str = ""
    ) -> httpx.Response:
        headers = self.headers(teller) | {"Idempotency-Key": key or uuid4().hex}
        if second:
            headers["X-Approval"] = self.approval(second, code, body)
        return await self.clients[code.partition(".")[0]].post(f"/transactions/{code}{verb}", json=body, headers=headers)

    async def run(self, code: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The receipt of a transaction that must succeed."""
        answer = await self.send(code, body, **options)
        assert answer.status_code == 200, f"{code}: {answer.status_code} {answer.text}"
        return answer.json()

    async def refuse(self, code: str, body: dict[str, Any], problem: str, field: str | None = None, **options: Any) -> dict[str, Any]:
        """The problem of a transaction that must be refused with this code, speaking of this field of its form."""
        answer = await self.send(code, body, **options)
        assert answer.status_code >= 400, f"{code} was not refused: {answer.text}"
        document = answer.json()
        assert (document["code"], document.get("field")) == (problem, field), answer.text
        assert document["message"]["zh"] and document["message"]["en"]
        return document

    async def reverse(self, receipt: dict[str, Any], **options: Any) -> httpx.Response:
        """冲账 of a transaction by its receipt, once it stands in the journal."""
        await self.settle()
        body = {"transaction_number": receipt["transaction_number"], "business_date": receipt["business_date"]}
        return await self.send("ledger.correct.reverse", body, second="K0219", **options)

    # Borrowers

    async def company(self) -> str:
        """A new corporate customer."""
        number = next(_people)
        document = {"id_type": "G", "id_number": f"33010019{number:07d}"}
        body = {"name": f"第{number}机械厂", "nature": "001", **document, "address": "解放路1号", "phone": "0571-1"}
        return (await self.run("customer.corporate.open", body))["result"]["customer_number"]

    async def account(self, customer: str, teller: str = "K0211", kind: str = "201", flag: str = "0", **more: Any) -> str:
        """A pre-opened current account."""
        body = {"customer_number": customer, "kind": kind, "account_flag": flag, **more}
        return (await self.run("savings.corporate.pre_open", body, teller=teller))["result"]["account"]

    async def note(self, customer: str, deposit: str, *, teller: str = "K0211", **changes: Any) -> str:
        """A note entered today, by default 100,000.00 for a year at 5.58 %."""
        return (await self.run("lending.note.enter", self.terms(customer, deposit, **changes), teller=teller))["result"]["note_number"]

    def terms(self, customer: str, deposit: str, **changes: Any) -> dict[str, Any]:
        given = {
            "contract_number": f"C{uuid4().hex[:12]}",
            "customer_number": customer,
            "deposit_account": deposit,
            "principal": "100000.00",
            "currency": "CNY",
            "rate": "5.58",
            "starts_on": self.today.isoformat(),
            "due_on": self.today.replace(year=self.today.year + 1).isoformat(),
            "kind": "123",
        }
        return {name: value for name, value in {**given, **changes}.items() if value is not None}

    async def loan(self, principal: str = "100000.00", *, teller: str = "K0211", deposit_teller: str = "K0211", **changes: Any) -> Borrowed:
        """A released loan of a new company."""
        customer = await self.company()
        deposit = await self.account(customer, deposit_teller)
        note = await self.note(customer, deposit, teller=teller, principal=principal, **changes)
        receipt = await self.run("lending.loan.release", {"note_number": note}, teller=teller)
        return Borrowed(customer, deposit, note, receipt["result"]["account"], receipt)

    # What stands where

    async def panel(self, account: str) -> dict[str, Any]:
        service = "lending" if account[10] == "5" else "savings"
        answer = await self.clients[service].get(f"/accounts/{account}", headers=self.headers("K0211"))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def balances(self, borrowed: Borrowed) -> tuple[str, str]:
        """What is outstanding on the loan, and what lies on its deposit account."""
        return (await self.panel(borrowed.account))["balance"], (await self.panel(borrowed.deposit))["balance"]

    async def ask(self, name: str, **parameters: Any) -> dict[str, Any]:
        answer = await self.clients["lending"].get(f"/queries/{name}", params=parameters, headers=self.headers("K0211"))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def settle(self) -> None:
        """Wait until the ledger has every fact."""
        facts = "routing_key LIKE 'ledger.posting_requested%'"
        waiting = "SELECT count(*) FROM {0}.outbox_waiting JOIN {0}.outbox USING (sequence) WHERE " + facts

        async def nothing_waits() -> bool:
            return sum([(await self.sql(waiting.format(name)))[0][0] for name in NAMES]) == 0

        await until(nothing_waits, "the ledger has every fact")

    async def recover(self, service: str = "savings") -> None:
        """What the recovery loop of an account owner does once movements have been pending for a while."""
        await self.sql(f"UPDATE {service}.movement SET created_at = created_at - interval '10 seconds' WHERE state = 'pending'")
        await settle_pending(self.applications[service].resources)

    async def forget_intents(self, service: str = "lending") -> None:
        """Let so much time pass that no running transaction can have left these intents."""
        await self.sql(f"UPDATE {service}.register SET created_at = created_at - interval '1 hour' WHERE state = 'intended'")

    async def undecided(self) -> tuple[int, int]:
        """Intents of lending and movements of savings that nobody decided yet."""
        intents = await self.sql("SELECT count(*) FROM lending.register WHERE state = 'intended'")
        pending = await self.sql("SELECT count(*) FROM savings.movement WHERE state = 'pending'")
        return intents[0][0], pending[0][0]

    async def proof(self, owner: str = "lending") -> tuple[Any, Any]:
        """The group sums of an account owner and the ledger's own of the same accounts."""
        await self.settle()
        own = await self.wires.call(owner, "GET", "/internal/day/sub-ledger")
        booked = await self.wires.call("ledger", "GET", f"/internal/sub-ledgers/{owner}")
        return own["groups"], booked["groups"]

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._owner_dsn)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()


@dataclass(frozen=True)
class Borrowed:
    """A company's loan."""

    customer: str
    deposit: str
    note: str
    account: str
    receipt: dict[str, Any]


@asynccontextmanager
async def dying(monkeypatch: Any) -> AsyncIterator[None]:
    """Inside the block a process that meets `Crash` is dead: nothing it would do about a failure happens."""

    async def dead(*_: Any) -> None:
        return None

    with monkeypatch.context() as patched:
        patched.setattr(execution, "_give_up", dead)
        yield


@asynccontextmanager
async def lending_bank(cluster_dsn: Callable[..., str], database_url: str) -> AsyncIterator[LendingBank]:
    """The four services on fresh schemas of a database, recovery loops not running."""
    services = {name: service_named(name) for name in NAMES}
    await migrate(database_url, [schema_of(name, ROLE_PASSWORD) for name in NAMES])
    settings, clock, bus = test_settings(), SystemClock(), LocalBus((0.02, 0.05, 0.1, 0.2))
    key = settings.service_key.get_secret_value()
    wires = Wires(service_key=key)
    database = database_url.rpartition("/")[2].partition("?")[0]
    applications = {
        name: assemble(without_loops(service), settings, wires, bus, clock, cluster_dsn(database, role_of(name), ROLE_PASSWORD))
        for name, service in services.items()
    }
    for name, application in applications.items():
        wires.mount(name, application.app)
    assert settings.token_private_key is not None
    bank = LendingBank(settings, applications, wires, Signer(settings.token_private_key.get_secret_value(), clock), key, database_url)
    await bus.start()
    for application in applications.values():
        await application.start()
    try:
        await bank.open_day(FIRST_DAY)
        yield bank
    finally:
        for application in reversed(applications.values()):
            await application.stop()
        await bus.stop()
        await wires.close()
        for client in bank.clients.values():
            await client.aclose()


__all__ = ["Borrowed", "Crash", "LendingBank", "dying", "lending_bank"]
