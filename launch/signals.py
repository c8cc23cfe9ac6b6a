"""Running until a person or the operating system says stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import uvloop


def until_signalled(work: Callable[[asyncio.Event], Awaitable[None]]) -> int:
    """Run an asynchronous job that gets an event which Ctrl-C or SIGTERM sets. Returns the exit code 0."""

    async def guarded() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await work(stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(guarded())
    return 0
