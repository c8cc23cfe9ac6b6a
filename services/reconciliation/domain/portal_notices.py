"""银行公告: what may be published, and when it is shown (ER 70-76)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kernel.errors import ErrorType, Kind

NoticeState = Literal["announced", "shown", "over", "taken_down"]

MISSING = ErrorType("portal.notice.missing", Kind.INVALID, "发布公告须填写此项", "this is needed to publish a notice")
ENDED_BEFORE = ErrorType(
    "portal.notice.dates",
    Kind.INVALID,
    "失效日期不能早于生效日期和账务日期",
    "a notice ends neither before it begins nor before the business date",
)
UNKNOWN = ErrorType("portal.notice.unknown", Kind.NOT_FOUND, "没有公告 {notice}", "there is no notice {notice}")
ALREADY_WITHDRAWN = ErrorType("portal.notice.withdrawn", Kind.CONFLICT, "公告 {notice} 已撤销", "notice {notice} was withdrawn already")


def check_dates(valid_from: date, valid_until: date, business_date: date) -> None:
    """Refuse a notice that nobody would ever see. Raises `portal.notice.dates`."""
    if valid_until < max(valid_from, business_date):
        raise ENDED_BEFORE(field="valid_until")


def state_of(valid_from: date, valid_until: date, withdrawn_on: date | None, business_date: date) -> NoticeState:
    """Whether a notice is shown on a business date (`shown`), and if not, why; both its dates belong to it."""
    if withdrawn_on is not None:
        return "taken_down"
    if business_date > valid_until:
        return "over"
    return "announced" if business_date < valid_from else "shown"
