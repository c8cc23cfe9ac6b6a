"""Freezes as values: parts add up, one whole freeze is enough, which one is meant by lifting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.interest import Accumulation
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account, check_debit
from services.savings.domain.freezes import Freeze, check_freeze, part_to_lift, whole_to_lift, with_freezes
from services.savings.domain.products import DEMAND
from services.savings.domain.withdrawal_modes import WithdrawalMode

TODAY = date(2005, 9, 1)


def account(balance_minor=100_000, status=AccountStatus.NORMAL):
    return Account(
        number="000000001800010",
        customer_number="0000000018",
        outlet="0201",
        currency="CNY",
        product=DEMAND,
        name="张三",
        status=status,
        accumulation=Accumulation.begin(TODAY, 100, balance_minor),
        withdrawal_mode=WithdrawalMode.NONE,
        cross_outlet=False,
        interest_bearing=True,
    )


def code_of(call, *arguments):
    with pytest.raises(DomainError) as refused:
        call(*arguments)
    return refused.value.code


AMOUNTS = st.lists(st.one_of(st.none(), st.integers(1, 30_000)), max_size=8)


@given(AMOUNTS, st.integers(0, 120_000))
def test_what_is_frozen_is_what_cannot_be_taken(amounts, held_minor):
    freezes = [Freeze(number, amount) for number, amount in enumerate(amounts, 1)]
    frozen = with_freezes(replace(account(300_000), held_minor=held_minor), freezes)
    whole, parts = None in amounts, sum(amount or 0 for amount in amounts)
    assert frozen.funds.available_minor == (0 if whole else max(300_000 - parts - held_minor, 0))
    if whole:
        assert code_of(check_debit, frozen, 1) == "account.frozen"
    elif frozen.funds.available_minor:
        check_debit(frozen, frozen.funds.available_minor)
        assert code_of(check_debit, frozen, frozen.funds.available_minor + 1) == "account.insufficient"
    assert with_freezes(frozen, []) == replace(account(300_000), held_minor=held_minor)


@given(st.lists(st.integers(1, 50_000), min_size=1, max_size=8))
def test_parts_are_refused_once_they_exceed_the_balance(amounts):
    """IB 3334: frozen amounts add up and stay within the book balance."""
    held = account(100_000)
    for amount in amounts:
        if held.frozen_minor + amount <= 100_000:
            check_freeze(held, amount, None, TODAY)
            held = replace(held, frozen_minor=held.frozen_minor + amount)
        else:
            assert code_of(check_freeze, held, amount, None, TODAY) == "freeze.above_balance"
    assert held.frozen_minor <= 100_000


def test_until_when_and_in_what_state():
    check_freeze(account(), None, TODAY, TODAY)
    assert code_of(check_freeze, account(), None, date(2005, 8, 31), TODAY) == "freeze.until_past"
    for status in (AccountStatus.PRE_OPENED, AccountStatus.SETTLED, AccountStatus.DORMANT):
        check_freeze(account(status=status), None, None, TODAY)
    for status in (AccountStatus.CLOSED, AccountStatus.CANCELLED):
        assert code_of(check_freeze, account(status=status), None, None, TODAY) == "account.status"


def test_which_one_is_lifted():
    parts = [Freeze(1, 100), Freeze(2, 200), Freeze(3, 100), Freeze(4, None)]
    assert part_to_lift(parts, None, 200, "CNY").number == 2
    assert part_to_lift(parts, 3, 100, "CNY").number == 3
    assert whole_to_lift(parts, None).number == whole_to_lift(parts, 4).number == 4
    assert code_of(part_to_lift, parts, None, 100, "CNY") == "freeze.ambiguous"
    assert code_of(part_to_lift, parts, None, 300, "CNY") == "freeze.amount_differs"
    assert code_of(part_to_lift, parts, 2, 100, "CNY") == "freeze.amount_differs"
    assert code_of(part_to_lift, parts, 4, 100, "CNY") == "freeze.unknown"
    assert code_of(part_to_lift, parts[3:], None, 100, "CNY") == "freeze.unknown"
    assert code_of(whole_to_lift, parts[:3], None) == "freeze.unknown"
    assert code_of(whole_to_lift, parts, 1) == "freeze.unknown"
    assert code_of(whole_to_lift, [*parts, Freeze(5, None)], None) == "freeze.ambiguous"
