"""What the bank asks about the portal: its operators, what was changed about them, notices, acts, and a demo bank's messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import Row, select, tuple_

from banking.fields import CustomerNumber, Form, OutletCode, ShortText, TellerNumber, labelled
from banking.lists import ListForm, cursor, given, page, place, row_number
from banking.query import Read, query
from banking.visibility import sight_for, sight_of
from contracts.report import Column
from kernel.errors import ErrorType, Kind
from kernel.numbers import CITY
from kernel.text import Text
from services.reconciliation.domain.portal_acts import act_name
from services.reconciliation.domain.portal_notices import state_of
from services.reconciliation.portal.sms import text_of
from services.reconciliation.portal.tables import PORTAL_ACT, PORTAL_NOTICE, PORTAL_OPERATOR, PORTAL_OPERATOR_CHANGE, PORTAL_SMS

CENTRE_ONLY = ErrorType("portal.centre_only", Kind.FORBIDDEN, "仅限清算中心查询", "only the clearing centre may ask this")
NOT_SHOWN = ErrorType("portal.sms_not_shown", Kind.FORBIDDEN, "仅演示银行显示短信内容", "only a demo bank shows what goes to telephones")
MOST_MESSAGES = 50
OperatorNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]

OPERATORS = (
    Column(key="customer_number", label=Text("客户号", "Customer number")),
    Column(key="operator_number", label=Text("操作员号", "Operator number")),
    Column(key="role", label=Text("角色", "Role")),
    Column(key="name", label=Text("姓名", "Name")),
    Column(key="phone", label=Text("手机号码", "Mobile telephone")),
    Column(key="state", label=Text("状态", "State")),
    Column(key="accounts", label=Text("可查看账户", "Accounts he may see")),
    Column(key="outlet", label=Text("网点", "Outlet")),
)


class OperatorsForm(ListForm):
    """Operators of one customer, or of all that are seen."""

    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    outlet: OutletCode | None = labelled("网点", "Outlet", None)


@query(name="recon.operators", title=Text("对账操作员查询", "Operators of the portal"), source="ER 15-17", columns=OPERATORS)
async def operators(read: Read, form: OperatorsForm) -> dict[str, Any]:
    """Operators bound by the outlets that the teller sees, in the order of their user names."""
    row = PORTAL_OPERATOR.c
    conditions = given(
        [
            (form.customer_number, lambda number: row.customer_number == number),
            (place(form.after, str, str), lambda key: tuple_(row.customer_number, row.operator_number) > tuple_(*key)),
        ]
    )
    seen = sight_for(read.principal, form.outlet).condition(row.outlet)
    wanted = select(PORTAL_OPERATOR).where(seen, *conditions).order_by(row.customer_number, row.operator_number).limit(form.limit + 1)
    found = (await read.connection.execute(wanted)).all()
    return page(found, form.limit, lambda each: cursor(each.customer_number, each.operator_number), lambda each: _only(each, OPERATORS))


CHANGES = (
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="customer_number", label=Text("客户号", "Customer number")),
    Column(key="operator_number", label=Text("操作员号", "Operator number")),
    Column(key="change", label=Text("变更", "Change")),
    Column(key="before", label=Text("变更前", "Before")),
    Column(key="after", label=Text("变更后", "After")),
    Column(key="made_by", label=Text("经办柜员", "Made by")),
    Column(key="second", label=Text("复核柜员", "Checked by")),
)


class ChangesForm(ListForm):
    """Whose changes."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    operator_number: OperatorNumber | None = labelled("操作员号", "Operator number", None)


@query(
    name="recon.operator_changes",
    title=Text("对账操作员变更记录", "Changes of the portal's operators"),
    source="ER 15-17",
    columns=CHANGES,
)
async def operator_changes(read: Read, form: ChangesForm) -> dict[str, Any]:
    """What the bank changed about a customer's operators and their telephones, the newest first."""
    row, operator = PORTAL_OPERATOR_CHANGE.c, PORTAL_OPERATOR.c
    same = (operator.customer_number == row.customer_number, operator.operator_number == row.operator_number)
    conditions = given(
        [
            (form.operator_number, lambda number: row.operator_number == number),
            (place(form.after, UUID), lambda key: row.posting_id < key[0]),
        ]
    )
    whose = (row.customer_number == form.customer_number, sight_of(read.principal).condition(operator.outlet))
    wanted = select(PORTAL_OPERATOR_CHANGE).where(*same, *whose, *conditions).order_by(row.posting_id.desc()).limit(form.limit + 1)
    found = (await read.connection.execute(wanted)).all()
    return page(found, form.limit, lambda each: str(each.posting_id), lambda each: _only(each, CHANGES))


