"""What becomes of the lines of a batch: the statements that judge them, lock their accounts, and move those that can be posted.

One statement decides a portion. It does to an account what `domain.accounts.credit` and `debit` do; the tests hold both against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER
from kernel.money import MAXIMUM_MINOR
from runtime.database import driver_connection
from services.savings.domain.agency import MOST_ITEMS, AgencyKind, Failure, products_for

CODE = "savings.agency.run_batch"

_FAILURES: tuple[tuple[Failure, str], ...] = (
    (Failure.UNKNOWN, "kept.account IS NULL"),
    (Failure.WRONG_KIND, "kept.product <> ALL ($5::text[])"),
    (Failure.PRE_OPENED, "kept.status = 'pre_opened'"),
    (Failure.SETTLED, "kept.status = 'settled'"),
    (Failure.DORMANT, "kept.status = 'dormant'"),
    (Failure.CLOSED, "kept.status <> 'normal'"),
    (Failure.CURRENCY_DIFFERS, "kept.currency <> $6"),
    (Failure.NAME_DIFFERS, "portion.name <> kept.name"),
    (Failure.OTHER_OUTLET, "kept.outlet <> $7 AND NOT kept.cross_outlet"),
)
_FAILURES_OF_PAYERS: tuple[tuple[Failure, str], ...] = (
    (Failure.FROZEN, "kept.frozen_whole"),
    (Failure.REPORTED_LOST, "kept.reported_lost"),
)
_FAILURE_OF_STRANGERS = (Failure.NOT_CLIENT, "NOT kept.account IN (SELECT account FROM client)")
_ROOM = {
    AgencyKind.PAYROLL: f"{MAXIMUM_MINOR} - kept.balance_minor - kept.incoming_minor",
    AgencyKind.COLLECTION: "greatest(kept.balance_minor - kept.frozen_minor - kept.held_minor, 0)",
}
_NO_ROOM = {AgencyKind.PAYROLL: Failure.TOO_LARGE, AgencyKind.COLLECTION: Failure.SHORT}


@dataclass(frozen=True, slots=True)
class Portion:
    """What became of a portion of `looked_at` lines. Those neither posted nor failed are looked at again: all through `reached` are
    decided."""

    posted: int
    posted_minor: int
    failed: int
    failed_minor: int
    looked_at: int
    reached: int
    legs: str | None


async def foreseen(connection: AsyncConnection, contract: Row[Any], batch: Row[Any]) -> list[tuple[Failure, int, int]]:
    """What would fail of the lines that wait, as the accounts stand: reason, lines, minor units."""
    raw = await driver_connection(connection)
    kind = AgencyKind(contract.kind)
    statement = (
        f"WITH {_judged(kind, contract.clients_only, *_AS_THEY_STAND)} "
        "SELECT verdict, count(*) AS lines, sum(amount_minor)::bigint AS amount "
        "FROM decided WHERE verdict <> 'posted' AND verdict <> 'waiting' GROUP BY verdict"
    )
    rows = await raw.fetch(statement, *_asked(contract, batch, kind, 0, MOST_ITEMS))
    found = {row["verdict"]: row for row in rows}
    return [(each, found[each.value]["lines"], found[each.value]["amount"]) for each in Failure if each.value in found]


async def lock_accounts(connection: AsyncConnection, contract: Row[Any], batch: Row[Any], lines: int) -> tuple[str | None, str | None]:
    """Lock the accounts of the next so many lines and the organisation's in account order, as everybody does. Returns where the lines and
    where their accounts lie: `tid[]` as text, in the same order; none where no line is left.

    How many of all accounts a portion has is not the planner's to guess: the portion is joined once, later everything is looked up.
    """
    raw = await driver_connection(connection)
    await raw.execute("SET LOCAL enable_nestloop = off")
    row = await raw.fetchrow(
        f"WITH taken AS MATERIALIZED ({_TAKEN}), locked AS MATERIALIZED (SELECT ctid AS account_at, account FROM savings.account "
        "WHERE account = ANY (ARRAY(SELECT account FROM taken UNION SELECT $5)) ORDER BY account FOR UPDATE) "
        "SELECT array_agg(line_at)::text, array_agg(account_at)::text FROM taken LEFT JOIN locked USING (account)",
        contract.contract,
        batch.batch,
        batch.reached,
        lines,
        contract.account,
    )
    await raw.execute("SET LOCAL enable_nestloop = on; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    return row[0], row[1]


async def decide(
    connection: AsyncConnection, contract: Row[Any], batch: Row[Any], places: tuple[str | None, str | None], posting_id: UUID, day: date
) -> Portion:
    """Move the accounts of the locked lines, write their lines and mark the batch's, as far as they can be posted."""
    raw = await driver_connection(connection)
    kind = AgencyKind(contract.kind)
    asked = _asked(contract, batch, kind, *places)
    row = await raw.fetchrow(
        _statement_of(kind, contract.clients_only), *asked, day, posting_id, CODE, kind.text.zh, SYSTEM_TELLER, batch.run
    )
    return Portion(**dict(row))


