"""Interest of loans by accumulated products at the note's rate, settled monthly and at full repayment 利随本清.

IB 1938-1953, 1988-2012, 2740.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kernel.interest import (
    Accumulation,
    accrue,
    begin_next_period,
    change_balance,
    interest_on_products,
    minor_of,
)
from kernel.money import format_amount
from services.lending.domain.errors import (
    INTEREST_IN_ARREARS,
    REPAYMENT_IS_WHOLE,
    REPAYMENT_TOO_LARGE,
)
from services.lending.domain.parameters import LendingParameters


@dataclass(frozen=True, slots=True)
class LoanSegment:
    """Interest over [first, end) at one rate: products in minor units x days, percent a year, major units to 3 decimals."""

    first: date
    end: date
    products: int
    annual_pct: Decimal
    interest: Decimal


@dataclass(frozen=True, slots=True)
class LoanAccrual:
    """A loan's principal with its products since the last settlement or change of rate, its rate, and segments closed since."""

    principal: Accumulation
    annual_pct: Decimal
    currency: str
    closed: tuple[LoanSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class LoanInterest:
    """What is due: the segments and their sum in minor units."""

    segments: tuple[LoanSegment, ...]
    interest_minor: int


def begin_loan(principal_minor: int, currency: str, annual_pct: Decimal, released_on: date, parameters: LendingParameters) -> LoanAccrual:
    """The accrual of a loan released on a day; the day of release bears interest. Raises `parameter.not_in_force`."""
    unit = parameters.conventions.value_on(released_on).principal_unit_minor
    return LoanAccrual(Accumulation.begin(released_on, unit, principal_minor), annual_pct, currency)


def change_rate(loan: LoanAccrual, annual_pct: Decimal, effective: date, parameters: LendingParameters) -> LoanAccrual:
    """The accrual at another rate from a day on; what came before keeps its rate (分段计息, IB 1951). Raises `date.reversed`."""
    closed = _close(loan, effective, parameters)
    return replace(closed, annual_pct=annual_pct)


def interest_due(loan: LoanAccrual, end: date, parameters: LendingParameters) -> tuple[LoanInterest, LoanAccrual]:
    """Interest since the last settlement, `end` not counted, and the accrual of the next period. Raises `date.reversed`.

    A monthly settlement passes the day after its date; a full repayment passes its own day, which bears no interest.
    """
    closed = _close(loan, end, parameters)
    interest_minor = minor_of((segment.interest for segment in closed.closed), closed.currency)
    return LoanInterest(closed.closed, interest_minor), replace(closed, closed=())


def repay_part(
    loan: LoanAccrual, amount_minor: int, repaid_on: date, arrears_minor: int = 0, special_permission: bool = False
) -> LoanAccrual:
    """部分还贷: principal falls, interest is not taken now; arrears bar it unless permission was given (IB 1990-1997).

    Raises `loan.repayment_too_large`, `loan.repayment_is_whole`, `loan.interest_in_arrears`.
    """
    if arrears_minor and not special_permission:
        raise INTEREST_IN_ARREARS(field="account", arrears=format_amount(arrears_minor, loan.currency))
    if amount_minor > loan.principal.balance_minor:
        raise REPAYMENT_TOO_LARGE(field="amount", balance=format_amount(loan.principal.balance_minor, loan.currency))
    if amount_minor == loan.principal.balance_minor:
        raise REPAYMENT_IS_WHOLE(field="amount")
    return replace(loan, principal=change_balance(loan.principal, -amount_minor, repaid_on))


def repay_full(
    loan: LoanAccrual, repaid_on: date, parameters: LendingParameters, arrears_minor: int = 0
) -> tuple[LoanInterest, LoanAccrual]:
    """全部还贷: the interest since the last settlement goes with the principal; earlier arrears are collected first (IB 2008-2013).

    Gives the interest and the empty accrual. Raises `loan.interest_in_arrears`, `date.reversed`.
    """
    if arrears_minor:
        raise INTEREST_IN_ARREARS(field="account", arrears=format_amount(arrears_minor, loan.currency))
    interest, rest = interest_due(loan, repaid_on, parameters)
    return interest, replace(rest, principal=replace(rest.principal, balance_minor=0))


def _close(loan: LoanAccrual, end: date, parameters: LendingParameters) -> LoanAccrual:
    accrued = accrue(loan.principal, end)
    rest = begin_next_period(accrued)
    if accrued.days == 0:
        return replace(loan, principal=rest)
    year_days = parameters.conventions.value_on(accrued.since).year_days
    interest = interest_on_products(accrued.products, loan.annual_pct, year_days, loan.currency)
    segment = LoanSegment(accrued.since, accrued.until, accrued.products, loan.annual_pct, interest)
    return replace(loan, principal=rest, closed=(*loan.closed, segment))
