"""交换报单查询, 场次看板: the items of the exchange, what was done to each, and the sessions of an outlet (IB 2250-2397)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, func, or_, select

from banking.fields import AccountNumber, Form, OutletCode, labelled
from banking.lists import ListForm, cursor, page, place
from banking.query import Read, query
from banking.visibility import OUTSIDE, sight_for, sight_of
from contracts.report import Column
from kernel.errors import DomainError
from kernel.money import format_amount
from kernel.text import Text
from services.clearing.blockers import open_exchange
from services.clearing.domain.exchange_errors import ITEM_UNKNOWN, UNCHECKED
from services.clearing.domain.exchange_items import CURRENCY, Act, State, Stream
from services.clearing.domain.exchange_sessions import (
    COLUMN_TEXTS,
    COLUMNS,
    SWITCHED,
    Session,
    SessionState,
    States,
    Totals,
    check_settle,
    count_of,
    net_minor,
)
from services.clearing.exchange_sessions import read_totals, states_of, totals_of, waiting_totals
from services.clearing.tables import EXCHANGE_EVENT, EXCHANGE_ITEM, EXCHANGE_SESSION

STREAMS = tuple((stream.value, stream.text) for stream in Stream)
STATES = tuple((state.value, state.text) for state in State)
SESSIONS_SHOWN = 6
"""The newest ones: three days."""
ITEMS = (
    Column(key="item", label=Text("报单号", "Item")),
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="stream", label=Text("种类", "Stream")),
    Column(key="item_state", label=Text("状态", "State")),
    Column(key="went_out", label=Text("提出场次", "Went out with")),
    Column(key="came_in", label=Text("提入场次", "Came in with")),
    Column(key="account", label=Text("本行账号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="amount", label=Text("金额", "Amount"), kind="amount"),
    Column(key="voucher_number", label=Text("凭证号", "Voucher")),
    Column(key="other_bank", label=Text("对方行", "Other bank")),
    Column(key="other_name", label=Text("对方户名", "Other name")),
    Column(key="reason", label=Text("原因", "Reason")),
    Column(key="entered_by", label=Text("录入", "Entered by")),
    Column(key="checked_by", label=Text("复核", "Checked by")),
    Column(key="entered_on", label=Text("录入日期", "Entered on"), kind="date"),
)
HISTORY = (
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="act", label=Text("处理", "Done")),
    Column(key="item_state", label=Text("状态", "State")),
    Column(key="teller", label=Text("柜员", "Teller")),
    Column(key="second", label=Text("复核/授权", "Second")),
    Column(key="posting_id", label=Text("套账", "Posting")),
)


class ItemsForm(ListForm):
    """Any of these together; `session` and `exchange_date` find what went out or came in with it."""

    outlet: OutletCode | None = labelled("网点", "Outlet", None)
    stream: Literal["out_debit", "out_credit", "in_debit", "in_credit"] | None = labelled(
        "种类", "Stream", None, widget="choice", choices=STREAMS
    )
    state: (
        Literal["entered", "checked", "exchanged", "held", "posted", "suspended", "returning", "returned", "cleared", "cancelled"] | None
    ) = labelled("状态", "State", None, widget="choice", choices=STATES)
    exchange_date: date | None = labelled("交换日期", "Exchange date", None, widget="date")
    session: int | None = labelled("交换场次", "Session", None, ge=1, le=2)
    account: AccountNumber | None = labelled("本行账号", "Account", None, widget="account")


class OneItemForm(Form):
    """An item."""

    item: int = labelled("报单号", "Item number", ge=1, le=2**62)


class BoardForm(Form):
    """An outlet; without it the teller's own."""

    outlet: OutletCode | None = labelled("网点", "Outlet", None)


