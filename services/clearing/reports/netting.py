"""清算明细清单: every entry of a date's netting, and the pairs that netted to nothing (IB 2890)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import asyncpg
from pydantic import Field

from banking.fields import Form, labelled
from banking.query import Read, report
from contracts.clearing import NettingRun
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import format_amount
from kernel.text import Text
from runtime.database import driver_connection
from services.clearing import runs
from services.clearing.domain.netting import SUB_ACCOUNTS, Plan, Settlement, plan_day
from services.clearing.runs import DAY

TITLE = Text("清算明细清单", "Netting entries")
CENTRAL_BANK = Text("中国人民银行", "Central bank")
SUSPENSE = Text("挂账", "Suspense")
ZERO_NET = Text("零轧差", "Zero net")
EARLY = Text("即时清算", "Netted early")
PLANNED = Text("试算", "Preview")
STATES = {"done": Text("完成", "done"), "running": Text("进行中", "running"), "failed": Text("中止", "stopped")}

COLUMNS = [
    Column(key="step", label=Text("步骤", "Step"), kind="integer"),
    Column(key="books", label=Text("账务机构", "Books of")),
    Column(key="counterparty", label=Text("对方机构", "Counterparty")),
    Column(key="debit_account", label=Text("借方账户", "Debit account")),
    Column(key="credit_account", label=Text("贷方账户", "Credit account")),
    Column(key="amount", label=Text("金额", "Amount"), kind="amount"),
    Column(key="currency", label=Text("货币", "Currency")),
    *(Column(key=f"s{sub}", label=Text(f"清{sub}", f"Clears {sub}"), kind="amount") for sub in SUB_ACCOUNTS),
    Column(key="round", label=Text("轮次", "Round"), kind="integer"),
    Column(key="remark", label=Text("备注", "Remark")),
]
Row = dict[str, Cell]


class NettingReport(Form):
    """The date; without it the current one."""

    date_: date | None = Field(None, alias="date", json_schema_extra={"x-label": {"zh": "日期", "en": "Date"}, "x-widget": "date"})
    outlet: str | None = labelled("机构", "Books of", None, pattern=r"^[0-9]{4}$")


@report(name="netting", title=TITLE, source="IB 2890, 2903-2974")
async def netting_report(read: Read, form: NettingReport) -> ReportTable:
    """Every netting entry of a date in the order of currency, step and books."""
    day = form.date_ or read.business_date
    return await netting_table(await driver_connection(read.connection), day, form.outlet)


async def netting_table(raw: asyncpg.Connection, day: date, outlet: str | None = None) -> ReportTable:
    """The report of a date, of one unit's books if one is named."""
    found = await runs.runs_of_day(raw, day)
    by_id = {run.run: run for run in found}
    entries = await raw.fetch(
        "SELECT e.* FROM clearing.netting_entry AS e JOIN clearing.netting_run AS r USING (run) WHERE r.business_date = $1 "
        "AND ($2::text IS NULL OR e.books = $2) ORDER BY r.started_at, e.line",
        day,
        outlet,
    )
    departments = [row["outlet"] for row in await raw.fetch("SELECT outlet FROM clearing.department WHERE since <= $1", day)]
    rows: list[Row] = []
    seen: dict[str, set[tuple[int, str, str]]] = {run.currency: set() for run in found if run.scope == DAY and run.stage != "checking"}
    for entry in entries:
        run = by_id[entry["run"]]
        settlement = Settlement(
            entry["step"], entry["books"], entry["counterparty"], tuple(entry[f"s{sub}_minor"] for sub in SUB_ACCOUNTS), entry["net_minor"]
        )
        seen.setdefault(run.currency, set()).add((settlement.step, settlement.books, settlement.counterparty))
        rows.append(row_of(settlement, run.currency, run.round, EARLY if run.scope != DAY else None))
    nothing = plan_day({}, departments, 0).settlements if departments else ()
    netted = {run.currency for run in found if run.scope == DAY and run.stage != "checking"}
    for currency in sorted(netted):
        absent = [each for each in nothing if (each.step, each.books, each.counterparty) not in seen[currency]]
        rows.extend(row_of(each, currency, None, None) for each in absent if outlet in (None, each.books))
    return _table(day, rows, _headings(found))


def plan_table(day: date, currency: str, plan: Plan) -> ReportTable:
    """The report that a run of this plan would give."""
    return _table(day, [row_of(each, currency, None, PLANNED) for each in plan.settlements], [])


def row_of(each: Settlement, currency: str, round_: int | None, remark: Text | None) -> Row:
    """One line: a settlement, its accounts, the net without sign, and what it clears on each sub-account (credit positive)."""
    debit, credit = each.accounts(currency)
    counterparty: Cell = {5: CENTRAL_BANK, 6: SUSPENSE}.get(each.step) or each.counterparty
    cleared: dict[str, Any] = {
        f"s{sub}": format_amount(minor, currency) for sub, minor in zip(SUB_ACCOUNTS, each.cleared, strict=True) if minor
    }
    return {
        "step": each.step,
        "books": each.books,
        "counterparty": counterparty,
        "debit_account": debit,
        "credit_account": credit,
        "amount": format_amount(abs(each.net_minor), currency),
        "net": format_amount(each.net_minor, currency),
        "zero": not each.is_posted,
        "currency": currency,
        **cleared,
        "round": round_,
        "remark": remark if each.is_posted else ZERO_NET,
    }


def _table(day: date, rows: list[Row], headings: Iterable[Heading]) -> ReportTable:
    rows.sort(key=lambda row: (str(row["currency"]), row["step"], row["books"], str(row["counterparty"]), row["round"] or 0))  # type: ignore[operator]
    return ReportTable(
        title=TITLE,
        headers=[Heading(label=Text("账务日期", "Business date"), value=day.isoformat()), *headings],
        columns=COLUMNS,
        rows=rows,
    )


def _headings(found: Iterable[NettingRun]) -> list[Heading]:
    headings = []
    for run in found:
        scope = "" if run.scope == DAY else f" {run.scope}"
        state = STATES[run.state]
        external = format_amount(run.external_minor, run.currency)
        problem = Text("", "") if run.problem is None else Text(f":{run.problem.zh}", f": {run.problem.en}")
        value = Text(
            f"{state.zh},{run.nets} 笔轧差,{run.zero_nets} 笔为零,对人民银行 {external}{problem.zh}",
            f"{state.en}, {run.nets} nets, {run.zero_nets} zero, to the central bank {external}{problem.en}",
        )
        headings.append(
            Heading(
                label=Text(f"清算 {run.currency}{scope} 第{run.round}轮", f"Netting {run.currency}{scope}, round {run.round}"), value=value
            )
        )
    return headings
