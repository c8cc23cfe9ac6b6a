"""Processes of the bank on this machine, forked from one that has read the code once: eight start in the time of one."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from multiprocessing import get_context, parent_process
from multiprocessing.context import ForkServerProcess
from pathlib import Path

CONTEXT = get_context("forkserver")
PRELOADED = ("launch.one_service", "launch.preloaded")
"""What is read before the first process begins."""


def fork(name: str, log: Path, environment: Mapping[str, str], run: Callable[[str], None]) -> ForkServerProcess:
    """Start a process that calls `run(name)` with this environment and no other, and writes what it says to the end of `log`.

    It has a session of its own: Ctrl-C at the terminal is for the starting process. `run` should watch `parent_gone`.
    """
    CONTEXT.set_forkserver_preload(list(PRELOADED))
    process = CONTEXT.Process(target=_begin, args=(name, str(log), dict(environment), run), name=name, daemon=False)
    process.start()
    return process


def _begin(name: str, log: str, environment: dict[str, str], run: Callable[[str], None]) -> None:
    os.setsid()
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(said, stream.fileno())
    os.close(said)
    os.environ.clear()
    os.environ.update(environment)
    run(name)


async def ended(process: ForkServerProcess) -> None:
    """Wait until the process has ended, however it did."""
    await readable(process.sentinel)
    process.join()


def parent_gone() -> int | None:
    """In a forked process: what becomes readable when its parent has ended, however that did. Elsewhere None."""
    parent = parent_process()
    return parent.sentinel if parent is not None else None


async def readable(descriptor: int) -> None:
    """Wait until a descriptor can be read or has come to its end."""
    loop = asyncio.get_running_loop()
    seen = asyncio.Event()
    loop.add_reader(descriptor, seen.set)
    try:
        await seen.wait()
    finally:
        loop.remove_reader(descriptor)
