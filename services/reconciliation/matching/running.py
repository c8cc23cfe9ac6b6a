"""A book matched and kept: read, matched in a thread of its own, stored with its groups in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.books import AskedAccount, BooksClient
from runtime.database import driver_connection
from runtime.service import Resources
from services.reconciliation.domain.matching import match_lines
from services.reconciliation.domain.matching_lines import Line, Matching
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.statement_periods import StatementKind
from services.reconciliation.matching.books import read_book
from services.reconciliation.matching.tables import MATCHING, MATCHING_GROUP, MATCHING_LINE
from services.reconciliation.portal.acts import log_act
from services.reconciliation.statements.tables import STATEMENT, STATEMENT_LINE

GROUP_COLUMNS = ["matching", "group", "standing", "reason", "days"]
LINE_COLUMNS = ["matching", "side", "line", "on", "amount_minor", "text", "reference", "group", "hint"]
ONE_AT_A_TIME = "matching"


@dataclass(frozen=True, slots=True)
class Run:
    """Both sides of a book and a statement, and what matching found."""

    book: Sequence[Line]
    statement: Sequence[Line]
    found: Matching


async def match_file(
    resources: Resources, operator: Operator, statement: Row[Any], content: bytes, file_name: str | None, days: int
) -> UUID:
    """Match a file against a statement and keep it instead of an earlier one; the same file with the same days again changes nothing, and
    keeps what the clerk has decided. One file at a time is matched in a process.

    Raises `file.*`.
    """
    digest = await asyncio.to_thread(lambda: sha256(content).digest())
    async with resources.database.reading() as connection:
        same = await _same(connection, statement.number, digest, days)
    if same is not None:
        return same
    turn = resources.state.setdefault(ONE_AT_A_TIME, asyncio.Semaphore(1))
    async with turn:
        book = await asyncio.to_thread(read_book, content, statement.currency, statement.date_from, statement.date_to)
        lines = await _lines_of(resources, statement)
        run = Run(book, lines, await asyncio.to_thread(match_lines, book, lines, days))
    async with resources.database.transaction() as connection:
        await connection.execute(select(STATEMENT.c.number).where(STATEMENT.c.number == statement.number).with_for_update())
        same = await _same(connection, statement.number, digest, days)
        if same is not None:
            return same
        matching = await _keep(connection, resources, operator, statement.number, run, digest, file_name, days)
        details = {"file": file_name, "digest": digest.hex(), "lines": len(book), "matched": len(run.found.matches), "days": days}
        await log_act(connection, operator, "recon.matching.match", statement.number, details, at=resources.clock.now())
    return matching


async def _same(connection: AsyncConnection, number: str, digest: bytes, days: int) -> UUID | None:
    mine = (MATCHING.c.number == number, MATCHING.c.file_digest == digest, MATCHING.c.days == days)
    return (await connection.execute(select(MATCHING.c.matching).where(*mine))).scalar()


async def _lines_of(resources: Resources, statement: Row[Any]) -> list[Line]:
    """The bank's entries: those of a detail statement as it holds them, for a balance statement those of its days from the ledger."""
    if statement.kind == StatementKind.DETAIL.value:
        line = STATEMENT_LINE.c
        async with resources.database.reading() as connection:
            rows = (await connection.execute(select(STATEMENT_LINE).where(line.number == statement.number).order_by(line.line))).all()
        return [
            Line(row.line, row.business_date, _received(row.is_debit, row.amount_minor), row.summary, row.voucher_number or "")
            for row in rows
        ]
    asked = [AskedAccount(account=statement.account, date_from=statement.date_from)]
    found: list[Line] = []
    async for page in BooksClient(resources.transport).entries(asked, statement.date_to):
        for place, entry in enumerate(page, start=len(found) + 1):
            received_minor = _received(entry.is_debit, entry.amount_minor)
            found.append(Line(place, entry.business_date, received_minor, entry.summary, entry.voucher_number or ""))
    return found


def _received(is_debit: bool, amount_minor: int) -> int:
    """Credit in the bank's books is what it received for the company."""
    return -amount_minor if is_debit else amount_minor


async def _keep(
    connection: AsyncConnection,
    resources: Resources,
    operator: Operator,
    number: str,
    run: Run,
    digest: bytes,
    file_name: str | None,
    days: int,
) -> UUID:
    await connection.execute(delete(MATCHING).where(MATCHING.c.number == number))
    matching = uuid4()
    groups, holds, hints = _grouped(run.found)
    await connection.execute(
        MATCHING.insert().values(
            matching=matching,
            number=number,
            file_name=file_name,
            file_digest=digest,
            days=days,
            book_lines=len(run.book),
            statement_lines=len(run.statement),
            book_minor=sum(line.amount_minor for line in run.book),
            groups=len(groups),
            operator_number=operator.operator_number,
            made_at=resources.clock.now(),
        )
    )
    raw = await driver_connection(connection)
    kept = ((matching, group, *rest) for group, *rest in groups)
    await raw.copy_records_to_table(MATCHING_GROUP.name, schema_name="reconciliation", columns=GROUP_COLUMNS, records=kept)

    def records() -> Iterator[tuple[Any, ...]]:
        for side, lines in (("book", run.book), ("statement", run.statement)):
            for line in lines:
                place = (side, line.number)
                yield (
                    matching,
                    side,
                    line.number,
                    line.on,
                    line.amount_minor,
                    line.text,
                    line.reference,
                    holds.get(place),
                    hints.get(place),
                )

    await raw.copy_records_to_table(MATCHING_LINE.name, schema_name="reconciliation", columns=LINE_COLUMNS, records=records())
    return matching


Places = dict[tuple[str, int], int]


def _grouped(found: Matching) -> tuple[list[tuple[int, str, str, int]], Places, Places]:
    """The groups as rows, and by line the group that holds it and the one that only speaks of it."""
    groups: list[tuple[int, str, str, int]] = []
    holds: Places = {}
    hints: Places = {}

    def add(standing: str, reason: str, days: int, book: Sequence[int], statement: Sequence[int], kept: Places) -> None:
        groups.append((len(groups) + 1, standing, reason, days))
        kept.update({("book", line): len(groups) for line in book})
        kept.update({("statement", line): len(groups) for line in statement})

    for match in found.matches:
        add("matched", match.reason.value, match.days, match.book, match.statement, holds)
    for match in found.proposals:
        add("proposed", match.reason.value, match.days, match.book, match.statement, hints)
    for doubt in found.ambiguities:
        add("ambiguous", doubt.doubt.value, 0, doubt.book, doubt.statement, hints)
    return groups, holds, hints
