"""Interest of demand deposits; every amount is worked by hand beside its test."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.savings.domain.accumulated import (
    begin_accumulation,
    change_balance,
    is_settlement_date,
    settlement_date_on_or_after,
)
from services.savings.domain.interest import NOTHING, settle_at_closing, settle_period
from services.savings.domain.products import DEMAND, product_of
from services.savings.parameters.load import load_parameters

PARAMETERS = load_parameters()
INDUSTRY = product_of("201")
TEMPORARY = product_of("260")


def closing(product, yuan: int, opened_on: date, closed_on: date, currency: str = "CNY", bears_interest: bool = True):
    state = begin_accumulation(product, currency, opened_on, PARAMETERS, yuan * 100)
    statement, rest = settle_at_closing(state, product, currency, closed_on, PARAMETERS, bears_interest)
    assert (rest.products, rest.since, rest.until) == (0, closed_on, closed_on)
    return statement


def test_the_known_answer():
    """10,000 x 10 days x 0.72 % / 360 = 2.00; 20 % of it 0.40."""
    statement = closing(DEMAND, 10_000, date(2005, 9, 1), date(2005, 9, 11))
    assert (statement.interest_minor, statement.tax_minor, statement.net_minor) == (200, 40, 160)
    (segment,) = statement.segments
    assert (segment.days, segment.products, segment.annual_pct) == (10, 10_000_00 * 10, Decimal("0.72"))
    assert segment.average_principal_minor == 10_000_00
    assert segment.rate_source.endswith("2004-10-29")


def test_opened_and_closed_on_one_day_earns_nothing():
    assert closing(DEMAND, 10_000, date(2005, 9, 1), date(2005, 9, 1)) == NOTHING


def test_the_whole_time_takes_the_rate_of_the_closing_day():
    """2007-12-01 to 12-25 is 24 days; 0.81 fell to 0.72 on the 21st: 240,000 x 0.72 / 36,000 = 4.80; tax 5 % 0.24."""
    statement = closing(DEMAND, 10_000, date(2007, 12, 1), date(2007, 12, 25))
    assert (statement.interest_minor, statement.tax_minor) == (480, 24)
    # closed on the 20th: 19 days at 0.81: 190,000 x 0.81 / 36,000 = 4.275, up to 4.28; tax 0.21375, down to 0.21
    statement = closing(DEMAND, 10_000, date(2007, 12, 1), date(2007, 12, 20))
    assert (statement.interest_minor, statement.tax_minor) == (428, 21)


def test_closed_before_interest_is_booked_the_period_keeps_its_rate():
    """The quarter ended on 2007-12-20 at 0.81 %; on the 21st, the day of booking, 0.72 % are posted. 200,000 x 0.81 / 36,000 = 4.50,
    tax 5 % 0.225, up to 0.23."""
    statement = closing(DEMAND, 10_000, date(2007, 12, 1), date(2007, 12, 21))
    assert (statement.interest_minor, statement.tax_minor) == (450, 23)
    assert statement.segments[0].annual_pct == Decimal("0.81")


def test_the_leap_day_counts():
    """2004-02-28 to 2004-03-01 is two days: 20,000 x 0.72 / 36,000 = 0.40, tax 0.08; in 2005 one day: 0.20, tax 0.04."""
    leap = closing(DEMAND, 10_000, date(2004, 2, 28), date(2004, 3, 1))
    common = closing(DEMAND, 10_000, date(2005, 2, 28), date(2005, 3, 1))
    assert (leap.interest_minor, leap.tax_minor) == (40, 8)
    assert (common.interest_minor, common.tax_minor) == (20, 4)


def test_a_tax_change_splits_the_interest_by_days():
    """The quarter 2007-06-21 to 09-20 has 92 days, 55 of them before 08-15.

    100,000 x 92 x 0.81 / 36,000 = 207.000; 207 x 55 / 92 = 123.750 at 20 % is 24.75, the rest 83.250 at 5 % is 4.1625: 28.9125.
    """
    state = begin_accumulation(DEMAND, "CNY", date(2007, 6, 21), PARAMETERS, 100_000_00)
    statement, rest = settle_period(state, DEMAND, "CNY", date(2007, 9, 20), PARAMETERS)
    assert (statement.interest_minor, statement.tax_minor) == (20_700, 2_891)
    parts = statement.segments[0].tax_parts
    assert [(part.first, part.end, part.interest, part.tax_pct) for part in parts] == [
        (date(2007, 6, 21), date(2007, 8, 15), Decimal("123.750"), Decimal(20)),
        (date(2007, 8, 15), date(2007, 9, 21), Decimal("83.250"), Decimal(5)),
    ]
    assert rest.since == date(2007, 9, 21)


def test_the_tax_ended():
    """2008-10-08 to 10-10: one day at 5 %, one free. 3,600,000 x 2 x 0.72 / 36,000 = 144.000; 72.000 x 5 % = 3.60."""
    statement = closing(DEMAND, 3_600_000, date(2008, 10, 8), date(2008, 10, 10))
    assert (statement.interest_minor, statement.tax_minor) == (14_400, 360)
    assert closing(DEMAND, 3_600_000, date(2008, 10, 9), date(2008, 10, 11)).tax_minor == 0


def test_interest_before_the_tax_was_free():
    """1999-10-31 to 11-02: 0.99 %, 36,000 x 2 x 0.99 / 36,000 = 1.980; the second day's 0.990 at 20 % is 0.198."""
    statement = closing(DEMAND, 36_000, date(1999, 10, 31), date(1999, 11, 2))
    assert (statement.interest_minor, statement.tax_minor) == (198, 20)


