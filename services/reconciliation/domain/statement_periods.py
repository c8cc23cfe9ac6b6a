"""What is arranged for the statements of an account, the periods they are of, and when they are due (decision 0023)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum

from kernel.calendar import ONE_DAY, add_months
from kernel.text import Text
from services.reconciliation.domain import statement_errors as errors

DAYS_UNTIL_DUE = 15
"""A company has as many calendar days to reply unless something else is arranged."""
MOST_DAYS_UNTIL_DUE = 180
REMINDED_DAYS_BEFORE = 3
"""So many days before a statement is due its company is reminded."""
MOST_DAYS = 366
"""A period has at most so many days."""


class Frequency(Enum):
    """How often an account gets a statement."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ON_DEMAND = "on_demand"

    @property
    def text(self) -> Text:
        return _TEXTS[self]

    @property
    def months(self) -> int:
        """The months of a period; one for what is made on demand."""
        return _MONTHS[self]


_TEXTS = {
    Frequency.MONTH: Text("按月", "monthly"),
    Frequency.QUARTER: Text("按季", "quarterly"),
    Frequency.YEAR: Text("按年", "yearly"),
    Frequency.ON_DEMAND: Text("按需", "on demand"),
}
_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12, Frequency.ON_DEMAND: 1}


class StatementKind(Enum):
    """余额账单 shows the balance, 明细账单 every entry of the period as well (ER 20, 50)."""

    BALANCE = "balance"
    DETAIL = "detail"

    @property
    def text(self) -> Text:
        return Text("余额账单", "balance statement") if self is StatementKind.BALANCE else Text("明细账单", "detail statement")


def ending_on(day: date) -> tuple[Frequency, ...]:
    """The frequencies of which a period ends on a day: months, calendar quarters, calendar years."""
    if (day + ONE_DAY).day != 1:
        return ()
    return tuple(each for each in (Frequency.MONTH, Frequency.QUARTER, Frequency.YEAR) if day.month % each.months == 0)


def period_ends(after: date, before: date) -> Iterator[date]:
    """The ends of months after one date and before another, the earliest first."""
    end = month_end(after)
    while end < before:
        if end > after:
            yield end
        end = month_end(end + ONE_DAY)


def month_end(day: date) -> date:
    """The last day of the month of a day."""
    return add_months(day.replace(day=1), 1) - ONE_DAY


def first_day(frequency: Frequency, end: date) -> date:
    """The first day of the period that ends on a date, whole months back from the month of its end."""
    return add_months(end.replace(day=1), 1 - frequency.months)


def check_period(first: date, end: date, today: date) -> None:
    """Refuse a period whose books may still change, or one that is turned round or too long. Raises `statement.period`."""
    if end >= today or first > end or (end - first).days >= MOST_DAYS:
        raise errors.PERIOD(field="date_to", last=(today - ONE_DAY).isoformat(), days=MOST_DAYS)


def due_on(today: date, days: int) -> date:
    """The last day on which a statement made, or answered, today is replied to in time."""
    return today + timedelta(days=days)
