"""Netting at the counter: the day's run by the clearing centre, and the early one of a unit whose limit is reached (IB 2903-2931)."""

from __future__ import annotations

from datetime import date
from typing import Any

from banking.business_day import OUTLET_UNKNOWN
from banking.fields import CURRENCY_CHOICES, CurrencyCode, Form, OutletCode, labelled
from banking.menus import CLEARING, DAY_END, SETTLEMENT
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.clearing import NettingRun
from contracts.report import ReportTable
from kernel.money import currency_of
from kernel.numbers import superior_of
from kernel.text import Text
from runtime.database import driver_connection
from services.clearing.domain.errors import NOT_YOUR_UNIT, UNIT_WITHOUT_SUPERIOR
from services.clearing.netting import BASE_CURRENCY, plan_netting, run_netting
from services.clearing.reports.netting import netting_table, plan_table
from services.clearing.runs import DAY


class NettingForm(Form):
    """The date, which can only be the current one or one that was netted, and the currency if not every one."""

    business_date: date | None = labelled("账务日期", "Business date", None, widget="date")
    currency: CurrencyCode | None = labelled("货币", "Currency", None, widget="choice", choices=CURRENCY_CHOICES)


class EarlyNettingForm(Form):
    """The outlet, or the business department of a sub-branch for the whole of it."""

    outlet: OutletCode = labelled("机构", "Outlet or sub-branch")
    currency: CurrencyCode = labelled("货币", "Currency", BASE_CURRENCY, widget="choice", choices=CURRENCY_CHOICES)


@transaction(
    code="clearing.netting.run",
    name=Text("日终汇差清算", "Netting run"),
    menu=(DAY_END, CLEARING),
    source="IB 2903",
    levels="A",
    outlets="city",
    gated=False,
)
async def netting_run(work: Work, form: NettingForm) -> Outcome:
    """Net the date and give the netting report. Repeating it nets only what came in since.

    Raises what stopped the run: `clearing.netting.*`, and the ledger's refusal if 110 is short; nothing was posted then.
    """
    day = form.business_date or work.business_date
    if form.currency is not None:
        currency_of(form.currency)
    if work.dry_run:
        currency = form.currency or BASE_CURRENCY
        return Outcome(result=_result(plan_table(day, currency, await plan_netting(work.resources, day, currency)), []))
    found = await run_netting(work.resources, day, currency=form.currency, reader=await driver_connection(work.connection))
    return await _outcome(work, day, found, DAY)


@transaction(
    code="clearing.netting.now",
    name=Text("即时清算", "Early netting"),
    menu=(SETTLEMENT, CLEARING),
    source="IB 2926",
    outlets="branch",
    dual="a",
)
async def netting_now(work: Work, form: EarlyNettingForm) -> Outcome:
    """Net one outlet with its sub-branch, or one sub-branch with its outlets and the city, before the day ends.

    Raises `outlet.not_yours`, `outlet.unknown`, `clearing.netting.unit_without_superior`, and what stopped the run.
    """
    currency_of(form.currency)
    if not work.principal.oversees(form.outlet):
        raise NOT_YOUR_UNIT(field="outlet", outlet=form.outlet)
    raw = await driver_connection(work.connection)
    if not await raw.fetchval("SELECT EXISTS (SELECT FROM clearing.outlet_gate WHERE outlet = $1)", form.outlet):
        raise OUTLET_UNKNOWN(field="outlet", outlet=form.outlet)
    if superior_of(form.outlet) is None:
        raise UNIT_WITHOUT_SUPERIOR(field="outlet", outlet=form.outlet)
    day = work.business_date
    if work.dry_run:
        plan = await plan_netting(work.resources, day, form.currency, form.outlet)
        return Outcome(result=_result(plan_table(day, form.currency, plan), []))
    found = await run_netting(work.resources, day, scope=form.outlet, currency=form.currency, reader=raw)
    return await _outcome(work, day, found, form.outlet)


async def _outcome(work: Work, day: date, found: list[NettingRun], scope: str) -> Outcome:
    own = [run for run in found if run.scope == scope or run.stage == "posting"]
    for run in own:
        if run.problem is not None:
            raise run.problem.error()
    table = await netting_table(await driver_connection(work.connection), day)
    return Outcome(result=_result(table, found))


def _result(table: ReportTable, found: list[NettingRun]) -> dict[str, Any]:
    return {**table.model_dump(mode="json"), "runs": [run.model_dump(mode="json") for run in found]}
