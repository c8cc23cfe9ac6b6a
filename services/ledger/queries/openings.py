"""开销户查询: which of the bank's own accounts were opened and closed (IB 1778, 2510, 3807-3813)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_

from banking.lists import OPENINGS, OpeningsForm, check_dates, cursor, page, place
from banking.query import Read, query
from banking.visibility import Sight, sight_for
from kernel.money import format_amount
from kernel.numbers import parse_internal
from kernel.text import Text
from services.ledger.domain.rulebook import Rulebook
from services.ledger.queries.forms import beginning_with, rulebook_for
from services.ledger.tables import ACCOUNT, ACCOUNT_EVENT

EVENT_OF = {"open": "opened", "close": "closed"}
ACTION_OF = {event: action for action, event in EVENT_OF.items()}


@query(name="transaction.openings", title=Text("开销户查询", "Openings and closings"), source="IB 1778, 3807", columns=OPENINGS)
async def openings(read: Read, form: OpeningsForm) -> dict[str, Any]:
    """Openings and closings of internal accounts, the oldest first. Raises `outlet.outside`, `query.dates`, `query.cursor`."""
    if form.customer_number is not None:
        return {"rows": [], "next": None}
    rows = (await read.connection.execute(selected(form, sight_for(read.principal, form.outlet)).limit(form.limit + 1))).all()
    shown = partial(shown_event, await rulebook_for(read), read.business_date)
    return page(rows, form.limit, lambda row: cursor(row.business_date.isoformat(), row.posting_id), shown)


def selected(form: OpeningsForm, sight: Sight) -> Select[Any]:
    """The events that fit, oldest first. Raises `query.dates`, `query.cursor`."""
    check_dates(form.date_from, form.date_to)
    event = ACCOUNT_EVENT.c
    actions = [ACTION_OF[form.event]] if form.event else list(EVENT_OF)
    found = select(ACCOUNT_EVENT, ACCOUNT.c.opened_on).join(ACCOUNT, ACCOUNT.c.account == event.account)
    found = found.where(sight.condition(event.outlet), event.action.in_(actions))
    if form.account is not None:
        found = found.where(beginning_with(event.account, form.account))
    if form.date_from is not None:
        found = found.where(event.business_date >= form.date_from)
    if form.date_to is not None:
        found = found.where(event.business_date <= form.date_to)
    if (after := place(form.after, date.fromisoformat, UUID)) is not None:
        found = found.where(tuple_(event.business_date, event.posting_id) > tuple_(*after))
    return found.order_by(event.business_date, event.posting_id)


def shown_event(rulebook: Rulebook, day: date, row: Row[Any]) -> dict[str, Any]:
    """An event as the list shows it; an internal account is opened and closed without balance."""
    parts = parse_internal(row.account)
    return {
        "date": row.business_date.isoformat(),
        "event": EVENT_OF[row.action],
        "account": row.account,
        "name": row.name,
        "opened_on": row.opened_on.isoformat(),
        "kind": rulebook.business_code(parts.business_code, day).name.as_dict(),
        "currency": parts.currency,
        "amount": format_amount(0, parts.currency),
        "term": None,
        "teller": row.teller,
        "counter_outlet": row.outlet,
        "outlet": parts.outlet,
    }
