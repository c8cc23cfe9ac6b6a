"""Who is at the counter today, and how tellers and outlets move between working and closed (IB 802-817).

A decision is one transaction of the counter: it changes the counter's own gate and writes down a state on the way (`balancing`,
`closing`, ...). Then every other service is told; the final state says that all of them know. Telling may be repeated, and the recovery
task repeats it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import SERVICE_DIGITS, business_date_of, frame_of, move_bar, move_gates
from banking.tables import Frame
from contracts.day import DayClient
from runtime.service import Resources
from services.counter.domain.errors import NOT_BALANCED, OUTLET_ALREADY_CLOSED, OUTLET_NOT_CLOSED, TELLERS_OPEN
from services.counter.tables import OUTLET_DAY, TELLER_DAY

MANAGEMENT = "A"
"""Level A does no business at the counter, so it has nothing to balance (IB 316)."""
OPEN = ("open", "reopening")
CLOSED = ("closing", "closed")
BALANCED = ("balancing", "balanced")
SETTLED = {"balancing": "balanced", "freeing": "working", "closing": "closed", "reopening": "open"}
MOVING = tuple(SETTLED)


async def outlet_state(connection: AsyncConnection, day: date, outlet: str, *, exclusive: bool = False) -> str:
    """The state of an outlet on a date, held against changes until the end of the transaction."""
    table = OUTLET_DAY
    await connection.execute(insert_or(table).values(business_date=day, outlet=outlet).on_conflict_do_nothing())
    found = select(table.c.state).where(table.c.business_date == day, table.c.outlet == outlet)
    return (await connection.execute(found.with_for_update(read=not exclusive))).scalar_one()


async def attend(connection: AsyncConnection, day: date, teller: str, outlet: str, level: str) -> None:
    """Note a teller as present; he must balance before his outlet can close. Once it has closed he can do no business."""
    if level == MANAGEMENT or await outlet_state(connection, day, outlet) in CLOSED:
        return
    await connection.execute(insert_or(TELLER_DAY).values(business_date=day, teller=teller, outlet=outlet).on_conflict_do_nothing())


async def _set_outlets(connection: AsyncConnection, day: date, outlets: Sequence[str], state: str) -> None:
    table = OUTLET_DAY
    await connection.execute(table.update().where(table.c.business_date == day, table.c.outlet.in_(outlets)).values(state=state))


async def _set_tellers(connection: AsyncConnection, day: date, tellers: Sequence[str], state: str) -> None:
    table = TELLER_DAY
    await connection.execute(table.update().where(table.c.business_date == day, table.c.teller.in_(tellers)).values(state=state))


async def teller_state(connection: AsyncConnection, day: date, teller: str) -> str | None:
    """The state of a teller on a date, held for this transaction; None if he has not signed on."""
    table = TELLER_DAY
    found = select(table.c.state).where(table.c.business_date == day, table.c.teller == teller)
    return (await connection.execute(found.with_for_update())).scalar()


async def balance_teller(connection: AsyncConnection, frame: Frame, day: date, outlet: str, teller: str) -> None:
    """Decide that a teller has balanced. A teller who has done so already stays as he is."""
    if await teller_state(connection, day, teller) in BALANCED:
        return
    row = insert_or(TELLER_DAY).values(business_date=day, teller=teller, outlet=outlet, state="balancing")
    await connection.execute(row.on_conflict_do_update(index_elements=["business_date", "teller"], set_={"state": "balancing"}))
    await move_bar(connection, frame, outlet, teller, barred=True)


async def free_teller(connection: AsyncConnection, frame: Frame, day: date, outlet: str, teller: str) -> None:
    """Decide that a balanced teller may work again. Raises `counter.outlet.already_closed`, `counter.teller.not_balanced`."""
    if await outlet_state(connection, day, outlet) in CLOSED:
        raise OUTLET_ALREADY_CLOSED(outlet=outlet)
    if await teller_state(connection, day, teller) not in BALANCED:
        raise NOT_BALANCED(field="teller", teller=teller)
    await _set_tellers(connection, day, [teller], "freeing")
    await move_bar(connection, frame, outlet, teller, barred=False)


async def close_outlet(connection: AsyncConnection, frame: Frame, day: date, outlet: str) -> None:
    """Decide that an outlet is closed for the date. Raises `counter.outlet.already_closed`, `counter.outlet.tellers_open`."""
    if await outlet_state(connection, day, outlet, exclusive=True) in CLOSED:
        raise OUTLET_ALREADY_CLOSED(outlet=outlet)
    table = TELLER_DAY
    waiting = select(table.c.teller).where(table.c.business_date == day, table.c.outlet == outlet, table.c.state.not_in(BALANCED))
    tellers = list((await connection.execute(waiting.order_by(table.c.teller))).scalars())
    if tellers:
        raise TELLERS_OPEN(tellers=", ".join(tellers), _errors=[{"teller": teller} for teller in tellers])
    await _set_outlets(connection, day, [outlet], "closing")
    await move_gates(connection, frame, [outlet], is_open=False)


async def reopen_outlet(connection: AsyncConnection, frame: Frame, day: date, outlet: str) -> None:
    """Decide that a closed outlet opens again. Raises `counter.outlet.not_closed`, `outlet.unknown`, `day.closed`."""
    if await outlet_state(connection, day, outlet, exclusive=True) not in CLOSED:
        raise OUTLET_NOT_CLOSED(field="outlet", outlet=outlet)
    await _set_outlets(connection, day, [outlet], "reopening")
    await move_gates(connection, frame, [outlet], is_open=True)


async def close_all(connection: AsyncConnection, frame: Frame, day: date) -> None:
    """Decide that every teller has balanced and every outlet is closed."""
    outlets = list((await connection.execute(select(frame.outlet_gate.c.outlet).order_by(frame.outlet_gate.c.outlet))).scalars())
    rows = [{"business_date": day, "outlet": outlet} for outlet in outlets]
    await connection.execute(insert_or(OUTLET_DAY).values(rows).on_conflict_do_nothing())
    held = select(OUTLET_DAY.c.outlet).where(OUTLET_DAY.c.business_date == day, OUTLET_DAY.c.state.not_in(CLOSED))
    still = list((await connection.execute(held.order_by(OUTLET_DAY.c.outlet).with_for_update())).scalars())
    await _set_outlets(connection, day, still, "closing")
    table = TELLER_DAY
    waiting = select(table.c.teller, table.c.outlet).where(table.c.business_date == day, table.c.state.not_in(BALANCED))
    for row in (await connection.execute(waiting.order_by(table.c.teller))).all():
        await balance_teller(connection, frame, day, row.outlet, row.teller)
    await move_gates(connection, frame, outlets, is_open=False)


# Telling the others


async def _tell(resources: Resources, message: Callable[[DayClient], Awaitable[None]]) -> None:
    """Say something to every other service at once; raises the first refusal after all have answered."""
    others = [DayClient(resources.transport, name) for name in SERVICE_DIGITS if name != resources.name]
    for answer in await asyncio.gather(*(message(client) for client in others), return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer


async def settle_outlets(resources: Resources, outlets: Iterable[str]) -> None:
    """Tell every service the newest decision on these outlets, holding their rows, so that an older one never comes later."""
    table = OUTLET_DAY
    async with resources.database.transaction() as connection:
        day = await business_date_of(connection, frame_of(resources))
        found = select(table).where(table.c.business_date == day, table.c.outlet.in_(list(outlets)), table.c.state.in_(MOVING))
        rows = (await connection.execute(found.order_by(table.c.outlet).with_for_update())).all()
        for state in ("closing", "reopening"):
            if chosen := [row.outlet for row in rows if row.state == state]:
                await _tell_outlets(resources, chosen, is_open=state == "reopening")
                await _set_outlets(connection, day, chosen, SETTLED[state])


async def _tell_outlets(resources: Resources, outlets: list[str], *, is_open: bool) -> None:
    await _tell(resources, lambda client: client.set_outlets(outlets, is_open=is_open))


async def settle_teller(resources: Resources, teller: str) -> None:
    """Tell every service the newest decision on a teller, in the same way."""
    table = TELLER_DAY
    async with resources.database.transaction() as connection:
        day = await business_date_of(connection, frame_of(resources))
        found = select(table).where(table.c.business_date == day, table.c.teller == teller, table.c.state.in_(MOVING))
        row: Row | None = (await connection.execute(found.with_for_update())).first()
        if row is not None:
            barred = row.state == "balancing"
            await _tell(resources, lambda client: client.set_teller(row.outlet, row.teller, barred=barred))
            await _set_tellers(connection, day, [row.teller], SETTLED[row.state])


async def moving(resources: Resources) -> tuple[list[str], list[str]]:
    """Tellers and outlets whose newest decision has not reached every service."""
    async with resources.database.reading() as connection:
        day = (await connection.execute(select(frame_of(resources).business_day.c.business_date))).scalar()
        found = []
        for table, column in ((TELLER_DAY, TELLER_DAY.c.teller), (OUTLET_DAY, OUTLET_DAY.c.outlet)):
            rows = await connection.execute(select(column).where(table.c.business_date == day, table.c.state.in_(MOVING)).order_by(column))
            found.append(list(rows.scalars()))
    return found[0], found[1]


async def settle_all(resources: Resources) -> None:
    """The recovery task: finish what a crash or an unreachable service left on the way. One that fails does not hold up the others."""
    tellers, outlets = await moving(resources)
    steps = [settle_teller(resources, teller) for teller in tellers] + [settle_outlets(resources, [outlet]) for outlet in outlets]
    problems: list[Exception] = []
    for step in steps:
        try:
            await step
        except Exception as error:
            problems.append(error)
    if problems:
        raise problems[0]


async def still_open(connection: AsyncConnection, frame: Frame, day: date) -> tuple[list[str], list[str]]:
    """Tellers not yet balanced and outlets not yet closed, everywhere."""
    tellers = select(TELLER_DAY.c.teller).where(TELLER_DAY.c.business_date == day, TELLER_DAY.c.state != "balanced")
    closed = select(OUTLET_DAY.c.outlet).where(OUTLET_DAY.c.business_date == day, OUTLET_DAY.c.state == "closed")
    gate = frame.outlet_gate
    outlets = select(gate.c.outlet).where(gate.c.outlet.not_in(closed)).order_by(gate.c.outlet)
    return (
        list((await connection.execute(tellers.order_by(TELLER_DAY.c.teller))).scalars()),
        list((await connection.execute(outlets)).scalars()),
    )
