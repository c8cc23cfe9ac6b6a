"""Values that hold from a date on (rates, limits, taxes, conventions) and conversions between ways to quote a rate."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Generic, TypeVar

from kernel.errors import ErrorType, Kind

NOT_IN_FORCE = ErrorType(
    "parameter.not_in_force", Kind.INVALID, "参数 {name} 在 {day} 尚无有效值", "parameter {name} has no value in force on {day}"
)
PAST_IS_FIXED = ErrorType(
    "parameter.past_is_fixed",
    Kind.CONFLICT,
    "参数 {name} 只能增加 {after} 之后生效的新值",
    "parameter {name} only takes new values that come into force after {after}",
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value, the first date it holds and where it is written."""

    effective: date
    value: T
    source: str


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """A part of an interval in which one entry holds, from `first` up to, not including, `end`."""

    first: date
    end: date
    entry: Dated[T]

    @property
    def days(self) -> int:
        return (self.end - self.first).days


@dataclass(frozen=True, slots=True)
class DatedTable(Generic[T]):
    """The history of one parameter. A past value is never edited: a table only grows at its end (`with_entry`)."""

    name: str
    entries: tuple[Dated[T], ...]

    def __post_init__(self) -> None:
        dates = [entry.effective for entry in self.entries]
        if not dates or any(later <= earlier for earlier, later in pairwise(dates)):
            raise ValueError(f"{self.name}: a dated table needs entries in ascending order, one per date")

    def entry_on(self, day: date) -> Dated[T]:
        """The entry in force on a date. Raises `parameter.not_in_force` before the first one."""
        for entry in reversed(self.entries):
            if entry.effective <= day:
                return entry
        raise NOT_IN_FORCE(name=self.name, day=day.isoformat())

    def value_on(self, day: date) -> T:
        """The value in force on a date. Raises `parameter.not_in_force`."""
        return self.entry_on(day).value

    def stretches(self, first: date, end: date) -> tuple[Stretch[T], ...]:
        """The interval [first, end) cut where the value changes; empty when the interval is. Raises `parameter.not_in_force`."""
        if end <= first:
            return ()
        cuts = [entry.effective for entry in self.entries if first < entry.effective < end]
        borders = [first, *cuts, end]
        return tuple(Stretch(start, stop, self.entry_on(start)) for start, stop in pairwise(borders))

    def with_entry(self, entry: Dated[T], today: date) -> DatedTable[T]:
        """A table with one more entry, which must come into force after `today` and after the last entry.

        Raises `parameter.past_is_fixed`.
        """
        after = max(self.entries[-1].effective, today)
        if entry.effective <= after:
            raise PAST_IS_FIXED(field="effective", name=self.name, after=after.isoformat())
        return DatedTable(self.name, (*self.entries, entry))


def fraction_of_pct(pct: Decimal) -> Decimal:
    """Percent 百分 to a fraction: 20 -> 0.2."""
    return pct.scaleb(-2)


def annual_pct_of_monthly_permille(monthly_permille: Decimal) -> Decimal:
    """月利率‰ to 年利率%: twelve months, ten permille to a percent."""
    return monthly_permille * 12 / 10


def monthly_permille_of_annual_pct(annual_pct: Decimal) -> Decimal:
    """年利率% to 月利率‰."""
    return annual_pct * 10 / 12


def annual_pct_of_daily_permyriad(daily_permyriad: Decimal, year_days: int) -> Decimal:
    """日利率‱ (ten-thousandths a day) to 年利率% over a year of `year_days`."""
    return daily_permyriad * year_days / 100


def read_rate_columns(text: str, source: str, prefix: str = "") -> dict[str, DatedTable[Decimal]]:
    """Rate tables of a CSV text whose first column is `effective_date` and whose other columns are rates, one table a column.

    An empty cell means no change. Raises ValueError that names source, line and column of what it cannot read.
    """
    columns: dict[str, list[Dated[Decimal]]] = {}
    for line, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        for column, cell in row.items():
            if column == "effective_date" or not cell:
                continue
            try:
                entry = Dated(date.fromisoformat(row["effective_date"]), Decimal(cell), source)
            except (ValueError, InvalidOperation, KeyError) as error:
                raise ValueError(f"{source}: line {line}, column {column}: {error}") from error
            columns.setdefault(column, []).append(entry)
    return {prefix + column: DatedTable(prefix + column, tuple(entries)) for column, entries in columns.items()}


def read_dated_rows(name: str, rows: Iterable[Mapping[str, Any]], value: Callable[[Mapping[str, Any]], T]) -> DatedTable[T]:
    """The table of rows that carry `effective` (a date), `source`, and what `value` reads. Raises ValueError that names the parameter."""
    try:
        entries = tuple(Dated(_date(row["effective"]), value(row), str(row["source"])) for row in rows)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"parameter {name}: {error!r}") from error
    return DatedTable(name, entries)


def decimal_value(row: Mapping[str, Any]) -> Decimal:
    """The `value` of a row, written as text or a whole number so that no float ever enters. Raises TypeError for a float."""
    value = row["value"]
    if not isinstance(value, (str, int)):
        raise TypeError(f"{value!r} must be written in quotes")
    return Decimal(value)


def _date(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a date")
    return value
