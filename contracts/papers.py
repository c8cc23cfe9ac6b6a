"""Statements on paper: the code each one carries, and what anybody is told who has it (decision 0025)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.statements import Asked, Said, StatementKind

PaperNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{16}$")]


class PaperAsked(Asked):
    """The number of a statement and the check code 校验码 as they stand on a paper; blanks and dashes in the code do not matter."""

    number: PaperNumber
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[!-~ ]+$")]


class PaperFacts(Said):
    """What a genuine paper says; amounts are decimal strings in major units."""

    number: str
    kind: StatementKind
    account: str
    name: str
    currency: str
    date_from: date
    date_to: date
    opening_balance: str
    closing_balance: str
    lines: int = Field(description="entries of a detail statement; a balance statement has none")


class PaperVerified(Said):
    """Whether the bank has made a paper with this number and this code, and what it says if so. Every other paper gets the same answer."""

    genuine: bool
    facts: PaperFacts | None = None
