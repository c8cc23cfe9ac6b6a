"""The bank's day with the central bank's front end, its peer: signing on, and the port everything we say to it goes through (IB 2405)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import frame_of
from contracts.national import NationalOutward, NationalRepeatAsked, NationalSignedOn
from runtime.outbox import Outbox
from runtime.service import Resources
from services.clearing.domain.national_errors import NOT_OPEN
from services.clearing.national_tables import NATIONAL_COUNTER, NATIONAL_LINK

INWARD, OUTWARD = "inward", "outward"
"""Series of numbers of a date; an outlet's own number is the series of its submissions."""
SIGN_ON_AGAIN = timedelta(seconds=20)
"""How long an answer is waited for before signing on again."""
LOOK_AGAIN = timedelta(minutes=5)
"""How often an open day is signed on to again: the answer says which number the peer is at, so that the last ones are missed too."""


class NationalPeer(Protocol):
    """The front end as clearing speaks to it. What is said counts if and when the transaction of `connection` commits."""

    async def sign_on(self, connection: AsyncConnection, day: date, inward_heard: int) -> None:
        """Say that the bank is there for business of a date, and the highest inward number of it that has come."""
        ...

    async def send(self, connection: AsyncConnection, item: NationalOutward) -> None:
        """Hand an outward item over."""
        ...

    async def ask_again(self, connection: AsyncConnection, day: date, sequences: Sequence[int]) -> None:
        """Ask for inward numbers of a date once more."""
        ...


class BusPeer:
    """The front end behind the bus: an adapter or the simulator hears the queue `peer.national`."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def sign_on(self, connection: AsyncConnection, day: date, inward_heard: int) -> None:
        await self._outbox.add(connection, NationalSignedOn(business_date=day, inward_heard=inward_heard), business_date=day)

    async def send(self, connection: AsyncConnection, item: NationalOutward) -> None:
        await self._outbox.add(connection, item, business_date=item.business_date)

    async def ask_again(self, connection: AsyncConnection, day: date, sequences: Sequence[int]) -> None:
        await self._outbox.add(connection, NationalRepeatAsked(business_date=day, sequences=tuple(sequences)), business_date=day)


def peer_of(resources: Resources) -> NationalPeer | None:
    """The peer, if the settings say that there is one."""
    return None if resources.settings.national_peer == "none" else BusPeer(resources.outbox)


async def keep_signed_on(resources: Resources) -> None:
    """The periodic task: sign on to every business date, again until it is answered, and now and then after that."""
    peer = peer_of(resources)
    if peer is None:
        return
    async with resources.database.transaction() as connection:
        current = (await connection.execute(select(frame_of(resources).business_day))).first()
        if current is None or current.closed:
            return
        link = NATIONAL_LINK
        waited = func.now() - link.c.signed_on_at
        due = (link.c.opened_at.is_(None) & (waited > SIGN_ON_AGAIN)) | (waited > LOOK_AGAIN)
        quiet = select(link.c.business_date).where(link.c.business_date == current.business_date, ~due)
        if (await connection.execute(quiet)).first() is not None:
            return
        signing = insert_or(link).values(business_date=current.business_date, signed_on_at=func.now())
        signed = signing.on_conflict_do_update(index_elements=["business_date"], set_={"signed_on_at": func.now()}, where=due)
        if (await connection.execute(signed.returning(link.c.business_date))).first() is None:
            return
        await peer.sign_on(connection, current.business_date, await last_number(connection, current.business_date, INWARD))
    resources.outbox.committed()


async def open_link(connection: AsyncConnection, day: date) -> None:
    """The peer has opened a date that the bank signed on to; of another date this is nothing to us."""
    link = NATIONAL_LINK
    await connection.execute(link.update().where(link.c.business_date == day, link.c.opened_at.is_(None)).values(opened_at=func.now()))


async def require_open(connection: AsyncConnection, resources: Resources, day: date) -> NationalPeer:
    """检查电联业务是否已开放: the peer, once it has opened the date (IB 2405, 2453). Raises `clearing.national.not_open`."""
    peer = peer_of(resources)
    opened = select(NATIONAL_LINK.c.opened_at).where(NATIONAL_LINK.c.business_date == day)
    if peer is None or (await connection.execute(opened)).scalar() is None:
        raise NOT_OPEN(date=day.isoformat())
    return peer


async def last_number(connection: AsyncConnection, day: date, series: str, *, lock: bool = False) -> int:
    """The last number of a series of a date, 0 if there is none; with `lock` held until the transaction ends."""
    table = NATIONAL_COUNTER
    if lock:
        await connection.execute(insert_or(table).values(business_date=day, series=series, last=0).on_conflict_do_nothing())
    found = select(table.c.last).where(table.c.business_date == day, table.c.series == series)
    return (await connection.execute(found.with_for_update() if lock else found)).scalar() or 0


async def set_last(connection: AsyncConnection, day: date, series: str, last: int) -> None:
    """Write the last number of a series that is held."""
    table = NATIONAL_COUNTER
    await connection.execute(table.update().where(table.c.business_date == day, table.c.series == series).values(last=last))


async def next_number(connection: AsyncConnection, day: date, series: str) -> int:
    """The next number of a series of a date, held until the transaction ends."""
    table = NATIONAL_COUNTER
    first = insert_or(table).values(business_date=day, series=series, last=1)
    raised = first.on_conflict_do_update(index_elements=["business_date", "series"], set_={"last": table.c.last + 1})
    return (await connection.execute(raised.returning(table.c.last))).scalar_one()
