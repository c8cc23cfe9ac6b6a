"""A teller and a password are looked at in one place: for signing on, for approving, for changing the password."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.errors import DomainError
from runtime.hashing import hasher_of
from runtime.service import Resources
from services.counter.domain.errors import CREDENTIALS_WRONG, LOCKED, PASSWORD_LOST, TELLER_LEFT, TELLER_UNKNOWN
from services.counter.domain.passwords import Attempts
from services.counter.tables import TELLER

TELLER_NUMBER = re.compile(r"[SKA][0-9]{4}")


async def verified(resources: Resources, teller: str, password: str, day: date) -> Row[Any]:
    """The teller whose password this is.

    A wrong password is counted in a transaction of its own, whatever becomes of the caller's; the right one clears the count.
    Raises `teller.credentials_wrong` (also for a teller who does not exist), `teller.locked`, `teller.password_lost`, `teller.left`.
    """
    hasher = hasher_of(resources)
    while True:
        seen = await _known(resources, teller)
        right = await hasher.matches(seen.password_hash if seen else None, password)
        if seen is None:
            raise CREDENTIALS_WRONG()
        fresh_hash = await hasher.hash(password) if right and hasher.outdated(seen.password_hash) else seen.password_hash
        async with resources.database.transaction() as connection:
            row = await locked_teller(connection, teller)
            if row.password_hash != seen.password_hash:
                continue
            refusal = await _judge(connection, row, right, day, fresh_hash)
        if refusal is not None:
            raise refusal
        return row


async def _known(resources: Resources, teller: str) -> Row[Any] | None:
    if TELLER_NUMBER.fullmatch(teller) is None:
        return None
    async with resources.database.reading() as connection:
        return (await connection.execute(select(TELLER).where(TELLER.c.teller == teller))).first()


async def _judge(connection: AsyncConnection, row: Row[Any], right: bool, day: date, fresh_hash: str) -> DomainError | None:
    """Count or clear, and say why the teller is refused; the caller commits either way."""
    attempts = Attempts(row.failed_attempts, row.failed_on)
    if attempts.locked(day):
        return LOCKED(teller=row.teller)
    following = Attempts() if right else attempts.another(day)
    changed = {"failed_attempts": following.count, "failed_on": following.on, "password_hash": fresh_hash}
    if any(getattr(row, name) != value for name, value in changed.items()):
        await connection.execute(TELLER.update().where(TELLER.c.teller == row.teller).values(**changed))
    if not right:
        return CREDENTIALS_WRONG()
    barred = {"lost": PASSWORD_LOST, "left": TELLER_LEFT}.get(row.state)
    return barred(teller=row.teller) if barred else None


async def locked_teller(connection: AsyncConnection, teller: str, field: str = "teller") -> Row[Any]:
    """A teller's row, held until the end of the transaction. Raises `teller.unknown`."""
    row = (await connection.execute(select(TELLER).where(TELLER.c.teller == teller).with_for_update())).first()
    if row is None:
        raise TELLER_UNKNOWN(field=field, teller=teller)
    return row
