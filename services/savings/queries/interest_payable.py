"""应付利息: what term deposits gathered in a quarter, as the period end books it (IB 2593-2612)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select, tuple_

from banking.fields import OutletCode, labelled
from banking.lists import ListForm, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.savings.interest_payable import group_of
from services.savings.tables import INTEREST_PAYABLE

COLUMNS = (
    Column(key="quarter_end", label=Text("季末", "End of quarter"), kind="date"),
    Column(key="outlet", label=Text("部门", "Outlet")),
    Column(key="business_code", label=Text("业务代码", "Business code")),
    Column(key="currency", label=Text("货币", "Currency")),
    Column(key="rate", label=Text("年利率%", "Rate, % a year")),
    Column(key="accounts", label=Text("户数", "Accounts"), kind="integer"),
    Column(key="products", label=Text("本季积数", "Products of the quarter"), kind="amount"),
    Column(key="interest", label=Text("应付利息", "Interest payable")),
)
PLACES = 6
"""Decimals of a rate; a cursor has room for whole numbers."""


class PayableForm(ListForm):
    """A quarter, an outlet."""

    quarter_end: date | None = labelled("季末", "End of quarter", None, widget="date")
    outlet: OutletCode | None = labelled("部门", "Outlet", None)


@query(name="savings.interest_payable", title=Text("应付利息查询", "Interest payable"), source="IB 2593, 2604", columns=COLUMNS)
async def interest_payable(read_: Read, form: PayableForm) -> dict[str, Any]:
    """What the day ends of quarters kept, by outlet, business code, currency and rate. Raises `outlet.outside`, `query.cursor`."""
    table = INTEREST_PAYABLE.c
    key = tuple_(*INTEREST_PAYABLE.primary_key.columns)
    found = select(INTEREST_PAYABLE).where(sight_for(read_.principal, form.outlet).condition(table.outlet))
    if form.quarter_end is not None:
        found = found.where(table.quarter_end == form.quarter_end)
    if (after := place(form.after, date.fromisoformat, str, str, str, _rate)) is not None:
        found = found.where(key > tuple_(*after))
    rows = (await read_.connection.execute(found.order_by(*INTEREST_PAYABLE.primary_key.columns).limit(form.limit + 1))).all()
    return page(rows, form.limit, _place_of, _shown)


def _rate(text: str) -> Decimal:
    return Decimal(int(text)).scaleb(-PLACES)


def _place_of(row: Row[Any]) -> str:
    return cursor(row.quarter_end.isoformat(), row.outlet, row.business_code, row.currency, int(row.annual_pct.scaleb(PLACES)))


def _shown(row: Row[Any]) -> dict[str, Any]:
    group = group_of(row)
    return {
        "quarter_end": row.quarter_end.isoformat(),
        "outlet": group.outlet,
        "business_code": group.business_code,
        "currency": group.currency,
        "rate": f"{group.annual_pct:f}",
        "accounts": group.accounts,
        "products": format_amount(group.products, group.currency),
        "interest": f"{group.interest:.3f}",
    }
