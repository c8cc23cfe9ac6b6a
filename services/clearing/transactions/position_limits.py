"""汇差额度与预警: the clearing centre sets what the position of an outlet or a sub-branch may reach (IB 2926, decision 0021)."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.business_day import OUTLET_UNKNOWN
from banking.fields import CURRENCY_CHOICES, AmountText, CurrencyCode, Form, OutletCode, labelled
from banking.menus import CLEARING, SETTLEMENT
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.money import currency_of, parse_amount
from kernel.numbers import superior_of
from kernel.text import Text
from runtime.database import driver_connection
from services.clearing.domain.errors import NOT_YOUR_UNIT, UNIT_WITHOUT_SUPERIOR
from services.clearing.domain.position_limits import Limits
from services.clearing.outlet_tables import POSITION_LIMIT, POSITION_LIMIT_CHANGE
from services.clearing.position_limits import alone, look, settle_limits

LEVELS = (("B", Text("B级", "Level B")), ("A", Text("A级", "Level A")))


class LimitForm(Form):
    """A unit, and up to where its position may go, whichever way it stands; a limit that is left out is lifted."""

    outlet: OutletCode = labelled("机构(支行营业部代表全支行)", "Outlet, or business department for its sub-branch")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    warning: AmountText | None = labelled("预警额度", "Warning at", None, widget="amount")
    approval: AmountText | None = labelled("授权额度", "Approval needed from", None, widget="amount")
    stop: AmountText | None = labelled("停办额度", "Business stops at", None, widget="amount")
    level: Literal["A", "B"] = labelled("授权级别", "Level that approves", "A", widget="choice", choices=LEVELS)


@transaction(
    code="clearing.limit.set",
    name=Text("汇差额度与预警", "Set limits of a position"),
    menu=(SETTLEMENT, CLEARING),
    source="IB 2926",
    outlets="branch",
    dual="a",
)
async def set_limit(work: Work, form: LimitForm) -> Outcome:
    """Set the limits of a unit below the own one; they are in force at once, in every service as soon as it has been told.

    Raises `outlet.not_yours`, `outlet.unknown`, `clearing.netting.unit_without_superior`, `clearing.limit.order`.
    """
    currency_of(form.currency)
    superior = superior_of(form.outlet)
    if superior is None:
        raise UNIT_WITHOUT_SUPERIOR(field="outlet", outlet=form.outlet)
    if not work.principal.oversees(form.outlet) or form.outlet == work.outlet:
        raise NOT_YOUR_UNIT(field="outlet", outlet=form.outlet)
    raw = await driver_connection(work.connection)
    if not await raw.fetchval("SELECT EXISTS (SELECT FROM clearing.outlet_gate WHERE outlet = $1)", form.outlet):
        raise OUTLET_UNKNOWN(field="outlet", outlet=form.outlet)
    limits = Limits(*(_minor(form, name) for name in ("warning", "approval", "stop")))
    limits.check()
    await alone(work.connection)
    values = {
        "warning_minor": limits.warning_minor,
        "approval_minor": limits.approval_minor,
        "stop_minor": limits.stop_minor,
        "approval_level": form.level,
    }
    row = insert_or(POSITION_LIMIT).values({"unit": form.outlet, "currency": form.currency, **values})
    await work.connection.execute(row.on_conflict_do_update(index_elements=["unit", "currency"], set_=values))
    change: dict[str, Any] = {
        "posting_id": work.posting_id,
        "business_date": work.business_date,
        "unit": form.outlet,
        "currency": form.currency,
        **values,
        "made_by": work.principal.teller,
        "second": work.second.teller if work.second else None,
    }
    await work.connection.execute(insert(POSITION_LIMIT_CHANGE).values(change))
    await look(work.connection, changed=True)
    if not work.dry_run:
        work.after_commit.append(lambda: settle_limits(work.resources))
    stage = await raw.fetchval("SELECT stage FROM clearing.position_limit WHERE unit = $1 AND currency = $2", form.outlet, form.currency)
    return Outcome(result={**form.model_dump(), "stage": stage})


def _minor(form: LimitForm, name: str) -> int | None:
    text = getattr(form, name)
    return None if text is None else parse_amount(text, form.currency, name)
