"""Questions about deposit accounts: the panel a teller sees, the search, the lines, what the proof of the books needs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.fields import (
    AccountNumber,
    CustomerNumber,
    Form,
    OutletCode,
    ShortText,
    labelled,
)
from banking.principal import Principal
from banking.query import Read, query
from banking.sub_ledger import group_sums
from contracts.day import Position
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from kernel.numbers import CITY, is_business_department
from kernel.text import Text
from services.savings.accounts import account_of, read
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account
from services.savings.freezes import shown_freezes
from services.savings.tables import ACCOUNT, ACCOUNT_LINE, FRAME

OUTSIDE = ErrorType(
    "account.outside",
    Kind.FORBIDDEN,
    "只能查询本部门及所辖网点的账户",
    "only accounts of the own department and those below it can be looked into",
)
STATUSES = tuple((status.value, status.text) for status in AccountStatus)
NumberBeginning = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{1,15}$")]
BusinessCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]


LAST_LINE = 2**31 - 1
"""Lines are counted in an integer column."""


class AccountSearch(Form):
    """Any of these together; an account fits when all that are given fit."""

    account: NumberBeginning | None = labelled("起始账号", "Account number, or its beginning", None, widget="account")
    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    name: ShortText | None = labelled("客户名", "Part of the name", None)
    business_code: BusinessCode | None = labelled("业务代码", "Business code", None)
    outlet: OutletCode | None = labelled("网点", "Outlet", None)
    status: Literal["pre_opened", "normal", "settled", "dormant", "closed", "cancelled"] | None = labelled(
        "账户状态", "State", None, widget="choice", choices=STATUSES
    )
    opened_from: date | None = labelled("开户起始日", "Opened from", None, widget="date")
    opened_to: date | None = labelled("开户结束日", "Opened to", None, widget="date")
    after: AccountNumber | None = labelled("起始于账号之后", "After account", None)
    limit: int = labelled("条数", "Rows", 50, ge=1, le=200)


class AccountDetail(Form):
    """The account, and which page of its lines."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    after: int | None = labelled("起始于笔号之后", "After line", None, ge=0, le=LAST_LINE)
    limit: int = labelled("条数", "Rows", 50, ge=1, le=200)


class AccountTransactions(AccountDetail):
    """The account, from which date on, and which page."""

    date_from: date = labelled("交易起始日期", "From", widget="date")
    date_to: date | None = labelled("交易结束日期", "To", None, widget="date")


async def panel(read_: Read, account: str) -> dict[str, Any]:
    """What a teller sees as soon as the account is entered, wherever it is kept. Raises `account.unknown`."""
    found = await read(read_.connection, account)
    return {**shown(found), "freezes": await shown_freezes(read_.connection, found)}


def shown(account: Account) -> dict[str, Any]:
    """An account as pages show it; amounts are decimal strings."""
    return {
        "account": account.number,
        "customer_number": account.customer_number,
        "name": account.name,
        "product": account.product.name.as_dict(),
        "business_code": account.product.business_code,
        "currency": account.currency,
        "balance": format_amount(account.balance_minor, account.currency),
        "available": format_amount(account.funds.available_minor, account.currency),
        "held": format_amount(account.held_minor, account.currency),
        "frozen": account.frozen_whole or account.frozen_minor > 0,
        "frozen_whole": account.frozen_whole,
        "frozen_amount": format_amount(account.frozen_minor, account.currency),
        "status": account.status.value,
        "status_name": account.status.text.as_dict(),
        "outlet": account.outlet,
        "cross_outlet": account.cross_outlet,
        "withdrawal_mode": account.withdrawal_mode.value,
        "withdrawal_mode_name": account.withdrawal_mode.name_text.as_dict(),
        "account_flag": account.flag.value if account.flag else None,
        "interest_bearing": account.interest_bearing,
        "instrument": account.instrument,
        "voucher_number": account.voucher_number,
        "opened_on": _iso(account.opened_on),
        "closed_on": _iso(account.closed_on),
        "last_moved_on": _iso(account.last_moved_on),
    }


