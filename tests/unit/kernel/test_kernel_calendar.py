from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.calendar import (
    BusinessCalendar,
    DaysOfYear,
    Span,
    add_months,
    add_term,
    add_years,
    days_between,
    days_from,
    span_between,
)
from kernel.errors import DomainError
from kernel.numbers import parse_term

dates = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2005, 1, 31), 1, date(2005, 2, 28)),
        (date(2004, 1, 31), 1, date(2004, 2, 29)),
        (date(2005, 2, 28), 1, date(2005, 3, 28)),
        (date(2005, 12, 31), 2, date(2006, 2, 28)),
        (date(2005, 3, 31), -1, date(2005, 2, 28)),
        (date(2005, 1, 15), -1, date(2004, 12, 15)),
        (date(2005, 11, 30), 1, date(2005, 12, 30)),
    ],
)
def test_months_go_to_the_same_day_or_the_last(day, months, expected):
    assert add_months(day, months) == expected


def test_leap_days():
    assert add_years(date(2004, 2, 29), 1) == date(2005, 2, 28)
    assert add_years(date(2004, 2, 29), 4) == date(2008, 2, 29)
    assert days_between(date(2004, 2, 28), date(2004, 3, 1)) == 2
    assert days_between(date(2005, 2, 28), date(2005, 3, 1)) == 1


@pytest.mark.parametrize(
    ("term", "expected"),
    [("107", date(2005, 3, 7)), ("203", date(2005, 5, 28)), ("301", date(2006, 2, 28))],
)
def test_terms_mature(term, expected):
    assert add_term(date(2005, 2, 28), parse_term(term)) == expected


def test_first_day_counts_last_does_not():
    assert days_between(date(2005, 9, 1), date(2005, 9, 11)) == 10
    assert days_between(date(2005, 9, 1), date(2005, 9, 1)) == 0
    assert list(days_from(date(2005, 2, 27), date(2005, 3, 1))) == [date(2005, 2, 27), date(2005, 2, 28)]


def test_reversed_dates_are_refused():
    for count in (days_between, span_between):
        with pytest.raises(DomainError) as caught:
            count(date(2005, 9, 2), date(2005, 9, 1))
        assert caught.value.code == "date.reversed"


@pytest.mark.parametrize(
    ("first", "end", "months", "days"),
    [
        (date(2005, 1, 31), date(2005, 2, 28), 1, 0),
        (date(2005, 1, 31), date(2005, 3, 30), 1, 30),  # one month is 28 February; 30 days on
        (date(2005, 1, 31), date(2005, 3, 31), 2, 0),
        (date(2004, 10, 29), date(2006, 12, 1), 25, 2),  # 29 November 2006, then 30 November, 1 December
        (date(2005, 9, 1), date(2005, 9, 30), 0, 29),
    ],
)
def test_whole_months_and_odd_days(first, end, months, days):
    span = span_between(first, end)
    assert span == Span(months, days)
    assert (span.years, span.months_beyond_years) == (months // 12, months % 12)


@given(dates, st.integers(0, 3000))
def test_a_span_leads_from_one_end_to_the_other(first, distance):
    end = first + timedelta(days=distance)
    span = span_between(first, end)
    assert add_months(first, span.months) + timedelta(days=span.days) == end
    assert 0 <= span.days <= 31


@given(dates, st.integers(0, 600))
def test_whole_months_leave_no_odd_days(first, months):
    assert span_between(first, add_months(first, months)) == Span(months, 0)


def test_days_that_return_every_year():
    quarter_ends = DaysOfYear.of("03-20", "12-20")
    assert date(2005, 3, 20) in quarter_ends and date(2006, 12, 20) in quarter_ends
    assert date(2005, 6, 20) not in quarter_ends
    with pytest.raises(ValueError):
        DaysOfYear.of("02-29")


def test_business_dates_skip_rest_days_and_holidays_but_not_shifted_working_days():
    # 2005-10-01 is a Saturday; the holiday lasts to Friday the 7th, Saturday the 8th is worked
    calendar = BusinessCalendar(
        rest_weekdays=frozenset({5, 6}),
        holidays=frozenset(date(2005, 10, day) for day in range(1, 8)),
        shifted_working_days=frozenset({date(2005, 10, 8)}),
    )
    assert calendar.on_or_after(date(2005, 10, 1)) == date(2005, 10, 8)
    assert calendar.next_after(date(2005, 9, 30)) == date(2005, 10, 8)
    assert list(calendar.between(date(2005, 9, 30), date(2005, 10, 11))) == [
        date(2005, 9, 30),
        date(2005, 10, 8),
        date(2005, 10, 10),
    ]


def test_a_calendar_without_working_days_cannot_be():
    with pytest.raises(ValueError):
        BusinessCalendar(rest_weekdays=frozenset(range(7)))
