"""Two-phase movements on an account owner: pending, then posted or voided, keyed by the posting id; and the loop that asks when
nobody tells."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import DATE_WRONG, DAY_CLOSED, NO_DAY, frame_of
from banking.recovery import settle_by_asking
from banking.tables import Frame
from contracts.ledger import AccountReference
from contracts.movement import (
    Decision,
    MovementAnswer,
    MovementLine,
    MovementRequest,
)
from kernel.errors import ErrorType, Kind
from runtime.auth import service_only
from runtime.service import Resources, resources_of

MOVEMENT_UNKNOWN = ErrorType("movement.unknown", Kind.NOT_FOUND, "没有这笔待记动账", "there is no such movement")
MOVEMENT_VOIDED = ErrorType("movement.voided", Kind.CONFLICT, "该动账已撤销", "the movement has been voided")
ASK_AFTER_SECONDS = 5


class Keeper(Protocol):
    """What an account owner does to one account. All three run inside one transaction, accounts in order."""

    async def pend(self, connection: AsyncConnection, request: MovementRequest, line: MovementLine) -> int:
        """Lock the account, check that the change is allowed, hold a debit. Returns the balance as it will be. Raises the owner's
        refusals."""
        ...

    async def describe(self, connection: AsyncConnection, account: str) -> AccountReference:
        """The account as a fact names it."""
        ...

    async def interest_from(self, connection: AsyncConnection, account: str, value_date: date) -> date | None:
        """The day from which a change as of a value date counts for interest; None where no products are gathered."""
        ...

    async def apply(self, connection: AsyncConnection, movement: Row[Any]) -> None:
        """Make a held change real."""
        ...

    async def release(self, connection: AsyncConnection, movement: Row[Any]) -> None:
        """Give a hold up."""
        ...


router = APIRouter(prefix="/internal/movements", dependencies=[Depends(service_only)], include_in_schema=False)


def keeper_of(resources: Resources) -> Keeper:
    """The account owner's side of the running service."""
    return resources.state["keeper"]


@router.post("")
async def pend(body: MovementRequest, request: Request) -> MovementAnswer:
    """Hold a movement. Repeating it gives the same answer; with `dry_run` only the checks are made."""
    resources = resources_of(request)
    database = resources.database
    async with database.preview() if body.dry_run else database.transaction() as connection:
        return await hold(connection, resources, body)


async def hold(connection: AsyncConnection, resources: Resources, body: MovementRequest) -> MovementAnswer:
    """Check and hold every line, in the given transaction."""
    frame, keeper = frame_of(resources), keeper_of(resources)
    await require_day(connection, frame, resources, body.business_date)
    rows = await _rows(connection, frame, body.posting_id)
    if rows and rows[0].state == "voided":
        raise MOVEMENT_VOIDED()
    if rows:
        balances = [row.balance_after_minor for row in rows]
    else:
        ordered = sorted(range(len(body.lines)), key=lambda index: body.lines[index].account)
        after = {index: await keeper.pend(connection, body, body.lines[index]) for index in ordered}
        balances = [after[index] for index in range(len(body.lines))]
        await connection.execute(
            frame.movement.insert(),
            [
                {
                    "posting_id": body.posting_id,
                    "line": index,
                    "state": "pending",
                    "initiator": body.initiator,
                    "transaction_code": body.transaction_code,
                    "account": line.account,
                    "amount_minor": line.amount_minor,
                    "balance_after_minor": balances[index],
                    "business_date": body.business_date,
                    "value_date": body.value_date,
                    "counter_outlet": body.counter_outlet,
                    "teller": body.teller,
                    "correction": body.correction,
                    "summary": line.summary,
                }
                for index, line in enumerate(body.lines)
            ],
        )
    accounts = [await keeper.describe(connection, line.account) for line in body.lines]
    counted = [await keeper.interest_from(connection, line.account, body.value_date) for line in body.lines]
    return MovementAnswer(accounts=accounts, balances_minor=balances, interest_from=counted)


async def require_day(connection: AsyncConnection, frame: Frame, resources: Resources, business_date: date) -> None:
    """That the service is on this date and has not closed it, held until the transaction ends. Raises `day.*`."""
    day = frame.business_day
    row = (await connection.execute(select(day.c.business_date, day.c.closed).with_for_update(read=True))).first()
    if row is None:
        raise NO_DAY()
    if row.business_date != business_date:
        raise DATE_WRONG(service=resources.name, date=row.business_date)
    if row.closed:
        raise DAY_CLOSED(date=row.business_date)


async def _rows(connection: AsyncConnection, frame: Frame, posting_id: UUID) -> list[Row[Any]]:
    # Whoever speaks of the same posting at the same time waits here, also while there is no row yet.
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(posting_id), 0))))
    table = frame.movement
    return list(await connection.execute(select(table).where(table.c.posting_id == posting_id).order_by(table.c.line).with_for_update()))


@router.post("/{posting_id}/post")
async def post(posting_id: UUID, body: Decision, request: Request) -> Decision:
    """Make a held movement real. Raises `movement.unknown`, `movement.voided`."""
    return await decide(resources_of(request), posting_id, body.model_copy(update={"state": "posted"}))


@router.post("/{posting_id}/void")
async def void(posting_id: UUID, request: Request) -> Decision:
    """Give a held movement up; an unknown one is nothing to give up."""
    return await decide(resources_of(request), posting_id, Decision(state="voided"))


async def decide(resources: Resources, posting_id: UUID, decision: Decision) -> Decision:
    """Bring a movement to its end, once. Raises `movement.unknown`, `movement.voided`."""
    frame, keeper = frame_of(resources), keeper_of(resources)
    async with resources.database.transaction() as connection:
        rows = await _rows(connection, frame, posting_id)
        if not rows:
            if decision.state == "voided":
                return decision
            raise MOVEMENT_UNKNOWN()
        current = rows[0].state
        if current == "voided" and decision.state == "posted":
            raise MOVEMENT_VOIDED()
        if current == "pending":
            decided = {"state": decision.state, "transaction_number": decision.transaction_number}
            changed = frame.movement.update().where(frame.movement.c.posting_id == posting_id).values(decided).returning(frame.movement)
            rows = list(await connection.execute(changed))
            for row in sorted(rows, key=lambda each: each.account):
                await (keeper.apply if decision.state == "posted" else keeper.release)(connection, row)
            current = decision.state
    return Decision(state=current, transaction_number=rows[0].transaction_number)


async def settle_pending(resources: Resources) -> None:
    """The owner's recovery loop: ask the initiator of every movement that has been pending too long."""
    await settle_by_asking(resources, frame_of(resources).movement, ASK_AFTER_SECONDS, decide)
