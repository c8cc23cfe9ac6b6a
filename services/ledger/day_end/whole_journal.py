"""The journal of a date proves itself: every set balances in the books of each outlet, and the turnover kept beside it is its sum.

A set that lacks legs shows as turnover that no set explains, and legs that belong to no set are counted. So the database need not look for
the set of each leg that is written (decision 0026).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import asyncpg

from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from runtime.database import driver_connection
from services.ledger.day_end.day import Day

UNBALANCED = ErrorType(
    "day_end.set_unbalanced",
    Kind.CONFLICT,
    "传票套 {posting_id} 在网点 {outlet} 借贷不平,差 {difference}",
    "posting set {posting_id} does not balance in the books of {outlet}: {difference}",
)
UNEXPLAINED = ErrorType(
    "day_end.turnover_unexplained",
    Kind.CONFLICT,
    "网点 {outlet} 业务代码 {business_code} 的发生额与传票不符:借 {debit},贷 {credit},{entries} 笔",
    "the turnover of business code {business_code} at {outlet} is not that of its sets: debit {debit}, credit {credit}, {entries} entries",
)
STRAY = ErrorType(
    "day_end.legs_without_set",
    Kind.CONFLICT,
    "{date} 有 {legs} 条分录不属于任何传票套",
    "{legs} legs of {date} belong to no posting set",
)
PORTION = 20_000
"""Sets that are looked at together."""
_UNTIL = (
    "SELECT max(transaction_number) FROM (SELECT transaction_number FROM ledger.posting_set "
    "WHERE business_date = $1 AND transaction_number > $2 ORDER BY transaction_number LIMIT $3) AS portion"
)
_MINOR = "sum(CASE WHEN red THEN -amount_minor ELSE amount_minor END)"
_PORTION = f"""
    WITH portion AS MATERIALIZED (
        SELECT posting_id FROM ledger.posting_set
        WHERE business_date = $1 AND transaction_number > $2 AND transaction_number <= $3
    ), moved AS (
        SELECT posting_id, outlet, currency, business_code, is_debit AS debit, red, amount_minor, false AS off_sheet
        FROM portion JOIN ledger.leg USING (posting_id)
        UNION ALL
        SELECT posting_id, outlet, currency, business_code, is_receive, red, amount_minor, true
        FROM portion JOIN ledger.off_sheet_leg USING (posting_id)
    ), summed AS (
        SELECT posting_id, outlet, currency, business_code, off_sheet, count(*) AS entries,
               coalesce({_MINOR} FILTER (WHERE debit), 0)::bigint AS debit_minor,
               coalesce({_MINOR} FILTER (WHERE NOT debit), 0)::bigint AS credit_minor
        FROM moved GROUP BY GROUPING SETS ((posting_id, outlet, currency, off_sheet), (outlet, currency, business_code))
    )
    SELECT posting_id, outlet, currency, business_code, debit_minor, credit_minor, entries
    FROM summed WHERE posting_id IS NULL OR (NOT off_sheet AND debit_minor <> credit_minor)
"""
_TURNOVER = (
    "SELECT outlet, currency, business_code, debit_cash_minor + debit_transfer_minor AS debit_minor, credit_cash_minor + "
    "credit_transfer_minor AS credit_minor, debit_cash_count + debit_transfer_count + credit_cash_count + credit_transfer_count AS entries "
    "FROM ledger.subject_total WHERE business_date = $1"
)
_LEGS = (
    "SELECT (SELECT count(*) FROM ledger.leg WHERE business_date = $1) + "
    "(SELECT count(*) FROM ledger.off_sheet_leg WHERE business_date = $1)"
)
FIGURES = ("debit_minor", "credit_minor", "entries")
Group = tuple[str, str, str]
"""Outlet, currency, business code."""


async def journal(day: Day) -> None:
    """The step. Raises `day_end.set_unbalanced` or `day_end.turnover_unexplained` for the first that is found, and
    `day_end.legs_without_set`."""
    summed: dict[str, Counter[Group]] = {name: Counter() for name in FIGURES}
    async with day.resources.database.reading() as connection:
        raw = await driver_connection(connection)
        total = await raw.fetchval("SELECT count(*) FROM ledger.posting_set WHERE business_date = $1", day.business_date)
        done, last = 0, ""
        while (until := await raw.fetchval(_UNTIL, day.business_date, last, PORTION)) is not None:
            for row in await raw.fetch(_PORTION, day.business_date, last, until):
                if row["posting_id"] is not None:
                    raise _unbalanced(row)
                for name in FIGURES:
                    summed[name][row["outlet"], row["currency"], row["business_code"]] += row[name]
            done, last = min(done + PORTION, total), until
            await day.report(done, total)
        stray = await raw.fetchval(_LEGS, day.business_date) - summed["entries"].total()
        kept = {(row["outlet"], row["currency"], row["business_code"]): row for row in await raw.fetch(_TURNOVER, day.business_date)}
    if stray:
        raise STRAY(legs=stray, date=day.business_date)
    _compare(summed, kept)


def _compare(summed: Mapping[str, Counter[Group]], kept: Mapping[Group, Mapping[str, int]]) -> None:
    for group in sorted(kept.keys() | summed["entries"].keys()):
        beyond = {name: (kept[group][name] if group in kept else 0) - summed[name][group] for name in FIGURES}
        if any(beyond.values()):
            outlet, currency, business_code = group
            debit, credit = (format_amount(beyond[name], currency) for name in ("debit_minor", "credit_minor"))
            raise UNEXPLAINED(outlet=outlet, business_code=business_code, debit=debit, credit=credit, entries=beyond["entries"])


def _unbalanced(row: asyncpg.Record) -> Exception:
    difference = format_amount(row["debit_minor"] - row["credit_minor"], row["currency"])
    return UNBALANCED(posting_id=row["posting_id"], outlet=row["outlet"], difference=difference)
