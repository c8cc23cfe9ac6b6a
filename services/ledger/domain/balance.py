"""Sums over legs. One convention: debit positive, credit negative; a red leg counts negative on its own side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.ledger.domain.model import Leg, OffSheetLeg, PostingSet


@dataclass(frozen=True, slots=True)
class Turnover:
    """发生额 of one side each, in minor units; red legs lower their own side."""

    debit_minor: int = 0
    credit_minor: int = 0


def signed_minor(leg: Leg | OffSheetLeg) -> int:
    """What a leg does to its account, in minor units: debit and received positive, credit and paid negative."""
    raises = leg.direction in ("debit", "receive")
    return leg.amount_minor if raises is not leg.red else -leg.amount_minor


def account_deltas(posting_set: PostingSet) -> dict[str, int]:
    """The change of every account of a set, off-sheet accounts included, in minor units, debit and received positive."""
    deltas: dict[str, int] = {}
    for leg in (*posting_set.legs, *posting_set.off_sheet):
        deltas[leg.account] = deltas.get(leg.account, 0) + signed_minor(leg)
    return deltas


def outlet_differences(posting_set: PostingSet) -> dict[str, int]:
    """The outlets whose legs do not balance, and by how much; empty for every set the posting core makes."""
    differences: dict[str, int] = {}
    for leg in posting_set.legs:
        differences[leg.outlet] = differences.get(leg.outlet, 0) + signed_minor(leg)
    return {outlet: difference for outlet, difference in differences.items() if difference}


def control_total(posting_set: PostingSet) -> int:
    """The sum of the debit amounts of a set in minor units, 416 legs included, red ones negative: what completeness is proved with."""
    return sum(-leg.amount_minor if leg.red else leg.amount_minor for leg in posting_set.legs if leg.direction == "debit")


def turnover(legs: Iterable[Leg]) -> dict[tuple[str, str], Turnover]:
    """Debit and credit turnover per outlet and subject, in minor units."""
    sums: dict[tuple[str, str], Turnover] = {}
    for leg in legs:
        key = (leg.outlet, leg.subject)
        before = sums.get(key, Turnover())
        amount_minor = -leg.amount_minor if leg.red else leg.amount_minor
        if leg.direction == "debit":
            sums[key] = Turnover(before.debit_minor + amount_minor, before.credit_minor)
        else:
            sums[key] = Turnover(before.debit_minor, before.credit_minor + amount_minor)
    return sums
