"""Days, months and years as a bank counts them: the first day counts, the last does not (算头不算尾)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.errors import ErrorType, Kind
from kernel.numbers import Term, TermUnit

DATES_REVERSED = ErrorType(
    "date.reversed", Kind.INVALID, "结束日期 {end} 早于开始日期 {first}", "the end {end} lies before the beginning {first}"
)

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The distance of two dates in whole months and the odd days left over 整月与零头天数."""

    months: int
    days: int

    @property
    def years(self) -> int:
        """Whole years; `months_beyond_years` has the rest."""
        return self.months // 12

    @property
    def months_beyond_years(self) -> int:
        return self.months % 12


def _in_order(first: date, end: date) -> None:
    if end < first:
        raise DATES_REVERSED(field="end", first=first.isoformat(), end=end.isoformat())


def days_between(first: date, end: date) -> int:
    """Actual days from `first` to `end`, the first counted and the last not. Raises `date.reversed`."""
    _in_order(first, end)
    return (end - first).days


def add_months(day: date, months: int) -> date:
    """The same day of a later (or, negative, earlier) month; where that month has no such day 无对日, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 February in a common year."""
    return add_months(day, 12 * years)


def add_term(day: date, term: Term) -> date:
    """The maturity 到期日 of a term that begins on `day`: days are counted, months and years go from day to same day (对年对月对日)."""
    if term.unit is TermUnit.DAY:
        return day + timedelta(days=term.count)
    return add_months(day, term.months)


def span_between(first: date, end: date) -> Span:
    """Whole months from `first` to `end` and the odd actual days after them. Raises `date.reversed`.

    The months are counted from `first` at once, never by stepping, so that 31 January keeps its day: to 31 March it is two months.
    """
    _in_order(first, end)
    months = (end.year - first.year) * 12 + end.month - first.month
    if add_months(first, months) > end:
        months -= 1
    return Span(months, (end - add_months(first, months)).days)


def days_from(first: date, end: date) -> Iterator[date]:
    """Every date from `first` up to, not including, `end`."""
    for offset in range((end - first).days):
        yield first + timedelta(days=offset)


@dataclass(frozen=True, slots=True)
class DaysOfYear:
    """Dates that return every year, as (month, day): the settlement days of an interest calendar."""

    days: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, *texts: str) -> DaysOfYear:
        """From texts like `03-20`. Raises ValueError for anything that is no day of every year."""
        pairs = [tuple(int(part) for part in text.split("-")) for text in texts]
        for month, day in pairs:
            date(2001, month, day)
        return cls(frozenset((month, day) for month, day in pairs))

    def __contains__(self, day: date) -> bool:
        return (day.month, day.day) in self.days


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Which dates are business dates: not a weekly rest day nor a holiday, unless it is a shifted working day 调休."""

    rest_weekdays: frozenset[int] = frozenset()
    holidays: frozenset[date] = frozenset()
    shifted_working_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.rest_weekdays >= frozenset(range(7)):
            raise ValueError("a calendar needs at least one working day a week")

    def is_business_date(self, day: date) -> bool:
        if day in self.shifted_working_days:
            return True
        return day.weekday() not in self.rest_weekdays and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself, or the first business date after it (遇节假日顺延)."""
        while not self.is_business_date(day):
            day += ONE_DAY
        return day

    def next_after(self, day: date) -> date:
        """The first business date after `day`."""
        return self.on_or_after(day + ONE_DAY)

    def between(self, first: date, end: date) -> Iterator[date]:
        """The business dates from `first` up to, not including, `end`."""
        return (day for day in days_from(first, end) if self.is_business_date(day))
