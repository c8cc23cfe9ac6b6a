"""公告发布与撤销, by the city's departments (ER 73)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints
from sqlalchemy import select

from banking.fields import Form, ShortText, labelled
from banking.menus import CORPORATE, RECONCILIATION
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.reconciliation.domain.portal_notices import ALREADY_WITHDRAWN, MISSING, UNKNOWN, check_dates, state_of
from services.reconciliation.portal.acts import log_bank_act
from services.reconciliation.portal.tables import PORTAL_NOTICE

ACTIONS = (("publish", Text("发布", "Publish")), ("withdraw", Text("撤销", "Withdraw")))
PUBLISHING, WITHDRAWING = {"action": ["publish"]}, {"action": ["withdraw"]}
NoticeText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")
]


class NoticeForm(Form):
    """A notice to be published, or the number of one to be withdrawn."""

    action: Literal["publish", "withdraw"] = labelled("操作", "Action", widget="choice", choices=ACTIONS)
    notice: int | None = labelled("公告号", "Notice", None, ge=1, le=2**62, when=WITHDRAWING)
    title: ShortText | None = labelled("标题", "Title", None, when=PUBLISHING)
    content: NoticeText | None = labelled("内容", "Text", None, when=PUBLISHING)
    valid_from: date | None = labelled("生效日期", "Shown from", None, widget="date", when=PUBLISHING)
    valid_until: date | None = labelled("失效日期", "Shown until", None, widget="date", when=PUBLISHING)


@transaction(
    code="recon.notice.publish",
    name=Text("对账公告发布与撤销", "Notices on the portal"),
    menu=(CORPORATE, RECONCILIATION),
    source="ER 70-76",
    levels="ABC",
    outlets="city",
    gated=False,
)
async def publish_notice(work: Work, form: NoticeForm) -> Outcome:
    """Publish a notice, shown from its first date (the business date unless told) to its last one, or withdraw one before that.

    Raises `portal.notice.*`.
    """
    return await (_publish if form.action == "publish" else _withdraw)(work, form)


async def _publish(work: Work, form: NoticeForm) -> Outcome:
    for name in ("title", "content", "valid_until"):
        if getattr(form, name) is None:
            raise MISSING(field=name)
    assert form.valid_until is not None
    begins = form.valid_from or work.business_date
    check_dates(begins, form.valid_until, work.business_date)
    row = {
        "title": form.title,
        "content": form.content,
        "valid_from": begins,
        "valid_until": form.valid_until,
        "published_by": work.principal.teller,
        "published_on": work.business_date,
        "posting_id": work.posting_id,
    }
    number = (await work.connection.execute(PORTAL_NOTICE.insert().values(row).returning(PORTAL_NOTICE.c.notice))).scalar_one()
    await log_bank_act(work, "recon.notice.published", str(number))
    state = state_of(begins, form.valid_until, None, work.business_date)
    return Outcome(
        result={"notice": number, "title": form.title, "state": state, "valid_from": str(begins), "valid_until": str(form.valid_until)}
    )


async def _withdraw(work: Work, form: NoticeForm) -> Outcome:
    if form.notice is None:
        raise MISSING(field="notice")
    table = PORTAL_NOTICE
    row = (await work.connection.execute(select(table).where(table.c.notice == form.notice).with_for_update())).first()
    if row is None:
        raise UNKNOWN(field="notice", notice=form.notice)
    if row.withdrawn_on is not None:
        raise ALREADY_WITHDRAWN(field="notice", notice=form.notice)
    withdrawn = {"withdrawn_by": work.principal.teller, "withdrawn_on": work.business_date}
    await work.connection.execute(table.update().where(table.c.notice == form.notice).values(**withdrawn))
    await log_bank_act(work, "recon.notice.withdrawn", str(form.notice))
    return Outcome(result={"notice": form.notice, "title": row.title, "state": "taken_down"})
