"""Numbers. Luhn digits are worked by hand: double every second digit from the right of the payload, add the digits, up to ten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import numbers
from kernel.errors import DomainError
from kernel.money import CURRENCIES
from kernel.numbers import LoanState, NumberKind, Term, TermUnit

# 000000348 -> 8 doubled 16 -> 7, 4, 3 doubled 6: 17, up to 20: 3
PERSONAL = "0000003483"
# 400001688 -> 8:16->7, 8, 6:12->3, 1, 0, 0, 0, 0, 4:8: 27, up to 30: 3
CORPORATE = "4000016883"

personal_customers = st.builds(numbers.customer_number, st.integers(0, 3), st.integers(0, 10**8 - 1))
corporate_customers = st.builds(numbers.customer_number, st.integers(4, 8), st.integers(0, 10**8 - 1))
customers = personal_customers | corporate_customers


def code_of(action, *arguments, **named) -> str:
    with pytest.raises(DomainError) as caught:
        action(*arguments, **named)
    assert caught.value.text.zh and caught.value.text.en
    return caught.value.code


def test_customer_numbers_carry_class_sequence_and_check_digit():
    assert numbers.customer_number(0, 348) == PERSONAL
    assert numbers.customer_number(4, 1688) == CORPORATE
    assert numbers.is_personal(PERSONAL) and numbers.is_corporate(CORPORATE)


@pytest.mark.parametrize("number", ["", "000000348", "00000034833", "000000348x", "9000003484", "0000003483 "])
def test_customer_numbers_of_another_shape_are_refused(number):
    assert code_of(numbers.check_customer_number, number) == "customer.number.malformed"


def test_full_width_digits_are_no_digits():
    assert code_of(numbers.kind_of, "00000034830001\uff13") == "account.malformed"


def test_a_wrong_check_digit_is_told_apart_from_a_wrong_shape():
    assert code_of(numbers.check_customer_number, "0000003484") == "customer.number.check_digit"
    assert code_of(numbers.check_account, "000000348300014") == "account.check_digit"


def test_an_account_under_a_customer_number_that_cannot_exist_is_refused():
    # payload 00000034840001: 1:2, 0, 0, 0, 4:8, 8... the account's own digit is right, the customer's is not
    from stdnum import luhn

    payload = "00000034840001"
    assert code_of(numbers.check_account, payload + luhn.calc_check_digit(payload)) == "account.check_digit"


def test_class_digit_nine_is_internal_and_never_a_customer():
    assert code_of(numbers.customer_number, 9, 1) == "customer.number.malformed"


def test_sequences_end():
    assert numbers.customer_number(3, 10**8 - 1).startswith("399999999")
    assert code_of(numbers.customer_number, 3, 10**8) == "number.sequence_out_of_range"
    assert code_of(numbers.personal_account, PERSONAL, 10_000) == "number.sequence_out_of_range"
    assert code_of(numbers.corporate_account, CORPORATE, "02", 100) == "number.sequence_out_of_range"
    assert code_of(numbers.loan_account, CORPORATE, 1000) == "number.sequence_out_of_range"
    assert code_of(numbers.loan_account, CORPORATE, -1) == "number.sequence_out_of_range"


@pytest.mark.parametrize("sequence", [5000, 5999, 6000, 7000, 7999])
def test_a_personal_deposit_never_takes_the_number_of_a_loan_or_of_receivable_interest(sequence):
    assert code_of(numbers.personal_account, PERSONAL, sequence) == "number.sequence_out_of_range"


def test_deposits_belong_to_their_kind_of_customer():
    assert code_of(numbers.personal_account, CORPORATE, 1) == "customer.number.malformed"
    assert code_of(numbers.corporate_account, PERSONAL, "02", 1) == "customer.number.malformed"
    assert code_of(numbers.corporate_account, CORPORATE, "50", 1) == "account.malformed"


def test_the_manual_s_company_with_its_accounts():
    """IB 636-667: deposit 02/01, loan overdue for seven months 5000 state 2, receivable off the sheet 7001; check digits are Luhn's."""
    assert numbers.corporate_account(CORPORATE, "02", 1)[:14] == CORPORATE + "0201"
    assert numbers.loan_account(CORPORATE, 0, LoanState.OVERDUE_BEYOND_HALF_YEAR) == CORPORATE + "50002"
    assert numbers.loan_account(CORPORATE, 1) == CORPORATE + "50010"
    assert numbers.interest_receivable_account(CORPORATE, 1, on_sheet=False)[:14] == CORPORATE + "7001"


def test_internal_accounts_of_the_manual():
    """IB 296-299 and 681-684."""
    assert numbers.internal_account("0101", "CNY", "101", "00001") == "901011010100001"
    parsed = numbers.parse_internal("902011084900003")
    assert (parsed.outlet, parsed.currency, parsed.business_code, parsed.suffix) == ("0201", "CNY", "849", "00003")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("201", "CNY", "101", "00001"), "outlet.malformed"),
        (("0000", "CNY", "101", "00001"), "outlet.malformed"),
        (("0201", "XXX", "101", "00001"), "currency.unknown"),
        (("0201", "CNY", "1011", "00001"), "business_code.malformed"),
        (("0201", "CNY", "101", "1"), "account.malformed"),
    ],
)
def test_internal_accounts_refuse_each_wrong_part(arguments, code):
    assert code_of(numbers.internal_account, *arguments) == code


