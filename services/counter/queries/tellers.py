"""Questions about tellers: who they are, how their day stands, and what was changed about them (IB 310-328)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select

from banking.fields import TellerNumber, labelled
from banking.lists import ListForm, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_for, sight_of
from contracts.report import Column
from kernel.text import Text
from services.counter.domain.passwords import Attempts
from services.counter.queries.forms import WhichOutlet
from services.counter.tables import FRAME, TELLER, TELLER_CHANGE, TELLER_DAY

TELLERS = (
    Column(key="teller", label=Text("柜员号", "Teller")),
    Column(key="name", label=Text("姓名", "Name")),
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="level", label=Text("级别", "Level")),
    Column(key="state", label=Text("状态", "State")),
    Column(key="locked", label=Text("密码锁定", "Locked")),
    Column(key="must_change_password", label=Text("须修改密码", "Must change the password")),
    Column(key="password_changed_on", label=Text("密码修改日期", "Password changed on"), kind="date"),
    Column(key="today", label=Text("当日", "Today")),
)


@query(name="counter.tellers", title=Text("柜员查询", "Tellers"), source="IB 310", columns=TELLERS)
async def tellers(read: Read, form: WhichOutlet) -> dict[str, Any]:
    """Tellers with their state of the day: absent, working or balanced."""
    today = and_(TELLER_DAY.c.teller == TELLER.c.teller, TELLER_DAY.c.business_date == read.business_date)
    found = (
        select(TELLER, TELLER_DAY.c.state.label("today"))
        .join(TELLER_DAY, today, isouter=True)
        .where(sight_for(read.principal, form.outlet).condition(TELLER.c.outlet))
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
