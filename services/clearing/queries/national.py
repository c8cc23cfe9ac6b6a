"""Lists of national inter-bank business: items both ways, what stands in suspense, and numbers that are missing (IB 2398-2466)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import RowMapping, Select, func, select, tuple_

from banking.fields import Day, OutletCode, labelled
from banking.lists import ListForm, check_dates, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.clearing.domain.national import CURRENCY, KINDS, REASONS, Reason
from services.clearing.domain.national_states import INWARD_TEXTS, OUTWARD_TEXTS, InwardState, OutwardState
from services.clearing.national_link import INWARD as SERIES_INWARD
from services.clearing.national_link import OUTWARD as SERIES_OUTWARD
from services.clearing.national_link import last_number
from services.clearing.national_tables import NATIONAL_GAP, NATIONAL_INWARD, NATIONAL_LINK, NATIONAL_OUTWARD, NATIONAL_SUSPENSE
from services.clearing.queries.positions import NoQuestion

STATE = Column(key="state_name", label=Text("状态", "State"))
OUTLET = Column(key="outlet", label=Text("账务部门", "Books of"))
AMOUNT = Column(key="amount", label=Text("金额", "Amount"), kind="amount")
SENT_ON = Column(key="sent_on", label=Text("来帐日期", "Sent on"), kind="date")
SEQUENCE = Column(key="sequence", label=Text("顺序号", "Number"), kind="integer")
REASON = Column(key="reason", label=Text("挂账原因", "Why in suspense"))
PARTIES = (
    Column(key="payer_account", label=Text("付款账号", "Payer's account")),
    Column(key="payer_name", label=Text("付款人", "Payer")),
    Column(key="payee_account", label=Text("收款账号", "Payee's account")),
    Column(key="payee_name", label=Text("收款人", "Payee")),
    AMOUNT,
    Column(key="purpose", label=Text("用途", "Purpose")),
)
INWARD = (
    SENT_ON,
    SEQUENCE,
    STATE,
    OUTLET,
    Column(key="kind_name", label=Text("业务种类", "Kind of business")),
    Column(key="sending_bank", label=Text("汇出行号", "Sending bank")),
    Column(key="receiving_bank", label=Text("汇入行号", "Receiving bank")),
    *PARTIES,
    REASON,
    Column(key="refusal", label=Text("账户处理结果", "What the account's keeper said")),
    Column(key="posted_on", label=Text("记账日期", "Posted on"), kind="date"),
    Column(key="repeats", label=Text("重复次数", "Repeated"), kind="integer"),
    Column(key="prints", label=Text("打印次数", "Printed"), kind="integer"),
)
OUTWARD = (
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="submission", label=Text("凭证提交号", "Submission number")),
    SEQUENCE,
    STATE,
    OUTLET,
    Column(key="kind_name", label=Text("业务种类", "Kind of business")),
    Column(key="receiving_bank", label=Text("汇入行号", "Receiving bank")),
    *PARTIES,
    Column(key="entered_by", label=Text("录入柜员", "Entered by")),
    Column(key="checked_by", label=Text("复核柜员", "Checked by")),
    Column(key="authorised_by", label=Text("授权柜员", "Authorised by")),
    Column(key="cancelled_by", label=Text("冲销柜员", "Cancelled by")),
    Column(key="answer", label=Text("答复", "Answer")),
    Column(key="refunded_on", label=Text("退回日期", "Given back on"), kind="date"),
)
SUSPENSE = (
    Column(key="number", label=Text("挂账编号", "Suspense item"), kind="integer"),
    Column(key="opened_on", label=Text("挂账日期", "In suspense since"), kind="date"),
    OUTLET,
    AMOUNT,
    REASON,
    Column(key="inward_on", label=Text("来帐日期", "Inward item of"), kind="date"),
    Column(key="inward_sequence", label=Text("来帐顺序号", "Inward number"), kind="integer"),
    Column(key="outward_on", label=Text("往帐日期", "Outward item of"), kind="date"),
    Column(key="outward_submission", label=Text("往帐提交号", "Outward submission")),
    Column(key="cleared_on", label=Text("处理日期", "Cleared on"), kind="date"),
    Column(key="cleared_by", label=Text("处理柜员", "Cleared by")),
    Column(key="cleared_to", label=Text("转入账号/退往行", "Paid or sent back to")),
)
GAPS = (
    SENT_ON,
    SEQUENCE,
    Column(key="noticed_at", label=Text("发现时间", "Noticed at")),
    Column(key="asks", label=Text("催发次数", "Asked"), kind="integer"),
    Column(key="asked_at", label=Text("最后催发时间", "Last asked at")),
    Column(key="filled_at", label=Text("补到时间", "Came at")),
)

INWARD_STATES = {state.value: text for state, text in INWARD_TEXTS.items()}
OUTWARD_STATES = {state.value: text for state, text in OUTWARD_TEXTS.items()}


class ItemsForm(ListForm):
    """Dates and an outlet; an item fits when all that are given fit."""

    date_from: Day | None = labelled("起始日期", "From", None, widget="date")
    date_to: Day | None = labelled("终止日期", "To", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)


class InwardForm(ItemsForm):
    """Inward items by date, outlet, state."""

    state: Literal["received", "posted", "suspended", "paid", "returned"] | None = labelled(
        "状态", "State", None, widget="choice", choices=tuple(INWARD_STATES.items())
    )
    sequence: int | None = labelled("顺序号", "Number", None, ge=1, le=99_999_999)


class OutwardForm(ItemsForm):
    """Outward items by date, outlet, state."""

    state: Literal["entered", "checked", "sent", "confirmed", "rejected", "refunded", "suspended", "cancelled"] | None = labelled(
        "状态", "State", None, widget="choice", choices=tuple(OUTWARD_STATES.items())
    )
    submission: str | None = labelled("凭证提交号", "Submission number", None, pattern=r"^[0-9]{8}$")


class SuspenseForm(ListForm):
    """Open suspense items, or all of them, of an outlet."""

    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    cleared: bool = Field(False, json_schema_extra={"x-label": {"zh": "含已处理", "en": "Cleared ones too"}, "x-widget": "boolean"})


class GapsForm(ListForm):
    """Missing numbers, or all that ever were."""

    date_: Day | None = Field(None, alias="date", json_schema_extra={"x-label": {"zh": "来帐日期", "en": "Sent on"}, "x-widget": "date"})
    filled: bool = Field(False, json_schema_extra={"x-label": {"zh": "含已补到", "en": "Those that came too"}, "x-widget": "boolean"})


@query(name="clearing.national_inward", title=Text("电子联行来帐查询", "Inward items"), source="IB 2398-2436", columns=INWARD)
async def inward(read: Read, form: InwardForm) -> dict[str, Any]:
    """Inward items of the teller's department and those below it, the newest first. Raises `outlet.outside`, `query.*`."""
    check_dates(form.date_from, form.date_to)
    table = NATIONAL_INWARD
    found = select(table).where(sight_for(read.principal, form.outlet).condition(table.c.outlet))
    found = _dated(found, table.c.sent_on, form)
    if form.state is not None:
        found = found.where(table.c.state == form.state)
    if form.sequence is not None:
        found = found.where(table.c.sequence == form.sequence)
    behind = place(form.after, date.fromisoformat, int)
    if behind is not None:
        found = found.where(tuple_(table.c.sent_on, table.c.sequence) < behind)
    ordered = found.order_by(table.c.sent_on.desc(), table.c.sequence.desc())
    rows = (await read.connection.execute(ordered.limit(form.limit + 1))).mappings().all()
    return page(rows, form.limit, lambda row: cursor(row["sent_on"], row["sequence"]), lambda row: _shown(row, INWARD, INWARD_STATES))


