"""Passbooks and books as paper: pages of so many rows, lines laid out one after the other until the book is full (IB 478-482, 936)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from services.savings.domain.parameters import SavingsParameters

ROWS, PAGES = "passbook.rows", "passbook.pages"
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Format:
    """How many rows a page has, how many pages a book."""

    rows: int
    pages: int


@dataclass(frozen=True, slots=True)
class Passbook:
    """A passbook, or a book 一本通: how many lines stand in it, where the next one goes, the last adjustment its printing follows."""

    kind: str
    number: str
    lines: int = 0
    page: int = 1
    row: int = 1
    adjusted_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Placed(Generic[Item]):
    """Something printed: on which page and row, and as the how-manieth line of the book."""

    item: Item
    book_line: int
    page: int
    row: int


def format_on(day: date, parameters: SavingsParameters) -> Format:
    """The paper in use on a day."""
    return Format(int(parameters.limit_on(ROWS, day)), int(parameters.limit_on(PAGES, day)))


def room(book: Passbook, paper: Format) -> int:
    """How many rows are left; none in a full book."""
    return max(0, (paper.pages - book.page) * paper.rows + paper.rows - book.row + 1)


def lay_out(book: Passbook, items: Sequence[Item], paper: Format, *, counted: bool = True) -> tuple[Passbook, list[Placed[Item]]]:
    """The book with the items printed row after row, as many as it has room for, and where each stands. Balances brought forward are not
    `counted` among its lines."""
    placed: list[Placed[Item]] = []
    for item in items[: room(book, paper)]:
        lines = book.lines + counted
        placed.append(Placed(item, lines, book.page, book.row))
        page, row = (book.page, book.row + 1) if book.row < paper.rows else (book.page + 1, 1)
        book = replace(book, lines=lines, page=page, row=row)
    return book, placed


def adjust(book: Passbook, last: tuple[int, int] | None, printed: int, row: int, adjustment: UUID) -> Passbook:
    """打印调整: lines after `printed` count as not printed, printing goes on at a row (IB 479-482): of the page where the last of them
    stands (`last`, page and row), or of the next one if that row is not free there."""
    page, taken = last or (1, 0)
    return replace(book, lines=min(printed, book.lines), page=page if row > taken else page + 1, row=row, adjusted_by=adjustment)
