"""Sheets are made of what the ledger has posted: what asks right after a transaction waits until the ledger has it."""

from __future__ import annotations

import asyncio
from uuid import UUID

from contracts.ledger import LedgerClient
from runtime.service import Resources

TRIES = 40
PAUSE_SECONDS = 0.05


async def catch_up(resources: Resources, posting_ids: list[UUID]) -> None:
    """Wait until these postings stand in the ledger's journal, two seconds at most."""
    wanted = set(posting_ids)
    for _ in range(TRIES):
        if wanted <= await LedgerClient(resources.transport).posted(posting_ids):
            return
        await asyncio.sleep(PAUSE_SECONDS)