@query(name="clearing.national_outward", title=Text("电子联行往帐查询", "Outward items"), source="IB 2437-2466", columns=OUTWARD)
async def outward(read: Read, form: OutwardForm) -> dict[str, Any]:
    """Outward items of the teller's department and those below it, the newest first. Raises `outlet.outside`, `query.*`."""
    check_dates(form.date_from, form.date_to)
    table = NATIONAL_OUTWARD
    found = select(table).where(sight_for(read.principal, form.outlet).condition(table.c.outlet))
    found = _dated(found, table.c.business_date, form)
    if form.state is not None:
        found = found.where(table.c.state == form.state)
    if form.submission is not None:
        found = found.where(table.c.submission == form.submission)
    behind = place(form.after, date.fromisoformat, str)
    if behind is not None:
        found = found.where(tuple_(table.c.business_date, table.c.submission) < behind)
    ordered = found.order_by(table.c.business_date.desc(), table.c.submission.desc())
    rows = (await read.connection.execute(ordered.limit(form.limit + 1))).mappings().all()
    return page(
        rows, form.limit, lambda row: cursor(row["business_date"], row["submission"]), lambda row: _shown(row, OUTWARD, OUTWARD_STATES)
    )


@query(name="clearing.national_suspense", title=Text("来帐挂账查询", "Items in suspense"), source="IB 2402-2423", columns=SUSPENSE)
async def suspense(read: Read, form: SuspenseForm) -> dict[str, Any]:
    """What stands on 26203 of the teller's department and those below it, the oldest first. Raises `outlet.outside`, `query.cursor`."""
    table = NATIONAL_SUSPENSE
    found = select(table).where(sight_for(read.principal, form.outlet).condition(table.c.outlet))
    if not form.cleared:
        found = found.where(table.c.cleared_on.is_(None))
    behind = place(form.after, int)
    if behind is not None:
        found = found.where(table.c.number > behind[0])
    rows = (await read.connection.execute(found.order_by(table.c.number).limit(form.limit + 1))).mappings().all()
    return page(rows, form.limit, lambda row: cursor(row["number"]), lambda row: _shown(row, SUSPENSE))


