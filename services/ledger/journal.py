"""The journal's rows: the sets of one transaction, written. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from contracts.ledger import PostingRequested
from runtime.database import array_text
from services.ledger.domain.folding import LEG_COLUMNS, OFF_SHEET_COLUMNS, Folded
from services.ledger.domain.model import PostingSet
from services.ledger.domain.rulebook import Rulebook

SET_COLUMNS = [
    "posting_id", "business_date", "value_date", "origin", "transaction_code", "transaction_number", "rule",
    "rule_version", "currency", "outlet", "teller", "second", "red", "control_total_minor", "fact",
]  # fmt: skip
TOTAL_COLUMNS = [
    "debit_cash_minor", "debit_transfer_minor", "credit_cash_minor", "credit_transfer_minor", "debit_cash_count",
    "debit_transfer_count", "credit_cash_count", "credit_transfer_count",
]  # fmt: skip
ADD_TOTALS = (
    "INSERT INTO ledger.subject_total AS t (business_date, outlet, currency, business_code, subject, off_sheet, "
    + ", ".join(TOTAL_COLUMNS)
    + ") "
    "SELECT $1, * FROM unnest($2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[], $6::text::bool[], "
    + ", ".join(f"${number}::text::bigint[]" for number in range(7, 7 + len(TOTAL_COLUMNS)))
    + ") "
    "ON CONFLICT (business_date, outlet, currency, business_code) DO UPDATE SET "
    + ", ".join(f"{column} = t.{column} + excluded.{column}" for column in TOTAL_COLUMNS)
)
ADD_ORIGINS = (
    "INSERT INTO ledger.origin_total AS t (business_date, origin, postings, control_total_minor) "
    "SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[]) ON CONFLICT (business_date, origin) DO UPDATE "
    "SET postings = t.postings + excluded.postings, control_total_minor = t.control_total_minor + excluded.control_total_minor"
)


class Accepted(NamedTuple):
    """A fact, the JSON it came as, the set it becomes, its part of the control total in minor units, what it calls accounts, and the
    rulebook it was expanded by."""

    fact: PostingRequested
    body: str
    posting_set: PostingSet
    control_total_minor: int
    names: dict[str, str]
    by: Rulebook


async def copy_sets(raw: asyncpg.Connection, accepted: Sequence[Accepted]) -> None:
    """Write the sets."""
    records = [
        (
            fact.posting_id,
            fact.business_date,
            fact.value_date,
            fact.origin,
            fact.transaction_code,
            fact.transaction_number,
            posting_set.rule,
            posting_set.rule_version,
            fact.currency,
            fact.outlet,
            fact.teller,
            fact.second,
            fact.red,
            control_minor,
            body,
        )
        for fact, body, posting_set, control_minor, _names, _by in accepted
    ]
    await raw.copy_records_to_table("posting_set", records=records, schema_name="ledger", columns=SET_COLUMNS)


async def copy_legs(raw: asyncpg.Connection, folded: Folded) -> None:
    """Write the legs in the order of their sets."""
    await raw.copy_records_to_table("leg", records=folded.legs, schema_name="ledger", columns=LEG_COLUMNS)
    if folded.off_sheet:
        await raw.copy_records_to_table("off_sheet_leg", records=folded.off_sheet, schema_name="ledger", columns=OFF_SHEET_COLUMNS)


async def add_totals(raw: asyncpg.Connection, folded: Folded, day: date) -> None:
    """Add to the date's totals by business code and by origin, in the order of their keys."""
    totals = _columns((*key, *row) for key, row in sorted(folded.totals.items()))
    await raw.execute(ADD_TOTALS, day, *(array_text(map(str, column)) for column in totals))
    # Few, and named by their senders with whatever characters they like.
    await raw.execute(ADD_ORIGINS, day, *_columns((origin, *row) for origin, row in sorted(folded.origins().items())))


def _columns(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))
