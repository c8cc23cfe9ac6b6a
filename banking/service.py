"""A bank service: a runtime service with counter transactions, queries, reports, and the accounts it owns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from banking import business_day, counter_routes, day_blockers, day_events, movements, position_limits, register, rights_routes, sub_ledger
from banking.day_blockers import Blockers
from banking.day_events import DayEvent
from banking.movements import Keeper, settle_pending
from banking.query import Query, Read, Report
from banking.register import settle_intents
from banking.tables import Frame
from banking.transaction import Transaction
from contracts.day import Position
from kernel.numbers import NumberKind
from runtime.service import PeriodicTask, Resources, Service

RECOVERY_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class BankService(Service):
    """The declaration of a bank service. What is listed here is all it takes: routes, recovery loops and catalogue follow from it."""

    frame: Frame
    transactions: tuple[Transaction, ...] = ()
    queries: tuple[Query, ...] = ()
    reports: tuple[Report, ...] = ()
    account_kinds: tuple[NumberKind, ...] = ()
    panel: Callable[[Read, str], Awaitable[dict[str, Any]]] | None = None
    catch_up: Callable[[Resources, list[UUID]], Awaitable[None]] | None = None
    keeper: Callable[[Resources], Keeper] | None = None
    sub_ledger: Callable[[AsyncConnection], Awaitable[list[Position]]] | None = None
    group_balances: Callable[[AsyncConnection, Position], Awaitable[dict[str, int]]] | None = None
    account_lines: sub_ledger.AccountLines | None = None
    day_events: tuple[DayEvent, ...] = ()
    blockers: Blockers | None = None
    undecided: Callable[[AsyncConnection], Awaitable[int]] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def all_routers(self) -> tuple[APIRouter, ...]:
        day = (business_day.router, day_blockers.router, day_events.router)
        routers = (*self.routers, counter_routes.router, *day, register.router, rights_routes.router, position_limits.router)
        if self.keeper is not None:
            routers = (*routers, movements.router)
        if self.sub_ledger is not None:
            routers = (*routers, sub_ledger.router)
        return routers

    def all_tasks(self) -> tuple[PeriodicTask, ...]:
        tasks = (*self.tasks, PeriodicTask("settle_intents", RECOVERY_SECONDS, settle_intents))
        if self.keeper is not None:
            tasks = (*tasks, PeriodicTask("settle_pending", RECOVERY_SECONDS, settle_pending))
        return tasks

    def prepare(self, resources: Resources) -> None:
        resources.state["frame"] = self.frame
        if self.blockers is not None:
            resources.state["blockers"] = self.blockers
        if self.undecided is not None:
            resources.state["undecided"] = self.undecided
        if self.keeper is not None:
            resources.state["keeper"] = self.keeper(resources)

    def transaction(self, code: str) -> Transaction | None:
        """The declared transaction of that code."""
        return next((each for each in self.transactions if each.code == code), None)

    def catalogue(self) -> dict[str, Any]:
        """Everything the service offers at the counter, as the gateway and the pages read it."""
        return {
            "service": self.name,
            "transactions": [each.catalogue_entry() for each in self.transactions],
            "queries": [each.catalogue_entry() for each in self.queries],
            "reports": [each.catalogue_entry() for each in self.reports],
            "account_kinds": [kind.value for kind in self.account_kinds],
        }
