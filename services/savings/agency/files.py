"""代理批量文件: the lines of a batch out of a file that an organisation brings; everything wrong with it is said with line and column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from banking.files.lines import EMPTY, Column, WrongCell, read_lines
from banking.files.tables import Cell, Number
from kernel.errors import DomainError
from kernel.money import AMOUNT_NOT_POSITIVE
from kernel.numbers import NumberKind, check_account
from kernel.text import Text
from services.savings.domain.agency import MOST_ITEMS

ACCOUNT = Column("account", Text("账号", "account"), ("账号", "帐号", "涉及对象账号", "account"), needed=True)
NAME = Column("name", Text("户名", "name"), ("户名", "姓名", "name"))
OBJECT_ID = Column("object_id", Text("对象标识", "object_id"), ("对象标识", "涉及对象标识", "标识", "object_id"), longest=60)
AMOUNT = Column("amount", Text("金额", "amount"), ("金额", "涉及金额", "amount"), needed=True)
REMARKS = Column("remarks", Text("备注", "remarks"), ("备注", "摘要", "remarks"), longest=60)
COLUMNS = (ACCOUNT, NAME, OBJECT_ID, AMOUNT, REMARKS)
_KINDS = (NumberKind.PERSONAL_DEPOSIT, NumberKind.CORPORATE_DEPOSIT)

NOT_TEXT = Text("是数值,请将该列设为文本格式,以免丢失前面的零", "is a number: format the column as text, or leading zeros are lost")
NOT_DEPOSIT = Text("不是存款账号", "is not the number of a deposit account")


class FileItem(NamedTuple):
    """One line of a batch."""

    account: str
    name: str | None
    object_id: str | None
    amount_minor: int
    remarks: str


def read_items(content: bytes, currency: str) -> list[FileItem]:
    """The lines of a file, all of them right. Raises `file.*`."""

    def item(cells: Mapping[str, Cell]) -> FileItem:
        account = _account(cells.get("account", ""))
        name, object_id, remarks = (column.text(cells.get(column.name, "")) or None for column in (NAME, OBJECT_ID, REMARKS))
        return FileItem(account, name, object_id, _amount_minor(cells.get("amount", ""), currency), remarks or "")

    return read_lines(content, COLUMNS, MOST_ITEMS, item)


def _account(cell: Cell) -> str:
    if not cell:
        raise WrongCell(ACCOUNT.title, EMPTY)
    if type(cell) is Number:
        raise WrongCell(ACCOUNT.title, NOT_TEXT)
    try:
        kind = check_account(cell)
    except DomainError as error:
        raise WrongCell(ACCOUNT.title, error.text) from None
    if kind not in _KINDS:
        raise WrongCell(ACCOUNT.title, NOT_DEPOSIT)
    return cell


def _amount_minor(cell: Cell, currency: str) -> int:
    if not cell:
        raise WrongCell(AMOUNT.title, EMPTY)
    minor = AMOUNT.amount_minor(cell, currency)
    if minor <= 0:
        raise WrongCell(AMOUNT.title, AMOUNT_NOT_POSITIVE().text)
    return minor
