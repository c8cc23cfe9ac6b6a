"""One card 一卡通 and one book 一本通: what may be held by whom, and what a holder must give (IB 303-309, 394-415, 857-870)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from kernel.text import Text
from services.customer.domain.errors import (
    BOOK_LINE_AHEAD,
    BOOK_LINE_MALFORMED,
    CARD_FOR_CARD_CUSTOMERS,
    INSTRUMENT_HELD,
    NUMBER_ON_CARD_MISSING,
    PASSWORD_MALFORMED,
)

_PASSWORD = re.compile(r"[0-9]{6}")
_BOOK_LINE = re.compile(r"[0-9]{3}")


class InstrumentKind(Enum):
    """一卡通 or 一本通; the value is the word on the wire."""

    CARD = "card"
    BOOK = "book"

    @property
    def text(self) -> Text:
        return _NAMES[self]


class Category(Enum):
    """客户类别: ordinary customers may have a book, customers opened for card or book may have both (IB 403)."""

    ORDINARY = "ordinary"
    CARD = "card"


_NAMES = {InstrumentKind.CARD: Text("一卡通", "One card"), InstrumentKind.BOOK: Text("一本通", "One book")}
BOTH = "both"
OPENED_TOGETHER: dict[str, tuple[InstrumentKind, ...]] = {
    "book": (InstrumentKind.BOOK,),
    "card": (InstrumentKind.CARD,),
    BOTH: (InstrumentKind.BOOK, InstrumentKind.CARD),
}
"""卡本通: card and book at once (IB 306, 869)."""


def check_numbers(wanted: Iterable[InstrumentKind], customer_number: str | None) -> None:
    """A card bears the customer number it was printed with, so it must be entered; with a book alone the bank gives one (IB 868-870).

    Raises `customer.number.missing_for_card`.
    """
    if InstrumentKind.CARD in wanted and customer_number is None:
        raise NUMBER_ON_CARD_MISSING(field="customer_number")


def check_may_have(category: Category, held: Iterable[InstrumentKind], kind: InstrumentKind) -> None:
    """Whether a customer may be given the instrument: one of each kind, a card for card customers only (IB 403, 455).

    Raises `customer.instrument.held`, `customer.instrument.ordinary_customer`.
    """
    if kind in held:
        raise INSTRUMENT_HELD(field="instrument", instrument_zh=kind.text.zh, instrument_en=kind.text.en)
    if kind is InstrumentKind.CARD and category is Category.ORDINARY:
        raise CARD_FOR_CARD_CUSTOMERS(field="instrument")


def check_password(password: str, field: str) -> str:
    """The password itself when it has six digits (IB 307). Raises `customer.instrument.password_malformed`."""
    if not _PASSWORD.fullmatch(password):
        raise PASSWORD_MALFORMED(field=field)
    return password


def unprinted_lines(book_line: str, lines: int) -> int:
    """How many of the transactions in a book count as not printed when the line is the last one that is (IB 481-484).

    Takes the line as the three digits the book shows, and how many transactions there are. Raises `customer.instrument.book_line_*`.
    """
    if not _BOOK_LINE.fullmatch(book_line):
        raise BOOK_LINE_MALFORMED(field="book_line")
    if int(book_line) > lines:
        raise BOOK_LINE_AHEAD(field="book_line", lines=lines)
    return lines - int(book_line)
