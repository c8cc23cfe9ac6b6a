"""What the transactions about tellers have in common: new credentials, and the register of changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from kernel.money import CURRENCIES
from runtime.hashing import hasher_of
from services.counter.domain.boxes import account_of_box
from services.counter.domain.errors import BOX_NOT_EMPTY
from services.counter.tables import CASH_BOX_USER, TELLER, TELLER_CHANGE, TELLER_DAY, VOUCHER


async def new_credentials(work: Work, password: str, *, must_change: bool) -> dict[str, Any]:
    """The columns that a new password sets; they also end a lockout and a reported loss."""
    return {
        "password_hash": await hasher_of(work.resources).hash(password),
        "must_change_password": must_change,
        "state": "active",
        "failed_attempts": 0,
        "failed_on": None,
        "password_changed_on": work.business_date,
        "credentials_changed_at": work.resources.clock.now(),
    }


async def update_teller(work: Work, teller: str, **values: Any) -> None:
    """Change a teller's row."""
    await work.connection.execute(TELLER.update().where(TELLER.c.teller == teller).values(**values))


async def note_change(work: Work, teller: str, change: str, **content: Any) -> None:
    """Write down what was done to a teller, by whom; never a password."""
    row = {
        "posting_id": work.posting_id,
        "teller": teller,
        "change": change,
        "content": content,
        "made_by": work.principal.teller,
        "second": work.second.teller if work.second else None,
        "business_date": work.business_date,
        "changed_at": work.resources.clock.now(),
    }
    await work.connection.execute(TELLER_CHANGE.insert().values(row))


async def present_as(connection: AsyncConnection, day: date, teller: str) -> str | None:
    """The teller's state of the date, None if he has not signed on for business."""
    found = select(TELLER_DAY.c.state).where(TELLER_DAY.c.business_date == day, TELLER_DAY.c.teller == teller)
    return (await connection.execute(found)).scalar()


async def give_up_boxes(work: Work, outlet: str, teller: str, boxes: Iterable[str] | None = None) -> list[str]:
    """Take boxes (all, if none are named) away from a teller. One that nobody else has must hold neither cash nor vouchers.

    Raises `counter.box.not_empty`.
    """
    connection, user = work.connection, CASH_BOX_USER
    mine = select(user.c.number).where(user.c.outlet == outlet, user.c.teller == teller).order_by(user.c.number)
    given_up = [number for number in (await connection.execute(mine)).scalars() if boxes is None or number in boxes]
    for number in given_up:
        users = select(user.c.teller).where(user.c.outlet == outlet, user.c.number == number).with_for_update()
        if list((await connection.execute(users)).scalars()) == [teller]:
            await _check_empty(work, outlet, number)
    await connection.execute(user.delete().where(user.c.outlet == outlet, user.c.teller == teller, user.c.number.in_(given_up)))
    return given_up


async def _check_empty(work: Work, outlet: str, number: str) -> None:
    held = await work.ledger.balances([account_of_box(outlet, number, currency) for currency in CURRENCIES])
    table = VOUCHER
    stock = (table.c.state == "stock", table.c.outlet == outlet, table.c.cash_box == number)
    vouchers = (await work.connection.execute(select(func.count()).select_from(table).where(*stock))).scalar_one()
    if any(held.values()) or vouchers:
        raise BOX_NOT_EMPTY(field="cash_box", cash_box=number)
