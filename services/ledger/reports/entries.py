"""交易流水帐 and 轧帐用补充传票列表: the entries of a date one by one (IB 2838-2840, 2864-2867)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import and_, or_, tuple_

from banking.fields import Day, Form, OutletCode, TellerNumber, labelled
from banking.lists import Cursor, cursor, place
from banking.query import Read, report
from banking.visibility import sight_for
from contracts.report import Cell, Column, ReportTable
from kernel.text import Text
from services.ledger.queries.forms import rulebook_for, shown_leg
from services.ledger.queries.selections import legs_with_sets
from services.ledger.queries.transactions import NUMBER_DIGITS
from services.ledger.reports.forms import date_heading, operator_heading, outlet_heading
from services.ledger.tables import LEG, POSTING_SET

JOURNAL = Text("交易流水帐", "Journal of transactions")
SUPPLEMENTS = Text("轧帐用补充传票列表", "Supplementary vouchers for balancing")
SIDE = {"debit": Text("借", "Dr"), "credit": Text("贷", "Cr")}
JOURNAL_COLUMNS = [
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    Column(key="code", label=Text("业务种类", "Transaction")),
    Column(key="code_name", label=Text("业务名", "Name")),
    Column(key="voucher_type", label=Text("凭证类型", "Voucher type")),
    Column(key="voucher_number", label=Text("凭证号", "Voucher number")),
    Column(key="teller", label=Text("交易用户", "Teller")),
    Column(key="subject", label=Text("科目", "Subject")),
    Column(key="account", label=Text("帐号", "Account")),
    Column(key="direction", label=Text("借贷标志", "Side")),
    Column(key="amount", label=Text("交易金额", "Amount"), kind="amount"),
    Column(key="balance_after", label=Text("本次余额", "Balance"), kind="amount"),
    Column(key="balance_side", label=Text("余额方向", "Side of balance")),
]
SUPPLEMENT_COLUMNS = [
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    Column(key="account", label=Text("账号", "Account")),
    Column(key="subject", label=Text("科目", "Subject")),
    Column(key="direction", label=Text("借贷标志", "Side")),
    Column(key="amount", label=Text("交易金额", "Amount"), kind="amount"),
    Column(key="balance_after", label=Text("本次余额", "Balance"), kind="amount"),
    Column(key="balance_side", label=Text("余额方向", "Side of balance")),
    Column(key="teller", label=Text("操作用户", "Teller")),
]


class DayOfEntries(Form):
    """A date, the outlet (the own one and those below it if left out), and where the page begins."""

    date: Day | None = labelled("日期", "Date", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    teller: TellerNumber | None = labelled("交易用户", "Teller", None)
    after: Cursor | None = labelled("起始于此之后", "After", None)
    limit: int = labelled("条数", "Rows", 2000, ge=1, le=10_000)


@report(name="journal", title=JOURNAL, source="IB 2864")
async def journal(read: Read, form: DayOfEntries) -> ReportTable:
    """Every entry of the transactions made at an outlet on a date, in the order of number and line. Raises `outlet.outside`."""
    made_here = sight_for(read.principal, form.outlet).condition(POSTING_SET.c.transaction_number, NUMBER_DIGITS)
    return await _table(read, form, JOURNAL, JOURNAL_COLUMNS, made_here)


@report(name="supplement_vouchers", title=SUPPLEMENTS, source="IB 2838")
async def supplement_vouchers(read: Read, form: DayOfEntries) -> ReportTable:
    """The entries in the books of an outlet that have no voucher there: those that bridge outlets, those other counters made, and those
    nobody made at a counter. With them the vouchers at hand come to the subject sheets (IB 3016).

    Raises `outlet.outside`.
    """
    without_paper = or_(LEG.c.automatic, LEG.c.outlet != POSTING_SET.c.outlet, POSTING_SET.c.teller.startswith("A"))
    in_books = and_(sight_for(read.principal, form.outlet).condition(LEG.c.outlet), without_paper)
    return await _table(read, form, SUPPLEMENTS, SUPPLEMENT_COLUMNS, in_books)


async def _table(read: Read, form: DayOfEntries, title: Text, columns: list[Column], condition: Any) -> ReportTable:
    day, number = form.date or read.business_date, POSTING_SET.c.transaction_number
    found = legs_with_sets().where(POSTING_SET.c.business_date == day, LEG.c.business_date == day, condition)
    if form.teller is not None:
        found = found.where(POSTING_SET.c.teller == form.teller)
    if (after := place(form.after, str, int)) is not None:
        found = found.where(number >= after[0], tuple_(number, LEG.c.line) > tuple_(*after))
    rows = (await read.connection.execute(found.order_by(number, LEG.c.line).limit(form.limit + 1))).all()
    shown = partial(shown_leg, await rulebook_for(read))
    last = rows[form.limit - 1] if len(rows) > form.limit else None
    return ReportTable(
        title=title,
        headers=[outlet_heading(form.outlet, read.principal.outlet), date_heading(day), operator_heading(read)],
        columns=columns,
        rows=[entry_line(shown(row)) for row in rows[: form.limit]],
        next=cursor(last.transaction_number, last.line) if last is not None else None,
    )


def entry_line(entry: dict[str, Any]) -> dict[str, Cell]:
    """An entry as a line on paper: red amounts are negative."""
    kept = (
        "business_date", "transaction_number", "teller", "voucher_type", "voucher_number", "code", "subject", "account", "outlet",
        "counter_outlet", "balance_after", "currency", "summary",
    )  # fmt: skip
    return {
        **{name: entry[name] for name in kept},
        "code_name": Text(**entry["code_name"]),
        "direction": SIDE[entry["direction"]],
        "amount": f"-{entry['amount']}" if entry["red"] else entry["amount"],
        "balance_side": SIDE[entry["balance_side"]],
    }
