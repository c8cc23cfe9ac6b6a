"""Kinds of loans 贷款种类: each has the business code of its accounts, the customers it is for and the terms it covers.

The manual names 122 consumer loans (IB 2154), 130 overdue loans (IB 2063) and discount as a kind of its own (IB 1905); it lists
123-129 without names (IB 2527), which are given here by horizon and security.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from kernel.calendar import add_years
from kernel.numbers import is_personal
from kernel.text import Text
from services.lending.domain.errors import KIND_CUSTOMER, KIND_ELSEWHERE, KIND_TERM, KIND_UNKNOWN

OVERDUE_BUSINESS_CODE = "130"
"""Overdue, stagnant and dead loans 逾期贷款 of every kind."""


class Horizon(Enum):
    """Short-term loans run one year at most, medium- and long-term loans longer (IB 1916-1924)."""

    SHORT = "short"
    LONG = "long"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class LoanKind:
    """A kind of loan by its business code. Discount is priced by the bill, so its rate stands in no band."""

    business_code: str
    name: Text
    horizon: Horizon
    personal: bool = False
    banded: bool = True

    @property
    def ordinary(self) -> bool:
        """一般贷款: a loan to an organisation; consumer loans and discounts have transactions of their own (IB 1887, 1905)."""
        return self.banded and not self.personal


KINDS: dict[str, LoanKind] = {
    kind.business_code: kind
    for kind in (
        LoanKind("122", Text("个人消费贷款", "Consumer loans"), Horizon.ANY, personal=True),
        LoanKind("123", Text("短期信用贷款", "Short-term unsecured loans"), Horizon.SHORT),
        LoanKind("124", Text("短期保证贷款", "Short-term guaranteed loans"), Horizon.SHORT),
        LoanKind("125", Text("短期抵质押贷款", "Short-term secured loans"), Horizon.SHORT),
        LoanKind("126", Text("中长期信用贷款", "Medium- and long-term unsecured loans"), Horizon.LONG),
        LoanKind("127", Text("中长期保证贷款", "Medium- and long-term guaranteed loans"), Horizon.LONG),
        LoanKind("128", Text("中长期抵质押贷款", "Medium- and long-term secured loans"), Horizon.LONG),
        LoanKind("129", Text("贴现", "Discounted bills"), Horizon.SHORT, banded=False),
    )
}


def kind_of_loan(code: str, field: str = "kind") -> LoanKind:
    """The kind of a business code 122-129; 130 is where loans end up, none begins there. Raises `loan.kind.unknown`."""
    found = KINDS.get(code)
    if found is None:
        raise KIND_UNKNOWN(field=field, kind=code)
    return found


def require_ordinary(code: str, field: str = "kind") -> LoanKind:
    """The kind of an ordinary loan. Raises `loan.kind.unknown`, `loan.kind.elsewhere`."""
    kind = kind_of_loan(code, field)
    if not kind.ordinary:
        raise KIND_ELSEWHERE(field=field, kind_zh=kind.name.zh, kind_en=kind.name.en)
    return kind


def check_kind(kind: LoanKind, customer_number: str, starts_on: date, due_on: date) -> None:
    """Whether a kind goes with the customer and the term (IB 1903, 2118). Raises `loan.kind.customer`, `loan.kind.term`."""
    if kind.personal != is_personal(customer_number):
        raise KIND_CUSTOMER(field="kind", kind_zh=kind.name.zh, kind_en=kind.name.en)
    horizon = Horizon.SHORT if due_on <= add_years(starts_on, 1) else Horizon.LONG
    if kind.horizon not in (Horizon.ANY, horizon):
        raise KIND_TERM(field="kind", kind_zh=kind.name.zh, kind_en=kind.name.en)
