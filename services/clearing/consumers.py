"""What the ledger and the peer say to clearing. A batch is folded into one upsert per table; no message and no item is ever marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import add
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.ledger import PositionTurnover, Posted, PostedGroup, SetsPosted
from contracts.national import NationalAnswered, NationalInward, NationalOpened
from runtime.consumer import Handler, Received
from runtime.database import array_text, driver_connection
from runtime.service import Resources
from services.clearing import national_inward, national_outward
from services.clearing.domain.netting import RULES, SETTLING_RULES

NETTING_RULES = frozenset(RULES.values())
PositionKey = tuple[date, str, str, str]

ADD_POSITIONS = (
    "INSERT INTO clearing.position AS p (business_date, outlet, sub_account, currency, amount_minor, business_minor, debit_minor, "
    "credit_minor, debit_count, credit_count) SELECT * FROM unnest($1::text::date[], $2::text::text[], $3::text::text[], "
    "$4::text::text[], $5::text::bigint[], $6::text::bigint[], $7::text::bigint[], $8::text::bigint[], $9::text::int[], $10::text::int[]) "
    "ON CONFLICT (business_date, outlet, sub_account, currency) DO UPDATE SET amount_minor = p.amount_minor + excluded.amount_minor, "
    "business_minor = p.business_minor + excluded.business_minor, debit_minor = p.debit_minor + excluded.debit_minor, "
    "credit_minor = p.credit_minor + excluded.credit_minor, debit_count = p.debit_count + excluded.debit_count, "
    "credit_count = p.credit_count + excluded.credit_count"
)
ADD_INGESTED = (
    "INSERT INTO clearing.ingested AS i (business_date, origin, postings, control_total_minor) "
    "SELECT * FROM unnest($1::date[], $2::text[], $3::bigint[], $4::bigint[]) ON CONFLICT (business_date, origin) DO UPDATE "
    "SET postings = i.postings + excluded.postings, control_total_minor = i.control_total_minor + excluded.control_total_minor"
)
COUNT_RETURNED = (
    "UPDATE clearing.netting_run AS r SET done = r.done + back.returned FROM (SELECT run, count(*) AS returned FROM clearing.netting_entry "
    "WHERE posting_id = ANY($1::uuid[]) GROUP BY run) AS back WHERE r.run = back.run"
)


def positions_handler(resources: Resources) -> Handler:
    """The handler of the queue `clearing.positions`."""

    async def handle(connection: AsyncConnection, received: Sequence[Received]) -> None:
        await ingest(await driver_connection(connection), [each.message for each in received])  # type: ignore[misc]

    return handle


def national_handler(resources: Resources) -> Handler:
    """The handler of the queue `clearing.national`: what the central bank's front end says."""

    async def handle(connection: AsyncConnection, received: Sequence[Received]) -> None:
        said = [each.message for each in received]
        await national_inward.hear_opened(connection, [message for message in said if isinstance(message, NationalOpened)])
        await national_inward.receive(connection, resources, [message for message in said if isinstance(message, NationalInward)])
        await national_outward.hear_answers(connection, resources, [message for message in said if isinstance(message, NationalAnswered)])

    return handle


async def ingest(raw: asyncpg.Connection, messages: Sequence[Posted | SetsPosted]) -> None:
    """Add posted sets to the positions and to the totals heard of, and tell netting runs which of their sets came back."""
    said = [message if isinstance(message, SetsPosted) else as_sets_posted(message) for message in messages]
    positions = fold_positions(said)
    if positions:
        columns = _columns((*key, *positions[key]) for key in sorted(positions))
        await raw.execute(ADD_POSITIONS, *(array_text(map(str, column)) for column in columns))
    ingested = fold_origins(said)
    await raw.execute(ADD_INGESTED, *_columns((*key, *ingested[key]) for key in sorted(ingested)))
    returned = [each for message in said for group in message.groups if group.rule in NETTING_RULES for each in group.posting_ids]
    if returned:
        await raw.execute(COUNT_RETURNED, returned)


def as_sets_posted(message: Posted) -> SetsPosted:
    """A single posted set, as it was said before sets were told of together."""
    positions = tuple(
        PositionTurnover(
            outlet=change.outlet,
            sub_account=change.sub_account,
            debit_minor=max(-change.amount_minor, 0),
            credit_minor=max(change.amount_minor, 0),
            debit_count=int(change.amount_minor < 0),
            credit_count=int(change.amount_minor >= 0),
        )
        for change in message.positions
    )
    group = PostedGroup(
        origin=message.origin,
        rule=message.rule,
        currency=message.currency,
        posting_ids=(message.posting_id,),
        control_total_minor=message.control_total_minor,
        positions=positions,
    )
    return SetsPosted(business_date=message.business_date, groups=(group,))


def fold_positions(messages: Iterable[SetsPosted]) -> dict[PositionKey, list[int]]:
    """(date, outlet, sub-account, currency) -> change, change by business, debit, credit, number of debits, number of credits."""
    folded: dict[PositionKey, list[int]] = {}
    for message in messages:
        for group in message.groups:
            by_business = group.rule not in SETTLING_RULES
            for each in group.positions:
                minor = each.credit_minor - each.debit_minor
                row = folded.setdefault((message.business_date, each.outlet, each.sub_account, group.currency), [0] * 6)
                gained = (minor, minor if by_business else 0, each.debit_minor, each.credit_minor, each.debit_count, each.credit_count)
                row[:] = map(add, row, gained)
    return folded


def fold_origins(messages: Iterable[SetsPosted]) -> dict[tuple[date, str], list[int]]:
    """(date, origin) -> number of sets, control total."""
    folded: dict[tuple[date, str], list[int]] = {}
    for message in messages:
        for group in message.groups:
            row = folded.setdefault((message.business_date, group.origin), [0, 0])
            row[0] += len(group.posting_ids)
            row[1] += group.control_total_minor
    return folded


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
