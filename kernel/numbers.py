"""Numbers of customers, accounts, tellers, outlets, terms and vouchers: how they are built, read and checked.

IB 270-299, 312, 359-367, 606-690. A customer's account is the 10-digit customer number and a 5-digit suffix. The first four digits
of the suffix say what it is, for every customer: 5000-5999 a loan, 6000-6999 interest receivable on the balance sheet, 7000-7999 off it,
anything else a deposit. A corporate deposit spends them on two digits of its subject (00-49) and two of its sequence; a personal one on
its sequence alone. Check digits are Luhn's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum

from stdnum import luhn

from kernel.errors import ErrorType, Kind
from kernel.money import CURRENCY_BY_DIGITS, currency_of

CUSTOMER_MALFORMED = ErrorType(
    "customer.number.malformed", Kind.INVALID, "客户号应为10位数字,首位0至8", "a customer number has 10 digits, the first from 0 to 8"
)
CUSTOMER_CHECK_DIGIT = ErrorType(
    "customer.number.check_digit", Kind.INVALID, "客户号 {number} 校验位不符", "the check digit of customer number {number} is wrong"
)
ACCOUNT_MALFORMED = ErrorType("account.malformed", Kind.INVALID, "账号格式不正确", "this is not an account number of the bank")
ACCOUNT_CHECK_DIGIT = ErrorType(
    "account.check_digit", Kind.INVALID, "账号 {number} 校验位不符", "the check digit of account {number} is wrong"
)
ACCOUNT_NOT_INTERNAL = ErrorType("account.not_internal", Kind.INVALID, "{number} 不是内部账号", "{number} is not an internal account")
SEQUENCE_OUT_OF_RANGE = ErrorType(
    "number.sequence_out_of_range",
    Kind.INVALID,
    "顺序号 {sequence} 超出编号范围",
    "sequence {sequence} is outside the range of this number",
)
OUTLET_MALFORMED = ErrorType("outlet.malformed", Kind.INVALID, "网点号应为4位数字", "an outlet has 4 digits: sub-branch and number")
BUSINESS_CODE_MALFORMED = ErrorType("business_code.malformed", Kind.INVALID, "业务代码应为3位数字", "a business code has 3 digits")
TELLER_MALFORMED = ErrorType(
    "teller.number.malformed", Kind.INVALID, "柜员号应为字母S、K或A加4位数字", "a teller number is S, K or A and 4 digits"
)
TERM_MALFORMED = ErrorType(
    "term.malformed",
    Kind.INVALID,
    "存期代码应为3位:1天、2月、3年加两位数",
    "a term is 3 digits: 1 days, 2 months or 3 years, then the count",
)
VOUCHER_MALFORMED = ErrorType("voucher.number.malformed", Kind.INVALID, "凭证号应为8位数字", "a voucher number has 8 digits")

CITY = "0001"
"""The city's clearing centre 市行清算中心: the top of the tree of outlets."""
CITY_BRANCH = "00"

LOAN_FIRST, ON_SHEET_FIRST, OFF_SHEET_FIRST = 5000, 6000, 7000
_SEGMENT_SIZE = 1000
_CORPORATE_DEPOSIT_SUBJECTS = 50


class NumberKind(Enum):
    """What an account number says about itself."""

    PERSONAL_DEPOSIT = "personal_deposit"
    CORPORATE_DEPOSIT = "corporate_deposit"
    LOAN = "loan"
    INTEREST_RECEIVABLE_ON_SHEET = "interest_receivable_on_sheet"
    INTEREST_RECEIVABLE_OFF_SHEET = "interest_receivable_off_sheet"
    INTERNAL = "internal"


class LoanState(IntEnum):
    """贷款状态: the fifth digit of a loan's suffix (IB 627-632)."""

    NORMAL = 0
    OVERDUE_WITHIN_HALF_YEAR = 1
    OVERDUE_BEYOND_HALF_YEAR = 2
    STAGNANT = 3
    DEAD = 4


