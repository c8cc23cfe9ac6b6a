"""打印件: what a transaction printed, on paper once more: its slip 凭条, or the lines it put into a passbook (IB 368-378, 488, 936)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from banking.fields import Day, Form, TransactionNumber, labelled
from banking.query import Read, report
from banking.visibility import check_account_seen
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.errors import ErrorType, Kind
from kernel.text import Text
from services.savings.printouts import printout_of
from services.savings.tables import FRAME
from services.savings.transactions import TRANSACTIONS

TITLE = Text("打印件", "Print-out")
UNKNOWN = ErrorType(
    "printing.unknown", Kind.NOT_FOUND, "{date} 没有储蓄交易 {number}", "there is no transaction {number} of savings on {date}"
)
NAMES = {each.code: each.name for each in TRANSACTIONS}
FACTS = {
    "interest": Text("利息", "Interest"),
    "tax": Text("利息税", "Interest tax"),
    "id_type": Text("证件类型", "Document type"),
    "id_number": Text("证件号码", "Document number"),
}
COLUMNS = [
    Column(key="page", label=Text("页", "Page"), kind="integer"),
    Column(key="row", label=Text("行", "Row"), kind="integer"),
    Column(key="date", label=Text("日期", "Date"), kind="date"),
    Column(key="account", label=Text("帐号", "Account")),
    Column(key="summary", label=Text("摘要", "Summary")),
    Column(key="debit", label=Text("支出", "Out"), kind="amount"),
    Column(key="credit", label=Text("存入", "In"), kind="amount"),
    Column(key="balance", label=Text("余额", "Balance"), kind="amount"),
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="teller", label=Text("操作员", "Teller")),
]


class PrintoutForm(Form):
    """A transaction by its number; its date, the business date if left out."""

    transaction_number: TransactionNumber = labelled("流水号", "Transaction number")
    date: Day | None = labelled("账务日期", "Business date", None, widget="date")


@report(name="printout", title=TITLE, source="IB 368, 488, 936")
async def printout(read: Read, form: PrintoutForm) -> ReportTable:
    """The lines a printing put into a passbook, each with page and row; of any other transaction the lines of its accounts.

    Raises `printing.unknown`, `account.outside`.
    """
    day = form.date or read.business_date
    table = FRAME.register.c
    wanted = (table.business_date == day, table.transaction_number == form.transaction_number)
    registered = (await read.connection.execute(select(FRAME.register).where(*wanted))).first()
    if registered is None:
        raise UNKNOWN(field="transaction_number", number=form.transaction_number, date=day)
    check_account_seen(read.principal, registered.outlet, "transaction_number")
    made = await printout_of(read.connection, registered)
    name = NAMES.get(registered.code)
    headers = [
        Heading(label=Text("流水号", "Transaction number"), value=registered.transaction_number),
        Heading(label=Text("日期", "Date"), value=day.isoformat()),
        Heading(label=Text("交易", "Transaction"), value=name or registered.code),
        Heading(label=Text("操作员", "Teller"), value=registered.teller),
    ]
    headers += [Heading(label=label, value=made[key]) for key, label in FACTS.items() if made.get(key)]
    own = {
        "business_date": made["business_date"],
        "code": registered.code,
        "teller": registered.teller,
        "counter_outlet": registered.outlet,
    }
    lines = made["printed"] or [{**own, **line} for line in made["lines"]]
    return ReportTable(title=TITLE, headers=headers, columns=COLUMNS, rows=[_row(line) for line in lines])


def _row(line: dict[str, Any]) -> dict[str, Cell]:
    shown: dict[str, Cell] = {key: line.get(key) for key in ("page", "row", "account", "teller")}
    shown |= {"date": line.get("business_date"), "balance": line["balance_after"], "outlet": line.get("counter_outlet")}
    shown["summary"] = line["summary"] or NAMES.get(line.get("code", "")) or line.get("code")
    if "amount" in line:
        shown[line["direction"]] = line["amount"]
    return shown
