"""Serving applications over HTTP, and stopping them cleanly."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

COLLECT_AFTER = (400_000, 20, 50)
"""New objects until cycles are looked for, in the three generations: batches of postings are hundreds of thousands of objects, without
any."""


class Server(uvicorn.Server):
    """A uvicorn server whose signals are handled by whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def collect_seldom() -> None:
    """For a process that has just been started: what exists by now lives as long as it and need not be looked through again and again."""
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def serve(app: Any, host: str, port: int, stop: asyncio.Event, when_ready: Callable[[], Awaitable[None]] | None = None) -> None:
    """Serve until `stop` is set; running requests are finished."""
    collect_seldom()
    server = Server(
        uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=10)
    )
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn tells it no other way
        await asyncio.sleep(0.02)
    try:
        if not task.done():
            if when_ready is not None:
                await when_ready()
            await asyncio.wait({task, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        await task
