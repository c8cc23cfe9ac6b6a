"""Questions about the cash boxes of outlets, and how far outlets are with balancing (IB 344, 757, 802-817)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select

from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.text import Text
from services.counter.domain.boxes import account_of_box
from services.counter.queries.forms import WhichOutlet
from services.counter.tables import CASH_BOX, CASH_BOX_USER, FRAME, OUTLET_DAY, TELLER_DAY

BOXES = (
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="cash_box", label=Text("钱箱号", "Cash box")),
    Column(key="name", label=Text("钱箱名称", "Name")),
    Column(key="tellers", label=Text("使用柜员", "Tellers")),
    Column(key="account", label=Text("账号", "Account")),
)
OUTLETS = (
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="state", label=Text("状态", "State")),
    Column(key="tellers_open", label=Text("未轧账柜员", "Tellers still open")),
)


@query(name="counter.boxes", title=Text("钱箱查询", "Cash boxes"), source="IB 344, 757", columns=BOXES)
async def boxes(read: Read, form: WhichOutlet) -> dict[str, Any]:
    """Boxes, their tellers, and the account of their CNY cash; the vault belongs to all."""
    same = and_(CASH_BOX_USER.c.outlet == CASH_BOX.c.outlet, CASH_BOX_USER.c.number == CASH_BOX.c.number)
    users = func.array_remove(func.array_agg(CASH_BOX_USER.c.teller), None).label("tellers")
    found = (
        select(CASH_BOX.c.outlet, CASH_BOX.c.number, CASH_BOX.c.name, users)
        .join(CASH_BOX_USER, same, isouter=True)
        .where(sight_for(read.principal, form.outlet).condition(CASH_BOX.c.outlet))
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


@query(
    name="counter.outlets",
    title=Text("网点轧账情况", "Outlets and what is still open there"),
    source="IB 802-817",
    columns=OUTLETS,
)
async def outlets(read: Read, form: WhichOutlet) -> dict[str, Any]:
    """Outlets of the date: open or closed, and the tellers who have not balanced."""
    gate = FRAME.outlet_gate
    today = and_(OUTLET_DAY.c.outlet == gate.c.outlet, OUTLET_DAY.c.business_date == read.business_date)
    found = (
        select(gate.c.outlet, OUTLET_DAY.c.state)
        .join(OUTLET_DAY, today, isouter=True)
        .where(sight_for(read.principal, form.outlet).condition(gate.c.outlet))
    )
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
