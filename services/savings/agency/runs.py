"""代发/代扣批量入账: the lines of a running batch, portion by portion, each portion one transaction and one posting set (decision 0019).

Set-wise: one statement judges a portion, moves the accounts, writes their lines and marks the batch's. It does to an account what
`domain.accounts.credit` and `debit` do; the tests hold both against each other. The organisation's account was held (money that goes out)
or announced (money that comes in) when the run began, so that a portion never finds it short or closed.

A portion is decided once: what it did and how far the batch is are committed together. Whoever dies, any process of the service goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER, Automatic, WrittenLegs, post_automatically
from banking.business_day import business_date_of
from banking.transaction import Posting
from kernel.errors import DomainError
from kernel.money import MAXIMUM_MINOR
from runtime.database import driver_connection
from runtime.identifiers import derived_id
from runtime.service import Resources
from services.savings.accounts import Line, book, lock, reference, save
from services.savings.agency.contracts import batch_of, change_batch, contract_of
from services.savings.agency.tables import BATCH
from services.savings.domain.accounts import release, settle_hold
from services.savings.domain.agency import MOST_ITEMS, AgencyKind, BatchState, Failure, products_for, state_after_run
from services.savings.domain.agency_errors import BATCH_UNKNOWN
from services.savings.parameters.load import parameters
from services.savings.tables import FRAME

log = structlog.get_logger(__name__)

PORTION = 2_000
"""How many lines one transaction decides, and one posting set holds at most."""
EVERY_SECONDS = 1.0
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


async def running(connection: AsyncConnection) -> int:
    """How many batches are being posted; the day is not complete before they are."""
    table = BATCH.c
    return (await connection.execute(select(func.count()).select_from(BATCH).where(table.state == "running"))).scalar_one()


async def run_batches(resources: Resources) -> None:
    """The loop: every running batch to its end. One that cannot go on now does not keep the others."""
    table = BATCH.c
    async with resources.database.reading() as connection:
        waiting = select(table.contract, table.batch).where(table.state == "running").order_by(table.contract, table.batch).limit(200)
        rows = list(await connection.execute(waiting))
    for contract, batch in rows:
        try:
            while await run_portion(resources, contract, batch):
                resources.outbox.committed()
        except Exception as error:
            log.warning("a batch cannot go on, will be tried again", contract=contract, batch=batch, error=repr(error))
        resources.outbox.committed()


async def run_portion(resources: Resources, contract_number: str, number: int) -> bool:
    """Decide the next lines of a running batch. Returns whether there are more to decide here; not so while another process is at it."""
    async with resources.database.transaction() as connection:
        try:
            batch = await batch_of(connection, contract_number, number, wait=False)
        except DomainError as error:
            if error.type is BATCH_UNKNOWN:
                return False
            raise
        if batch.state != BatchState.RUNNING.value:
            return False
        contract = await contract_of(connection, contract_number)
        day = await business_date_of(connection, FRAME)
        posting_id = derived_id(CODE, contract.contract, batch.batch, batch.portions + 1)
        await _lock_accounts(connection, contract, batch)
        portion = await _decide(connection, contract, batch, posting_id, day)
        if portion.posted or portion.failed:
            await _settle_with_organisation(connection, resources, contract, portion, posting_id, day)
        return await _count(connection, batch, portion)


async def foreseen(connection: AsyncConnection, contract: Row[Any], batch: Row[Any]) -> list[tuple[Failure, int, int]]:
    """What would fail of the lines that wait, as the accounts stand: reason, lines, minor units."""
    raw = await driver_connection(connection)
    kind = AgencyKind(contract.kind)
    statement = (
        f"WITH {_judged(kind, contract.clients_only)} SELECT verdict, count(*) AS lines, sum(amount_minor)::bigint AS amount "
        "FROM decided WHERE verdict <> 'posted' AND verdict <> 'waiting' GROUP BY verdict"
    )
    rows = await raw.fetch(statement, *_asked(contract, batch, kind, reached=0, limit=MOST_ITEMS))
    found = {row["verdict"]: row for row in rows}
    return [(each, found[each.value]["lines"], found[each.value]["amount"]) for each in Failure if each.value in found]


def _asked(contract: Row[Any], batch: Row[Any], kind: AgencyKind, *, reached: int, limit: int) -> tuple[Any, ...]:
    return (contract.contract, batch.batch, reached, limit, list(products_for(kind)), contract.currency, contract.outlet)


_TAKEN = (
    "SELECT ctid AS found_at, item, account, name, amount_minor, remarks FROM savings.agency_item "
    "WHERE contract = $1 AND batch = $2 AND item > $3 AND state = 'waiting' ORDER BY item LIMIT $4"
)

_CLIENTS = """client AS MATERIALIZED (
    SELECT account FROM savings.agency_client
    WHERE contract = $1 AND ended_on IS NULL AND account = ANY (ARRAY(SELECT account FROM portion))
), """
"""The clients among the portion: asked for as NOT EXISTS, the planner would gather all of the contract's anew for every portion."""


