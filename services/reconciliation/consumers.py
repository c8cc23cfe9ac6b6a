"""What reconciliation hears: facts that the ledger refused."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.ledger import PostingRejected
from runtime.consumer import Handler, Received
from runtime.service import Resources
from services.reconciliation.tables import REJECTION


def rejection_handler(resources: Resources) -> Handler:
    """The handler of the queue `reconciliation.rejections`: each refusal becomes an open item."""

    async def handle(connection: AsyncConnection, received: Sequence[Received]) -> None:
        rows = []
        for each in received:
            message = each.message
            assert isinstance(message, PostingRejected)
            rows.append(message.model_dump())
        await connection.execute(insert_or(REJECTION).on_conflict_do_nothing(), rows)

    return handle
