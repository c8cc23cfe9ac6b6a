"""Vouchers for a bank that is being set up: bought, issued, received and taken out as everywhere, in one go.

The numbers are entered where they end up; the register of movements and the books show every step they would have taken. All kinds that
take a step together make one posting set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

from asyncpg.exceptions import UniqueViolationError
from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER, Automatic, post_automatically
from banking.business_day import business_date_of, frame_of
from banking.transaction import Posting
from contracts.vouchers import VouchersLoaded, VouchersToLoad
from kernel.vouchers import ACCOUNTING_DEPARTMENT, SHEET_CURRENCY
from runtime.auth import service_only
from runtime.database import driver_connection
from runtime.identifiers import derived_id
from runtime.service import Resources, resources_of
from services.counter.boxes import check_exists
from services.counter.domain.boxes import VAULT
from services.counter.domain.voucher_errors import SUPPLY_OVERLAPS
from services.counter.domain.vouchers import NumberRange, issuer_of, number_range, whole_books
from services.counter.tables import VOUCHER, VOUCHER_MOVEMENT
from services.counter.vouchers import NOWHERE, Mover, Place, movement_row, vault_of

CODE = "bank.open"
POSTED = {"purchase": "counter.voucher.purchase", "issue": "counter.voucher.issue", "receive": "counter.voucher.receive"}
"""The steps that change what an outlet holds, and their rules."""

router = APIRouter(prefix="/internal/vouchers", dependencies=[Depends(service_only)], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Step:
    """What is done at one place to all vouchers that pass it."""

    action: str
    at: str
    come: Place
    go: Place
    position: int

    @property
    def posting_id(self) -> UUID:
        return derived_id(CODE, "voucher", self.action, self.at, self.go.outlet, self.go.cash_box)


@router.post("/load")
async def load_vouchers(body: VouchersToLoad, request: Request) -> VouchersLoaded:
    """Supply vaults and boxes, once; what is loaded already stays as it is."""
    resources = resources_of(request)
    supplies = [(Place(each.outlet, each.cash_box), whole_books(number_range(each.kind, each.first, each.last))) for each in body.supplies]
    async with resources.database.transaction() as connection:
        for place in sorted({place for place, _ in supplies}, key=str):
            await check_exists(connection, str(place.outlet), str(place.cash_box))
        sets = await _load(connection, resources, supplies)
    resources.outbox.committed()
    return VouchersLoaded(sets=sets)


async def _load(connection: AsyncConnection, resources: Resources, supplies: list[tuple[Place, NumberRange]]) -> int:
    day = await business_date_of(connection, frame_of(resources))
    taken: dict[Step, list[NumberRange]] = defaultdict(list)
    for place, numbers in supplies:
        for step in chain_to(place):
            taken[step].append(numbers)
    steps = {step: joined(ranges) for step, ranges in sorted(taken.items(), key=lambda each: each[0].position)}
    automatic = [Automatic(step.posting_id, step.at, _posting(step, ranges)) for step, ranges in steps.items() if step.action in POSTED]
    register = frame_of(resources).register
    known = select(register.c.posting_id).where(register.c.posting_id.in_([each.posting_id for each in automatic]))
    if (await connection.execute(known)).first() is None:
        await _enter(connection, supplies, day)
        rows = [
            movement_row(numbers, mover_of(resources, step, day, line), step.action, step.come, step.go)
            for step, ranges in steps.items()
            for line, numbers in enumerate(ranges)
        ]
        await connection.execute(VOUCHER_MOVEMENT.insert(), rows)
        await post_automatically(connection, resources, CODE, day, automatic)
    return len(automatic)


async def _enter(connection: AsyncConnection, supplies: list[tuple[Place, NumberRange]], day: date) -> None:
    """All numbers at once, as `register_new` enters a range."""
    raw = await driver_connection(connection)
    try:
        await raw.execute(
            f"INSERT INTO {VOUCHER.fullname} (kind, number, state, outlet, cash_box, moved_on, posting_id) "
            "SELECT kind, number, 'stock', outlet, cash_box, $6, posting "
            "FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $7::uuid[]) "
            "AS given(kind, first, last, outlet, cash_box, posting), generate_series(first, last) AS number",
            [numbers.kind.code for _, numbers in supplies],
            [numbers.first for _, numbers in supplies],
            [numbers.last for _, numbers in supplies],
            [place.outlet for place, _ in supplies],
            [place.cash_box for place, _ in supplies],
            day,
            [list(chain_to(place))[-1].posting_id for place, _ in supplies],
        )
    except UniqueViolationError:
        raise SUPPLY_OVERLAPS() from None


def chain_to(place: Place) -> Iterator[Step]:
    """The steps from the purchase to a vault or box."""
    outlets = [str(place.outlet)]
    while (above := issuer_of(outlets[0])) is not None:
        outlets.insert(0, above)
    yield Step("purchase", ACCOUNTING_DEPARTMENT, NOWHERE, vault_of(ACCOUNTING_DEPARTMENT), 0)
    for position, (above, below) in enumerate(pairwise(outlets), start=1):
        yield Step("issue", above, vault_of(above), Place(below), 2 * position - 1)
        yield Step("receive", below, Place(above), vault_of(below), 2 * position)
    if place.cash_box != VAULT:
        yield Step("take_out", outlets[-1], vault_of(outlets[-1]), place, 2 * len(outlets) - 1)


def joined(ranges: Iterable[NumberRange]) -> list[NumberRange]:
    """The same numbers with neighbouring ranges of a kind made one."""
    found: list[NumberRange] = []
    for numbers in sorted(ranges, key=lambda each: (each.kind.code, each.first)):
        if found and found[-1].kind == numbers.kind and found[-1].last + 1 == numbers.first:
            found[-1] = NumberRange(numbers.kind, found[-1].first, numbers.last)
        else:
            found.append(numbers)
    return found


def _posting(step: Step, ranges: list[NumberRange]) -> Posting:
    return Posting(POSTED[step.action], SHEET_CURRENCY, amounts_minor={"amount": sum(numbers.value_minor for numbers in ranges)})


def mover_of(resources: Resources, step: Step, day: date, line: int = 0) -> Mover:
    """The system as a mover."""
    return Mover(step.posting_id, CODE, day, step.at, SYSTEM_TELLER, resources.name, line)
