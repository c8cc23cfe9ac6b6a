"""What clearing must not leave open overnight: outward items nobody has checked, national ones and those of the exchange, remote deposits
likewise, and sessions of the exchange whose day it is that are not settled (IB 2231, 2271, 2449, 3104-3107)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.day import Blocker
from services.clearing.domain.exchange_items import State
from services.clearing.domain.exchange_sessions import Session, SessionState
from services.clearing.national_outward import unchecked_items
from services.clearing.remote_deposits import unchecked_deposits
from services.clearing.tables import EXCHANGE_ITEM, EXCHANGE_SESSION, FRAME

MOST = 100


async def blockers(connection: AsyncConnection, outlets: Sequence[str] | None) -> list[Blocker]:
    """What keeps these outlets, or all, from closing on the current date."""
    today = (await connection.execute(select(FRAME.business_day.c.business_date))).scalar_one()
    return [
        *await unchecked_items(connection, outlets),
        *await open_exchange(connection, outlets, today),
        *await unchecked_deposits(connection, outlets),
    ]


async def open_exchange(connection: AsyncConnection, outlets: Sequence[str] | None, today: date) -> list[Blocker]:
    """What the exchange adds to it on a date, the first hundred of each kind."""
    items, sessions = EXCHANGE_ITEM.c, EXCHANGE_SESSION.c
    entered = select(items.outlet, func.count().label("number")).where(items.state == State.ENTERED.value)
    unsettled = select(sessions.outlet, sessions.exchange_date, sessions.number)
    unsettled = unsettled.where(sessions.state == SessionState.SWITCHED.value, sessions.exchange_date <= today)
    if outlets is not None:
        entered, unsettled = entered.where(items.outlet.in_(outlets)), unsettled.where(sessions.outlet.in_(outlets))
    unchecked = await connection.execute(entered.group_by(items.outlet).order_by(items.outlet).limit(MOST))
    open_sessions = await connection.execute(unsettled.order_by(sessions.outlet, sessions.exchange_date, sessions.number).limit(MOST))
    return [
        Blocker(outlet=row.outlet, zh=f"有 {row.number} 笔同城提出报单未复核", en=f"{row.number} outward exchange items are not checked")
        for row in unchecked
    ] + [
        Blocker(outlet=row.outlet, zh=f"交换场次 {session} 未清算", en=f"exchange session {session} is not settled")
        for row in open_sessions
        for session in [Session(row.exchange_date, row.number)]
    ]
