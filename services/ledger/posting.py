"""The posting consumer: a batch of facts becomes journal rows, folded balances and totals, and `ledger.posted.v1`, in one transaction.

The rules of the game: posting ids make it idempotent, accounts are locked in order, guarded accounts never leave their side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import business_date_of
from contracts.ledger import PositionChange, Posted, PostingRejected, PostingRequested, control_total_minor
from kernel.errors import DomainError, ErrorType, Kind
from kernel.money import format_amount
from runtime.consumer import Handler, Received, Refused
from runtime.database import driver_connection
from runtime.identifiers import derived_id
from runtime.service import Resources
from runtime.telemetry import POSTINGS_POSTED
from services.ledger.accounting.load import load_rulebook
from services.ledger.domain.balance import account_deltas, positions
from services.ledger.domain.expand import expand
from services.ledger.domain.model import Guard, PostingSet
from services.ledger.domain.rulebook import Rulebook
from services.ledger.tables import FRAME

DATE_NOT_OPEN = ErrorType(
    "ledger.date_not_open",
    Kind.CONFLICT,
    "账务日期 {date} 不是当前营业日 {current}",
    "the business date {date} is not the ledger's date {current}",
)
OVERDRAWN = ErrorType(
    "ledger.account.overdrawn", Kind.CONFLICT, "账户 {account} 余额不足,差 {missing}", "account {account} would go below zero by {missing}"
)
ACCOUNT_CLOSED = ErrorType("ledger.account.closed", Kind.CONFLICT, "内部账户 {account} 已关闭", "the internal account {account} is closed")
ACCOUNT_MOVED = ErrorType(
    "ledger.account.other_group",
    Kind.CONFLICT,
    "账户 {account} 在账上属于网点 {outlet} 业务代码 {business_code}",
    "the books hold account {account} under outlet {outlet} and business code {business_code}",
)


@dataclass(slots=True)
class Batch:
    """The sets of one transaction, folded: what each account, total and origin gains."""

    facts: list[PostingRequested] = field(default_factory=list)
    sets: list[PostingSet] = field(default_factory=list)

    def accounts(self) -> dict[str, tuple[str, str, str, int]]:
        """Account -> outlet, currency, business code, change (debit positive)."""
        groups: dict[str, tuple[str, str, str]] = {}
        changes: dict[str, int] = defaultdict(int)
        for posting_set in self.sets:
            for account, change in account_deltas(posting_set).items():
                changes[account] += change
            for leg in (*posting_set.legs, *posting_set.off_sheet):
                groups[leg.account] = (leg.outlet, posting_set.currency, leg.business_code)
        return {account: (*groups[account], changes[account]) for account in sorted(groups)}

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
                    (posting_set.business_date, off.outlet, posting_set.currency, off.business_code), [off.subject, True, *[0] * 8]
                )
                column = 1 if off.direction == "receive" else 3
                row[2 + column] += -off.amount_minor if off.red else off.amount_minor
                row[6 + column] += 1
        return totals

    def origins(self) -> dict[tuple[date, str], tuple[int, int]]:
        """(date, origin) -> number of sets, control total."""
        origins: dict[tuple[date, str], tuple[int, int]] = {}
        for fact in self.facts:
            count, total = origins.get((fact.business_date, fact.origin), (0, 0))
            origins[fact.business_date, fact.origin] = (count + 1, total + control_total_minor(fact))
        return origins


def posting_handler(resources: Resources) -> Handler:
    """The handler of the queue `ledger.postings`."""
    rulebook = load_rulebook()

    async def handle(connection: AsyncConnection, received: Sequence[Received]) -> None:
        facts = [each.message for each in received]
        await post_batch(connection, resources, rulebook, facts)  # type: ignore[arg-type]

    return handle


def refusal_handler(resources: Resources) -> Refused:
    """Says `ledger.posting_rejected.v1` in the transaction that parks a fact which cannot be posted."""

    async def refused(connection: AsyncConnection, received: Received, error: DomainError) -> None:
        fact: PostingRequested = received.message  # type: ignore[assignment]
        rejected = PostingRejected(
            posting_id=fact.posting_id,
            origin=fact.origin,
            business_date=fact.business_date,
            code=error.code,
            reason_zh=error.text.zh,
            reason_en=error.text.en,
        )
        await resources.outbox.add(connection, rejected, business_date=fact.business_date, cause=fact.transaction_number)

    return refused


async def post_batch(connection: AsyncConnection, resources: Resources, rulebook: Rulebook, facts: Sequence[PostingRequested]) -> int:
    """Post every fact whose posting id is new. Returns how many were. Raises the refusal of the first fact that cannot be posted:
    nothing is posted then."""
    current = await business_date_of(connection, FRAME)
    for fact in facts:
        if fact.business_date != current:
            raise DATE_NOT_OPEN(date=fact.business_date, current=current)
    batch = Batch(list(facts), [expand(rulebook, fact) for fact in facts])  # type: ignore[arg-type]
    raw = await driver_connection(connection)
    await _insert_sets(raw, batch)
    if not batch.sets:
        return 0
    await _release_reservations(raw, [each.posting_id for each in batch.sets])
    await _move_accounts(raw, rulebook, batch, current)
    await _copy_legs(raw, batch)
    await _add_totals(raw, batch)
    await resources.outbox.add_many(
        connection, [_posted_row(resources, fact, each) for fact, each in zip(batch.facts, batch.sets, strict=True)]
    )
    for each in batch.sets:
        POSTINGS_POSTED.labels(each.rule).inc()
    return len(batch.sets)


async def _insert_sets(raw: asyncpg.Connection, batch: Batch) -> None:
    """Write the sets, and drop from the batch those that were written before."""
    facts, sets = batch.facts, batch.sets
    rows = await raw.fetch(
        "INSERT INTO ledger.posting_set (posting_id, business_date, value_date, origin, transaction_code, transaction_number, rule, "
        "rule_version, "
        "currency, outlet, teller, second, red, control_total_minor, fact) "
        "SELECT * FROM unnest($1::uuid[], $2::date[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[], "
        "$9::text[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::bigint[], $15::jsonb[]) "
        "ON CONFLICT DO NOTHING RETURNING posting_id",
        [fact.posting_id for fact in facts],
        [fact.business_date for fact in facts],
        [fact.value_date for fact in facts],
        [fact.origin for fact in facts],
        [fact.transaction_code for fact in facts],
        [fact.transaction_number for fact in facts],
        [each.rule for each in sets],
        [each.rule_version for each in sets],
        [fact.currency for fact in facts],
        [fact.outlet for fact in facts],
        [fact.teller for fact in facts],
        [fact.second for fact in facts],
        [fact.red for fact in facts],
        [control_total_minor(fact) for fact in facts],
        [fact.model_dump_json() for fact in facts],
    )
    fresh: set[UUID] = {row["posting_id"] for row in rows}
    if len(fresh) == len(facts):
        return
    kept = []
    for fact, each in zip(facts, sets, strict=True):
        if fact.posting_id in fresh:
            fresh.discard(fact.posting_id)
            kept.append((fact, each))
    batch.facts, batch.sets = [fact for fact, _ in kept], [each for _, each in kept]


async def _release_reservations(raw: asyncpg.Connection, posting_ids: list[UUID]) -> None:
    await raw.execute(
        "WITH gone AS (DELETE FROM ledger.reservation WHERE posting_id = ANY($1::uuid[]) RETURNING account, amount_minor), "
        "folded AS (SELECT account, sum(amount_minor) AS amount_minor FROM gone GROUP BY account) "
        "UPDATE ledger.account AS a SET reserved_minor = a.reserved_minor - folded.amount_minor FROM folded WHERE a.account = "
        "folded.account",
        posting_ids,
    )


async def _move_accounts(raw: asyncpg.Connection, rulebook: Rulebook, batch: Batch, current: date) -> None:
    accounts = batch.accounts()
    numbers = list(accounts)
    outlets, currencies, codes, changes = (list(column) for column in zip(*accounts.values(), strict=True))
    await raw.execute(
        "INSERT INTO ledger.account (account, outlet, currency, business_code, opened_on) "
        "SELECT a, o, c, b, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given(a, o, c, b) "
        "WHERE NOT EXISTS (SELECT FROM ledger.account WHERE account = given.a) ORDER BY a ON CONFLICT DO NOTHING",
        numbers,
        outlets,
        currencies,
        codes,
        current,
    )
    await raw.execute("SELECT FROM ledger.account WHERE account = ANY($1::text[]) ORDER BY account FOR UPDATE", numbers)
    rows = await raw.fetch(
        "UPDATE ledger.account AS a SET balance_minor = a.balance_minor + given.change "
        "FROM unnest($1::text[], $2::bigint[]) AS given(account, change) WHERE a.account = given.account "
        "RETURNING a.account, a.outlet, a.business_code, a.currency, a.balance_minor, a.closed_on",
        numbers,
        changes,
    )
    for row in rows:
        _check_account(rulebook, row, accounts[row["account"]], current)


def _check_account(rulebook: Rulebook, row: asyncpg.Record, given: tuple[str, str, str, int], current: date) -> None:
    outlet, currency, business_code, change = given
    if (row["outlet"], row["currency"], row["business_code"]) != (outlet, currency, business_code):
        raise ACCOUNT_MOVED(account=row["account"], outlet=row["outlet"], business_code=row["business_code"])
    if row["closed_on"] is not None and change != 0:
        raise ACCOUNT_CLOSED(account=row["account"])
    guard = rulebook.business_code(business_code, current).guard
    if guard is Guard.NONE or change == 0:
        return
    beyond = -row["balance_minor"] if guard is Guard.DEBIT_ONLY else row["balance_minor"]
    if beyond > 0:
        raise OVERDRAWN(account=row["account"], missing=format_amount(beyond, currency))


async def _copy_legs(raw: asyncpg.Connection, batch: Batch) -> None:
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
            each.currency,
            leg.business_code,
            leg.subject,
            leg.direction == "receive",
            leg.amount_minor,
            leg.red,
            leg.summary,
        )
        for each in batch.sets
        for line, leg in enumerate(each.off_sheet)
    ]
    if off:
        await raw.copy_records_to_table("off_sheet_leg", records=off, schema_name="ledger", columns=OFF_SHEET_COLUMNS)


LEG_COLUMNS = [
    "posting_id",
    "line",
    "business_date",
    "outlet",
    "account",
    "currency",
    "business_code",
    "subject",
    "is_debit",
    "amount_minor",
    "red",
    "cash",
    "automatic",
    "summary",
]
OFF_SHEET_COLUMNS = [
    "posting_id",
    "line",
    "business_date",
    "outlet",
    "account",
    "currency",
    "business_code",
    "subject",
    "is_receive",
    "amount_minor",
    "red",
    "summary",
]
TOTAL_COLUMNS = [
    "debit_cash_minor",
    "debit_transfer_minor",
    "credit_cash_minor",
    "credit_transfer_minor",
    "debit_cash_count",
    "debit_transfer_count",
    "credit_cash_count",
    "credit_transfer_count",
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


async def _add_totals(raw: asyncpg.Connection, batch: Batch) -> None:
    rows = [(*key, *row) for key, row in sorted(batch.totals().items())]
    await raw.execute(ADD_TOTALS, *(list(column) for column in zip(*rows, strict=True)))
    origins = [(*key, *row) for key, row in sorted(batch.origins().items())]
    await raw.execute(
        "INSERT INTO ledger.origin_total AS t (business_date, origin, postings, control_total_minor) "
        "SELECT * FROM unnest($1::date[], $2::text[], $3::bigint[], $4::bigint[]) ON CONFLICT (business_date, origin) DO UPDATE "
        "SET postings = t.postings + excluded.postings, control_total_minor = t.control_total_minor + excluded.control_total_minor",
        *(list(column) for column in zip(*origins, strict=True)),
    )


def _posted_row(resources: Resources, fact: PostingRequested, posting_set: PostingSet) -> dict[str, Any]:
    posted = Posted(
        posting_id=fact.posting_id,
        origin=fact.origin,
        rule=fact.rule,
        business_date=fact.business_date,
        currency=fact.currency,
        outlet=fact.outlet,
        transaction_number=fact.transaction_number,
        control_total_minor=control_total_minor(fact),
        positions=tuple(
            PositionChange(outlet=outlet, sub_account=sub_account, amount_minor=change)
            for (outlet, sub_account), change in positions(posting_set).items()
        ),
    )
    message_id = derived_id("posted", fact.posting_id)
    return resources.outbox.row(posted, message_id=message_id, business_date=fact.business_date, cause=fact.transaction_number)
