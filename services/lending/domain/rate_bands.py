"""Rate bands 利率档次: a loan's rate must be one the table allows for its term (IB 1902-1904, 1915-1925)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kernel.calendar import add_months
from services.lending.domain.errors import RATE_OUTSIDE_BAND
from services.lending.domain.parameters import LendingParameters

_BANDS: tuple[tuple[int, str], ...] = ((6, "le_6m"), (12, "gt6m_le_1y"), (36, "gt1y_le_3y"), (60, "gt3y_le_5y"))
_LONGEST = "gt_5y"


def band_of(starts_on: date, due_on: date) -> str:
    """The band of a term: a limit belongs to the shorter band (六个月以内,含六个月)."""
    for months, band in _BANDS:
        if due_on <= add_months(starts_on, months):
            return band
    return _LONGEST


def allowed_annual_pcts(starts_on: date, due_on: date, parameters: LendingParameters) -> tuple[Decimal, ...]:
    """The yearly rates a note that starts on a day may carry, the base rate first. Raises `parameter.not_in_force`."""
    base = parameters.base_rates[band_of(starts_on, due_on)].value_on(starts_on)
    return tuple(base * (100 + float_pct) / 100 for float_pct in parameters.allowed_floats.value_on(starts_on))


def check_annual_pct(annual_pct: Decimal, starts_on: date, due_on: date, parameters: LendingParameters) -> None:
    """Whether the rate of a note belongs to the band of its term. Raises `loan.rate.outside_band`, `parameter.not_in_force`."""
    allowed = allowed_annual_pcts(starts_on, due_on, parameters)
    if annual_pct not in allowed:
        listed = ", ".join(f"{rate.normalize():f}%" for rate in allowed)
        raise RATE_OUTSIDE_BAND(field="rate", base=allowed[0], allowed=listed)
