"""Postings reach the journal a moment after their receipts. What asks for a posting that was just made waits that moment, not longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.service import Resources
from services.ledger.tables import POSTING_SET

TRIES = 40
PAUSE_SECONDS = 0.05
Found = TypeVar("Found")


async def until_posted(look: Callable[[], Awaitable[Found | None]]) -> Found | None:
    """What `look` finds, looked for again for up to two seconds."""
    for attempt in range(TRIES):
        found = await look()
        if found is not None or attempt + 1 == TRIES:
            return found
        await asyncio.sleep(PAUSE_SECONDS)
    return None


async def first_row(connection: AsyncConnection, statement: Select[Any]) -> Row[Any] | None:
    """The first row of a statement."""
    return (await connection.execute(statement)).first()


async def catch_up(resources: Resources, posting_ids: list[UUID]) -> None:
    """Wait until these postings stand in the journal, two seconds at most."""
    counted = select(func.count()).select_from(POSTING_SET).where(POSTING_SET.c.posting_id.in_(posting_ids))

    async def all_there() -> bool | None:
        async with resources.database.reading() as connection:
            return True if (await connection.execute(counted)).scalar_one() == len(set(posting_ids)) else None

    await until_posted(all_there)
