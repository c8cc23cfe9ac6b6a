"""Accumulated products 积数 of a deposit account: begun as its product says, grown by `accrue` and `change_balance`."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from kernel.calendar import ONE_DAY
from kernel.interest import Accumulation, accrue, begin_next_period, change_balance
from services.savings.domain.parameters import PrincipalUnit, SavingsParameters
from services.savings.domain.products import AccumulatedInterest, LifeInterest, NoInterest, Product

__all__ = [
    "Accumulation",
    "accrue",
    "begin_accumulation",
    "begin_next_period",
    "change_balance",
    "is_settlement_date",
    "settlement_date_on_or_after",
]


def begin_accumulation(
    product: Product, currency: str, opened_on: date, parameters: SavingsParameters, balance_minor: int = 0
) -> Accumulation:
    """The state of an account that opens with a balance (minor units).

    An account whose interest could not be reckoned does not open: raises `parameter.unknown`, `parameter.not_in_force`.
    """
    match product.interest:
        case AccumulatedInterest(rate=rate, convention=convention):
            parameters.rate_on(rate, opened_on, currency)
            unit = parameters.convention_on(convention, opened_on).principal_unit
        case NoInterest() | LifeInterest():
            unit = PrincipalUnit.FEN
        case _:
            assert_never(product.interest)
    return Accumulation.begin(opened_on, unit.minor(currency), balance_minor)


def is_settlement_date(convention: str, day: date, parameters: SavingsParameters) -> bool:
    """Whether a settlement period 结息期 ends with `day`, by the calendar in force that day."""
    return day in parameters.convention_on(convention, day).settlement


def settlement_date_on_or_after(convention: str, day: date, parameters: SavingsParameters) -> date:
    """The next last day of a settlement period; the calendar may change on the way. Interest is booked on the day after."""
    while not is_settlement_date(convention, day, parameters):
        day += ONE_DAY
    return day
