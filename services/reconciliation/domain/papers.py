"""校验码: the check code of a statement on paper. Pure.

Two keyed digests: the first over the number alone, so that a made-up code is refused without a look into the books; the second over all
that the paper says. 24 letters and digits that are not mistaken for one another, in groups of four.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

NUMBER_BYTES, WHOLE_BYTES = 5, 10
NUMBER_LETTERS = 8
GROUP = 4
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class PaperLine:
    """An entry as it is printed; minor units, red ones negative."""

    line: int
    on: date
    transaction_number: str
    is_debit: bool
    amount_minor: int
    balance_after_minor: int
    summary: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper says; minor units, what the company has is positive. `lines_digest` is that of its entries."""

    number: str
    kind: str
    account: str
    name: str
    currency: str
    date_from: date
    date_to: date
    opening_minor: int
    closing_minor: int
    lines_digest: bytes


def digest_of_lines(lines: Iterable[PaperLine]) -> bytes:
    """The digest of entries in their order."""
    digest = hashlib.sha256()
    for each in lines:
        parts = (each.line, each.on.isoformat(), each.transaction_number, each.is_debit, each.amount_minor, each.balance_after_minor)
        digest.update(repr((*parts, each.summary)).encode("utf-8", "surrogatepass") + b"\n")
    return digest.digest()


def check_code(secret: str, paper: Paper) -> str:
    """The code of a paper, as it is printed."""
    parts = (paper.kind, paper.account, paper.name, paper.currency, paper.date_from.isoformat(), paper.date_to.isoformat())
    said = repr((paper.number, *parts, paper.opening_minor, paper.closing_minor, paper.lines_digest.hex()))
    letters = _number_letters(secret, paper.number) + _letters(secret, f"statement.paper {said}", WHOLE_BYTES)
    return "-".join(letters[place : place + GROUP] for place in range(0, len(letters), GROUP))


def may_be(secret: str, number: str, code: str) -> bool:
    """Whether a code can belong to a number at all; takes as long for every code."""
    return hmac.compare_digest(_plain(code)[:NUMBER_LETTERS], _number_letters(secret, number).encode())


def is_code_of(secret: str, paper: Paper, code: str) -> bool:
    """Whether a code is that of a paper; what is misread of letters and digits does not matter."""
    return hmac.compare_digest(_plain(code), _plain(check_code(secret, paper)))


def _plain(code: str) -> bytes:
    return code.upper().translate(_MISREAD).encode()


def _number_letters(secret: str, number: str) -> str:
    return _letters(secret, f"statement.number {number}", NUMBER_BYTES)


def _letters(secret: str, text: str, size: int) -> str:
    return b32encode(hmac.digest(secret.encode(), text.encode("utf-8", "surrogatepass"), "sha256")[:size]).decode()
