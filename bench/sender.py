"""A service's side of the clearing benchmark: inter-outlet facts, written into its outbox when they are due.

A stock of facts is made beforehand. What is sent is a fact of the stock under a posting id of its own, which tells the run and the place in
the schedule: so a schedule of any length needs no memory, and what arrived is told from what was due by its id alone.
"""

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
from runtime.outbox import Outbox, add_many_statement
from services.savings.tables import FRAME

ORIGIN = "savings"
OUTLETS = ("0100", "0101", "0102", "0200", "0201", "0202", "0300", "0301")
PERSONAL_ACCOUNTS, CORPORATE_ACCOUNTS = 4000, 400
HOT_ACCOUNT = 0
STOCK = 20_000
TICK_SECONDS = 0.02
"""What became due in it is written together: one commit, as of many tellers at once."""
LARGEST_WRITE = 5000
CASH = AccountReference(number="cash")
BLANK_ID = UUID(int=0)
_BLANK = str(BLANK_ID).encode()
ADD_MANY = add_many_statement(FRAME.plumbing)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fact of the stock as a row of the outbox, its id left blank, and its part of the control total."""

    control_total_minor: int
    routing_key: str
    around_the_id: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """So many facts, the first due at `started` (seconds of the epoch), so many a second; None is all at once."""

    run: int
    facts: int
    started: float
    per_second: float | None

    def due(self, position: int) -> float:
        """When a fact is due, whether the writer is in time or not."""
        return self.started + (position / self.per_second if self.per_second else 0.0)

    def posting_id(self, position: int) -> UUID:
        """A time-ordered UUID (version 7) that tells run and position."""
        milliseconds = int(self.due(position) * 1000)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | (position & 0xFFF) << 64 | 0x2 << 62 | self.run << 40 | position)

    def position(self, posting_id: UUID) -> int | None:
        """The place of an id in this schedule; None for an id of another."""
        if (posting_id.int >> 40) & 0x3FFFFF != self.run:
            return None
        return posting_id.int & 0xFFFFFFFFFF


def prepare(day: date, *, hot: bool = False, count: int = STOCK, seed: int = 20050901) -> list[Prepared]:
    """Facts of a working day at the counters: half deposits at other outlets, a fifth at the own one, some withdrawals, some transfers.
    With `hot` one account of all is in half of them."""
    chance = random.Random(seed)
    outbox = Outbox(FRAME.plumbing, SystemClock())
    prepared = []
    for number in range(count):
        fact = _fact(chance, number, day, hot and number % 2 == 0)
        row = outbox.row(fact, message_id=BLANK_ID, business_date=day, cause=fact.transaction_number)
        prepared.append(Prepared(control_total_minor(fact), row["routing_key"], tuple(row["envelope"].split(_BLANK))))
    return prepared


def _fact(chance: random.Random, number: int, day: date, hot: bool) -> PostingRequested:
    outlet = chance.choice(OUTLETS)
    kind = chance.random()
    if hot:
        code, accounts = "savings.demand.deposit", {"settlement": CASH, "account": _personal_account(HOT_ACCOUNT)}
    elif kind < 0.15:
        code, accounts = "savings.corporate.transfer", _transfer(chance, outlet)
    elif kind < 0.30:
        code, accounts = "savings.demand.withdraw", {"settlement": CASH, "account": _personal(chance)}
    else:
        code, accounts = "savings.demand.deposit", {"settlement": CASH, "account": _personal(chance, outlet if kind < 0.5 else None)}
    takes = code == "savings.demand.withdraw"
    return PostingRequested(
        posting_id=BLANK_ID,
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
    return _personal_account(number + (OUTLETS.index(outlet) if outlet is not None else chance.randrange(len(OUTLETS))))


def _personal_account(number: int) -> AccountReference:
    home = OUTLETS[number % len(OUTLETS)]
    return AccountReference(number=f"{number:09d}000010", outlet=home, business_code="211", name="张三")


def _transfer(chance: random.Random, outlet: str) -> dict[str, AccountReference]:
    first, second = chance.sample(range(CORPORATE_ACCOUNTS // len(OUTLETS)), 2)
    position = OUTLETS.index(outlet)
    return {
        role: AccountReference(number=f"4{number:05d}{position:04d}01016"[:15], outlet=outlet, business_code="201", name="东方商贸有限公司")
        for role, number in (("from_account", first), ("to_account", second))
    }


async def send(dsn: str, stock: Sequence[Prepared], schedule: Schedule) -> float:
    """Write the facts of a schedule into the outbox at its rate, waiting for nobody. Returns by how many seconds the writer was late at
    most."""
    connection = await asyncpg.connect(dsn)
    try:
        written, latest = 0, 0.0
        while written < schedule.facts:
            now = time.time() - schedule.started
            reached = min(schedule.facts, int(now * schedule.per_second) + 1) if schedule.per_second else schedule.facts
            until = min(reached, written + LARGEST_WRITE)
            if until > written:
                await _write(connection, [_row(stock, schedule, position) for position in range(written, until)])
                latest = max(latest, time.time() - schedule.due(written)) if schedule.per_second else 0.0
                written = until
            if until == reached:
                await asyncio.sleep(TICK_SECONDS)
        return latest
    finally:
        await connection.close()


def _row(stock: Sequence[Prepared], schedule: Schedule, position: int) -> tuple[Any, ...]:
    fact, posting_id = stock[position % len(stock)], schedule.posting_id(position)
    return posting_id, fact.routing_key, str(posting_id).encode().join(fact.around_the_id)


async def _write(connection: asyncpg.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    await connection.execute(ADD_MANY, *map(list, zip(*rows, strict=True)))
