"""分户帐及客户对帐单, and the index of its pages 分户帐帐首目录 (IB 2860-2863, 2891)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Row, func, select, true

from banking.fields import AccountNumber, Day, Form, OutletCode, labelled
from banking.lists import Cursor, check_dates, cursor, place
from banking.query import Read, report
from banking.visibility import check_account_seen, sight_for
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from kernel.text import Text
from services.ledger.queries.accounts import KnownAccount, account_of, known_account
from services.ledger.queries.forms import SubjectCode, rulebook_for, shown_leg, shown_off_sheet_leg
from services.ledger.queries.selections import legs_with_sets, table_of
from services.ledger.reports.forms import UNIT, date_heading, outlet_heading
from services.ledger.tables import ACCOUNT, LEG

LINES_OF_A_PAGE = 30
MOST_PAGES = 50
NO_SUCH_PAGE = ErrorType("report.page_unknown", Kind.NOT_FOUND, "没有第 {page} 页", "there is no page {page}")
BROUGHT_FORWARD = Text("承前页", "Brought forward")
STATEMENT = Text("分户帐(客户对帐单)", "Account statement")
INDEX = Text("分户帐帐首目录", "Index of accounts")
COLUMNS = [
    Column(key="page", label=Text("页码", "Page"), kind="integer"),
    Column(key="business_date", label=Text("交易日期", "Date"), kind="date"),
    Column(key="teller", label=Text("柜员编号", "Teller")),
    Column(key="code", label=Text("交易码", "Transaction")),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    Column(key="voucher_number", label=Text("凭证号码", "Voucher number")),
    Column(key="summary", label=Text("摘要", "Summary")),
    Column(key="debit", label=Text("借方发生额", "Debit"), kind="amount"),
    Column(key="credit", label=Text("贷方发生额", "Credit"), kind="amount"),
    Column(key="balance", label=Text("余额", "Balance"), kind="amount"),
    Column(key="balance_side", label=Text("余额方向", "Side")),
]
SIDE = {"debit": Text("借", "Dr"), "credit": Text("贷", "Cr"), None: Text("存", "stock")}
INDEX_COLUMNS = [
    Column(key="position", label=Text("序号", "No."), kind="integer"),
    Column(key="account", label=Text("账号", "Account")),
    Column(key="name", label=Text("单位名称", "Name")),
    Column(key="pages_from", label=Text("起页", "From page"), kind="integer"),
    Column(key="pages_to", label=Text("止页", "To page"), kind="integer"),
    Column(key="pages", label=Text("总页数", "Pages"), kind="integer"),
    Column(key="remark", label=Text("备注", "Remark")),
]


class StatementForm(Form):
    """An account, from which date (the beginning of the year) to which (the business date), and from which page on."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    date_from: Day | None = labelled("起始日期", "From", None, widget="date")
    date_to: Day | None = labelled("终止日期", "To", None, widget="date")
    page: int = labelled("起始页", "From page", 1, ge=1, le=100_000)


