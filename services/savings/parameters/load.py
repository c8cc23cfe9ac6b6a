"""Reads the dated parameters of deposits from the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kernel.calendar import DaysOfYear
from kernel.rates import (
    Dated,
    DatedTable,
    decimal_value,
    read_dated_rows,
    read_rate_columns,
)
from services.savings.domain.parameters import (
    InterestConvention,
    PrincipalUnit,
    SavingsParameters,
)

FOLDER = Path(__file__).parent


def load_parameters(folder: Path = FOLDER) -> SavingsParameters:
    """The parameters of a folder with `parameters.yaml` and its rate files. Raises ValueError that names what it cannot read."""
    data = yaml.safe_load((folder / "parameters.yaml").read_text("utf-8"))
    return SavingsParameters(
        rates=_rates(folder, data),
        interest_tax=read_dated_rows("interest_tax", data["interest_tax"], decimal_value),
        conventions={name: read_dated_rows(name, rows, _convention) for name, rows in data["conventions"].items()},
        limits={name: read_dated_rows(name, rows, decimal_value) for name, rows in data["limits"].items()},
    )


@cache
def parameters() -> SavingsParameters:
    """The parameters the running service works with."""
    return load_parameters()


def _rates(folder: Path, data: dict[str, Any]) -> dict[str, DatedTable[Decimal]]:
    rates: dict[str, DatedTable[Decimal]] = {}
    for listed in data["rate_files"]:
        rates |= read_rate_columns((folder / listed["file"]).read_text("utf-8"), listed["source"])
    source = data["same_rates"]["source"]
    for name, other in data["same_rates"].items():
        if name != "source":
            rates[name] = DatedTable(name, tuple(Dated(entry.effective, entry.value, source) for entry in rates[other].entries))
    return rates


def _convention(row: Mapping[str, Any]) -> InterestConvention:
    return InterestConvention(row["year_days"], PrincipalUnit(row["principal_unit"]), DaysOfYear.of(*row["settlement"]))
