"""Waiting for what will come, on a machine that may be slow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 180.0
"""Much longer than anything takes: whatever has not come by then never will."""


async def until(condition: Callable[[], Awaitable[object]], what: str, pause_seconds: float = 0.03) -> None:
    """Wait until the condition gives something true. Fails with `what` if it never does."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await condition():
                await asyncio.sleep(pause_seconds)
    except TimeoutError:
        raise AssertionError(f"never happened: {what}") from None