class IndexForm(Form):
    """A subject, the dates whose sheets are bound together, and where the page of the index begins."""

    subject: SubjectCode = labelled("科目代号", "Subject")
    date_from: Day | None = labelled("起始日期", "From", None, widget="date")
    date_to: Day | None = labelled("终止日期", "To", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    after: Cursor | None = labelled("起始于此之后", "After", None)
    limit: int = labelled("条数", "Rows", 2000, ge=1, le=10_000)


@report(name="account_statement", title=STATEMENT, source="IB 2860")
async def account_statement(read: Read, form: StatementForm) -> ReportTable:
    """The entries of any account in the order they moved it, page by page; every page begins with the balance of the one before.

    At most 50 pages at once; `next` is the page to go on with. Raises `ledger.account.unknown`, `account.*`, `query.dates`,
    `report.page_unknown`.
    """
    account = await known_account(read, form.account)
    check_account_seen(read.principal, account.outlet)
    first, last = _span(read, form.date_from, form.date_to)
    table = table_of(account.off_sheet)
    of_span = (table.c.account == form.account, table.c.business_date.between(first, last))
    entries = (await read.connection.execute(select(func.count()).select_from(table).where(*of_span))).scalar_one()
    pages = max(1, -(-entries // LINES_OF_A_PAGE))
    if form.page > pages:
        raise NO_SUCH_PAGE(field="page", page=form.page)
    wanted = (
        select(table.c.posting_id, table.c.line)
        .where(*of_span)
        .order_by(table.c.business_date, table.c.entry)
        .offset((form.page - 1) * LINES_OF_A_PAGE)
        .limit(MOST_PAGES * LINES_OF_A_PAGE)
    ).subquery()
    found = legs_with_sets(table).join(wanted, (wanted.c.posting_id == table.c.posting_id) & (wanted.c.line == table.c.line))
    rows = (await read.connection.execute(found.order_by(table.c.business_date, table.c.entry))).all()
    shown = partial(shown_off_sheet_leg if account.off_sheet else shown_leg, await rulebook_for(read))
    opening = _before(rows[0], account) if rows else await _balance_before(read, account, first)
    last_page = form.page + max(0, len(rows) - 1) // LINES_OF_A_PAGE
    return ReportTable(
        title=STATEMENT,
        headers=_statement_headings(account, first, last, pages),
        columns=COLUMNS,
        rows=_paged(rows, form.page, opening, account, shown),
        next=str(last_page + 1) if last_page < pages else None,
    )


def _span(read: Read, first: date | None, last: date | None) -> tuple[date, date]:
    last = last or read.business_date
    first = first or date(last.year, 1, 1)
    check_dates(first, last)
    return first, last


def _statement_headings(account: KnownAccount, first: date, last: date, pages: int) -> list[Heading]:
    return [
        Heading(label=Text("户名", "Name"), value=account.name),
        Heading(label=Text("账号", "Account"), value=account.account),
        Heading(label=Text("年度", "Year"), value=str(last.year)),
        date_heading(first, last),
        Heading(label=Text("页数", "Pages"), value=str(pages)),
        UNIT,
    ]


def _paged(rows: Any, page: int, opening: int, account: KnownAccount, shown: Any) -> list[dict[str, Cell]]:
    """The lines of pages, each page headed by the balance brought forward."""
    lines: list[dict[str, Cell]] = [_carried(page, opening, account)]
    for position, row in enumerate(rows):
        if position and position % LINES_OF_A_PAGE == 0:
            page += 1
            lines.append(_carried(page, _before(row, account), account))
        lines.append({"page": page, **_statement_line(shown(row))})
    return lines


def _carried(page: int, balance_minor: int, account: KnownAccount) -> dict[str, Cell]:
    side = None if account.off_sheet else "debit" if balance_minor >= 0 else "credit"
    balance = format_amount(abs(balance_minor), account.currency)
    return {"page": page, "summary": BROUGHT_FORWARD, "balance": balance, "balance_side": SIDE[side]}


def _statement_line(entry: dict[str, Any]) -> dict[str, Cell]:
    amount = f"-{entry['amount']}" if entry["red"] else entry["amount"]
    side = "debit" if entry["direction"] in ("debit", "receive") else "credit"
    kept = ("business_date", "teller", "transaction_number", "voucher_number", "summary")
    return {
        **{name: entry[name] for name in kept},
        "code": Text(**entry["code_name"]),
        side: amount,
        "balance": entry["balance_after"],
        "balance_side": SIDE[entry["balance_side"]],
    }


def _before(row: Row[Any], account: KnownAccount) -> int:
    raises = row.is_receive if account.off_sheet else row.is_debit
    moved: int = row.amount_minor if raises is not row.red else -row.amount_minor
    return row.balance_after_minor - moved


async def _balance_before(read: Read, account: KnownAccount, day: date) -> int:
    table = table_of(account.off_sheet).c
    found = select(table.balance_after_minor).where(table.account == account.account, table.business_date < day)
    latest = found.order_by(table.business_date.desc(), table.entry.desc()).limit(1)
    return (await read.connection.execute(latest)).scalar() or 0


@report(name="account_index", title=INDEX, source="IB 2891")
async def account_index(read: Read, form: IndexForm) -> ReportTable:
    """The accounts of a subject that moved, in the order of their numbers, with the pages their statements take one after the other.

    A following page goes on with number and page; the total of pages is that of the accounts shown. Raises `ledger.subject.unknown`,
    `outlet.outside`, `query.dates`, `query.cursor`.
    """
    rulebook, day = await rulebook_for(read), read.business_date
    subject = rulebook.subject(form.subject, day)
    first, last = _span(read, form.date_from, form.date_to)
    codes = [code.code for code in rulebook.business_codes(day) if code.subject.startswith(form.subject) and not code.off_sheet]
    counted = (
        select(func.count().label("entries"))
        .where(LEG.c.account == ACCOUNT.c.account, LEG.c.business_date.between(first, last))
        .lateral("counted")
    )
    found = (
        select(ACCOUNT, counted.c.entries)
        .join_from(ACCOUNT, counted, true())
        .where(ACCOUNT.c.business_code.in_(codes), sight_for(read.principal, form.outlet).condition(ACCOUNT.c.outlet))
        .where(counted.c.entries > 0)
        .order_by(ACCOUNT.c.account)
        .limit(form.limit + 1)
    )
    after = place(form.after, str, int, int)
    if after is not None:
        found = found.where(ACCOUNT.c.account > after[0])
    _, earlier, page = after or ("", 0, 1)
    before = page
    rows: list[dict[str, Cell]] = []
    moved = (await read.connection.execute(found)).all()
    for position, row in enumerate(moved[: form.limit], start=earlier + 1):
        pages = -(-row.entries // LINES_OF_A_PAGE)
        named = {"account": row.account, "name": account_of(rulebook, row, day).name}
        rows.append({"position": position, **named, "pages_from": page, "pages_to": page + pages - 1, "pages": pages})
        page += pages
    headers = [
        Heading(label=Text("科目", "Subject"), value=Text(f"{subject.code} {subject.name.zh}", f"{subject.code} {subject.name.en}")),
        outlet_heading(form.outlet, read.principal.outlet),
        date_heading(first, last),
    ]
    return ReportTable(
        title=INDEX,
        headers=headers,
        columns=INDEX_COLUMNS,
        rows=rows,
        totals={"pages": page - before},
        next=cursor(rows[-1]["account"], earlier + len(rows), page) if len(moved) > form.limit else None,
    )
