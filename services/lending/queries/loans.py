"""Questions about notes and loans (IB 1896, 2509), the panel of a loan, and the group sums the books are proved with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.fields import AccountNumber, CustomerNumber, Form, OutletCode, labelled
from banking.query import Read, query
from banking.sub_ledger import group_sums
from banking.visibility import sight_for, sight_of
from contracts.day import Position
from contracts.report import Column
from kernel.money import format_amount
from kernel.numbers import check_account, loan_state_of
from kernel.text import Text
from services.lending.domain.errors import LOAN_UNKNOWN
from services.lending.domain.interest import interest_due
from services.lending.domain.loan_kinds import KINDS, OVERDUE_BUSINESS_CODE
from services.lending.domain.loan_states import STATE_TEXTS
from services.lending.domain.loans import LoanStatus
from services.lending.domain.notes import NoteStatus, status_on
from services.lending.loans import arrears_of, record_of
from services.lending.notes import note_of
from services.lending.parameters.load import parameters
from services.lending.tables import LOAN, LOAN_NOTE
from services.lending.transactions.forms import ContractNumber, NoteNumber

NOTE_STATUS_CHOICES = tuple((status.value, status.text) for status in NoteStatus)


LOANS = (
    Column(key="account", label=Text("贷款账号", "Loan account")),
    Column(key="note_number", label=Text("借据号", "Note number")),
    Column(key="customer_number", label=Text("客户号", "Customer number")),
    Column(key="kind", label=Text("贷款种类", "Kind")),
    Column(key="state_name", label=Text("贷款状态", "Loan state")),
    Column(key="status", label=Text("账户状态", "State")),
    Column(key="currency", label=Text("货币", "Currency")),
    Column(key="principal", label=Text("借据金额", "Principal"), kind="amount"),
    Column(key="balance", label=Text("贷款余额", "Outstanding"), kind="amount"),
    Column(key="rate", label=Text("利率(年%)", "Rate (% a year)")),
    Column(key="released_on", label=Text("发放日期", "Released on"), kind="date"),
    Column(key="due_on", label=Text("到期日", "Due on"), kind="date"),
    Column(key="closed_on", label=Text("结清日期", "Repaid on"), kind="date"),
    Column(key="outlet", label=Text("账务部门", "Books of")),
)
NOTES = (
    Column(key="note_number", label=Text("借据号", "Note number")),
    Column(key="contract_number", label=Text("合同号", "Contract number")),
    Column(key="customer_number", label=Text("客户号", "Customer number")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="deposit_account", label=Text("存款账号", "Deposit account")),
    Column(key="kind", label=Text("贷款种类", "Kind")),
    Column(key="currency", label=Text("货币", "Currency")),
    Column(key="principal", label=Text("借据金额", "Principal"), kind="amount"),
    Column(key="rate", label=Text("利率(年%)", "Rate (% a year)")),
    Column(key="starts_on", label=Text("起始日", "Starts on"), kind="date"),
    Column(key="due_on", label=Text("到期日", "Due on"), kind="date"),
    Column(key="entered_on", label=Text("录入日期", "Entered on"), kind="date"),
    Column(key="entered_by", label=Text("录入柜员", "Entered by")),
    Column(key="status", label=Text("状态", "State")),
    Column(key="loan_account", label=Text("贷款账号", "Loan account")),
    Column(key="outlet", label=Text("录入网点", "Outlet")),
)


class LoansOfAccount(Form):
    """A deposit account, and where the page begins."""

    account: AccountNumber = labelled("存款账号", "Deposit account", widget="account")
    after: AccountNumber | None = labelled("起始贷款账号", "After loan account", None)
    limit: int = labelled("条数", "Rows", 50, ge=1, le=200)


class NoteSearch(Form):
    """Any of these together; a note fits when all that are given fit."""

    contract_number: ContractNumber | None = labelled("合同号", "Contract number", None)
    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    outlet: OutletCode | None = labelled("录入网点", "Outlet", None)
    entered_on: date | None = labelled("录入日期", "Entered on", None, widget="date")
    status: Literal["entered", "released", "lapsed"] | None = labelled("状态", "State", None, widget="choice", choices=NOTE_STATUS_CHOICES)
    after: NoteNumber | None = labelled("起始借据号", "After note number", None)
    limit: int = labelled("条数", "Rows", 50, ge=1, le=200)


@query(name="loan.by_account", title=Text("放款查询", "Loans of a deposit account"), source="IB 2509", columns=LOANS)
async def by_account(read: Read, form: LoansOfAccount) -> dict[str, Any]:
    """Every loan of the teller's department and those below it that is tied to a deposit account, repaid ones too, in the order of their
    numbers. Raises `account.*`."""
    check_account(form.account)
    ours = sight_of(read.principal).condition(LOAN.c.outlet)
    found = select(LOAN).where(LOAN.c.deposit_account == form.account, ours).order_by(LOAN.c.account).limit(form.limit + 1)
    if form.after is not None:
        found = found.where(LOAN.c.account > form.after)
    rows = [_listed_loan(row) for row in await read.connection.execute(found)]
    return _page(rows, form.limit, "account")


@query(name="loan.notes", title=Text("借据查询", "Loan notes"), source="IB 1896-1914", columns=NOTES)
async def notes(read: Read, form: NoteSearch) -> dict[str, Any]:
    """Notes of the teller's department and those below it in the order of their numbers, with what they are today.

    Raises `outlet.outside`.
    """
    table = LOAN_NOTE
    found = select(table).order_by(table.c.note_number).limit(form.limit + 1)
    found = found.where(sight_for(read.principal, form.outlet).condition(table.c.outlet))
    for name in ("contract_number", "customer_number", "entered_on"):
        wanted = getattr(form, name)
        if wanted is not None:
            found = found.where(table.c[name] == wanted)
    if form.status is not None:
        found = found.where(_in_status(NoteStatus(form.status), read.business_date))
    if form.after is not None:
        found = found.where(table.c.note_number > form.after)
    rows = [_listed_note(row, read.business_date) for row in await read.connection.execute(found)]
    return _page(rows, form.limit, "note_number")


def _in_status(status: NoteStatus, today: date) -> ColumnElement[bool]:
    """The condition under which `status_on` gives the state."""
    unreleased = LOAN_NOTE.c.loan_account.is_(None)
    match status:
        case NoteStatus.RELEASED:
            return LOAN_NOTE.c.loan_account.is_not(None)
        case NoteStatus.ENTERED:
            return and_(unreleased, LOAN_NOTE.c.entered_on == today)
        case NoteStatus.LAPSED:
            return and_(unreleased, LOAN_NOTE.c.entered_on != today)


async def panel(read: Read, account: str) -> dict[str, Any]:
    """A loan as a teller sees it: its terms, what is outstanding, and the interest a repayment today would take. Raises `loan.unknown`."""
    row = (await read.connection.execute(_with_note(account))).first()
    if row is None:
        raise LOAN_UNKNOWN(field="account", account=account)
    record = record_of(row._mapping)
    interest_minor = 0
    if record.loan.status is LoanStatus.OPEN:
        interest_minor = interest_due(record.loan.accrual, read.business_date, parameters())[0].interest_minor
    arrears_minor = await arrears_of(read.connection, account)
    return _listed_loan(row) | {
        "name": row.name,
        "contract_number": row.contract_number,
        "deposit_account": row.deposit_account,
        "interest_today": format_amount(interest_minor, row.currency),
        "interest_in_arrears": format_amount(arrears_minor, row.currency),
        "special_repayment": row.special_repayment,
        "held": row.held_by is not None,
    }


def _with_note(account: str) -> Select[Any]:
    joined = LOAN.join(LOAN_NOTE, LOAN.c.note_number == LOAN_NOTE.c.note_number)
    return select(LOAN, LOAN_NOTE.c.contract_number).select_from(joined).where(LOAN.c.account == account)


async def sub_ledger(connection: AsyncConnection) -> list[Position]:
    """Group sums of the loan accounts, credit positive: what is outstanding counts negative."""
    table = LOAN
    return await group_sums(connection, table.c.account, table.c.outlet, table.c.currency, table.c.business_code, _credit_balance())


async def group_balances(connection: AsyncConnection, group: Position) -> dict[str, int]:
    """Every loan account of a group with its balance, credit positive."""
    table = LOAN
    found = select(table.c.account, _credit_balance()).where(table.c.balance_minor != 0)
    same = (table.c.outlet == group.outlet, table.c.currency == group.currency, table.c.business_code == group.business_code)
    return {account: int(minor) for account, minor in await connection.execute(found.where(*same))}


def _credit_balance() -> ColumnElement[int]:
    return -LOAN.c.balance_minor


def _page(rows: list[dict[str, Any]], limit: int, key: str) -> dict[str, Any]:
    return {"rows": rows[:limit], "next": rows[limit - 1][key] if len(rows) > limit else None}


def _rate(annual_pct: Decimal) -> str:
    return f"{annual_pct.normalize():f}"


def kind_name(code: str) -> dict[str, str]:
    """What a kind of loan is called, the overdue ones among them."""
    return _OVERDUE if code == OVERDUE_BUSINESS_CODE else KINDS[code].name.as_dict()


_OVERDUE = Text("逾期贷款", "Overdue loans").as_dict()


def _listed_loan(row: Row[Any]) -> dict[str, Any]:
    return {
        "account": row.account,
        "note_number": row.note_number,
        "customer_number": row.customer_number,
        "outlet": row.outlet,
        "currency": row.currency,
        "kind": row.business_code,
        "kind_name": kind_name(row.business_code),
        "status": row.status,
        "status_name": LoanStatus(row.status).text.as_dict(),
        "state_name": STATE_TEXTS[loan_state_of(row.account)].as_dict(),
        "principal": format_amount(row.principal_minor, row.currency),
        "balance": format_amount(row.balance_minor, row.currency),
        "rate": _rate(row.annual_pct),
        "released_on": row.released_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "closed_on": row.closed_on.isoformat() if row.closed_on else None,
    }


def _listed_note(row: Row[Any], today: date) -> dict[str, Any]:
    status = status_on(note_of(row._mapping), today)
    return {
        "note_number": row.note_number,
        "contract_number": row.contract_number,
        "customer_number": row.customer_number,
        "name": row.customer_name,
        "deposit_account": row.deposit_account,
        "outlet": row.outlet,
        "kind": row.kind,
        "kind_name": kind_name(row.kind),
        "principal": format_amount(row.principal_minor, row.currency),
        "currency": row.currency,
        "rate": _rate(row.annual_pct),
        "starts_on": row.starts_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "entered_on": row.entered_on.isoformat(),
        "entered_by": row.entered_by,
        "status": status.value,
        "status_name": status.text.as_dict(),
        "loan_account": row.loan_account,
    }
