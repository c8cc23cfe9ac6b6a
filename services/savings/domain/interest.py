"""Interest of deposits: what an account has earned at a settlement or at its closing, and the tax on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import assert_never

from kernel.calendar import ONE_DAY
from kernel.interest import (
    Accumulation,
    accrue,
    begin_next_period,
    interest_on_products,
    minor_of,
    split_by_days,
)
from kernel.rates import fraction_of_pct
from services.savings.domain.deposit_agreements import Excess
from services.savings.domain.interest_rules import ABOVE_BASE, ACCUMULATED, InterestRule
from services.savings.domain.parameters import SavingsParameters
from services.savings.domain.products import (
    AccumulatedInterest,
    LifeInterest,
    NoInterest,
    Product,
    TaxedInterest,
    TaxPolicy,
    UntaxedInterest,
)


@dataclass(frozen=True, slots=True)
class TaxPart:
    """The part of a segment's interest that accrued under one tax rate, over [first, end)."""

    first: date
    end: date
    interest: Decimal
    tax_pct: Decimal

    @property
    def tax(self) -> Decimal:
        """In major units, not rounded."""
        return self.interest * fraction_of_pct(self.tax_pct)


@dataclass(frozen=True, slots=True)
class Segment:
    """Interest over [first, end) at one rate, counted by one rule: products in minor units x days, percent a year, major units to 3
    decimals. Whatever the rule, the products at the rate for a day of the year base are the interest; a whole month weighs 30 days.

    `principal_minor` is said where the principal is known, as it is for deposits counted by item 逐笔.
    """

    first: date
    end: date
    products: int
    annual_pct: Decimal
    rate_source: str
    interest: Decimal
    tax_parts: tuple[TaxPart, ...]
    rule: InterestRule
    principal_minor: int | None = None

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    @property
    def tax(self) -> Decimal:
        """The tax of the segment in major units, before it is rounded with the others' (IB 3034)."""
        return sum((part.tax for part in self.tax_parts), Decimal(0))

    @property
    def average_principal_minor(self) -> int:
        """The principal when it did not move, else its average over the days."""
        if self.principal_minor is not None:
            return self.principal_minor
        return self.products // self.days


@dataclass(frozen=True, slots=True)
class InterestStatement:
    """利息清单: the segments, the interest paid for them, the tax withheld; minor units."""

    segments: tuple[Segment, ...]
    interest_minor: int
    tax_minor: int

    @property
    def net_minor(self) -> int:
        return self.interest_minor - self.tax_minor


NOTHING = InterestStatement((), 0, 0)


def statement_of(segments: tuple[Segment, ...], currency: str) -> InterestStatement:
    """Sums segments: interest half up once, tax half up once over the unrounded parts (IB 3034). A segment without days is left out."""
    kept = tuple(segment for segment in segments if segment.days)
    interests, taxes = (segment.interest for segment in kept), (segment.tax for segment in kept)
    return InterestStatement(kept, minor_of(interests, currency), minor_of(taxes, currency))


def tax_parts(first: date, end: date, interest: Decimal, policy: TaxPolicy, parameters: SavingsParameters) -> tuple[TaxPart, ...]:
    """A segment's interest divided by the days each tax rate was in force; none for interest that is not taxed."""
    match policy:
        case UntaxedInterest():
            return ()
        case TaxedInterest():
            stretches = parameters.interest_tax.stretches(first, end)
            shares = split_by_days(interest, [stretch.days for stretch in stretches])
            return tuple(
                TaxPart(stretch.first, stretch.end, share, stretch.entry.value) for stretch, share in zip(stretches, shares, strict=True)
            )
        case _:
            assert_never(policy)


