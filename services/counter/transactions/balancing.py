"""轧账: tellers balance, outlets close, and how either is undone (IB 802-817)."""

from __future__ import annotations

from banking.fields import Form, OutletCode, TellerNumber, labelled
from banking.menus import BALANCING, GENERAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.numbers import check_outlet
from kernel.text import Text
from services.counter import presence
from services.counter.credentials import locked_teller
from services.counter.domain.errors import TELLER_ELSEWHERE
from services.counter.forms import Nothing

MENU = (GENERAL, BALANCING)


class WhichTeller(Form):
    """The teller who shall work again."""

    teller: TellerNumber = labelled("柜员号", "Teller")


class WhichOutlet(Form):
    """The outlet that shall open again."""

    outlet: OutletCode = labelled("网点", "Outlet")


@transaction(code="counter.teller.balance", name=Text("柜员轧账", "Balance the teller"), menu=MENU, source="IB 807", gated=False)
async def balance_teller(work: Work, _form: Nothing) -> Outcome:
    """The teller does no more business today, in any service; repeating it changes nothing."""
    teller = work.principal.teller
    await presence.balance_teller(work.connection, work.frame, work.business_date, work.outlet, teller)
    work.after_commit.append(lambda: presence.settle_teller(work.resources, teller))
    return Outcome(result={"teller": teller, "state": "balanced"})


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


@transaction(
    code="counter.outlet.close", name=Text("网点轧账", "Close the outlet"), menu=MENU, source="IB 810", levels="ABC", gated=False
)
async def close_outlet(work: Work, _form: Nothing) -> Outcome:
    """The outlet does no more business today, in any service; once a day, after all tellers who signed on have balanced.

    Raises `counter.outlet.already_closed`, `counter.outlet.tellers_open`.
    """
    await presence.close_outlet(work.connection, work.frame, work.business_date, work.outlet)
    work.after_commit.append(lambda: presence.settle_outlets(work.resources, [work.outlet]))
    return Outcome(result={"outlet": work.outlet, "state": "closed"})


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
