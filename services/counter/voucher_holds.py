"""Vouchers that transactions of other services use: held under the posting id, used or given back when the posting is decided.

Whoever dies on the way, the recovery loop asks the initiator's posting register, as with movements and reservations.
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
from contracts.movement import Decision
from contracts.vouchers import VoucherHold, VoucherRange
from runtime.auth import service_only
from runtime.service import Resources, resources_of
from services.counter.domain.boxes import not_the_vault
from services.counter.domain.voucher_errors import CHEQUES_ONLY, HOLD_DECIDED, NONE_LEFT
from services.counter.domain.vouchers import NumberRange, State, kind_of_code, number_range, number_text
from services.counter.tables import VOUCHER, VOUCHER_MOVEMENT
from services.counter.vouchers import NOWHERE, Mover, Place, in_stock, move, note

log = structlog.get_logger(__name__)
ASK_AFTER_SECONDS = 10
HOLD_LOCKS = 3
"""Sets these locks apart from those that others take under the same posting id, in the same database."""
HELD_FROM = {"use": State.STOCK, "sell": State.STOCK, "take_back": State.SOLD}
POSTED_TO = {"use": State.USED, "sell": State.SOLD, "take_back": State.STOCK}

router = APIRouter(prefix="/internal/vouchers", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("/hold")
async def hold_vouchers(body: VoucherHold, request: Request) -> VoucherRange:
    """Hold vouchers for a posting. Repeating it gives the same numbers; with `dry_run` only the checks are made.

    Raises `voucher.*`, `counter.box.is_vault`, `day.*`.
    """
    resources = resources_of(request)
    database = resources.database
    async with database.preview() if body.dry_run else database.transaction() as connection:
        return await hold(connection, resources, body)


async def hold(connection: AsyncConnection, resources: Resources, body: VoucherHold) -> VoucherRange:
    """Check and hold, in the given transaction."""
    frame = frame_of(resources)
    await require_day(connection, frame, resources, body.business_date)
    for row in await _held(connection, body.posting_id):
        if row.line == body.line:
            if row.state == "voided":
                raise HOLD_DECIDED()
            return _answer(row.first_number, row.last_number)
    box = Place(body.outlet, not_the_vault(body.cash_box))
    numbers = await _wanted(connection, body, box)
    mover = Mover(
        body.posting_id, body.transaction_code, body.business_date, body.outlet, body.teller, body.initiator, body.line, "pending"
    )
    expected = in_stock(box)
    if body.action == "take_back":
        expected = (VOUCHER.c.state == State.SOLD) & (VOUCHER.c.outlet == body.outlet) & (VOUCHER.c.account == body.account)
    await move(connection, numbers, expected, mover, field=body.field, state=State.HELD.value)
    come, go = (NOWHERE, box) if body.action == "take_back" else (box, NOWHERE)
    await note(connection, numbers, mover, body.action, come, go, body.account)
    return _answer(numbers.first, numbers.last)


async def _wanted(connection: AsyncConnection, body: VoucherHold, box: Place) -> NumberRange:
    kind = kind_of_code(body.kind)
    if body.action != "use" and not kind.is_cheque:
        raise CHEQUES_ONLY(field="kind", kind_zh=kind.name.zh, kind_en=kind.name.en)
    if body.first is None:
        # Of two tellers at one box each gets a number of his own: one that is being taken is passed over.
        lowest = select(VOUCHER.c.number).where(in_stock(box), VOUCHER.c.kind == kind.code).order_by(VOUCHER.c.number).limit(1)
        number = (await connection.execute(lowest.with_for_update(skip_locked=True))).scalar()
        if number is None:
            raise NONE_LEFT(field=body.field, cash_box=box.cash_box, kind_zh=kind.name.zh, kind_en=kind.name.en)
        return NumberRange(kind, number, number)
    return number_range(body.kind, body.first, body.last, first_field=body.field, last_field=body.field)


def _answer(first: int, last: int) -> VoucherRange:
    return VoucherRange(first=number_text(first), last=number_text(last), sheets=last - first + 1)


async def _held(connection: AsyncConnection, posting_id: UUID) -> list[Row]:
    # Whoever speaks of the same posting at the same time waits here, also while there is no row yet.
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(posting_id), HOLD_LOCKS))))
    table = VOUCHER_MOVEMENT
    return list(await connection.execute(select(table).where(table.c.posting_id == posting_id).order_by(table.c.line).with_for_update()))


@router.post("/{posting_id}/post")
async def post(posting_id: UUID, body: Decision, request: Request) -> Decision:
    """The posting has committed: what it holds is used. Raises `voucher.hold_decided`."""
    return await decide(resources_of(request), posting_id, body.model_copy(update={"state": "posted"}))


@router.post("/{posting_id}/void")
async def void(posting_id: UUID, request: Request) -> Decision:
    """The posting will not come: what it holds goes back. Raises `voucher.hold_decided`."""
    return await decide(resources_of(request), posting_id, Decision(state="voided"))


async def decide(resources: Resources, posting_id: UUID, decision: Decision) -> Decision:
    """Bring what a posting holds to its end, once; of an unknown posting there is nothing to do. Raises `voucher.hold_decided`."""
    async with resources.database.transaction() as connection:
        for row in await _held(connection, posting_id):
            if row.state not in ("pending", decision.state):
                raise HOLD_DECIDED()
            if row.state == "pending":
                await _settle(connection, row, decision)
    return decision


async def _settle(connection: AsyncConnection, row: Row, decision: Decision) -> None:
    table = VOUCHER_MOVEMENT
    decided = {"state": decision.state, "transaction_number": decision.transaction_number}
    await connection.execute(table.update().where(table.c.id == row.id).values(decided))
    state = (POSTED_TO if decision.state == "posted" else HELD_FROM)[row.action]
    held = (
        (VOUCHER.c.posting_id == row.posting_id)
        & (VOUCHER.c.state == State.HELD)
        & (VOUCHER.c.kind == row.kind)
        & VOUCHER.c.number.between(row.first_number, row.last_number)
    )
    values: dict[str, str | None] = {"state": state.value}
    if decision.state == "posted":
        values["account"] = None if row.action == "take_back" else row.account
        if row.action == "take_back":
            values["cash_box"] = row.to_box
    await connection.execute(VOUCHER.update().where(held).values(values))


async def undecided(connection: AsyncConnection) -> int:
    """How many holds wait for a decision: they count in the statement of the day."""
    waiting = select(func.count()).select_from(VOUCHER_MOVEMENT).where(VOUCHER_MOVEMENT.c.state == "pending")
    return (await connection.execute(waiting)).scalar_one()


async def settle_holds(resources: Resources) -> None:
    """The recovery loop: ask the initiator of every hold that has waited too long."""
    await settle_by_asking(resources, VOUCHER_MOVEMENT, ASK_AFTER_SECONDS, decide)