def settle_period(
    state: Accumulation,
    product: Product,
    currency: str,
    settled_on: date,
    parameters: SavingsParameters,
    bears_interest: bool = True,
    excess: tuple[Excess, ...] = (),
) -> tuple[InterestStatement, Accumulation]:
    """Quarterly or yearly settlement 结息: the period runs through `settled_on`, at the rate of that day; booked on the next.

    Gives the statement and the state the next period begins with; the paid interest is not yet in its balance. The products of `excess`
    are part of those of `state` and earn their own rate 协议存款.
    Raises `date.reversed`, `parameter.not_in_force`.
    """
    return _settle(state, product, currency, settled_on + ONE_DAY, settled_on, parameters, bears_interest, excess)


def settle_at_closing(
    state: Accumulation,
    product: Product,
    currency: str,
    closed_on: date,
    parameters: SavingsParameters,
    bears_interest: bool = True,
    excess: tuple[Excess, ...] = (),
) -> tuple[InterestStatement, Accumulation]:
    """Closing 销户 or settling before it 结清: interest to the day before `closed_on`, at the rate of `closed_on`; `excess` as above.

    A period that ended the day before, and would be booked at the end of this one, keeps the rate of its settlement day.
    Raises `date.reversed`, `parameter.not_in_force`.
    """
    rate_day = closed_on - ONE_DAY if _period_ended(product, closed_on - ONE_DAY, parameters) else closed_on
    return _settle(state, product, currency, closed_on, rate_day, parameters, bears_interest, excess)


def _period_ended(product: Product, day: date, parameters: SavingsParameters) -> bool:
    policy = product.interest
    return isinstance(policy, AccumulatedInterest) and day in parameters.convention_on(policy.convention, day).settlement


def _settle(
    state: Accumulation,
    product: Product,
    currency: str,
    end: date,
    rate_day: date,
    parameters: SavingsParameters,
    bears_interest: bool,
    excess: tuple[Excess, ...],
) -> tuple[InterestStatement, Accumulation]:
    accrued = accrue(state, end)
    rest = begin_next_period(accrued)
    match product.interest:
        case NoInterest() | LifeInterest():  # what a life earned is paid when it ends
            return NOTHING, rest
        case AccumulatedInterest() as policy:
            if not bears_interest or accrued.days == 0:
                return NOTHING, rest
            above = sum(part.products for part in excess)
            year_days = parameters.convention_on(policy.convention, rate_day).year_days
            base = replace(accrued, products=accrued.products - above)
            segment = _segment(base, policy, product.tax, currency, rate_day, parameters)
            agreed = (above_base(part, product.tax, currency, year_days, parameters) for part in excess)
            return statement_of((segment, *agreed), currency), rest
        case _:
            assert_never(product.interest)


def _segment(
    state: Accumulation, policy: AccumulatedInterest, tax: TaxPolicy, currency: str, rate_day: date, parameters: SavingsParameters
) -> Segment:
    rate = parameters.rate_on(policy.rate, rate_day, currency)
    year_days = parameters.convention_on(policy.convention, rate_day).year_days
    interest = interest_on_products(state.products, rate.value, year_days, currency)
    return Segment(
        first=state.since,
        end=state.until,
        products=state.products,
        annual_pct=rate.value,
        rate_source=f"{rate.source}, {rate.effective.isoformat()}",
        interest=interest,
        tax_parts=tax_parts(state.since, state.until, interest, tax, parameters),
        rule=ACCUMULATED,
    )


def above_base(part: Excess, tax: TaxPolicy, currency: str, year_days: int, parameters: SavingsParameters) -> Segment:
    """What lay above an agreed base, at the agreed rate 协议存款. Raises `parameter.not_in_force`."""
    interest = interest_on_products(part.products, part.annual_pct, year_days, currency)
    return Segment(
        first=part.first,
        end=part.end,
        products=part.products,
        annual_pct=part.annual_pct,
        rate_source=part.rate_source,
        interest=interest,
        tax_parts=tax_parts(part.first, part.end, interest, tax, parameters),
        rule=ABOVE_BASE,
    )
