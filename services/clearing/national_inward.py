"""Inward items as they arrive from the peer: written down once by date and number, with what is missing before them (IB 2404-2406).

Nothing is posted here: sorting does that item by item (`national_sorting`), so that a slow account keeper holds up nobody's messages.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Integer, RowMapping, column, func, or_, select, tuple_, values
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import business_date_of, frame_of
from contracts.national import NationalInward, NationalOpened, NationalPayment
from kernel.money import format_amount
from runtime.service import Resources
from services.clearing.domain.national import BANK_PREFIX, CITY_DEPARTMENT, CURRENCY, outlet_of, own_department
from services.clearing.domain.national_errors import SEQUENCE_REUSED
from services.clearing.domain.national_sequence import after_hearing_of, after_number
from services.clearing.domain.national_states import InwardState
from services.clearing.national_link import INWARD, last_number, open_link, peer_of, set_last
from services.clearing.national_tables import NATIONAL_GAP, NATIONAL_INWARD

Key = tuple[date, int]
ASK_AGAIN = timedelta(seconds=30)
ASKED_AT_ONCE = 200
CONTENT = (
    "kind", "sending_bank", "receiving_bank", "payer_account", "payer_name", "payee_account", "payee_name", "amount_minor", "purpose",
    "returns_on", "returns_sequence",
)  # fmt: skip


def bell(resources: Resources) -> asyncio.Event:
    """Rung when something came that sorting has to do, and at the start, so that it does not wait for its next look."""
    if "national_bell" not in resources.state:
        resources.state["national_bell"] = asyncio.Event()
        resources.state["national_bell"].set()
    return resources.state["national_bell"]


def content_of(payment: NationalPayment) -> dict[str, Any]:
    """What a payment says, as items keep it."""
    returned = payment.returns
    return {
        **payment.model_dump(exclude={"returns"}),
        "returns_on": returned.business_date if returned else None,
        "returns_sequence": returned.sequence if returned else None,
    }


async def receive(connection: AsyncConnection, resources: Resources, messages: Sequence[NationalInward]) -> None:
    """Write items down, those that came before only counted. Raises `clearing.national.sequence_reused`, `.sequence_jump`."""
    if not messages:
        return
    items: dict[Key, dict[str, Any]] = {}
    repeats: Counter[Key] = Counter()
    for message in messages:
        key, content = (message.business_date, message.sequence), content_of(message.payment)
        if items.setdefault(key, content) != content:
            raise SEQUENCE_REUSED(field="sequence", date=key[0].isoformat(), sequence=key[1])
        repeats[key] += 1
    for day in sorted({key[0] for key in items}):
        await _count(connection, day, sorted(key[1] for key in items if key[0] == day))
    fresh = await _enter(connection, resources, items)
    await _repeated(connection, items, Counter({key: count - (key in fresh) for key, count in repeats.items()}))
    if fresh:
        bell(resources).set()


async def _count(connection: AsyncConnection, day: date, sequences: Sequence[int]) -> None:
    """Move the series of a date on over numbers that came, in rising order; what is passed over is missing, what was missing is there."""
    before = last = await last_number(connection, day, INWARD, lock=True)
    missing: list[int] = []
    for sequence in sequences:
        reached = after_number(last, sequence)
        missing += reached.missing
        last = reached.last
    if last != before:
        await set_last(connection, day, INWARD, last)
    await _miss(connection, day, missing)
    gap = NATIONAL_GAP
    filled = gap.update().where(gap.c.sent_on == day, gap.c.sequence.in_(sequences), gap.c.filled_at.is_(None))
    await connection.execute(filled.values(filled_at=func.now()))


async def _miss(connection: AsyncConnection, day: date, missing: Iterable[int]) -> None:
    rows = [{"sent_on": day, "sequence": sequence} for sequence in missing]
    if rows:
        await connection.execute(insert_or(NATIONAL_GAP).on_conflict_do_nothing(), rows)


async def _enter(connection: AsyncConnection, resources: Resources, items: dict[Key, dict[str, Any]]) -> set[Key]:
    """Write the items down that are not there yet; their keys."""
    today = await business_date_of(connection, frame_of(resources))
    outlets = await outlets_among(connection, resources, (content["receiving_bank"] for content in items.values()))
    rows = [
        {
            "sent_on": day,
            "sequence": sequence,
            "state": InwardState.RECEIVED.value,
            "outlet": outlet_of(content["receiving_bank"], outlets) or own_department(outlets),
            "received_on": today,
            **content,
        }
        for (day, sequence), content in sorted(items.items())
    ]
    table = NATIONAL_INWARD
    entered = insert_or(table).values(rows).on_conflict_do_nothing().returning(table.c.sent_on, table.c.sequence)
    return {(row.sent_on, row.sequence) for row in await connection.execute(entered)}


async def outlets_among(connection: AsyncConnection, resources: Resources, banks: Iterable[str]) -> set[str]:
    """Which of the outlets that these bank numbers name there are, the city's business department besides: all that sorting asks for."""
    gate = frame_of(resources).outlet_gate
    named = {CITY_DEPARTMENT, *(bank.removeprefix(BANK_PREFIX) for bank in banks)}
    return set((await connection.execute(select(gate.c.outlet).where(gate.c.outlet.in_(named)))).scalars())


