"""What all lists have in common: a page by the key of its last row, and forms and columns of lists that several services have a part in.

A list that several services declare under one name is one list at the door: the gateway asks the service that keeps the account when the
whole number of one is given, else one service after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import StringConstraints

from banking.fields import CustomerNumber, Form, OutletCode, ShortText, labelled
from contracts.report import Column
from kernel.errors import ErrorType, Kind
from kernel.text import Text

CURSOR_UNKNOWN = ErrorType("query.cursor", Kind.INVALID, "翻页位置无效", "this is not a place in the list")
DATES_REVERSED = ErrorType("query.dates", Kind.INVALID, "起始日期不能晚于终止日期", "the first date is after the last")

NumberBeginning = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{1,15}$")]
BusinessCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
Cursor = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,80}$")]
MOST_ROWS = 200
Row = TypeVar("Row")


class ListForm(Form):
    """A list: after which row the page begins, and how many rows it has."""

    after: Cursor | None = labelled("起始于此之后", "After", None)
    limit: int = labelled("条数", "Rows", 50, ge=1, le=MOST_ROWS)


def page(found: Sequence[Row], limit: int, key: Callable[[Row], str], shown: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
    """The answer of a list from the rows found, one more than the page holds if there are any behind it."""
    return {"rows": [shown(row) for row in found[:limit]], "next": key(found[limit - 1]) if len(found) > limit else None}


def cursor(*parts: object) -> str:
    """The place of a row in a list, from the values the list is ordered by."""
    return ".".join(str(part) for part in parts)


def place(after: str | None, *kinds: Callable[[str], Any]) -> tuple[Any, ...] | None:
    """The values a cursor was made of, each read by its kind. Raises `query.cursor`."""
    if after is None:
        return None
    parts = after.split(".")
    try:
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except ValueError:
        raise CURSOR_UNKNOWN(field="after") from None


def row_number(text: str) -> int:
    """A kind for `place`: a number as the database counts rows. Raises ValueError for others."""
    number = int(text)
    if not 0 <= number < 2**63:
        raise ValueError(text)
    return number


def given(conditions: Iterable[tuple[Any, Callable[[Any], Any]]]) -> list[Any]:
    """The conditions whose value was given, each made with it."""
    return [condition(value) for value, condition in conditions if value is not None]


def check_dates(first: date | None, last: date | None, field: str = "date_from") -> None:
    """Refuse dates in the wrong order. Raises `query.dates`."""
    if first is not None and last is not None and first > last:
        raise DATES_REVERSED(field=field)


EVENTS = (("opened", Text("开户", "Opened")), ("closed", Text("销户", "Closed")))


class OpeningsForm(ListForm):
    """Any of these together; accounts opened, closed, or both (IB 1778, 3807-3813)."""

    event: Literal["opened", "closed"] | None = labelled("查询类别", "Opened or closed", None, widget="choice", choices=EVENTS)
    account: NumberBeginning | None = labelled("账号", "Account number, or its beginning", None, widget="account")
    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    date_from: date | None = labelled("起始日期", "From", None, widget="date")
    date_to: date | None = labelled("终止日期", "To", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)


OPENINGS = (
    Column(key="date", label=Text("日期", "Date"), kind="date"),
    Column(key="event", label=Text("类别", "Opened or closed")),
    Column(key="account", label=Text("账号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="opened_on", label=Text("开户日期", "Opened on"), kind="date"),
    Column(key="kind", label=Text("储种", "Kind")),
    Column(key="currency", label=Text("币种", "Currency")),
    Column(key="amount", label=Text("开销户金额", "Amount"), kind="amount"),
    Column(key="term", label=Text("存期", "Term")),
    Column(key="teller", label=Text("开销户用户", "Teller")),
    Column(key="counter_outlet", label=Text("交易部门", "Made at")),
    Column(key="outlet", label=Text("账务部门", "Books of")),
)


class AccountSearchForm(ListForm):
    """What every service that keeps accounts is asked; an account fits when all that are given fit."""

    account: NumberBeginning | None = labelled("起始账号", "Account number, or its beginning", None, widget="account")
    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    name: ShortText | None = labelled("客户名", "Part of the name", None)
    business_code: BusinessCode | None = labelled("业务代码", "Business code", None)
    outlet: OutletCode | None = labelled("网点", "Outlet", None)
    opened_from: date | None = labelled("开户起始日", "Opened from", None, widget="date")
    opened_to: date | None = labelled("开户结束日", "Opened to", None, widget="date")


ACCOUNTS = (
    Column(key="account", label=Text("账号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="customer_number", label=Text("客户号", "Customer number")),
    Column(key="business_code", label=Text("业务代码", "Business code")),
    Column(key="product", label=Text("储种", "Kind")),
    Column(key="currency", label=Text("货币", "Currency")),
    Column(key="balance", label=Text("余额", "Balance"), kind="amount"),
    Column(key="status", label=Text("状态", "State")),
    Column(key="outlet", label=Text("账务部门", "Books of")),
    Column(key="opened_on", label=Text("开户日期", "Opened on"), kind="date"),
    Column(key="closed_on", label=Text("销户日期", "Closed on"), kind="date"),
)