def _judged(kind: AgencyKind, clients_only: bool) -> str:
    """The common table expressions up to `decided`: each line with its verdict - `posted`, a failure, or `waiting`.

    Of several lines of one account, those count that come first as far as the account reaches; what does not fit into the rest fails,
    what may fit once the others are decided waits for the next portion. So it is as if each were posted in its turn.
    """
    conditions: list[tuple[Failure, str]] = [*_FAILURES, *(_FAILURES_OF_PAYERS if kind is AgencyKind.COLLECTION else ())]
    if clients_only:
        conditions.append(_FAILURE_OF_STRANGERS)
    return f"""
portion AS MATERIALIZED ({_TAKEN}),
{_CLIENTS if clients_only else ""}judged AS MATERIALIZED (
    SELECT *, reason IS NULL AS fits FROM (
        SELECT portion.found_at, portion.item, portion.amount_minor, portion.remarks, kept.account, kept.outlet, kept.business_code,
               kept.name, kept.balance_minor, kept.lines, kept.interest_unit_minor, {_ROOM[kind]} AS room, {_reason(conditions)} AS reason
        FROM portion LEFT JOIN savings.account AS kept ON kept.account = portion.account) AS found
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


def statement_of(kind: AgencyKind, clients_only: bool) -> str:
    """The statement that decides a portion. Products go on as in `kernel.interest.change_balance`.

    A line of the batch is found again where it lay: nobody changes it while the batch is locked.
    """
    return f"""
