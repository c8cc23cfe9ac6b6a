"""Reads the dated parameters of loans from the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kernel.rates import read_dated_rows, read_rate_columns
from services.lending.domain.parameters import (
    DailyOverdueRate,
    LendingParameters,
    LoanConvention,
    OverdueRate,
    OverdueSurcharge,
)

FOLDER = Path(__file__).parent


def load_parameters(folder: Path = FOLDER) -> LendingParameters:
    """The parameters of a folder with `parameters.yaml` and its rate file. Raises ValueError that names what it cannot read."""
    data = yaml.safe_load((folder / "parameters.yaml").read_text("utf-8"))
    listed = data["rate_file"]
    return LendingParameters(
        base_rates=read_rate_columns((folder / listed["file"]).read_text("utf-8"), listed["source"]),
        allowed_floats=read_dated_rows("allowed_floats", data["allowed_floats"], lambda row: tuple(Decimal(text) for text in row["value"])),
        overdue_rate=read_dated_rows("overdue_rate", data["overdue_rate"], _overdue_rate),
        conventions=read_dated_rows("conventions", data["conventions"], _convention),
    )


@cache
def parameters() -> LendingParameters:
    """The parameters the bank works with, read once."""
    return load_parameters()


def _overdue_rate(row: Mapping[str, Any]) -> OverdueRate:
    if "daily_permyriad" in row:
        return DailyOverdueRate(Decimal(row["daily_permyriad"]))
    return OverdueSurcharge(Decimal(row["surcharge_pct"]))


def _convention(row: Mapping[str, Any]) -> LoanConvention:
    return LoanConvention(row["year_days"], row["principal_unit_minor"], row["settlement_day"])
