"""Loan interest; every amount is worked by hand beside its test."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.lending.domain.interest import begin_loan, change_rate, interest_due, repay_full, repay_part
from services.lending.parameters.load import load_parameters

PARAMETERS = load_parameters()
RELEASED = date(2005, 9, 1)


def loan(yuan: int = 100_000, rate: str = "5.58", released_on: date = RELEASED):
    return begin_loan(yuan * 100, "CNY", Decimal(rate), released_on, PARAMETERS)


def code_of(action, *arguments, **named) -> str:
    with pytest.raises(DomainError) as caught:
        action(*arguments, **named)
    return caught.value.code


def test_interest_goes_with_the_principal():
    """100,000 x 10 days x 5.58 / 36,000 = 155.00; the day of repayment bears none."""
    interest, rest = repay_full(loan(), date(2005, 9, 11), PARAMETERS)
    assert interest.interest_minor == 15_500
    assert (rest.principal.balance_minor, rest.principal.products, rest.closed) == (0, 0, ())


def test_repaid_on_the_day_of_release_bears_nothing():
    interest, _ = repay_full(loan(), RELEASED, PARAMETERS)
    assert (interest.segments, interest.interest_minor) == ((), 0)


def test_repayment_takes_the_interest_since_the_last_settlement():
    """Settled on the 20th, counted through it: 20 days, 310.00; repaid on 1 October: 10 days more, 155.00."""
    assert PARAMETERS.is_settlement_date(date(2005, 9, 20)) and not PARAMETERS.is_settlement_date(date(2005, 9, 21))
    settled, rest = interest_due(loan(), date(2005, 9, 21), PARAMETERS)
    assert settled.interest_minor == 31_000
    repaid, _ = repay_full(rest, date(2005, 10, 1), PARAMETERS)
    assert repaid.interest_minor == 15_500


def test_a_partial_repayment_lowers_the_principal_and_takes_no_interest():
    """100,000 x 10 + 40,000 x 10 = 1,400,000 x 5.58 / 36,000 = 217.00."""
    rest = repay_part(loan(), 60_000_00, date(2005, 9, 11))
    interest, _ = repay_full(rest, date(2005, 9, 21), PARAMETERS)
    assert interest.interest_minor == 21_700


def test_a_change_of_rate_makes_segments():
    """2004-10-20: 9 days at 5.31 = 132.75; from 10-29 to 11-20, 23 days at 5.58 = 356.50; together 489.25."""
    changed = change_rate(loan(rate="5.31", released_on=date(2004, 10, 20)), Decimal("5.58"), date(2004, 10, 29), PARAMETERS)
    interest, rest = interest_due(changed, date(2004, 11, 21), PARAMETERS)
    assert [segment.interest for segment in interest.segments] == [Decimal("132.750"), Decimal("356.500")]
    assert interest.interest_minor == 48_925
    assert (rest.closed, rest.annual_pct) == ((), Decimal("5.58"))


def test_the_leap_day_bears_interest():
    """100,000 x 29 days x 5.31 / 36,000 = 427.75."""
    interest, _ = repay_full(loan(rate="5.31", released_on=date(2004, 2, 1)), date(2004, 3, 1), PARAMETERS)
    assert interest.interest_minor == 42_775


def test_arrears_come_first():
    assert code_of(repay_full, loan(), date(2005, 9, 11), PARAMETERS, arrears_minor=1) == "loan.interest_in_arrears"
    assert code_of(repay_part, loan(), 1_00, date(2005, 9, 11), arrears_minor=1) == "loan.interest_in_arrears"
    rest = repay_part(loan(), 1_00, date(2005, 9, 11), arrears_minor=1, special_permission=True)
    assert rest.principal.balance_minor == 99_999_00


def test_a_partial_repayment_is_part_of_the_principal():
    assert code_of(repay_part, loan(), 100_000_01, date(2005, 9, 11)) == "loan.repayment_too_large"
    assert code_of(repay_part, loan(), 100_000_00, date(2005, 9, 11)) == "loan.repayment_is_whole"


def test_overdue_rates_are_dated():
    """2.1 ten-thousandths a day is 7.56 %; from 2004 the note's rate and half of it: 5.58 x 1.5 = 8.37."""
    assert PARAMETERS.overdue_annual_pct(Decimal("5.58"), date(2003, 12, 31)) == Decimal("7.56")
    assert PARAMETERS.overdue_annual_pct(Decimal("5.58"), date(2004, 1, 1)) == Decimal("8.37")
    assert code_of(PARAMETERS.overdue_annual_pct, Decimal("5.58"), date(1999, 1, 1)) == "parameter.not_in_force"


def test_interest_does_not_run_backwards():
    _, rest = interest_due(loan(), date(2005, 9, 21), PARAMETERS)
    assert code_of(repay_full, rest, date(2005, 9, 20), PARAMETERS) == "date.reversed"


@given(st.integers(1, 10**8), st.integers(0, 500), st.integers(0, 500))
def test_settling_on_the_way_changes_the_sum_by_rounding_only(yuan, first_days, more_days):
    middle = RELEASED + timedelta(days=first_days)
    end = middle + timedelta(days=more_days)
    at_once, _ = repay_full(loan(yuan), end, PARAMETERS)
    first, rest = interest_due(loan(yuan), middle, PARAMETERS)
    second, _ = repay_full(rest, end, PARAMETERS)
    assert abs(first.interest_minor + second.interest_minor - at_once.interest_minor) <= 2
    assert sum(s.products for s in (*first.segments, *second.segments)) == sum(s.products for s in at_once.segments)