async def _repeated(connection: AsyncConnection, items: dict[Key, dict[str, Any]], repeats: Counter[Key]) -> None:
    """Count what came again; it must say the same. Raises `clearing.national.sequence_reused`."""
    again = sorted((*key, count) for key, count in repeats.items() if count)
    if not again:
        return
    table = NATIONAL_INWARD
    keys = [(day, sequence) for day, sequence, _ in again]
    found = await connection.execute(select(table).where(tuple_(table.c.sent_on, table.c.sequence).in_(keys)))
    for row in found.mappings():
        key = (row["sent_on"], row["sequence"])
        if {name: row[name] for name in CONTENT} != items[key]:
            raise SEQUENCE_REUSED(field="sequence", date=key[0].isoformat(), sequence=key[1])
    given = values(column("day", Date), column("number", Integer), column("times", Integer), name="given").data(again)
    counted = table.update().where(table.c.sent_on == given.c.day, table.c.sequence == given.c.number)
    await connection.execute(counted.values(repeats=table.c.repeats + given.c.times))


async def hear_opened(connection: AsyncConnection, messages: Sequence[NationalOpened]) -> None:
    """The peer is open for dates, and says how far its numbers are. Raises `clearing.national.sequence_jump`."""
    for message in sorted(messages, key=lambda each: (each.business_date, each.inward_sent)):
        day = message.business_date
        await open_link(connection, day)
        reached = after_hearing_of(await last_number(connection, day, INWARD, lock=True), message.inward_sent)
        if reached.missing:
            await set_last(connection, day, INWARD, reached.last)
            await _miss(connection, day, reached.missing)


async def ask_for_missing(resources: Resources, *, at_once: bool = False) -> int:
    """Ask the peer for what is missing and was not asked for of late, or for all of it; how many numbers. A portion at a time."""
    peer = peer_of(resources)
    if peer is None:
        return 0
    gap = NATIONAL_GAP
    due = or_(gap.c.asked_at.is_(None), func.now() - gap.c.asked_at > ASK_AGAIN) if not at_once else gap.c.filled_at.is_(None)
    async with resources.database.transaction() as connection:
        first = select(gap.c.sent_on, gap.c.sequence).where(gap.c.filled_at.is_(None), due).order_by(gap.c.sent_on, gap.c.sequence)
        rows = (await connection.execute(first.limit(ASKED_AT_ONCE).with_for_update(skip_locked=True))).all()
        for day in sorted({row.sent_on for row in rows}):
            sequences = [row.sequence for row in rows if row.sent_on == day]
            asked = gap.update().where(gap.c.sent_on == day, gap.c.sequence.in_(sequences))
            await connection.execute(asked.values(asked_at=func.now(), asks=gap.c.asks + 1))
            await peer.ask_again(connection, day, sequences)
    if rows:
        resources.outbox.committed()
    return len(rows)


async def lock_item(connection: AsyncConnection, key: Key) -> RowMapping | None:
    """An inward item, held until the transaction ends."""
    table = NATIONAL_INWARD
    found = select(table).where(table.c.sent_on == key[0], table.c.sequence == key[1]).with_for_update()
    return (await connection.execute(found)).mappings().first()


async def set_item(connection: AsyncConnection, key: Key, **changes: Any) -> None:
    """Change an inward item that is held."""
    table = NATIONAL_INWARD
    await connection.execute(table.update().where(table.c.sent_on == key[0], table.c.sequence == key[1]).values(changes))


def slip_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """All that is printed of an item: its elements, where it stands, and the marks 挂账 and 重打凭证 (IB 2428)."""
    in_suspense = item["reason"] is not None
    return {
        "sent_on": item["sent_on"].isoformat(),
        "sequence": item["sequence"],
        "sending_bank": item["sending_bank"],
        "receiving_bank": item["receiving_bank"],
        "payer_account": item["payer_account"],
        "payer_name": item["payer_name"],
        "payee_account": item["payee_account"],
        "payee_name": item["payee_name"],
        "amount": format_amount(item["amount_minor"], CURRENCY),
        "purpose": item["purpose"],
        "outlet": item["outlet"],
        "posted_on": item["posted_on"].isoformat(),
        "state": item["state"],
        "suspended": in_suspense,
        "reason": item["reason"] or "",
        "prints": item["prints"],
        "reprinted": item["prints"] > 1,
    }