def _asked(contract: Row[Any], batch: Row[Any], kind: AgencyKind, *which: Any) -> tuple[Any, ...]:
    return (contract.contract, batch.batch, *which, list(products_for(kind)), contract.currency, contract.outlet)


_TAKEN = (
    "SELECT ctid AS line_at, item, account, name, amount_minor, remarks FROM savings.agency_item "
    "WHERE contract = $1 AND batch = $2 AND item > $3 AND state = 'waiting' ORDER BY item LIMIT $4"
)
_AS_THEY_STAND = (_TAKEN, "kept.account = portion.account")
"""The lines that wait, and how each finds its account."""
_WHERE_LOCKED = (
    "SELECT line_at, account_at, item, account, name, amount_minor, remarks FROM unnest($3::text::tid[], $4::text::tid[]) "
    "AS place (line_at, account_at) JOIN savings.agency_item AS own ON own.ctid = line_at AND contract = $1 AND batch = $2",
    "kept.ctid = portion.account_at",
)
"""The lines and accounts of a portion at the places where they were locked: until the commit they stay there, and nobody looks for them
again. An account that was not there to be locked is unknown."""

_CLIENTS = """client AS MATERIALIZED (
    SELECT account FROM savings.agency_client
    WHERE contract = $1 AND ended_on IS NULL AND account = ANY (ARRAY(SELECT account FROM portion))
), """
"""The clients among the portion: asked for as NOT EXISTS, the planner would gather all of the contract's anew for every portion."""


def _judged(kind: AgencyKind, clients_only: bool, portion: str, found: str) -> str:
    """The common table expressions up to `decided`: each line with its verdict - `posted`, a failure, or `waiting`.

    Of several lines of one account, those count that come first as far as the account reaches; what does not fit into the rest fails,
    what may fit once the others are decided waits for the next portion. So it is as if each were posted in its turn.
    """
    conditions: list[tuple[Failure, str]] = [*_FAILURES, *(_FAILURES_OF_PAYERS if kind is AgencyKind.COLLECTION else ())]
    if clients_only:
        conditions.append(_FAILURE_OF_STRANGERS)
    return f"""
portion AS MATERIALIZED ({portion}),
{_CLIENTS if clients_only else ""}judged AS MATERIALIZED (
    SELECT *, reason IS NULL AS fits FROM (
        SELECT portion.line_at, portion.item, portion.amount_minor, portion.remarks, kept.ctid AS account_at, kept.account, kept.outlet,
               kept.business_code, kept.name, kept.balance_minor, kept.lines, kept.interest_unit_minor, {_ROOM[kind]} AS room,
               {_reason(conditions)} AS reason
        FROM portion LEFT JOIN savings.account AS kept ON {found}) AS found
), chained AS (
    SELECT *, sum(amount_minor) OVER own AS through, row_number() OVER own AS place
    FROM judged WINDOW own AS (PARTITION BY account, fits ORDER BY item)
), granted AS (
    SELECT *, max(CASE WHEN through <= room THEN through ELSE 0 END) OVER
        (PARTITION BY account, fits ORDER BY item ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS granted
    FROM chained
), decided AS (
    SELECT *, CASE WHEN reason IS NOT NULL THEN reason WHEN through <= room THEN 'posted'
                   WHEN amount_minor > room - granted THEN '{_NO_ROOM[kind].value}' ELSE 'waiting' END AS verdict
    FROM granted
)"""


