from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.interest import (
    Accumulation,
    accrue,
    begin_next_period,
    change_balance,
    interest_on_products,
    minor_of,
    split_by_days,
)

FIRST = date(2005, 9, 1)


def test_whole_yuan_bear_interest():
    # 1,234.56: 1,234.00 x 3 days = 3,702.00 yuan-days
    assert accrue(Accumulation.begin(FIRST, 100, 123_456), date(2005, 9, 4)).products == 370_200
    assert accrue(Accumulation.begin(FIRST, 1, 123_456), date(2005, 9, 4)).products == 370_368
    assert accrue(Accumulation.begin(FIRST, 100, 99), date(2006, 9, 1)).products == 0


def test_an_overdraft_earns_nothing():
    assert accrue(Accumulation.begin(FIRST, 100, -50_000), date(2005, 9, 30)).products == 0


def test_the_day_of_a_deposit_counts_and_the_day_of_a_withdrawal_does_not():
    state = Accumulation.begin(FIRST, 100, 100_000)
    state = change_balance(state, 50_000, date(2005, 9, 3))  # 1,000 x 2 days
    state = change_balance(state, -120_000, date(2005, 9, 6))  # 1,500 x 3 days
    state = accrue(state, date(2005, 9, 16))  # 300 x 10 days
    assert state.products == 100 * (1_000 * 2 + 1_500 * 3 + 300 * 10)
    assert (state.balance_minor, state.days) == (30_000, 15)


def test_days_already_counted_are_not_counted_again():
    state = accrue(Accumulation.begin(FIRST, 100, 100_000), date(2005, 9, 5))
    with pytest.raises(DomainError) as caught:
        accrue(state, date(2005, 9, 4))
    assert caught.value.code == "date.reversed"


def test_an_earlier_value_date_corrects_the_products():
    counted = accrue(Accumulation.begin(FIRST, 100, 100_000), date(2005, 9, 11))
    corrected = change_balance(counted, -40_000, date(2005, 9, 4))
    # as if it had gone on the 4th: 1,000 x 3 + 600 x 7
    assert corrected.products == 100 * (1_000 * 3 + 600 * 7)
    assert (corrected.balance_minor, corrected.until) == (60_000, date(2005, 9, 11))


def test_a_settled_period_stays_as_it_was_paid():
    settled = begin_next_period(accrue(Accumulation.begin(FIRST, 100, 100_000), date(2005, 9, 21)))
    counted = accrue(settled, date(2005, 9, 23))
    # only the two days since the 21st are corrected
    assert change_balance(counted, 10_000, FIRST).products == 100 * (1_000 * 2 + 100 * 2)


def test_segments_are_rounded_half_up_to_the_third_decimal():
    # 5 yuan x 50 days at 0.72 %: 250 x 0.72 / 36000 = 0.005; 1 yuan x 25 days: 25 x 0.72 / 36000 = 0.0005, up to 0.001
    assert interest_on_products(25_000, Decimal("0.72"), 360, "CNY") == Decimal("0.005")
    assert interest_on_products(2_500, Decimal("0.72"), 360, "CNY") == Decimal("0.001")
    assert interest_on_products(2_400, Decimal("0.72"), 360, "CNY") == Decimal("0.000")
    # yen have no smaller unit: 100,000 x 360 days at 1 % of 360 = 1,000
    assert interest_on_products(36_000_000, Decimal(1), 360, "JPY") == Decimal(1000)


def test_the_sum_is_rounded_once():
    # three times 0.335 is 1.005, up to 1.01; rounded one by one it would be 1.02
    assert minor_of([Decimal("0.335")] * 3, "CNY") == 101
    assert minor_of([], "CNY") == 0
    assert minor_of([Decimal("10.5")], "JPY") == 11


def test_the_last_part_takes_the_rest():
    # 1.000 over 1 and 2 days: a third is 0.333, the rest 0.667
    assert split_by_days(Decimal("1.000"), [1, 2]) == [Decimal("0.333"), Decimal("0.667")]
    assert split_by_days(Decimal("1.000"), [7]) == [Decimal("1.000")]


@given(st.integers(0, 10**12), st.integers(0, 4000), st.integers(0, 4000), st.sampled_from([1, 100]))
def test_products_add_up_over_split_intervals(balance, first_days, more_days, unit):
    state = Accumulation.begin(FIRST, unit, balance)
    middle = FIRST + timedelta(days=first_days)
    end = middle + timedelta(days=more_days)
    assert accrue(accrue(state, middle), end) == accrue(state, end)


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(0, 200)), max_size=8), st.integers(0, 300))
def test_whole_yuan_changes_may_be_told_late(changes, wait):
    """Told on its day or told afterwards with its value date, a change gives the same products while the balance stays in credit."""
    opening = 10**9
    end = FIRST + timedelta(days=200 + wait)
    on_time = Accumulation.begin(FIRST, 100, opening)
    for yuan, day in sorted(changes, key=lambda change: change[1]):
        on_time = change_balance(on_time, yuan * 100, FIRST + timedelta(days=day))
    late = accrue(Accumulation.begin(FIRST, 100, opening), end)
    for yuan, day in changes:
        late = change_balance(late, yuan * 100, FIRST + timedelta(days=day))
    assert late == accrue(on_time, end)


@given(st.decimals(0, 10**9, places=3), st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_parts_make_the_whole(amount, days):
    assert sum(split_by_days(amount, days)) == amount
