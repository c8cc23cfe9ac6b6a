"""What an account with a life of its own agreed on, and the deposit it is to the interest engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kernel.calendar import add_term
from kernel.numbers import Term
from services.savings.domain.life.deposit import Deposit, Movement, Notice
from services.savings.domain.life.refusals import OPENING_TAKEN_BACK
from services.savings.domain.products import ByNotice, Product, SingleDeposit, WholeOnly


@dataclass(frozen=True, slots=True)
class Agreement:
    """The running term: its first day 起息日, maturity 到期日 and rate where it is fixed; what was drawn since the opening."""

    account: str
    starts_on: date
    term: Term | None = None
    matures_on: date | None = None
    annual_pct: Decimal | None = None
    renews: bool = False
    interval_months: int | None = None
    drawings: int = 0
    drawn_interest_minor: int = 0
    drawn_tax_minor: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """What came and went on the account, by value date, and the notices given."""

    movements: tuple[Movement, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def was_parted(self) -> bool:
        """Whether a part was taken out and is not back."""
        return any(movement.amount_minor < 0 for movement in self.movements)


def agree(account: str, product: Product, term: Term | None, starts_on: date, annual_pct: Decimal | None, **more: object) -> Agreement:
    """The agreement of an account that opens (or renews) on a day. Terms of notice deposits have no maturity."""
    matures_on = add_term(starts_on, term) if term is not None and not isinstance(product.withdrawals, ByNotice) else None
    return replace(Agreement(account, starts_on, term, matures_on, annual_pct), **more)  # type: ignore[arg-type]


def movements_of(lines: Iterable[tuple[Movement, bool]]) -> tuple[Movement, ...]:
    """Movements in the order of their days, from lines and whether each is a correction; what a correction takes back is gone with it."""
    kept: list[Movement] = []
    for movement, is_correction in lines:
        taken_back = Movement(movement.on, -movement.amount_minor)
        if is_correction and taken_back in kept:
            kept.remove(taken_back)
        else:
            kept.append(movement)
    return tuple(sorted(kept, key=lambda movement: movement.on))


def deposit_of(
    product: Product, currency: str, balance_minor: int, agreement: Agreement, history: History, closed_on: date, certificate: bool = False
) -> Deposit:
    """The deposit as it is if it closes on a day. A lump sum begins with its running term: earlier terms and parts have been paid.

    Raises `account.opening_taken_back` for an account whose only deposit a correction took back.
    """
    movements = history.movements
    if balance_minor == 0:
        raise OPENING_TAKEN_BACK(field="account")
    if isinstance(product.deposits, SingleDeposit) and not isinstance(product.withdrawals, ByNotice):
        movements = (Movement(agreement.starts_on, balance_minor),)
    return Deposit(
        product=product,
        currency=currency,
        opened_on=movements[0].on,
        closed_on=closed_on,
        movements=movements,
        term=agreement.term,
        certificate=certificate,
        notices=history.notices,
    )


def may_part(product: Product) -> bool:
    """Whether a part may be withdrawn early."""
    return isinstance(product.withdrawals, WholeOnly) and product.withdrawals.one_part_early