def test_a_moving_balance_earns_by_its_products():
    """1,000 x 10 + 3,500 x 10 + 500 x 70 = 80,000; x 0.72 / 36,000 = 1.600; tax 0.32."""
    state = begin_accumulation(DEMAND, "CNY", date(2005, 9, 1), PARAMETERS, 1_000_00)
    state = change_balance(state, 2_500_99, date(2005, 9, 11))
    state = change_balance(state, -3_000_99, date(2005, 9, 21))
    statement, rest = settle_at_closing(state, DEMAND, "CNY", date(2005, 11, 30), PARAMETERS)
    assert (statement.interest_minor, statement.tax_minor, rest.balance_minor) == (160, 32, 500_00)


def test_corporate_interest_is_not_taxed_and_what_bears_none_gets_none():
    assert closing(INDUSTRY, 10_000, date(2005, 9, 1), date(2005, 9, 11)).interest_minor == 200
    assert closing(INDUSTRY, 10_000, date(2005, 9, 1), date(2005, 9, 11)).tax_minor == 0
    assert closing(INDUSTRY, 10_000, date(2005, 9, 1), date(2005, 9, 11), bears_interest=False) == NOTHING
    assert closing(TEMPORARY, 10_000, date(2005, 9, 1), date(2005, 9, 11)) == NOTHING


def test_other_currencies_have_their_own_rates():
    """10,000.00 USD x 36 days x 0.10 % / 360 = 1.00."""
    assert closing(DEMAND, 10_000, date(2005, 9, 1), date(2005, 10, 7), currency="USD").interest_minor == 100
    with pytest.raises(DomainError) as caught:
        begin_accumulation(INDUSTRY, "CNY", date(1989, 1, 1), PARAMETERS)
    assert caught.value.code == "parameter.not_in_force"


@pytest.mark.parametrize(
    ("convention", "day", "settled_on"),
    [
        ("demand_personal", date(2005, 6, 1), date(2005, 6, 30)),
        ("demand_personal", date(2005, 7, 1), date(2005, 12, 20)),  # the yearly calendar still rules on 2005-09-20
        ("demand_personal", date(2005, 12, 21), date(2006, 3, 20)),
        ("demand_corporate", date(2005, 9, 1), date(2005, 9, 20)),
        ("demand_corporate", date(2005, 9, 20), date(2005, 9, 20)),
        ("demand_corporate", date(2005, 12, 21), date(2006, 3, 20)),
    ],
)
def test_settlement_calendars_are_dated(convention, day, settled_on):
    assert settlement_date_on_or_after(convention, day, PARAMETERS) == settled_on
    assert is_settlement_date(convention, settled_on, PARAMETERS)
    assert not is_settlement_date(convention, settled_on + timedelta(days=1), PARAMETERS)


@given(st.integers(0, 10**7), st.integers(0, 3000), st.dates(date(1999, 6, 10), date(2010, 1, 1)))
def test_interest_never_loses_a_part_and_tax_never_exceeds_a_fifth(yuan, days, opened_on):
    statement = closing(DEMAND, yuan, opened_on, opened_on + timedelta(days=days))
    for segment in statement.segments:
        assert sum(part.interest for part in segment.tax_parts) == segment.interest
        assert sum((part.end - part.first).days for part in segment.tax_parts) == segment.days == days
    assert 0 <= statement.tax_minor <= statement.interest_minor
    assert statement.tax_minor * 5 <= statement.interest_minor + 5


@given(st.integers(0, 10**7), st.integers(1, 90), st.integers(1, 90))
def test_closing_later_never_earns_less_at_one_rate(yuan, days, more):
    first = date(2005, 9, 1)
    shorter = closing(DEMAND, yuan, first, first + timedelta(days=days))
    longer = closing(DEMAND, yuan, first, first + timedelta(days=days + more))
    assert longer.interest_minor >= shorter.interest_minor
