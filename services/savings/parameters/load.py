"""Reads the dated parameters of deposits from the files beside this one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml

from kernel.calendar import DaysOfYear
from kernel.rates import Dated, DatedTable, read_rate_columns
from services.savings.domain.parameters import InterestConvention, PrincipalUnit, SavingsParameters

FOLDER = Path(__file__).parent

T = TypeVar("T")


def load_parameters(folder: Path = FOLDER) -> SavingsParameters:
    """The parameters of a folder with `parameters.yaml` and its rate files. Raises ValueError that names what it cannot read."""
    data = yaml.safe_load((folder / "parameters.yaml").read_text("utf-8"))
    return SavingsParameters(
        rates=_rates(folder, data),
        interest_tax=_table("interest_tax", data["interest_tax"], _decimal),
        conventions={name: _table(name, rows, _convention) for name, rows in data["conventions"].items()},
        limits={name: _table(name, rows, _decimal) for name, rows in data["limits"].items()},
    )


def _rates(folder: Path, data: dict[str, Any]) -> dict[str, DatedTable[Decimal]]:
    rates: dict[str, DatedTable[Decimal]] = {}
    for listed in data["rate_files"]:
        rates |= read_rate_columns((folder / listed["file"]).read_text("utf-8"), listed["source"])
    source = data["same_rates"]["source"]
    for name, other in data["same_rates"].items():
        if name != "source":
            rates[name] = DatedTable(name, tuple(Dated(entry.effective, entry.value, source) for entry in rates[other].entries))
    return rates


def _table(name: str, rows: list[dict[str, Any]], value: Callable[[dict[str, Any]], T]) -> DatedTable[T]:
    try:
        return DatedTable(name, tuple(Dated(_date(row["effective"]), value(row), row["source"]) for row in rows))
    except (KeyError, TypeError, ArithmeticError) as error:
        raise ValueError(f"parameter {name}: {error!r}") from error


def _date(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a date")
    return value


def _decimal(row: dict[str, Any]) -> Decimal:
    return Decimal(row["value"])


def _convention(row: dict[str, Any]) -> InterestConvention:
    return InterestConvention(row["year_days"], PrincipalUnit(row["principal_unit"]), DaysOfYear.of(*row["settlement"]))
