"""银行公告 and 日志查询 as the portal shows them: the notices in force, the operator's own acts (ER 70-80)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import func, select

from banking.business_day import business_date_of
from banking.lists import MOST_ROWS, Cursor, check_dates, given, page, place, row_number
from contracts.portal import ActList, NoticeList
from kernel.clock import CHINA_TIME
from runtime.service import resources_of
from services.reconciliation.domain.portal_acts import act_name
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.portal.session import operator_of
from services.reconciliation.portal.tables import PORTAL_ACT, PORTAL_NOTICE, PORTAL_OPERATOR_CHANGE
from services.reconciliation.tables import FRAME

router = APIRouter(prefix="/portal", include_in_schema=False)
After = Annotated[Cursor | None, Query()]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
Day = Annotated[date | None, Query(ge=date(1900, 1, 1))]
SignedOn = Annotated[Operator, Depends(operator_of)]


@router.get("/notices")
async def notices(request: Request, operator: SignedOn, after: After = None, limit: Limit = 20) -> NoticeList:
    """The notices in force on the business date, the newest first. Raises `query.cursor`."""
    row = PORTAL_NOTICE.c
    before = place(after, row_number)
    async with resources_of(request).database.reading() as connection:
        today = await business_date_of(connection, FRAME)
        shown = (row.withdrawn_on.is_(None), row.valid_from <= today, row.valid_until >= today)
        older = given([(before, lambda key: row.notice < key[0])])
        found = (await connection.execute(select(PORTAL_NOTICE).where(*shown, *older).order_by(row.notice.desc()).limit(limit + 1))).all()
    columns = ("notice", "title", "content", "valid_from", "valid_until")
    return NoticeList(**page(found, limit, lambda each: str(each.notice), lambda each: {name: getattr(each, name) for name in columns}))


@router.get("/log")
async def own_log(
    request: Request,
    operator: SignedOn,
    act: Annotated[str | None, Query(pattern=r"^[a-z_.]{1,40}$")] = None,
    subject: Annotated[str | None, Query(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")] = None,
    date_from: Day = None,
    date_to: Day = None,
    after: After = None,
    limit: Limit = 50,
) -> ActList:
    """What was done under the operator's own name since it was given to him, the newest first; the conditions that are given all hold.

    Raises `query.cursor`, `query.dates`.
    """
    check_dates(date_from, date_to)
    row = PORTAL_ACT.c
    conditions = given(
        [
            (act, lambda code: row.act == code),
            (subject or None, lambda text: row.subject == text),
            (date_from, lambda day: row.at >= datetime.combine(day, time.min, CHINA_TIME)),
            (date_to, lambda day: row.at <= datetime.combine(day, time.max, CHINA_TIME)),
            (place(after, row_number), lambda key: row.act_id < key[0]),
        ]
    )
    own = (row.customer_number == operator.customer_number, row.operator_number == operator.operator_number, row.side == "customer")
    change = PORTAL_OPERATOR_CHANGE.c
    his = (change.customer_number == operator.customer_number, change.operator_number == operator.operator_number, change.change == "bound")
    own = (*own, row.at >= select(func.max(change.changed_at)).where(*his).scalar_subquery())
    async with resources_of(request).database.reading() as connection:
        found = (await connection.execute(select(PORTAL_ACT).where(*own, *conditions).order_by(row.act_id.desc()).limit(limit + 1))).all()
    return ActList(**page(found, limit, lambda each: str(each.act_id), _shown))


def _shown(row: Any) -> dict[str, Any]:
    columns = ("act_id", "at", "act", "subject", "details")
    return {**{name: getattr(row, name) for name in columns}, "name": act_name(row.act).as_dict()}
