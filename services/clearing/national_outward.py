"""Outward items between tables and messages: entered, matched, sent to the peer, and what it answers (IB 2444-2466)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.day import Blocker
from contracts.ledger import AccountReference
from contracts.national import ItemReference, NationalAnswered, NationalOutward, NationalPayment
from runtime.service import Resources
from services.clearing.domain.national import own_bank
from services.clearing.domain.national_errors import ANSWER_UNKNOWN
from services.clearing.domain.national_states import OutwardAct, OutwardState, outward_after
from services.clearing.national_inward import bell
from services.clearing.national_link import OUTWARD, NationalPeer, next_number
from services.clearing.national_tables import NATIONAL_OUTWARD

MATCHED = 200
"""So many items are looked through at most."""
ACTS = {"taken": OutwardAct.TAKE, "confirmed": OutwardAct.CONFIRM, "rejected": OutwardAct.REJECT}


async def enter(connection: AsyncConnection, day: date, outlet: str, **item: Any) -> str:
    """Write an item down under the outlet's next submission number 提交号, which is given back."""
    submission = f"{outlet}{await next_number(connection, day, outlet):04d}"
    await connection.execute(NATIONAL_OUTWARD.insert().values(business_date=day, submission=submission, outlet=outlet, **item))
    return submission


async def find(connection: AsyncConnection, *chosen: ColumnElement[bool], lock: bool = False) -> RowMapping | None:
    """The one outward item that these conditions name; with `lock` held until the transaction ends."""
    found = select(NATIONAL_OUTWARD).where(*chosen)
    return (await connection.execute(found.with_for_update() if lock else found)).mappings().first()


async def matching(connection: AsyncConnection, *chosen: ColumnElement[bool]) -> list[RowMapping]:
    """The outward items that fit, waiting ones before others, older ones first; of very many the first."""
    table = NATIONAL_OUTWARD
    waiting_first = (table.c.state != OutwardState.ENTERED.value, table.c.business_date, table.c.submission)
    return list((await connection.execute(select(table).where(*chosen).order_by(*waiting_first).limit(MATCHED))).mappings())


async def change(connection: AsyncConnection, posting_id: UUID, **changes: Any) -> None:
    """Change an item that is held, named by the posting id it is held and posted under."""
    table = NATIONAL_OUTWARD
    await connection.execute(table.update().where(table.c.posting_id == posting_id).values(changes))


def account_of(item: Mapping[str, Any]) -> AccountReference:
    """The account an item is paid from, as a fact names it."""
    return AccountReference(
        number=item["payer_account"], outlet=item["outlet"], business_code=item["business_code"], name=item["account_name"]
    )


async def send(connection: AsyncConnection, peer: NationalPeer, item: Mapping[str, Any]) -> int:
    """Hand a checked item to the peer under the date's next number, which is given back."""
    sequence = await next_number(connection, item["business_date"], OUTWARD)
    returned = ItemReference(business_date=item["returns_on"], sequence=item["returns_sequence"]) if item["returns_on"] else None
    payment = NationalPayment(
        sending_bank=own_bank(item["outlet"]),
        returns=returned,
        **{name: item[name] for name in NationalPayment.model_fields if name not in ("sending_bank", "returns")},
    )
    await peer.send(connection, NationalOutward(business_date=item["business_date"], sequence=sequence, payment=payment))
    return sequence


async def hear_answers(connection: AsyncConnection, resources: Resources, messages: Sequence[NationalAnswered]) -> None:
    """Take the peer's answers down, in the order of their items; what changes nothing any more is passed over.

    Raises `clearing.national.answer_unknown`, and `clearing.national.outward_state` for what contradicts an earlier answer.
    """
    table = NATIONAL_OUTWARD
    for message in sorted(messages, key=lambda each: (each.business_date, each.sequence)):
        numbered = (table.c.business_date == message.business_date, table.c.sequence == message.sequence)
        item = await find(connection, *numbered, lock=True)
        if item is None:
            raise ANSWER_UNKNOWN(field="sequence", date=message.business_date.isoformat(), sequence=message.sequence)
        before = OutwardState(item["state"])
        after = outward_after(before, ACTS[message.outcome])
        if after is before:
            continue
        await change(connection, item["posting_id"], state=after.value, answered_at=func.now(), answer=message.reason)
        if after is OutwardState.REJECTED:
            bell(resources).set()


async def unchecked_items(connection: AsyncConnection, outlets: Sequence[str] | None) -> list[Blocker]:
    """当天结帐时不允许有未复核的电联报单 (IB 2449): what keeps these outlets, or with None the day, from closing."""
    table = NATIONAL_OUTWARD
    found = select(table.c.outlet, table.c.submission).where(table.c.state == OutwardState.ENTERED.value)
    if outlets is not None:
        found = found.where(table.c.outlet.in_(outlets))
    rows = await connection.execute(found.order_by(table.c.outlet, table.c.submission).limit(MATCHED))
    return [
        Blocker(outlet=row.outlet, zh=f"往帐 {row.submission} 未复核", en=f"outward item {row.submission} is not checked") for row in rows
    ]
