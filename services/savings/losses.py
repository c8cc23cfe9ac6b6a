"""Losses of vouchers between the table and the domain. Whoever changes the loss of an account holds its row."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Update, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER
from banking.work import Work
from contracts.day import EventProgress
from runtime.service import Resources
from services.savings.accounts import lock_known, set_terms
from services.savings.domain.accounts import Account
from services.savings.domain.losses import Loss, LossKind, LossState, lapses_on
from services.savings.parameters.load import parameters
from services.savings.tables import INSTRUMENT_LOSS

EVENT_PORTION = 200
"""How many losses one transaction of the day end lets lapse."""


async def running_loss(connection: AsyncConnection, account: str) -> Loss | None:
    """The loss in force of an account."""
    table = INSTRUMENT_LOSS.c
    found = select(INSTRUMENT_LOSS).where(table.account == account, table.state == LossState.IN_FORCE.value)
    row = (await connection.execute(found)).first()
    return Loss(row.number, LossKind(row.kind), row.reported_on, row.voucher_number) if row else None


async def enter_loss(work: Work, account: Account, voucher_number: str | None, kind: LossKind, id_type: str, id_number: str) -> date | None:
    """Store a loss of a locked account, reported today; its last day, if it lapses."""
    table, day = INSTRUMENT_LOSS, work.business_date
    last = (await work.connection.execute(select(func.max(table.c.number)).where(table.c.account == account.number))).scalar()
    until = lapses_on(kind, day, parameters())
    await work.connection.execute(
        insert(table).values(
            account=account.number,
            number=(last or 0) + 1,
            outlet=account.outlet,
            kind=kind.value,
            voucher_number=voucher_number,
            state=LossState.IN_FORCE.value,
            lapses_on=until,
            reported_on=day,
            reported_by=work.principal.teller,
            id_type=id_type,
            id_number=id_number,
            posting_id=work.posting_id,
        )
    )
    await set_terms(work.connection, account.number, reported_lost=True)
    return until


async def end_loss(
    work: Work, account: Account, loss: Loss, state: LossState, id_type: str, id_number: str, new_voucher_number: str | None = None
) -> None:
    """End the loss of a locked account by hand."""
    ended = _end(state, work.business_date, work.principal.teller).values(
        ended_second=work.second.teller if work.second else None,
        ended_id_type=id_type,
        ended_id_number=id_number,
        ended_posting_id=work.posting_id,
        new_voucher_number=new_voucher_number,
    )
    table = INSTRUMENT_LOSS.c
    await work.connection.execute(ended.where(table.account == account.number, table.number == loss.number))
    await set_terms(work.connection, account.number, reported_lost=False)


async def end_losses(resources: Resources, day: date) -> EventProgress:
    """The day-end event: losses reported by word that nobody confirmed in writing lapse with their last day, a portion at a time."""
    table = INSTRUMENT_LOSS.c
    ending = (table.state == LossState.IN_FORCE.value, table.lapses_on <= day)
    async with resources.database.transaction() as connection:
        due = select(table.account).where(*ending).order_by(table.account).limit(EVENT_PORTION)
        for account in await lock_known(connection, (await connection.execute(due)).scalars()):
            lapsed = _end(LossState.LAPSED, day, SYSTEM_TELLER).where(table.account == account.number, *ending)
            await connection.execute(lapsed)
            await set_terms(connection, account.number, reported_lost=False)
        left = (await connection.execute(select(func.count()).where(*ending))).scalar_one()
        over = select(func.count()).where(table.state == LossState.LAPSED.value, table.ended_on == day)
        done = (await connection.execute(over)).scalar_one()
    return EventProgress(done=done, total=done + left)


def _end(state: LossState, day: date, teller: str) -> Update:
    running = INSTRUMENT_LOSS.c.state == LossState.IN_FORCE.value
    return update(INSTRUMENT_LOSS).where(running).values(state=state.value, ended_on=day, ended_by=teller)
