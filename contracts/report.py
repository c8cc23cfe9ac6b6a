"""A report or a query answer as one neutral value: what it is called, what was asked, columns, rows and totals.

Services return it as JSON; the gateway renders it for the screen, for paper and for spreadsheets.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kernel.text import Text

ColumnKind = Literal["text", "amount", "date", "integer"]
Cell = str | int | bool | Text | None


class Heading(BaseModel):
    """One line above the table: what the reader asked for, or where and when it was made."""

    model_config = ConfigDict(frozen=True)

    label: Text
    value: str | Text


class Column(BaseModel):
    """A column of the table; `kind` decides alignment and how spreadsheets store it.

    `amount` cells are decimal strings in the currency's major unit, `date` cells ISO dates, `integer` cells whole numbers.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    label: Text
    kind: ColumnKind = "text"


class ReportTable(BaseModel):
    """A table on its way to a reader.

    Rows are mappings from column key to cell; a missing key is an empty cell, keys without a column are carried but never shown.
    `next` is the cursor of the following page of a query, absent on the last one. A cell that does not fit its column's kind is refused
    here (`ValueError`), so that no format has to guess.
    """

    model_config = ConfigDict(frozen=True)

    title: Text
    headers: list[Heading] = Field(default_factory=list)
    columns: list[Column]
    rows: list[dict[str, Cell]] = Field(default_factory=list)
    totals: dict[str, Cell] = Field(default_factory=dict)
    next: str | None = None

    @model_validator(mode="after")
    def _cells_fit_their_columns(self) -> ReportTable:
        keys = [column.key for column in self.columns]
        if len(keys) != len(set(keys)):
            raise ValueError("two columns have the same key")
        for row in [*self.rows, self.totals]:
            for column in self.columns:
                check_cell(column, row.get(column.key))
        return self


def check_cell(column: Column, cell: Cell) -> None:
    """Refuse (`ValueError`) a cell that is not of its column's kind; empty cells and labels in two languages fit everywhere."""
    if cell is None or cell == "" or isinstance(cell, Text):
        return
    if column.kind == "amount" and not is_amount(cell):
        raise ValueError(f"column {column.key}: {cell!r} is not an amount")
    if column.kind == "integer" and (isinstance(cell, bool) or not isinstance(cell, int)):
        raise ValueError(f"column {column.key}: {cell!r} is not a whole number")


def is_amount(cell: Cell) -> bool:
    """Whether a cell is a finite decimal in its string form."""
    if not isinstance(cell, str):
        return False
    try:
        return Decimal(cell).is_finite()
    except InvalidOperation:
        return False
