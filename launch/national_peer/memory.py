"""What the simulated front end has heard, in a file of its own: read at its start, so that its numbers go on where they were."""

from __future__ import annotations

import json
import os
from pathlib import Path

from contracts.message import Message
from contracts.national import TO_PEER

NAMES = {message.NAME: message for message in TO_PEER}


class Memory:
    """An append-only file of one message a line. Without a path nothing is kept: the memory of one process, for tests."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def heard(self) -> list[Message]:
        """Everything heard before, oldest first; a last line that a crash cut short was never answered and is taken out."""
        if self._path is None or not self._path.exists():
            return []
        written = self._path.read_bytes()
        whole = written.rfind(b"\n") + 1
        if whole < len(written):
            os.truncate(self._path, whole)
        pairs = (json.loads(line) for line in written[:whole].splitlines())
        return [NAMES[name].model_validate(body) for name, body in pairs]

    def keep(self, messages: list[Message]) -> None:
        """Write messages down for good."""
        if self._path is None:
            return
        with open(self._path, "a", encoding="utf-8") as file:
            for message in messages:
                file.write(json.dumps([message.NAME, message.model_dump(mode="json")], ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
