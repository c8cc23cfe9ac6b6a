"""开销户查询、开销户清单: deposit accounts opened and closed (IB 1778, 2510, 2834, 3807-3813)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, select, tuple_, union_all

from banking.lists import OPENINGS, OpeningsForm, check_dates, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from kernel.money import format_amount
from kernel.text import Text
from services.savings.domain.products import product_of
from services.savings.tables import ACCOUNT, ACCOUNT_LINE

EVENTS = {"opened": (ACCOUNT.c.opened_on, 1), "closed": (ACCOUNT.c.closed_on, ACCOUNT.c.lines)}
"""When it happened, and the line of the account that says by whom and with how much."""


@query(name="transaction.openings", title=Text("开销户查询", "Openings and closings"), source="IB 1778, 3807", columns=OPENINGS)
async def openings(read: Read, form: OpeningsForm) -> dict[str, Any]:
    """Deposit accounts opened and closed, the oldest first. Raises `outlet.outside`, `query.dates`, `query.cursor`."""
    check_dates(form.date_from, form.date_to)
    after = place(form.after, date.fromisoformat, str, str)
    sight = sight_for(read.principal, form.outlet)
    events = [form.event] if form.event else list(EVENTS)
    found = union_all(*(_of_kind(event, form, sight.condition(ACCOUNT.c.outlet)) for event in events)).subquery()
    key = (found.c.date, found.c.account, found.c.event)
    wanted = select(found).order_by(*key).limit(form.limit + 1)
    if after is not None:
        wanted = wanted.where(tuple_(*key) > tuple_(*after))
    rows = (await read.connection.execute(wanted)).all()
    return page(rows, form.limit, lambda row: cursor(row.date.isoformat(), row.account, row.event), _shown)


def _of_kind(event: str, form: OpeningsForm, seen: ColumnElement[bool]) -> Select[Any]:
    happened_on, line_number = EVENTS[event]
    account, line = ACCOUNT.c, ACCOUNT_LINE.c
    found = (
        select(
            literal(event).label("event"), happened_on.label("date"), account.account, account.name, account.opened_on, account.product,
            account.currency, account.outlet, line.amount_minor, line.teller, line.counter_outlet,
        )  # fmt: skip
        .join_from(ACCOUNT, ACCOUNT_LINE, (line.account == account.account) & (line.line == line_number), isouter=True)
        .where(happened_on.is_not(None), seen)
    )
    if form.account is not None:
        found = found.where(account.account.between(form.account.ljust(15, "0"), form.account.ljust(15, "9")))
    if form.customer_number is not None:
        found = found.where(account.customer_number == form.customer_number)
    if form.date_from is not None:
        found = found.where(happened_on >= form.date_from)
    if form.date_to is not None:
        found = found.where(happened_on <= form.date_to)
    return found


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "date": row.date.isoformat(),
        "event": row.event,
        "account": row.account,
        "name": row.name,
        "opened_on": row.opened_on.isoformat() if row.opened_on else None,
        "kind": product_of(row.product).name.as_dict(),
        "currency": row.currency,
        "amount": format_amount(abs(row.amount_minor or 0), row.currency),
        "term": None,
        "teller": row.teller,
        "counter_outlet": row.counter_outlet,
        "outlet": row.outlet,
    }
