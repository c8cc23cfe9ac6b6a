"""Questions about tellers, boxes and outlets: of the own outlet; the city branch sees all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, select, true

from banking.fields import Form, OutletCode, TellerNumber, labelled
from banking.lists import ListForm, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_of
from contracts.report import Column
from kernel.numbers import CITY_BRANCH
from kernel.text import Text
from services.counter.domain.boxes import account_of_box
from services.counter.domain.errors import OTHER_OUTLET
from services.counter.domain.passwords import Attempts
from services.counter.tables import CASH_BOX, CASH_BOX_USER, FRAME, OUTLET_DAY, TELLER, TELLER_CHANGE, TELLER_DAY


class WhichOutlet(Form):
    """The outlet asked about; left out, the own one, or all of them at the city branch."""

    outlet: OutletCode | None = labelled("网点", "Outlet", None)


def _seen(read: Read, asked: str | None, column: ColumnElement[str]) -> ColumnElement[bool]:
    """The rows a teller may see. Raises `counter.outlet.not_own`."""
    sees_all = read.principal.outlet.startswith(CITY_BRANCH)
    if asked is not None and not sees_all and not read.principal.oversees(asked):
        raise OTHER_OUTLET(field="outlet")
    if asked is None and sees_all:
        return true()
    return column == (asked or read.principal.outlet)


@query(name="counter.tellers", title=Text("柜员查询", "Tellers"), source="IB 310")
async def tellers(read: Read, form: WhichOutlet) -> dict[str, Any]:
    """Tellers with their state of the day: absent, working or balanced."""
    today = and_(TELLER_DAY.c.teller == TELLER.c.teller, TELLER_DAY.c.business_date == read.business_date)
    found = (
        select(TELLER, TELLER_DAY.c.state.label("today"))
        .join(TELLER_DAY, today, isouter=True)
        .where(_seen(read, form.outlet, TELLER.c.outlet))
        .order_by(TELLER.c.outlet, TELLER.c.teller)
    )
    rows = [
        {
            "teller": row.teller,
            "name": row.name,
            "outlet": row.outlet,
            "level": row.level,
            "state": row.state,
            "locked": Attempts(row.failed_attempts, row.failed_on).locked(read.business_date),
            "must_change_password": row.must_change_password,
            "password_changed_on": row.password_changed_on.isoformat() if row.password_changed_on else None,
            "today": row.today or "absent",
        }
        for row in (await read.connection.execute(found)).all()
    ]
    return {"rows": rows, "next": None}


class WhichTeller(ListForm):
    """Changes of one teller, or of all that are seen."""

    teller: TellerNumber | None = labelled("柜员号", "Teller", None)


TELLER_CHANGES = (
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="teller", label=Text("柜员号", "Teller")),
    Column(key="change", label=Text("变更", "Change")),
    Column(key="summary", label=Text("摘要", "Summary")),
    Column(key="before", label=Text("变更前", "Before")),
    Column(key="after", label=Text("变更后", "After")),
    Column(key="made_by", label=Text("经办柜员", "Made by")),
    Column(key="second", label=Text("授权柜员", "Approved by")),
    Column(key="transaction_number", label=Text("流水号", "Transaction number")),
)


@query(name="counter.teller_changes", title=Text("柜员变更登记", "Changes of tellers"), source="IB 310-328", columns=TELLER_CHANGES)
async def teller_changes(read: Read, form: WhichTeller) -> dict[str, Any]:
    """Who was created, maintained, reported, reset or changed his password, by whom; the newest first, of tellers of the outlets seen."""
    table, register = TELLER_CHANGE, FRAME.register
    found = (
        select(table, register.c.transaction_number)
        .join(register, register.c.posting_id == table.c.posting_id, isouter=True)
        .join(TELLER, TELLER.c.teller == table.c.teller)
        .where(sight_of(read.principal).condition(TELLER.c.outlet))
    )
    if form.teller is not None:
        found = found.where(table.c.teller == form.teller)
    if (after := place(form.after, UUID)) is not None:
        found = found.where(table.c.posting_id < after[0])
    rows = (await read.connection.execute(found.order_by(table.c.posting_id.desc()).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.posting_id), _teller_change)


def _teller_change(row: Row[Any]) -> dict[str, Any]:
    content = row.content
    before, after = content.get("before"), content.get("after")
    if row.change == "created":
        after = content
    return {
        "business_date": row.business_date.isoformat(),
        "teller": row.teller,
        "change": row.change,
        "summary": content.get("summary"),
        "before": before,
        "after": after,
        "made_by": row.made_by,
        "second": row.second,
        "transaction_number": row.transaction_number,
    }


@query(name="counter.boxes", title=Text("钱箱查询", "Cash boxes"), source="IB 344, 757")
async def boxes(read: Read, form: WhichOutlet) -> dict[str, Any]:
    """Boxes, their tellers, and the account of their CNY cash; the vault belongs to all."""
    same = and_(CASH_BOX_USER.c.outlet == CASH_BOX.c.outlet, CASH_BOX_USER.c.number == CASH_BOX.c.number)
    users = func.array_remove(func.array_agg(CASH_BOX_USER.c.teller), None).label("tellers")
    found = (
        select(CASH_BOX.c.outlet, CASH_BOX.c.number, CASH_BOX.c.name, users)
        .join(CASH_BOX_USER, same, isouter=True)
        .where(_seen(read, form.outlet, CASH_BOX.c.outlet))
        .group_by(CASH_BOX.c.outlet, CASH_BOX.c.number, CASH_BOX.c.name)
        .order_by(CASH_BOX.c.outlet, CASH_BOX.c.number)
    )
    rows = [
        {
            "outlet": row.outlet,
            "cash_box": row.number,
            "name": row.name,
            "tellers": sorted(row.tellers),
            "account": account_of_box(row.outlet, row.number),
        }
        for row in (await read.connection.execute(found)).all()
    ]
    return {"rows": rows, "next": None}


@query(name="counter.outlets", title=Text("网点轧账情况", "Outlets and what is still open there"), source="IB 802-817")
async def outlets(read: Read, form: WhichOutlet) -> dict[str, Any]:
    """Outlets of the date: open or closed, and the tellers who have not balanced."""
    gate = FRAME.outlet_gate
    today = and_(OUTLET_DAY.c.outlet == gate.c.outlet, OUTLET_DAY.c.business_date == read.business_date)
    found = select(gate.c.outlet, OUTLET_DAY.c.state).join(OUTLET_DAY, today, isouter=True).where(_seen(read, form.outlet, gate.c.outlet))
    waiting: dict[str, list[str]] = {}
    working = select(TELLER_DAY.c.outlet, TELLER_DAY.c.teller).where(
        TELLER_DAY.c.business_date == read.business_date, TELLER_DAY.c.state != "balanced"
    )
    for row in (await read.connection.execute(working.order_by(TELLER_DAY.c.teller))).all():
        waiting.setdefault(row.outlet, []).append(row.teller)
    rows = [
        {"outlet": row.outlet, "state": row.state or "open", "tellers_open": waiting.get(row.outlet, [])}
        for row in (await read.connection.execute(found.order_by(gate.c.outlet))).all()
    ]
    return {"rows": rows, "next": None}
