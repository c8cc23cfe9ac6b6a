"""The journal as lists select it: legs beside the transaction they belong to."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, Subquery, Table, cast, func, literal, select

from services.ledger.tables import LEG, OFF_SHEET_LEG, POSTING_SET

OF_THE_SET = (
    POSTING_SET.c.transaction_number,
    POSTING_SET.c.transaction_code,
    POSTING_SET.c.rule,
    POSTING_SET.c.rule_version,
    POSTING_SET.c.teller,
    POSTING_SET.c.second,
    POSTING_SET.c.value_date,
    POSTING_SET.c.outlet.label("counter_outlet"),
    POSTING_SET.c.fact["voucher_type"].as_string().label("voucher_type"),
    POSTING_SET.c.fact["voucher_number"].as_string().label("voucher_number"),
    POSTING_SET.c.fact["summary"].as_string().label("set_summary"),
)


def legs_with_sets(table: Table = LEG) -> Select[Any]:
    """Every leg with what lists show of its set."""
    return select(table, *OF_THE_SET).join_from(table, POSTING_SET, POSTING_SET.c.posting_id == table.c.posting_id)


def dates_between(first: date, last: date) -> Subquery:
    """One row per date, its column `day`: for asking date by date where an index begins with it."""
    count = func.generate_series(literal(0, Integer), literal((last - first).days, Integer)).column_valued("count")
    return select(cast(literal(first, Date) + count, Date).label("day")).subquery()


def table_of(off_sheet: bool) -> Table:
    """Where the entries of an account stand."""
    return OFF_SHEET_LEG if off_sheet else LEG
