"""How a loan declines 不良贷款结转: its state is the last digit of its account and never goes back (IB 618-627, 2043-2061)."""

from __future__ import annotations

from datetime import date

from kernel.calendar import add_months
from kernel.numbers import LoanState, loan_state_of, with_loan_state
from kernel.text import Text
from services.lending.domain.errors import STATE_BACKWARDS

STATE_TEXTS: dict[LoanState, Text] = {
    LoanState.NORMAL: Text("正常", "normal"),
    LoanState.OVERDUE_WITHIN_HALF_YEAR: Text("半年内逾期", "overdue within half a year"),
    LoanState.OVERDUE_BEYOND_HALF_YEAR: Text("半年以上逾期", "overdue beyond half a year"),
    LoanState.STAGNANT: Text("呆滞", "stagnant"),
    LoanState.DEAD: Text("呆账", "dead"),
}


def state_by_age(due_on: date, today: date) -> LoanState:
    """The state of an unpaid loan by its age alone: normal through its due date, then overdue, stagnant from a year on.

    Dead 呆账 is declared, never reached by age (IB 2058-2060).
    """
    if today <= due_on:
        return LoanState.NORMAL
    if today <= add_months(due_on, 6):
        return LoanState.OVERDUE_WITHIN_HALF_YEAR
    if today < add_months(due_on, 12):
        return LoanState.OVERDUE_BEYOND_HALF_YEAR
    return LoanState.STAGNANT


def account_in_state(account: str, state: LoanState) -> str:
    """The account a loan goes on in after it declined. Raises `loan.state_backwards`, `account.malformed`."""
    present = loan_state_of(account)
    if state <= present:
        raise STATE_BACKWARDS(
            field="account",
            from_zh=STATE_TEXTS[present].zh,
            from_en=STATE_TEXTS[present].en,
            to_zh=STATE_TEXTS[state].zh,
            to_en=STATE_TEXTS[state].en,
        )
    return with_loan_state(account, state)
