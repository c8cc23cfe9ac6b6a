"""Lines of the company's book and of the statement as matching sees them, and what was found out about them. Pure.

Amounts are signed the company's way: money it received is positive, money it paid negative; minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from kernel.text import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of either side. `number` is its place in its file or statement; nothing is decided by it."""

    number: int
    on: date
    amount_minor: int
    text: str = ""
    reference: str = ""


class Shape(Enum):
    """How many lines of the book stand against how many of the statement."""

    ONE_TO_ONE = "one_to_one"
    ONE_TO_MANY = "one_to_many"
    MANY_TO_ONE = "many_to_one"


class Reason(Enum):
    """Why lines belong together; every automatic match shows its own."""

    REFERENCE = "reference"
    NAME = "name"
    REFERENCE_SUM = "reference_sum"
    NAME_SUM = "name_sum"
    AMOUNT_ONLY = "amount_only"

    @property
    def sentence(self) -> Text:
        return _SENTENCES[self]


_SENTENCES = {
    Reason.REFERENCE: Text(
        "金额、凭证号一致,日期在窗口内,别无同样的账项",
        "same amount and document number within the days allowed, and no other line has both",
    ),
    Reason.NAME: Text(
        "金额、户名一致,日期在窗口内,别无同额账项", "same amount and name within the days allowed, and no other line could be meant"
    ),
    Reason.REFERENCE_SUM: Text(
        "同一凭证号各笔之和等于对方一笔", "all lines of the document number add up to the one line of the other side"
    ),
    Reason.NAME_SUM: Text(
        "同一户名下只有这一组之和等于对方一笔", "of all lines under the name only these add up to the one line of the other side"
    ),
    Reason.AMOUNT_ONLY: Text(
        "仅金额和日期相符,摘要不足以判断,请确认", "only amount and days agree, the texts do not decide: please confirm"
    ),
}


class Doubt(Enum):
    """Why lines are left to the person."""

    EQUALS = "equals"
    SUMS = "sums"
    CROWD = "crowd"

    @property
    def sentence(self) -> Text:
        return _DOUBTS[self]


_DOUBTS = {
    Doubt.EQUALS: Text("有多笔同额账项可以对应,须人工判断", "several lines of the same amount could be meant"),
    Doubt.SUMS: Text("有多种组合之和相等,须人工判断", "more than one choice of lines adds up to the amount"),
    Doubt.CROWD: Text("窗口内可对应的账项过多,未逐一比对", "too many lines could be meant within the days allowed to compare each"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """Lines of both sides, by number, that are one business. `days` is the longest time between a line of one side and one of the other."""

    book: tuple[int, ...]
    statement: tuple[int, ...]
    reason: Reason
    days: int

    @property
    def shape(self) -> Shape:
        if len(self.book) == len(self.statement):
            return Shape.ONE_TO_ONE
        return Shape.ONE_TO_MANY if len(self.book) == 1 else Shape.MANY_TO_ONE


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Lines, by number, of which some may belong together; a person decides which."""

    book: tuple[int, ...]
    statement: tuple[int, ...]
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Matching:
    """What matching found. Every line is in one of `matches`, or in `open_book` or `open_statement`, of which `proposals` and `ambiguities`
    speak."""

    matches: Sequence[Match] = field(default_factory=tuple)
    proposals: Sequence[Match] = field(default_factory=tuple)
    ambiguities: Sequence[Ambiguity] = field(default_factory=tuple)
    open_book: Sequence[Line] = field(default_factory=tuple)
    open_statement: Sequence[Line] = field(default_factory=tuple)
