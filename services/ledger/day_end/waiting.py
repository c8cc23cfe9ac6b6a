"""Patience: how long to wait for something that others bring about. It is renewed by every sign of progress."""

from __future__ import annotations

import asyncio
import time

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5
_NOTHING = object()


class Patience:
    """Waits in growing pauses; gives up when what it is shown has not changed for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: object = _NOTHING
        self._since = 0.0
        self._pause_seconds = FIRST_PAUSE_SECONDS

    async def wait(self, seen: object) -> bool:
        """Pause once. False, without a pause, if `seen` has been the same for too long."""
        now = time.monotonic()
        if seen != self._seen:
            self._seen, self._since, self._pause_seconds = seen, now, FIRST_PAUSE_SECONDS
        elif now - self._since >= self._seconds:
            return False
        await asyncio.sleep(self._pause_seconds)
        self._pause_seconds = min(self._pause_seconds * 2, LONGEST_PAUSE_SECONDS)
        return True
