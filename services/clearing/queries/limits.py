"""Limits of positions and their alerts, the course of a day, penalty interest on reserves (IB 2912, 2926)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import func, select, tuple_

from banking.fields import CURRENCY_CHOICES, CurrencyCode, Day, Form, OutletCode, labelled
from banking.lists import ListForm, check_dates, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.money import currency_of, format_amount
from kernel.text import Text
from runtime.database import driver_connection
from services.clearing.domain.position_limits import Stage
from services.clearing.outlet_tables import POSITION_ALERT, POSITION_LIMIT, RESERVE_PENALTY
from services.clearing.position_limits import everybody_knows

UNIT = Column(key="outlet", label=Text("机构", "Unit"))
CURRENCY = Column(key="currency", label=Text("货币", "Currency"))
STAGE = Column(key="stage", label=Text("状态", "Stage"))
POSITION = Column(key="position", label=Text("汇差(贷方为正)", "Position, credit positive"), kind="amount")
LIMITS = (
    UNIT,
    CURRENCY,
    POSITION,
    STAGE,
    Column(key="warning", label=Text("预警额度", "Warning at"), kind="amount"),
    Column(key="approval", label=Text("授权额度", "Approval needed from"), kind="amount"),
    Column(key="stop", label=Text("停办额度", "Business stops at"), kind="amount"),
    Column(key="level", label=Text("授权级别", "Level that approves")),
    Column(key="in_force", label=Text("各系统已生效", "In force everywhere")),
)
ALERTS = (
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="raised_at", label=Text("时间", "At")),
    UNIT,
    CURRENCY,
    STAGE,
    POSITION,
    Column(key="limit_reached", label=Text("已达额度", "Limit reached"), kind="amount"),
)
PENALTIES = (
    Column(key="overdrawn_on", label=Text("透支日期", "Overdrawn on"), kind="date"),
    Column(key="business_date", label=Text("记账日期", "Charged on"), kind="date"),
    Column(key="account", label=Text("备付金账号", "Reserve account")),
    CURRENCY,
    Column(key="balance", label=Text("日终余额", "Balance at day end"), kind="amount"),
    Column(key="rate", label=Text("日利率‱", "Daily rate, per ten thousand")),
    Column(key="interest", label=Text("罚息", "Penalty interest"), kind="amount"),
)
STAGES = tuple((each.value, each.text) for each in Stage if each is not Stage.FREE)
POINTS = 240
"""How many points the course of one unit has at most: the last one of each of so many spans of the day."""
UNITS = 12
"""How many units are shown at once, those that owe or claim the most."""


class LimitsForm(ListForm):
    """Units with a limit, all of them or those at a stage."""

    outlet: OutletCode | None = labelled("机构", "Unit", None)
    stage: Literal["warning", "approval", "stop"] | None = labelled("状态", "Stage", None, widget="choice", choices=STAGES)


class DatesForm(ListForm):
    """Dates and a unit."""

    date_from: Day | None = labelled("起始日期", "From", None, widget="date")
    date_to: Day | None = labelled("终止日期", "To", None, widget="date")
    outlet: OutletCode | None = labelled("机构", "Unit", None)


class CourseForm(Form):
    """A date (the current one if left out), a currency, and one unit if not the city with its sub-branches."""

    date: Day | None = labelled("日期", "Date", None, widget="date")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    outlet: OutletCode | None = labelled("机构", "Unit", None)


@query(name="clearing.limits", title=Text("汇差额度查询", "Limits of positions"), source="IB 2926", columns=LIMITS)
async def limits(read: Read, form: LimitsForm) -> dict[str, Any]:
    """Units with a limit, the stage they were seen at last with what they stood at then, and whether every service goes by it already.

    Raises `outlet.outside`, `query.cursor`.
    """
    in_force = await everybody_knows(read.connection)
    table = POSITION_LIMIT.c
    found = select(POSITION_LIMIT).where(sight_for(read.principal, form.outlet).condition(table.unit))
    if form.stage is not None:
        found = found.where(table.stage == form.stage)
    if (after := place(form.after, str, str)) is not None:
        found = found.where(tuple_(table.unit, table.currency) > after)
    rows = (await read.connection.execute(found.order_by(table.unit, table.currency).limit(form.limit + 1))).mappings().all()

    def shown(row: Mapping[str, Any]) -> dict[str, Any]:
        amounts = {name: _amount(row[f"{name}_minor"], row["currency"]) for name in ("position", "warning", "approval", "stop")}
        named = {"outlet": row["unit"], "currency": row["currency"], "stage": row["stage"], "level": row["approval_level"]}
        return {**named, **amounts, "in_force": in_force}

    return page(rows, form.limit, lambda row: cursor(row["unit"], row["currency"]), shown)


@query(name="clearing.alerts", title=Text("汇差预警查询", "Alerts of positions"), source="IB 2926", columns=ALERTS)
async def alerts(read: Read, form: DatesForm) -> dict[str, Any]:
    """Every time a unit came to another stage, the newest first. Raises `outlet.outside`, `query.dates`, `query.cursor`."""
    check_dates(form.date_from, form.date_to)
    table = POSITION_ALERT.c
    found = select(POSITION_ALERT).where(sight_for(read.principal, form.outlet).condition(table.unit))
    if form.date_from is not None:
        found = found.where(table.business_date >= form.date_from)
    if form.date_to is not None:
        found = found.where(table.business_date <= form.date_to)
    if (after := place(form.after, int)) is not None:
        found = found.where(table.alert < after[0])
    rows = (await read.connection.execute(found.order_by(table.alert.desc()).limit(form.limit + 1))).mappings().all()

    def shown(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "business_date": row["business_date"].isoformat(),
            "raised_at": row["raised_at"].isoformat(),
            "outlet": row["unit"],
            "currency": row["currency"],
            "stage": row["stage"],
            "position": _amount(row["position_minor"], row["currency"]),
            "limit_reached": _amount(row["limit_minor"], row["currency"]),
        }

    return page(rows, form.limit, lambda row: cursor(row["alert"]), shown)


@query(name="clearing.reserve.penalties", title=Text("备付金透支罚息查询", "Penalty interest"), source="IB 2912", columns=PENALTIES)
async def penalties(read: Read, form: DatesForm) -> dict[str, Any]:
    """Penalty interest by the date of the overdraft and account; a unit's is that on the account it holds.

    Raises `outlet.outside`, `query.dates`, `query.cursor`.
    """
    check_dates(form.date_from, form.date_to)
    table = RESERVE_PENALTY.c
    holder = func.substr(table.account, 2, 4)
    found = select(RESERVE_PENALTY).where(sight_for(read.principal, form.outlet).condition(holder))
    if form.date_from is not None:
        found = found.where(table.overdrawn_on >= form.date_from)
    if form.date_to is not None:
        found = found.where(table.overdrawn_on <= form.date_to)
    if (after := place(form.after, Day.fromisoformat, str)) is not None:
        found = found.where(tuple_(table.overdrawn_on, table.account) > after)
    rows = (await read.connection.execute(found.order_by(table.overdrawn_on, table.account).limit(form.limit + 1))).mappings().all()

    def shown(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "overdrawn_on": row["overdrawn_on"].isoformat(),
            "business_date": row["business_date"].isoformat(),
            "account": row["account"],
            "currency": row["currency"],
            "balance": _amount(row["balance_minor"], row["currency"]),
            "rate": f"{row['daily_permyriad'].normalize():f}",
            "interest": _amount(row["interest_minor"], row["currency"]),
        }

    return page(rows, form.limit, lambda row: cursor(row["overdrawn_on"], row["account"]), shown)


@query(name="clearing.position_course", title=Text("汇差走势", "Course of the positions"), source="IB 2924, 2926")
async def course(read: Read, form: CourseForm) -> dict[str, Any]:
    """What the city, its sub-branches, or one unit stood at in the course of a date, thinned out evenly.

    `points` are `[when, position now, net of the day's business]`, credit positive; `left_out` says how many units are not shown. Units are
    the city, sub-branches, and outlets with a limit. Raises `currency.unknown`, `outlet.outside`.
    """
    currency_of(form.currency)
    day = form.date or read.business_date
    raw = await driver_connection(read.connection)
    beginning = "" if form.outlet is None else sight_for(read.principal, form.outlet).beginning
    rows = await raw.fetch(
        "WITH chosen AS (SELECT * FROM clearing.position_sample WHERE business_date = $1 AND currency = $2 "
        "AND (unit = $3 OR $3 = '' AND (right(unit, 2) = '00' OR unit = '0001'))), "
        "span AS (SELECT min(taken_at) AS first, greatest(extract(epoch FROM max(taken_at) - min(taken_at)) / $4, 0.001) AS seconds "
        "FROM chosen) "
        "SELECT DISTINCT ON (unit, slot) unit, taken_at, position_minor, business_minor, "
        "floor(extract(epoch FROM taken_at - first) / seconds) AS slot FROM chosen, span ORDER BY unit, slot, taken_at DESC",
        day,
        form.currency,
        beginning,
        POINTS,
    )
    units: dict[str, list[Any]] = {}
    for row in rows:
        units.setdefault(row["unit"], []).append(row)
    largest = sorted(units, key=lambda unit: (unit != "0001", -abs(units[unit][-1]["business_minor"]), unit))[:UNITS]
    shown = [
        {
            "outlet": unit,
            "points": [
                [row["taken_at"].isoformat(), _amount(row["position_minor"], form.currency), _amount(row["business_minor"], form.currency)]
                for row in units[unit]
            ],
        }
        for unit in sorted(largest)
    ]
    return {"business_date": day.isoformat(), "currency": form.currency, "units": shown, "left_out": len(units) - len(shown)}


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else format_amount(minor, currency)
