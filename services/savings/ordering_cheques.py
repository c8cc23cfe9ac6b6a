"""The cheque that orders a line of another service's movement (an own cheque that came in through the exchange, IB 2293-2310).

It counts as used from the moment the movement is held, so that nobody else pays by it; what was done to it is written down when the
movement is posted. A movement that takes an earlier one back gives the cheque back when it is posted, and not before.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.movement import MovementLine, MovementRequest
from services.savings.cheques import FIELD, Deed, check_not_being_voided, check_sold, note
from services.savings.domain.accounts import Account
from services.savings.domain.cheques import ChequeAction, check_pays, state_after
from services.savings.tables import CHEQUE, CHEQUE_MOVEMENT


async def present(connection: AsyncConnection, account: Account, request: MovementRequest, line: MovementLine) -> None:
    """Use the line's cheque for as long as the movement is under way, or see that it can be given back.

    Raises `cheque.wrong_kind`, `cheque.not_sold`, `cheque.other_account`, `cheque.state`, `cheque.being_voided`.
    """
    cheque = line.cheque
    assert cheque is not None
    check_pays(cheque.kind, cash=False)
    action = ChequeAction.UNDO_USE if cheque.gives_back else ChequeAction.USE
    await check_sold(connection, account, cheque.kind, (cheque.number,), action, FIELD, lock=True)
    if action is ChequeAction.USE:
        await check_not_being_voided(connection, cheque.kind, cheque.number)
        await _set(connection, cheque.kind, cheque.number, action, request)
    kept = {"posting_id": request.posting_id, "line": request.lines.index(line), **cheque.model_dump()}
    await connection.execute(CHEQUE_MOVEMENT.insert().values(kept))


async def keep_to(connection: AsyncConnection, account: Account, movement: Row[Any]) -> Row[Any] | None:
    """The movement is posted: note that its cheque is used, or give it back. The cheque, if the line has one."""
    cheque = await _cheque_of(connection, movement)
    if cheque is not None:
        action = ChequeAction.UNDO_USE if cheque.gives_back else ChequeAction.USE
        await _set(connection, cheque.kind, cheque.number, action, movement)
        await note(connection, cheque.kind, [(cheque.number, account.number)], action, _deed(movement))
    return cheque


async def give_up(connection: AsyncConnection, movement: Row[Any]) -> None:
    """The movement is given up: its cheque is what it was before."""
    cheque = await _cheque_of(connection, movement)
    if cheque is not None and not cheque.gives_back:
        await _set(connection, cheque.kind, cheque.number, ChequeAction.UNDO_USE, movement)


async def _cheque_of(connection: AsyncConnection, movement: Row[Any]) -> Row[Any] | None:
    kept = CHEQUE_MOVEMENT.c
    wanted = select(CHEQUE_MOVEMENT).where(kept.posting_id == movement.posting_id, kept.line == movement.line)
    return (await connection.execute(wanted)).first()


async def _set(connection: AsyncConnection, kind: str, number: str, action: ChequeAction, by: MovementRequest | Row[Any]) -> None:
    changed = update(CHEQUE).where(CHEQUE.c.kind == kind, CHEQUE.c.number == number)
    await connection.execute(changed.values(state=state_after(action).value, changed_on=by.business_date, changed_by=by.teller))


def _deed(movement: Row[Any]) -> Deed:
    return Deed(movement.posting_id, movement.transaction_code, movement.business_date, movement.counter_outlet, movement.teller)
