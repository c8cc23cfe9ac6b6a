"""A service's copy of the business day: the date, the gates of the outlets, the bars on balanced tellers, and the statement at the close.

Taking a transaction number, counting a posting and checking that the outlet is open are one UPDATE of the outlet's row, in the transaction
they belong to. Closing an outlet updates the same row, so it waits for running transactions and stops every later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.day_blockers import require_nothing_open
from banking.tables import Frame
from contracts.day import DayStatement
from kernel.errors import ErrorType, Kind
from kernel.numbers import OUTLET_MALFORMED
from runtime.auth import service_only
from runtime.database import driver_connection
from runtime.service import Resources, resources_of

NO_DAY = ErrorType("day.not_opened", Kind.CONFLICT, "营业日尚未开始", "no business day has been opened yet")
OUTLET_UNKNOWN = ErrorType("outlet.unknown", Kind.NOT_FOUND, "没有网点 {outlet}", "there is no outlet {outlet}")
OUTLET_CLOSED = ErrorType(
    "outlet.closed", Kind.CONFLICT, "网点 {outlet} 已轧账,不能再做业务", "outlet {outlet} is closed for {date}; no more business today"
)
TELLER_BALANCED = ErrorType(
    "teller.balanced", Kind.CONFLICT, "柜员 {teller} 已轧账,须先解除平账", "teller {teller} has balanced; undo the balancing first"
)
DAY_MOVED = ErrorType("day.moved", Kind.CONFLICT, "营业日已更换,请重新提交", "the business date has changed meanwhile; send it again")
DATE_WRONG = ErrorType("day.date_wrong", Kind.CONFLICT, "服务 {service} 的营业日是 {date}", "the business date of {service} is {date}")
DAY_CLOSED = ErrorType("day.closed", Kind.CONFLICT, "营业日 {date} 已日结", "business date {date} has been closed")
UNDECIDED = ErrorType("day.undecided", Kind.CONFLICT, "还有 {count} 笔两阶段交易未了结", "{count} two-phase postings are still undecided")

SERVICE_DIGITS = {"customer": 1, "savings": 2, "lending": 3, "clearing": 4, "ledger": 5, "counter": 6, "reconciliation": 7}


def service_of_number(transaction_number: str) -> str | None:
    """The service that gives transaction numbers of this form (outlet, service digit, sequence)."""
    digit = transaction_number[4:5]
    return next((name for name, its in SERVICE_DIGITS.items() if str(its) == digit), None)


@dataclass(frozen=True, slots=True)
class Gate:
    """An outlet's gate as read: the business date, whether it is open and whether the teller is barred."""

    business_date: date
    is_open: bool
    barred: bool


def frame_of(resources: Resources) -> Frame:
    """The frame's tables of the running service."""
    return resources.state["frame"]


async def business_date_of(connection: AsyncConnection, frame: Frame) -> date:
    """The service's business date. Raises `day.not_opened`."""
    found = (await connection.execute(select(frame.business_day.c.business_date))).scalar()
    if found is None:
        raise NO_DAY()
    return found


async def read_gate(connection: AsyncConnection, frame: Frame, outlet: str, teller: str) -> Gate:
    """The gate of an outlet for one teller. Raises `outlet.unknown`."""
    raw = await driver_connection(connection)
    row = await raw.fetchrow(
        f"SELECT business_date, is_open, $2 = ANY (barred_tellers) FROM {frame.outlet_gate.fullname} WHERE outlet = $1", outlet, teller
    )
    if row is None:
        raise OUTLET_UNKNOWN(field="outlet", outlet=outlet)
    return Gate(*row)


def require_open(gate: Gate, outlet: str, teller: str) -> None:
    """Raise `outlet.closed` or `teller.balanced` if the teller may do no business."""
    if not gate.is_open:
        raise OUTLET_CLOSED(outlet=outlet, date=gate.business_date)
    if gate.barred:
        raise TELLER_BALANCED(teller=teller)


