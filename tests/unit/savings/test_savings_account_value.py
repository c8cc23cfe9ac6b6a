"""A deposit account as a value: no fen is lost in any order of movements, products are the sum of the daily balances."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.interest import accrue
from kernel.money import MAXIMUM_MINOR
from kernel.numbers import check_account, customer_number
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import (
    Account,
    check_cash_withdrawal,
    check_flag,
    close_and_pay,
    close_empty,
    credit,
    debit,
    hold,
    release,
    settle,
    settle_hold,
)
from services.savings.domain.accumulated import begin_accumulation
from services.savings.domain.numbering import account_number, series_of
from services.savings.domain.products import CORPORATE_CURRENT, DEMAND, AccountFlag, product_of
from services.savings.domain.withdrawal_modes import WithdrawalMode
from services.savings.parameters.load import load_parameters

PARAMETERS = load_parameters()
DAY = date(2005, 9, 1)
PERSON, ORGANISATION = customer_number(0, 1), customer_number(4, 1)


def account(product=DEMAND, balance_minor=0, status=AccountStatus.NORMAL, **fields):
    begun = begin_accumulation(product, "CNY", DAY, PARAMETERS, balance_minor)
    values = {
        "number": account_number(product, PERSON if product is DEMAND else ORGANISATION, 1),
        "customer_number": PERSON if product is DEMAND else ORGANISATION,
        "outlet": "0201",
        "currency": "CNY",
        "product": product,
        "name": "客户",
        "status": status,
        "accumulation": begun,
        "withdrawal_mode": WithdrawalMode.NONE,
        "cross_outlet": False,
        "interest_bearing": True,
    }
    return Account(**{**values, **fields})


def code_of(action, *arguments, **named):
    with pytest.raises(DomainError) as caught:
        action(*arguments, **named)
    return caught.value.code


MOVES = st.lists(
    st.tuples(st.sampled_from(["credit", "debit", "pend", "post", "void"]), st.integers(1, 500_000), st.booleans(), st.integers(0, 3)),
    max_size=40,
)


@given(MOVES)
def test_money_in_is_money_out_and_balance(moves):
    """Whatever is asked in whatever order: the balance is what came less what went, never below what is held, products exact."""
    state, day, total, products = account(), DAY, 0, 0
    pending: list[int] = []
    for kind, amount, outwards, days in moves:
        products += total // 100 * 100 * days
        day += timedelta(days=days)
        try:
            match kind:
                case "credit":
                    state, total = credit(state, amount, day, PARAMETERS), total + amount
                case "debit":
                    state, total = debit(state, amount, day), total - amount
                case "pend":
                    state = hold(state, -amount if outwards else amount, day, PARAMETERS)
                    pending.append(-amount if outwards else amount)
                case "post" if pending:
                    change = pending.pop()
                    state, total = settle_hold(state, change, day, PARAMETERS), total + change
                case "void" if pending:
                    state = release(state, pending.pop())
        except DomainError as refusal:
            assert refusal.code == "account.insufficient"
        assert state.balance_minor == total >= state.held_minor >= 0
        assert state.held_minor == -sum(change for change in pending if change < 0)
        assert state.incoming_minor == sum(change for change in pending if change > 0)
        assert state.funds.available_minor == total - state.held_minor
    assert accrue(state.accumulation, day).products == products


@given(st.lists(st.tuples(st.integers(1, 10_000_000), st.integers(0, 40)), min_size=1, max_size=8))
def test_closing_pays_exactly_balance_interest_and_tax(deposits):
    state, day = account(), DAY
    for amount, days in deposits:
        state, day = credit(state, amount, day, PARAMETERS), day + timedelta(days=days)
    closed, closing = close_and_pay(state, day, PARAMETERS)
    assert closing.principal_minor == sum(amount for amount, _ in deposits)
    assert closing.paid_minor == closing.principal_minor + closing.statement.interest_minor - closing.statement.tax_minor
    assert (closed.balance_minor, closed.status) == (0, AccountStatus.CLOSED)
    assert closed.accumulation == replace(accrue(state.accumulation, day), balance_minor=0)


def test_a_correction_never_leaves_products_below_zero():
    """The money came back only on the last day: taking the deposit out as of its first day takes no more than there is."""
    state = credit(account(), 100_000, DAY, PARAMETERS)
    state = debit(state, 100_000, DAY + timedelta(days=1))
    state = credit(state, 100_000, DAY + timedelta(days=9), PARAMETERS)
    state = debit(state, 100_000, DAY)
    assert state.accumulation.products == 0


def test_a_balance_has_an_upper_limit():
    state = credit(account(), MAXIMUM_MINOR, DAY, PARAMETERS)
    assert code_of(credit, state, 1, DAY, PARAMETERS) == "account.balance_too_large"
    announced = hold(account(), MAXIMUM_MINOR, DAY, PARAMETERS)
    assert code_of(hold, announced, 1, DAY, PARAMETERS) == "account.balance_too_large"


def test_frozen_accounts_take_but_do_not_pay():
    whole = account(balance_minor=10_000, frozen_whole=True)
    assert credit(whole, 1, DAY, PARAMETERS).balance_minor == 10_001
    assert code_of(debit, whole, 1, DAY) == "account.frozen"
    assert code_of(close_and_pay, whole, DAY, PARAMETERS) == "account.frozen"
    part = account(balance_minor=10_000, frozen_minor=4_000)
    assert debit(part, 6_000, DAY).balance_minor == 4_000
    assert code_of(debit, part, 6_001, DAY) == "account.insufficient"
    assert code_of(close_and_pay, part, DAY, PARAMETERS) == "account.frozen"


def test_the_first_deposit_begins_the_interest():
    kind = product_of("201")
    state = account(kind, status=AccountStatus.PRE_OPENED)
    later = DAY + timedelta(days=30)
    opened = credit(state, 1, later, PARAMETERS)
    assert (opened.status, opened.opened_on, opened.accumulation.since) == (AccountStatus.NORMAL, later, later)
    assert code_of(debit, state, 1, DAY) == "account.status"
    assert close_empty(state, DAY).status is AccountStatus.CLOSED


def test_settling_then_emptying_then_closing():
    """100,000.00 for ten days at 0.72 %: 20.00."""
    kind, day = product_of("201"), DAY + timedelta(days=10)
    settled, closing = settle(account(kind, 10_000_000), day, PARAMETERS)
    assert (closing.statement.interest_minor, closing.statement.tax_minor, settled.balance_minor) == (2_000, 0, 10_002_000)
    assert code_of(close_empty, settled, day) == "account.not_empty"
    assert close_empty(debit(settled, 10_002_000, day), day).closed_on == day
    assert code_of(close_empty, account(kind), day) == "account.status"
    assert code_of(settle, account(product_of("260")), day, PARAMETERS) == "account.no_settling"
    assert close_empty(account(product_of("260")), day).status is AccountStatus.CLOSED


def test_flags_and_cash():
    """IB 581, 1876, 3909-3910."""
    for product in CORPORATE_CURRENT:
        allowed = {flag for flag in AccountFlag if flag in product.flags}
        assert allowed == ({AccountFlag.TEMPORARY, AccountFlag.OTHER} if product.code == "260" else set(AccountFlag))
    assert code_of(check_flag, product_of("260"), AccountFlag.BASIC) == "account.flag_forbidden"
    check_cash_withdrawal(account(product_of("201"), flag=AccountFlag.BASIC))
    check_cash_withdrawal(account(product_of("260"), flag=AccountFlag.OTHER))
    check_cash_withdrawal(account())
    for flag in set(AccountFlag) - {AccountFlag.BASIC}:
        assert code_of(check_cash_withdrawal, account(product_of("201"), flag=flag)) == "account.cash_from_basic_only"


def test_numbers_of_accounts():
    """A person's sequence leaves the numbers of loans out (IB 618-635); an organisation has a hundred under a subject (IB 641)."""
    numbers = {account_number(DEMAND, PERSON, count) for count in range(1, 7_000)}
    assert len(numbers) == 6_999 and all(check_account(number) for number in numbers)
    assert account_number(DEMAND, PERSON, 4_999)[10:14] == "4999" and account_number(DEMAND, PERSON, 5_000)[10:14] == "8000"
    assert code_of(account_number, DEMAND, PERSON, 7_000) == "account.numbers_used_up"
    kind = product_of("202")
    assert series_of(kind) == "02" and series_of(DEMAND) == "personal"
    assert len({account_number(kind, ORGANISATION, count) for count in range(1, 101)}) == 100
    assert account_number(kind, ORGANISATION, 100)[10:14] == "0200"
    assert code_of(account_number, kind, ORGANISATION, 101) == "account.numbers_used_up"


def test_first_and_second_account_of_a_commercial_enterprise():
    """IB 646-659: subject 02, then 01 and 02; only the check digits of the manual's sample are not Luhn's."""
    kind = product_of("202")
    assert [account_number(kind, ORGANISATION, count)[10:14] for count in (1, 2)] == ["0201", "0202"]
