"""账户查询: the bank's own accounts, on and off the balance sheet (IB 1727-1742, 2491-2498, 3685-3712)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, or_, select, tuple_

from banking.counter_routes import UNKNOWN_ACCOUNT
from banking.fields import AccountNumber, OutletCode, ShortText, labelled
from banking.lists import ACCOUNTS, BusinessCode, ListForm, NumberBeginning, check_dates, cursor, page, place
from banking.query import Read, query
from banking.visibility import check_account_seen, sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.numbers import NumberKind, check_account, customer_number_of, parse_internal
from kernel.text import Text
from services.ledger.domain.model import FIRST_SUFFIX
from services.ledger.domain.model import BusinessCode as Code
from services.ledger.domain.refusals import ACCOUNT_UNKNOWN
from services.ledger.domain.rulebook import Rulebook
from services.ledger.panel import status_of
from services.ledger.queries import forms
from services.ledger.queries.forms import beginning_with, rulebook_for, shown_leg, shown_off_sheet_leg
from services.ledger.queries.selections import legs_with_sets, table_of
from services.ledger.tables import ACCOUNT

INTERNAL = "9"
"""What internal accounts begin with; the outlet follows."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as the books know it; the balance is debit positive, off the balance sheet received positive."""

    account: str
    name: str
    outlet: str
    currency: str
    code: Code
    balance_minor: int
    reserved_minor: int
    opened_on: date | None
    closed_on: date | None
    written_off_on: date | None

    @property
    def off_sheet(self) -> bool:
        return self.code.off_sheet


class AccountSearch(ListForm):
    """Any of these together; an account fits when all that are given fit (IB 1729, 3690, 3704)."""

    account: NumberBeginning | None = labelled("起始账号", "Account number, or its beginning", None, widget="account")
    name: ShortText | None = labelled("户名", "Part of the name", None)
    business_code: BusinessCode | None = labelled("业务代码", "Business code", None)
    outlet: OutletCode | None = labelled("网点", "Outlet", None)
    opened_from: date | None = labelled("开户起始日", "Opened from", None, widget="date")
    opened_to: date | None = labelled("开户结束日", "Opened to", None, widget="date")


class AccountDetail(ListForm):
    """The account, and which page of its entries."""

    account: AccountNumber = labelled("账号", "Account", widget="account")


OFF_SHEET_ACCOUNTS = tuple(
    Column(key=column.key, label=Text("结存", "Balance"), kind="amount") if column.key == "balance" else column
    for column in ACCOUNTS
    if column.key != "customer_number"
)
LINES = (
    forms.DATE, forms.NUMBER, forms.CODE, forms.TELLER, forms.COUNTER, forms.SIDE, forms.AMOUNT, forms.RED, forms.BALANCE, forms.SUMMARY,
)  # fmt: skip


@query(name="account.search", title=Text("表内账户综合查询", "Search accounts"), source="IB 1727, 3685", columns=ACCOUNTS)
async def search(read: Read, form: AccountSearch) -> dict[str, Any]:
    """The bank's own accounts on the balance sheet, in the order of their numbers. Raises `outlet.outside`, `query.dates`."""
    return await _found(read, form, off_sheet=False)


@query(name="account.off_sheet_search", title=Text("表外账户综合查询", "Search off-sheet accounts"), source="IB 1738, 3700",
       columns=OFF_SHEET_ACCOUNTS)  # fmt: skip
async def off_sheet_search(read: Read, form: AccountSearch) -> dict[str, Any]:
    """The same off the balance sheet."""
    return await _found(read, form, off_sheet=True)


@query(name="account.detail", title=Text("表内账户明细查询", "Account and its movements"), source="IB 1732, 3695", columns=LINES)
async def detail(read: Read, form: AccountDetail) -> dict[str, Any]:
    """An account of the bank and its entries, the newest first. Raises `ledger.account.unknown`, `account.outside`, `query.cursor`."""
    return await _with_entries(read, form, off_sheet=False)


@query(name="account.off_sheet_detail", title=Text("表外账户明细查询", "Off-sheet account and its movements"), source="IB 1735, 3708",
       columns=LINES)  # fmt: skip
async def off_sheet_detail(read: Read, form: AccountDetail) -> dict[str, Any]:
    """The same off the balance sheet."""
    return await _with_entries(read, form, off_sheet=True)


