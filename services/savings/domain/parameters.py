"""The dated parameters deposits are governed by; `services.savings.parameters.load` reads them from data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from kernel.calendar import DaysOfYear
from kernel.errors import ErrorType, Kind
from kernel.money import currency_of
from kernel.rates import Dated, DatedTable
from services.savings.domain.errors import CURRENCY_NOT_OFFERED

T = TypeVar("T")

PARAMETER_UNKNOWN = ErrorType("parameter.unknown", Kind.INVALID, "没有参数 {name}", "there is no parameter {name}")


class PrincipalUnit(Enum):
    """What part of a balance bears interest 计息起点: whole yuan, or every fen."""

    YUAN = "yuan"
    FEN = "fen"

    def minor(self, currency: str) -> int:
        """The unit in minor units of a currency."""
        return 10 ** currency_of(currency).exponent if self is PrincipalUnit.YUAN else 1


@dataclass(frozen=True, slots=True)
class InterestConvention:
    """How interest by accumulated products is counted: year base, what bears interest, last days of the settlement periods."""

    year_days: int
    principal_unit: PrincipalUnit
    settlement: DaysOfYear


@dataclass(frozen=True, slots=True)
class SavingsParameters:
    """Rates (percent a year), interest tax (percent), conventions and limits, each with its history."""

    rates: Mapping[str, DatedTable[Decimal]]
    interest_tax: DatedTable[Decimal]
    conventions: Mapping[str, DatedTable[InterestConvention]]
    limits: Mapping[str, DatedTable[Decimal]]

    def rate_on(self, name: str, day: date, currency: str = "CNY") -> Dated[Decimal]:
        """The posted rate 挂牌利率 of a day, with its source; other currencies have rates of their own, named `USD.demand`.

        Raises `parameter.unknown`, `parameter.not_in_force`.
        """
        return _known(self.rates, name if currency == "CNY" else f"{currency}.{name}").entry_on(day)

    def convention_on(self, name: str, day: date) -> InterestConvention:
        """Raises `parameter.unknown`, `parameter.not_in_force`."""
        return _known(self.conventions, name).value_on(day)

    def limit_on(self, name: str, day: date) -> Decimal:
        """Raises `parameter.unknown`, `parameter.not_in_force`."""
        return _known(self.limits, name).value_on(day)

    def limit_minor_on(self, name: str, day: date, currency: str) -> int:
        """An amount among the limits, in minor units of its currency. Raises as `limit_on`, and `currency.unknown`."""
        return int(self.limit_on(name, day).scaleb(currency_of(currency).exponent))

    def opening_minimum_minor(self, limits: str, currency: str, day: date) -> int:
        """The least a product opens with, in minor units. Raises `product.currency_not_offered`, `currency.unknown`."""
        exponent = currency_of(currency).exponent
        table = self.limits.get(f"{limits}.opening_minimum.{currency}")
        if table is None or table.entries[0].effective > day:
            raise CURRENCY_NOT_OFFERED(field="currency", product=limits, currency=currency)
        return int(table.value_on(day).scaleb(exponent))


def _known(tables: Mapping[str, DatedTable[T]], name: str) -> DatedTable[T]:
    if name not in tables:
        raise PARAMETER_UNKNOWN(name=name)
    return tables[name]
