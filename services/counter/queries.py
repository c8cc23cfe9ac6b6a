"""Questions about tellers, boxes and outlets: of the own outlet; the city branch sees all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true

from banking.fields import Form, OutletCode, labelled
from banking.query import Read, query
from kernel.numbers import CITY_BRANCH
from kernel.text import Text
from services.counter.domain.boxes import account_of_box
from services.counter.domain.errors import OTHER_OUTLET
from services.counter.domain.passwords import Attempts
from services.counter.tables import CASH_BOX, CASH_BOX_USER, FRAME, OUTLET_DAY, TELLER, TELLER_DAY


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
