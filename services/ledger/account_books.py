"""What the books show of many accounts over a span of dates that has ended: balances and turnover, and entry by entry, for statements."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends, Request
from sqlalchemy import ARRAY, Date, String, bindparam, func, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import business_date_of
from contracts.books import AccountBooks, AskedBooks, AskedEntries, BookedEntry, Entries
from kernel.errors import ErrorType, Kind
from runtime.auth import service_only
from runtime.service import resources_of
from services.ledger.queries.selections import legs_with_sets
from services.ledger.tables import FRAME, LEG

router = APIRouter(prefix="/internal/books", dependencies=[Depends(service_only)], include_in_schema=False)
OPEN = ErrorType("ledger.books.open", Kind.CONFLICT, "{date} 尚未日结,账务仍可能变动", "{date} has not ended: its books may still change")
FIGURES = text(
    """
    SELECT asked.account, asked.date_from, standing.closing_minor,
           moved.debit_minor, moved.debit_count, moved.credit_minor, moved.credit_count
    FROM unnest(CAST(:accounts AS text[]), CAST(:firsts AS date[])) AS asked (account, date_from)
    CROSS JOIN LATERAL (
        SELECT -balance_after_minor AS closing_minor FROM ledger.leg
        WHERE leg.account = asked.account AND leg.business_date <= :last
        ORDER BY leg.business_date DESC, leg.entry DESC LIMIT 1
    ) AS standing
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(signed_minor) FILTER (WHERE is_debit), 0)::bigint AS debit_minor,
               count(*) FILTER (WHERE is_debit) AS debit_count,
               coalesce(sum(signed_minor) FILTER (WHERE NOT is_debit), 0)::bigint AS credit_minor,
               count(*) FILTER (WHERE NOT is_debit) AS credit_count
        FROM (
            SELECT is_debit, CASE WHEN red THEN -amount_minor ELSE amount_minor END AS signed_minor FROM ledger.leg
            WHERE leg.account = asked.account AND leg.business_date BETWEEN asked.date_from AND :last
        ) AS within
    ) AS moved
    """
)


@router.post("/accounts")
async def account_books(body: AskedBooks, request: Request) -> list[AccountBooks]:
    """Closing balances and turnover of accounts, credit positive, red entries deducted; accounts that were never moved up to the last date
    are left out. Raises `ledger.books.open`."""
    async with resources_of(request).database.reading() as connection:
        await _require_ended(connection, body.date_to)
        asked = {"accounts": [each.account for each in body.accounts], "firsts": [each.date_from for each in body.accounts]}
        rows = (await connection.execute(FIGURES, {**asked, "last": body.date_to})).all()
    return [
        AccountBooks(
            account=row.account,
            date_from=row.date_from,
            opening_minor=row.closing_minor + row.debit_minor - row.credit_minor,
            closing_minor=row.closing_minor,
            debit_minor=row.debit_minor,
            debit_count=row.debit_count,
            credit_minor=row.credit_minor,
            credit_count=row.credit_count,
        )
        for row in rows
    ]


@router.post("/entries")
async def account_entries(body: AskedEntries, request: Request) -> Entries:
    """The entries of accounts, account by account in the order they moved them, a page at a time. Raises `ledger.books.open`."""
    accounts = bindparam("accounts", [each.account for each in body.accounts], ARRAY(String))
    firsts = bindparam("firsts", [each.date_from for each in body.accounts], ARRAY(Date))
    asked = func.unnest(accounts, firsts).table_valued("account", "date_from").render_derived("asked")
    found = legs_with_sets().join(asked, (LEG.c.account == asked.c.account) & LEG.c.business_date.between(asked.c.date_from, body.date_to))
    key = tuple_(LEG.c.account, LEG.c.business_date, LEG.c.entry)
    if body.after is not None:
        found = found.where(key > tuple_(body.after.account, body.after.business_date, body.after.entry))
    found = found.order_by(LEG.c.account, LEG.c.business_date, LEG.c.entry).limit(body.limit + 1)
    async with resources_of(request).database.reading() as connection:
        await _require_ended(connection, body.date_to)
        rows = (await connection.execute(found)).all()
    return Entries(
        entries=[
            BookedEntry(
                account=row.account,
                business_date=row.business_date,
                entry=row.entry,
                posting_id=row.posting_id,
                transaction_number=row.transaction_number,
                counter_outlet=row.counter_outlet,
                is_debit=row.is_debit,
                amount_minor=-row.amount_minor if row.red else row.amount_minor,
                balance_after_minor=-row.balance_after_minor,
                voucher_type=row.voucher_type,
                voucher_number=row.voucher_number,
                summary=row.summary or row.set_summary or "",
            )
            for row in rows[: body.limit]
        ],
        more=len(rows) > body.limit,
    )


async def _require_ended(connection: AsyncConnection, last: date) -> None:
    if last >= await business_date_of(connection, FRAME):
        raise OPEN(field="date_to", date=last.isoformat())
