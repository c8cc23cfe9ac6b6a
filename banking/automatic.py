"""Postings a service makes by itself, at day end for example: set-wise, with derived posting ids, so that a repeated run posts
nothing twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import SERVICE_DIGITS, frame_of
from banking.transaction import Posting
from contracts.ledger import PostingRequested, control_total_minor
from contracts.topology import sharded_key
from runtime.database import driver_connection
from runtime.outbox import adding
from runtime.service import Resources

SYSTEM_TELLER = "A0000"
"""The teller number under which the system itself posts."""


@dataclass(frozen=True, slots=True)
class WrittenLegs:
    """Very many free legs as a statement wrote them where their rows are: a JSON array of `FreeLeg`, and the sum of its debits in minor
    units."""

    json: str
    debit_minor: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """One posting of the system in the books of an outlet; its legs stand in the posting, or are written already."""

    posting_id: UUID
    outlet: str
    posting: Posting
    legs: WrittenLegs | None = None


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
    new = [item for item in items if item.posting_id not in known]
    if not new:
        return 0
    facts = [fact_of(resources, code, day, item) for item in new]
    totals = [control_total_minor(fact) + (item.legs.debit_minor if item.legs else 0) for fact, item in zip(facts, new, strict=True)]
    numbered = await _number(connection, resources, day, facts, totals)
    await raw.execute(
        f"INSERT INTO {frame.register.fullname} "
        "(posting_id, state, business_date, outlet, transaction_number, code, teller, posts, control_total_minor) "
        "SELECT posting, 'posted', $5, outlet, number, $6, $7, true, total "
        "FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) AS given(posting, outlet, number, total)",
        [fact.posting_id for fact in numbered],
        [fact.outlet for fact in numbered],
        [fact.transaction_number for fact in numbered],
        totals,
        day,
        code,
        SYSTEM_TELLER,
    )
    await resources.outbox.add_many(connection, [_row(resources, day, fact, item.legs) for fact, item in zip(numbered, new, strict=True)])
    return len(numbered)


def _row(resources: Resources, day: date, fact: PostingRequested, legs: WrittenLegs | None) -> dict[str, Any]:
    body = None
    if legs is not None:
        without, placed = fact.model_dump_json(), '"legs":[]'
        if without.count(placed) != 1:
            raise ValueError("a posting whose legs are written has no others")
        body = without.replace(placed, f'"legs":{legs.json}')
    return resources.outbox.row(fact, message_id=fact.posting_id, business_date=day, cause=fact.transaction_number, body=body)


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


async def _number(
    connection: AsyncConnection, resources: Resources, day: date, facts: list[PostingRequested], totals_minor: list[int]
) -> list[PostingRequested]:
    """Give each fact the next number of its outlet, in one statement over all outlets."""
    frame = frame_of(resources)
    counts: dict[str, int] = defaultdict(int)
    totals: dict[str, int] = defaultdict(int)
    for fact, total_minor in zip(facts, totals_minor, strict=True):
        counts[fact.outlet] += 1
        totals[fact.outlet] += total_minor
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


# Very many postings of one shape, made where their rows are: nothing of them passes through this process.

_ROW_ID = UUID(int=2**128 - 1)
_AMOUNT = 8_000_000_000_000_000_000
_PLACES = re.compile(f'"\ue000(?P<text>\\w+)\ue001"|(?P<id>{_ROW_ID})|{_AMOUNT // 10**3}(?P<amount>\\d{{3}})')


def column(name: str) -> str:
    """Stands in a `Posting` for the text a column of the row holds."""
    return f"\ue000{name}\ue001"


@dataclass(frozen=True, slots=True)
class SetWise:
    """The end of a statement that sends a posting for every row of `rows`: its common table expressions, `sent` among them with a row for
    each posting, and what their parameters stand for."""

    rows: str
    code: str
    day: date
    expressions: str
    arguments: tuple[Any, ...]

    async def send(self, raw: asyncpg.Connection, before: str, *arguments: Any) -> None:
        """Send, behind the common table expressions that make the rows.

        Raises `LookupError` if not every row was sent: its outlet has no gate on the date.
        """
        counted = f"SELECT (SELECT count(*) FROM {self.rows}), (SELECT count(*) FROM sent)"
        rows, sent = await raw.fetchrow(f"{before}, {self.expressions} {counted}", *arguments, *self.arguments)
        if rows != sent:
            raise LookupError(f"{rows - sent} postings of {self.code} are of outlets without a gate on {self.day}")


async def send_set_wise(
    connection: AsyncConnection,
    resources: Resources,
    code: str,
    day: date,
    posting: Posting,
    amounts: Mapping[str, str],
    *,
    rows: str,
    order: str,
    first_parameter: int,
) -> SetWise:
    """What numbers, registers and sends one posting for every row of the table expression `rows`, which has the columns `posting_id`,
    `outlet`, those that `posting` names by `column`, and those that hold the `amounts` (by name, minor units).

    Numbers of an outlet go in the `order` of a column. The rows must be sent once only: who makes them sees to that, in the same statement.
    """
    frame, digit = frame_of(resources), SERVICE_DIGITS[resources.name]
    envelope, places = _envelope_of_a_row(resources, code, day, posting, amounts)
    raw = await driver_connection(connection)
    outlets = [row["outlet"] for row in await raw.fetch(f"SELECT outlet FROM {frame.outlet_gate.fullname}")]
    keys = [sharded_key(PostingRequested.NAME, outlet) for outlet in outlets]
    n_day, n_code, n_teller, n_digit, n_envelope, n_outlets, n_keys = (f"${first_parameter + offset}" for offset in range(7))
    total = " + ".join(f"abs({each})" for each in amounts.values())
    told = f"""SELECT posting_id, key, convert_to(format({n_envelope}::text, {", ".join(places)}), 'UTF8')
    FROM numbered JOIN unnest(string_to_array({n_outlets}::text, ','), string_to_array({n_keys}::text, ','))
        AS slot (outlet, key) USING (outlet)"""
    expressions = f"""counted AS (
    SELECT outlet, count(*) AS postings, sum({total}) AS total FROM {rows} GROUP BY outlet
), gated AS (
    UPDATE {frame.outlet_gate.fullname} AS gate SET last_number = gate.last_number + counted.postings,
        postings = gate.postings + counted.postings, control_total_minor = gate.control_total_minor + counted.total
    FROM counted WHERE gate.outlet = counted.outlet AND gate.business_date = {n_day}::date
    RETURNING gate.outlet, gate.last_number - counted.postings AS before
), numbered AS (
    SELECT {rows}.*, outlet || {n_digit}::text
           || to_char(before + row_number() OVER (PARTITION BY outlet ORDER BY {order}), 'FM000000') AS transaction_number
    FROM {rows} JOIN gated USING (outlet)
), registered AS (
    INSERT INTO {frame.register.fullname}
        (posting_id, state, business_date, outlet, transaction_number, code, teller, posts, control_total_minor)
    SELECT posting_id, 'posted', {n_day}::date, outlet, transaction_number, {n_code}::text, {n_teller}::text, true, {total} FROM numbered
), {adding(frame.plumbing, told, called="sent")}"""
    return SetWise(rows, code, day, expressions, (day, code, SYSTEM_TELLER, str(digit), envelope, ",".join(outlets), ",".join(keys)))


def _envelope_of_a_row(resources: Resources, code: str, day: date, posting: Posting, amounts: Mapping[str, str]) -> tuple[str, list[str]]:
    """The envelope every row is sent in, as the outbox writes it, with `%s` where a row has something to say; and what it says there."""
    marked = replace(posting, amounts_minor={name: _AMOUNT + place for place, name in enumerate(amounts)})
    fact = fact_of(resources, code, day, Automatic(_ROW_ID, column("outlet"), marked))
    fact = fact.model_copy(update={"transaction_number": column("transaction_number")})
    row = resources.outbox.row(fact, message_id=_ROW_ID, business_date=day, cause=fact.transaction_number)
    columns, said = list(amounts.values()), []

    def place(found: re.Match[str]) -> str:
        if found["text"]:
            said.append(f"to_json({found['text']}::text)")
        else:
            said.append("posting_id" if found["id"] else columns[int(found["amount"])])
        return "%s"

    return _PLACES.sub(place, row["envelope"].decode().replace("%", "%%")), said