class TermUnit(Enum):
    """The first digit of a term code (IB 359-361)."""

    DAY = "1"
    MONTH = "2"
    YEAR = "3"


@dataclass(frozen=True, slots=True)
class InternalAccount:
    """An internal account 内部账号 taken apart: outlet (4 digits), currency (ISO code), business code (3 digits), suffix (5 digits)."""

    outlet: str
    currency: str
    business_code: str
    suffix: str

    @property
    def number(self) -> str:
        return internal_account(self.outlet, self.currency, self.business_code, self.suffix)


@dataclass(frozen=True, slots=True)
class Term:
    """存期: a count of days, months or years; `parse_term("203")` is three months."""

    unit: TermUnit
    count: int

    @property
    def code(self) -> str:
        return f"{self.unit.value}{self.count:02d}"

    @property
    def months(self) -> int:
        """The length in months; 0 for a term in days."""
        return {TermUnit.DAY: 0, TermUnit.MONTH: self.count, TermUnit.YEAR: 12 * self.count}[self.unit]


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _sequence(sequence: int, end: int, start: int = 0) -> int:
    if not start <= sequence < end:
        raise SEQUENCE_OUT_OF_RANGE(field="sequence", sequence=sequence)
    return sequence


_DOUBLED = str.maketrans("0123456789", "0246813579")
"""What a digit counts for in every second place of Luhn's sum: its double, less nine above nine."""


def _luhn_holds(digits: str) -> bool:
    """Whether the last of these decimal digits is Luhn's check digit of the others; for numbers by the hundred thousand."""
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


def _with_check_digit(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)


# Customers 客户号


def customer_number(class_digit: int, sequence: int) -> str:
    """The 10-digit customer number of a class (0-3 personal, 4-8 corporate) and a sequence below 100,000,000 (IB 272-278, 608-610).

    Raises `customer.number.malformed`, `number.sequence_out_of_range`.
    """
    if not 0 <= class_digit <= 8:
        raise CUSTOMER_MALFORMED(field="class_digit")
    return _with_check_digit(f"{class_digit}{_sequence(sequence, 10**8):08d}")


def check_customer_number(number: str, field: str = "customer_number") -> str:
    """The number itself when form and check digit are right. Raises `customer.number.malformed`, `customer.number.check_digit`."""
    if not _digits(number, 10) or number[0] == "9":
        raise CUSTOMER_MALFORMED(field=field)
    if not _luhn_holds(number):
        raise CUSTOMER_CHECK_DIGIT(field=field, number=number)
    return number


def is_personal(number: str) -> bool:
    """Whether a customer number, or an account under it, belongs to a person (first digit 0-3)."""
    return number[:1] in ("0", "1", "2", "3")


def is_corporate(number: str) -> bool:
    """Whether a customer number, or an account under it, belongs to an organisation (first digit 4-8)."""
    return number[:1] in ("4", "5", "6", "7", "8")


def customer_number_of(account: str) -> str:
    """The customer number inside a customer's account. Raises `account.malformed` for an internal or misshapen account."""
    if kind_of(account) is NumberKind.INTERNAL:
        raise ACCOUNT_MALFORMED(field="account")
    return account[:10]


# Accounts 账号


def personal_account(customer_number: str, sequence: int) -> str:
    """储蓄账号: a person's deposit account (IB 281-285). Sequences 0-4999 and 8000-9999; 5000-7999 are loans and interest receivable.

    Raises `customer.number.malformed`, `customer.number.check_digit`, `number.sequence_out_of_range`.
    """
    check_customer_number(customer_number)
    if not is_personal(customer_number):
        raise CUSTOMER_MALFORMED(field="customer_number")
    if LOAN_FIRST <= sequence < OFF_SHEET_FIRST + _SEGMENT_SIZE:
        raise SEQUENCE_OUT_OF_RANGE(field="sequence", sequence=sequence)
    return _with_check_digit(f"{customer_number}{_sequence(sequence, 10_000):04d}")