async def take_numbers(
    connection: AsyncConnection,
    resources: Resources,
    outlet: str,
    teller: str,
    day: date,
    *,
    control_total_minor: int | None,
    gated: bool = True,
    count: int = 1,
) -> list[str]:
    """Take the next transaction numbers of an outlet and count the postings they stand for; the row stays locked until the commit.

    `control_total_minor` is None for transactions without a posting. Raises `outlet.closed`, `teller.balanced` or `day.moved` if the
    gate changed since it was read.
    """
    frame = frame_of(resources)
    posts = 0 if control_total_minor is None else count
    guard = "AND is_open AND NOT ($6 = ANY (barred_tellers))" if gated else ""
    raw = await driver_connection(connection)
    last = await raw.fetchval(
        f"UPDATE {frame.outlet_gate.fullname} SET last_number = last_number + $1, postings = postings + $2, "
        f"control_total_minor = control_total_minor + $3 WHERE outlet = $4 AND business_date = $5 {guard} RETURNING last_number",
        *(count, posts, control_total_minor or 0, outlet, day, *([teller] if gated else [])),
    )
    if last is None:
        gate = await read_gate(connection, frame, outlet, teller)
        if gate.business_date != day:
            raise DAY_MOVED()
        require_open(gate, outlet, teller)
        raise DAY_MOVED()
    prefix = f"{outlet}{SERVICE_DIGITS[resources.name]}"
    return [f"{prefix}{number:06d}" for number in range(last - count + 1, last + 1)]


async def statement_of(connection: AsyncConnection, resources: Resources, day: date) -> DayStatement:
    """What the service states of a business date. Raises `day.not_opened`, and `day.date_wrong` for a date it neither closed nor is on."""
    frame = frame_of(resources)
    stated = text(
        "SELECT today.business_date, kept.postings AS kept_postings, kept.control_total_minor AS kept_total_minor, "
        f"(SELECT coalesce(sum(postings), 0)::bigint FROM {frame.outlet_gate.fullname}) AS postings, "
        f"(SELECT coalesce(sum(control_total_minor), 0)::bigint FROM {frame.outlet_gate.fullname}) AS total_minor, "
        f"(SELECT count(*) FROM {frame.register.fullname} WHERE state = 'intended') AS intended, "
        f"(SELECT count(*) FROM {frame.movement.fullname} WHERE state = 'pending') AS pending, "
        f"(SELECT count(*) FROM {frame.plumbing.outbox_waiting.fullname}) AS waiting "
        f"FROM {frame.business_day.fullname} AS today LEFT JOIN {frame.day_statement.fullname} AS kept ON kept.business_date = :day"
    )
    row = (await connection.execute(stated, {"day": day})).first()
    if row is None:
        raise NO_DAY()
    if row.business_date != day and row.kept_postings is None:
        raise DATE_WRONG(service=resources.name, date=row.business_date)
    current = row.business_date == day
    holds = resources.state.get("undecided")
    return DayStatement(
        service=resources.name,
        business_date=day,
        postings=row.postings if current else row.kept_postings,
        control_total_minor=row.total_minor if current else row.kept_total_minor,
        undecided=row.intended + row.pending + (await holds(connection) if holds else 0),
        outbox_waiting=row.waiting,
    )


class OpenDay(BaseModel):
    """Open this date with these outlets."""

    business_date: date
    outlets: list[str]


class CloseDay(BaseModel):
    """Close this date."""

    business_date: date


class OutletState(BaseModel):
    """Open or close outlets."""

    outlets: list[str]
    open: bool


class TellerState(BaseModel):
    """Bar or free one teller of an outlet."""

    outlet: str
    teller: str
    barred: bool


