"""存款利息清单: what was paid in interest on a date, segment by segment (IB 2825-2828)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, tuple_

from banking.fields import CURRENCY_CHOICES, AccountNumber, CurrencyCode, Day, Form, OutletCode, labelled
from banking.lists import Cursor, cursor, place
from banking.query import Read, report
from banking.visibility import sight_for
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import CURRENCIES, currency_of, format_amount
from kernel.rates import fraction_of_pct
from kernel.text import Text
from services.savings.domain.interest_rules import RULES
from services.savings.tables import ACCOUNT, INTEREST_PAID

TITLE = Text("存款利息清单", "Interest paid on deposits")
COLUMNS = [
    Column(key="name", label=Text("户名", "Name")),
    Column(key="account", label=Text("帐号", "Account")),
    Column(key="outlet", label=Text("开户行", "Books of")),
    Column(key="starts_on", label=Text("起息日", "From"), kind="date"),
    Column(key="ends_on", label=Text("止息日", "To"), kind="date"),
    Column(key="days", label=Text("天数", "Days"), kind="integer"),
    Column(key="products", label=Text("积数", "Products"), kind="amount"),
    Column(key="rate", label=Text("年利率%", "Rate, % a year")),
    Column(key="segment_interest", label=Text("分段利息", "Interest of the segment")),
    Column(key="segment_tax", label=Text("分段利息税", "Tax of the segment")),
    Column(key="interest", label=Text("利息", "Interest"), kind="amount"),
    Column(key="tax", label=Text("利息税", "Interest tax"), kind="amount"),
    Column(key="net", label=Text("实付利息", "Paid"), kind="amount"),
    Column(key="rule", label=Text("计息规则", "Rule")),
    Column(key="rule_source", label=Text("规则出处", "Source of the rule")),
    Column(key="rate_source", label=Text("利率出处", "Source of the rate")),
]


class InterestForm(Form):
    """A date (the business date if left out), an outlet, an account, and where the page begins."""

    date: Day | None = labelled("账务日期", "Business date", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    account: AccountNumber | None = labelled("账号", "Account", None, widget="account")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    after: Cursor | None = labelled("起始于此之后", "After", None)
    limit: int = labelled("条数", "Rows", 2000, ge=1, le=10_000)


@report(name="deposit_interest", title=TITLE, source="IB 2825")
async def deposit_interest(read: Read, form: InterestForm) -> ReportTable:
    """Every payment of interest of a date, in the order of the accounts, a line a segment; the payment stands on its last line.

    Raises `outlet.outside`, `currency.unknown`, `query.cursor`.
    """
    currency_of(form.currency)
    day = form.date or read.business_date
    found = await _payments(read, form)
    last = found[form.limit - 1] if len(found) > form.limit else None
    found = found[: form.limit]
    sums = {name: sum(getattr(row, f"{name}_minor") for row in found) for name in ("interest", "tax")}
    totals = {**sums, "net": sums["interest"] - sums["tax"]}
    return ReportTable(
        title=TITLE,
        headers=[
            Heading(label=Text("部门", "Outlet"), value=form.outlet or read.principal.outlet),
            Heading(label=Text("日期", "Date"), value=day.isoformat()),
            Heading(label=Text("币种", "Currency"), value=CURRENCIES[form.currency].name),
        ],
        columns=COLUMNS,
        rows=[line for row in found for line in _lines(row, form.currency)],
        totals={name: format_amount(minor, form.currency) for name, minor in totals.items()},
        next=cursor(last.account, last.posting_id.hex) if last is not None else None,
    )


async def _payments(read: Read, form: InterestForm) -> list[Row[Any]]:
    paid = INTEREST_PAID.c
    found = select(INTEREST_PAID, ACCOUNT.c.name).join(ACCOUNT, ACCOUNT.c.account == paid.account)
    found = found.where(
        paid.business_date == (form.date or read.business_date),
        paid.currency == form.currency,
        sight_for(read.principal, form.outlet).condition(paid.outlet),
    )
    if form.account is not None:
        found = found.where(paid.account == form.account)
    if (after := place(form.after, str, UUID)) is not None:
        found = found.where(tuple_(paid.account, paid.posting_id) > tuple_(*after))
    return list((await read.connection.execute(found.order_by(paid.account, paid.posting_id).limit(form.limit + 1))).all())


def _lines(row: Row[Any], currency: str) -> list[dict[str, Cell]]:
    """The segments of a payment; a segment that stands alone is on the line of the payment."""
    whose: dict[str, Cell] = {"name": row.name, "account": row.account, "outlet": row.outlet}
    lines = [{**whose, **_segment(segment, currency)} for segment in row.segments] or [whose]
    lines[-1] |= {
        "interest": format_amount(row.interest_minor, currency),
        "tax": format_amount(row.tax_minor, currency),
        "net": format_amount(row.interest_minor - row.tax_minor, currency),
    }
    return lines


def _segment(segment: dict[str, Any], currency: str) -> dict[str, Cell]:
    first, end = date.fromisoformat(segment["first"]), date.fromisoformat(segment["end"])
    rule = RULES.get(segment.get("rule", ""))  # statements of the first releases do not name it
    taxes = (Decimal(part["interest"]) * fraction_of_pct(Decimal(part["pct"])) for part in segment["taxes"])
    return {
        "starts_on": segment["first"],
        "ends_on": segment["end"],
        "days": (end - first).days,
        "products": format_amount(segment["products"], currency),
        "rate": f"{Decimal(segment['annual_pct']).normalize():f}",
        "segment_interest": segment["interest"],
        "segment_tax": f"{sum(taxes, Decimal(0)):.5f}",
        "rule": rule and rule.text,
        "rule_source": rule and rule.source,
        "rate_source": segment["rate_source"],
    }
