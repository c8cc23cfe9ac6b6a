"""Postings a service makes by itself, at day end for example: set-wise, with derived posting ids, so that a repeated run posts
nothing twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import SERVICE_DIGITS, frame_of
from banking.transaction import Posting
from contracts.ledger import PostingRequested, control_total_minor
from runtime.database import driver_connection
from runtime.service import Resources

SYSTEM_TELLER = "A0000"
"""The teller number under which the system itself posts."""


@dataclass(frozen=True, slots=True)
class Automatic:
    """One posting of the system in the books of an outlet."""

    posting_id: UUID
    outlet: str
    posting: Posting


async def post_automatically(connection: AsyncConnection, resources: Resources, code: str, day: date, items: Sequence[Automatic]) -> int:
    """Number, register and send every item that was not sent before; outlets may be closed. Returns how many were new."""
    frame = frame_of(resources)
    raw = await driver_connection(connection)
    known = {
        row["posting_id"]
        for row in await raw.fetch(
            f"SELECT posting_id FROM {frame.register.fullname} WHERE posting_id = ANY($1::uuid[])",
            [item.posting_id for item in items],
        )
    }
    facts = [fact_of(resources, code, day, item) for item in items if item.posting_id not in known]
    if not facts:
        return 0
    numbered = await _number(connection, resources, day, facts)
    await raw.execute(
        f"INSERT INTO {frame.register.fullname} "
        "(posting_id, state, business_date, outlet, transaction_number, code, teller, posts, control_total_minor) "
        "SELECT posting, 'posted', $5, outlet, number, $6, $7, true, total "
        "FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) AS given(posting, outlet, number, total)",
        [fact.posting_id for fact in numbered],
        [fact.outlet for fact in numbered],
        [fact.transaction_number for fact in numbered],
        [control_total_minor(fact) for fact in numbered],
        day,
        code,
        SYSTEM_TELLER,
    )
    outbox = resources.outbox
    await outbox.add_many(
        connection, [outbox.row(fact, message_id=fact.posting_id, business_date=day, cause=fact.transaction_number) for fact in numbered]
    )
    return len(numbered)


def fact_of(resources: Resources, code: str, day: date, item: Automatic) -> PostingRequested:
    """The fact an item becomes on its way to the ledger, not yet numbered."""
    posting = item.posting
    return PostingRequested(
        posting_id=item.posting_id,
        origin=resources.name,
        transaction_code=code,
        transaction_number="",
        business_date=day,
        value_date=posting.value_date or day,
        currency=posting.currency,
        outlet=item.outlet,
        teller=SYSTEM_TELLER,
        rule=posting.rule,
        accounts=posting.accounts,
        amounts_minor=posting.amounts_minor,
        legs=posting.legs,
        cash_box=posting.cash_box,
        channel=posting.channel,
        summary=posting.summary,
        red=posting.red,
        references=posting.references,
    )


async def _number(connection: AsyncConnection, resources: Resources, day: date, facts: list[PostingRequested]) -> list[PostingRequested]:
    """Give each fact the next number of its outlet, in one statement over all outlets."""
    frame = frame_of(resources)
    counts: dict[str, int] = defaultdict(int)
    totals: dict[str, int] = defaultdict(int)
    for fact in facts:
        counts[fact.outlet] += 1
        totals[fact.outlet] += control_total_minor(fact)
    outlets = sorted(counts)
    raw = await driver_connection(connection)
    gate = frame.outlet_gate.fullname
    await raw.execute(f"SELECT FROM {gate} WHERE outlet = ANY($1::text[]) ORDER BY outlet FOR UPDATE", outlets)
    rows = await raw.fetch(
        f"UPDATE {gate} AS gate SET last_number = gate.last_number + given.c, postings = gate.postings + given.c, "
        "control_total_minor = gate.control_total_minor + given.t "
        "FROM unnest($1::text[], $2::int[], $3::bigint[]) AS given(o, c, t) WHERE gate.outlet = given.o AND gate.business_date = $4 "
        "RETURNING gate.outlet, gate.last_number",
        outlets,
        [counts[outlet] for outlet in outlets],
        [totals[outlet] for outlet in outlets],
        day,
    )
    following = {row["outlet"]: row["last_number"] - counts[row["outlet"]] for row in rows}
    digit = SERVICE_DIGITS[resources.name]
    numbered = []
    for fact in facts:
        following[fact.outlet] += 1
        number = f"{fact.outlet}{digit}{following[fact.outlet]:06d}"
        numbered.append(fact.model_copy(update={"transaction_number": number}))
    return numbered
