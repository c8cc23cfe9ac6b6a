"""What was announced under a posting id and never decided on: the initiator's posting register is asked how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from sqlalchemy import Table, func, select, text

from contracts.movement import Decision, RegisterClient
from kernel.errors import DomainError
from runtime.service import Resources

log = structlog.get_logger(__name__)
PORTION = 200
"""How many postings one pass asks for, any of those that wait: what is held for long by right must not keep the others from being asked."""

Decide = Callable[[Resources, UUID, Decision], Awaitable[object]]


async def settle_by_asking(resources: Resources, table: Table, ask_after_seconds: int, decide: Decide) -> None:
    """One pass of a recovery loop over a table with `posting_id`, `initiator`, `state` and `created_at`.

    Whatever has been `pending` too long is decided as its initiator says. An initiator that is still at it, or cannot be asked, is asked
    again in the next pass.
    """
    column = table.c
    old = func.now() - column.created_at > text(f"interval '{int(ask_after_seconds)} seconds'")
    waiting = select(column.posting_id, column.initiator).where(column.state == "pending", old)
    some = waiting.group_by(column.posting_id, column.initiator).order_by(func.random()).limit(PORTION)
    async with resources.database.reading() as connection:
        rows = list(await connection.execute(some))
    for posting_id, initiator in rows:
        try:
            decision = await RegisterClient(resources.transport, initiator).decision(posting_id)
        except DomainError as error:  # others may be reachable
            log.warning("initiator cannot be asked", initiator=initiator, error=error.code)
            continue
        if decision.state != "intended":
            log.info("settled by asking", table=table.name, posting_id=str(posting_id), initiator=initiator, state=decision.state)
            await decide(resources, posting_id, decision)
