"""Progress of a set-up, in one line per step: rewritten in place on a terminal, printed now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

QUIET_SECONDS = 10.0  # between two lines of one step where lines cannot be rewritten
ERASE_LINE = "\r\x1b[2K"


class Step:
    """One step of a set-up, `[number/of] title: detail`. Nothing is printed before there is something to say.

    Used as a context manager it ends an unfinished line, so that what comes next stands on its own.
    """

    def __init__(self, title: str, number: int = 1, of: int = 1, stream: TextIO | None = None) -> None:
        self._prefix = f"[{number}/{of}] {title}: "
        self._stream = stream if stream is not None else sys.stderr
        self._rewrites = self._stream.isatty()
        self._line_is_open = False
        self._spoke_at: float | None = None
        self._last = ""

    def update(self, detail: str) -> None:
        """Say how far the step is."""
        if detail == self._last:
            return
        now = time.monotonic()
        if self._rewrites:
            self._write(f"{ERASE_LINE}{self._prefix}{detail}")
            self._line_is_open = True
        elif self._spoke_at is None or now - self._spoke_at >= QUIET_SECONDS:
            self._write(f"{self._prefix}{detail}\n")
        else:
            return
        self._spoke_at = now
        self._last = detail

    def done(self, detail: str) -> None:
        """Say how the step ended."""
        self._write(f"{ERASE_LINE if self._rewrites else ''}{self._prefix}{detail}\n")
        self._line_is_open = False

    def __enter__(self) -> Step:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if self._line_is_open:
            self._write("\n")
            self._line_is_open = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
