"""The books a netting run starts from: clearing's own positions, proved complete and equal to the ledger's balances."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

from contracts.day import DayClient
from contracts.ledger import LedgerClient, PostingRequested
from contracts.topology import OWNERS
from kernel.errors import DomainError
from kernel.money import format_amount
from kernel.numbers import outlet_and_code
from runtime.service import Resources
from services.clearing.domain.errors import INCOMPLETE, MIRRORS_DIFFER, NOT_THE_DATE, POSITIONS_DIFFER, UNDER_WAY
from services.clearing.domain.guards import (
    RESERVES,
    IncompleteOrigin,
    MirrorDifference,
    PositionDifference,
    Totals,
    incomplete_origins,
    mirror_differences,
    position_differences,
    vectors,
)
from services.clearing.domain.netting import SUB_ACCOUNTS, Vector

PATIENCE_SECONDS = 10.0
"""How long a run waits without seeing any progress before it stops and says what is missing."""
MOVING_TRIES = 5
"""While outlets are open the books may never stand still: after so many looks at moving books a run takes what clearing has heard of."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.005, 0.1


class OutOfTime(Exception):
    """The time of one call is over; the caller asks again."""


class Wait:
    """Waiting with growing pauses: patience ends when nothing moves, the deadline ends the call."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._seen: object = None
        self._since = self._now()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def is_patient(self, seen: object) -> bool:
        """Whether something has moved since the last look, or patience is left."""
        if seen != self._seen:
            self._seen, self._since, self._pause_seconds = seen, self._now(), FIRST_PAUSE_SECONDS
        return self._now() - self._since < PATIENCE_SECONDS

    async def pause(self) -> None:
        """Raises `OutOfTime` after the deadline."""
        if self._now() >= self._deadline:
            raise OutOfTime
        await asyncio.sleep(self._pause_seconds)
        self._pause_seconds = min(self._pause_seconds * 1.5, LONGEST_PAUSE_SECONDS)


@dataclass(frozen=True)
class Heard:
    """Whether the outlets of a date are closed, and the sets clearing has heard of."""

    closed: bool
    ingested: Totals


@dataclass(frozen=True)
class Standing:
    """One snapshot of what clearing knows of a date: positions by currency and outlet, the day's business summed over the bank."""

    business_date: date
    closed: bool
    outlets: Sequence[str]
    ingested: Totals
    positions: Mapping[str, Mapping[str, Vector]]
    business: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Books:
    """What a currency is netted from: the snapshot, and the ledger's reserve balances, debit positive."""

    standing: Standing
    currency: str
    reserves: Mapping[str, int]

    @property
    def positions(self) -> Mapping[str, Vector]:
        return self.standing.positions.get(self.currency, {})


Progress = Callable[[int, int], Awaitable[None]]


IS_CURRENT = "SELECT business_date = $1 AS is_current, business_date, closed, "
INGESTED = (
    "(SELECT coalesce(json_object_agg(origin, json_build_array(postings, control_total_minor)), '{}') FROM clearing.ingested "
    "WHERE business_date = $1)::text AS ingested"
)
READ_HEARD = f"{IS_CURRENT} {INGESTED} FROM clearing.business_day"
VECTOR = ", ".join(f"coalesce(sum(amount_minor) FILTER (WHERE sub_account = '{sub}'), 0)" for sub in SUB_ACCOUNTS)
READ_STANDING = (
    f"{IS_CURRENT} {INGESTED}, (SELECT coalesce(json_agg(outlet ORDER BY outlet), '[]') FROM clearing.outlet_gate)::text AS outlets, "
    "(SELECT coalesce(json_agg(vector), '[]') FROM (SELECT json_build_array(currency, outlet, "
    f"{VECTOR}) AS vector FROM clearing.position WHERE business_date = $1 GROUP BY currency, outlet) AS of_outlet)::text AS positions, "
    "(SELECT coalesce(json_agg(turnover), '[]') FROM (SELECT json_build_array(currency, sub_account, sum(business_minor)) AS turnover "
    "FROM clearing.position WHERE business_date = $1 GROUP BY currency, sub_account) AS of_bank)::text AS business "
    "FROM clearing.business_day"
)
"""The database puts the outlets' sub-accounts together and writes them as JSON: a large bank has tens of thousands."""


async def read_heard(raw: asyncpg.Connection, day: date) -> Heard:
    """What clearing has heard of a date. Raises `clearing.netting.not_the_date` if it is not the business date."""
    row = await _read_current(raw, READ_HEARD, day)
    return Heard(row["closed"], _totals(row["ingested"]))


async def read_standing(raw: asyncpg.Connection, day: date) -> Standing:
    """Everything clearing knows of a date, in one statement and so in one snapshot.

    Raises `clearing.netting.not_the_date` if it is not the business date.
    """
    row = await _read_current(raw, READ_STANDING, day)
    positions: dict[str, dict[str, Vector]] = {}
    for currency, outlet, *vector in json.loads(row["positions"]):
        positions.setdefault(currency, {})[outlet] = tuple(vector)
    business: dict[str, dict[str, int]] = {}
    for currency, sub_account, minor in json.loads(row["business"]):
        business.setdefault(currency, dict.fromkeys(SUB_ACCOUNTS, 0))[sub_account] = minor
    return Standing(
        business_date=day,
        closed=row["closed"],
        outlets=json.loads(row["outlets"]),
        ingested=_totals(row["ingested"]),
        positions=positions,
        business=business,
    )


