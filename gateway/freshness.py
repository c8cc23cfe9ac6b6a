"""Reading what was just written: the door remembers the postings of its latest receipts, and asks the books to have them before they
answer."""

from __future__ import annotations

import json
import time
from collections import deque

REMEMBERED_SECONDS = 3.0
REMEMBERED = 64
HEADER = "X-After-Postings"


class LatestPostings:
    """The posting ids of the receipts that passed this door a moment ago."""

    def __init__(self) -> None:
        self._passed: deque[tuple[float, str]] = deque(maxlen=REMEMBERED)

    def saw(self, receipt: bytes) -> None:
        """Note the posting of a receipt, if it has one."""
        posting_id = json.loads(receipt).get("posting_id")
        if posting_id:
            self._passed.append((time.monotonic(), posting_id))

    def header(self) -> dict[str, str]:
        """What to send along with a question to the books."""
        since = time.monotonic() - REMEMBERED_SECONDS
        recent = [posting_id for moment, posting_id in self._passed if moment >= since]
        return {HEADER: ",".join(recent)} if recent else {}