@query(name="clearing.exchange.items", title=Text("交换报单查询", "Exchange items"), source="IB 2263-2356", columns=ITEMS)
async def items(read: Read, form: ItemsForm) -> dict[str, Any]:
    """Items by stream, state, session and account, the newest first. Raises `outlet.outside`, `query.cursor`."""
    table = EXCHANGE_ITEM.c
    found = select(EXCHANGE_ITEM).where(sight_for(read.principal, form.outlet).condition(table.outlet))
    for column, value in ((table.stream, form.stream), (table.state, form.state), (table.account, form.account)):
        if value is not None:
            found = found.where(column == value)
    for out, came, value in (
        (table.out_date, table.in_date, form.exchange_date),
        (table.out_session, table.in_session, form.session),
    ):
        if value is not None:
            found = found.where(or_(out == value, came == value))
    if (after := place(form.after, int)) is not None:
        found = found.where(table.item < after[0])
    rows = (await read.connection.execute(found.order_by(table.item.desc()).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.item), _item)


@query(name="clearing.exchange.item", title=Text("交换报单处理过程", "History of an exchange item"), source="IB 2263-2397", columns=HISTORY)
async def history(read: Read, form: OneItemForm) -> dict[str, Any]:
    """An item, and what was done to it, the oldest first. Raises `exchange.item.unknown`, `outlet.outside`."""
    row = (await read.connection.execute(select(EXCHANGE_ITEM).where(EXCHANGE_ITEM.c.item == form.item))).first()
    if row is None:
        raise ITEM_UNKNOWN(field="item", item=form.item)
    if not sight_of(read.principal).covers(row.outlet):
        raise OUTSIDE(field="item", outlet=row.outlet)
    done = select(EXCHANGE_EVENT).where(EXCHANGE_EVENT.c.item == form.item).order_by(EXCHANGE_EVENT.c.event)
    events = (await read.connection.execute(done)).all()
    return {**_item(row), "rows": [_event(each) for each in events], "next": None}


@query(name="clearing.exchange.board", title=Text("同城交换场次看板", "Session board of the exchange"), source="IB 2250-2397")
async def board(read: Read, form: BoardForm) -> dict[str, Any]:
    """An outlet's exchange at a glance: items by stream and state, what the next switch would fix, the newest sessions with the totals
    counted now beside those entered, and what keeps the day from ending. Raises `outlet.outside`."""
    outlet = form.outlet or read.principal.outlet
    sight_for(read.principal, outlet)
    connection, table = read.connection, EXCHANGE_SESSION
    newest = select(table).where(table.c.outlet == outlet, table.c.state != SessionState.OPEN.value)
    rows = (await connection.execute(newest.order_by(table.c.exchange_date.desc(), table.c.number.desc()).limit(SESSIONS_SHOWN))).all()
    waiting, states = await waiting_totals(connection, outlet, SWITCHED), await states_of(connection, outlet)
    sessions = []
    for row in rows:  # a handful
        session = Session(row.exchange_date, row.number)
        sessions.append(_session(row, session, await totals_of(connection, outlet, session), states, read.business_date))
    counts = await _by_state(read, outlet, [Session(row.exchange_date, row.number) for row in rows])
    unchecked = sum(each["count"] for each in counts if each["item_state"] == State.ENTERED.value)
    blockers = await open_exchange(connection, [outlet], read.business_date)
    return {
        "outlet": outlet,
        "business_date": read.business_date.isoformat(),
        "items": counts,
        "next_switch": {
            "rows": _columns(waiting),
            "total_count": count_of(waiting),
            **_net(waiting),
            "blocked": UNCHECKED(count=unchecked).text.as_dict() if unchecked else None,
        },
        "sessions": sessions,
        "blockers": [{"zh": each.zh, "en": each.en} for each in blockers],
    }


async def _by_state(read: Read, outlet: str, shown: list[Session]) -> list[dict[str, Any]]:
    """Items by stream and state: of the sessions shown, and those that wait whenever they came."""
    table = EXCHANGE_ITEM.c
    since = min((session.exchange_date for session in shown), default=read.business_date)
    waiting = table.state.in_(["entered", "checked", "returning", "held", "suspended"])
    recent = or_(waiting, table.out_date >= since, table.in_date >= since)
    grouped = select(table.stream, table.state, func.count().label("number"), func.sum(table.amount_minor).label("amount_minor"))
    rows = await read.connection.execute(grouped.where(table.outlet == outlet, recent).group_by(table.stream, table.state))
    order = [(stream, state) for stream in Stream for state in State]
    found = {(Stream(row.stream), State(row.state)): (row.number, int(row.amount_minor)) for row in rows}
    return [
        {
            "stream": stream.value,
            "stream_name": stream.text.as_dict(),
            "item_state": state.value,
            "state_name": state.text.as_dict(),
            "count": found[stream, state][0],
            "amount": format_amount(found[stream, state][1], CURRENCY),
        }
        for stream, state in order
        if (stream, state) in found
    ]


