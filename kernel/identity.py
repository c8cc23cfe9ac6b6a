"""Identity numbers: residents (18 and the old 15 digits) and organisations (unified social credit code)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum import exceptions
from stdnum.cn import ric, uscc

from kernel.errors import ErrorType, Kind

RESIDENT_MALFORMED = ErrorType(
    "identity.resident.malformed", Kind.INVALID, "居民身份证号码应为18位或15位", "a resident identity number has 18 or 15 characters"
)
RESIDENT_CHECK_DIGIT = ErrorType(
    "identity.resident.check_digit", Kind.INVALID, "居民身份证号码校验位不符", "the check digit of the resident identity number is wrong"
)
RESIDENT_COMPONENT = ErrorType(
    "identity.resident.component",
    Kind.INVALID,
    "居民身份证号码中的地区或出生日期不存在",
    "the place or the date of birth in the resident identity number does not exist",
)
CREDIT_CODE_MALFORMED = ErrorType(
    "identity.credit_code.malformed", Kind.INVALID, "统一社会信用代码格式不正确", "this is not a unified social credit code"
)
CREDIT_CODE_CHECK_DIGIT = ErrorType(
    "identity.credit_code.check_digit",
    Kind.INVALID,
    "统一社会信用代码校验位不符",
    "the check digit of the unified social credit code is wrong",
)


@dataclass(frozen=True, slots=True)
class Resident:
    """What a resident identity number says: the 18-digit number, date of birth, sex."""

    number: str
    born_on: date
    sex: Literal["male", "female"]


def read_resident_number(number: str, field: str = "id_number") -> Resident:
    """The resident of an 18-digit number, or of a 15-digit one, which is completed with its century and check digit.

    Raises `identity.resident.malformed`, `identity.resident.check_digit`, `identity.resident.component`.
    """
    text = number.strip().upper()
    if len(text) == 15 and text.isascii() and text.isdigit():
        text = f"{text[:6]}19{text[6:]}"
        text += ric.calc_check_digit(f"{text}0")
    try:
        valid = ric.validate(text)
    except exceptions.InvalidChecksum:
        raise RESIDENT_CHECK_DIGIT(field=field) from None
    except exceptions.InvalidComponent:
        raise RESIDENT_COMPONENT(field=field) from None
    except (exceptions.ValidationError, ValueError):
        raise RESIDENT_MALFORMED(field=field) from None
    return Resident(valid, ric.get_birth_date(valid), "male" if int(valid[16]) % 2 else "female")


def check_resident_number(number: str, field: str = "id_number") -> str:
    """The number in its 18-digit form, under which a person is found whichever form they show. Raises as `read_resident_number`."""
    return read_resident_number(number, field).number


def check_credit_code(code: str, field: str = "id_number") -> str:
    """The unified social credit code 统一社会信用代码, upper case.

    Raises `identity.credit_code.malformed`, `identity.credit_code.check_digit`.
    """
    try:
        return uscc.validate(code.strip())
    except exceptions.InvalidChecksum:
        raise CREDIT_CODE_CHECK_DIGIT(field=field) from None
    except (exceptions.ValidationError, ValueError):
        raise CREDIT_CODE_MALFORMED(field=field) from None
