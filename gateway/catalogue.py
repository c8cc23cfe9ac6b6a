"""What the bank offers, as its services declare it. The gateway holds no list of its own: it asks, and remembers for a moment."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from banking.counter_routes import UNKNOWN_QUERY, UNKNOWN_REPORT, UNKNOWN_TRANSACTION
from contracts.ledger import PostingRequested
from contracts.topology import OWNERS
from kernel.errors import DomainError
from runtime.service import Resources
from runtime.transport import UNREACHABLE

SERVICES = OWNERS[PostingRequested.NAME]
REMEMBERED_SECONDS = 60.0
RETRY_SECONDS = 2.0


@dataclass
class Catalogue:
    """The declarations of all services, with the service that owns each.

    Several services may have a part in a query or report of one name: `parts` has the declaration of each, the first one owns it.
    """

    transactions: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    queries: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    reports: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    parts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    account_kinds: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every service has declared what it offers."""
        return not self.missing

    def add(self, declared: dict[str, Any]) -> None:
        """Take in what one service declares."""
        owner = declared["service"]
        self.transactions.update({each["code"]: (owner, each) for each in declared["transactions"]})
        for kept, listed in ((self.queries, declared["queries"]), (self.reports, declared["reports"])):
            for each in listed:
                self.parts.setdefault(each["name"], {})[owner] = each
                kept[each["name"]] = (next(iter(self.parts[each["name"]])), together(list(self.parts[each["name"]].values())))
        self.account_kinds.update(dict.fromkeys(declared["account_kinds"], owner))

    def owner_of_transaction(self, code: str) -> str:
        """The service that runs a transaction. Raises `transaction.unknown`, `service.unreachable`."""
        if code not in self.transactions:
            raise self._unknown(UNKNOWN_TRANSACTION(code=code))
        return self.transactions[code][0]

    def owner_of_query(self, name: str) -> str:
        """The service that answers a query. Raises `query.unknown`, `service.unreachable`."""
        if name not in self.queries:
            raise self._unknown(UNKNOWN_QUERY(name=name))
        return self.queries[name][0]

    def owner_of_report(self, name: str) -> str:
        """The service that makes a report. Raises `report.unknown`, `service.unreachable`."""
        if name not in self.reports:
            raise self._unknown(UNKNOWN_REPORT(name=name))
        return self.reports[name][0]

    def _unknown(self, refusal: DomainError) -> DomainError:
        """What is not found may belong to a service that does not answer: then nobody can say that it does not exist."""
        return UNREACHABLE(service=self.missing[0]) if self.missing else refusal

    def as_dict(self) -> dict[str, Any]:
        """The catalogue as pages and clients read it."""
        return {
            "transactions": [declared for _, (_, declared) in sorted(self.transactions.items())],
            "queries": [declared for _, (_, declared) in sorted(self.queries.items())],
            "reports": [declared for _, (_, declared) in sorted(self.reports.items())],
        }


def together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One declaration of the parts that services have in a list: the first one's, with the conditions of the others."""
    first, *others = parts
    if not others:
        return first
    schemas = [part["schema"] for part in reversed(parts)]
    schema = {**first["schema"], "properties": {name: shape for each in schemas for name, shape in each.get("properties", {}).items()}}
    order = [name for part in parts for name in part["schema"].get("properties", {})]
    schema["properties"] = {name: schema["properties"][name] for name in order}
    definitions = {name: shape for each in schemas for name, shape in each.get("$defs", {}).items()}
    return {**first, "schema": {**schema, **({"$defs": definitions} if definitions else {})}}


async def catalogue_of(resources: Resources) -> Catalogue:
    """The catalogue, asked anew now and then; a service that does not answer is left out until it does."""
    kept: Catalogue | None = resources.state.get("catalogue")
    now = time.monotonic()
    if kept is not None and now < resources.state["catalogue_until"]:
        return kept
    answers = await asyncio.gather(*(_ask(resources, service) for service in SERVICES))
    fresh = Catalogue(missing=tuple(service for service, answer in zip(SERVICES, answers, strict=True) if answer is None))
    for answer in answers:
        if answer is not None:
            fresh.add(answer)
    if kept is not None and not fresh.complete:
        for name in ("transactions", "queries", "reports", "parts", "account_kinds"):
            setattr(fresh, name, {**getattr(kept, name), **getattr(fresh, name)})
    resources.state["catalogue"] = fresh
    resources.state["catalogue_until"] = now + (REMEMBERED_SECONDS if fresh.complete else RETRY_SECONDS)
    return fresh


async def _ask(resources: Resources, service: str) -> dict[str, Any] | None:
    try:
        return await resources.transport.call(service, "GET", "/internal/catalogue")
    except DomainError:
        return None