def _session(row: Row[Any], session: Session, now: Totals, states: States, today: date) -> dict[str, Any]:
    """A session; `blocked` says what keeps one that is switched from being settled."""
    blocked = None
    if row.state == SessionState.SWITCHED.value:
        try:
            check_settle(session, states, today)
        except DomainError as error:
            blocked = error.text.as_dict()
    return {
        "exchange_date": session.exchange_date.isoformat(),
        "session": session.number,
        "session_state": row.state,
        "switched_by": row.switched_by,
        "switched_on": row.switched_on.isoformat() if row.switched_on else None,
        "settled_by": row.settled_by,
        "settled_on": row.settled_on.isoformat() if row.settled_on else None,
        "rows": _columns(now, read_totals(row.settle_totals)),
        "switched": _columns(read_totals(row.switch_totals) or {}),
        "total_count": count_of(now),
        **_net(now),
        "blocked": blocked,
    }


def _columns(counted: Totals, entered: Totals | None = None) -> list[dict[str, Any]]:
    """Totals as counted, beside what was entered when the session was settled."""
    names = [name for name in (*COLUMNS, *SWITCHED[2:]) if name in counted]
    return [
        {
            "column": name,
            "column_name": COLUMN_TEXTS[name].as_dict(),
            "count": counted[name].count,
            "amount": format_amount(counted[name].amount_minor, CURRENCY),
            "entered_count": entered[name].count if entered else None,
            "entered_amount": format_amount(entered[name].amount_minor, CURRENCY) if entered else None,
        }
        for name in names
    ]


def _net(totals: Totals) -> dict[str, str]:
    net = net_minor(totals)
    return {"debit_net": format_amount(max(net, 0), CURRENCY), "credit_net": format_amount(max(-net, 0), CURRENCY)}


def _item(row: Row[Any]) -> dict[str, Any]:
    return {
        "item": row.item,
        "outlet": row.outlet,
        "stream": Stream(row.stream).text.as_dict(),
        "item_state": row.state,
        "went_out": _place(row.out_date, row.out_session),
        "came_in": _place(row.in_date, row.in_session),
        "account": row.account,
        "name": row.name,
        "amount": format_amount(row.amount_minor, CURRENCY),
        "voucher_type": row.voucher_type,
        "voucher_number": row.voucher_number,
        "other_bank": row.other_bank,
        "other_account": row.other_account,
        "other_name": row.other_name,
        "purpose": row.purpose,
        "reason": row.reason,
        "paid_to": row.paid_to,
        "entered_by": row.entered_by,
        "checked_by": row.checked_by,
        "entered_on": row.entered_on.isoformat(),
    }


def _place(day: date | None, number: int | None) -> str | None:
    return None if day is None or number is None else str(Session(day, number))


def _event(row: Row[Any]) -> dict[str, Any]:
    return {
        "business_date": row.business_date.isoformat(),
        "act": _DONE[Act(row.act)].as_dict(),
        "item_state": row.state,
        "teller": row.teller,
        "second": row.second,
        "posting_id": str(row.posting_id),
    }


_DONE = {
    Act.ENTER: Text("录入", "Entered"),
    Act.CHECK: Text("复核", "Checked"),
    Act.SWITCH: Text("切换场次", "Session switched"),
    Act.UNDO_SWITCH: Text("取消切换", "Switch undone"),
    Act.HOLD: Text("暂缓入账", "Held"),
    Act.POST: Text("入账", "Posted"),
    Act.SUSPEND: Text("挂账", "Put to suspense"),
    Act.RETURN: Text("退票", "Returned"),
    Act.PAY_OUT: Text("挂账处理", "Paid out of suspense"),
    Act.CANCEL: Text("冲销", "Cancelled"),
}
