"""Accounts opened and closed: the list and the sheet, the same in every service that keeps accounts (IB 1778, 2510, 2834, 3807)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Row, Select, Table, and_, literal, select, tuple_, union_all

from banking.lists import EVENTS, MOST_ROWS, OPENINGS, OpeningsForm, check_dates, cursor, page, place
from banking.query import Query, Read, Report, query, report
from banking.visibility import Sight, sight_for
from contracts.report import Heading, ReportTable
from kernel.money import format_amount
from kernel.text import Text

LIST_TITLE = Text("开销户查询", "Openings and closings")
SHEET_TITLE = Text("开销户清单", "Accounts opened and closed")
MOST_LINES = 5000
EVENT_NAMES = dict(EVENTS)


@dataclass(frozen=True)
class Openings:
    """Where a service keeps customers' accounts and their lines, and what a row says beyond what all have in common.

    `accounts` has account, customer_number, name, currency, outlet and lines, the number of the last line; `lines` has account, line,
    amount_minor and teller. The first line opened an account, the last one closed it. `beside` is a table with more of some accounts.
    """

    accounts: Table
    lines: Table
    opened_on: Column[date]
    closed_on: Column[date]
    counter_outlet: Column[str]
    more: tuple[Column[Any], ...]
    shown: Callable[[Row[Any]], dict[str, Any]]
    beside: Table | None = None

    def query(self) -> Query:
        """The list, oldest first. It raises `outlet.outside`, `query.dates`, `query.cursor`."""

        @query(name="transaction.openings", title=LIST_TITLE, source="IB 1778, 3807", columns=OPENINGS)
        async def openings(read: Read, form: OpeningsForm) -> dict[str, Any]:
            return await self._page(read, form)

        return openings

    async def _page(self, read: Read, form: OpeningsForm) -> dict[str, Any]:
        check_dates(form.date_from, form.date_to)
        after = place(form.after, date.fromisoformat, str, str)
        sight = sight_for(read.principal, form.outlet)
        events = [form.event] if form.event else [event for event, _ in EVENTS]
        found = union_all(*(self._of_kind(event, form, sight) for event in events)).subquery()
        key = (found.c.date, found.c.account, found.c.event)
        wanted = select(found).order_by(*key).limit(form.limit + 1)
        if after is not None:
            wanted = wanted.where(tuple_(*key) > tuple_(*after))
        rows = (await read.connection.execute(wanted)).all()
        return page(rows, form.limit, lambda row: cursor(row.date.isoformat(), row.account, row.event), self._shown)

    def _of_kind(self, event: str, form: OpeningsForm, sight: Sight) -> Select[Any]:
        account, line = self.accounts.c, self.lines.c
        happened_on, number = (self.opened_on, literal(1)) if event == "opened" else (self.closed_on, account.lines)
        told = and_(line.account == account.account, line.line == number)
        found = (
            select(
                literal(event).label("event"),
                happened_on.label("date"),
                account.account,
                account.name,
                account.currency,
                account.outlet,
                line.amount_minor,
                line.teller,
                self.counter_outlet.label("counter_outlet"),
                *self.more,
            )  # fmt: skip
            .join_from(self.accounts, self.lines, told, isouter=True)
            .where(happened_on.is_not(None), sight.condition(account.outlet))
        )
        if self.beside is not None:
            found = found.join(self.beside, self.beside.c.account == account.account, isouter=True)
        if form.account is not None:
            found = found.where(account.account.between(form.account.ljust(15, "0"), form.account.ljust(15, "9")))
        if form.customer_number is not None:
            found = found.where(account.customer_number == form.customer_number)
        if form.date_from is not None:
            found = found.where(happened_on >= form.date_from)
        if form.date_to is not None:
            found = found.where(happened_on <= form.date_to)
        return found

    def _shown(self, row: Row[Any]) -> dict[str, Any]:
        common = {name: getattr(row, name) for name in ("event", "account", "name", "currency", "teller", "counter_outlet", "outlet")}
        amount = format_amount(abs(row.amount_minor or 0), row.currency)
        return {"date": row.date.isoformat(), **common, "amount": amount, **self.shown(row)}


def openings_report(openings: Query) -> Report:
    """The sheet of a service from its list: what happened on the business date if no dates are given."""

    @report(name="openings", title=SHEET_TITLE, source="IB 2834")
    async def sheet(read: Read, form: OpeningsForm) -> ReportTable:
        if form.date_from is None and form.date_to is None:
            form = form.model_copy(update={"date_from": read.business_date, "date_to": read.business_date})
        rows, after = await _all(openings, read, form)
        return ReportTable(
            title=SHEET_TITLE,
            headers=[
                Heading(label=Text("部门名称", "Outlet"), value=form.outlet or read.principal.outlet),
                Heading(label=Text("日期", "Date"), value=f"{form.date_from or ''} - {form.date_to or ''}"),
                Heading(label=Text("操作员", "Made by"), value=read.principal.teller),
            ],
            columns=list(OPENINGS),
            rows=[{**row, "event": EVENT_NAMES[row["event"]]} for row in rows],
            next=after,
        )

    return sheet


async def _all(openings: Query, read: Read, form: OpeningsForm) -> tuple[list[dict[str, Any]], str | None]:
    """Page after page, up to as many lines as a sheet takes."""
    rows: list[dict[str, Any]] = []
    after = form.after
    while True:
        answer = await openings.run(read, form.model_copy(update={"after": after, "limit": MOST_ROWS}))
        rows += answer["rows"]
        after = answer["next"]
        if after is None or len(rows) >= MOST_LINES:
            return rows, after
