"""Loan notes, kinds, rate bands and states."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.numbers import LoanState, customer_number, loan_account
from services.lending.domain.loan_kinds import KINDS, kind_of_loan
from services.lending.domain.loan_states import account_in_state, state_by_age
from services.lending.domain.notes import (
    LoanNote,
    NoteStatus,
    check_change,
    check_note,
    check_note_number,
    check_open,
    note_number,
    sequence_of,
    status_on,
)
from services.lending.domain.rate_bands import allowed_annual_pcts, band_of
from services.lending.parameters.load import load_parameters

PARAMETERS = load_parameters()
TODAY = date(2005, 9, 1)
TOMORROW = date(2005, 9, 2)
COMPANY = customer_number(4, 1688)

NOTE = LoanNote(
    number="200502010000101",
    contract_number="2005020100001",
    customer_number=COMPANY,
    deposit_account="400001688302011",
    kind="123",
    principal_minor=1_000_000_00,
    currency="CNY",
    annual_pct=Decimal("5.58"),
    starts_on=TODAY,
    due_on=date(2006, 9, 1),
    entered_on=TODAY,
    entered_by="K0211",
)


def code_of(action, *arguments) -> str:
    with pytest.raises(DomainError) as caught:
        action(*arguments)
    assert caught.value.text.zh and caught.value.text.en
    return caught.value.code


@pytest.mark.parametrize(
    ("starts_on", "due_on", "band"),
    [
        (TODAY, date(2006, 3, 1), "le_6m"),
        (TODAY, date(2006, 3, 2), "gt6m_le_1y"),
        (TODAY, date(2006, 9, 1), "gt6m_le_1y"),
        (TODAY, date(2006, 9, 2), "gt1y_le_3y"),
        (TODAY, date(2008, 9, 1), "gt1y_le_3y"),
        (TODAY, date(2010, 9, 1), "gt3y_le_5y"),
        (TODAY, date(2010, 9, 2), "gt_5y"),
        (date(2005, 8, 31), date(2006, 2, 28), "le_6m"),
        (date(2004, 2, 29), date(2005, 3, 1), "gt1y_le_3y"),
    ],
)
def test_a_limit_belongs_to_the_shorter_band(starts_on, due_on, band):
    assert band_of(starts_on, due_on) == band


def test_allowed_rates_are_the_base_and_its_floats():
    """2004-10-29, half a year to one year: 5.58; with 10, 20, 30 %: 6.138, 6.696, 7.254."""
    allowed = allowed_annual_pcts(TODAY, date(2006, 9, 1), PARAMETERS)
    assert allowed == tuple(map(Decimal, ("5.58", "6.138", "6.696", "7.254")))
    assert allowed_annual_pcts(date(2004, 10, 28), date(2005, 10, 28), PARAMETERS)[0] == Decimal("5.31")


@pytest.mark.parametrize("rate", ["5.58", "5.580", "6.138", "7.254"])
def test_a_note_with_a_rate_of_its_band_is_good(rate):
    check_note(replace(NOTE, annual_pct=Decimal(rate)), TODAY, PARAMETERS)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"annual_pct": Decimal("5.22")}, "loan.rate.outside_band"),
        ({"annual_pct": Decimal("6.14")}, "loan.rate.outside_band"),
        ({"due_on": date(2006, 3, 1)}, "loan.rate.outside_band"),
        ({"annual_pct": Decimal(0)}, "loan.rate.not_positive"),
        ({"principal_minor": 0}, "note.principal"),
        ({"starts_on": TOMORROW}, "note.not_today"),
        ({"due_on": TODAY}, "note.dates"),
        ({"number": "2005/0201"}, "note.number.malformed"),
        ({"number": "123456789012345678901"}, "note.number.malformed"),
        ({"kind": "130"}, "loan.kind.unknown"),
        ({"kind": "122"}, "loan.kind.customer"),
        ({"kind": "126"}, "loan.kind.term"),
        ({"due_on": date(2007, 9, 1)}, "loan.kind.term"),
    ],
)
def test_a_note_with_something_wrong_is_refused(changes, code):
    assert code_of(check_note, replace(NOTE, **changes), TODAY, PARAMETERS) == code


def test_long_loans_and_consumer_loans():
    check_note(replace(NOTE, kind="126", due_on=date(2008, 9, 1), annual_pct=Decimal("5.76")), TODAY, PARAMETERS)
    person = customer_number(0, 348)
    for due_on, rate in ((date(2006, 3, 1), "5.22"), (date(2015, 9, 1), "6.12")):
        check_note(replace(NOTE, kind="122", customer_number=person, due_on=due_on, annual_pct=Decimal(rate)), TODAY, PARAMETERS)


def test_discount_stands_in_no_band():
    check_note(replace(NOTE, kind="129", annual_pct=Decimal("3.24")), TODAY, PARAMETERS)


def test_kinds_stand_under_business_codes_122_to_129():
    assert sorted(KINDS) == [str(code) for code in range(122, 130)]
    assert kind_of_loan("122").personal


def test_a_note_is_good_on_its_day_only():
    assert status_on(NOTE, TODAY) is NoteStatus.ENTERED
    check_open(NOTE, TODAY)
    assert status_on(NOTE, TOMORROW) is NoteStatus.LAPSED
    assert code_of(check_open, NOTE, TOMORROW) == "note.lapsed"
    released = replace(NOTE, released=True)
    assert status_on(released, TOMORROW) is NoteStatus.RELEASED
    assert code_of(check_open, released, TODAY) == "note.released"


def test_a_note_is_changed_by_its_teller_on_its_day():
    changed = replace(NOTE, principal_minor=900_000_00)
    check_change(NOTE, changed, "K0211", TODAY, PARAMETERS)
    assert code_of(check_change, NOTE, changed, "K0212", TODAY, PARAMETERS) == "note.other_teller"
    assert code_of(check_change, NOTE, changed, "K0211", TOMORROW, PARAMETERS) == "note.lapsed"
    assert code_of(check_change, NOTE, replace(NOTE, number="200502010000102"), "K0211", TODAY, PARAMETERS) == "note.number_fixed"
    assert code_of(check_change, NOTE, replace(NOTE, annual_pct=Decimal(5)), "K0211", TODAY, PARAMETERS) == "loan.rate.outside_band"


@given(st.from_regex(r"[0-9A-Za-z]{1,18}", fullmatch=True), st.integers(1, 99))
def test_note_numbers_belong_to_their_contract(contract, sequence):
    number = note_number(contract, sequence)
    assert len(number) == len(contract) + 2
    check_note_number(number)
    assert sequence_of(number, contract) == sequence


def test_the_credit_system_may_number_notes_its_own_way():
    check_note_number("JJ-2005-0007")
    assert sequence_of("JJ-2005-0007", "2005020100001") == 0
    assert sequence_of("200502010000107x", "2005020100001") == 0


def test_note_numbers_begin_at_one_and_end_at_ninety_nine():
    for sequence in (0, 100):
        assert code_of(note_number, "2005020100001", sequence) == "note.number.malformed"
    for contract in ("", "2005/1", "1" * 19):
        assert code_of(note_number, contract, 1) == "contract.number.malformed"


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2006, 8, 31), LoanState.NORMAL),
        (date(2006, 9, 1), LoanState.OVERDUE_WITHIN_HALF_YEAR),
        (date(2007, 2, 28), LoanState.OVERDUE_WITHIN_HALF_YEAR),
        (date(2007, 3, 1), LoanState.OVERDUE_BEYOND_HALF_YEAR),
        (date(2007, 8, 30), LoanState.OVERDUE_BEYOND_HALF_YEAR),
        (date(2007, 8, 31), LoanState.STAGNANT),
    ],
)
def test_an_unpaid_loan_declines_with_age(today, state):
    assert state_by_age(date(2006, 8, 31), today) is state


def test_a_loan_never_goes_back():
    overdue = account_in_state(loan_account(COMPANY, 7), LoanState.OVERDUE_WITHIN_HALF_YEAR)
    assert overdue == COMPANY + "50071"
    assert account_in_state(overdue, LoanState.DEAD) == COMPANY + "50074"
    for state in (LoanState.NORMAL, LoanState.OVERDUE_WITHIN_HALF_YEAR):
        assert code_of(account_in_state, overdue, state) == "loan.state_backwards"
