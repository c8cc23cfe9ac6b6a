"""Deposit accounts opened and closed, for the list of openings (IB 1778, 3807)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from banking.openings import Openings
from services.savings.domain.products import product_of
from services.savings.tables import ACCOUNT, ACCOUNT_LINE, TERM_DEPOSIT


def _shown(row: Row[Any]) -> dict[str, Any]:
    opened_on = row.opened_on.isoformat() if row.opened_on else None
    return {"opened_on": opened_on, "kind": product_of(row.product).name.as_dict(), "term": row.term}


openings = Openings(
    accounts=ACCOUNT,
    lines=ACCOUNT_LINE,
    opened_on=ACCOUNT.c.opened_on,
    closed_on=ACCOUNT.c.closed_on,
    counter_outlet=ACCOUNT_LINE.c.counter_outlet,
    more=(ACCOUNT.c.opened_on, ACCOUNT.c.product, TERM_DEPOSIT.c.term),
    beside=TERM_DEPOSIT,
    shown=_shown,
).query()