def _reason(conditions: Iterable[tuple[Failure, str]]) -> str:
    return "CASE " + " ".join(f"WHEN {condition} THEN '{failure.value}'" for failure, condition in conditions) + " END"


def _statement_of(kind: AgencyKind, clients_only: bool) -> str:
    """The statement that decides a portion. Products go on as in `kernel.interest.change_balance`."""
    return f"""
WITH {_judged(kind, clients_only, *_WHERE_LOCKED)}, posted AS (
    SELECT *, coalesce(nullif(remarks, ''), $11) AS summary FROM decided WHERE verdict = 'posted'
), moved AS (
    SELECT account_at, {kind.sign} * sum(amount_minor)::bigint AS amount_minor, count(*) AS lines,
           {kind.sign} * sum(amount_minor / interest_unit_minor * interest_unit_minor)::bigint AS counted_minor
    FROM posted GROUP BY account_at
), changed AS (
    UPDATE savings.account AS kept
    SET balance_minor = kept.balance_minor + moved.amount_minor, lines = kept.lines + moved.lines, last_moved_on = $8,
        products_until = greatest(kept.products_until, $8), products = greatest(0, kept.products + CASE
            WHEN $8 >= kept.products_until
            THEN greatest(kept.balance_minor, 0) / kept.interest_unit_minor * kept.interest_unit_minor * ($8 - kept.products_until)
            ELSE moved.counted_minor * (kept.products_until - greatest($8, kept.products_since)) END)
    FROM moved WHERE kept.ctid = account_at
), lined AS (
    INSERT INTO savings.account_line
        (account, line, posting_id, code, business_date, value_date, amount_minor, balance_after_minor, counter_outlet, teller, summary)
    SELECT account, lines + place, $9, $10, $8, $8, {kind.sign} * amount_minor, balance_minor + {kind.sign} * through, $7, $12, summary
    FROM posted
), marked AS (
    UPDATE savings.agency_item AS own
    SET state = CASE verdict WHEN 'posted' THEN 'posted' ELSE 'failed' END, reason = nullif(verdict, 'posted'), run = $13,
        posting_id = CASE verdict WHEN 'posted' THEN $9 END
    FROM decided WHERE own.ctid = line_at AND verdict <> 'waiting'
)
SELECT count(*) FILTER (WHERE verdict = 'posted') AS posted,
       coalesce(sum(amount_minor) FILTER (WHERE verdict = 'posted'), 0)::bigint AS posted_minor,
       count(*) FILTER (WHERE verdict NOT IN ('posted', 'waiting')) AS failed,
       coalesce(sum(amount_minor) FILTER (WHERE verdict NOT IN ('posted', 'waiting')), 0)::bigint AS failed_minor,
       count(*) AS looked_at, coalesce(min(item) FILTER (WHERE verdict = 'waiting') - 1, max(item), 0) AS reached,
       (SELECT '[' || string_agg({_leg(kind)}, ',' ORDER BY item) || ']' FROM posted) AS legs
FROM decided
"""


def _leg(kind: AgencyKind) -> str:
    """A `FreeLeg` in JSON, as an expression over the columns of a posted line."""
    direction = "credit" if kind is AgencyKind.PAYROLL else "debit"
    numbers = """'{"number":"' || account || '","outlet":"' || outlet || '","business_code":"' || business_code"""
    account = f"""{numbers} || '","name":' || to_json(name) || '}}'"""
    moved = f"""',"direction":"{direction}","amount_minor":' || amount_minor || ',"summary":' || to_json(summary)"""
    return f"""'{{"account":' || {account} || {moved} || '}}'"""
