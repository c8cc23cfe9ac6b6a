"""轧账: tellers balance, outlets close, and how either is undone (IB 802-817)."""

from __future__ import annotations

from typing import Any

from banking.business_day import SERVICE_DIGITS
from banking.day_blockers import require_outlet_done
from banking.fields import Form, OutletCode, TellerNumber, labelled
from banking.menus import BALANCING, GENERAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.balancing import BalancingSheet
from kernel.numbers import check_outlet
from kernel.text import Text
from services.counter import presence
from services.counter.credentials import locked_teller
from services.counter.domain.errors import TELLER_ELSEWHERE
from services.counter.forms import Nothing
from services.counter.sheets import balancing_sheet, box_sheets, boxes_of, cash_left, cash_rows, sheet_result, voucher_rows

MENU = (GENERAL, BALANCING)


class WhichTeller(Form):
    """The teller who shall work again."""

    teller: TellerNumber = labelled("柜员号", "Teller")


class WhichOutlet(Form):
    """The outlet that shall open again."""

    outlet: OutletCode = labelled("网点", "Outlet")


@transaction(code="counter.teller.balance", name=Text("柜员轧账", "Balance the teller"), menu=MENU, source="IB 807", gated=False)
async def balance_teller(work: Work, _form: Nothing) -> Outcome:
    """The teller does no more business today, in any service; the receipt is his sheet. Repeating it changes nothing and gives it again.

    The amount that limits are held against is the cash left in his boxes: a limit of 0.00 asks for empty boxes (IB 3134).
    """
    day, teller = work.business_date, work.principal.teller
    sheet, complete = await balancing_sheet(work.resources, day, work.outlet, teller)
    left = await cash_left(work.connection, work.ledger, day, work.outlet, teller)
    result = {"teller": teller, "state": "balanced", "complete": complete, **await _sheets(work, sheet, teller)}
    await presence.balance_teller(work.connection, work.frame, day, work.outlet, teller)
    work.after_commit.append(lambda: presence.settle_teller(work.resources, teller))
    return Outcome(result=result, cash_minor=left)


async def _sheets(work: Work, sheet: BalancingSheet, teller: str) -> dict[str, Any]:
    """The teller's subjects and transactions, and what is in his boxes."""
    day, outlet = work.business_date, work.outlet
    cash, vouchers = [], []
    for box in await boxes_of(work.connection, outlet, teller):
        cash += [{"cash_box": box, **row} for row in cash_rows(await box_sheets(work.resources, day, outlet, box))]
        vouchers += [{"cash_box": box, **row} for row in await voucher_rows(work.connection, day, outlet, box)]
    return {**sheet_result(sheet), "rows": cash, "vouchers": vouchers}


@transaction(
    code="counter.teller.unbalance",
    name=Text("柜员平账解除", "Undo a teller's balancing"),
    menu=MENU,
    source="IB 813",
    dual="a",
    gated=False,
)
async def unbalance_teller(work: Work, form: WhichTeller) -> Outcome:
    """A balanced teller of the outlet works again, unless the outlet has closed.

    Raises `teller.unknown`, `teller.elsewhere`, `counter.teller.not_balanced`, `counter.outlet.already_closed`.
    """
    row = await locked_teller(work.connection, form.teller)
    if row.outlet != work.outlet:
        raise TELLER_ELSEWHERE(field="teller", teller=form.teller)
    await presence.free_teller(work.connection, work.frame, work.business_date, row.outlet, form.teller)
    work.after_commit.append(lambda: presence.settle_teller(work.resources, form.teller))
    return Outcome(result={"teller": form.teller, "state": "working"})


@transaction(code="counter.outlet.close", name=Text("网点轧账", "Close the outlet"), menu=MENU, source="IB 810", levels="ABC", gated=False)
async def close_outlet(work: Work, _form: Nothing) -> Outcome:
    """The outlet does no more business today, in any service; once a day, after all tellers who signed on have balanced.

    The receipt is the outlet's sheet. Raises `counter.outlet.already_closed`, `counter.outlet.tellers_open`, `day.business_open` naming
    what a service must not leave open overnight.
    """
    await require_outlet_done(work.resources, SERVICE_DIGITS, work.outlet)
    sheet, complete = await balancing_sheet(work.resources, work.business_date, work.outlet, None)
    await presence.close_outlet(work.connection, work.frame, work.business_date, work.outlet)
    work.after_commit.append(lambda: presence.settle_outlets(work.resources, [work.outlet]))
    return Outcome(result={"outlet": work.outlet, "state": "closed", "complete": complete, **sheet_result(sheet)})


@transaction(
    code="counter.outlet.reopen",
    name=Text("网点解锁", "Reopen an outlet"),
    menu=MENU,
    source="IB 815",
    levels="ABC",
    outlets="centre",
    dual="a",
    gated=False,
)
async def reopen_outlet(work: Work, form: WhichOutlet) -> Outcome:
    """A closed outlet opens again, in every service; its tellers' balancing is undone one by one.

    Raises `counter.outlet.not_closed`, `outlet.*`, `day.closed`.
    """
    check_outlet(form.outlet)
    await presence.reopen_outlet(work.connection, work.frame, work.business_date, form.outlet)
    work.after_commit.append(lambda: presence.settle_outlets(work.resources, [form.outlet]))
    return Outcome(result={"outlet": form.outlet, "state": "open"})
