"""Making statements from the ledger's books: figures and entries of a span of dates that has ended, numbered without a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.books import AccountBooks, AskedAccount, BookedEntry, BooksClient
from contracts.savings import AccountView, SavingsClient
from runtime.database import driver_connection
from runtime.service import Resources
from services.reconciliation.domain.statement_periods import StatementKind, due_on

GONE = "cancelled"
STATEMENT_COLUMNS = [
    "number", "kind", "account", "customer_number", "name", "outlet", "currency", "date_from", "date_to", "opening_minor", "closing_minor",
    "debit_minor", "debit_count", "credit_minor", "credit_count", "made_on", "days_until_due", "due_on",
]  # fmt: skip
LINE_COLUMNS = [
    "number", "line", "business_date", "posting_id", "transaction_number", "counter_outlet", "is_debit", "amount_minor",
    "balance_after_minor", "voucher_type", "voucher_number", "summary",
]  # fmt: skip
LOCK_NUMBERS = """
    INSERT INTO reconciliation.statement_number (outlet, year, last) SELECT outlet, $2, 0 FROM unnest($1::text[]) AS outlet ORDER BY outlet
    ON CONFLICT (outlet, year) DO UPDATE SET last = statement_number.last RETURNING outlet, last
"""
TAKE_NUMBERS = """
    UPDATE reconciliation.statement_number AS kept SET last = taken.last
    FROM unnest($1::text[], $3::int[]) AS taken (outlet, last) WHERE kept.outlet = taken.outlet AND kept.year = $2
"""
THERE_ALREADY = """
    SELECT account, kind, date_from, number FROM reconciliation.statement
    JOIN unnest($1::text[], $2::text[], $3::date[]) AS wanted (account, kind, date_from) USING (account, kind, date_from)
    WHERE date_to = $4
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A statement to make: of which account and kind, from which date on, and how many days it may be replied to."""

    account: str
    kind: StatementKind
    date_from: date
    days_until_due: int

    @property
    def key(self) -> tuple[str, str, date]:
        """What makes it one of its kind among those of a closing date."""
        return self.account, self.kind.value, self.date_from


@dataclass(frozen=True, slots=True)
class Drawn:
    """A statement to make with the account as its keeper knows it and the figures the books show."""

    wanted: Wanted
    view: AccountView
    books: AccountBooks


@dataclass(frozen=True, slots=True)
class Made:
    """The numbers of new statements, and of those that were there already, by what makes them one of their kind."""

    numbers: dict[tuple[str, str, date], str]
    earlier: dict[tuple[str, str, date], str]


async def draw(resources: Resources, wanted: Sequence[Wanted], closing: date) -> list[Drawn]:
    """What the keeper and the ledger say of the accounts, in one question to each; accounts without books up to the closing date, and those
    that were closed before the period began, get no statement. Raises `ledger.books.open`."""
    if not wanted:
        return []
    views = {each.account: each for each in await SavingsClient(resources.transport).accounts(sorted({each.account for each in wanted}))}
    asked = sorted({(each.account, each.date_from) for each in wanted})
    found = await BooksClient(resources.transport).account_books([AskedAccount(account=a, date_from=first) for a, first in asked], closing)
    books = {(each.account, each.date_from): each for each in found}
    drawn = []
    for each in wanted:
        view, figures = views.get(each.account), books.get((each.account, each.date_from))
        if view is not None and figures is not None and _lived(view, each.date_from):
            drawn.append(Drawn(each, view, figures))
    return drawn


def _lived(view: AccountView, first: date) -> bool:
    return view.status != GONE and (view.closed_on is None or view.closed_on >= first)


async def write(connection: AsyncConnection, resources: Resources, drawn: Sequence[Drawn], closing: date, today: date) -> Made:
    """Number and store statements that are not there yet, detail ones with their entries. Whoever else makes some of the same outlet waits
    until the transaction ends, so that no statement is made twice and no number is left out."""
    if not drawn:
        return Made({}, {})
    raw = await driver_connection(connection)
    outlets = sorted({each.view.outlet for each in drawn})
    last = {row["outlet"]: row["last"] for row in await raw.fetch(LOCK_NUMBERS, outlets, closing.year)}
    earlier = await _earlier(raw, drawn, closing)
    new = sorted((each for each in drawn if each.wanted.key not in earlier), key=lambda each: (each.view.outlet, each.wanted.key))
    numbers: dict[tuple[str, str, date], str] = {}
    for each in new:
        outlet = each.view.outlet
        last[outlet] += 1
        numbers[each.wanted.key] = number_of(outlet, closing.year, last[outlet])
    await raw.execute(TAKE_NUMBERS, outlets, closing.year, [last[outlet] for outlet in outlets])
    records = (_record(each, numbers[each.wanted.key], closing, today) for each in new)
    await raw.copy_records_to_table("statement", schema_name="reconciliation", columns=STATEMENT_COLUMNS, records=records)
    details = {each.wanted.account: (numbers[each.wanted.key], each) for each in new if each.wanted.kind is StatementKind.DETAIL}
    await _write_lines(raw, resources, details, closing)
    return Made(numbers, earlier)


def number_of(outlet: str, year: int, sequence: int) -> str:
    """账单编号: outlet, year of the closing date, and a sequence without gaps, 16 digits."""
    return f"{outlet}{year:04d}{sequence:08d}"


async def _earlier(raw: asyncpg.Connection, drawn: Iterable[Drawn], closing: date) -> dict[tuple[str, str, date], str]:
    accounts, kinds, firsts = zip(*(each.wanted.key for each in drawn), strict=True)
    rows = await raw.fetch(THERE_ALREADY, list(accounts), list(kinds), list(firsts), closing)
    return {(row["account"], row["kind"], row["date_from"]): row["number"] for row in rows}


def _record(each: Drawn, number: str, closing: date, today: date) -> tuple[Any, ...]:
    wanted, view, books = each.wanted, each.view, each.books
    return (
        number, wanted.kind.value, wanted.account, view.customer_number, view.name, view.outlet, view.currency, wanted.date_from, closing,
        books.opening_minor, books.closing_minor, books.debit_minor, books.debit_count, books.credit_minor, books.credit_count, today,
        wanted.days_until_due, due_on(today, wanted.days_until_due),
    )  # fmt: skip


async def _write_lines(raw: asyncpg.Connection, resources: Resources, details: dict[str, tuple[str, Drawn]], closing: date) -> None:
    """The entries of detail statements, page by page as the ledger gives them."""
    if not details:
        return
    asked = [AskedAccount(account=account, date_from=each.wanted.date_from) for account, (_, each) in sorted(details.items())]
    written: defaultdict[str, int] = defaultdict(int)
    async for page in BooksClient(resources.transport).entries(asked, closing):
        records = []
        for entry in page:
            written[entry.account] += 1
            records.append(_line(details[entry.account][0], written[entry.account], entry))
        await raw.copy_records_to_table("statement_line", schema_name="reconciliation", columns=LINE_COLUMNS, records=records)
    for account, (number, each) in details.items():
        if written[account] != each.books.debit_count + each.books.credit_count:
            raise RuntimeError(f"statement {number}: {written[account]} lines do not make its figures")


def _line(number: str, line: int, entry: BookedEntry) -> tuple[Any, ...]:
    return (
        number, line, entry.business_date, entry.posting_id, entry.transaction_number, entry.counter_outlet, entry.is_debit,
        entry.amount_minor, entry.balance_after_minor, entry.voucher_type, entry.voucher_number, entry.summary,
    )  # fmt: skip