async def _read_current(raw: asyncpg.Connection, statement: str, day: date) -> asyncpg.Record:
    row = await raw.fetchrow(statement, day)
    if row is None or not row["is_current"]:
        raise NOT_THE_DATE(field="business_date", date=day, current=row and row["business_date"])
    return row


def _totals(written: str) -> Totals:
    return {origin: (postings, minor) for origin, (postings, minor) in json.loads(written).items()}


async def ledger_totals(resources: Resources, day: date) -> Totals:
    """What stands in the journal of a date, per origin."""
    totals = await LedgerClient(resources.transport).totals(day)
    return {each.origin: (each.postings, each.control_total_minor) for each in totals}


async def interbranch(resources: Resources, currency: str) -> tuple[dict[str, Vector], dict[str, int]]:
    """The ledger's 416 sub-accounts that are not zero by outlet, credit positive, and its reserve accounts, debit positive."""
    moved, reserves = [], {}
    for account, minor in (await LedgerClient(resources.transport).interbranch(currency)).items():
        outlet, code = outlet_and_code(account)
        if code in RESERVES:
            reserves[account] = minor
        elif minor:
            moved.append((outlet, code, -minor))
    return vectors(moved), reserves


async def stated_postings(resources: Resources, day: date) -> Mapping[str, int]:
    """How many sets each service has decided on by now."""
    clients = [DayClient(resources.transport, service) for service in OWNERS[PostingRequested.NAME]]
    return {each.service: each.postings for each in await asyncio.gather(*(client.statement(day) for client in clients))}


def late_services(stated: Mapping[str, int], ingested: Totals) -> list[str]:
    """The services that have decided on more sets than clearing has heard of."""
    return [service for service, postings in stated.items() if ingested.get(service, (0, 0))[0] < postings]


async def arrival(resources: Resources, raw: asyncpg.Connection, day: date, deadline: float, progress: Progress) -> None:
    """On an open day: wait until every set that a service had decided on by now has arrived, so that what has a receipt is netted.

    (At day end the order of its steps has seen to that.) Raises `OutOfTime`, `clearing.netting.under_way`.
    """
    stated = await stated_postings(resources, day)
    wait = Wait(deadline)
    while True:
        ingested = (await read_heard(raw, day)).ingested
        late = late_services(stated, ingested)
        if not late:
            return
        if not wait.is_patient(ingested):
            raise UNDER_WAY(origin=late[0], stated=stated[late[0]], ingested=ingested.get(late[0], (0, 0))[0])
        await progress(sum(min(stated[service], ingested.get(service, (0, 0))[0]) for service in stated), sum(stated.values()))
        await wait.pause()


async def agreed_books(
    resources: Resources, raw: asyncpg.Connection, day: date, currency: str, deadline: float, progress: Progress
) -> Books:
    """Wait until clearing has heard of every set in the journal, both sides hold the same positions, and the reserve accounts mirror
    each other.

    `raw` reads clearing's side, every statement of it what is committed by then.
    Raises `OutOfTime`, `clearing.netting.under_way`, `clearing.netting.incomplete`, `clearing.netting.positions_differ`,
    `clearing.netting.mirrors_differ`, `clearing.netting.not_the_date`.
    """
    if not (await read_heard(raw, day)).closed:
        await arrival(resources, raw, day, deadline, progress)
    wait, moving, posted = Wait(deadline), 0, await ledger_totals(resources, day)
    while True:
        standing = await read_standing(raw, day)
        may_lag = not standing.closed and moving >= MOVING_TRIES
        missing = [] if may_lag else incomplete_origins(posted, standing.ingested)
        differing: list[PositionDifference] = []
        unlike: list[MirrorDifference] = []
        if not missing:
            balances, reserves = await interbranch(resources, currency)
            unlike = mirror_differences(reserves)
            differing = [] if may_lag else position_differences(standing.positions.get(currency, {}), balances)
            if not differing and not unlike:
                return Books(standing, currency, reserves)
        again = await ledger_totals(resources, day)
        if again != posted:
            posted, moving = again, moving + 1
        elif differing:
            raise _positions_differ(differing, currency)
        elif unlike and standing.closed:
            require_mirrors(reserves, currency)
        elif not wait.is_patient((posted, standing.ingested)):
            if missing:
                raise _incomplete(missing[0])
            require_mirrors(reserves, currency)
        await progress(sum(sets for sets, _ in standing.ingested.values()), sum(sets for sets, _ in posted.values()))
        await wait.pause()


def _incomplete(missing: IncompleteOrigin) -> DomainError:
    return INCOMPLETE(
        origin=missing.origin,
        posted=missing.posted,
        posted_total=missing.posted_total_minor,
        ingested=missing.ingested,
        ingested_total=missing.ingested_total_minor,
    )


def _positions_differ(differing: Sequence[PositionDifference], currency: str) -> DomainError:
    first = differing[0]
    return POSITIONS_DIFFER(
        outlet=first.outlet,
        sub_account=first.sub_account,
        position=format_amount(first.position_minor, currency),
        balance=format_amount(first.balance_minor, currency),
        count=len(differing),
    )


def require_mirrors(reserves: Mapping[str, int], currency: str) -> None:
    """Raise `clearing.netting.mirrors_differ` naming the first pair of reserve accounts that do not mirror each other."""
    differing = mirror_differences(reserves)
    if differing:
        first = differing[0]
        raise MIRRORS_DIFFER(
            subject=first.subject,
            lower=first.lower,
            upper=first.upper,
            lower_balance=format_amount(first.lower_minor, currency),
            upper_balance=format_amount(first.upper_minor, currency),
            count=len(differing),
        )
