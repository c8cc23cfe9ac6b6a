"""The dated parameters loans are governed by; `services.lending.parameters.load` reads them from data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import assert_never

from kernel.rates import DatedTable, annual_pct_of_daily_permyriad


@dataclass(frozen=True, slots=True)
class LoanConvention:
    """How loan interest is counted: year base, what bears interest (minor units), the monthly settlement day."""

    year_days: int
    principal_unit_minor: int
    settlement_day: int


@dataclass(frozen=True, slots=True)
class DailyOverdueRate:
    """Overdue loans bear one daily rate, in ten-thousandths."""

    daily_permyriad: Decimal


@dataclass(frozen=True, slots=True)
class OverdueSurcharge:
    """Overdue loans bear the note's rate and a surcharge on it, in percent."""

    surcharge_pct: Decimal


OverdueRate = DailyOverdueRate | OverdueSurcharge


@dataclass(frozen=True, slots=True)
class LendingParameters:
    """Base rates by band (percent a year), allowed floats (percent), overdue rates and conventions, each with its history."""

    base_rates: Mapping[str, DatedTable[Decimal]]
    allowed_floats: DatedTable[tuple[Decimal, ...]]
    overdue_rate: DatedTable[OverdueRate]
    conventions: DatedTable[LoanConvention]

    def overdue_annual_pct(self, note_annual_pct: Decimal, day: date) -> Decimal:
        """The yearly rate a note bears once it is overdue, by the rule of that day (IB 2053). Raises `parameter.not_in_force`."""
        rule = self.overdue_rate.value_on(day)
        match rule:
            case DailyOverdueRate(daily_permyriad=daily):
                return annual_pct_of_daily_permyriad(daily, self.conventions.value_on(day).year_days)
            case OverdueSurcharge(surcharge_pct=surcharge):
                return note_annual_pct * (100 + surcharge) / 100
            case _:
                assert_never(rule)

    def is_settlement_date(self, day: date) -> bool:
        """Whether loans settle their interest at the end of `day` (the 20th of every month, IB 2740)."""
        return day.day == self.conventions.value_on(day).settlement_day
