"""Two sides held against each other: where they do not agree, and by how much. Pure.

Positions, and balances of customers' accounts, are credit positive; balances of internal accounts debit positive; all in minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from kernel.money import CURRENCIES, format_amount
from kernel.numbers import InternalAccount, counterparty_suffix, parse_internal, superior_of

LEDGER = "ledger"
CLEARING = "clearing"
INTERBRANCH = ("416", "417", "418", "419", "420")
RESERVES = ("471", "472")
"""Business codes of 40701 and 40702: opened in pairs, one the mirror of the other."""

Group = tuple[str, str, str]
"""Outlet, currency, business code."""
Key = TypeVar("Key", bound=Any)
Totals = Mapping[str, tuple[int, int]]
"""Origin -> number of sets, control total."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two sides do not agree. `ours` and `theirs` are what a reader is shown where it is not just the amount."""

    ours_of: str
    ours_minor: int
    theirs_of: str
    theirs_minor: int
    currency: str = "CNY"
    outlet: str | None = None
    account: str | None = None
    business_code: str | None = None
    ours_shown: str | None = None
    theirs_shown: str | None = None

    @property
    def difference_minor(self) -> int:
        return self.ours_minor - self.theirs_minor

    @property
    def ours(self) -> str:
        return self.ours_shown or format_amount(self.ours_minor, self.currency)

    @property
    def theirs(self) -> str:
        return self.theirs_shown or format_amount(self.theirs_minor, self.currency)


@dataclass(frozen=True, slots=True)
class GroupSum:
    """What one side says of a group of accounts: how many have a balance, their sum, and a checksum over every account and balance."""

    accounts: int
    total_minor: int
    checksum: int


def total_difference(differences: Iterable[Difference]) -> Decimal:
    """The sum of the absolute differences in major units, currencies taken at their face."""
    parts = (Decimal(abs(each.difference_minor)).scaleb(-CURRENCIES[each.currency].exponent) for each in differences)
    return sum(parts, Decimal(0)).quantize(Decimal("0.01"))


def unbalanced_outlets(differences: Iterable[tuple[str, str, int]], what: str) -> list[Difference]:
    """Outlets whose debits and credits differ: (outlet, currency, debit less credit)."""
    return [Difference(f"{LEDGER} {what}", minor, "balanced", 0, currency, outlet) for outlet, currency, minor in differences]


def group_differences(ours: Mapping[Group, GroupSum], theirs: Mapping[Group, GroupSum]) -> list[Group]:
    """The groups that do not agree in sum, number or checksum."""
    return [group for group in sorted({*ours, *theirs}) if ours.get(group) != theirs.get(group)]


def account_differences(owner: str, group: Group, ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[Difference]:
    """The accounts of a group on which the owning service and the ledger do not agree; an account that one side lacks counts as zero."""
    outlet, currency, business_code = group
    return [
        Difference(owner, ours.get(account, 0), LEDGER, theirs.get(account, 0), currency, outlet, account, business_code)
        for account in sorted({*ours, *theirs})
        if ours.get(account, 0) != theirs.get(account, 0)
    ]


@dataclass(frozen=True, slots=True)
class Compared:
    """One outlet's accounts of one class, at their keeper and in the ledger, credit positive. Clearing counts no accounts."""

    owner: str
    group: Group
    kept: GroupSum
    ledger: GroupSum

    @property
    def same(self) -> bool:
        return self.kept == self.ledger


NOTHING = GroupSum(0, 0, 0)


def compared_groups(owner: str, ours: Mapping[Group, GroupSum], theirs: Mapping[Group, GroupSum]) -> list[Compared]:
    """Every group that either side has, in order."""
    return [Compared(owner, group, ours.get(group, NOTHING), theirs.get(group, NOTHING)) for group in sorted({*ours, *theirs})]


def compared_positions(positions: Mapping[Group, int], balances: Mapping[str, int]) -> list[Compared]:
    """The 416-420 sub-accounts at clearing and in the ledger."""
    booked, _ = _interbranch(balances)
    return [
        Compared(CLEARING, group, GroupSum(0, positions.get(group, 0), 0), GroupSum(0, booked.get(group, 0), 0))
        for group in sorted({*positions, *booked})
    ]


def _interbranch(balances: Mapping[str, int]) -> tuple[dict[Group, int], dict[Group, str]]:
    """The ledger's 416-420 sub-accounts, credit positive, and the number of each."""
    booked: dict[Group, int] = {}
    names: dict[Group, str] = {}
    for account, minor in balances.items():
        number = parse_internal(account)
        if number.business_code in INTERBRANCH:
            group = (number.outlet, number.currency, number.business_code)
            booked[group] = booked.get(group, 0) - minor
            names[group] = account
    return booked, names


def first_difference(ours: Mapping[Key, int], theirs: Mapping[Key, int]) -> Key | None:
    """The first place at which two sides do not say the same; what one side lacks counts as zero."""
    return next((key for key in sorted({*ours, *theirs}) if ours.get(key, 0) != theirs.get(key, 0)), None)


def position_differences(positions: Mapping[Group, int], balances: Mapping[str, int]) -> list[Difference]:
    """The 416-420 sub-accounts whose position at clearing is not the ledger's balance. `positions` by outlet, currency and sub-account."""
    booked, names = _interbranch(balances)
    return [
        Difference(CLEARING, positions.get(group, 0), LEDGER, booked.get(group, 0), group[1], group[0], names.get(group), group[2])
        for group in sorted({*positions, *booked})
        if positions.get(group, 0) != booked.get(group, 0)
    ]


def mirror_differences(balances: Mapping[str, int]) -> list[Difference]:
    """The reserve accounts whose mirror at the superior does not show the same with the opposite sign; a missing one counts as zero."""
    pairs: dict[tuple[str, str], InternalAccount] = {}
    for account in balances:
        number = parse_internal(account)
        if number.business_code in RESERVES:
            mirror = account[0] + number.suffix[1:] + account[5:10] + counterparty_suffix(number.outlet)
            holds = superior_of(number.outlet) == number.suffix[1:]
            pairs[(account, mirror) if holds else (mirror, account)] = number
    found = []
    for (held, owed), number in sorted(pairs.items(), key=lambda pair: pair[0]):
        ours, theirs = balances.get(held, 0), -balances.get(owed, 0)
        if ours != theirs:
            found.append(
                Difference(f"{LEDGER} {held}", ours, f"{LEDGER} {owed}", theirs, number.currency, held[1:5], held, number.business_code)
            )
    return found


def completeness_differences(stated: Totals, posted: Totals, ingested: Totals) -> list[Difference]:
    """The origins of which the journal does not hold what the service states, or of which clearing has not heard what the journal holds."""
    missing = [_missing(origin, origin, stated, LEDGER, posted) for origin in sorted({*stated, *posted})]
    unheard = [_missing(origin, f"{LEDGER} ({origin})", posted, CLEARING, ingested) for origin in sorted({*posted, *ingested})]
    return [each for each in (*missing, *unheard) if each is not None]


def _missing(origin: str, ours_of: str, ours: Totals, theirs_of: str, theirs: Totals) -> Difference | None:
    (count, total), (held, held_total) = ours.get(origin, (0, 0)), theirs.get(origin, (0, 0))
    if (count, total) == (held, held_total):
        return None
    shown, held_shown = f"{count} / {format_amount(total)}", f"{held} / {format_amount(held_total)}"
    return Difference(ours_of, total, theirs_of, held_total, ours_shown=shown, theirs_shown=held_shown)
