"""Money held on guarded internal accounts (cash boxes 101, the central-bank reserve 110) between a decision and its posting."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, text

from contracts.ledger import PostingRequested
from contracts.movement import RegisterClient
from kernel.errors import DomainError
from kernel.money import format_amount
from runtime.database import driver_connection
from runtime.service import Resources
from services.ledger.domain.balance import account_deltas
from services.ledger.domain.model import Guard, PostingSet
from services.ledger.domain.rulebook import Rulebook
from services.ledger.posting import OVERDRAWN
from services.ledger.tables import ACCOUNT, RESERVATION

log = structlog.get_logger(__name__)
TRIES = 20
PAUSE_SECONDS = 0.05
ASK_AFTER_SECONDS = 10


def guarded_outflows(rulebook: Rulebook, posting_set: PostingSet) -> dict[str, int]:
    """The guarded accounts a set takes from and how much, in minor units, in account order."""
    guards = {leg.account: rulebook.business_code(leg.business_code, posting_set.business_date).guard for leg in posting_set.legs}
    deltas = account_deltas(posting_set)
    return {account: -deltas[account] for account in sorted(guards) if guards[account] is Guard.DEBIT_ONLY and deltas[account] < 0}


async def reserve(resources: Resources, fact: PostingRequested, outflows: Mapping[str, int], *, hold: bool) -> None:
    """Hold the outflows under the posting id, or only check them. Money received a moment ago may still be on its way into the
    journal, so a
    shortage is looked at again for a second. Raises `ledger.account.overdrawn`."""
    for attempt in range(TRIES):
        missing = await _try(resources, fact, outflows, hold)
        if missing is None:
            return
        if attempt + 1 < TRIES:
            await asyncio.sleep(PAUSE_SECONDS)
    account, shortage_minor = missing
    raise OVERDRAWN(field="amount", account=account, missing=format_amount(shortage_minor, fact.currency))


async def _try(resources: Resources, fact: PostingRequested, outflows: Mapping[str, int], hold: bool) -> tuple[str, int] | None:
    async with resources.database.transaction() as connection:
        raw = await driver_connection(connection)
        rows = await raw.fetch(
            "SELECT account, balance_minor - reserved_minor AS free_minor FROM ledger.account WHERE account = ANY($1::text[]) ORDER "
            "BY account FOR UPDATE",
            list(outflows),
        )
        if await raw.fetchval("SELECT 1 FROM ledger.reservation WHERE posting_id = $1", fact.posting_id):
            return None
        free = {row["account"]: row["free_minor"] for row in rows}
        for account, amount_minor in outflows.items():
            if free.get(account, 0) < amount_minor:
                return account, amount_minor - free.get(account, 0)
        if not hold:
            return None
        await raw.executemany(
            "INSERT INTO ledger.reservation (posting_id, account, amount_minor, origin) VALUES ($1, $2, $3, $4)",
            [(fact.posting_id, account, amount_minor, fact.origin) for account, amount_minor in outflows.items()],
        )
        await raw.executemany(
            "UPDATE ledger.account SET reserved_minor = reserved_minor + $2 WHERE account = $1",
            list(outflows.items()),
        )
        return None


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
