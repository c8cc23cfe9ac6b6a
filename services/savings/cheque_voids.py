"""Batches of cheques voided by the counter, as far as customers have them: announced under the posting id, done once it has committed.

Whoever dies on the way, the recovery loop asks the initiator's posting register, as with movements.
"""

from __future__ import annotations

from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Request
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import frame_of
from banking.movements import require_day
from banking.recovery import settle_by_asking
from contracts.cheques import ChequesVoided, ChequeVoid
from contracts.movement import Decision, PostingState
from runtime.auth import service_only
from runtime.service import Resources, resources_of
from services.savings.cheques import Deed, hold_voidable, used_between, void_range
from services.savings.domain.errors import CHEQUE_VOID_DECIDED
from services.savings.tables import CHEQUE_VOID

log = structlog.get_logger(__name__)
ASK_AFTER_SECONDS = 5

router = APIRouter(prefix="/internal/cheques/void", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("")
async def announce(body: ChequeVoid, request: Request) -> ChequesVoided:
    """Take note of a batch that is being voided; how many sold cheques of it are not used, and which are. None is used from then on until
    the posting is decided.

    Raises `day.*`, `cheque.void_decided`.
    """
    resources = resources_of(request)
    database = resources.database
    async with database.preview() if body.dry_run else database.transaction() as connection:
        await require_day(connection, frame_of(resources), resources, body.business_date)
        row = await _announced(connection, body.posting_id)
        if row is not None and row.state == "voided":
            raise CHEQUE_VOID_DECIDED()
        sheets = await hold_voidable(connection, body.kind, body.first, body.last) if row is None else row.sheets
        used = await used_between(connection, body.kind, body.first, body.last)
        if row is not None:
            return ChequesVoided(voided=sheets, used=used)
        kept = body.model_dump(exclude={"dry_run", "first", "last"})
        numbers = {"first_number": body.first, "last_number": body.last}
        await connection.execute(CHEQUE_VOID.insert().values(state="pending", sheets=sheets, **numbers, **kept))
        return ChequesVoided(voided=sheets, used=used)


@router.post("/{posting_id}/post")
async def post(posting_id: UUID, request: Request) -> Decision:
    """The batch is void. Raises `cheque.void_decided`."""
    return await decide(resources_of(request), posting_id, "posted")


@router.post("/{posting_id}/void")
async def give_up(posting_id: UUID, request: Request) -> Decision:
    """The batch is not voided after all. Raises `cheque.void_decided`."""
    return await decide(resources_of(request), posting_id, "voided")


async def decide(resources: Resources, posting_id: UUID, state: PostingState) -> Decision:
    """Bring what was announced to its end, once; of an unknown posting there is nothing to do. Raises `cheque.void_decided`."""
    async with resources.database.transaction() as connection:
        row = await _announced(connection, posting_id)
        if row is not None and row.state == "pending":
            if state == "posted":
                deed = Deed(posting_id, row.transaction_code, row.business_date, row.counter_outlet, row.teller)
                await void_range(connection, row.kind, row.first_number, row.last_number, deed)
            await connection.execute(CHEQUE_VOID.update().where(CHEQUE_VOID.c.posting_id == posting_id).values(state=state))
        elif row is not None and row.state != state:
            raise CHEQUE_VOID_DECIDED()
    return Decision(state=state)


async def settle_cheque_voids(resources: Resources) -> None:
    """The recovery loop: ask the initiator of every announcement that has waited too long."""
    await settle_by_asking(resources, CHEQUE_VOID, ASK_AFTER_SECONDS, lambda here, posting_id, said: decide(here, posting_id, said.state))


async def _announced(connection: AsyncConnection, posting_id: UUID) -> Row | None:
    # Whoever speaks of the same posting at the same time waits here, also while there is no row yet.
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(posting_id), 0))))
    return (await connection.execute(select(CHEQUE_VOID).where(CHEQUE_VOID.c.posting_id == posting_id).with_for_update())).first()
