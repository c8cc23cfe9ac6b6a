"""Remote deposits as they are kept: found, added, and moved on from one state to the next by one person only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import any_, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from contracts.day import Blocker
from services.clearing.domain.remote_deposits import CASHIER_BALANCED, UNKNOWN, Act, State, after
from services.clearing.outlet_tables import REMOTE_DEPOSIT
from services.clearing.tables import FRAME


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDeposit:
    """A remote deposit; `cash_box` is the box that took the cash, `posting_id` that of the check."""

    item: int
    state: State
    kind: str
    business_date: date
    outlet: str
    cash_box: str | None
    payer_account: str | None
    payer_name: str | None
    cheque_kind: str | None
    cheque_number: str | None
    payee_account: str
    payee_outlet: str
    payee_name: str
    currency: str
    amount_minor: int
    summary: str
    entered_by: str
    changed_by: str | None
    posting_id: UUID | None


async def add_deposit(connection: AsyncConnection, values: dict[str, Any]) -> int:
    """Enter a deposit; its number."""
    row = insert(REMOTE_DEPOSIT).values({**values, "state": State.ENTERED.value}).returning(REMOTE_DEPOSIT.c.item)
    return (await connection.execute(row)).scalar_one()


async def lock_deposit(work: Work, item: int) -> RemoteDeposit:
    """A deposit of the counter outlet, held for the transaction. Raises `clearing.remote_deposit.unknown`."""
    columns = [REMOTE_DEPOSIT.c[field.name] for field in fields(RemoteDeposit)]
    found = select(*columns).where(REMOTE_DEPOSIT.c.item == item, REMOTE_DEPOSIT.c.outlet == work.outlet).with_for_update()
    row = (await work.connection.execute(found)).mappings().first()
    if row is None:
        raise UNKNOWN(field="item", item=item)
    return RemoteDeposit(**{**row, "state": State(row["state"])})


async def move_on(work: Work, deposit: RemoteDeposit, act: Act, **changes: Any) -> State:
    """Change the deposit by an act. Raises `clearing.remote_deposit.state`."""
    reached = after(deposit.state, act)
    row = update(REMOTE_DEPOSIT).where(REMOTE_DEPOSIT.c.item == deposit.item)
    await work.connection.execute(row.values(state=reached.value, **changes))
    return reached


async def hold_cashier(work: Work, deposit: RemoteDeposit) -> None:
    """The teller whose box holds the cash has not balanced, nor does until this transaction ends.

    Raises `clearing.remote_deposit.cashier_balanced`.
    """
    gate = FRAME.outlet_gate
    barred = literal(deposit.entered_by) == any_(gate.c.barred_tellers)
    if (await work.connection.execute(select(barred).where(gate.c.outlet == work.outlet).with_for_update())).scalar():
        raise CASHIER_BALANCED(teller=deposit.entered_by)


async def unchecked_deposits(connection: AsyncConnection, outlets: Sequence[str] | None) -> list[Blocker]:
    """How many deposits of these outlets, or of all, nobody has checked; the first hundred outlets."""
    table = REMOTE_DEPOSIT.c
    found = select(table.outlet, func.count().label("number")).where(table.state == State.ENTERED.value)
    if outlets is not None:
        found = found.where(table.outlet.in_(outlets))
    rows = await connection.execute(found.group_by(table.outlet).order_by(table.outlet).limit(100))
    return [
        Blocker(outlet=row.outlet, zh=f"有 {row.number} 笔辖内通存报单未复核", en=f"{row.number} remote deposits are not checked")
        for row in rows
    ]
