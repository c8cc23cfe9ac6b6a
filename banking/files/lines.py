"""The lines of a file under declared columns: everything wrong with them is said with line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import Any, TypeVar

from banking.files.errors import FILE_COLUMNS, FILE_EMPTY, FILE_LINES, FILE_TOO_LONG
from banking.files.tables import Cell, Formula, Number, Other, rows_of
from kernel.errors import DomainError
from kernel.money import parse_signed
from kernel.text import Text

MOST_ERRORS = 50
"""How many errors a refusal spells out; it says how many there are."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FORMULA_BEGINS = ("=", "@", "+", "-")
_FORMULA = re.compile(r"[=@]|[+-](?![0-9 .,()-]*$)")
"""What a spreadsheet would take for a formula, were it shown it again."""
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))", re.ASCII
)
_TYPED_DIGITS = Context(prec=15)
"""A workbook keeps what was typed as a binary fraction; fifteen digits of it are what was typed."""
_FIRST_DAY = date(1899, 12, 30)
"""Workbooks count days from here on, since March 1900."""
_DAYS = range(61, 109_574)
"""1 March 1900 through 2199."""

IS_FORMULA = Text("是公式,请改为数值", "is a formula: put its value there")
HAS_CONTROL = Text("含有控制字符", "has control characters")
NOT_AMOUNT = Text("金额格式不正确", "is not an amount")
NOT_VALUE = Text("不是文字或数值", "is neither text nor a number")
NOT_DAY = Text("不是日期,应如 2005-09-30", "is not a date such as 2005-09-30")
EMPTY = Text("不能为空", "must not be empty")
TOO_LONG = Text("过长", "is too long")
BEYOND = Text("超出首行的列", "stands beyond the columns of the first line")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by name: what it is called in refusals, the headings that mean it (small letters), whether it must be there, how long its
    texts may be."""

    name: str
    title: Text
    headings: tuple[str, ...]
    needed: bool = False
    longest: int = 200

    def text(self, cell: Cell) -> str:
        """A cell as text; a number as it was typed. Raises `WrongCell`."""
        text = plain_number(self.title, cell) if type(cell) is Number else cell
        if len(text) > self.longest:
            raise WrongCell(self.title, TOO_LONG)
        return text

    def amount_minor(self, cell: Cell, currency: str) -> int:
        """An amount of any sign, with or without commas between thousands. Raises `WrongCell`."""
        if type(cell) is Number:
            text = plain_number(self.title, cell)
        else:
            text = cell.replace(",", "") if "," in cell and _GROUPED.fullmatch(cell) else cell
        try:
            return parse_signed(text, currency)
        except DomainError as error:
            raise WrongCell(self.title, error.text) from None

    def day(self, cell: Cell) -> date:
        """A date: a day of a workbook, or text such as 2005-09-30, 2005/9/30, 20050930, 2005年9月30日. Raises `WrongCell`."""
        if type(cell) is Number:
            number = plain_number(self.title, cell).partition(".")[0]
            if number.isdecimal() and len(number) < 7 and int(number) in _DAYS:
                return _FIRST_DAY + timedelta(days=int(number))
            cell = Cell(number)
        found = _DAY.fullmatch(cell.partition("T")[0].partition(" ")[0])
        if found is None:
            raise WrongCell(self.title, NOT_DAY)
        try:
            return date(*(int(part) for part in found.groups() if part is not None))
        except ValueError:
            raise WrongCell(self.title, NOT_DAY) from None


class WrongCell(Exception):
    """A cell that is refused: in which column, and why."""

    def __init__(self, column: Text, problem: Text) -> None:
        super().__init__(problem.en)
        self.column, self.problem = column, problem


def read_lines(
    content: bytes, columns: Sequence[Column], most: int, make: Callable[[Mapping[str, Cell]], T], dates: bool = False
) -> list[T]:
    """What `make` makes of every line, given its cells by column; it raises `WrongCell`. `dates` says whether cells may hold dates.

    Raises `file.*`: encoding, columns, length; `file.lines` with every wrong cell among the first fifty.
    """
    rows = rows_of(content)
    places = _places(rows, columns)
    made: list[T] = []
    wrong: list[tuple[int, Text, Text]] = []
    for count, (line, cells) in enumerate(rows, start=1):
        if count > most:
            raise FILE_TOO_LONG(field="file", most=most)
        try:
            made.append(make(_cells(places, cells, dates)))
        except WrongCell as error:
            wrong.append((line, error.column, error.problem))
    if wrong:
        raise _refusal(wrong)
    if not made:
        raise FILE_EMPTY(field="file")
    return made


def plain_number(title: Text, number: str) -> str:
    """A number of a workbook without exponent and without what the binary fraction added. Raises `WrongCell`."""
    try:
        return f"{_TYPED_DIGITS.create_decimal(Decimal(number)).normalize():f}"
    except InvalidOperation:
        raise WrongCell(title, NOT_AMOUNT) from None


def _places(rows: Iterator[tuple[int, list[Cell]]], columns: Sequence[Column]) -> list[Column | None]:
    """What each column holds, from the headings in the first line that is not blank; None for columns without one."""
    named = {heading: column for column in columns for heading in column.headings}
    _, head = next(rows, (0, []))
    found: list[Column | None] = []
    for cell in head:
        heading = cell.strip()
        column = named.get(heading.lower()) if heading else None
        if heading and column is None:
            raise _wrong_columns(columns, f"不认识“{heading[:40]}”", f"'{heading[:40]}' is not known")
        if column is not None and column in found:
            raise _wrong_columns(columns, f"“{heading}”重复", f"'{heading}' is there twice")
        found.append(column)
    for column in columns:
        if column.needed and column not in found:
            raise _wrong_columns(columns, f"没有“{column.title.zh}”", f"'{column.title.en}' is missing")
    return found


def _wrong_columns(columns: Sequence[Column], zh: str, en: str) -> DomainError:
    needed, others = ([column.title for column in columns if column.needed is each] for each in (True, False))
    listed = {"needed_zh": "、".join(each.zh for each in needed), "needed_en": ", ".join(each.en for each in needed)}
    listed |= {"others_zh": "、".join(each.zh for each in others), "others_en": ", ".join(each.en for each in others)}
    return FILE_COLUMNS(field="file", problem_zh=zh, problem_en=en, **listed)


def _cells(places: Sequence[Column | None], cells: Sequence[Cell], dates: bool) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for place, cell in enumerate(cells):
        column = places[place] if place < len(places) else None
        if column is not None:
            found[column.name] = _clean(column.title, cell, dates)
        elif cell.strip() or type(cell) is Formula:
            raise WrongCell(Text(f"第{place + 1}列", f"column {place + 1}"), BEYOND)
    return found


def _clean(title: Text, cell: Cell, dates: bool) -> Cell:
    """The cell without blanks around it. What is no plain text or number is wrong."""
    kind = type(cell)
    if kind is Number:
        return cell
    text = cell.strip()
    if kind is Formula or text[:1] in _FORMULA_BEGINS and _FORMULA.match(text):
        raise WrongCell(title, IS_FORMULA)
    if kind is Other and not (dates and _DAY.fullmatch(text.partition("T")[0])):
        raise WrongCell(title, NOT_VALUE)
    if not text.isprintable() and _CONTROL.search(text):
        raise WrongCell(title, HAS_CONTROL)
    return text


def _refusal(wrong: list[tuple[int, Text, Text]]) -> DomainError:
    line, column, problem = wrong[0]
    listed: list[dict[str, Any]] = [
        {"line": line, "column": column.as_dict(), "message": problem.as_dict()} for line, column, problem in wrong[:MOST_ERRORS]
    ]
    said = {"column_zh": column.zh, "column_en": column.en, "problem_zh": problem.zh, "problem_en": problem.en}
    return FILE_LINES(field="file", count=len(wrong), line=line, **said, _errors=listed)
