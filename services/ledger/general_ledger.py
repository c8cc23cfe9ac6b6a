"""总账: built set-wise from the totals of the date that ends (IB 529)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

BUILD = text(
    """
    INSERT INTO ledger.general_ledger AS kept (outlet, currency, business_code, business_date, subject, off_sheet,
                                               opening_minor, debit_minor, credit_minor, closing_minor)
    SELECT moved.outlet, moved.currency, moved.business_code, moved.business_date, moved.subject, moved.off_sheet,
           coalesce(before.closing_minor, 0), moved.debit_minor, moved.credit_minor,
           coalesce(before.closing_minor, 0) + moved.debit_minor - moved.credit_minor
    FROM (SELECT *, debit_cash_minor + debit_transfer_minor AS debit_minor, credit_cash_minor + credit_transfer_minor AS credit_minor
          FROM ledger.subject_total WHERE business_date = :day) AS moved
    LEFT JOIN LATERAL (
        SELECT closing_minor FROM ledger.general_ledger AS earlier
        WHERE earlier.outlet = moved.outlet AND earlier.currency = moved.currency AND earlier.business_code = moved.business_code
          AND earlier.business_date < :day
        ORDER BY earlier.business_date DESC LIMIT 1
    ) AS before ON true
    ON CONFLICT (outlet, currency, business_code, business_date) DO UPDATE
    SET subject = excluded.subject, opening_minor = excluded.opening_minor, debit_minor = excluded.debit_minor,
        credit_minor = excluded.credit_minor, closing_minor = excluded.closing_minor
    WHERE (kept.opening_minor, kept.debit_minor, kept.credit_minor) IS DISTINCT FROM
          (excluded.opening_minor, excluded.debit_minor, excluded.credit_minor)
    """
)

UNEXPLAINED = text(
    """
    WITH standing AS (
        SELECT outlet, currency, business_code, sum(balance_minor) AS balance_minor
        FROM ledger.account GROUP BY outlet, currency, business_code
    ), moved AS (
        SELECT outlet, currency, business_code,
               debit_cash_minor + debit_transfer_minor - credit_cash_minor - credit_transfer_minor AS change_minor
        FROM ledger.subject_total WHERE business_date = :day
    ), compared AS (
        SELECT outlet, currency, business_code, coalesce(balance_minor, 0) AS accounts_minor,
               coalesce(before.closing_minor, 0) + coalesce(change_minor, 0) AS books_minor
        FROM standing FULL JOIN moved USING (outlet, currency, business_code)
        LEFT JOIN LATERAL (
            SELECT closing_minor FROM ledger.general_ledger AS earlier
            WHERE earlier.outlet = coalesce(standing.outlet, moved.outlet)
              AND earlier.currency = coalesce(standing.currency, moved.currency)
              AND earlier.business_code = coalesce(standing.business_code, moved.business_code) AND earlier.business_date < :day
            ORDER BY earlier.business_date DESC LIMIT 1
        ) AS before ON true
    )
    SELECT outlet, currency, business_code, accounts_minor::bigint, books_minor::bigint FROM compared
    WHERE accounts_minor <> books_minor ORDER BY outlet, currency, business_code
    """
)


async def build(connection: AsyncConnection, day: date) -> int:
    """Write a row for every business code that moved on the date: opening is the last closing before it. Returns how many rows there are.

    Repeating it changes nothing; if the date was posted to in between, its rows follow.
    """
    await connection.execute(BUILD, {"day": day})
    counted = text("SELECT count(*) FROM ledger.subject_total WHERE business_date = :day")
    return (await connection.execute(counted, {"day": day})).scalar_one()


async def unexplained_balances(connection: AsyncConnection, day: date) -> list[dict[str, object]]:
    """Business codes whose accounts, as they stand on the current date, do not add up to the last closing and the date's turnover.

    Rows of outlet, currency, business code, `accounts_minor` and `books_minor`, debit positive.
    """
    return [dict(row) for row in (await connection.execute(UNEXPLAINED, {"day": day})).mappings()]
