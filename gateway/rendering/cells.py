"""How a cell reads on paper and how it is kept from being run as a formula."""

from __future__ import annotations

from decimal import Decimal

from contracts.report import Cell, Column
from kernel.text import Text

YES = Text("是", "yes")
NO = Text("否", "no")
TOTAL = Text("合计", "Total")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain(cell: Cell, language: str) -> str:
    """The cell as text without grouping, the form machines read back."""
    match cell:
        case None:
            return ""
        case Text():
            return cell[language]
        case bool():
            return (YES if cell else NO)[language]
        case _:
            return str(cell)


def shown(column: Column, cell: Cell, language: str) -> str:
    """The cell as people read it: amounts with thousands separators, everything else as it is."""
    text = plain(cell, language)
    if column.kind == "amount" and isinstance(cell, str) and cell:
        return f"{Decimal(cell):,f}"
    return text


def is_number(column: Column, cell: Cell) -> bool:
    """Whether a spreadsheet may hold the cell as a number."""
    return column.kind in ("amount", "integer") and cell not in (None, "") and not isinstance(cell, Text)


def guarded(text: str) -> str:
    """Text that no spreadsheet runs as a formula: a leading apostrophe before the characters that would start one."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def totals_row(columns: list[Column], totals: dict[str, Cell]) -> dict[str, Cell]:
    """The totals as a last row; the first column without a total says what the row is. Empty when there are no totals."""
    if not totals:
        return {}
    free = next((column.key for column in columns if column.key not in totals), None)
    return totals if free is None else {free: TOTAL, **totals}
