"""Products, limits, withdrawal modes, states and availability of deposit accounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kernel.errors import DomainError
from kernel.numbers import check_account, corporate_account, customer_number
from services.savings.domain.account_status import AccountStatus, Action, after
from services.savings.domain.availability import Funds, check_available
from services.savings.domain.life.answer import LIVES
from services.savings.domain.limits import check_opening_amount, check_owner
from services.savings.domain.products import CATALOGUE, DEMAND, LifeInterest, NoInterest, Owner, SettleThenClose, product_of
from services.savings.domain.withdrawal_modes import (
    Shown,
    WithdrawalMode,
    check_mode_at_opening,
    check_outlet_of_deposit,
    check_outlet_of_withdrawal,
    check_password,
    check_shown,
)
from services.savings.parameters.load import load_parameters

PARAMETERS = load_parameters()
TODAY = date(2005, 9, 1)
A, B, C, D = (WithdrawalMode(letter) for letter in "ABCD")


def code_of(action, *arguments, **named) -> str:
    with pytest.raises(DomainError) as caught:
        action(*arguments, **named)
    assert caught.value.text.zh and caught.value.text.en
    return caught.value.code


# Parameters


def test_rates_of_the_demo_date():
    expected = {
        "demand": "0.72",
        "time.301": "2.25",
        "notice.107": "1.62",
        "agreement": "1.44",
        "instalment.301": "1.71",
        "instalment.305": "2.25",
    }
    for name, rate in expected.items():
        assert PARAMETERS.rate_on(name, TODAY).value == Decimal(rate)
    assert PARAMETERS.rate_on("time.301", date(2004, 10, 28)).value == Decimal("1.98")


def test_instalment_rates_seen_in_other_tables_agree():
    """Tables seen for 2002-02-21 and 2006-08-19."""
    seen = {date(2002, 2, 21): ("1.71", "1.89", "1.98"), date(2006, 8, 19): ("1.80", "2.25", "2.52")}
    for day, rates in seen.items():
        assert tuple(PARAMETERS.rate_on(f"instalment.{term}", day).value for term in (301, 303, 305)) == tuple(map(Decimal, rates))


def test_unknown_names_are_refused():
    assert code_of(PARAMETERS.rate_on, "nothing", TODAY) == "parameter.unknown"
    assert code_of(PARAMETERS.limit_on, "nothing", TODAY) == "parameter.unknown"
    assert PARAMETERS.limit_on("password_attempts", TODAY) == 5


# Products


def test_every_product_s_interest_and_limits_stand_in_the_parameters():
    for product in CATALOGUE.values():
        assert PARAMETERS.opening_minimum_minor(product.limits.parameter, "CNY", TODAY) > 0
        if isinstance(product.interest, LifeInterest):
            assert product.interest.rule in LIVES
        elif not isinstance(product.interest, NoInterest):
            assert PARAMETERS.rate_on(product.interest.rate, TODAY).value > 0
            assert PARAMETERS.convention_on(product.interest.convention, TODAY).year_days == 360


def test_corporate_subject_digits_are_unique_and_make_accounts():
    digits = [product.subject_digits for product in CATALOGUE.values() if product.owner is Owner.CORPORATE]
    assert len(digits) == len(set(digits)) == 20
    for subject in digits:
        check_account(corporate_account(customer_number(4, 1), subject, 1))


def test_what_bears_interest_is_settled_before_it_closes():
    for product in CATALOGUE.values():
        if product.owner is Owner.CORPORATE and not isinstance(product.interest, LifeInterest):
            assert isinstance(product.closing, SettleThenClose) is not isinstance(product.interest, NoInterest)


def test_unknown_products_are_refused():
    assert product_of("demand") is DEMAND
    assert code_of(product_of, "211") == "product.unknown"


def test_opening_amounts():
    check_opening_amount(DEMAND, "CNY", 100, TODAY, PARAMETERS)
    assert code_of(check_opening_amount, DEMAND, "CNY", 99, TODAY, PARAMETERS) == "product.below_opening_minimum"
    check_opening_amount(DEMAND, "JPY", 120, TODAY, PARAMETERS)
    assert code_of(check_opening_amount, DEMAND, "JPY", 119, TODAY, PARAMETERS) == "product.below_opening_minimum"
    assert code_of(check_opening_amount, product_of("201"), "USD", 100, TODAY, PARAMETERS) == "product.currency_not_offered"
    assert code_of(check_opening_amount, DEMAND, "XXX", 100, TODAY, PARAMETERS) == "currency.unknown"


def test_products_are_for_their_customers():
    check_owner(DEMAND, customer_number(0, 1))
    check_owner(product_of("201"), customer_number(4, 1))
    assert code_of(check_owner, DEMAND, customer_number(4, 1)) == "product.wrong_owner"
    assert code_of(check_owner, product_of("201"), customer_number(3, 1)) == "product.wrong_owner"


# Withdrawal modes


@pytest.mark.parametrize("password", ["12345", "1234567", "12345a", "", "12345\uff16", "123456\n"])
def test_passwords_have_six_digits(password):
    assert code_of(check_password, password) == "password.malformed"


def test_modes_at_opening():
    for mode in (A, B):
        check_mode_at_opening(mode, "123456")
        assert code_of(check_mode_at_opening, mode, None) == "password.required"
        assert code_of(check_mode_at_opening, mode, "12345") == "password.malformed"
    for mode in (C, D):
        check_mode_at_opening(mode, None)
        assert code_of(check_mode_at_opening, mode, "123456") == "password.not_wanted"


@pytest.mark.parametrize(
    ("mode", "shown", "refusal"),
    [
        (A, Shown.of(password="123456"), None),
        (A, Shown.of(document="11010519491231002X", seal_checked=True), "password.required"),
        (B, Shown.of(password="123456", document="11010519491231002X"), None),
        (B, Shown.of(password="123456"), "document.required"),
        (B, Shown.of(document="11010519491231002X"), "password.required"),
        (B, Shown.of(password="", document=""), "password.required"),
        (C, Shown.of(), None),
        (D, Shown.of(seal_checked=True), None),
        (D, Shown.of(password="123456"), "seal.required"),
    ],
)
def test_what_must_be_shown(mode, shown, refusal):
    if refusal is None:
        check_shown(mode, shown)
    else:
        assert code_of(check_shown, mode, shown) == refusal


def test_other_outlets_take_money_only_with_the_mark():
    check_outlet_of_deposit(False, "0201", "0201")
    check_outlet_of_deposit(True, "0201", "0301")
    assert code_of(check_outlet_of_deposit, False, "0201", "0301") == "account.not_cross_outlet"


def test_other_outlets_pay_only_with_mark_and_password():
    check_outlet_of_withdrawal(A, True, "0201", "0301")
    check_outlet_of_withdrawal(C, False, "0201", "0201")
    assert code_of(check_outlet_of_withdrawal, A, False, "0201", "0301") == "account.not_cross_outlet"
    for mode in (C, D):
        assert code_of(check_outlet_of_withdrawal, mode, True, "0201", "0301") == "account.cross_outlet_needs_password"


# States

ALLOWED = {
    AccountStatus.PRE_OPENED: {Action.ACTIVATE, Action.CREDIT, Action.CLOSE, Action.FREEZE, Action.MAINTAIN},
    AccountStatus.NORMAL: {
        Action.CREDIT,
        Action.DEBIT,
        Action.SETTLE,
        Action.CLOSE,
        Action.UNDO_OPEN,
        Action.FALL_DORMANT,
        Action.FREEZE,
        Action.BUY_CHEQUES,
        Action.MAINTAIN,
        Action.REPORT_LOST,
    },
    AccountStatus.SETTLED: {Action.DEBIT, Action.UNDO_SETTLE, Action.CLOSE, Action.FREEZE, Action.MAINTAIN, Action.REPORT_LOST},
    AccountStatus.DORMANT: {Action.WAKE, Action.FREEZE, Action.REPORT_LOST},
    AccountStatus.CLOSED: {Action.UNDO_CLOSE},
    AccountStatus.CANCELLED: set(),
}


@pytest.mark.parametrize("status", AccountStatus)
@pytest.mark.parametrize("action", Action)
def test_each_state_allows_its_actions_and_no_other(status, action):
    if action in ALLOWED[status]:
        assert after(status, action) in AccountStatus
    else:
        assert code_of(after, status, action) == "account.status"


def test_a_corporate_account_lives_from_pre_opening_to_closing():
    status = AccountStatus.PRE_OPENED
    for action in (Action.CREDIT, Action.CREDIT, Action.DEBIT, Action.SETTLE, Action.DEBIT, Action.CLOSE):
        status = after(status, action, settles_first=True)
    assert status is AccountStatus.CLOSED
    assert code_of(after, AccountStatus.NORMAL, Action.CLOSE, settles_first=True) == "account.status"


# Availability


def test_available_is_balance_less_minimum_frozen_and_held():
    funds = Funds(balance_minor=1_000_00, frozen_minor=200_00, held_minor=50_00, minimum_balance_minor=1_00)
    assert funds.available_minor == 749_00
    check_available(funds, 749_00, "CNY")
    with pytest.raises(DomainError) as caught:
        check_available(funds, 749_01, "CNY")
    assert caught.value.code == "account.insufficient"
    assert caught.value.values["available"] == "749.00"


def test_an_overdraft_limit_adds_and_nothing_falls_below_zero():
    assert Funds(balance_minor=0, overdraft_limit_minor=500_00).available_minor == 500_00
    assert Funds(balance_minor=100, frozen_minor=300).available_minor == 0


def test_a_frozen_account_pays_nothing():
    funds = Funds(balance_minor=1_000_00, frozen_whole=True)
    assert funds.available_minor == 0
    assert code_of(check_available, funds, 1, "CNY") == "account.frozen"
