"""The posting consumer: a batch of facts becomes journal rows, folded balances and totals, and `ledger.posted.v1`, in one transaction.

The rules of the game: posting ids make it idempotent, accounts are locked in order, guarded accounts never leave their side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
from services.ledger.domain.balance import positions
from services.ledger.domain.expand import expand
from services.ledger.domain.model import Guard
from services.ledger.domain.rulebook import Rulebook
from services.ledger.journal import Accepted, Batch, add_totals, copy_legs, copy_sets
from services.ledger.rulebook import rulebook_on
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


def posting_handler(resources: Resources) -> Handler:
    """The handler of the queue `ledger.postings`."""

    async def handle(connection: AsyncConnection, received: Sequence[Received]) -> None:
        await post_batch(connection, resources, [each.message for each in received])  # type: ignore[misc]

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


async def post_batch(connection: AsyncConnection, resources: Resources, facts: Sequence[PostingRequested]) -> int:
    """Post every fact whose posting id is new. Returns how many were. Raises the refusal of the first fact that cannot be posted:
    nothing is posted then."""
    current = await business_date_of(connection, FRAME)
    for fact in facts:
        if fact.business_date != current:
            raise DATE_NOT_OPEN(date=fact.business_date, current=current)
    rulebook = await rulebook_on(resources, current)
    raw = await driver_connection(connection)
    new = await _new_among(raw, facts)
    batch = Batch([Accepted(fact, expand(rulebook, fact), control_total_minor(fact)) for fact in new])  # type: ignore[arg-type]
    if not batch.accepted:
        return 0
    await copy_sets(raw, batch)
    await _release_reservations(raw, [each.posting_id for each in batch.sets])
    opening = await _move_accounts(raw, rulebook, batch, current)
    await copy_legs(raw, batch, opening)
    await add_totals(raw, batch)
    await resources.outbox.add_many(connection, [_posted_row(resources, each) for each in batch.accepted])
    for rule, count in Counter(each.rule for each in batch.sets).items():
        POSTINGS_POSTED.labels(rule).inc(count)
    return len(batch.accepted)


async def _new_among(raw: asyncpg.Connection, facts: Sequence[PostingRequested]) -> list[PostingRequested]:
    """The facts whose posting ids the journal does not hold, each once. Should another transaction add one meanwhile, the key of the
    journal stops this one, and it is tried again."""
    new = {fact.posting_id: fact for fact in facts}
    for row in await raw.fetch("SELECT posting_id FROM ledger.posting_set WHERE posting_id = ANY($1::uuid[])", list(new)):
        del new[row["posting_id"]]
    return list(new.values())


async def _release_reservations(raw: asyncpg.Connection, posting_ids: list[UUID]) -> None:
    await raw.execute(
        "WITH gone AS (DELETE FROM ledger.reservation WHERE posting_id = ANY($1::uuid[]) RETURNING account, amount_minor), "
        "folded AS (SELECT account, sum(amount_minor) AS amount_minor FROM gone GROUP BY account) "
        "UPDATE ledger.account AS a SET reserved_minor = a.reserved_minor - folded.amount_minor FROM folded WHERE a.account = "
        "folded.account",
        posting_ids,
    )


async def _move_accounts(raw: asyncpg.Connection, rulebook: Rulebook, batch: Batch, current: date) -> dict[str, int]:
    """Move the accounts of a batch, locked in order, and call them what the facts call them. Returns their balances before it."""
    accounts, names = batch.accounts(), batch.names()
    numbers = list(accounts)
    outlets, currencies, codes, changes = (list(column) for column in zip(*accounts.values(), strict=True))
    known = await raw.fetchval("SELECT count(*) FROM ledger.account WHERE account = ANY($1::text[])", numbers)
    if known < len(numbers):
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
        "UPDATE ledger.account AS a SET balance_minor = a.balance_minor + given.change, name = coalesce(given.name, a.name) "
        "FROM unnest($1::text[], $2::bigint[], $3::text[]) AS given(account, change, name) WHERE a.account = given.account "
        "RETURNING a.account, a.outlet, a.business_code, a.currency, a.balance_minor, a.closed_on",
        numbers,
        changes,
        [names.get(number) for number in numbers],
    )
    for row in rows:
        _check_account(rulebook, row, accounts[row["account"]], current)
    return {row["account"]: row["balance_minor"] - accounts[row["account"]][-1] for row in rows}


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


def _posted_row(resources: Resources, accepted: Accepted) -> dict[str, Any]:
    fact, posting_set, control_minor = accepted
    posted = Posted(
        posting_id=fact.posting_id,
        origin=fact.origin,
        rule=fact.rule,
        business_date=fact.business_date,
        currency=fact.currency,
        outlet=fact.outlet,
        transaction_number=fact.transaction_number,
        control_total_minor=control_minor,
        positions=tuple(
            PositionChange(outlet=outlet, sub_account=sub_account, amount_minor=change)
            for (outlet, sub_account), change in positions(posting_set).items()
        ),
    )
    message_id = derived_id("posted", fact.posting_id)
    return resources.outbox.row(posted, message_id=message_id, business_date=fact.business_date, cause=fact.transaction_number)
