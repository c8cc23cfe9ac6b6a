"""Passbooks between the tables and the domain: what is not printed yet, what a printing put where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.customer import InstrumentView
from kernel.money import format_amount
from services.savings.domain.account_status import GONE
from services.savings.domain.passbooks import Format, Passbook, Placed, adjust, lay_out, room
from services.savings.tables import ACCOUNT, ACCOUNT_LINE, PASSBOOK, PASSBOOK_LINE

BROUGHT_FORWARD = 0
"""Stands in place of the number of a line."""


@dataclass(frozen=True, slots=True)
class Printing:
    """What a printing put into a book, how many lines had no room there, and the book as it is now."""

    book: Passbook
    rows: list[dict[str, Any]]
    left: int


async def print_missing(
    connection: AsyncConnection, book: Passbook, accounts: ColumnElement[bool], paper: Format, posting_id: UUID
) -> Printing:
    """Print the lines of the accounts that stand in no book yet, oldest first, after the balances brought forward if the book is new."""
    if book.lines == 0 and (book.page, book.row) == (1, 1):
        brought = (await connection.execute(_brought_forward(accounts).limit(room(book, paper)))).all()
        book, placed = lay_out(book, brought, paper, counted=False)
        await _keep(connection, book, placed, posting_id)
    missing = _missing(accounts)
    count = (await connection.execute(select(func.count()).select_from(missing.subquery()))).scalar_one()
    found = (await connection.execute(missing.order_by(*_ORDER).limit(room(book, paper)))).all()
    book, lines = lay_out(book, found, paper)
    await _keep(connection, book, lines, posting_id)
    await _save(connection, book)
    return Printing(book, await printed_by(connection, posting_id), count - len(lines))


async def hold_passbook(connection: AsyncConnection, kind: str, number: str) -> Passbook:
    """A passbook or book, new if nothing was printed in it yet; whoever else prints in it waits until the commit."""
    table = PASSBOOK
    new = insert_or(table).values(kind=kind, number=number, lines=0, page=1, row=1)
    await connection.execute(new.on_conflict_do_nothing())
    mine = (table.c.kind == kind) & (table.c.number == number)
    row = (await connection.execute(select(table).where(mine).with_for_update())).one()
    return Passbook(**row._mapping)


async def adjusted(connection: AsyncConnection, book: Passbook, view: InstrumentView) -> Passbook:
    """A book after the adjustment of its printing that the customer service knows of, if it has not been followed yet."""
    if view.adjusted_by in (None, book.adjusted_by):
        return book
    assert view.adjusted_by is not None and view.printed_line is not None and view.next_row is not None
    line = PASSBOOK_LINE.c
    mine = (line.kind == book.kind) & (line.number == book.number)
    await connection.execute(delete(PASSBOOK_LINE).where(mine, line.book_line > view.printed_line))
    last = (await connection.execute(select(line.page, line.row).where(mine).order_by(line.page.desc(), line.row.desc()).limit(1))).first()
    return adjust(book, (last.page, last.row) if last else None, view.printed_line, view.next_row, view.adjusted_by)


async def printed_by(connection: AsyncConnection, posting_id: UUID) -> list[dict[str, Any]]:
    """What a printing put where, as it reads in the book."""
    printed, line = PASSBOOK_LINE, ACCOUNT_LINE
    joined = printed.join(ACCOUNT, ACCOUNT.c.account == printed.c.account).outerjoin(
        line, (line.c.account == printed.c.account) & (line.c.line == printed.c.line)
    )
    columns = (line.c.business_date, line.c.code, line.c.summary, line.c.amount_minor, line.c.balance_after_minor, line.c.teller)
    found = select(printed, ACCOUNT.c.currency, line.c.counter_outlet, *columns).select_from(joined)
    rows = await connection.execute(found.where(printed.c.posting_id == posting_id).order_by(printed.c.page, printed.c.row))
    return [_shown(row) for row in rows]


def _shown(row: Row[Any]) -> dict[str, Any]:
    place = {"page": row.page, "row": row.row, "account": row.account}
    if row.line == BROUGHT_FORWARD:
        return {**place, "balance_after": format_amount(row.brought_minor, row.currency), "summary": "承前页"}
    return {
        **place,
        "book_line": row.book_line,
        "business_date": row.business_date.isoformat(),
        "code": row.code,
        "summary": row.summary,
        "direction": "debit" if row.amount_minor < 0 else "credit",
        "amount": format_amount(abs(row.amount_minor), row.currency),
        "balance_after": format_amount(row.balance_after_minor, row.currency),
        "counter_outlet": row.counter_outlet,
        "teller": row.teller,
    }


_ORDER = (ACCOUNT_LINE.c.business_date, ACCOUNT_LINE.c.made_at, ACCOUNT_LINE.c.account, ACCOUNT_LINE.c.line)


def _missing(accounts: ColumnElement[bool]) -> Select[Any]:
    line, printed = ACCOUNT_LINE.c, PASSBOOK_LINE.c
    stands = select(printed.line).where(printed.account == line.account, printed.line == line.line).exists()
    joined = ACCOUNT_LINE.join(ACCOUNT, ACCOUNT.c.account == line.account)
    return select(line.account, line.line).select_from(joined).where(accounts, ~stands)


def _brought_forward(accounts: ColumnElement[bool]) -> Select[Any]:
    """The balance after the last printed line of every account that is not closed."""
    line, printed = ACCOUNT_LINE.c, PASSBOOK_LINE.c
    last = select(printed.account, func.max(printed.line).label("line")).where(printed.line > BROUGHT_FORWARD)
    last = last.where(printed.account.in_(select(ACCOUNT.c.account).where(accounts, ACCOUNT.c.status.not_in(GONE))))
    ends = last.group_by(printed.account).subquery()
    joined = ACCOUNT_LINE.join(ends, (ends.c.account == line.account) & (ends.c.line == line.line))
    balance = select(line.account, line.balance_after_minor.label("brought_minor")).select_from(joined)
    return balance.order_by(line.account)


async def _keep(connection: AsyncConnection, book: Passbook, placed: Sequence[Placed[Row[Any]]], posting_id: UUID) -> None:
    common = {"kind": book.kind, "number": book.number, "posting_id": posting_id}
    rows = [
        {
            **common,
            "account": each.item.account,
            "line": getattr(each.item, "line", BROUGHT_FORWARD),
            "brought_minor": getattr(each.item, "brought_minor", None),
            "book_line": each.book_line,
            "page": each.page,
            "row": each.row,
        }
        for each in placed
    ]
    if rows:
        await connection.execute(insert(PASSBOOK_LINE), rows)


async def _save(connection: AsyncConnection, book: Passbook) -> None:
    mine = (PASSBOOK.c.kind == book.kind) & (PASSBOOK.c.number == book.number)
    values = {"lines": book.lines, "page": book.page, "row": book.row, "adjusted_by": book.adjusted_by}
    await connection.execute(update(PASSBOOK).where(mine).values(values))
