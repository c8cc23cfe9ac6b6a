"""Freezes 冻结 of a deposit account: for whom and until when, how several stand side by side, and which one is meant by lifting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from kernel.money import format_amount
from kernel.text import Text
from services.savings.domain import errors
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account


class FreezeReason(Enum):
    """冻结原因 (IB 3335, 3361)."""

    WRITTEN = "A"
    CASE_FILED = "B"
    PLEDGE = "C"
    ERROR_TO_CLEAR = "D"
    OTHER = "E"
    CREDIT_CARD = "F"

    @property
    def text(self) -> Text:
        return _REASON_TEXTS[self]


_REASON_TEXTS: dict[FreezeReason, Text] = {
    FreezeReason.WRITTEN: Text("书面冻结", "Written order"),
    FreezeReason.CASE_FILED: Text("立案冻结", "Case filed"),
    FreezeReason.PLEDGE: Text("抵押冻结", "Pledge"),
    FreezeReason.ERROR_TO_CLEAR: Text("待处理错账", "Error to be cleared"),
    FreezeReason.OTHER: Text("其他冻结", "Other"),
    FreezeReason.CREDIT_CARD: Text("信用卡冻结", "Credit card"),
}


class FreezeState(Enum):
    """In force, lifted by hand 解冻, or ended by itself on its last day 自动解冻."""

    IN_FORCE = "in_force"
    LIFTED = "lifted"
    EXPIRED = "expired"

    @property
    def text(self) -> Text:
        return _STATE_TEXTS[self]


_STATE_TEXTS: dict[FreezeState, Text] = {
    FreezeState.IN_FORCE: Text("冻结中", "in force"),
    FreezeState.LIFTED: Text("已解冻", "lifted"),
    FreezeState.EXPIRED: Text("到期自动解冻", "expired"),
}


@dataclass(frozen=True, slots=True)
class Freeze:
    """One freeze in force: its number on the account, and the part of the balance it takes (minor units); None is the whole account."""

    number: int
    amount_minor: int | None
    until: date | None = None

    @property
    def is_whole(self) -> bool:
        return self.amount_minor is None


def check_freeze(account: Account, amount_minor: int | None, until: date | None, day: date) -> None:
    """Whether the account may be frozen: an open one, until a day that is not past. All parts together are at most the book balance
    (IB 2533, 3334).

    Raises `account.status`, `freeze.until_past`, `freeze.above_balance`.
    """
    after(account.status, Action.FREEZE)
    if until is not None and until < day:
        raise errors.FREEZE_UNTIL_PAST(field="until", until=until.isoformat())
    if amount_minor is not None and account.frozen_minor + amount_minor > account.balance_minor:
        free = max(account.balance_minor - account.frozen_minor, 0)
        raise errors.FREEZE_ABOVE_BALANCE(field="amount", free=format_amount(free, account.currency))


def with_freezes(account: Account, freezes: Sequence[Freeze]) -> Account:
    """The account as the freezes in force leave it: parts add up 累加, one whole freeze is enough (IB 3334, 3364)."""
    parts = sum(freeze.amount_minor or 0 for freeze in freezes)
    return replace(account, frozen_minor=parts, frozen_whole=any(freeze.is_whole for freeze in freezes))


def whole_to_lift(freezes: Sequence[Freeze], number: int | None) -> Freeze:
    """The freeze of the whole account that is meant. Raises `freeze.unknown`, `freeze.ambiguous`."""
    return _one([freeze for freeze in freezes if freeze.is_whole], number)


def part_to_lift(freezes: Sequence[Freeze], number: int | None, amount_minor: int, currency: str) -> Freeze:
    """The freeze of a part that is meant: it ends as a whole, with the very amount it was made with (IB 2534, 3348).

    Raises `freeze.unknown`, `freeze.ambiguous`, `freeze.amount_differs`.
    """
    parts = [freeze for freeze in freezes if not freeze.is_whole]
    if number is not None:
        _one(parts, number)
        parts = [freeze for freeze in parts if freeze.number == number]
    fitting = [freeze for freeze in parts if freeze.amount_minor == amount_minor]
    if parts and not fitting:
        amounts = ", ".join(format_amount(freeze.amount_minor or 0, currency) for freeze in parts)
        raise errors.FREEZE_AMOUNT_DIFFERS(field="amount", amounts=amounts)
    return _one(fitting, number)


def _one(freezes: Sequence[Freeze], number: int | None) -> Freeze:
    if number is not None:
        freezes = [freeze for freeze in freezes if freeze.number == number]
    if not freezes:
        raise errors.FREEZE_UNKNOWN(field="account" if number is None else "freeze_number")
    if len(freezes) > 1:
        raise errors.FREEZE_AMBIGUOUS(field="freeze_number", numbers=", ".join(str(freeze.number) for freeze in freezes))
    return freezes[0]