def corporate_account(customer_number: str, subject_digits: str, sequence: int) -> str:
    """对公存款账号: two digits standing for the deposit subject (00-49), a sequence below 100, the check digit (IB 613-617).

    Raises `customer.number.malformed`, `customer.number.check_digit`, `account.malformed`, `number.sequence_out_of_range`.
    """
    check_customer_number(customer_number)
    if not is_corporate(customer_number):
        raise CUSTOMER_MALFORMED(field="customer_number")
    if not _digits(subject_digits, 2) or int(subject_digits) >= _CORPORATE_DEPOSIT_SUBJECTS:
        raise ACCOUNT_MALFORMED(field="subject_digits")
    return _with_check_digit(f"{customer_number}{subject_digits}{_sequence(sequence, 100):02d}")


def loan_account(customer_number: str, sequence: int, state: LoanState | int = LoanState.NORMAL) -> str:
    """贷款账号: 5000-5999 and the state of the loan in place of a check digit (IB 618-627); sequence below 1,000.

    Raises `customer.number.malformed`, `customer.number.check_digit`, `number.sequence_out_of_range`.
    """
    check_customer_number(customer_number)
    return f"{customer_number}{LOAN_FIRST + _sequence(sequence, _SEGMENT_SIZE)}{LoanState(state).value}"


def loan_state_of(account: str) -> LoanState:
    """The state a loan account's last digit tells. Raises `account.malformed` for anything but a loan account."""
    if kind_of(account) is not NumberKind.LOAN:
        raise ACCOUNT_MALFORMED(field="account")
    return LoanState(int(account[14]))


def with_loan_state(account: str, state: LoanState) -> str:
    """The account the same loan continues on in another state. Raises `account.malformed`."""
    loan_state_of(account)
    return f"{account[:14]}{state.value}"


def interest_receivable_account(customer_number: str, sequence: int, *, on_sheet: bool) -> str:
    """应收未收利息账号: 6000-6999 on the balance sheet, 7000-7999 off it (IB 628-635); sequence below 1,000.

    Raises `customer.number.malformed`, `customer.number.check_digit`, `number.sequence_out_of_range`.
    """
    check_customer_number(customer_number)
    first = ON_SHEET_FIRST if on_sheet else OFF_SHEET_FIRST
    return _with_check_digit(f"{customer_number}{first + _sequence(sequence, _SEGMENT_SIZE)}")


def internal_account(outlet: str, currency_iso: str, business_code: str, suffix: str) -> str:
    """内部账号: `9`, outlet, currency, business code, 5-digit suffix (IB 286-299, 673-684).

    Raises `outlet.malformed`, `currency.unknown`, `business_code.malformed`, `account.malformed`.
    """
    check_outlet(outlet)
    if not _digits(business_code, 3):
        raise BUSINESS_CODE_MALFORMED(field="business_code")
    if not _digits(suffix, 5):
        raise ACCOUNT_MALFORMED(field="suffix")
    return f"9{outlet}{currency_of(currency_iso).digits}{business_code}{suffix}"


def parse_internal(account: str, field: str = "account") -> InternalAccount:
    """The parts of an internal account. Raises `account.malformed`, `account.not_internal`."""
    if kind_of(account, field) is not NumberKind.INTERNAL:
        raise ACCOUNT_NOT_INTERNAL(field=field, number=account)
    return InternalAccount(account[1:5], CURRENCY_BY_DIGITS[account[5:7]].iso, account[7:10], account[10:])


def outlet_and_code(account: str) -> tuple[str, str]:
    """Outlet and business code of a number that is known to be an internal account; nothing is checked."""
    return account[1:5], account[7:10]


def counterparty_suffix(outlet: str) -> str:
    """The suffix of a reserve account that names the unit it is held for or at: `counterparty_suffix("0201") == "00201"`."""
    return f"0{check_outlet(outlet)}"


