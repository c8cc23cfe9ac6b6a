"""What is held on internal accounts between a decision and its posting: money of guarded accounts (cash boxes 101, the central-bank
reserve 110), and the outlets' own accounts, which nobody closes while a posting to them is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import delete, func, select, text

from contracts.ledger import PostingRequested
from contracts.movement import RegisterClient
from kernel.errors import DomainError
from kernel.money import format_amount
from runtime.database import driver_connection
from runtime.service import Resources
from services.ledger.domain.balance import account_deltas
from services.ledger.domain.internal_accounts import needs_opening
from services.ledger.domain.model import FIRST_SUFFIX, CodeKind, Guard, Leg, OffSheetLeg, PostingSet
from services.ledger.domain.refusals import ACCOUNT_UNKNOWN
from services.ledger.domain.rulebook import Rulebook
from services.ledger.posting import ACCOUNT_CLOSED, OVERDRAWN
from services.ledger.tables import ACCOUNT, RESERVATION

log = structlog.get_logger(__name__)
TRIES = 20
PAUSE_SECONDS = 0.05
ASK_AFTER_SECONDS = 10


class Claim(NamedTuple):
    """What a set wants of an account: the minor units it takes from the guarded side, and whether somebody must have opened it."""

    amount_minor: int
    guard: Guard
    opened: bool


def claims_of(rulebook: Rulebook, posting_set: PostingSet) -> dict[str, Claim]:
    """The accounts of a set that must be looked after before it is decided, in account order: guarded ones it takes from, and the outlets'
    own, which must be open and stay open until it is posted."""
    codes = {leg.account: rulebook.business_code(leg.business_code, posting_set.business_date) for leg in _all_legs(posting_set)}
    deltas = account_deltas(posting_set)
    claims: dict[str, Claim] = {}
    for account in sorted(codes):
        code, change = codes[account], deltas[account]
        taken = {Guard.DEBIT_ONLY: -change, Guard.CREDIT_ONLY: change, Guard.NONE: 0}[code.guard]
        opened = code.kind is CodeKind.INTERNAL and needs_opening(code, account[-len(FIRST_SUFFIX) :])
        if taken > 0 or opened:
            claims[account] = Claim(max(taken, 0), code.guard, opened)
    return claims


def _all_legs(posting_set: PostingSet) -> tuple[Leg | OffSheetLeg, ...]:
    return (*posting_set.legs, *posting_set.off_sheet)


async def reserve(resources: Resources, fact: PostingRequested, claims: Mapping[str, Claim], *, hold: bool) -> None:
    """Hold what a set claims under its posting id, or only check it. Money received a moment ago may still be on its way into the
    journal, so a shortage is looked at again for a second.

    Raises `ledger.account.overdrawn`, `ledger.account.unknown`, `ledger.account.closed`.
    """
    for attempt in range(TRIES):
        missing = await _try(resources, fact, claims, hold)
        if missing is None:
            return
        if attempt + 1 < TRIES:
            await asyncio.sleep(PAUSE_SECONDS)
    account, shortage_minor = missing
    raise OVERDRAWN(field="amount", account=account, missing=format_amount(shortage_minor, fact.currency))


async def _try(resources: Resources, fact: PostingRequested, claims: Mapping[str, Claim], hold: bool) -> tuple[str, int] | None:
    async with resources.database.transaction() as connection:
        raw = await driver_connection(connection)
        rows = await raw.fetch(
            "SELECT account, balance_minor, reserved_minor, closed_on FROM ledger.account WHERE account = ANY($1::text[]) ORDER "
            "BY account FOR UPDATE",
            list(claims),
        )
        if await raw.fetchval("SELECT 1 FROM ledger.reservation WHERE posting_id = $1", fact.posting_id):
            return None
        found = {row["account"]: row for row in rows}
        for account, claim in claims.items():
            shortage_minor = _shortage_minor(account, claim, found.get(account))
            if shortage_minor > 0:
                return account, shortage_minor
        if not hold:
            return None
        await raw.executemany(
            "INSERT INTO ledger.reservation (posting_id, account, amount_minor, origin) VALUES ($1, $2, $3, $4)",
            [(fact.posting_id, account, claim.amount_minor, fact.origin) for account, claim in claims.items()],
        )
        await raw.executemany(
            "UPDATE ledger.account SET reserved_minor = reserved_minor + $2 WHERE account = $1",
            [(account, claim.amount_minor) for account, claim in claims.items() if claim.amount_minor],
        )
        return None


def _shortage_minor(account: str, claim: Claim, row: asyncpg.Record | None) -> int:
    """How much is missing on an account. Raises `ledger.account.unknown`, `ledger.account.closed`."""
    if claim.opened:
        if row is None:
            raise ACCOUNT_UNKNOWN(field="account", account=account)
        if row["closed_on"] is not None:
            raise ACCOUNT_CLOSED(field="account", account=account)
    if claim.amount_minor == 0:
        return 0
    balance_minor, reserved_minor = (row["balance_minor"], row["reserved_minor"]) if row else (0, 0)
    held_minor = balance_minor if claim.guard is Guard.DEBIT_ONLY else -balance_minor
    return claim.amount_minor - (held_minor - reserved_minor)


async def release(resources: Resources, posting_id: UUID) -> None:
    """Give back what is held under a posting id; nothing happens if nothing is."""
    async with resources.database.transaction() as connection:
        gone = (
            await connection.execute(
                delete(RESERVATION)
                .where(RESERVATION.c.posting_id == posting_id)
                .returning(RESERVATION.c.account, RESERVATION.c.amount_minor)
            )
        ).all()
        for account, amount_minor in sorted(gone):
            changed = ACCOUNT.update().where(ACCOUNT.c.account == account)
            await connection.execute(changed.values(reserved_minor=ACCOUNT.c.reserved_minor - amount_minor))


async def settle_reservations(resources: Resources) -> None:
    """The recovery loop: ask the service in whose name money has been held for long, and give it back if the posting was voided."""
    async with resources.database.reading() as connection:
        old = func.now() - RESERVATION.c.created_at > text(f"interval '{ASK_AFTER_SECONDS} seconds'")
        rows = (await connection.execute(select(RESERVATION.c.posting_id, RESERVATION.c.origin).distinct().where(old).limit(200))).all()
    for posting_id, origin in rows:
        try:
            state = await RegisterClient(resources.transport, origin).state(posting_id)
        except DomainError as error:  # others may be reachable; this one is asked again in the next pass
            log.warning("origin cannot be asked", origin=origin, error=error.code)
            continue
        if state == "voided":
            log.info("reservation given back", posting_id=str(posting_id), origin=origin)
            await release(resources, posting_id)
