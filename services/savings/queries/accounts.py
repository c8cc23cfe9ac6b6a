"""账户查询: the panel a teller sees, the search, an account with its lines (IB 1727-1734, 3685-3699)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, Select, func, select

from banking.fields import AccountNumber, labelled
from banking.lists import ACCOUNTS, AccountSearchForm, ListForm, check_dates, cursor, given, page, place
from banking.query import Read, query
from banking.visibility import check_account_seen, sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.savings.accounts import account_of, read
from services.savings.deposit_agreements import agreement_in_force
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account
from services.savings.domain.products import Owner
from services.savings.freezes import shown_freezes
from services.savings.queries.selections import beginning_with, seen
from services.savings.queries.term_deposits import shown_term
from services.savings.tables import ACCOUNT, ACCOUNT_LINE, DOCUMENT_SHOWN, FRAME

STATUSES = tuple((status.value, status.text) for status in AccountStatus)
LINES = (
    Column(key="line", label=Text("笔号", "Line"), kind="integer"),
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    Column(key="code", label=Text("交易", "Transaction")),
    Column(key="direction", label=Text("借贷标志", "Side")),
    Column(key="amount", label=Text("交易金额", "Amount"), kind="amount"),
    Column(key="balance_after", label=Text("余额", "Balance"), kind="amount"),
    Column(key="value_date", label=Text("起息日", "Value date"), kind="date"),
    Column(key="counter_outlet", label=Text("交易部门", "Counter outlet")),
    Column(key="teller", label=Text("交易用户", "Teller")),
    Column(key="voucher_type", label=Text("凭证类型", "Voucher type")),
    Column(key="voucher_number", label=Text("凭证号", "Voucher number")),
    Column(key="summary", label=Text("摘要", "Summary")),
)


class AccountSearch(AccountSearchForm):
    """What all account keepers are asked, and the state."""

    status: Literal["pre_opened", "normal", "settled", "dormant", "closed", "cancelled"] | None = labelled(
        "账户状态", "State", None, widget="choice", choices=STATUSES
    )


class AccountDetail(ListForm):
    """The account, and which page of its lines."""

    account: AccountNumber = labelled("账号", "Account", widget="account")


async def panel(read_: Read, account: str) -> dict[str, Any]:
    """What a teller sees as soon as the account is entered, wherever it is kept. Raises `account.unknown`."""
    found = await read(read_.connection, account)
    agreement = await shown_agreement(read_, found)
    term = await shown_term(read_, found)
    return {**shown(found), **term, **agreement, "freezes": await shown_freezes(read_.connection, found)}


async def shown_agreement(read_: Read, account: Account) -> dict[str, Any]:
    """What is agreed for what lies above a base 协议存款, if anything is."""
    agreed = await agreement_in_force(read_.connection, account.number) if account.product.owner is Owner.CORPORATE else None
    if agreed is None or agreed.base_minor is None:
        return {}
    return {
        "agreement": {
            "base_amount": format_amount(agreed.base_minor, account.currency),
            "rate": f"{agreed.annual_pct.normalize():f}",
            "agreed_from": agreed.from_on.isoformat(),
            "matures_on": _iso(agreed.runs_until(read_.business_date)),
        }
    }


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
        "reported_lost": account.reported_lost,
        "status": account.status.value,
        "status_name": account.status.text.as_dict(),
        "outlet": account.outlet,
        "cross_outlet": account.cross_outlet,
        "withdrawal_mode": account.withdrawal_mode.value,
        "withdrawal_mode_name": account.withdrawal_mode.name_text.as_dict(),
        "account_flag": account.flag.value if account.flag else None,
        "account_flag_name": account.flag.text.as_dict() if account.flag else None,
        "interest_bearing": account.interest_bearing,
        "instrument": account.instrument,
        "voucher_number": account.voucher_number,
        "opened_on": _iso(account.opened_on),
        "closed_on": _iso(account.closed_on),
        "last_moved_on": _iso(account.last_moved_on),
    }


@query(name="account.search", title=Text("表内账户综合查询", "Search accounts"), source="IB 1727, 3685", columns=ACCOUNTS)
async def search(read_: Read, form: AccountSearch) -> dict[str, Any]:
    """Accounts of the teller's department and those below it, in the order of their numbers. Raises `outlet.outside`, `query.*`."""
    table = ACCOUNT.c
    check_dates(form.opened_from, form.opened_to, "opened_from")
    conditions = (
        (form.account, lambda value: beginning_with(table.account, value)),
        (form.customer_number, lambda value: beginning_with(table.account, value)),
        (form.name, lambda value: table.name.contains(value, autoescape=True)),
        (form.business_code, lambda value: table.business_code == value),
        (form.status, lambda value: table.status == value),
        (form.opened_from, lambda value: table.opened_on >= value),
        (form.opened_to, lambda value: table.opened_on <= value),
        (place(form.after, str), lambda value: table.account > value[0]),
    )
    found = select(ACCOUNT).where(seen(sight_for(read_.principal, form.outlet)))
    found = found.where(*given(conditions))
    rows = (await read_.connection.execute(found.order_by(table.account).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.account), lambda row: shown(account_of(row)))


@query(name="account.detail", title=Text("表内账户明细查询", "Account and its movements"), source="IB 1732, 3695", columns=LINES)
async def detail(read_: Read, form: AccountDetail) -> dict[str, Any]:
    """The account, its freezes, and its lines, the newest first.

    Raises `account.unknown`, `account.outside`, `query.cursor`.
    """
    account = await overseen(read_, form.account)
    found = _lines(form.account).order_by(ACCOUNT_LINE.c.line.desc())
    if (after := place(form.after, int)) is not None:
        found = found.where(ACCOUNT_LINE.c.line < after[0])
    lines = await _page(read_, found, account.currency, form.limit)
    return {
        "account": {**shown(account), **await shown_term(read_, account), **await shown_agreement(read_, account)},
        "freezes": await shown_freezes(read_.connection, account),
        **lines,
    }


async def overseen(read_: Read, number: str) -> Account:
    """An account the teller may look into. Raises `account.unknown`, `account.outside`."""
    account = await read(read_.connection, number)
    check_account_seen(read_.principal, account.outlet)
    return account


def _lines(account: str) -> Select[Any]:
    line, register = ACCOUNT_LINE, FRAME.register
    number = func.coalesce(line.c.transaction_number, register.c.transaction_number).label("number")
    document = DOCUMENT_SHOWN
    joined = line.outerjoin(register, register.c.posting_id == line.c.posting_id)
    joined = joined.outerjoin(document, (document.c.posting_id == line.c.posting_id) & (document.c.account == line.c.account))
    return select(line, number, document.c.id_type, document.c.id_number).select_from(joined).where(line.c.account == account)


async def _page(read_: Read, found: Select[Any], currency: str, limit: int) -> dict[str, Any]:
    rows = (await read_.connection.execute(found.limit(limit + 1))).all()
    return page(rows, limit, lambda row: cursor(row.line), lambda row: _line(row, currency))


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
        "id_type": row.id_type,
        "id_number": row.id_number,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