@query(name="account.search", title=Text("表内账户综合查询", "Search accounts"), source="IB 1727, 3685")
async def search(read_: Read, form: AccountSearch) -> dict[str, Any]:
    """Accounts of the teller's department and those below it, in the order of their numbers."""
    table = ACCOUNT
    found = _within(select(table), read_.principal).order_by(table.c.account).limit(form.limit + 1)
    for name in ("customer_number", "business_code", "outlet", "status"):
        if (wanted := getattr(form, name)) is not None:
            found = found.where(table.c[name] == wanted)
    if form.account is not None:
        found = found.where(table.c.account.startswith(form.account, autoescape=True))
    if form.name is not None:
        found = found.where(table.c.name.contains(form.name, autoescape=True))
    if form.opened_from is not None:
        found = found.where(table.c.opened_on >= form.opened_from)
    if form.opened_to is not None:
        found = found.where(table.c.opened_on <= form.opened_to)
    if form.after is not None:
        found = found.where(table.c.account > form.after)
    rows = [shown(account_of(row)) for row in await read_.connection.execute(found)]
    return {"rows": rows[: form.limit], "next": rows[form.limit - 1]["account"] if len(rows) > form.limit else None}


@query(name="account.detail", title=Text("表内账户明细查询", "Account and its movements"), source="IB 1732, 3695")
async def detail(read_: Read, form: AccountDetail) -> dict[str, Any]:
    """The account and its lines, the newest first; `after` is the last line of the page before.

    Raises `account.unknown`, `account.outside`.
    """
    account = await _overseen(read_, form.account)
    found = _lines(form.account).order_by(ACCOUNT_LINE.c.line.desc())
    if form.after is not None:
        found = found.where(ACCOUNT_LINE.c.line < form.after)
    return {"account": shown(account), **await _page(read_, found, account.currency, form.limit)}


@query(name="transaction.account", title=Text("账户账务查询", "Transactions of an account"), source="IB 1775, 3801")
async def transactions(read_: Read, form: AccountTransactions) -> dict[str, Any]:
    """The lines of an account from a date on, the oldest first. Raises `account.unknown`, `account.outside`."""
    account = await _overseen(read_, form.account)
    line = ACCOUNT_LINE
    found = _lines(form.account).where(line.c.business_date >= form.date_from).order_by(line.c.line)
    if form.date_to is not None:
        found = found.where(line.c.business_date <= form.date_to)
    if form.after is not None:
        found = found.where(line.c.line > form.after)
    return await _page(read_, found, account.currency, form.limit)


async def _overseen(read_: Read, number: str) -> Account:
    account = await read(read_.connection, number)
    if not read_.principal.oversees(account.outlet):
        raise OUTSIDE(field="account")
    return account


def _within(found: Select[Any], principal: Principal) -> Select[Any]:
    """The accounts a teller may look into: `Principal.oversees` as a condition."""
    if principal.outlet == CITY:
        return found
    if is_business_department(principal.outlet):
        return found.where(ACCOUNT.c.branch == principal.outlet[:2])
    return found.where(ACCOUNT.c.outlet == principal.outlet)


def _lines(account: str) -> Select[Any]:
    line, register = ACCOUNT_LINE, FRAME.register
    number = func.coalesce(line.c.transaction_number, register.c.transaction_number).label("number")
    joined = line.outerjoin(register, register.c.posting_id == line.c.posting_id)
    return select(line, number).select_from(joined).where(line.c.account == account)


async def _page(read_: Read, found: Select[Any], currency: str, limit: int) -> dict[str, Any]:
    rows = list(await read_.connection.execute(found.limit(limit + 1)))
    return {"rows": [_line(row, currency) for row in rows[:limit]], "next": rows[limit - 1].line if len(rows) > limit else None}


def _line(row: Row[Any], currency: str) -> dict[str, Any]:
    return {
        "line": row.line,
        "business_date": row.business_date.isoformat(),
        "value_date": row.value_date.isoformat(),
        "transaction_number": row.number,
        "posting_id": str(row.posting_id),
        "code": row.code,
        "direction": "debit" if row.amount_minor < 0 else "credit",
        "amount": format_amount(abs(row.amount_minor), currency),
        "balance_after": format_amount(row.balance_after_minor, currency),
        "counter_outlet": row.counter_outlet,
        "teller": row.teller,
        "correction": row.correction,
        "voucher_type": row.voucher_type,
        "voucher_number": row.voucher_number,
        "summary": row.summary,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


async def sub_ledger(connection: AsyncConnection) -> list[Position]:
    """Group sums of all deposit accounts, for the proof of the books."""
    table = ACCOUNT.c
    return await group_sums(connection, table.account, table.outlet, table.currency, table.business_code, table.balance_minor)


async def group_balances(connection: AsyncConnection, group: Position) -> dict[str, int]:
    """Every account of one group that has a balance."""
    table = ACCOUNT.c
    of_group = (table.outlet == group.outlet, table.currency == group.currency, table.business_code == group.business_code)
    rows = await connection.execute(select(table.account, table.balance_minor).where(*of_group, table.balance_minor != 0))
    return {row.account: row.balance_minor for row in rows}
