"""Check digits worked by hand: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, sum modulo 11, then 1 0 X 9 8 7 6 5 4 3 2."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.identity import check_credit_code, check_resident_number, read_resident_number

# 11010519491231002: 7+9+0+5+0+20+2+9+24+27+7+18+30+5+0+0+4 = 167 = 15 x 11 + 2 -> X
RESIDENT = "11010519491231002X"


def refusal(action, text) -> str:
    with pytest.raises(DomainError) as caught:
        action(text)
    assert caught.value.field == "id_number"
    return caught.value.code


def test_what_a_resident_number_says():
    resident = read_resident_number(RESIDENT.lower())
    assert (resident.number, resident.born_on, resident.sex) == (RESIDENT, date(1949, 12, 31), "female")


def test_the_old_fifteen_digits_are_the_same_person():
    assert check_resident_number("110105491231002") == RESIDENT


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "identity.resident.malformed"),
        ("1101051949123100", "identity.resident.malformed"),
        ("A1010519491231002X", "identity.resident.malformed"),
        ("110105194912310021", "identity.resident.check_digit"),
        # 31 February: the first digit of the month has weight 7, so 167 - 7 = 160 = 14 x 11 + 6 -> 6
        ("110105194902310026", "identity.resident.component"),
        # no place begins with 00: 167 - 16 = 151 = 13 x 11 + 8 -> 4
        ("000105194912310024", "identity.resident.component"),
        ("000105491231002", "identity.resident.component"),
    ],
)
def test_wrong_resident_numbers_are_told_apart(number, code):
    assert refusal(check_resident_number, number) == code


def test_credit_codes():
    assert check_credit_code(" 91110000600037341l ") == "91110000600037341L"
    assert refusal(check_credit_code, "91110000600037341M") == "identity.credit_code.check_digit"
    assert refusal(check_credit_code, "A1110000600037341L") == "identity.credit_code.malformed"
    assert refusal(check_credit_code, "1234") == "identity.credit_code.malformed"


@given(st.text(max_size=20))
def test_no_text_breaks_the_checks(text):
    for check in (check_resident_number, check_credit_code):
        try:
            check(text)
        except DomainError as caught:
            assert caught.code.startswith("identity.")
