"""What must hold before and after a netting run, as pure comparisons: each gives the differences it finds, nothing when all is well.

Positions are credit positive, balances of ledger accounts debit positive, both in minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kernel.numbers import outlet_and_code
from services.clearing.domain.netting import CENTRAL_BANK, INTERNAL_SUB_ACCOUNTS, SUB_ACCOUNTS, Vector
from services.clearing.domain.reserves import SUBJECT_OF_RESERVE, central_bank_account
from services.clearing.domain.units import superior_of

RESERVES = frozenset({CENTRAL_BANK, *SUBJECT_OF_RESERVE})
Totals = Mapping[str, tuple[int, int]]
"""Origin -> number of sets, control total."""


@dataclass(frozen=True, slots=True)
class IncompleteOrigin:
    """An origin whose sets clearing has not heard of as the ledger holds them."""

    origin: str
    posted: int
    posted_total_minor: int
    ingested: int
    ingested_total_minor: int


@dataclass(frozen=True, slots=True)
class PositionDifference:
    """A sub-account whose position is not the ledger's balance; both credit positive."""

    outlet: str
    sub_account: str
    position_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class MirrorDifference:
    """A pair of reserve accounts that do not mirror each other: the holder's asset, and what the superior owes, as a positive amount."""

    subject: str
    lower: str
    upper: str
    lower_minor: int
    upper_minor: int


def incomplete_origins(posted: Totals, ingested: Totals) -> list[IncompleteOrigin]:
    """The origins of which the ledger and clearing do not hold the same sets."""
    return [
        IncompleteOrigin(origin, *posted.get(origin, (0, 0)), *ingested.get(origin, (0, 0)))
        for origin in sorted({*posted, *ingested})
        if posted.get(origin, (0, 0)) != ingested.get(origin, (0, 0))
    ]


def position_differences(positions: Mapping[str, Vector], balances: Mapping[str, Vector]) -> list[PositionDifference]:
    """The sub-accounts whose position is not the ledger's balance (both credit positive, by outlet)."""
    zero = (0,) * len(SUB_ACCOUNTS)
    found = []
    for outlet in sorted({*positions, *balances}):
        own, theirs = positions.get(outlet, zero), balances.get(outlet, zero)
        if own != theirs:
            pairs = zip(SUB_ACCOUNTS, own, theirs, strict=True)
            found.extend(PositionDifference(outlet, sub, mine, other) for sub, mine, other in pairs if mine != other)
    return found


def unbalanced_sub_accounts(business: Mapping[str, int]) -> dict[str, int]:
    """The sub-accounts 416, 417 and 418 whose business of the day does not sum to zero over the bank, and by how much."""
    return {sub: business[sub] for sub in INTERNAL_SUB_ACCOUNTS if business.get(sub)}


def mirror_differences(balances: Mapping[str, int]) -> list[MirrorDifference]:
    """The pairs of reserve accounts 471 and 472 of one currency that do not mirror each other; a missing account counts as zero."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for account, minor in balances.items():
        books, code = outlet_and_code(account)
        if code not in SUBJECT_OF_RESERVE:
            continue
        counterparty = account[11:15]
        holds = superior_of(books) == counterparty
        lower, upper = (books, counterparty) if holds else (counterparty, books)
        pair = sums.setdefault((code, lower, upper), [0, 0])
        pair[0 if holds else 1] += minor if holds else -minor
    return [
        MirrorDifference(SUBJECT_OF_RESERVE[code], lower, upper, held, owed)
        for (code, lower, upper), (held, owed) in sorted(sums.items())
        if held != owed
    ]


def overdraft_minor(balances: Mapping[str, int], currency: str, external_minor: int) -> int:
    """By how much a run would overdraw 110 (IB 2912); 0 if the reserve suffices or grows."""
    reserve = balances.get(central_bank_account(currency), 0)
    return max(0, external_minor - reserve) if external_minor > 0 else 0


def residues(positions: Mapping[str, Vector]) -> dict[str, Vector]:
    """The outlets whose 416 sub-accounts are not all zero."""
    return {outlet: vector for outlet, vector in positions.items() if any(vector)}


def vectors(rows: Iterable[tuple[str, str, int]]) -> dict[str, Vector]:
    """(outlet, sub-account, amount) rows as one vector per outlet."""
    found: dict[str, list[int]] = {}
    for outlet, sub_account, minor in rows:
        found.setdefault(outlet, [0] * len(SUB_ACCOUNTS))[SUB_ACCOUNTS.index(sub_account)] += minor
    return {outlet: tuple(amounts) for outlet, amounts in found.items()}  # type: ignore[misc]
