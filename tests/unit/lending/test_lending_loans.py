"""A loan through releases, repayments and corrections; amounts worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.lending.accruals import accrual_columns, accrual_of, plain
from services.lending.domain.deposits import DepositAccount, check_deposit
from services.lending.domain.interest import change_rate, interest_due
from services.lending.domain.loan_kinds import KINDS, require_ordinary
from services.lending.domain.loans import (
    LineKind,
    Loan,
    LoanLine,
    LoanStatus,
    adjust,
    check_within_branch,
    release,
    repay_full,
    repay_part,
    take_back,
)
from services.lending.domain.notes import LoanNote
from services.lending.parameters.load import parameters

DAY = date(2005, 9, 1)
NOTE = LoanNote(
    number="200501",
    contract_number="2005",
    customer_number="4000016888",
    deposit_account="400001688801015",
    kind="123",
    principal_minor=100_000_00,
    currency="CNY",
    annual_pct=Decimal("5.58"),
    starts_on=DAY,
    due_on=date(2006, 9, 1),
    entered_on=DAY,
    entered_by="K0211",
)
RELEASE = LoanLine(LineKind.RELEASE, -100_000_00)


def code_of(action, *arguments) -> str:
    with pytest.raises(DomainError) as caught:
        action(*arguments)
    assert caught.value.text.zh and caught.value.text.en
    return caught.value.code


def loan() -> Loan:
    return release(NOTE, DAY, parameters())


def interest_on(loan: Loan, day: date) -> int:
    return interest_due(loan.accrual, day, parameters())[0].interest_minor


def test_a_full_repayment_is_checked_against_what_is_brought():
    """Ten days of 100,000.00 at 5.58 %: 155.00."""
    due, closed = repay_full(loan(), date(2005, 9, 11), parameters(), 0, 100_155_00)
    assert (due.interest_minor, closed.status, closed.outstanding_minor) == (155_00, LoanStatus.CLOSED, 0)
    for brought in (100_154_99, 100_155_01, 100_000_00):
        assert code_of(repay_full, loan(), date(2005, 9, 11), parameters(), 0, brought) == "loan.payment_not_exact"


def test_a_closed_loan_takes_no_money():
    _, closed = repay_full(loan(), DAY, parameters(), 0)
    assert code_of(repay_full, closed, DAY, parameters(), 0) == "loan.not_open"
    assert code_of(repay_part, closed, 1, DAY, 0) == "loan.not_open"


def test_permission_lets_a_loan_in_arrears_be_repaid_in_part():
    assert code_of(repay_part, loan(), 1_00, DAY, 1) == "loan.interest_in_arrears"
    assert repay_part(replace(loan(), special_repayment=True), 1_00, DAY, 1).outstanding_minor == 99_999_00


def test_a_repayment_taken_back_on_another_day_bears_interest_from_its_own():
    """40,000.00 repaid on 09-11, taken back on 09-15 with value 09-11: 20 days of the whole by 09-21, 310.00."""
    repaid = repay_part(loan(), 40_000_00, date(2005, 9, 11), 0)
    assert interest_on(repaid, date(2005, 9, 21)) == 155_00 + 93_00
    again = take_back(repaid, [RELEASE, LoanLine(LineKind.REPAY_PART, 40_000_00)], 1, -40_000_00, date(2005, 9, 11))
    assert (again.outstanding_minor, interest_on(again, date(2005, 9, 21))) == (100_000_00, 310_00)


def test_the_earlier_of_two_repayments_taken_back_puts_the_days_between_right():
    """30,000.00 on 09-11 and 20,000.00 on 09-16; without the first: 100,000 x 15 + 80,000 x 5 days = 294.50 by 09-21... worked out:

    (1,500,000 + 400,000) x 5.58 / 36,000 = 294.50.
    """
    first = repay_part(loan(), 30_000_00, date(2005, 9, 11), 0)
    both = repay_part(first, 20_000_00, date(2005, 9, 16), 0)
    lines = [RELEASE, LoanLine(LineKind.REPAY_PART, 30_000_00), LoanLine(LineKind.REPAY_PART, 20_000_00)]
    left = take_back(both, lines, 1, -30_000_00, date(2005, 9, 11))
    assert (left.outstanding_minor, interest_on(left, date(2005, 9, 21))) == (80_000_00, 294_50)


def test_a_full_repayment_taken_back_restores_the_loan_to_the_letter():
    before = replace(loan(), accrual=change_rate(loan().accrual, Decimal("6.138"), date(2005, 9, 6), parameters()))
    _, closed = repay_full(before, date(2005, 9, 11), parameters(), 0)
    lines = [RELEASE, LoanLine(LineKind.REPAY_FULL, 100_000_00, before.accrual)]
    assert take_back(closed, lines, 1, -100_000_00, date(2005, 9, 11)) == before


def test_a_release_is_taken_back_only_when_nothing_stands_after_it():
    repaid = repay_part(loan(), 1_00, DAY, 0)
    stands, undone = LoanLine(LineKind.REPAY_PART, 1_00), LoanLine(LineKind.REPAY_PART, 1_00, taken_back=True)
    correction = LoanLine(LineKind.CORRECTION, -1_00)
    assert code_of(take_back, repaid, [RELEASE, stands], 0, 100_000_00, DAY) == "loan.correction.later_activity"
    cancelled = take_back(loan(), [RELEASE, undone, correction], 0, 100_000_00, DAY)
    assert (cancelled.status, cancelled.outstanding_minor, interest_on(cancelled, date(2006, 9, 1))) == (LoanStatus.CANCELLED, 0, 0)


def test_what_cannot_be_taken_back():
    part = LoanLine(LineKind.REPAY_PART, 1_00)
    _, closed = repay_full(loan(), DAY, parameters(), 0)
    assert code_of(take_back, loan(), [RELEASE, part], 1, -99, DAY) == "loan.correction.amount"
    assert code_of(take_back, loan(), [RELEASE, replace(part, taken_back=True)], 1, -1_00, DAY) == "loan.correction.repeated"
    assert code_of(take_back, loan(), [RELEASE, LoanLine(LineKind.CORRECTION, -1_00)], 1, 1_00, DAY) == "loan.correction.of_correction"
    assert code_of(take_back, closed, [RELEASE, part], 1, -1_00, DAY) == "loan.correction.closed"


@given(st.lists(st.tuples(st.sampled_from(["part", "full", "back"]), st.integers(1, 60_000_00), st.integers(0, 40)), max_size=25))
def test_outstanding_is_released_less_what_stands_repaid(steps):
    """Whatever is done in whatever order: the balance, the status and the lines always tell the same story."""
    state, day, lines = loan(), DAY, [(RELEASE, DAY)]
    for what, amount_minor, days in steps:
        day += timedelta(days=days)
        history = [line for line, _ in lines]
        try:
            if what == "part":
                state = repay_part(state, amount_minor, day, 0)
                lines.append((LoanLine(LineKind.REPAY_PART, amount_minor), day))
            elif what == "full":
                before = state
                _, state = repay_full(state, day, parameters(), 0)
                lines.append((LoanLine(LineKind.REPAY_FULL, before.outstanding_minor, before.accrual), day))
            else:
                position = amount_minor % len(lines)
                line, value_date = lines[position]
                state = take_back(state, history, position, -line.amount_minor, value_date)
                lines[position] = (replace(line, taken_back=True), value_date)
                lines.append((LoanLine(LineKind.CORRECTION, -line.amount_minor), day))
        except DomainError:
            continue
        assert state.outstanding_minor == -sum(line.amount_minor for line, _ in lines)
        assert state.outstanding_minor == -sum(line.amount_minor for line, _ in lines if line.stands)
        assert (state.status is LoanStatus.OPEN) == (state.outstanding_minor > 0)
        assert state.accrual.principal.products >= 0
        assert accrual_of(plain(accrual_columns(state.accrual)), "CNY") == state.accrual


@given(st.integers(1, 99_999_99), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_repayment_taken_back_in_the_same_period_leaves_no_trace_in_whole_yuan(yuan_minor, first, second, third):
    """Interest counts whole yuan, so that a repayment with odd fen may leave one yuan for the days it stood, no more."""
    repaid_on = DAY + timedelta(days=first)
    end = repaid_on + timedelta(days=second + third)
    repaid = repay_part(loan(), yuan_minor, repaid_on, 0)
    back = take_back(repaid, [RELEASE, LoanLine(LineKind.REPAY_PART, yuan_minor)], 1, -yuan_minor, repaid_on)
    assert interest_on(back, end) == interest_on(loan(), end)


def test_branches():
    check_within_branch("0201", "0202", "0200")
    assert code_of(check_within_branch, "0201", "0202", "0301") == "loan.other_branch"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customer_number": "4000000012"}, "note.deposit.other_customer"),
        ({"business_code": "221"}, "note.deposit.not_current"),
        ({"business_code": "211"}, "note.deposit.not_current"),
        ({"currency": "USD"}, "note.deposit.currency"),
        ({"status": "settled"}, "note.deposit.status"),
        ({"status": "closed"}, "note.deposit.status"),
        ({"status": "dormant"}, "note.deposit.status"),
    ],
)
def test_deposit_accounts_that_do_not_go_with_a_loan(changes, code):
    good = DepositAccount("400001688801015", NOTE.customer_number, "CNY", "201", "normal")
    check_deposit(good, NOTE.customer_number, "CNY")
    check_deposit(replace(good, status="pre_opened", business_code="260"), NOTE.customer_number, "CNY")
    assert code_of(check_deposit, replace(good, **changes), NOTE.customer_number, "CNY") == code


def test_ordinary_kinds_are_123_to_128():
    ordinary = [code for code in sorted(KINDS) if require_or_none(code)]
    assert ordinary == ["123", "124", "125", "126", "127", "128"]


def require_or_none(code: str) -> bool:
    try:
        return require_ordinary(code).business_code == code
    except DomainError as error:
        assert error.code == "loan.kind.elsewhere"
        return False


def test_an_adjustment_counts_from_its_value_date():
    """70,000.00 owed since the first; on the eleventh 30,000.00 come back as of the first: 100,000.00 x 10 x 5.58 % / 360 = 155.00."""
    part = repay_part(loan(), 30_000_00, DAY, 0)
    put_right = adjust(part, 100_000_00, -30_000_00, DAY)
    due, _ = interest_due(put_right.accrual, date(2005, 9, 11), parameters())
    assert (put_right.outstanding_minor, due.interest_minor) == (100_000_00, 155_00)
    lines = [RELEASE, LoanLine(LineKind.REPAY_PART, 30_000_00), LoanLine(LineKind.ADJUSTMENT, -30_000_00)]
    assert take_back(put_right, lines, 2, 30_000_00, DAY) == part


def test_an_adjustment_stays_between_nothing_and_what_was_released():
    assert code_of(adjust, loan(), 100_000_00, 100_000_00, DAY) == "loan.correction.whole"
    assert code_of(adjust, loan(), 100_000_00, -1, DAY) == "loan.correction.beyond"
    closed = replace(loan(), status=LoanStatus.CLOSED)
    assert code_of(adjust, closed, 100_000_00, 1, DAY) == "loan.not_open"
    # A repayment whose money an adjustment has brought back is not taken back on top of it.
    whole_again = adjust(repay_part(loan(), 30_000_00, DAY, 0), 100_000_00, -30_000_00, DAY)
    lines = [RELEASE, LoanLine(LineKind.REPAY_PART, 30_000_00), LoanLine(LineKind.ADJUSTMENT, -30_000_00)]
    assert code_of(take_back, whole_again, lines, 1, -30_000_00, DAY) == "loan.correction.beyond"
