"""冻结查询: which accounts are or were frozen, by whom, until when (IB 2496, 3723)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, select, tuple_

from banking.fields import OutletCode, TellerNumber, labelled
from banking.lists import ListForm, NumberBeginning, check_dates, cursor, given, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.text import Text
from services.savings.domain.documents import document_name
from services.savings.domain.freezes import FreezeState
from services.savings.freezes import shown as shown_freeze
from services.savings.queries.selections import beginning_with
from services.savings.tables import ACCOUNT, FREEZE

STATES = tuple((state.value, state.text) for state in FreezeState)
WHOLE, PART = Text("全部", "Whole"), Text("部分", "Part")
FREEZES = (
    Column(key="frozen_on", label=Text("冻结日期", "Frozen on"), kind="date"),
    Column(key="account", label=Text("账号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="freeze_number", label=Text("冻结序号", "Number"), kind="integer"),
    Column(key="extent", label=Text("冻结方式", "Whole or part")),
    Column(key="amount", label=Text("冻结金额", "Amount"), kind="amount"),
    Column(key="reason_name", label=Text("冻结原因", "Reason")),
    Column(key="until", label=Text("冻结截止日", "Through"), kind="date"),
    Column(key="state", label=Text("状态", "State")),
    Column(key="frozen_by", label=Text("冻结用户", "Frozen by")),
    Column(key="legal_document", label=Text("法律文书号", "Legal document")),
    Column(key="id_type_name", label=Text("证件类别", "Document type")),
    Column(key="id_number", label=Text("证件号码", "Document number")),
    Column(key="summary", label=Text("摘要", "Remarks")),
    Column(key="ended_on", label=Text("解冻日期", "Ended on"), kind="date"),
    Column(key="ended_by", label=Text("解冻用户", "Ended by")),
    Column(key="outlet", label=Text("账户部门", "Outlet of the account")),
)


class Freezes(ListForm):
    """Any of these together."""

    outlet: OutletCode | None = labelled("账户部门", "Outlet of the account", None)
    teller: TellerNumber | None = labelled("冻结用户", "Frozen by", None)
    date_from: date | None = labelled("冻结起始日", "Frozen from", None, widget="date")
    date_to: date | None = labelled("冻结结束日", "Frozen to", None, widget="date")
    account: NumberBeginning | None = labelled("账号", "Account number, or its beginning", None, widget="account")
    state: Literal["in_force", "lifted", "expired"] | None = labelled("状态", "State", None, widget="choice", choices=STATES)


@query(name="account.freezes", title=Text("冻结查询", "Freezes"), source="IB 3722", columns=FREEZES)
async def freezes(read_: Read, form: Freezes) -> dict[str, Any]:
    """Freezes of the department's accounts, in force or over, the oldest first. Raises `outlet.outside`, `query.*`."""
    check_dates(form.date_from, form.date_to)
    table = FREEZE.c
    key = tuple_(table.frozen_on, table.account, table.number)
    conditions = (
        (form.teller, lambda value: table.frozen_by == value),
        (form.date_from, lambda value: table.frozen_on >= value),
        (form.date_to, lambda value: table.frozen_on <= value),
        (form.account, lambda value: beginning_with(table.account, value)),
        (form.state, lambda value: table.state == value),
        (place(form.after, date.fromisoformat, str, int), lambda value: key > tuple_(*value)),
    )
    found = select(FREEZE, ACCOUNT.c.name, ACCOUNT.c.currency).join(ACCOUNT, ACCOUNT.c.account == table.account)
    found = found.where(sight_for(read_.principal, form.outlet).condition(table.outlet))
    found = found.where(*given(conditions))
    ordered = found.order_by(table.frozen_on, table.account, table.number).limit(form.limit + 1)
    rows = (await read_.connection.execute(ordered)).all()
    return page(rows, form.limit, lambda row: cursor(row.frozen_on.isoformat(), row.account, row.number), _shown)


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        **shown_freeze(row, row.currency),
        "account": row.account,
        "name": row.name,
        "extent": (WHOLE if row.amount_minor is None else PART).as_dict(),
        "state": row.state,
        "id_type": row.id_type,
        "id_type_name": document_name(row.id_type),
        "id_number": row.id_number,
        "ended_on": row.ended_on.isoformat() if row.ended_on else None,
        "ended_by": row.ended_by,
        "ended_summary": row.ended_summary,
        "outlet": row.outlet,
    }
