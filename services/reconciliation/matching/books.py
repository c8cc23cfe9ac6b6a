"""单位账: the lines of a company's own book of its account, out of a file it brings (CSV in UTF-8 or GB18030, XLSX).

The book of a bank account is an asset's: debit 借方 is money the company received, credit 贷方 money it paid. A file has either these two
columns or one of signed amounts, received positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import count

from banking.files.errors import FILE_COLUMNS
from banking.files.lines import EMPTY, Column, WrongCell, read_lines
from banking.files.tables import Cell
from kernel.text import Text
from services.reconciliation.domain.matching_lines import Line

MOST_LINES = 100_000
OLDEST = timedelta(days=400)
"""Older than this before the statement begins a line is a mistake: what is open so long is no item in transit any more."""

DATE = Column("date", Text("日期", "date"), ("日期", "记账日期", "凭证日期", "date"), needed=True)
DEBIT = Column("debit", Text("借方", "debit"), ("借方", "借方金额", "收入", "debit"))
CREDIT = Column("credit", Text("贷方", "credit"), ("贷方", "贷方金额", "支出", "credit"))
AMOUNT = Column("amount", Text("金额", "amount"), ("金额", "发生额", "amount"))
SUMMARY = Column("summary", Text("摘要", "summary"), ("摘要", "用途", "备注", "summary"))
NAME = Column("name", Text("对方户名", "name"), ("对方户名", "户名", "往来单位", "对方单位", "name"))
REFERENCE = Column("reference", Text("票据号", "reference"), ("票据号", "票号", "结算号", "支票号", "凭证号", "reference"), longest=60)
COLUMNS = (DATE, DEBIT, CREDIT, AMOUNT, SUMMARY, NAME, REFERENCE)

TOO_LATE = Text("晚于账单截止日", "is after the closing date of the statement")
TOO_OLD = Text("早于账单期间一年以上", "is more than a year before the statement begins")
ONE_AMOUNT = Text("借方、贷方、金额只能填一项", "debit, credit and amount: only one of them")
NO_AMOUNT = Text("没有金额", "has no amount")


def read_book(content: bytes, currency: str, begins: date, closing: date) -> list[Line]:
    """The lines of a file for a statement of some days, numbered as they stand, received positive, in minor units. Raises `file.*`."""
    numbers = count(1)

    def line(cells: Mapping[str, Cell]) -> Line:
        if not {"debit", "credit", "amount"} & cells.keys():
            raise _no_amounts()
        day = _day(cells.get("date", ""), begins, closing)
        name, summary = NAME.text(cells.get("name", "")), SUMMARY.text(cells.get("summary", ""))
        reference = REFERENCE.text(cells.get("reference", ""))
        return Line(next(numbers), day, _amount_minor(cells, currency), f"{name} {summary}".strip(), reference)

    return read_lines(content, COLUMNS, MOST_LINES, line, dates=True)


def _no_amounts() -> Exception:
    missing = {"problem_zh": "没有“借方、贷方”或“金额”", "problem_en": "'debit' and 'credit', or 'amount', are missing"}
    needed = {"needed_zh": "日期、借方、贷方”或“日期、金额", "needed_en": "date, debit and credit, or date and amount"}
    return FILE_COLUMNS(field="file", **missing, **needed, others_zh="摘要、对方户名、票据号", others_en="summary, name, reference")


def _day(cell: Cell, begins: date, closing: date) -> date:
    if not cell:
        raise WrongCell(DATE.title, EMPTY)
    day = DATE.day(cell)
    if day > closing:
        raise WrongCell(DATE.title, TOO_LATE)
    if day < begins - OLDEST:
        raise WrongCell(DATE.title, TOO_OLD)
    return day


def _amount_minor(cells: Mapping[str, Cell], currency: str) -> int:
    """What was received, negative what was paid: red entries turn it round."""
    given = [(column, column.amount_minor(cells[column.name], currency)) for column in (DEBIT, CREDIT, AMOUNT) if cells.get(column.name)]
    said = [(column, minor) for column, minor in given if minor] or given
    if not said or not said[0][1]:
        raise WrongCell(AMOUNT.title, NO_AMOUNT)
    if len(said) > 1:
        raise WrongCell(said[1][0].title, ONE_AMOUNT)
    [(column, minor)] = said
    return -minor if column is CREDIT else minor
