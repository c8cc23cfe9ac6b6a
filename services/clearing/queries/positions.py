"""Funds at a glance: the tree of reserve accounts with today's net (IB 2920-2924), and what netting left open (IB 2949)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field

from banking.business_day import OUTLET_UNKNOWN
from banking.fields import CURRENCY_CHOICES, CurrencyCode, Form, OutletCode, labelled
from banking.query import Read, query
from kernel.money import currency_of, format_amount
from kernel.numbers import CITY, is_business_department
from kernel.text import Text
from runtime.database import driver_connection
from services.clearing.books import interbranch
from services.clearing.domain.position_tree import Unit, position_tree
from services.clearing.domain.reserves import SUBJECT_OF_RESERVE, central_bank_account, reserve_accounts, reserve_code, reserve_pair
from services.clearing.runs import balances_on


class PositionForm(Form):
    """The date (the current one if left out), the currency, and one unit if not the whole tree (IB 3848-3850)."""

    date_: date | None = Field(None, alias="date", json_schema_extra={"x-label": {"zh": "日期", "en": "Date"}, "x-widget": "date"})
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)


class NoQuestion(Form):
    """Nothing is asked."""


@query(name="ledger.position", title=Text("头寸查询", "Fund position"), source="IB 2911-2926, 3842")
async def position(read: Read, form: PositionForm) -> dict[str, Any]:
    """The tree city / sub-branch / outlet: 110, 40701 and 40702 as their holder owns them, the day's net, and what of it is not netted yet.

    Balances of the current date are the ledger's; those of an earlier one are what its netting left. `stage` is that of the unit's limit,
    on the current date. With an outlet, the answer has `unit` in place of `city`. Raises `currency.unknown`, `outlet.unknown`.
    """
    currency_of(form.currency)
    day = form.date_ or read.business_date
    raw = await driver_connection(read.connection)
    rows = await raw.fetch(
        "SELECT outlet, sum(business_minor)::bigint AS net, sum(amount_minor)::bigint AS waiting FROM clearing.position "
        "WHERE business_date = $1 AND currency = $2 GROUP BY outlet",
        day,
        form.currency,
    )
    if day == read.business_date:
        _, balances = await interbranch(read.resources, form.currency)
        outlets = [row["outlet"] for row in await raw.fetch("SELECT outlet FROM clearing.outlet_gate")]
    else:
        outlets = [row["outlet"] for row in await raw.fetch("SELECT outlet FROM clearing.department WHERE since <= $1", day)]
        balances = await balances_on(raw, day, reserve_accounts(outlets, form.currency))
    nets = {row["outlet"]: (row["net"], row["waiting"]) for row in rows}
    stages = {}
    if day == read.business_date:
        at = await raw.fetch("SELECT unit, stage FROM clearing.position_limit WHERE currency = $1 AND stage <> ''", form.currency)
        stages = {row["unit"]: row["stage"] for row in at}
    whole = {"business_date": day.isoformat(), "currency": form.currency}
    tree = position_tree(outlets, nets)
    if form.outlet is None:
        return {**whole, "city": _shown(tree, balances, stages, form.currency)}
    unit = tree.find(form.outlet)
    if unit is None:
        raise OUTLET_UNKNOWN(field="outlet", outlet=form.outlet)
    return {**whole, "unit": _shown(unit, balances, stages, form.currency)}


def _shown(unit: Unit, balances: Mapping[str, int], stages: Mapping[str, str], currency: str) -> dict[str, Any]:
    """A unit as clients read it; its reserve account, named by its subject, and the superior's mirror of it."""
    shown: dict[str, Any] = {
        "outlet": unit.outlet,
        "net": format_amount(unit.net_minor, currency),
        "own_net": format_amount(unit.own_net_minor, currency),
        "waiting": format_amount(unit.waiting_minor, currency),
    }
    if unit.outlet in stages:
        shown["stage"] = stages[unit.outlet]
    below = [_shown(each, balances, stages, currency) for each in unit.below]
    if unit.outlet == CITY:
        shown["110"] = format_amount(balances.get(central_bank_account(currency), 0), currency)
        shown["branches"] = [each for each in below if is_business_department(each["outlet"])]
        shown["departments"] = [each for each in below if not is_business_department(each["outlet"])]
        return shown
    held, owed = reserve_pair(unit.outlet, currency)
    shown[SUBJECT_OF_RESERVE[reserve_code(unit.outlet)]] = format_amount(balances.get(held, 0), currency)
    shown["mirror"] = format_amount(-balances.get(owed, 0), currency)
    if is_business_department(unit.outlet):
        shown["outlets"] = below
    return shown


@query(name="clearing.open_items", title=Text("汇差挂账查询", "Open items of netting"), source="IB 2949")
async def open_items(read: Read, form: NoQuestion) -> dict[str, Any]:
    """The differences that netting put to suspense and nobody has cleared up, oldest first."""
    raw = await driver_connection(read.connection)
    rows = await raw.fetch(
        "SELECT posting_id, business_date, outlet, currency, suspense_account, amount_minor FROM clearing.open_item "
        "WHERE resolved_at IS NULL ORDER BY business_date, outlet, currency"
    )
    shown = [
        {
            "business_date": row["business_date"].isoformat(),
            "outlet": row["outlet"],
            "currency": row["currency"],
            "account": row["suspense_account"],
            "amount": format_amount(row["amount_minor"], row["currency"]),
            "posting_id": str(row["posting_id"]),
        }
        for row in rows
    ]
    return {"rows": shown, "next": None}