def test_parse_internal_refuses_customers_accounts_and_unknown_currencies():
    assert code_of(numbers.parse_internal, numbers.personal_account(PERSONAL, 1)) == "account.not_internal"
    assert code_of(numbers.parse_internal, "902019984900003") == "account.malformed"


def test_corporate_suffixes_from_8000_are_not_in_use():
    assert code_of(numbers.kind_of, CORPORATE + "80000") == "account.malformed"
    assert numbers.check_account(numbers.personal_account(PERSONAL, 8000)) is NumberKind.PERSONAL_DEPOSIT


def test_a_loan_has_five_states():
    assert numbers.kind_of(CORPORATE + "50004") is NumberKind.LOAN
    assert code_of(numbers.kind_of, CORPORATE + "50005") == "account.malformed"
    assert numbers.with_loan_state(CORPORATE + "50000", LoanState.DEAD) == CORPORATE + "50004"
    assert code_of(numbers.loan_state_of, numbers.corporate_account(CORPORATE, "02", 1)) == "account.malformed"


@pytest.mark.parametrize(
    ("outlet", "branch", "department", "superior"),
    [
        ("0201", "02", "0200", "0200"),
        ("0200", "02", "0200", "0001"),
        ("0002", "00", "0001", "0001"),
        ("0001", "00", "0001", None),
        ("0101", "01", "0100", "0100"),
    ],
)
def test_the_tree_of_outlets(outlet, branch, department, superior):
    assert numbers.branch_of(outlet) == branch
    assert numbers.business_department_of(outlet) == department
    assert numbers.superior_of(outlet) == superior
    assert numbers.is_business_department(outlet) is (outlet == "0200")


def test_counterparty_suffixes():
    assert numbers.counterparty_suffix("0201") == "00201"
    assert numbers.counterparty_suffix(numbers.CITY) == "00001"


def test_tellers():
    assert numbers.teller_number("S", "02", 15) == "S0215"
    for wrong in ("X0215", "S215", "s0215", "S02155", "S0215\n"):
        assert code_of(numbers.check_teller_number, wrong) == "teller.number.malformed"


@pytest.mark.parametrize(
    ("code", "term", "months"),
    [("107", Term(TermUnit.DAY, 7), 0), ("203", Term(TermUnit.MONTH, 3), 3), ("301", Term(TermUnit.YEAR, 1), 12)],
)
def test_terms(code, term, months):
    assert numbers.parse_term(code) == term
    assert (term.code, term.months) == (code, months)


@pytest.mark.parametrize("code", ["", "000", "100", "401", "3001", "3a1"])
def test_terms_refuse_other_codes(code):
    assert code_of(numbers.parse_term, code) == "term.malformed"


def test_vouchers_have_eight_digits():
    assert numbers.check_voucher_number("00000001") == "00000001"
    assert code_of(numbers.check_voucher_number, "1") == "voucher.number.malformed"


@given(personal_customers, st.integers(0, 4999) | st.integers(8000, 9999))
def test_personal_accounts_lead_back(customer, sequence):
    account = numbers.personal_account(customer, sequence)
    assert numbers.check_account(account) is NumberKind.PERSONAL_DEPOSIT
    assert numbers.customer_number_of(account) == customer
    assert account[10:14] == f"{sequence:04d}"


@given(corporate_customers, st.integers(0, 49), st.integers(0, 99))
def test_corporate_accounts_lead_back(customer, subject, sequence):
    account = numbers.corporate_account(customer, f"{subject:02d}", sequence)
    assert numbers.check_account(account) is NumberKind.CORPORATE_DEPOSIT
    assert numbers.customer_number_of(account) == customer


@given(customers, st.integers(0, 999), st.sampled_from(LoanState), st.booleans())
def test_loans_and_receivables_lead_back(customer, sequence, state, on_sheet):
    loan = numbers.loan_account(customer, sequence, state)
    assert numbers.check_account(loan) is NumberKind.LOAN
    assert numbers.loan_state_of(loan) is state
    receivable = numbers.interest_receivable_account(customer, sequence, on_sheet=on_sheet)
    expected = NumberKind.INTEREST_RECEIVABLE_ON_SHEET if on_sheet else NumberKind.INTEREST_RECEIVABLE_OFF_SHEET
    assert numbers.check_account(receivable) is expected


@given(st.integers(1, 9999), st.sampled_from(sorted(CURRENCIES)), st.integers(0, 999), st.integers(0, 99999))
def test_internal_accounts_lead_back(outlet, currency, business_code, suffix):
    account = numbers.internal_account(f"{outlet:04d}", currency, f"{business_code:03d}", f"{suffix:05d}")
    assert numbers.check_account(account) is NumberKind.INTERNAL
    assert numbers.parse_internal(account).number == account


@given(personal_customers, st.integers(0, 4999), st.integers(0, 14), st.integers(1, 9))
def test_any_one_wrong_digit_is_noticed(customer, sequence, position, shift):
    account = numbers.personal_account(customer, sequence)
    wrong = account[:position] + str((int(account[position]) + shift) % 10) + account[position + 1 :]
    try:
        kind = numbers.check_account(wrong)
    except DomainError as refusal:
        assert refusal.code in ("account.check_digit", "account.malformed")
    else:
        assert kind in (NumberKind.INTERNAL, NumberKind.LOAN), "only kinds without a check digit may slip through"