def kind_of(account: str, field: str = "account") -> NumberKind:
    """What a number is, by its shape alone; `check_account` also tests the check digit. Raises `account.malformed`."""
    if not _digits(account, 15):
        raise ACCOUNT_MALFORMED(field=field)
    if account[0] == "9":
        if account[5:7] not in CURRENCY_BY_DIGITS or account[1:5] == "0000":
            raise ACCOUNT_MALFORMED(field=field)
        return NumberKind.INTERNAL
    match account[10]:
        case "5":
            if int(account[14]) > max(LoanState):
                raise ACCOUNT_MALFORMED(field=field)
            return NumberKind.LOAN
        case "6":
            return NumberKind.INTEREST_RECEIVABLE_ON_SHEET
        case "7":
            return NumberKind.INTEREST_RECEIVABLE_OFF_SHEET
        case "8" | "9" if is_corporate(account):
            raise ACCOUNT_MALFORMED(field=field)
    return NumberKind.PERSONAL_DEPOSIT if is_personal(account) else NumberKind.CORPORATE_DEPOSIT


def check_account(account: str, field: str = "account") -> NumberKind:
    """The kind of a well-formed account whose check digits (its own, and the customer's) are right.

    Raises `account.malformed`, `account.check_digit`.
    """
    kind = kind_of(account, field)
    if kind is NumberKind.INTERNAL:
        return kind
    own_digit_right = kind is NumberKind.LOAN or _luhn_holds(account)
    if not own_digit_right or not _luhn_holds(account[:10]):
        raise ACCOUNT_CHECK_DIGIT(field=field, number=account)
    return kind


# Outlets 网点


def check_outlet(outlet: str, field: str = "outlet") -> str:
    """The outlet itself when it has four digits and is not 0000. Raises `outlet.malformed`."""
    if not _digits(outlet, 4) or outlet == "0000":
        raise OUTLET_MALFORMED(field=field)
    return outlet


def branch_of(outlet: str) -> str:
    """The sub-branch of an outlet: `branch_of("0201") == "02"`; the city's is `00`. Raises `outlet.malformed`."""
    return check_outlet(outlet)[:2]


def business_department_of(outlet: str) -> str:
    """The unit that keeps the clearing books of an outlet's sub-branch: `0201` -> `0200`; of the city's departments, `0001`."""
    branch = branch_of(outlet)
    return CITY if branch == CITY_BRANCH else f"{branch}00"


def is_business_department(outlet: str) -> bool:
    """Whether the outlet is a sub-branch's business department 营业部 (`SS00`). The city's `0001` is not one."""
    return check_outlet(outlet).endswith("00")


def superior_of(outlet: str) -> str | None:
    """Where an outlet settles: `0201` -> `0200`, `0200` -> `0001`, `0002` -> `0001`; the city `0001` has nobody above (`None`)."""
    if outlet == CITY:
        return None
    return CITY if is_business_department(outlet) else business_department_of(outlet)


# Tellers, terms, vouchers

_TELLER = re.compile(r"[SKA][0-9]{4}")


def teller_number(letter: str, sub_branch: str, number: int) -> str:
    """柜员号: `S` savings, `K` corporate, `A` machine; the sub-branch; a number below 100 (IB 312, 689).

    Raises `teller.number.malformed`, `number.sequence_out_of_range`.
    """
    return check_teller_number(f"{letter}{sub_branch}{_sequence(number, 100):02d}")


def check_teller_number(number: str, field: str = "teller") -> str:
    """The number itself when it is well formed. Raises `teller.number.malformed`."""
    if not _TELLER.fullmatch(number):
        raise TELLER_MALFORMED(field=field)
    return number


def parse_term(code: str, field: str = "term") -> Term:
    """The term of a code: `107` seven days, `203` three months, `301` one year (IB 359-367). Raises `term.malformed`."""
    if not _digits(code, 3) or code[0] not in "123" or code[1:] == "00":
        raise TERM_MALFORMED(field=field)
    return Term(TermUnit(code[0]), int(code[1:]))


def check_voucher_number(number: str, field: str = "voucher_number") -> str:
    """The number itself when it has eight digits (IB 368). Raises `voucher.number.malformed`."""
    if not _digits(number, 8):
        raise VOUCHER_MALFORMED(field=field)
    return number
