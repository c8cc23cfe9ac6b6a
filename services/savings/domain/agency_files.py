"""代理批量文件: the lines of a batch out of a file that an organisation brings; everything wrong with it is said with line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Context, Decimal, InvalidOperation
from typing import Any, NamedTuple

from kernel.errors import DomainError
from kernel.money import parse_amount
from kernel.numbers import NumberKind, check_account
from kernel.text import Text
from services.savings.domain.agency import MOST_ITEMS
from services.savings.domain.agency_errors import FILE_COLUMNS, FILE_EMPTY, FILE_LINES, FILE_TOO_LONG
from services.savings.domain.tables_in_files import Cell, Formula, Number, Other, rows_of

MOST_ERRORS = 50
"""How many errors a refusal spells out; it says how many there are."""

COLUMNS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "account": (Text("账号", "account"), ("账号", "帐号", "涉及对象账号", "account")),
    "name": (Text("户名", "name"), ("户名", "姓名", "name")),
    "object_id": (Text("对象标识", "object_id"), ("对象标识", "涉及对象标识", "标识", "object_id")),
    "amount": (Text("金额", "amount"), ("金额", "涉及金额", "amount")),
    "remarks": (Text("备注", "remarks"), ("备注", "摘要", "remarks")),
}
"""The columns by name, what they are called in refusals, and the headings that mean them."""
NEEDED = ("account", "amount")
LENGTHS = {"name": 200, "object_id": 60, "remarks": 60}
_HEADINGS = {heading: name for name, (_, headings) in COLUMNS.items() for heading in headings}
_KINDS = (NumberKind.PERSONAL_DEPOSIT, NumberKind.CORPORATE_DEPOSIT)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FORMULA_BEGINS = ("=", "@", "+", "-")
_FORMULA = re.compile(r"[=@]|[+-](?![0-9 .()-]*$)")
"""What a spreadsheet would take for a formula, were it shown it again."""
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_TYPED_DIGITS = Context(prec=15)
"""A workbook keeps what was typed as a binary fraction; fifteen digits of it are what was typed."""

IS_FORMULA = Text("是公式,请改为数值", "is a formula: put its value there")
HAS_CONTROL = Text("含有控制字符", "has control characters")
NOT_TEXT = Text("是数值,请将该列设为文本格式,以免丢失前面的零", "is a number: format the column as text, or leading zeros are lost")
NOT_AMOUNT = Text("金额格式不正确", "is not an amount")
NOT_VALUE = Text("不是文字或数值", "is neither text nor a number")
NOT_DEPOSIT = Text("不是存款账号", "is not the number of a deposit account")
EMPTY = Text("不能为空", "must not be empty")
TOO_LONG = Text("过长", "is too long")
BEYOND = Text("超出首行的列", "stands beyond the columns of the first line")


class FileItem(NamedTuple):
    """One line of a batch."""

    account: str
    name: str | None
    object_id: str | None
    amount_minor: int
    remarks: str


class _WrongCell(Exception):
    def __init__(self, column: Text, problem: Text) -> None:
        super().__init__(problem.en)
        self.column, self.problem = column, problem


def read_items(content: bytes, currency: str) -> list[FileItem]:
    """The lines of a file, all of them right.

    Raises `agency.file_*`: its encoding, its columns, its length; `agency.file_lines` with every wrong cell among the first fifty.
    """
    rows = rows_of(content)
    columns = _columns(rows)
    items: list[FileItem] = []
    wrong: list[tuple[int, Text, Text]] = []
    for count, (line, cells) in enumerate(rows, start=1):
        if count > MOST_ITEMS:
            raise FILE_TOO_LONG(field="file", most=MOST_ITEMS)
        try:
            items.append(_item(columns, cells, currency))
        except _WrongCell as error:
            wrong.append((line, error.column, error.problem))
    if wrong:
        raise _refusal(wrong)
    if not items:
        raise FILE_EMPTY(field="file")
    return items


def _columns(rows: Iterator[tuple[int, list[Cell]]]) -> list[str | None]:
    """What each column holds, from the headings in the first line that is not blank; None for columns without one."""
    _, head = next(rows, (0, []))
    found: list[str | None] = []
    for cell in head:
        heading = cell.strip()
        name = _HEADINGS.get(heading.lower()) if heading else None
        if heading and name is None:
            raise _wrong_columns(f"不认识“{heading[:40]}”", f"'{heading[:40]}' is not known")
        if name is not None and name in found:
            raise _wrong_columns(f"“{heading}”重复", f"'{heading}' is there twice")
        found.append(name)
    for name in NEEDED:
        if name not in found:
            called = COLUMNS[name][0]
            raise _wrong_columns(f"没有“{called.zh}”", f"'{called.en}' is missing")
    return found


def _wrong_columns(zh: str, en: str) -> DomainError:
    return FILE_COLUMNS(field="file", problem_zh=zh, problem_en=en)


def _refusal(wrong: list[tuple[int, Text, Text]]) -> DomainError:
    line, column, problem = wrong[0]
    listed: list[dict[str, Any]] = [
        {"line": line, "column": column.as_dict(), "message": problem.as_dict()} for line, column, problem in wrong[:MOST_ERRORS]
    ]
    said = {"column_zh": column.zh, "column_en": column.en, "problem_zh": problem.zh, "problem_en": problem.en}
    return FILE_LINES(field="file", count=len(wrong), line=line, **said, _errors=listed)


def _item(columns: list[str | None], cells: list[Cell], currency: str) -> FileItem:
    found: dict[str, Cell] = {}
    for place, cell in enumerate(cells):
        name = columns[place] if place < len(columns) else None
        if name is not None:
            found[name] = _clean(name, cell)
        elif cell.strip() or type(cell) is Formula:
            raise _WrongCell(Text(f"第{place + 1}列", f"column {place + 1}"), BEYOND)
    account = _account(found.get("account", ""))
    name, object_id, remarks = (_text(each, found.get(each, "")) for each in ("name", "object_id", "remarks"))
    return FileItem(account, name, object_id, _amount(found.get("amount", ""), currency), remarks or "")


def _clean(name: str, cell: Cell) -> Cell:
    """The cell without blanks around it. What is no plain text or number is wrong."""
    kind = type(cell)
    if kind is Number:
        return cell
    text = cell.strip()
    if kind is Formula or text[:1] in _FORMULA_BEGINS and _FORMULA.match(text):
        raise _WrongCell(COLUMNS[name][0], IS_FORMULA)
    if kind is Other:
        raise _WrongCell(COLUMNS[name][0], NOT_VALUE)
    if not text.isprintable() and _CONTROL.search(text):
        raise _WrongCell(COLUMNS[name][0], HAS_CONTROL)
    return text


def _account(cell: Cell) -> str:
    column = COLUMNS["account"][0]
    if not cell:
        raise _WrongCell(column, EMPTY)
    if type(cell) is Number:
        raise _WrongCell(column, NOT_TEXT)
    try:
        kind = check_account(cell)
    except DomainError as error:
        raise _WrongCell(column, error.text) from None
    if kind not in _KINDS:
        raise _WrongCell(column, NOT_DEPOSIT)
    return cell


def _text(name: str, cell: Cell) -> str | None:
    text = _plain(COLUMNS[name][0], cell) if type(cell) is Number else cell
    if len(text) > LENGTHS[name]:
        raise _WrongCell(COLUMNS[name][0], TOO_LONG)
    return text or None


def _amount(cell: Cell, currency: str) -> int:
    column = COLUMNS["amount"][0]
    if not cell:
        raise _WrongCell(column, EMPTY)
    if type(cell) is Number:
        text = _plain(column, cell)
    else:
        text = cell.replace(",", "") if "," in cell and _GROUPED.fullmatch(cell) else cell
    try:
        return parse_amount(text, currency)
    except DomainError as error:
        raise _WrongCell(column, error.text) from None


def _plain(column: Text, number: str) -> str:
    """A number of a workbook without exponent and without what the binary fraction added."""
    try:
        return f"{_TYPED_DIGITS.create_decimal(Decimal(number)).normalize():f}"
    except InvalidOperation:
        raise _WrongCell(column, NOT_AMOUNT) from None
