"""系统内电子联行贷方补充报单: the slip of an inward item as it goes on paper, in two copies on one form (IB 2425-2436)."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from sqlalchemy import select

from banking.fields import Day, Form, labelled
from banking.query import Read, report
from banking.visibility import sight_of
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.text import Text
from services.clearing.domain.national import REASONS, Reason
from services.clearing.domain.national_errors import INWARD_UNKNOWN, NOT_PRINTED
from services.clearing.national_inward import slip_of
from services.clearing.national_tables import NATIONAL_INWARD

TITLE = Text("系统内电子联行贷方补充报单", "Credit slip of an inward national inter-bank item")
COPIES = (Text("第一联 贷方记账凭证", "Copy 1: voucher of the credit"), Text("第二联 收款通知", "Copy 2: advice to the payee"))
SUSPENDED = Text("挂账", "IN SUSPENSE")
REPRINTED = Text("重打凭证", "PRINTED AGAIN")
ELEMENTS = (
    ("sent_on", Text("来帐日期", "Date of the item")),
    ("sequence", Text("来帐顺序号", "Number of the item")),
    ("sending_bank", Text("汇出行号", "Sending bank")),
    ("receiving_bank", Text("汇入行号", "Receiving bank")),
    ("payer_account", Text("付款人账号", "Payer's account")),
    ("payer_name", Text("付款人名称", "Payer")),
    ("payee_account", Text("收款人账号", "Payee's account")),
    ("payee_name", Text("收款人名称", "Payee")),
    ("amount", Text("金额", "Amount")),
    ("purpose", Text("用途", "Purpose")),
    ("posted_on", Text("记账日期", "Posted on")),
    ("outlet", Text("记账机构", "Books of")),
)
COLUMNS = [
    Column(key="copy", label=Text("联次", "Copy")),
    Column(key="element", label=Text("要素", "Element")),
    Column(key="value", label=Text("内容", "Says")),
]


class SlipReport(Form):
    """The item, by its date and number."""

    date_: Day = Field(alias="date", json_schema_extra={"x-label": {"zh": "来帐日期", "en": "Date of the item"}, "x-widget": "date"})
    sequence: int = labelled("来帐序号", "Number of the item", ge=1, le=99_999_999)


@report(name="national_slip", title=TITLE, source="IB 2425-2436")
async def national_slip(read: Read, form: SlipReport) -> ReportTable:
    """The slip as it was last printed, of an item in the books of the teller's department or one below it.

    Raises `clearing.national.inward_unknown`, and `.not_printed` before `clearing.national.print_inward` has taken a form for it.
    """
    table = NATIONAL_INWARD
    chosen = (table.c.sent_on == form.date_, table.c.sequence == form.sequence, sight_of(read.principal).condition(table.c.outlet))
    item = (await read.connection.execute(select(table).where(*chosen))).mappings().first()
    if item is None:
        raise INWARD_UNKNOWN(field="sequence", date=form.date_.isoformat(), sequence=form.sequence)
    if not item["prints"]:
        raise NOT_PRINTED(field="sequence", date=form.date_.isoformat(), sequence=form.sequence)
    slip = slip_of(item)
    marks = [mark for mark, applies in ((SUSPENDED, slip["suspended"]), (REPRINTED, slip["reprinted"])) if applies]
    headers = [
        Heading(label=Text("凭证号码", "Number of the form"), value=item["slip_number"] or ""),
        *(Heading(label=Text("标记", "Mark"), value=mark) for mark in marks),
    ]
    return ReportTable(title=TITLE, headers=headers, columns=COLUMNS, rows=[row for copy in COPIES for row in _rows(copy, slip)])


def _rows(copy: Text, slip: dict[str, Any]) -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = [{"copy": copy, "element": label, "value": str(slip[key])} for key, label in ELEMENTS]
    if slip["reason"]:
        rows.append({"copy": copy, "element": Text("挂账原因", "Why in suspense"), "value": REASONS[Reason(slip["reason"])]})
    return rows
