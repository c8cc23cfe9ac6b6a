"""What one service decides and every service goes by: told to those that do not have the newest version yet.

A table of the deciding service (`service`, `version`) says what each one has heard of. Telling again is harmless, older versions that
arrive late change nothing; so the same call serves after a change and as the recovery task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy import Table, func, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.service import Resources


async def those_behind(connection: AsyncConnection, delivery: Table, services: Iterable[str], version: int) -> list[str]:
    """The services that are not known to have a version."""
    known = {row.service: row.version for row in await connection.execute(select(delivery))}
    return [name for name in services if known.get(name, 0) < version]


async def tell(resources: Resources, delivery: Table, version: int, services: Iterable[str], say: Callable[[str], Awaitable[None]]) -> None:
    """Tell these services and write down who has heard. One that fails holds up no other; then its failure is raised."""
    asked = list(services)
    answers = await asyncio.gather(*(say(name) for name in asked), return_exceptions=True)
    told = [name for name, answer in zip(asked, answers, strict=True) if not isinstance(answer, BaseException)]
    if told:
        row = insert_or(delivery).values([{"service": name, "version": version} for name in sorted(told)])
        newest = {"version": func.greatest(delivery.c.version, row.excluded.version)}
        async with resources.database.transaction() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=["service"], set_=newest))
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