router = APIRouter(prefix="/internal/day", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("/open")
async def open_day(body: OpenDay, request: Request) -> dict[str, str]:
    """Start a date: keep the statement of the one that ends, open the outlets, numbers start at 1. Repeating it changes nothing."""
    resources = resources_of(request)
    frame = frame_of(resources)
    if any(len(outlet) != 4 or not outlet.isdigit() for outlet in body.outlets):
        raise OUTLET_MALFORMED(field="outlets")
    async with resources.database.transaction() as connection:
        day = frame.business_day
        current = (await connection.execute(select(day.c.business_date).with_for_update())).scalar()
        if current is not None and current > body.business_date:
            raise DATE_WRONG(service=resources.name, date=current)
        if current == body.business_date:
            await _add_outlets(connection, frame, body)
            return {"business_date": body.business_date.isoformat()}
        if current is not None:
            await _keep_statement(connection, resources, current)
        opening = insert_or(day).values(business_date=body.business_date, closed=False)
        await connection.execute(
            opening.on_conflict_do_update(index_elements=[day.c.singleton], set_={"business_date": body.business_date, "closed": False})
        )
        raw = await driver_connection(connection)
        await raw.execute(
            f"UPDATE {frame.outlet_gate.fullname} SET business_date = $1, is_open = true, last_number = 0, "
            "postings = 0, control_total_minor = 0, barred_tellers = '{}'",
            body.business_date,
        )
        await _add_outlets(connection, frame, body)
    return {"business_date": body.business_date.isoformat()}


async def _add_outlets(connection: AsyncConnection, frame: Frame, body: OpenDay) -> None:
    raw = await driver_connection(connection)
    await raw.execute(
        f"INSERT INTO {frame.outlet_gate.fullname} (outlet, business_date, is_open) SELECT unnest($1::text[]), $2, true ON CONFLICT "
        f"DO NOTHING",
        body.outlets,
        body.business_date,
    )


async def _keep_statement(connection: AsyncConnection, resources: Resources, day: date) -> None:
    stated = await statement_of(connection, resources, day)
    kept = frame_of(resources).day_statement
    row = insert_or(kept).values(business_date=day, postings=stated.postings, control_total_minor=stated.control_total_minor)
    await connection.execute(row.on_conflict_do_nothing())


@router.post("/close")
async def close_day(body: CloseDay, request: Request) -> DayStatement:
    """Close every outlet of the date and state the day. Raises `day.business_open` naming business that must be finished first."""
    resources = resources_of(request)
    frame = frame_of(resources)
    async with resources.database.transaction() as connection:
        current = await business_date_of(connection, frame)
        if current != body.business_date:
            raise DATE_WRONG(service=resources.name, date=current)
        await connection.execute(frame.outlet_gate.update().where(frame.outlet_gate.c.is_open).values(is_open=False))
        await require_nothing_open(connection, resources)
        await connection.execute(frame.business_day.update().values(closed=True))
        return await statement_of(connection, resources, current)


@router.get("/statement")
async def statement(date: date, request: Request) -> DayStatement:
    """The statement of a date."""
    resources = resources_of(request)
    async with resources.database.reading() as connection:
        return await statement_of(connection, resources, date)


@router.post("/outlets")
async def set_outlets(body: OutletState, request: Request) -> dict[str, bool]:
    """Open or close outlets. Raises `outlet.unknown`, and `day.closed` if outlets are to open after the close of the day."""
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        await move_gates(connection, frame_of(resources), body.outlets, is_open=body.open)
    return {"open": body.open}


async def move_gates(connection: AsyncConnection, frame: Frame, outlets: list[str], *, is_open: bool) -> None:
    """Open or close outlets in a running transaction; waits for the transactions they have under way. Raises as `set_outlets`."""
    day = (await connection.execute(select(frame.business_day).with_for_update(read=True))).first()
    if day is not None and day.closed and is_open:
        raise DAY_CLOSED(date=day.business_date)
    gate = frame.outlet_gate
    chosen = gate.c.outlet.in_(outlets)
    known = await connection.execute(select(gate.c.outlet).where(chosen).order_by(gate.c.outlet).with_for_update())
    unknown = sorted(set(outlets) - set(known.scalars()))
    if unknown:
        raise OUTLET_UNKNOWN(field="outlet", outlet=unknown[0])
    await connection.execute(gate.update().where(chosen).values(is_open=is_open))


@router.post("/teller")
async def set_teller(body: TellerState, request: Request) -> dict[str, bool]:
    """Bar a teller of an outlet for the date, or free him; waits for his running transactions. Raises `outlet.unknown`."""
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        await move_bar(connection, frame_of(resources), body.outlet, body.teller, barred=body.barred)
    return {"barred": body.barred}


async def move_bar(connection: AsyncConnection, frame: Frame, outlet: str, teller: str, *, barred: bool) -> None:
    """Bar or free a teller in a running transaction. Raises `outlet.unknown`."""
    gate = frame.outlet_gate
    without = func.array_remove(gate.c.barred_tellers, teller)
    moved = func.array_append(without, teller) if barred else without
    if (await connection.execute(gate.update().where(gate.c.outlet == outlet).values(barred_tellers=moved))).rowcount == 0:
        raise OUTLET_UNKNOWN(field="outlet", outlet=outlet)
