"""The dated parameters of the ledger's reports, read from the file beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from kernel.money import CURRENCIES
from kernel.rates import DatedTable, decimal_value, read_dated_rows

FILE = Path(__file__).parent / "thresholds.yaml"


@cache
def thresholds() -> Mapping[str, DatedTable[Decimal]]:
    """The amounts from which registers take note, per register and currency. Raises `ValueError` naming what cannot be read."""
    data = yaml.safe_load(FILE.read_text("utf-8"))
    return {name: read_dated_rows(name, rows, decimal_value) for name, rows in data["thresholds"].items()}


def threshold_minor(register: str, currency: str, day: date) -> int | None:
    """The threshold of a register on a date in minor units; None where the currency is not watched or not yet."""
    table = thresholds().get(f"{register}.{currency}")
    if table is None or table.entries[0].effective > day:
        return None
    return int(table.value_on(day).scaleb(CURRENCIES[currency].exponent))