async def _found(read: Read, form: AccountSearch, *, off_sheet: bool) -> dict[str, Any]:
    rulebook, day = await rulebook_for(read), read.business_date
    check_dates(form.opened_from, form.opened_to, "opened_from")
    sight = sight_for(read.principal, form.outlet)
    codes = [code for code in rulebook.business_codes(day) if code.off_sheet is off_sheet]
    table = ACCOUNT.c
    found = select(ACCOUNT).where(
        beginning_with(table.account, INTERNAL + sight.beginning), table.business_code.in_([code.code for code in codes])
    )
    if form.account is not None:
        found = found.where(beginning_with(table.account, form.account))
    if form.business_code is not None:
        found = found.where(table.business_code == form.business_code)
    if form.name is not None:
        found = found.where(_called(form.name, codes))
    if form.opened_from is not None:
        found = found.where(table.opened_on >= form.opened_from)
    if form.opened_to is not None:
        found = found.where(table.opened_on <= form.opened_to)
    if (after := place(form.after, str)) is not None:
        found = found.where(table.account > after[0])
    rows = (await read.connection.execute(found.order_by(table.account).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.account), lambda row: shown_account(account_of(rulebook, row, day)))


def _called(part: str, codes: Collection[Code]) -> ColumnElement[bool]:
    """Accounts with this in their name; one that has none of its own is called after its business code."""
    named = [code.code for code in codes if part in code.name.zh or part.lower() in code.name.en.lower()]
    unnamed = ACCOUNT.c.name.is_(None) & ACCOUNT.c.business_code.in_(named)
    return or_(ACCOUNT.c.name.contains(part, autoescape=True), unnamed)


async def _with_entries(read: Read, form: AccountDetail, *, off_sheet: bool) -> dict[str, Any]:
    account = await known_account(read, form.account)
    if account.off_sheet is not off_sheet:
        raise ACCOUNT_UNKNOWN(field="account", account=form.account)
    check_account_seen(read.principal, account.outlet)
    table = table_of(off_sheet)
    rows = (await read.connection.execute(_newest_first(table, form))).all()
    shown = partial(shown_off_sheet_leg if off_sheet else shown_leg, await rulebook_for(read))
    lines = page(rows, form.limit, lambda row: cursor(row.business_date.isoformat(), row.entry), shown)
    return {"account": shown_account(account), **lines}


def _newest_first(table: Table, form: AccountDetail) -> Select[Any]:
    found = legs_with_sets(table).where(table.c.account == form.account)
    if (after := place(form.after, date.fromisoformat, int)) is not None:
        found = found.where(tuple_(table.c.business_date, table.c.entry) < tuple_(*after))
    return found.order_by(table.c.business_date.desc(), table.c.entry.desc()).limit(form.limit + 1)


async def known_account(read: Read, number: str) -> KnownAccount:
    """An account of the bank or of a customer as the books know it. Raises `account.*`, `ledger.account.unknown`."""
    internal = check_account(number) is NumberKind.INTERNAL
    row = (await read.connection.execute(select(ACCOUNT).where(ACCOUNT.c.account == number))).first()
    rulebook = await rulebook_for(read)
    if row is not None:
        return account_of(rulebook, row, read.business_date)
    if not internal:
        raise UNKNOWN_ACCOUNT(field="account", account=number)
    parts = parse_internal(number)
    code = rulebook.business_code(parts.business_code, read.business_date)
    if parts.suffix != FIRST_SUFFIX and parts.suffix not in code.suffixes:
        raise ACCOUNT_UNKNOWN(field="account", account=number)
    return KnownAccount(number, name_of(code, number, None), parts.outlet, parts.currency, code, 0, 0, None, None, None)


def account_of(rulebook: Rulebook, row: Row[Any], day: date) -> KnownAccount:
    """An account from its row."""
    code = rulebook.business_code(row.business_code, day)
    return KnownAccount(
        row.account,
        name_of(code, row.account, row.name),
        row.outlet,
        row.currency,
        code,
        row.balance_minor,
        row.reserved_minor,
        row.opened_on,
        row.closed_on,
        row.written_off_on,
    )


def name_of(code: Code, account: str, name: str | None) -> str:
    """What an account is called: by its own name, else by the one the bank agreed on for it."""
    return name or code.suffixes.get(account[-len(FIRST_SUFFIX) :], code.name).zh


def shown_account(account: KnownAccount) -> dict[str, Any]:
    """An account as lists show it; the balance without its sign, its side beside it."""
    side = ("receive", "pay") if account.off_sheet else ("debit", "credit")
    return {
        "account": account.account,
        "name": account.name,
        "customer_number": customer_number_of(account.account) if not account.account.startswith(INTERNAL) else None,
        "business_code": account.code.code,
        "product": account.code.name.as_dict(),
        "subject": account.code.subject,
        "currency": account.currency,
        "balance": format_amount(abs(account.balance_minor), account.currency),
        "side": side[0] if account.balance_minor >= 0 else side[1],
        "reserved": format_amount(account.reserved_minor, account.currency),
        "status": status_of(account.closed_on, account.written_off_on),
        "outlet": account.outlet,
        "opened_on": account.opened_on.isoformat() if account.opened_on else None,
        "closed_on": account.closed_on.isoformat() if account.closed_on else None,
    }
