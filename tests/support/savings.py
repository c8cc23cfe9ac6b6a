"""The savings service alone on its own database: its neighbours are played here, the ledger with its real rulebook."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx

from banking.approval import request_digest
from banking.principal import APPROVAL_TOKEN
from contracts.ledger import PostingRequested, control_total_minor
from kernel.clock import SystemClock
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from kernel.numbers import customer_number
from launch.catalogue import schema_of
from launch.wiring import assemble
from runtime.auth import SERVICE_KEY_HEADER, Signer
from runtime.bus_local import LocalBus
from runtime.migrations import migrate, role_of
from runtime.settings import Settings
from services.ledger.accounting.load import load_rulebook
from services.ledger.domain.expand import expand
from services.savings.service import SERVICE
from tests.support.bank import test_settings

ROLE_PASSWORD = "test"
OUTLETS = ["0001", "0200", "0201", "0202", "0300", "0301"]
NOT_IN_PLACE = ErrorType("voucher.not_in_place", Kind.CONFLICT, "凭证不在钱箱", "the voucher is not in the box")
NO_CUSTOMER = ErrorType("customer.unknown", Kind.NOT_FOUND, "没有这个客户", "there is no such customer")
DOCUMENT = "11010519491231002X"


class PlayedBox:
    """The counter's register as the savings service calls it: `box` and `sold` are cheques by kind and number, held ones in neither; of
    passbooks and slips the box has every number, each once."""

    def __init__(self) -> None:
        self.used: set[tuple[str, int]] = set()
        self.box: set[tuple[str, int]] = set()
        self.sold: set[tuple[str, int]] = set()
        self._held: dict[str, tuple[str, set[tuple[str, int]]]] = {}

    def call(self, verb: str, posting_id: str, asked: Any) -> Any:
        return self._hold(asked) if verb == "hold" else self._decide(verb, posting_id)

    def _hold(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["action"] == "use":
            return self._use(asked)
        numbers = {(asked["kind"], number) for number in range(int(asked["first"]), int(asked["last"]) + 1)}
        source = self.sold if asked["action"] == "take_back" else self.box
        if not numbers <= source:
            raise NOT_IN_PLACE(field=asked["field"])
        if not asked["dry_run"]:
            source -= numbers
            self._held[asked["posting_id"]] = asked["action"], numbers
        return {"first": asked["first"], "last": asked["last"], "sheets": len(numbers)}

    def _use(self, asked: dict[str, Any]) -> dict[str, Any]:
        lowest = next(number for number in itertools.count(70_000_001) if (asked["kind"], number) not in self.used)
        number = int(asked["first"] or lowest)
        if (asked["kind"], number) in self.used:
            raise NOT_IN_PLACE(field=asked["field"])
        if not asked["dry_run"]:
            self.used.add((asked["kind"], number))
            self._held[asked["posting_id"]] = "use", {(asked["kind"], number)}
        return {"first": f"{number:08d}", "last": f"{number:08d}", "sheets": 1}

    def _decide(self, verb: str, posting_id: str) -> dict[str, Any]:
        action, numbers = self._held.pop(posting_id, ("sell", set()))
        if action == "use":
            self.used -= set() if verb == "post" else numbers
            return {"state": "posted" if verb == "post" else "voided"}
        forth = (action == "sell") == (verb == "post")
        (self.sold if forth else self.box).update(numbers)
        return {"state": "posted" if verb == "post" else "voided"}


class Neighbours:
    """What the savings service calls: the ledger expands by its real rules, any customer exists, initiators answer what a test decided."""

    def __init__(self) -> None:
        self.vouchers = PlayedBox()
        self.facts: list[PostingRequested] = []
        self.released: list[str] = []
        self.decisions: dict[UUID, dict[str, Any]] = {}
        self.customers: dict[str, dict[str, Any]] = {}
        self.unknown_customers: set[str] = set()
        self.refuse_next: Exception | None = None

    async def call(self, service: str, method: str, path: str, *, json: Any = None, params: Any = None, headers: Any = None) -> Any:
        match service, path.split("/")[2]:
            case "ledger", "expand":
                return self._expand(json)
            case "ledger", "reservations":
                self.released.append(path.split("/")[3])
                return {}
            case "customer", "customers":
                return self._customer(path.rpartition("/")[2])
            case "counter", "vouchers":
                return self.vouchers.call(path.rpartition("/")[2], path.split("/")[3], json)
            case _, "postings":
                return self.decisions.get(UUID(path.rpartition("/")[2]), {"state": "voided", "transaction_number": None})
        raise AssertionError(f"nobody plays {service} {method} {path}")

    def _expand(self, document: dict[str, Any]) -> dict[str, Any]:
        if self.refuse_next is not None:
            refusal, self.refuse_next = self.refuse_next, None
            raise refusal
        fact = PostingRequested.model_validate(document)
        made = expand(load_rulebook(), fact)  # type: ignore[arg-type]
        self.facts.append(fact)
        entries = [
            {
                "outlet": leg.outlet,
                "account": leg.account,
                "business_code": leg.business_code,
                "subject": leg.subject,
                "direction": leg.direction,
                "amount": format_amount(leg.amount_minor, fact.currency),
                "automatic": leg.automatic,
            }
            for leg in made.legs
        ]
        return {
            "posting_id": str(fact.posting_id),
            "rule": made.rule,
            "rule_version": made.rule_version,
            "control_total_minor": control_total_minor(fact),
            "entries": entries,
        }

    def _customer(self, number: str) -> dict[str, Any]:
        if number in self.unknown_customers:
            raise NO_CUSTOMER(field="customer_number")
        kind = "personal" if number[0] in "0123" else "corporate"
        known = {
            "customer_number": number,
            "kind": kind,
            "name": f"客户{number}",
            "id_type": "A",
            "id_number": DOCUMENT,
            "status": "active",
        }
        return known | self.customers.get(number, {})


class Customers:
    """Customer numbers, never the same twice."""

    def __init__(self) -> None:
        self._sequence = 100

    def person(self) -> str:
        self._sequence += 1
        return customer_number(0, self._sequence)

    def organisation(self) -> str:
        self._sequence += 1
        return customer_number(4, self._sequence)


class SavingsAlone:
    """A running savings service and tellers to use it."""

    def __init__(self, application: Any, signer: Signer, key: str, neighbours: Neighbours, settings: Settings) -> None:
        self.resources = application.resources
        self.neighbours = neighbours
        self._settings = settings
        self._signer = signer
        self._key = key
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=application.app), base_url="http://savings", timeout=60)
        self.business_date = date(2005, 9, 1)
        self.customers = Customers()

    async def demand(self, amount: str = "1000.00", *, teller: str = "S0211", **fields: Any) -> str:
        """A new demand account: mode C at its own outlet, unless told otherwise."""
        body = {
            "customer_number": self.customers.person(),
            "instrument": "passbook",
            "currency": "CNY",
            "amount": amount,
            "withdrawal_mode": "C",
        }
        return (await self.result(teller, "savings.demand.open", {**body, "cross_outlet": False, **fields}))["account"]

    async def current(self, amount: str | None = "1000.00", *, teller: str = "K0211", **fields: Any) -> str:
        """A new corporate current account: industrial, basic, activated by a first deposit unless there is no amount."""
        body = {"customer_number": self.customers.organisation(), "kind": "201", "account_flag": "0", "interest_bearing": True, **fields}
        account = (await self.result(teller, "savings.corporate.pre_open", body))["account"]
        if amount is not None:
            await self.run(teller, "savings.corporate.deposit_cash", {"account": account, "amount": amount})
        return account

    def token(self, teller: str, cash_box: str | None = "00001", level: str = "C") -> str:
        """The token of a teller: letter, sub-branch, last digit of the outlet, number."""
        outlet = f"{teller[1:3]}0{teller[3]}" if teller[1:3] != "00" else f"000{teller[3]}"
        return self._signer.sign("teller", {"teller": teller, "outlet": outlet, "level": level, "cash_box": cash_box, "session": "s"}, 600)

    def approval(self, teller: str, code: str, body: dict[str, Any], level: str = "A") -> str:
        """What a manager signs, of the teller's outlet."""
        outlet = f"{teller[1:3]}0{teller[3]}"
        claims = {"teller": teller, "outlet": outlet, "level": level, "approval_id": uuid4().hex}
        return self._signer.sign(APPROVAL_TOKEN, {**claims, "digest": request_digest(self._settings, code, body)}, 600)

    async def send(
        self, teller: str, code: str, body: dict[str, Any], *, key: str | None = None, second: str | None = None, **signing: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(teller, **signing)}", "Idempotency-Key": key or uuid4().hex}
        if second:
            headers["X-Approval"] = self.approval(second, code, body)
        return await self.client.post(f"/transactions/{code}", json=body, headers=headers)

    async def run(self, teller: str, code: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The receipt of a transaction that must succeed."""
        answer = await self.send(teller, code, body, **options)
        assert answer.status_code == 200, f"{code}: {answer.status_code} {answer.text}"
        return answer.json()

    async def result(self, teller: str, code: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The result of a transaction that must succeed."""
        return (await self.run(teller, code, body, **options))["result"]

    async def refuse(self, teller: str, code: str, body: dict[str, Any], problem: str, **options: Any) -> dict[str, Any]:
        """The problem of a transaction that must be refused with this code."""
        answer = await self.send(teller, code, body, **options)
        assert answer.status_code >= 400, f"{code} was not refused: {answer.text}"
        document = answer.json()
        assert document["code"] == problem, answer.text
        assert document["message"]["zh"] and document["message"]["en"]
        return document

    async def preview(self, teller: str, code: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(teller)}"}
        return await self.client.post(f"/transactions/{code}/preview", json=body, headers=headers)

    async def ask(self, teller: str, name: str, /, **parameters: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(teller)}"}
        return await self.client.get(f"/queries/{name}", params=parameters, headers=headers)

    async def panel(self, account: str, teller: str = "S0211") -> dict[str, Any]:
        """The account as a teller sees it."""
        answer = await self.client.get(f"/accounts/{account}", headers={"Authorization": f"Bearer {self.token(teller)}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def internal(self, method: str, path: str, body: Any = None, **parameters: Any) -> httpx.Response:
        """A call as another service makes it."""
        return await self.client.request(method, path, json=body, params=parameters, headers={SERVICE_KEY_HEADER: self._key})

    async def open_day(self, day: date) -> None:
        """Start a business date."""
        answer = await self.internal("POST", "/internal/day/open", {"business_date": day.isoformat(), "outlets": OUTLETS})
        assert answer.status_code == 200, answer.text
        self.business_date = day

    async def rows(self, statement: str, *values: Any) -> list[Any]:
        """Look into the service's schema."""
        async with self.resources.database.reading() as connection:
            return list(await connection.exec_driver_sql(statement, values))


@asynccontextmanager
async def savings_alone(cluster_dsn: Any, database_url: str) -> AsyncIterator[SavingsAlone]:
    """The service on a fresh schema of the given database, its relay and loops not running."""
    await migrate(database_url, [schema_of("savings", ROLE_PASSWORD)])
    settings = test_settings()
    neighbours = Neighbours()
    name = database_url.rpartition("/")[2].partition("?")[0]
    url = cluster_dsn(name, role_of("savings"), ROLE_PASSWORD)
    clock = SystemClock()
    application = assemble(SERVICE, settings, neighbours, LocalBus(), clock, url)  # type: ignore[arg-type]
    assert settings.token_private_key is not None
    signer = Signer(settings.token_private_key.get_secret_value(), clock)
    alone = SavingsAlone(application, signer, settings.service_key.get_secret_value(), neighbours, settings)
    await alone.open_day(alone.business_date)
    try:
        yield alone
    finally:
        await alone.client.aclose()
        await application.stop()
