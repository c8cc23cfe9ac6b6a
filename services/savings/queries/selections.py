"""Which accounts a list looks through, as conditions that the indexes of the table follow."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from banking.visibility import Sight
from services.savings.tables import ACCOUNT

ACCOUNT_DIGITS = 15
BRANCH_DIGITS = 2


def seen(sight: Sight) -> ColumnElement[bool]:
    """The accounts of the outlets that somebody sees or asked for."""
    if not sight.beginning:
        return true()
    if len(sight.beginning) == BRANCH_DIGITS:
        return ACCOUNT.c.branch == sight.beginning
    return ACCOUNT.c.outlet == sight.beginning


def beginning_with(column: ColumnElement[str], digits: str) -> ColumnElement[bool]:
    """Account numbers that begin with these digits; a customer's all begin with the customer's number (IB 281, 613)."""
    return column.between(digits.ljust(ACCOUNT_DIGITS, "0"), digits.ljust(ACCOUNT_DIGITS, "9"))
