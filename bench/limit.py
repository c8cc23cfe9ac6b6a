"""What the machine could do: the rows the ledger wrote, written again into an empty copy of its tables by one connection.

Nothing is decided, checked or folded while the clock runs: COPY for the rows that are new, one statement for each table that is added to.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from contracts.ledger import SetsPosted

BATCH = 1000
RUNS = 3
NEW_ROWS = {
    "posting_set": (
        "posting_id",
        "posting_id, business_date, value_date, origin, transaction_code, transaction_number, rule, rule_version, "
        "currency, outlet, teller, second, red, control_total_minor, fact",
    ),
    "leg": (
        "posting_id",
        "posting_id, line, business_date, outlet, account, currency, business_code, subject, is_debit, amount_minor, red, "
        "cash, automatic, summary, balance_after_minor",
    ),
    "inbox": ("message_id", "queue, message_id"),
}
"""Table -> what its rows are found by, and the columns that are written. Beside them the outbox, whose rows tell of many sets each."""
OUTBOX_COLUMNS = ["message_id", "routing_key", "envelope"]
TOLD = (
    f"SELECT {', '.join(OUTBOX_COLUMNS)} FROM ledger.outbox WHERE routing_key = '{SetsPosted.NAME}' ORDER BY sequence DESC LIMIT "
    f"(SELECT ceil($1 * (SELECT count(*) FROM ledger.outbox WHERE routing_key = '{SetsPosted.NAME}') / greatest(count(*), 1)::float8) "
    "FROM ledger.posting_set)"
)
"""As many of the newest messages as told of so many sets, going by all of them."""
ADD_BALANCES = (
    "INSERT INTO ledger.account AS a (account, outlet, currency, business_code, opened_on, balance_minor) "
    "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::bigint[]) "
    "ON CONFLICT (account) DO UPDATE SET balance_minor = a.balance_minor + excluded.balance_minor"
)
ADD_TOTALS = (
    "INSERT INTO ledger.subject_total AS t (business_date, outlet, currency, business_code, subject, debit_cash_minor, "
    "debit_transfer_minor, credit_cash_minor, credit_transfer_minor, debit_cash_count, debit_transfer_count, credit_cash_count, "
    "credit_transfer_count) SELECT day, outlet, currency, code, subject, debit, 0, credit, 0, 1, 0, 1, 0 FROM "
    "unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) "
    "AS given (day, outlet, currency, code, subject, debit, credit) "
    "ON CONFLICT (business_date, outlet, currency, business_code) DO UPDATE SET debit_cash_minor = t.debit_cash_minor + "
    "excluded.debit_cash_minor, credit_cash_minor = t.credit_cash_minor + excluded.credit_cash_minor"
)


@dataclass
class Batch:
    """The rows of a thousand sets, ready to be written."""

    new: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    balances: list[list[Any]] = field(default_factory=list)
    totals: list[list[Any]] = field(default_factory=list)


async def read_batches(dsn: str, sets: int) -> list[Batch]:
    """The rows of the newest sets of the journal, a thousand sets to a batch."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT posting_id FROM ledger.posting_set ORDER BY posted_at DESC LIMIT $1", sets // BATCH * BATCH)
        ids = [row["posting_id"] for row in rows]
        batches = [await _read(connection, ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]
        told = await connection.fetch(TOLD, len(ids))
        for position, row in enumerate(told):
            batches[position % len(batches)].new.setdefault("outbox", []).append(tuple(row))
        return batches
    finally:
        await connection.close()


async def _read(connection: asyncpg.Connection, ids: Sequence[Any]) -> Batch:
    batch = Batch()
    for table, (key, columns) in NEW_ROWS.items():
        found = await connection.fetch(f"SELECT {columns} FROM ledger.{table} WHERE {key} = ANY($1::uuid[])", ids)
        batch.new[table] = [tuple(row) for row in found]
    changes: dict[tuple[Any, ...], int] = defaultdict(int)
    turnover: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for _, _, day, outlet, account, currency, code, subject, is_debit, amount_minor, *_ in batch.new["leg"]:
        changes[account, outlet, currency, code, day] += amount_minor if is_debit else -amount_minor
        turnover[day, outlet, currency, code, subject][0 if is_debit else 1] += amount_minor
    batch.balances = _columns([(*key, change) for key, change in sorted(changes.items())])
    batch.totals = _columns([(*key, *sides) for key, sides in sorted(turnover.items())])
    return batch


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def sets_per_second(dsn: str, batches: Sequence[Batch]) -> float:
    """How many sets a second the best of some runs writes, one transaction a batch."""
    connection = await asyncpg.connect(dsn)
    try:
        best = 0.0
        for _ in range(RUNS):
            await connection.execute("TRUNCATE ledger.posting_set, ledger.leg, ledger.inbox, ledger.outbox CASCADE")
            started = time.perf_counter()
            for batch in batches:
                async with connection.transaction():
                    await _write(connection, batch)
            best = max(best, len(batches) * BATCH / (time.perf_counter() - started))
        return best
    finally:
        await connection.close()


async def _write(connection: asyncpg.Connection, batch: Batch) -> None:
    for table, rows in batch.new.items():
        columns = OUTBOX_COLUMNS if table == "outbox" else NEW_ROWS[table][1].split(", ")
        await connection.copy_records_to_table(table, schema_name="ledger", records=rows, columns=columns)
    await connection.execute(ADD_BALANCES, *batch.balances)
    await connection.execute(ADD_TOTALS, *batch.totals)
