"""The books of a date as the services that keep them show them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date

from contracts.books import BooksClient, TrialBalance
from contracts.clearing import ClearingClient
from contracts.day import DayClient, Position
from contracts.ledger import LedgerClient, OriginTotal, PostingRequested
from contracts.topology import OWNERS
from runtime.service import Resources
from services.reconciliation.domain.differences import (
    Compared,
    Difference,
    Group,
    GroupSum,
    Totals,
    account_differences,
    compared_groups,
    group_differences,
)

ACCOUNT_OWNERS = ("savings", "lending")
"""The services that keep customers' accounts."""
SERVICES = OWNERS[PostingRequested.NAME]


async def trial_balance(resources: Resources, day: date) -> TrialBalance:
    """What does not balance in the ledger's own books."""
    return await BooksClient(resources.transport).trial_balance(day)


async def sub_ledger_differences(resources: Resources, owner: str) -> tuple[list[Difference], list[Compared]]:
    """The accounts on which an owner and the ledger do not agree, and all groups side by side. Groups that agree in sum, number and
    checksum are not looked into."""
    ours, theirs = DayClient(resources.transport, owner), BooksClient(resources.transport)
    own, booked = (_sums(each.groups) for each in await asyncio.gather(ours.sub_ledger(), theirs.sub_ledger(owner)))
    found: list[Difference] = []
    for group in group_differences(own, booked):
        outlet, currency, business_code = group
        asked = Position(outlet=outlet, currency=currency, business_code=business_code, accounts=0, total_minor=0, checksum=0)
        accounts = await asyncio.gather(ours.group_balances(asked), theirs.group_balances(owner, asked))
        found.extend(account_differences(owner, group, *accounts))
    return found, compared_groups(owner, own, booked)


def _sums(groups: Iterable[Position]) -> dict[Group, GroupSum]:
    return {(each.outlet, each.currency, each.business_code): GroupSum(each.accounts, each.total_minor, each.checksum) for each in groups}


async def interbranch_balances(resources: Resources) -> dict[str, int]:
    """The ledger's 416-420 sub-accounts and reserve accounts with their balances, debit positive."""
    return await LedgerClient(resources.transport).interbranch()


async def clearing_positions(resources: Resources, day: date) -> tuple[dict[Group, int], Totals]:
    """Clearing's positions by outlet, currency and sub-account, and what it has heard of per origin."""
    heard = await ClearingClient(resources.transport).positions(day)
    positions = {(each.outlet, each.currency, each.sub_account): each.amount_minor for each in heard.positions}
    return positions, _totals(heard.ingested)


async def stated_totals(resources: Resources, day: date) -> Totals:
    """What every service states of its own postings."""
    statements = await asyncio.gather(*(DayClient(resources.transport, name).statement(day) for name in SERVICES))
    return {each.service: (each.postings, each.control_total_minor) for each in statements}


async def posted_totals(resources: Resources, day: date) -> Totals:
    """What stands in the journal, per origin."""
    return _totals(await LedgerClient(resources.transport).totals(day))


def _totals(rows: Iterable[OriginTotal]) -> Mapping[str, tuple[int, int]]:
    return {each.origin: (each.postings, each.control_total_minor) for each in rows}
