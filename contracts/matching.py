"""A company's book matched against a statement, as the portal shows it and takes the clerk's decisions (issue of ER 29-30, decision 0025).

Amounts are decimal strings in major units of the statement's currency, what the company received positive, what it paid negative.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.statements import AdjustmentItem, Asked, Said
from kernel.text import Text

MOST_BYTES = 16 * 2**20
"""How large a book may be as it is sent."""
FILE_NAME = r"^[^\x00-\x1f\x7f]+$"
"""What a file may be called: anything that can be shown on a line."""
MOST_DAYS = 60
LINES_SHOWN = 200
"""Lines of one group that an answer spells out."""

Side = Literal["book", "statement"]
Standing = Literal["matched", "confirmed", "proposed", "ambiguous"]
"""Matched by itself; joined by the clerk; proposed to him; left to him."""
LineNumber = Annotated[int, Field(ge=1, le=10**9)]


class MatchingShown(Said):
    """A book matched against a statement: counts of groups and of lines. `open_book` and `open_statement` are lines that no group holds,
    `book_total` is what the book's lines come to."""

    matching: UUID
    number: str
    file_name: str | None
    days: int
    book_lines: int
    statement_lines: int
    book_total: str
    matched: int
    confirmed: int
    proposed: int
    ambiguous: int
    open_book: int
    open_statement: int
    made_at: datetime


class MatchedLine(Said):
    """A line of the book (`line` counts the file's lines after its head) or of the statement."""

    side: Side
    line: int
    date: date
    amount: str
    text: str
    reference: str


class MatchingGroup(Said):
    """Lines that belong together, or may. `reason` says why, in both languages; `days` is the longest time between the two sides.

    `more` counts lines that are not spelt out.
    """

    group: int
    standing: Standing
    shape: Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]
    reason: Text
    days: int
    lines: list[MatchedLine]
    more: int = 0


class MatchingGroups(Said):
    """A page of groups; `next` is the `after` of the following page."""

    rows: list[MatchingGroup]
    next: int | None = None


class OpenLines(Said):
    """A page of lines that no group holds; `next` is the `after` of the following page."""

    rows: list[MatchedLine]
    next: int | None = None


class LinesChosen(Asked):
    """Lines the clerk joins: both sides must come to the same amount. Sent again, it changes nothing more."""

    matching: UUID
    book: Annotated[list[LineNumber], Field(min_length=1, max_length=LINES_SHOWN)]
    statement: Annotated[list[LineNumber], Field(min_length=1, max_length=LINES_SHOWN)]


class GroupParted(Asked):
    """A group the clerk takes apart, his own or an automatic one."""

    matching: UUID
    group: Annotated[int, Field(ge=1, le=10**9)]


class ProposedItems(Said):
    """未达账项 for the adjustment sheet: every line that no group holds, as far as a sheet has room. `count` is all of them, `undecided`
    those among them that a proposal or an ambiguity still speaks of."""

    items: list[AdjustmentItem]
    count: int
    complete: bool
    undecided: int