@query(name="clearing.national_gaps", title=Text("来帐缺号查询", "Missing inward numbers"), source="IB 2406", columns=GAPS)
async def gaps(read: Read, form: GapsForm) -> dict[str, Any]:
    """Inward numbers that were passed over and have not come, the oldest first: the peer's business with the whole bank. Raises
    `query.cursor`."""
    table = NATIONAL_GAP
    found = select(table)
    if not form.filled:
        found = found.where(table.c.filled_at.is_(None))
    if form.date_ is not None:
        found = found.where(table.c.sent_on == form.date_)
    behind = place(form.after, date.fromisoformat, int)
    if behind is not None:
        found = found.where(tuple_(table.c.sent_on, table.c.sequence) > behind)
    rows = (await read.connection.execute(found.order_by(table.c.sent_on, table.c.sequence).limit(form.limit + 1))).mappings().all()
    return page(rows, form.limit, lambda row: cursor(row["sent_on"], row["sequence"]), lambda row: _shown(row, GAPS))


@query(name="clearing.national_day", title=Text("电子联行状态", "The day of national inter-bank business"), source="IB 2405-2406, 2449")
async def day(read: Read, form: NoQuestion) -> dict[str, Any]:
    """Whether business of the current date is open, the last numbers both ways, and what waits: to be sorted, to be checked, missing."""
    today, connection = read.business_date, read.connection
    link, came, sent, gap = NATIONAL_LINK, NATIONAL_INWARD, NATIONAL_OUTWARD, NATIONAL_GAP
    opened = select(link.c.opened_at).where(link.c.business_date == today)
    waiting = {
        "unsorted": select(func.count()).select_from(came).where(came.c.state == InwardState.RECEIVED.value),
        "unchecked": select(func.count()).select_from(sent).where(sent.c.state == OutwardState.ENTERED.value),
        "missing": select(func.count()).select_from(gap).where(gap.c.filled_at.is_(None)),
    }
    return {
        "business_date": today.isoformat(),
        "open": (await connection.execute(opened)).scalar() is not None,
        "last_inward": await last_number(connection, today, SERIES_INWARD),
        "last_outward": await last_number(connection, today, SERIES_OUTWARD),
        **{name: (await connection.execute(counted)).scalar_one() for name, counted in waiting.items()},
    }


def _dated(found: Select[Any], column: Any, form: ItemsForm) -> Select[Any]:
    if form.date_from is not None:
        found = found.where(column >= form.date_from)
    if form.date_to is not None:
        found = found.where(column <= form.date_to)
    return found


def _shown(row: RowMapping, columns: tuple[Column, ...], states: Mapping[str, Text] | None = None) -> dict[str, Any]:
    """A row as clients read it, under the keys of its columns; state and kind as codes besides."""
    shown: dict[str, Any] = {}
    for column in columns:
        value = row.get(column.key)
        shown[column.key] = value.isoformat() if hasattr(value, "isoformat") else value
    if shown.get("reason") is not None:
        shown["reason"] = REASONS[Reason(shown["reason"])].as_dict()
    if "amount" in shown:
        shown["amount"] = format_amount(row["amount_minor"], CURRENCY)
    if "kind_name" in shown:
        shown |= {"kind": row["kind"], "kind_name": KINDS[row["kind"]].name.as_dict()}
    if states is not None:
        shown |= {"state": row["state"], "state_name": states[row["state"]].as_dict()}
    return shown
