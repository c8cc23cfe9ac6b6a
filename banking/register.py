"""The posting register: what a service decided under each posting id. Whoever holds something in its name asks here.

A posting id is `intended` while a two-phase transaction runs, `posted` with the commit, `voided` when it failed or when somebody asked
about an id that nobody knew: the answer is written down, so a commit that comes too late fails.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import frame_of
from banking.tables import Frame
from contracts.movement import Decision, PostingState
from kernel.errors import ErrorType, Kind
from runtime.auth import service_only
from runtime.service import Resources, resources_of

DECIDED_OTHERWISE = ErrorType(
    "posting.voided", Kind.UNAVAILABLE, "该笔交易超时,已被撤销,请重新提交", "the posting took too long and was voided; send it again"
)
INTENT_SECONDS = 60


async def intend(resources: Resources, posting_id: UUID) -> None:
    """Record, in a transaction of its own, that a two-phase transaction begins."""
    async with resources.database.transaction() as connection:
        await connection.execute(frame_of(resources).register.insert().values(posting_id=posting_id, state="intended"))


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
    taken = await connection.execute(insert_or(table).values(state="posted", **row).on_conflict_do_nothing().returning(table.c.posting_id))
    if taken.first() is None:
        raise DECIDED_OTHERWISE()


async def give_up(resources: Resources, posting_id: UUID) -> PostingState:
    """Give a failed transaction up for good, unless its commit went through after all: the answer says which (`voided` or `posted`)."""
    table = frame_of(resources).register
    async with resources.database.transaction() as connection:
        await connection.execute(insert_or(table).values(posting_id=posting_id, state="voided").on_conflict_do_nothing())
        await connection.execute(table.update().where(table.c.posting_id == posting_id, table.c.state == "intended").values(state="voided"))
        return (await connection.execute(select(table.c.state).where(table.c.posting_id == posting_id))).scalar_one()


async def decision_on(connection: AsyncConnection, frame: Frame, posting_id: UUID) -> Decision:
    """The decision on a posting id, made now (as `voided`) if the id is unknown or its intent has been left alone too long."""
    table = frame.register
    await connection.execute(insert_or(table).values(posting_id=posting_id, state="voided").on_conflict_do_nothing())
    stale = func.now() - table.c.created_at > text(f"interval '{INTENT_SECONDS} seconds'")
    await connection.execute(
        table.update().where(table.c.posting_id == posting_id, table.c.state == "intended", stale).values(state="voided")
    )
    row = (await connection.execute(select(table.c.state, table.c.transaction_number).where(table.c.posting_id == posting_id))).one()
    return Decision(state=row.state, transaction_number=row.transaction_number)


async def settle_intents(resources: Resources) -> None:
    """The recovery loop of the initiator: intents older than any transaction may run were left by a crash."""
    table = frame_of(resources).register
    async with resources.database.transaction() as connection:
        stale = func.now() - table.c.created_at > text(f"interval '{INTENT_SECONDS} seconds'")
        await connection.execute(table.update().where(table.c.state == "intended", stale).values(state="voided"))


router = APIRouter(prefix="/internal/postings", dependencies=[Depends(service_only)], include_in_schema=False)


@router.get("/{posting_id}")
async def posting_state(posting_id: UUID, request: Request) -> Decision:
    """What this service decided on a posting id."""
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        return await decision_on(connection, frame_of(resources), posting_id)
