"""The posting register: what a service decided under each posting id. Whoever holds something in its name asks here.

A posting id is `intended` while a two-phase transaction runs, `posted` with the commit, `voided` when it failed or when somebody asked
about an id that nobody knew: the answer is written down, so a commit that comes too late fails.

A running transaction holds a lock on its intent, which ends with it however that ends: an intent that nobody holds was left by a crash.
One that a committed transaction has put its code to stands for money held until a later one decides (`banking.held`): it is never given
up by itself.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import ColumnElement, FromClause, String, Update, cast, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import frame_of
from banking.tables import Frame
from contracts.movement import Decision, PostingState
from kernel.errors import ErrorType, Kind
from runtime.auth import service_only
from runtime.database import driver_connection
from runtime.service import Resources, resources_of

DECIDED_OTHERWISE = ErrorType(
    "posting.voided", Kind.UNAVAILABLE, "该笔交易超时,已被撤销,请重新提交", "the posting took too long and was voided; send it again"
)
INTENT_SECONDS = 60
"""No transaction takes longer: after that its intent is given up, whoever holds it."""
UNHELD_SECONDS = 3
"""How long an intent may stand before the transaction it announces holds it."""
INTENT_LOCKS = 1
"""Sets these locks apart from those that movements take under the same posting id."""


async def intend(resources: Resources, posting_id: UUID) -> None:
    """Record, in a transaction of its own, that a two-phase transaction begins."""
    async with resources.database.transaction() as connection:
        await connection.execute(frame_of(resources).register.insert().values(posting_id=posting_id, state="intended"))


async def hold_intent(connection: AsyncConnection, posting_id: UUID) -> None:
    """Hold the intent of a transaction as long as the transaction runs."""
    await connection.execute(select(func.pg_advisory_xact_lock(_intent_key(literal(str(posting_id))))))


def _intent_key(posting_id: ColumnElement[str]) -> ColumnElement[int]:
    return func.hashtextextended(posting_id, INTENT_LOCKS)


def _void_abandoned(frame: Frame, *among: ColumnElement[bool]) -> Update:
    """Voids the intents that no transaction holds, and those held for too long; only those old enough are tried."""
    table = frame.register
    running = (table.c.state == "intended", table.c.code.is_(None))
    unheld = select(table.c.posting_id, table.c.created_at).where(*running, _older(table, UNHELD_SECONDS), *among)
    tried = unheld.cte("tried").prefix_with("MATERIALIZED")
    free = func.pg_try_advisory_xact_lock(_intent_key(cast(tried.c.posting_id, String)))
    abandoned = select(tried.c.posting_id).where(or_(_older(tried, INTENT_SECONDS), free))
    return table.update().where(table.c.posting_id.in_(abandoned), table.c.state == "intended").values(state="voided")


def _older(rows: FromClause, seconds: int) -> ColumnElement[bool]:
    return func.now() - rows.c.created_at > text(f"interval '{seconds} seconds'")


async def record(connection: AsyncConnection, frame: Frame, *, intended: bool, **row: object) -> None:
    """Write the decision into the transaction that makes it. Raises `posting.voided` if somebody gave the posting up meanwhile."""
    table = frame.register
    posting_id = row["posting_id"]
    if intended:
        changed = await connection.execute(
            table.update().where(table.c.posting_id == posting_id, table.c.state == "intended").values(state="posted", **row)
        )
        if changed.rowcount != 1:
            raise DECIDED_OTHERWISE()
        return
    raw = await driver_connection(connection)
    taken = await raw.execute(
        f"INSERT INTO {table.fullname} (state, {', '.join(row)}) "
        f"VALUES ('posted', {', '.join(f'${at}' for at in range(1, len(row) + 1))}) ON CONFLICT DO NOTHING",
        *row.values(),
    )
    if taken != "INSERT 0 1":
        raise DECIDED_OTHERWISE()


async def give_up(resources: Resources, posting_id: UUID) -> PostingState:
    """Give a failed transaction up for good, unless its commit went through after all: the answer says which (`voided` or `posted`)."""
    table = frame_of(resources).register
    async with resources.database.transaction() as connection:
        await connection.execute(insert_or(table).values(posting_id=posting_id, state="voided").on_conflict_do_nothing())
        await connection.execute(table.update().where(table.c.posting_id == posting_id, table.c.state == "intended").values(state="voided"))
        return (await connection.execute(select(table.c.state).where(table.c.posting_id == posting_id))).scalar_one()


async def state_of(resources: Resources, posting_id: UUID) -> PostingState:
    """What the register says of a posting id that stands in it, changing nothing."""
    table = frame_of(resources).register
    async with resources.database.reading() as connection:
        return (await connection.execute(select(table.c.state).where(table.c.posting_id == posting_id))).scalar_one()


async def keep_waiting(connection: AsyncConnection, frame: Frame, posting_id: UUID, **row: object) -> None:
    """Let an intent stand beyond its transaction, with the `code` it waits for and where. Raises `posting.voided` if it was given up."""
    table = frame.register
    intended = table.update().where(table.c.posting_id == posting_id, table.c.state == "intended")
    if (await connection.execute(intended.values(row))).rowcount != 1:
        raise DECIDED_OTHERWISE()


async def stop_waiting(connection: AsyncConnection, frame: Frame, posting_id: UUID) -> None:
    """Give up an intent that waits, in the transaction that decides so. Raises `posting.voided` if somebody decided before."""
    await keep_waiting(connection, frame, posting_id, state="voided")


async def decision_on(connection: AsyncConnection, frame: Frame, posting_id: UUID) -> Decision:
    """The decision on a posting id, made now (as `voided`) if the id is unknown or its intent was left by a crash."""
    table = frame.register
    await connection.execute(insert_or(table).values(posting_id=posting_id, state="voided").on_conflict_do_nothing())
    await connection.execute(_void_abandoned(frame, table.c.posting_id == posting_id))
    row = (await connection.execute(select(table.c.state, table.c.transaction_number).where(table.c.posting_id == posting_id))).one()
    return Decision(state=row.state, transaction_number=row.transaction_number)


async def settle_intents(resources: Resources) -> None:
    """The recovery loop of the initiator: intents left by a crash are given up."""
    async with resources.database.transaction() as connection:
        await connection.execute(_void_abandoned(frame_of(resources)))


router = APIRouter(prefix="/internal/postings", dependencies=[Depends(service_only)], include_in_schema=False)


@router.get("")
async def has_posted(business_date: date, transaction_number: str, request: Request) -> dict[str, bool]:
    """Whether this service decided on a posting under a transaction number."""
    resources = resources_of(request)
    table = frame_of(resources).register
    numbered = (table.c.business_date == business_date, table.c.transaction_number == transaction_number, table.c.posts)
    async with resources.database.reading() as connection:
        return {"posted": (await connection.execute(select(table.c.posting_id).where(*numbered))).first() is not None}


@router.get("/count")
async def count_posted(
    business_date: date,
    outlet: Annotated[str, Query(pattern="^[0-9]{4}$")],
    request: Request,
    teller: Annotated[str | None, Query(pattern="^[SKA][0-9]{4}$")] = None,
) -> dict[str, int]:
    """How many postings this service has decided on at an outlet's counter on a date, of one teller or of all."""
    resources = resources_of(request)
    table = frame_of(resources).register
    numbers = table.c.transaction_number.between(f"{outlet}0000000", f"{outlet}9999999")
    chosen = [table.c.business_date == business_date, numbers, table.c.posts, table.c.state == "posted"]
    if teller is not None:
        chosen.append(table.c.teller == teller)
    async with resources.database.reading() as connection:
        return {"count": (await connection.execute(select(func.count()).select_from(table).where(*chosen))).scalar_one()}


@router.get("/{posting_id}")
async def posting_state(posting_id: UUID, request: Request) -> Decision:
    """What this service decided on a posting id."""
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        return await decision_on(connection, frame_of(resources), posting_id)