NOTICES = (
    Column(key="notice", label=Text("公告号", "Notice")),
    Column(key="title", label=Text("标题", "Title")),
    Column(key="content", label=Text("内容", "Text")),
    Column(key="state", label=Text("状态", "State")),
    Column(key="valid_from", label=Text("生效日期", "Shown from"), kind="date"),
    Column(key="valid_until", label=Text("失效日期", "Shown until"), kind="date"),
    Column(key="published_by", label=Text("发布柜员", "Published by")),
    Column(key="published_on", label=Text("发布日期", "Published on"), kind="date"),
    Column(key="withdrawn_by", label=Text("撤销柜员", "Withdrawn by")),
    Column(key="withdrawn_on", label=Text("撤销日期", "Withdrawn on"), kind="date"),
)


class NoticesForm(ListForm):
    """All notices, whatever their state."""


@query(name="recon.notice.list", title=Text("银行公告", "Notices on the portal"), source="ER 70-76", columns=NOTICES)
async def notices(read: Read, form: NoticesForm) -> dict[str, Any]:
    """Every notice with its state on the business date, the newest first."""
    row = PORTAL_NOTICE.c
    older = given([(place(form.after, row_number), lambda key: row.notice < key[0])])
    found = (await read.connection.execute(select(PORTAL_NOTICE).where(*older).order_by(row.notice.desc()).limit(form.limit + 1))).all()

    def shown(each: Row[Any]) -> dict[str, Any]:
        state = state_of(each.valid_from, each.valid_until, each.withdrawn_on, read.business_date)
        return {**_only(each, NOTICES), "state": state}

    return page(found, form.limit, lambda each: str(each.notice), shown)


ACTS = (
    Column(key="at", label=Text("时间", "Time")),
    Column(key="side", label=Text("办理方", "Side")),
    Column(key="customer_number", label=Text("客户号", "Customer number")),
    Column(key="operator_number", label=Text("操作员号", "Operator number")),
    Column(key="teller", label=Text("柜员号", "Teller")),
    Column(key="act", label=Text("操作", "Act")),
    Column(key="subject", label=Text("对象", "Subject")),
    Column(key="details", label=Text("内容", "Details")),
)


class ActsForm(ListForm):
    """Conditions that all hold; without a customer, acts of and about everybody."""

    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    operator_number: OperatorNumber | None = labelled("操作员号", "Operator number", None)
    teller: TellerNumber | None = labelled("柜员号", "Teller", None)
    subject: ShortText | None = labelled("对象", "Subject", None)


@query(name="recon.log.list", title=Text("对账操作日志", "Acts on the portal and about it"), source="ER 78-80", columns=ACTS)
async def acts(read: Read, form: ActsForm) -> dict[str, Any]:
    """What either side did, the newest first, for the clearing centre. Raises `portal.centre_only`."""
    if read.principal.outlet != CITY:
        raise CENTRE_ONLY()
    row = PORTAL_ACT.c
    conditions = given(
        [
            (form.customer_number, lambda number: row.customer_number == number),
            (form.operator_number, lambda number: row.operator_number == number),
            (form.teller, lambda number: row.teller == number),
            (form.subject, lambda text: row.subject == text),
            (place(form.after, row_number), lambda key: row.act_id < key[0]),
        ]
    )
    found = (await read.connection.execute(select(PORTAL_ACT).where(*conditions).order_by(row.act_id.desc()).limit(form.limit + 1))).all()
    return page(found, form.limit, lambda each: str(each.act_id), lambda each: {**_only(each, ACTS), "act": act_name(each.act).as_dict()})


MESSAGES = (
    Column(key="made_at", label=Text("时间", "Time")),
    Column(key="phone", label=Text("手机号码", "Mobile telephone")),
    Column(key="content", label=Text("内容", "Text")),
    Column(key="state", label=Text("状态", "State")),
)


class MessagesForm(Form):
    """Nothing is asked: the newest messages are shown."""


@query(name="recon.sms.shown", title=Text("演示短信", "Messages of a demo bank"), source="ER 15", columns=MESSAGES)
async def messages(read: Read, form: MessagesForm) -> dict[str, Any]:
    """What a demo bank's sender has shown instead of sending it, the newest first, to a manager of the clearing centre.

    Raises `portal.sms_not_shown`, `portal.centre_only`.
    """
    if read.resources.settings.sms_sender != "show":
        raise NOT_SHOWN()
    if read.principal.outlet != CITY or read.principal.level != "A":
        raise CENTRE_ONLY()
    row = PORTAL_SMS.c
    wanted = select(PORTAL_SMS).where(row.state == "sent").order_by(row.made_at.desc(), row.sms_id.desc()).limit(MOST_MESSAGES)
    found = (await read.connection.execute(wanted)).all()
    rows = [{**_only(each, MESSAGES), "content": text_of(read.resources, each)} for each in found]
    return {"rows": rows, "next": None}


def _only(row: Row[Any], columns: Iterable[Column]) -> dict[str, Any]:
    return {column.key: getattr(row, column.key, None) for column in columns}


PORTAL_QUERIES = (operators, operator_changes, notices, acts, messages)
