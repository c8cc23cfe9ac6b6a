"""What a correction may look like: pure checks on the legs a person wrote (IB 430-438, 2541-2548, 3398-3456).

Errors are corrected by posting only. A reversal takes a whole set back, a supplement makes a reversal good, a wrong account and a
difference change one set in place: they take in red from accounts that stand in it, and never more than stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Protocol

from kernel.money import format_amount
from services.ledger.domain import refusals
from services.ledger.domain.model import Direction


class Named(Protocol):
    """An account by its number."""

    @property
    def number(self) -> str: ...


class WrittenLeg(Protocol):
    """A leg as a person wrote it; both `contracts.ledger.FreeLeg` and `model.FreeLeg` are."""

    @property
    def account(self) -> Named: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def red(self) -> bool: ...


class CorrectionKind(Enum):
    """Corrections written leg by leg; a reversal has no legs of its own."""

    SUPPLEMENT = "supplement"
    WRONG_ACCOUNT = "wrong_account"
    DIFFERENCE = "difference"


Side = tuple[str, str]
"""An account on one side of a set: its number, `debit` or `credit`."""


def side_of(leg: WrittenLeg) -> Side:
    """The account and side a leg stands on."""
    return leg.account.number, leg.direction


def check_set(legs: Sequence[WrittenLeg], currency: str) -> None:
    """A debit and a credit at least, equal in sum (IB 1474-1476). Raises `ledger.entry.one_sided`, `ledger.entry.not_balanced`."""
    if len({leg.direction for leg in legs}) < 2:
        raise refusals.ONE_SIDED(field="legs")
    difference = sum(leg.amount_minor if (leg.direction == "debit") is not leg.red else -leg.amount_minor for leg in legs)
    if difference:
        raise refusals.NOT_BALANCED(field="legs", difference=format_amount(difference, currency))


def check_supplement(legs: Sequence[WrittenLeg], currency: str) -> None:
    """补账: a balanced set, not several debits against several credits (IB 2544). Raises as `check_set`, `ledger.correct.many_to_many`."""
    check_set(legs, currency)
    if min(Counter(leg.direction for leg in legs).values()) > 1:
        raise refusals.MANY_TO_MANY(field="legs")


def check_wrong_account(legs: Sequence[WrittenLeg], currency: str) -> None:
    """串户冲补账: on one side, one red against blue ones or one blue against red ones, on different accounts, equal in sum (IB 3429-3437).

    Raises `ledger.correct.colours`, `ledger.correct.same_account`, `ledger.correct.sums_differ`.
    """
    red, blue = [leg for leg in legs if leg.red], [leg for leg in legs if not leg.red]
    if not red or not blue or min(len(red), len(blue)) > 1:
        raise refusals.COLOURS(field="legs")
    if {leg.account.number for leg in red} & {leg.account.number for leg in blue}:
        raise refusals.SAME_ACCOUNT(field="legs")
    difference = sum(leg.amount_minor for leg in blue) - sum(leg.amount_minor for leg in red)
    if difference:
        raise refusals.SUMS_DIFFER(field="legs", difference=format_amount(difference, currency))


def check_difference(legs: Sequence[WrittenLeg], currency: str) -> None:
    """差额冲正: what a set is too large or too small by, on both of its sides (IB 3440-3456). Raises as `check_set`."""
    check_set(legs, currency)


def standing_amounts(original: Iterable[tuple[Side, int]], taken: Iterable[tuple[Side, int]]) -> dict[Side, int]:
    """What is left of the blue legs of a set after standing corrections took from it, in minor units per account and side."""
    left: Counter[Side] = Counter()
    for side, amount_minor in original:
        left[side] += amount_minor
    for side, amount_minor in taken:
        left[side] -= amount_minor
    return dict(left)


def check_against(legs: Sequence[WrittenLeg], standing: Mapping[Side, int], currency: str, *, every_leg: bool) -> None:
    """Red legs, or every leg, stand in the original on the same account and side, and red takes no more than stands there (IB 2546-2547).

    Raises `ledger.correct.not_in_original`, `ledger.correct.more_than_original`.
    """
    for position, leg in enumerate(legs):
        if (every_leg or leg.red) and side_of(leg) not in standing:
            raise refusals.NOT_IN_ORIGINAL(field=f"legs.{position}.account", account=leg.account.number)
    wanted: Counter[Side] = Counter()
    for position, leg in enumerate(legs):
        if leg.red:
            wanted[side_of(leg)] += leg.amount_minor
            if wanted[side_of(leg)] > standing[side_of(leg)]:
                left = format_amount(standing[side_of(leg)], currency)
                raise refusals.MORE_THAN_ORIGINAL(field=f"legs.{position}.amount", account=leg.account.number, left=left)


def credit_minor(leg: WrittenLeg) -> int:
    """What a leg does to a customer's account as its owner sees it: credit positive, red the other way round."""
    return leg.amount_minor if (leg.direction == "credit") is not leg.red else -leg.amount_minor
