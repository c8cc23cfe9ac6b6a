"""Loans released and repaid, for the list of openings (IB 1778, 3807)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from banking.openings import Openings
from services.lending.queries.loans import kind_name
from services.lending.tables import LOAN, LOAN_LINE


def _shown(row: Row[Any]) -> dict[str, Any]:
    term = f"{row.released_on.isoformat()} - {row.due_on.isoformat()}"
    return {"opened_on": row.released_on.isoformat(), "kind": kind_name(row.business_code), "term": term}


openings = Openings(
    accounts=LOAN,
    lines=LOAN_LINE,
    opened_on=LOAN.c.released_on,
    closed_on=LOAN.c.closed_on,
    counter_outlet=LOAN_LINE.c.outlet,
    more=(LOAN.c.released_on, LOAN.c.due_on, LOAN.c.business_code),
    shown=_shown,
).query()
