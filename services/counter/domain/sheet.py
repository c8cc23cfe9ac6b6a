"""钱箱轧账单: the figures of a box for a date, out of what the ledger posted on its account (IB 803-806, 3657-3666)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OUT_RULE = "counter.cash.out"
IN_RULE = "counter.cash.in"


@dataclass(frozen=True, slots=True)
class Movement:
    """What one posting rule moved on the account that day, red legs deducted."""

    rule: str
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class BoxSheet:
    """上日余额, 出库, 入库, 收入, 付出, 余额. Out and in are between vault and boxes, seen from either side."""

    opening_minor: int
    out_minor: int
    in_minor: int
    received_minor: int
    paid_minor: int
    balance_minor: int


def box_sheet(balance_minor: int, movements: Iterable[Movement]) -> BoxSheet:
    """The sheet of a box with this balance after these movements; what is neither out nor in was received or paid."""
    opening_minor = balance_minor
    out_minor = in_minor = received_minor = paid_minor = 0
    for movement in movements:
        opening_minor -= movement.debit_minor - movement.credit_minor
        if movement.rule == OUT_RULE:
            out_minor += movement.debit_minor + movement.credit_minor
        elif movement.rule == IN_RULE:
            in_minor += movement.debit_minor + movement.credit_minor
        else:
            received_minor += movement.debit_minor
            paid_minor += movement.credit_minor
    return BoxSheet(opening_minor, out_minor, in_minor, received_minor, paid_minor, balance_minor)
