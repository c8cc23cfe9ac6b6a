"""Statements between the tables and who acts on them: found and locked, moved on with a step of the track."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import business_date_of
from banking.work import Work
from runtime.service import Resources
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.statement_errors import UNKNOWN
from services.reconciliation.domain.statement_states import Side, StatementAct, StatementState, after
from services.reconciliation.statements.tables import ADJUSTMENT_ITEM, STATEMENT, STATEMENT_REPLY, STATEMENT_STEP
from services.reconciliation.tables import FRAME


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts on a statement, and when; of the bank with the posting id of the transaction."""

    side: Side
    number: str
    name: str
    business_date: date
    moment: datetime
    posting_id: UUID | None = None


async def operator_acting(connection: AsyncConnection, resources: Resources, operator: Operator) -> Actor:
    """A signed-on operator as the one who acts now."""
    day = await business_date_of(connection, FRAME)
    return Actor(Side(operator.role), operator.operator_number, operator.name, day, resources.clock.now())


def bank_acting(work: Work) -> Actor:
    """The teller of a running transaction as the one who acts."""
    teller = work.principal.teller
    return Actor(Side.BANK, teller, teller, work.business_date, work.resources.clock.now(), work.posting_id)


def seen_by(operator: Operator) -> tuple[ColumnElement[bool], ...]:
    """The statements an operator may see: of his company, of the accounts he was given."""
    return STATEMENT.c.customer_number == operator.customer_number, STATEMENT.c.account.in_(sorted(operator.accounts))


async def found(connection: AsyncConnection, number: str, *conditions: ColumnElement[bool], lock: bool = False) -> Row[Any]:
    """A statement, locked if it is to change. One that the conditions leave out is not there: what others have is not told.

    Raises `statement.unknown`.
    """
    asked = select(STATEMENT).where(STATEMENT.c.number == number, *conditions)
    row = (await connection.execute(asked.with_for_update() if lock else asked)).first()
    if row is None:
        raise UNKNOWN(field="number", number=number)
    return row


async def last_reply(connection: AsyncConnection, statement: Row[Any]) -> Row[Any] | None:
    """The last reply to a statement, if there was any."""
    mine = (STATEMENT_REPLY.c.number == statement.number, STATEMENT_REPLY.c.reply == statement.reply)
    return (await connection.execute(select(STATEMENT_REPLY).where(*mine))).first()


async def items_of(connection: AsyncConnection, number: str) -> dict[int, list[Row[Any]]]:
    """The items of the sheets of a statement, by reply."""
    asked = select(ADJUSTMENT_ITEM).where(ADJUSTMENT_ITEM.c.number == number).order_by(ADJUSTMENT_ITEM.c.reply, ADJUSTMENT_ITEM.c.item)
    items: dict[int, list[Row[Any]]] = {}
    for row in await connection.execute(asked):
        items.setdefault(row.reply, []).append(row)
    return items


def state_after(statement: Row[Any], act: StatementAct, side: Side, **more: Any) -> StatementState:
    """The state an act leads a statement to. Raises `statement.side`, `statement.state`."""
    return after(StatementState(statement.state), act, side, round_number=statement.round, **more)


async def move(
    connection: AsyncConnection,
    statement: Row[Any],
    actor: Actor,
    act: StatementAct,
    state: StatementState,
    *,
    note: str | None = None,
    **changes: Any,
) -> None:
    """Bring a locked statement to the state an act has led to; the company sees the step and its note."""
    values = {"state": state.value, "version": STATEMENT.c.version + 1, **changes}
    await _step(connection, statement, actor, act.value, state.value, note, shown=True, values=values)


async def note_down(connection: AsyncConnection, statement: Row[Any], actor: Actor, act: str, note: str | None, **changes: Any) -> None:
    """Write down what the bank did with a locked statement that stays where it is; the company does not see it."""
    await _step(connection, statement, actor, act, statement.state, note, shown=False, values=changes)


async def _step(
    connection: AsyncConnection,
    statement: Row[Any],
    actor: Actor,
    act: str,
    state: str,
    note: str | None,
    *,
    shown: bool,
    values: dict[str, Any],
) -> None:
    step = statement.steps + 1
    await connection.execute(update(STATEMENT).where(STATEMENT.c.number == statement.number).values(steps=step, **values))
    await connection.execute(
        STATEMENT_STEP.insert().values(
            number=statement.number,
            step=step,
            act=act,
            side=actor.side.value,
            by=actor.number,
            by_name=actor.name,
            state=state,
            note=note,
            shown=shown,
            posting_id=actor.posting_id,
            business_date=actor.business_date,
            made_at=actor.moment,
        )
    )