WITH {_judged(kind, clients_only)}, posted AS (
    SELECT *, coalesce(nullif(remarks, ''), $11) AS summary FROM decided WHERE verdict = 'posted'
), moved AS (
    SELECT account, {kind.sign} * sum(amount_minor) AS amount_minor, count(*) AS lines,
           {kind.sign} * sum(amount_minor / interest_unit_minor * interest_unit_minor) AS counted_minor
    FROM posted GROUP BY account
), changed AS (
    UPDATE savings.account AS kept
    SET balance_minor = kept.balance_minor + moved.amount_minor, lines = kept.lines + moved.lines, last_moved_on = $8,
        products_until = greatest(kept.products_until, $8), products = greatest(0, kept.products + CASE
            WHEN $8 >= kept.products_until
            THEN greatest(kept.balance_minor, 0) / kept.interest_unit_minor * kept.interest_unit_minor * ($8 - kept.products_until)
            ELSE moved.counted_minor * (kept.products_until - greatest($8, kept.products_since)) END)
    FROM moved WHERE kept.account = moved.account
), lined AS (
    INSERT INTO savings.account_line
        (account, line, posting_id, code, business_date, value_date, amount_minor, balance_after_minor, counter_outlet, teller, summary)
    SELECT account, lines + place, $9, $10, $8, $8, {kind.sign} * amount_minor, balance_minor + {kind.sign} * through, $7, $12, summary
    FROM posted
), marked AS (
    UPDATE savings.agency_item AS own
    SET state = CASE verdict WHEN 'posted' THEN 'posted' ELSE 'failed' END, reason = nullif(verdict, 'posted'), run = $13,
        posting_id = CASE verdict WHEN 'posted' THEN $9 END
    FROM decided WHERE own.ctid = found_at AND verdict <> 'waiting'
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


async def _lock_accounts(connection: AsyncConnection, contract: Row[Any], batch: Row[Any]) -> None:
    """Lock the accounts of the portion and the organisation's in account order, as everybody does.

    The accounts are looked up one by one, here and in what follows: how many of all accounts a portion has is not the planner's to guess.
    """
    raw = await driver_connection(connection)
    await raw.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    await raw.fetchval(
        f"WITH taken AS ({_TAKEN}), locked AS (SELECT FROM savings.account WHERE account = ANY (ARRAY(SELECT account FROM taken "
        "UNION SELECT $5)) ORDER BY account FOR UPDATE) SELECT count(*) FROM locked",
        contract.contract,
        batch.batch,
        batch.reached,
        PORTION,
        contract.account,
    )


async def _decide(connection: AsyncConnection, contract: Row[Any], batch: Row[Any], posting_id: UUID, day: date) -> Portion:
    raw = await driver_connection(connection)
    kind = AgencyKind(contract.kind)
    asked = _asked(contract, batch, kind, reached=batch.reached, limit=PORTION)
    row = await raw.fetchrow(
        statement_of(kind, contract.clients_only), *asked, day, posting_id, CODE, kind.text.zh, SYSTEM_TELLER, batch.run
    )
    return Portion(**dict(row))


async def _settle_with_organisation(
    connection: AsyncConnection, resources: Resources, contract: Row[Any], portion: Portion, posting_id: UUID, day: date
) -> None:
    """Take what was posted out of the hold on the contract's account, give up what failed, and send the set of the portion."""
    kind = AgencyKind(contract.kind)
    account = (await lock(connection, account=contract.account))["account"]
    account = release(account, -kind.sign * portion.failed_minor)
    if not portion.posted:
        await save(connection, account)
        return
    amount_minor = -kind.sign * portion.posted_minor
    account = settle_hold(account, amount_minor, day, parameters())
    line = Line(posting_id, CODE, day, day, amount_minor, contract.outlet, SYSTEM_TELLER, summary=f"{kind.text.zh} {portion.posted} 笔")
    await book(connection, account, line)
    posting = Posting(
        kind.rule,
        contract.currency,
        {"contract": reference(account)},
        {"total": portion.posted_minor},
        summary=kind.text.zh,
    )
    legs = WrittenLegs(portion.legs or "[]", debit_minor=portion.posted_minor if kind is AgencyKind.COLLECTION else 0)
    await post_automatically(connection, resources, CODE, day, [Automatic(posting_id, contract.outlet, posting, legs)])


async def _count(connection: AsyncConnection, batch: Row[Any], portion: Portion) -> bool:
    """Note how far the batch is. Returns whether lines are left."""
    decided = batch.decided_count + portion.posted + portion.failed
    failed = batch.failed_count + portion.failed
    more = portion.looked_at > 0 and decided < batch.run_count
    await change_batch(
        connection,
        batch,
        state=BatchState.RUNNING.value if more else state_after_run(failed).value,
        decided_count=decided,
        failed_count=failed,
        posted_count=batch.posted_count + portion.posted,
        posted_minor=batch.posted_minor + portion.posted_minor,
        open_minor=batch.open_minor - portion.posted_minor - portion.failed_minor,
        portions=batch.portions + (portion.posted > 0),
        reached=portion.reached,
    )
    return more
