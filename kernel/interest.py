"""Interest arithmetic that deposits and loans share: accumulated products 积数, segments, splits, roundings (IB 3034)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kernel.calendar import days_between
from kernel.money import currency_of, round_half_up

SEGMENT_DECIMALS = 3
"""Interest of a segment is kept to the third decimal 厘 (IB 3034-3035)."""


@dataclass(frozen=True, slots=True)
class Accumulation:
    """A balance and the products it has gathered.

    `products` are minor units x days gathered from `since` up to, not including, `until`; the balance stands since `until`.
    `unit_minor` is what bears interest: 100 counts whole yuan only (元以下不计息), 1 counts every fen.
    """

    balance_minor: int
    products: int
    since: date
    until: date
    unit_minor: int

    @classmethod
    def begin(cls, day: date, unit_minor: int, balance_minor: int = 0) -> Accumulation:
        """An account that opens on `day` with a balance."""
        return cls(balance_minor, 0, day, day, unit_minor)

    @property
    def days(self) -> int:
        return (self.until - self.since).days


def counted_minor(balance_minor: int, unit_minor: int) -> int:
    """The part of a balance that bears interest: whole units of a credit balance, nothing of an overdraft."""
    return max(balance_minor, 0) // unit_minor * unit_minor


def accrue(state: Accumulation, until: date) -> Accumulation:
    """The state with the products of the days up to, not including, `until`. Raises `date.reversed` if those are counted already."""
    days = days_between(state.until, until)
    return replace(state, products=state.products + counted_minor(state.balance_minor, state.unit_minor) * days, until=until)


def change_balance(state: Accumulation, amount_minor: int, value_date: date) -> Accumulation:
    """The state after money came (positive) or went (negative) on `value_date`, which counts for the new balance.

    A value date already counted over corrects the products of the days since then, by whole units of the amount
    (a correction across dates, IB 2544); days of a period that is already settled stay as they were paid.
    """
    if value_date >= state.until:
        accrued = accrue(state, value_date)
        return replace(accrued, balance_minor=accrued.balance_minor + amount_minor)
    days = days_between(max(value_date, state.since), state.until)
    sign = 1 if amount_minor > 0 else -1
    correction = sign * counted_minor(abs(amount_minor), state.unit_minor) * days
    return replace(state, balance_minor=state.balance_minor + amount_minor, products=state.products + correction)


def begin_next_period(state: Accumulation) -> Accumulation:
    """The state after its products have been settled: none left, the next period begins where the last ended."""
    return replace(state, products=0, since=state.until)


def interest_on_products(products: int, annual_pct: Decimal, year_days: int, currency: str) -> Decimal:
    """Interest of one segment in major units, half up to 3 decimals. `products` in minor units x days, the rate in percent a year."""
    major_products = Decimal(products).scaleb(-currency_of(currency).exponent)
    return round_half_up(major_products * annual_pct / (100 * year_days), SEGMENT_DECIMALS)


def minor_of(parts: Iterable[Decimal], currency: str) -> int:
    """The sum of amounts in major units, rounded half up once to the minor unit of the currency."""
    exponent = currency_of(currency).exponent
    return int(round_half_up(sum(parts, Decimal(0)), exponent).scaleb(exponent))


def split_by_days(amount: Decimal, days: Sequence[int]) -> list[Decimal]:
    """An amount divided in proportion to days; each part half up to 3 decimals, the last takes the rest."""
    total = sum(days)
    parts = [round_half_up(amount * count / total, SEGMENT_DECIMALS) for count in days[:-1]]
    return [*parts, amount - sum(parts, Decimal(0))]
