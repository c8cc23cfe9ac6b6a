"""Reads the dated parameters of clearing from the file beside this one."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from kernel.rates import DatedTable, decimal_value, read_dated_rows

FILE = Path(__file__).parent / "parameters.yaml"
PENALTY = "reserve_penalty_daily_permyriad"


@cache
def penalty_rates() -> DatedTable[Decimal]:
    """What an overdrawn reserve pays a day, per ten thousand. Raises ValueError that names what it cannot read."""
    return read_dated_rows(PENALTY, yaml.safe_load(FILE.read_text("utf-8"))[PENALTY], decimal_value)
