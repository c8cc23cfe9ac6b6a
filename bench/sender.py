"""A service's side of the postings benchmark: facts made beforehand, written into its outbox when they are due."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from contracts.ledger import AccountReference, PostingRequested, control_total_minor
from kernel.clock import SystemClock
from runtime.identifiers import new_id
from runtime.outbox import Outbox
from services.savings.tables import FRAME

ORIGIN = "savings"
OUTLETS = ("0100", "0101", "0102", "0200", "0201", "0202", "0300", "0301")
PERSONAL_ACCOUNTS, CORPORATE_ACCOUNTS = 4000, 400
TICK_SECONDS = 0.005
LARGEST_WRITE = 5000
CASH = AccountReference(number="cash")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fact as a row of the outbox, and its part of the control total."""

    posting_id: UUID
    control_total_minor: int
    row: tuple[UUID, str, bytes]


def prepare(count: int, day: date, seed: int = 20050901) -> list[Prepared]:
    """Facts of a working day at the counters: half deposits at other outlets, a fifth at the own one, some withdrawals, some transfers."""
    chance = random.Random(seed)
    outbox = Outbox(FRAME.plumbing, SystemClock())
    prepared = []
    for number in range(count):
        fact = _fact(chance, number, day)
        row = outbox.row(fact, message_id=fact.posting_id, business_date=day, cause=fact.transaction_number)
        columns = (row["message_id"], row["routing_key"], row["envelope"])
        prepared.append(Prepared(fact.posting_id, control_total_minor(fact), columns))
    return prepared


def _fact(chance: random.Random, number: int, day: date) -> PostingRequested:
    outlet = chance.choice(OUTLETS)
    kind = chance.random()
    if kind < 0.15:
        code, accounts = "savings.corporate.transfer", _transfer(chance, outlet)
    elif kind < 0.30:
        code, accounts = "savings.demand.withdraw", {"settlement": CASH, "account": _personal(chance)}
    else:
        code, accounts = "savings.demand.deposit", {"settlement": CASH, "account": _personal(chance, outlet if kind < 0.5 else None)}
    takes = code == "savings.demand.withdraw"
    return PostingRequested(
        posting_id=new_id(),
        origin=ORIGIN,
        transaction_code=code,
        transaction_number=f"{outlet}2{number % 1_000_000:06d}",
        business_date=day,
        value_date=day,
        currency="CNY",
        outlet=outlet,
        teller=f"S{outlet[:2]}{outlet[3]}1",
        rule=code,
        accounts=accounts,
        amounts_minor={"amount": chance.randint(1, 100) if takes else chance.randint(100, 1_000_00)},
        cash_box="00001",
    )


def _personal(chance: random.Random, outlet: str | None = None) -> AccountReference:
    number = chance.randrange(PERSONAL_ACCOUNTS // len(OUTLETS)) * len(OUTLETS)
    number += OUTLETS.index(outlet) if outlet is not None else chance.randrange(len(OUTLETS))
    home = OUTLETS[number % len(OUTLETS)]
    return AccountReference(number=f"{number:09d}000010", outlet=home, business_code="211", name="张三")


def _transfer(chance: random.Random, outlet: str) -> dict[str, AccountReference]:
    first, second = chance.sample(range(CORPORATE_ACCOUNTS // len(OUTLETS)), 2)
    position = OUTLETS.index(outlet)
    return {
        role: AccountReference(number=f"4{number:05d}{position:04d}01016"[:15], outlet=outlet, business_code="201", name="东方商贸有限公司")
        for role, number in (("from_account", first), ("to_account", second))
    }


@dataclass
class Sending:
    """What was sent: when each fact was due, and when the writing ended."""

    due: dict[UUID, float]
    seconds: float
    latest_seconds: float


async def send(dsn: str, facts: Sequence[Prepared], per_second: float | None) -> Sending:
    """Write the facts into the outbox at a rate that does not wait for anybody, or at once.

    A fact is due at its place in the schedule, whether the writer is in time or not.
    """
    connection = await asyncpg.connect(dsn)
    try:
        started, written, latest = time.time(), 0, 0.0
        due = {fact.posting_id: started + (position / per_second if per_second else 0) for position, fact in enumerate(facts)}
        while written < len(facts):
            now = time.time() - started
            reached = min(len(facts), int(now * per_second) + 1) if per_second else len(facts)
            part = facts[written : min(reached, written + LARGEST_WRITE)]
            if not part:
                await asyncio.sleep(TICK_SECONDS)
                continue
            await _write(connection, [fact.row for fact in part])
            latest = max(latest, time.time() - due[part[0].posting_id]) if per_second else 0.0
            written += len(part)
        return Sending(due, time.time() - started, latest)
    finally:
        await connection.close()


async def _write(connection: asyncpg.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = ["message_id", "routing_key", "envelope"]
    await connection.copy_records_to_table("outbox", schema_name=ORIGIN, records=rows, columns=columns)
