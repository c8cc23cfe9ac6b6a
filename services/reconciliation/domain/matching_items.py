"""What matching leaves open as items of the adjustment sheet 未达账项, each in the right one of its four kinds (ER 29-30). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from services.reconciliation.domain.adjustment import Item, ItemKind, item_of_line
from services.reconciliation.domain.matching_lines import Line, Matching

LONGEST_SUMMARY = 60


def proposed_items(matching: Matching) -> list[Item]:
    """The items of every line that no match has, those of the bank first, each side by date. Lines a person has yet to decide on are among
    them: whatever he decides, both sides of the sheet change alike."""
    bank = [_item(*item_of_line(line.amount_minor), line, line.number) for line in _by_date(matching.open_statement)]
    return bank + [_item(_of_the_company(line), abs(line.amount_minor), line) for line in _by_date(matching.open_book)]


def _by_date(lines: Iterable[Line]) -> list[Line]:
    return sorted((line for line in lines if line.amount_minor), key=lambda line: (line.on, line.number))


def _of_the_company(line: Line) -> ItemKind:
    return ItemKind.COMPANY_RECEIVED if line.amount_minor > 0 else ItemKind.COMPANY_PAID


def _item(kind: ItemKind, amount_minor: int, line: Line, number: int | None = None) -> Item:
    return Item(kind, amount_minor, line.on, " ".join(line.text.split())[:LONGEST_SUMMARY].strip() or None, number)
