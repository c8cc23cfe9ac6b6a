"""Freezes between the table and the domain. Whoever changes the freezes of an account holds its row, so they change one after another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, Update, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER
from banking.work import Work
from contracts.day import EventProgress
from kernel.money import format_amount
from runtime.service import Resources
from services.savings.accounts import lock_known, save
from services.savings.domain.accounts import Account
from services.savings.domain.freezes import Freeze, FreezeReason, FreezeState, with_freezes
from services.savings.tables import FREEZE

EVENT_PORTION = 200
"""How many accounts one transaction of the day end frees."""


@dataclass(frozen=True, slots=True)
class Order:
    """Whose order a freeze follows or is lifted by: the executing officer's document, the legal document, remarks."""

    id_type: str | None = None
    id_number: str | None = None
    legal_document: str | None = None
    summary: str = ""


def freeze_of(row: Row[Any]) -> Freeze:
    """The freeze a row of the table stands for."""
    return Freeze(row.number, row.amount_minor, row.until)


async def freezes_of(connection: AsyncConnection, account: str) -> list[Freeze]:
    """The freezes in force of an account, the oldest first."""
    return [freeze_of(row) for row in await connection.execute(_active(account))]


async def shown_freezes(connection: AsyncConnection, account: Account) -> list[dict[str, Any]]:
    """The freezes in force as a teller sees them with the account."""
    if not account.frozen_minor and not account.frozen_whole:
        return []
    return [shown(row, account.currency) for row in await connection.execute(_active(account.number))]


def shown(row: Row[Any], currency: str) -> dict[str, Any]:
    """A freeze as pages show it. Without an amount it is one of the whole account."""
    return {
        "freeze_number": row.number,
        "amount": None if row.amount_minor is None else format_amount(row.amount_minor, currency),
        "reason": row.reason,
        "reason_name": FreezeReason(row.reason).text.as_dict(),
        "until": row.until.isoformat() if row.until else None,
        "frozen_on": row.frozen_on.isoformat(),
        "frozen_by": row.frozen_by,
        "legal_document": row.legal_document,
        "summary": row.summary,
    }


async def enter_freeze(
    work: Work, account: Account, amount_minor: int | None, reason: FreezeReason, until: date | None, order: Order
) -> tuple[Freeze, Account]:
    """Store a freeze of a locked account under its next number; the freeze, and the account as it stands then."""
    connection = work.connection
    last = (await connection.execute(select(func.max(FREEZE.c.number)).where(FREEZE.c.account == account.number))).scalar()
    freeze = Freeze((last or 0) + 1, amount_minor, until)
    await connection.execute(
        insert(FREEZE).values(
            account=account.number,
            number=freeze.number,
            outlet=account.outlet,
            amount_minor=amount_minor,
            reason=reason.value,
            until=until,
            state=FreezeState.IN_FORCE.value,
            frozen_on=work.business_date,
            frozen_by=work.principal.teller,
            id_type=order.id_type,
            id_number=order.id_number,
            legal_document=order.legal_document,
            summary=order.summary,
            posting_id=work.posting_id,
        )
    )
    return freeze, await _refresh(connection, account)


async def lift_freeze(work: Work, account: Account, freeze: Freeze, order: Order) -> Account:
    """End a freeze of a locked account by hand; the account as it stands then."""
    ended = _end(FreezeState.LIFTED, work.business_date, work.principal.teller).values(
        ended_id_type=order.id_type, ended_id_number=order.id_number, ended_summary=order.summary, ended_posting_id=work.posting_id
    )
    await work.connection.execute(ended.where(FREEZE.c.account == account.number, FREEZE.c.number == freeze.number))
    return await _refresh(work.connection, account)


async def end_freezes(resources: Resources, day: date) -> EventProgress:
    """The day-end event 自动解冻: every freeze ends with its last day (IB 2536, 3340, 3366), a portion of accounts at a time."""
    ending = (FREEZE.c.state == FreezeState.IN_FORCE.value, FREEZE.c.until <= day)
    async with resources.database.transaction() as connection:
        accounts = select(FREEZE.c.account).where(*ending).distinct().order_by(FREEZE.c.account).limit(EVENT_PORTION)
        numbers = list((await connection.execute(accounts)).scalars())
        for account in await lock_known(connection, numbers):
            ended = _end(FreezeState.EXPIRED, day, SYSTEM_TELLER).where(FREEZE.c.account == account.number, *ending)
            await connection.execute(ended)
            await _refresh(connection, account)
        left = (await connection.execute(select(func.count()).select_from(FREEZE).where(*ending))).scalar_one()
        over = select(func.count()).select_from(FREEZE).where(FREEZE.c.state == FreezeState.EXPIRED.value, FREEZE.c.ended_on == day)
        done = (await connection.execute(over)).scalar_one()
    return EventProgress(done=done, total=done + left)


async def _refresh(connection: AsyncConnection, account: Account) -> Account:
    frozen = with_freezes(account, await freezes_of(connection, account.number))
    await save(connection, frozen)
    return frozen


def _end(state: FreezeState, day: date, teller: str) -> Update:
    return update(FREEZE).where(FREEZE.c.state == FreezeState.IN_FORCE.value).values(state=state.value, ended_on=day, ended_by=teller)


def _active(account: str) -> Select[Any]:
    return select(FREEZE).where(FREEZE.c.account == account, FREEZE.c.state == FreezeState.IN_FORCE.value).order_by(FREEZE.c.number)
