"""Loans among the accounts of the bank: lending's part of the search and of one account with its movements (IB 1727-1734, 3685-3699)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from banking.fields import AccountNumber, labelled
from banking.lists import ACCOUNTS, AccountSearchForm, ListForm, check_dates, cursor, page, place
from banking.query import Read, query
from banking.visibility import check_account_seen, sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.lending.domain.errors import LOAN_UNKNOWN
from services.lending.domain.loans import LoanStatus
from services.lending.queries.loans import kind_name
from services.lending.tables import FRAME, LOAN, LOAN_LINE

LINES = (
    Column(key="line", label=Text("笔号", "Line"), kind="integer"),
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    Column(key="code", label=Text("交易", "Transaction")),
    Column(key="direction", label=Text("借贷标志", "Side")),
    Column(key="amount", label=Text("交易金额", "Amount"), kind="amount"),
    Column(key="interest", label=Text("利息", "Interest"), kind="amount"),
    Column(key="balance_after", label=Text("本次余额", "Balance"), kind="amount"),
    Column(key="counter_outlet", label=Text("交易部门", "Counter outlet")),
    Column(key="teller", label=Text("交易用户", "Teller")),
)


class LoanDetail(ListForm):
    """The loan account, and which page of its lines."""

    account: AccountNumber = labelled("账号", "Account", widget="account")


@query(name="account.search", title=Text("表内账户综合查询", "Search accounts"), source="IB 1727, 3685", columns=ACCOUNTS)
async def search(read: Read, form: AccountSearchForm) -> dict[str, Any]:
    """Loan accounts in the order of their numbers. Raises `outlet.outside`, `query.dates`, `query.cursor`."""
    check_dates(form.opened_from, form.opened_to, "opened_from")
    loan = LOAN.c
    found = select(LOAN).where(sight_for(read.principal, form.outlet).condition(loan.outlet))
    if form.account is not None:
        found = found.where(loan.account.between(form.account.ljust(15, "0"), form.account.ljust(15, "9")))
    if form.customer_number is not None:
        found = found.where(loan.customer_number == form.customer_number)
    if form.name is not None:
        found = found.where(loan.name.contains(form.name, autoescape=True))
    if form.business_code is not None:
        found = found.where(loan.business_code == form.business_code)
    if form.opened_from is not None:
        found = found.where(loan.released_on >= form.opened_from)
    if form.opened_to is not None:
        found = found.where(loan.released_on <= form.opened_to)
    if (after := place(form.after, str)) is not None:
        found = found.where(loan.account > after[0])
    rows = (await read.connection.execute(found.order_by(loan.account).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.account), _shown)


@query(name="account.detail", title=Text("表内账户明细查询", "Account and its movements"), source="IB 1732, 3695", columns=LINES)
async def detail(read: Read, form: LoanDetail) -> dict[str, Any]:
    """A loan and its lines, the newest first. Raises `loan.unknown`, `account.outside`, `query.cursor`."""
    found = (await read.connection.execute(select(LOAN).where(LOAN.c.account == form.account))).first()
    if found is None:
        raise LOAN_UNKNOWN(field="account", account=form.account)
    check_account_seen(read.principal, found.outlet)
    line, register = LOAN_LINE.c, FRAME.register.c
    lines = (
        select(LOAN_LINE, register.transaction_number, register.code)
        .join_from(LOAN_LINE, FRAME.register, register.posting_id == line.posting_id, isouter=True)
        .where(line.account == form.account)
        .order_by(line.line.desc())
    )
    if (after := place(form.after, int)) is not None:
        lines = lines.where(line.line < after[0])
    rows = (await read.connection.execute(lines.limit(form.limit + 1))).all()
    listed = page(rows, form.limit, lambda row: cursor(row.line), lambda row: _line(row, found.currency))
    return {"account": _shown(found), **listed}


def _shown(row: Row[Any]) -> dict[str, Any]:
    status = LoanStatus(row.status)
    return {
        "account": row.account,
        "name": row.name,
        "customer_number": row.customer_number,
        "business_code": row.business_code,
        "product": kind_name(row.business_code),
        "currency": row.currency,
        "balance": format_amount(row.balance_minor, row.currency),
        "side": "debit",
        "status": status.value,
        "status_name": status.text.as_dict(),
        "outlet": row.outlet,
        "opened_on": row.released_on.isoformat(),
        "closed_on": row.closed_on.isoformat() if row.closed_on else None,
    }


def _line(row: Row[Any], currency: str) -> dict[str, Any]:
    """A change of what is outstanding: a release debits the account, a repayment credits it."""
    return {
        "line": row.line,
        "business_date": row.business_date.isoformat(),
        "value_date": row.value_date.isoformat(),
        "transaction_number": row.transaction_number,
        "posting_id": str(row.posting_id),
        "code": row.code,
        "direction": "debit" if row.amount_minor < 0 else "credit",
        "amount": format_amount(abs(row.amount_minor), currency),
        "interest": format_amount(row.interest_minor, currency),
        "balance_after": format_amount(row.balance_after_minor, currency),
        "counter_outlet": row.outlet,
        "teller": row.teller,
    }
