"""A loan as a value: what releasing, repaying and taking back make of it (IB 1927-1941, 1988-2031, 2541). Nothing here is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from kernel.interest import change_balance
from kernel.money import format_amount
from kernel.numbers import branch_of
from kernel.text import Text
from services.lending.domain import interest
from services.lending.domain.errors import (
    ADJUSTMENT_BEYOND,
    ADJUSTMENT_WHOLE,
    CORRECTED_ALREADY,
    CORRECTION_AMOUNT,
    CORRECTION_CLOSED,
    CORRECTION_LATER_ACTIVITY,
    CORRECTION_OF_CORRECTION,
    LOAN_NOT_OPEN,
    LOAN_OTHER_BRANCH,
    PAYMENT_NOT_EXACT,
)
from services.lending.domain.interest import LoanAccrual, LoanInterest
from services.lending.domain.notes import LoanNote, check_open
from services.lending.domain.parameters import LendingParameters


class LoanStatus(Enum):
    """Open while money is owed, closed when it was repaid, cancelled when its release was taken back."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def text(self) -> Text:
        return _STATUS_TEXTS[self]


_STATUS_TEXTS = {
    LoanStatus.OPEN: Text("未结清", "open"),
    LoanStatus.CLOSED: Text("已结清", "repaid in full"),
    LoanStatus.CANCELLED: Text("已冲销", "cancelled"),
}


class LineKind(Enum):
    """What a line in the history of a loan did."""

    RELEASE = "release"
    REPAY_PART = "repay_part"
    REPAY_FULL = "repay_full"
    CORRECTION = "correction"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan: what is outstanding with its interest so far, and whether it may be repaid although interest is owed 特殊还贷."""

    status: LoanStatus
    accrual: LoanAccrual
    special_repayment: bool = False

    @property
    def outstanding_minor(self) -> int:
        return self.accrual.principal.balance_minor


@dataclass(frozen=True, slots=True)
class LoanLine:
    """One line of a loan's history: the change of principal as the books see it (credit positive) and the accrual before it.

    `taken_back` says that a correction undid it.
    """

    kind: LineKind
    amount_minor: int
    before: LoanAccrual | None = None
    taken_back: bool = False

    @property
    def stands(self) -> bool:
        return self.kind is not LineKind.CORRECTION and not self.taken_back


def release(note: LoanNote, today: date, parameters: LendingParameters) -> Loan:
    """The loan of a note that is still good. Raises `note.released`, `note.lapsed`, `parameter.not_in_force`."""
    check_open(note, today)
    return Loan(LoanStatus.OPEN, interest.begin_loan(note.principal_minor, note.currency, note.annual_pct, today, parameters))


def require_open(loan: Loan) -> None:
    """Raise `loan.not_open` for a loan that is repaid or cancelled."""
    if loan.status is not LoanStatus.OPEN:
        raise LOAN_NOT_OPEN(field="account", status_zh=loan.status.text.zh, status_en=loan.status.text.en)


def check_within_branch(loan_outlet: str, *outlets: str) -> None:
    """Part of a loan is repaid within the sub-branch of the loan: counter and deposit account too (IB 1990). Raises `loan.other_branch`."""
    for outlet in outlets:
        if branch_of(outlet) != branch_of(loan_outlet):
            raise LOAN_OTHER_BRANCH(field="account", outlet=outlet)


def repay_part(loan: Loan, amount_minor: int, day: date, arrears_minor: int) -> Loan:
    """部分还贷: raises `loan.not_open` and as `interest.repay_part`."""
    require_open(loan)
    return replace(loan, accrual=interest.repay_part(loan.accrual, amount_minor, day, arrears_minor, loan.special_repayment))


def repay_full(
    loan: Loan, day: date, parameters: LendingParameters, arrears_minor: int, brought_minor: int | None = None
) -> tuple[LoanInterest, Loan]:
    """全部还贷, 利随本清: the interest that goes with the principal, and the closed loan.

    `brought_minor` is what the payer means to pay in all, where he says so. Raises `loan.not_open`, `loan.payment_not_exact`, and as
    `interest.repay_full`.
    """
    require_open(loan)
    due, accrual = interest.repay_full(loan.accrual, day, parameters, arrears_minor)
    due_minor = loan.outstanding_minor + due.interest_minor
    if brought_minor is not None and brought_minor != due_minor:
        raise PAYMENT_NOT_EXACT(field="amount", due=format_amount(due_minor, loan.accrual.currency))
    return due, replace(loan, status=LoanStatus.CLOSED, accrual=accrual)


def take_back(loan: Loan, history: list[LoanLine], position: int, amount_minor: int, value_date: date) -> Loan:
    """冲账: the loan without the line at `position` of its history; `amount_minor` is the change of the correction, credit positive.

    A release is taken back when nothing that stands came after it; a full repayment reopens the loan as it was; a partial repayment
    or an adjustment gives the principal back from `value_date` on, interest of periods already settled stays. Raises
    `loan.correction.*`.
    """
    line = history[position]
    if line.kind is LineKind.CORRECTION:
        raise CORRECTION_OF_CORRECTION(field="transaction_number")
    if line.taken_back:
        raise CORRECTED_ALREADY(field="transaction_number")
    if amount_minor != -line.amount_minor:
        raise CORRECTION_AMOUNT(field="transaction_number", amount=format_amount(abs(line.amount_minor), loan.accrual.currency))
    match line.kind:
        case LineKind.RELEASE:
            if any(later.stands for later in history[position + 1 :]):
                raise CORRECTION_LATER_ACTIVITY(field="transaction_number")
            empty = replace(loan.accrual.principal, balance_minor=0, products=0)
            return replace(loan, status=LoanStatus.CANCELLED, accrual=replace(loan.accrual, principal=empty, closed=()))
        case LineKind.REPAY_FULL:
            if line.before is None:
                raise ValueError("a full repayment is kept with the accrual before it")
            return replace(loan, status=LoanStatus.OPEN, accrual=line.before)
        case LineKind.REPAY_PART | LineKind.ADJUSTMENT:
            if loan.status is not LoanStatus.OPEN:
                raise CORRECTION_CLOSED(field="transaction_number")
            return adjust(loan, -history[0].amount_minor, amount_minor, value_date)


def adjust(loan: Loan, released_minor: int, amount_minor: int, value_date: date) -> Loan:
    """补账, 串户冲补账, 差额冲正: the loan with its principal changed as of a date (credit positive), products of the days since with it.

    Something stays of the loan, and no more than was released. Raises `loan.not_open`, `loan.correction.whole`, `loan.correction.beyond`.
    """
    require_open(loan)
    left_minor = loan.outstanding_minor - amount_minor
    if left_minor <= 0:
        raise ADJUSTMENT_WHOLE(field="amount")
    if left_minor > released_minor:
        raise ADJUSTMENT_BEYOND(field="amount", released=format_amount(released_minor, loan.accrual.currency))
    principal = change_balance(loan.accrual.principal, -amount_minor, value_date)
    return replace(loan, accrual=replace(loan.accrual, principal=principal))
