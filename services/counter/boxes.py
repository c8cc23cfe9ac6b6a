"""Cash boxes in the database: which there are and who may use them (IB 344-358, 757-766)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from services.counter.domain.boxes import VAULT
from services.counter.domain.errors import BOX_EXISTS, BOX_NOT_OWN, BOX_SHARED_ALREADY, BOX_UNKNOWN
from services.counter.tables import CASH_BOX, CASH_BOX_USER

VAULT_NAME = "库钱箱"


async def check_exists(connection: AsyncConnection, outlet: str, cash_box: str, field: str = "cash_box") -> str:
    """The number itself if the outlet has such a box. Raises `counter.box.unknown`."""
    found = select(CASH_BOX.c.number).where(CASH_BOX.c.outlet == outlet, CASH_BOX.c.number == cash_box)
    if not cash_box.isalnum() or (await connection.execute(found)).first() is None:
        raise BOX_UNKNOWN(field=field, outlet=outlet, cash_box=cash_box)
    return cash_box


async def check_use(connection: AsyncConnection, outlet: str, cash_box: str, teller: str) -> None:
    """The vault is everybody's, any other box its tellers'. Raises `counter.box.unknown`, `counter.box.not_own`."""
    await check_exists(connection, outlet, cash_box)
    if cash_box == VAULT:
        return
    user = CASH_BOX_USER
    mine = select(user.c.teller).where(user.c.outlet == outlet, user.c.number == cash_box, user.c.teller == teller)
    if (await connection.execute(mine)).first() is None:
        raise BOX_NOT_OWN(field="cash_box", cash_box=cash_box)


async def add_box(connection: AsyncConnection, outlet: str, cash_box: str, name: str, teller: str, day: date) -> None:
    """Give a teller a new box. Raises `counter.box.exists`."""
    row = insert_or(CASH_BOX).values(outlet=outlet, number=cash_box, name=name, opened_on=day)
    if (await connection.execute(row.on_conflict_do_nothing().returning(CASH_BOX.c.number))).first() is None:
        raise BOX_EXISTS(field="cash_box", outlet=outlet, cash_box=cash_box)
    await connection.execute(CASH_BOX_USER.insert().values(outlet=outlet, number=cash_box, teller=teller))


async def share_box(connection: AsyncConnection, outlet: str, cash_box: str, teller: str) -> None:
    """Let another teller use a box as well. Raises `counter.box.already_user`."""
    row = insert_or(CASH_BOX_USER).values(outlet=outlet, number=cash_box, teller=teller)
    if (await connection.execute(row.on_conflict_do_nothing().returning(CASH_BOX_USER.c.teller))).first() is None:
        raise BOX_SHARED_ALREADY(field="teller", teller=teller, cash_box=cash_box)


async def ensure_vaults(connection: AsyncConnection, outlets: set[str], day: date | None) -> None:
    """Every outlet with tellers has a vault."""
    if outlets:
        rows = [{"outlet": outlet, "number": VAULT, "name": VAULT_NAME, "opened_on": day} for outlet in sorted(outlets)]
        await connection.execute(insert_or(CASH_BOX).on_conflict_do_nothing(), rows)
