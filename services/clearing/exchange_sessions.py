"""Sessions of the exchange between table and domain: who changes one holds all of its outlet, who works in one keeps them from changing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clearing.domain.exchange_items import State, Stream
from services.clearing.domain.exchange_sessions import Session, SessionState, Standing, States, Tally, Totals, counted, switched_column
from services.clearing.tables import EXCHANGE_ITEM, EXCHANGE_SESSION

SESSION_LOCKS = 408
"""Sets these locks apart from others of the service."""
_KEY = tuple_(EXCHANGE_SESSION.c.exchange_date, EXCHANGE_SESSION.c.number)


async def lock_sessions(connection: AsyncConnection, outlet: str, *, exclusive: bool = False) -> None:
    """Keep the sessions of an outlet as they are until the transaction ends; with `exclusive` nobody else works in them either.

    Whoever locks items of the outlet as well does this first.
    """
    lock = func.pg_advisory_xact_lock if exclusive else func.pg_advisory_xact_lock_shared
    await connection.execute(select(lock(SESSION_LOCKS, int(outlet))))


async def states_of(connection: AsyncConnection, outlet: str, *asked: Session) -> States:
    """The sessions of an outlet that decide what may be done: those not settled, from the last settled one on, and those asked for."""
    table = EXCHANGE_SESSION.c
    settled = select(table.exchange_date, table.number).where(table.outlet == outlet, table.state == SessionState.SETTLED.value)
    last = (await connection.execute(settled.order_by(table.exchange_date.desc(), table.number.desc()).limit(1))).first()
    wanted = [table.state == SessionState.SWITCHED.value]
    wanted += [tuple_(literal(each.exchange_date), literal(each.number)) == _KEY for each in asked]
    if last is not None:
        wanted.append(tuple_(literal(last.exchange_date), literal(last.number)) <= _KEY)
    rows = await connection.execute(select(table.exchange_date, table.number, table.state).where(table.outlet == outlet, or_(*wanted)))
    return {Session(row.exchange_date, row.number): SessionState(row.state) for row in rows}


async def session_row(connection: AsyncConnection, outlet: str, session: Session) -> Row[Any] | None:
    """What is kept of a session."""
    table = EXCHANGE_SESSION.c
    wanted = (table.outlet == outlet, table.exchange_date == session.exchange_date, table.number == session.number)
    return (await connection.execute(select(EXCHANGE_SESSION).where(*wanted))).first()


@dataclass(frozen=True, slots=True)
class Done:
    """Who did something to a session, on which date, with which totals and which posting."""

    on: date
    by: str
    totals: Totals
    posting_id: UUID | None = None


async def keep_switch(connection: AsyncConnection, outlet: str, session: Session, state: SessionState, done: Done | None) -> None:
    """Write a session down as switched, or with None as open again."""
    values: dict[str, Any] = {"state": state.value, "switch_totals": None, "switched_on": None, "switched_by": None}
    if done is not None:
        values.update(switch_totals=_plain(done.totals), switched_on=done.on, switched_by=done.by)
    key = {"outlet": outlet, "exchange_date": session.exchange_date, "number": session.number}
    row = insert_or(EXCHANGE_SESSION).values(**key, **values)
    await connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


async def keep_settlement(connection: AsyncConnection, outlet: str, session: Session, state: SessionState, done: Done | None) -> None:
    """Write a session down as settled, or with None as only switched again."""
    values: dict[str, Any] = {
        "state": state.value,
        "settle_totals": None if done is None else _plain(done.totals),
        "settled_on": None if done is None else done.on,
        "settled_by": None if done is None else done.by,
        "settled_posting": None if done is None else done.posting_id,
    }
    table = EXCHANGE_SESSION.c
    wanted = (table.outlet == outlet, table.exchange_date == session.exchange_date, table.number == session.number)
    await connection.execute(EXCHANGE_SESSION.update().where(*wanted).values(values))


async def totals_of(connection: AsyncConnection, outlet: str, session: Session) -> Totals:
    """What a session of an outlet consists of by now."""
    found = await totals_by_outlet(connection, EXCHANGE_ITEM.c.outlet == outlet, session)
    return found.get(outlet) or counted(session, ())


async def totals_by_outlet(connection: AsyncConnection, outlets: ColumnElement[bool], session: Session) -> dict[str, Totals]:
    """The same of every outlet that fits and has items in the session."""
    table = EXCHANGE_ITEM.c
    out = (table.out_date == session.exchange_date) & (table.out_session == session.number)
    came = (table.in_date == session.exchange_date) & (table.in_session == session.number)
    keys = (table.outlet, table.stream, table.state, out.label("went"), came.label("came"))
    number, amount = func.count().label("number"), func.sum(table.amount_minor).label("amount_minor")
    rows = await connection.execute(select(*keys, number, amount).where(outlets, or_(out, came)).group_by(*keys))
    standing: dict[str, list[Standing]] = {}
    for row in rows:
        standing.setdefault(row.outlet, []).append(
            Standing(
                Stream(row.stream),
                State(row.state),
                Tally(row.number, int(row.amount_minor)),
                session if row.went else None,
                session if row.came else None,
            )
        )
    return {outlet: counted(session, items) for outlet, items in standing.items()}


async def waiting_totals(connection: AsyncConnection, outlet: str, names: tuple[str, ...]) -> Totals:
    """What the next switch would fix."""
    table = EXCHANGE_ITEM.c
    waiting = table.state.in_([State.CHECKED.value, State.RETURNING.value])
    grouped = select(table.stream, func.count().label("number"), func.sum(table.amount_minor).label("amount_minor"))
    rows = await connection.execute(grouped.where(table.outlet == outlet, waiting).group_by(table.stream))
    found = {switched_column(Stream(row.stream)): Tally(row.number, int(row.amount_minor)) for row in rows}
    return {name: found.get(name, Tally()) for name in names}


def read_totals(kept: Mapping[str, list[int]] | None) -> Totals | None:
    """Totals as they were written down."""
    return None if kept is None else {name: Tally(*pair) for name, pair in kept.items()}


def _plain(totals: Totals) -> dict[str, list[int]]:
    return {name: [tally.count, tally.amount_minor] for name, tally in totals.items()}
