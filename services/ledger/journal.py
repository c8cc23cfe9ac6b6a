"""The journal's rows: the sets of one transaction, folded and written. Nothing is decided here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from contracts.ledger import PostingRequested
from services.ledger.domain.balance import account_deltas, signed_minor
from services.ledger.domain.model import Leg, OffSheetLeg, PostingSet

SET_COLUMNS = [
    "posting_id", "business_date", "value_date", "origin", "transaction_code", "transaction_number", "rule",
    "rule_version", "currency", "outlet", "teller", "second", "red", "control_total_minor", "fact",
]
LEG_COLUMNS = [
    "posting_id", "line", "business_date", "outlet", "account", "currency", "business_code", "subject", "is_debit",
    "amount_minor", "red", "cash", "automatic", "summary", "balance_after_minor",
]
OFF_SHEET_COLUMNS = [
    "posting_id", "line", "business_date", "outlet", "account", "currency", "business_code", "subject", "is_receive",
    "amount_minor", "red", "summary", "balance_after_minor",
]
TOTAL_COLUMNS = [
    "debit_cash_minor", "debit_transfer_minor", "credit_cash_minor", "credit_transfer_minor", "debit_cash_count",
    "debit_transfer_count", "credit_cash_count", "credit_transfer_count",
]
ADD_TOTALS = (
    "INSERT INTO ledger.subject_total AS t (business_date, outlet, currency, business_code, subject, off_sheet, "
    + ", ".join(TOTAL_COLUMNS)
    + ") "
    "SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], "
    "$7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::int[], $12::int[], $13::int[], $14::int[]) "
    "ON CONFLICT (business_date, outlet, currency, business_code) DO UPDATE SET "
    + ", ".join(f"{column} = t.{column} + excluded.{column}" for column in TOTAL_COLUMNS)
)


class Accepted(NamedTuple):
    """A fact, the set it becomes, and its part of the control total in minor units."""

    fact: PostingRequested
    posting_set: PostingSet
    control_total_minor: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The sets of one transaction, folded: what each account, total and origin gains."""

    accepted: list[Accepted]

    @property
    def sets(self) -> list[PostingSet]:
        return [each.posting_set for each in self.accepted]

    def accounts(self) -> dict[str, tuple[str, str, str, int]]:
        """Account -> outlet, currency, business code, change (debit positive)."""
        groups: dict[str, tuple[str, str, str]] = {}
        changes: dict[str, int] = defaultdict(int)
        for posting_set in self.sets:
            for account, change in account_deltas(posting_set).items():
                changes[account] += change
            for leg in posting_set.legs:
                groups[leg.account] = (leg.outlet, posting_set.currency, leg.business_code)
            for off in posting_set.off_sheet:
                groups[off.account] = (off.outlet, off.currency, off.business_code)
        return {account: (*groups[account], changes[account]) for account in sorted(groups)}

    def names(self) -> dict[str, str]:
        """What the facts call the accounts they touch."""
        return {each.number: each.name for fact, *_ in self.accepted for each in fact.accounts.values() if each.name}

    def totals(self) -> dict[tuple[date, str, str, str], list[Any]]:
        """(date, outlet, currency, business code) -> subject, off-sheet, four amounts, four counts."""
        totals: dict[tuple[date, str, str, str], list[Any]] = {}
        for posting_set in self.sets:
            for leg in posting_set.legs:
                row = totals.setdefault(
                    (posting_set.business_date, leg.outlet, posting_set.currency, leg.business_code), [leg.subject, False, *[0] * 8]
                )
                column = (0 if leg.direction == "debit" else 2) + (0 if leg.cash else 1)
                row[2 + column] += -leg.amount_minor if leg.red else leg.amount_minor
                row[6 + column] += 1
            for off in posting_set.off_sheet:
                row = totals.setdefault(
                    (posting_set.business_date, off.outlet, off.currency, off.business_code), [off.subject, True, *[0] * 8]
                )
                column = 1 if off.direction == "receive" else 3
                row[2 + column] += -off.amount_minor if off.red else off.amount_minor
                row[6 + column] += 1
        return totals

    def origins(self) -> dict[tuple[date, str], tuple[int, int]]:
        """(date, origin) -> number of sets, control total."""
        origins: dict[tuple[date, str], tuple[int, int]] = {}
        for fact, _, control_minor in self.accepted:
            count, total = origins.get((fact.business_date, fact.origin), (0, 0))
            origins[fact.business_date, fact.origin] = (count + 1, total + control_minor)
        return origins


async def copy_sets(raw: asyncpg.Connection, batch: Batch) -> None:
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
            fact.model_dump_json(),
        )
        for fact, posting_set, control_minor in batch.accepted
    ]
    await raw.copy_records_to_table("posting_set", records=records, schema_name="ledger", columns=SET_COLUMNS)


async def copy_legs(raw: asyncpg.Connection, batch: Batch, opening: Mapping[str, int]) -> None:
    """Write the legs in the order of their sets; `opening` are the accounts' balances before the batch, debit positive, in minor units."""
    balances = dict(opening)

    def moved(leg: Leg | OffSheetLeg) -> int:
        balances[leg.account] += signed_minor(leg)
        return balances[leg.account]

    legs = [
        (
            each.posting_id,
            line,
            each.business_date,
            leg.outlet,
            leg.account,
            each.currency,
            leg.business_code,
            leg.subject,
            leg.direction == "debit",
            leg.amount_minor,
            leg.red,
            leg.cash,
            leg.automatic,
            leg.summary,
            moved(leg),
        )
        for each in batch.sets
        for line, leg in enumerate(each.legs)
    ]
    await raw.copy_records_to_table("leg", records=legs, schema_name="ledger", columns=LEG_COLUMNS)
    off = [
        (
            each.posting_id,
            line,
            each.business_date,
            leg.outlet,
            leg.account,
            leg.currency,
            leg.business_code,
            leg.subject,
            leg.direction == "receive",
            leg.amount_minor,
            leg.red,
            leg.summary,
            moved(leg),
        )
        for each in batch.sets
        for line, leg in enumerate(each.off_sheet)
    ]
    if off:
        await raw.copy_records_to_table("off_sheet_leg", records=off, schema_name="ledger", columns=OFF_SHEET_COLUMNS)


async def add_totals(raw: asyncpg.Connection, batch: Batch) -> None:
    rows = [(*key, *row) for key, row in sorted(batch.totals().items())]
    await raw.execute(ADD_TOTALS, *(list(column) for column in zip(*rows, strict=True)))
    origins = [(*key, *row) for key, row in sorted(batch.origins().items())]
    await raw.execute(
        "INSERT INTO ledger.origin_total AS t (business_date, origin, postings, control_total_minor) "
        "SELECT * FROM unnest($1::date[], $2::text[], $3::bigint[], $4::bigint[]) ON CONFLICT (business_date, origin) DO UPDATE "
        "SET postings = t.postings + excluded.postings, control_total_minor = t.control_total_minor + excluded.control_total_minor",
        *(list(column) for column in zip(*origins, strict=True)),
    )
