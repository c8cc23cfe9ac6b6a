"""取款通知: the notices given on deposits, and what the day end did about those that name an account (IB 1237)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, and_, select, tuple_

from banking.fields import OutletCode, labelled
from banking.lists import ListForm, NumberBeginning, check_dates, cursor, given, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.savings.domain.errors import FROZEN, INSUFFICIENT, MOVEMENTS_PENDING, REPORTED_LOST, STATUS_FORBIDS
from services.savings.domain.life.refusals import NOTICE_USED
from services.savings.queries.selections import beginning_with, seen
from services.savings.tables import ACCOUNT, NOTICE_GIVEN, NOTICE_OUTCOME

PAID, NOT_PAID = Text("已转存", "Paid"), Text("未转存", "Not paid")
REASONS = {
    **{refusal.code: Text(refusal.zh, refusal.en) for refusal in (FROZEN, REPORTED_LOST, MOVEMENTS_PENDING, NOTICE_USED)},
    STATUS_FORBIDS.code: Text("账户状态不允许", "the state of the deposit or of the account to be paid does not allow it"),
    INSUFFICIENT.code: Text("可用余额不足", "the available balance is not enough"),
}
COLUMNS = (
    Column(key="account", label=Text("账号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="notice_number", label=Text("通知序号", "Number"), kind="integer"),
    Column(key="given_on", label=Text("通知日", "Given on"), kind="date"),
    Column(key="for_on", label=Text("约定支取日", "Day of withdrawal"), kind="date"),
    Column(key="amount", label=Text("约定支取金额", "Amount"), kind="amount"),
    Column(key="to_account", label=Text("到期转入账号", "Paid on its day to")),
    Column(key="outcome", label=Text("日终处理", "At day end")),
    Column(key="reason", label=Text("未转存原因", "Why not")),
    Column(key="teller", label=Text("柜员", "Teller")),
)


class NoticesForm(ListForm):
    """Any of these together."""

    account: NumberBeginning | None = labelled("账号", "Account number, or its beginning", None, widget="account")
    outlet: OutletCode | None = labelled("网点", "Outlet", None)
    date_from: date | None = labelled("支取日起", "Day of withdrawal from", None, widget="date")
    date_to: date | None = labelled("支取日止", "Day of withdrawal to", None, widget="date")


@query(name="savings.notices", title=Text("取款通知查询", "Notices of withdrawal"), source="IB 1237", columns=COLUMNS)
async def notices(read_: Read, form: NoticesForm) -> dict[str, Any]:
    """Notices of the department's accounts in the order of the accounts. Raises `outlet.outside`, `query.*`."""
    check_dates(form.date_from, form.date_to)
    notice, outcome = NOTICE_GIVEN.c, NOTICE_OUTCOME.c
    conditions = (
        (form.account, lambda value: beginning_with(notice.account, value)),
        (form.date_from, lambda value: notice.for_on >= value),
        (form.date_to, lambda value: notice.for_on <= value),
        (place(form.after, str, int), lambda value: tuple_(notice.account, notice.number) > tuple_(*value)),
    )
    same = and_(outcome.account == notice.account, outcome.number == notice.number)
    columns = (NOTICE_GIVEN, ACCOUNT.c.name, ACCOUNT.c.currency, outcome.business_date, outcome.problem)
    found = select(*columns).join(ACCOUNT, ACCOUNT.c.account == notice.account).outerjoin(NOTICE_OUTCOME, same)
    found = found.where(seen(sight_for(read_.principal, form.outlet)))
    found = found.where(*given(conditions))
    rows = (await read_.connection.execute(found.order_by(notice.account, notice.number).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.account, row.number), _shown)


def _shown(row: Row[Any]) -> dict[str, Any]:
    outcome = None if row.business_date is None else (NOT_PAID if row.problem else PAID).as_dict()
    return {
        "account": row.account,
        "name": row.name,
        "notice_number": row.number,
        "given_on": row.given_on.isoformat(),
        "for_on": row.for_on.isoformat(),
        "amount": format_amount(row.amount_minor, row.currency),
        "to_account": row.to_account,
        "outcome": outcome,
        "reason": REASONS.get(row.problem, Text(row.problem, row.problem)).as_dict() if row.problem else None,
        "teller": row.teller,
    }
