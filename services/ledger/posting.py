"""The posting consumer: a batch of facts becomes journal rows, folded balances and totals, and `ledger.posted.v2`, in one transaction.

The rules of the game: posting ids make it idempotent, accounts are locked in order, guarded accounts never leave their side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import NO_DAY
from contracts.ledger import PositionTurnover, PostedGroup, PostingRejected, PostingRequested, SetsPosted, control_total_minor
from kernel.errors import DomainError, ErrorType, Kind
from kernel.money import format_amount
from runtime.consumer import Ahead, Handler, Received, Refused
from runtime.database import array_text, driver_connection
from runtime.service import Resources
from runtime.telemetry import POSTINGS_POSTED
from runtime.turns import in_turns, side_by_side
from services.ledger.domain.expand import expand
from services.ledger.domain.folding import Folded
from services.ledger.domain.model import Guard
from services.ledger.domain.rulebook import Rulebook
from services.ledger.journal import Accepted, add_totals, copy_legs, copy_sets
from services.ledger.rulebook import known_rulebook, rulebook_on

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
PORTION = 500
"""Sets that are written while as many are expanded."""
_LOCK_ACCOUNTS = (
    "SELECT account, outlet, currency, business_code, balance_minor, closed_on, name FROM unnest($1::text::text[]) AS given(account) "
    "JOIN ledger.account AS a USING (account) ORDER BY account FOR UPDATE OF a"
)


def posting_handler(resources: Resources) -> Handler:
    """The handler of the queue `ledger.postings`."""

    async def handle(connection: AsyncConnection, received: Sequence[Received]) -> None:
        await post_batch(connection, resources, received)

    return handle


def expander(resources: Resources) -> Ahead:
    """Expands facts before their turn by the rulebook that is known. A fact that cannot be expanded is left for its turn."""

    def ahead(received: Received) -> Accepted | None:
        rulebook = known_rulebook(resources)
        return None if rulebook is None else _expanded(rulebook, received)

    return ahead


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


async def post_batch(connection: AsyncConnection, resources: Resources, received: Sequence[Received]) -> int:
    """Post every fact whose posting id is new. Returns how many were. Raises the refusal of the first fact that cannot be posted:
    nothing is posted then."""
    raw = await driver_connection(connection)
    facts: dict[UUID, Received] = {each.message.posting_id: each for each in received}  # type: ignore[attr-defined]
    current, reserved = await _leave_new_ones(raw, facts)
    for each in received:
        if each.message.business_date != current:  # type: ignore[attr-defined]
            raise DATE_NOT_OPEN(date=each.message.business_date, current=current)  # type: ignore[attr-defined]
    if not facts:
        return 0
    rulebook = await rulebook_on(resources, current)
    folded, names = await _write_sets(raw, rulebook, list(facts.values()))
    folded.set_balances(await _move_accounts(raw, rulebook, folded, names, current))
    if reserved:
        await _release_reservations(raw, facts)
    await copy_legs(raw, folded)
    await add_totals(raw, folded, current)
    await resources.outbox.add(connection, sets_posted(current, folded), business_date=current)
    for (_, rule, _), group in folded.groups.items():
        POSTINGS_POSTED.labels(rule).inc(len(group.posting_ids))
    return len(facts)


async def _write_sets(raw: asyncpg.Connection, rulebook: Rulebook, received: Sequence[Received]) -> tuple[Folded, dict[str, str]]:
    """Write the sets that facts become, a portion while the next one is expanded; what all of them come to, and what they call accounts.
    Raises the refusal of the first fact that cannot be posted."""
    folded, names = Folded(), {}

    def accept(each: Received) -> Accepted:
        accepted = _accept(rulebook, each)
        folded.add(accepted.fact.origin, accepted.control_total_minor, accepted.posting_set)
        names.update(accepted.names)
        return accepted

    portions = [received[start : start + PORTION] for start in range(0, len(received), PORTION)]
    accepted = await in_turns(portions[0], accept)
    for following in (*portions[1:], ()):
        _, accepted = await side_by_side(copy_sets(raw, accepted), in_turns(following, accept))
    return folded, names


def _accept(rulebook: Rulebook, received: Received) -> Accepted:
    """The set of a fact: the one expanded before its turn if that was by the same rulebook."""
    accepted: Accepted | None = received.ahead
    return accepted if accepted is not None and accepted.by is rulebook else _expanded(rulebook, received)


def _expanded(rulebook: Rulebook, received: Received) -> Accepted:
    fact: PostingRequested = received.message  # type: ignore[assignment]
    names = {each.number: each.name for each in fact.accounts.values() if each.name}
    posting_set = expand(rulebook, fact)  # type: ignore[arg-type]
    return Accepted(fact, str(received.envelope.body, "utf-8"), posting_set, control_total_minor(fact), names, rulebook)


async def _leave_new_ones(raw: asyncpg.Connection, facts: dict[UUID, Received]) -> tuple[date, bool]:
    """Take out the facts whose posting ids the journal holds; gives the business date, and whether anything is reserved for the others.
    Should another transaction add one meanwhile, the key of the journal stops this one, and it is tried again. Nothing is reserved under a
    posting id once its fact is on its way. Raises `day.not_opened`."""
    row = await raw.fetchrow(
        "WITH given AS MATERIALIZED (SELECT unnest($1::text::uuid[]) AS posting_id) "
        "SELECT business_date, ARRAY(SELECT posting_id FROM given JOIN ledger.posting_set USING (posting_id)) AS known, "
        "EXISTS (SELECT FROM given JOIN ledger.reservation USING (posting_id)) AS reserved FROM ledger.business_day",
        array_text(posting_id.hex for posting_id in facts),
    )
    if row is None:
        raise NO_DAY()
    for posting_id in row["known"]:
        del facts[posting_id]
    return row["business_date"], row["reserved"]


async def _release_reservations(raw: asyncpg.Connection, posting_ids: Iterable[UUID]) -> None:
    """Give back what is held for the sets, on accounts that are locked already."""
    await raw.execute(
        "WITH gone AS (DELETE FROM ledger.reservation AS r USING unnest($1::text::uuid[]) AS given(posting_id) "
        "WHERE r.posting_id = given.posting_id RETURNING r.account, r.amount_minor), "
        "folded AS (SELECT account, sum(amount_minor) AS amount_minor FROM gone GROUP BY account) "
        "UPDATE ledger.account AS a SET reserved_minor = a.reserved_minor - folded.amount_minor FROM folded WHERE a.account = "
        "folded.account",
        array_text(posting_id.hex for posting_id in posting_ids),
    )


async def _move_accounts(
    raw: asyncpg.Connection, rulebook: Rulebook, folded: Folded, names: Mapping[str, str], current: date
) -> dict[str, int]:
    """Move the accounts of a batch, locked in order, and call them what the facts call them. Returns their balances before it."""
    accounts = folded.accounts
    numbers = sorted(accounts)
    listed = array_text(numbers)
    rows = await raw.fetch(_LOCK_ACCOUNTS, listed)
    if len(rows) < len(numbers):
        await raw.execute(
            "INSERT INTO ledger.account (account, outlet, currency, business_code, opened_on) "
            "SELECT a, o, c, b, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given(a, o, c, b) "
            "WHERE NOT EXISTS (SELECT FROM ledger.account WHERE account = given.a) ORDER BY a ON CONFLICT DO NOTHING",
            numbers,
            *([accounts[number][column] for number in numbers] for column in range(3)),
            current,
        )
        rows = await raw.fetch(_LOCK_ACCOUNTS, listed)
    opening = {}
    for account, outlet, currency, business_code, balance_minor, closed_on, _ in rows:
        given = accounts[account]
        if given[0] != outlet or given[2] != business_code or given[1] != currency:
            raise ACCOUNT_MOVED(account=account, outlet=outlet, business_code=business_code)
        _check_balance(rulebook, account, given, balance_minor, closed_on, current)
        opening[account] = balance_minor
    await raw.execute(
        "UPDATE ledger.account AS a SET balance_minor = a.balance_minor + given.change "
        "FROM unnest($1::text::text[], $2::text::bigint[]) AS given(account, change) WHERE a.account = given.account AND given.change <> 0",
        listed,
        array_text(str(accounts[number][3]) for number in numbers),
    )
    renamed = {account: names[account] for account, *_, name in rows if names.get(account, name) != name}
    if renamed:
        await raw.execute(
            "UPDATE ledger.account AS a SET name = given.name FROM unnest($1::text[], $2::text[]) AS given(account, name) "
            "WHERE a.account = given.account",
            list(renamed),
            list(renamed.values()),
        )
    return opening


def _check_balance(
    rulebook: Rulebook, account: str, given: Sequence[Any], balance_minor: int, closed_on: date | None, current: date
) -> None:
    _, currency, business_code, change = given
    if change == 0:
        return
    if closed_on is not None:
        raise ACCOUNT_CLOSED(account=account)
    guard = rulebook.business_code(business_code, current).guard
    if guard is Guard.NONE:
        return
    after = balance_minor + change
    beyond = -after if guard is Guard.DEBIT_ONLY else after
    if beyond > 0:
        raise OVERDRAWN(account=account, missing=format_amount(beyond, currency))


def sets_posted(day: date, folded: Folded) -> SetsPosted:
    """What is said of sets that were posted together."""
    return SetsPosted(
        business_date=day,
        groups=tuple(
            PostedGroup(
                origin=origin,
                rule=rule,
                currency=currency,
                posting_ids=tuple(group.posting_ids),
                control_total_minor=group.control_total_minor,
                positions=tuple(_turnover(*key, *row) for key, row in sorted(group.positions.items())),
            )
            for (origin, rule, currency), group in sorted(folded.groups.items())
        ),
    )


def _turnover(outlet: str, sub_account: str, debit_minor: int, credit_minor: int, debit_count: int, credit_count: int) -> PositionTurnover:
    return PositionTurnover(
        outlet=outlet,
        sub_account=sub_account,
        debit_minor=debit_minor,
        credit_minor=credit_minor,
        debit_count=debit_count,
        credit_count=credit_count,
    )
