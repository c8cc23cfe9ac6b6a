"""柜员维护: tellers come, change their outlet, name or level, and leave; all by the computing centre (IB 310-319, 688-690)."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.business_day import OUTLET_UNKNOWN
from banking.fields import Form, OutletCode, Secret, ShortText, TellerNumber, labelled
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.numbers import branch_of, check_outlet
from kernel.text import Text
from services.counter.boxes import ensure_vaults
from services.counter.credentials import locked_teller
from services.counter.domain.errors import (
    NOTHING_CHANGED,
    OWN_RECORD,
    PRESENT_TODAY,
    STILL_WORKING,
    TELLER_EXISTS,
    TELLER_OUTLET_UNFIT,
)
from services.counter.domain.passwords import DEFAULT_PASSWORD, check_new_password
from services.counter.forms import LEVELS, TELLER_MENU, CardNumber
from services.counter.presence import BALANCED
from services.counter.tables import TELLER
from services.counter.tellers import give_up_boxes, new_credentials, note_change, present_as, update_teller

STATES = (("active", Text("在职", "With the bank")), ("left", Text("离职", "Left")))


class NewTeller(Form):
    """A teller: letter, sub-branch and number; without a first password the default one. It is changed at the first sign-on."""

    teller: TellerNumber = labelled("柜员号", "Teller")
    name: ShortText = labelled("姓名", "Name")
    outlet: OutletCode = labelled("网点", "Outlet")
    level: Literal["A", "B", "C"] = labelled("级别", "Level", widget="choice", choices=LEVELS)
    card_number: CardNumber | None = labelled("柜员卡号", "Teller's card", None)
    password: Secret | None = labelled("初始密码", "First password", None, widget="password")


class TellerChange(Form):
    """What changes about a teller; what is left out stays."""

    teller: TellerNumber = labelled("柜员号", "Teller")
    name: ShortText | None = labelled("姓名", "Name", None)
    outlet: OutletCode | None = labelled("网点", "Outlet", None)
    level: Literal["A", "B", "C"] | None = labelled("级别", "Level", None, widget="choice", choices=LEVELS)
    card_number: CardNumber | None = labelled("柜员卡号", "Teller's card", None)
    state: Literal["active", "left"] | None = labelled("状态", "State", None, widget="choice", choices=STATES)


async def _check_outlet(work: Work, teller: str, outlet: str) -> None:
    check_outlet(outlet)
    if teller[1:3] != branch_of(outlet):
        raise TELLER_OUTLET_UNFIT(field="teller", teller=teller, outlet=outlet)
    gate = work.frame.outlet_gate
    if (await work.connection.execute(select(gate.c.outlet).where(gate.c.outlet == outlet))).first() is None:
        raise OUTLET_UNKNOWN(field="outlet", outlet=outlet)


@transaction(
    code="counter.teller.create",
    name=Text("柜员维护", "Create a teller"),
    menu=TELLER_MENU,
    source="IB 310-314, 688-692",
    levels="ABC",
    outlets="centre",
    dual="a",
)
async def create_teller(work: Work, form: NewTeller) -> Outcome:
    """Add a teller to an outlet. Raises `teller.exists`, `teller.outlet_unfit`, `teller.password.*`, `outlet.*`."""
    await _check_outlet(work, form.teller, form.outlet)
    if form.password is not None:
        check_new_password(form.password, teller=form.teller, field="password")
    credentials = await new_credentials(work, form.password or DEFAULT_PASSWORD, must_change=True)
    given = form.model_dump(exclude={"password"})
    row = insert_or(TELLER).values(**given, **credentials)
    if (await work.connection.execute(row.on_conflict_do_nothing().returning(TELLER.c.teller))).first() is None:
        raise TELLER_EXISTS(field="teller", teller=form.teller)
    await ensure_vaults(work.connection, {form.outlet}, work.business_date)
    await note_change(work, form.teller, "created", **{name: value for name, value in given.items() if name != "teller"})
    return Outcome(result=form.model_dump(include={"teller", "name", "outlet", "level"}))


@transaction(
    code="counter.teller.maintain",
    name=Text("柜员资料变更", "Maintain a teller"),
    menu=TELLER_MENU,
    source="IB 310-319, 688-690",
    levels="ABC",
    outlets="centre",
    dual="a",
    gated=False,
)
async def maintain_teller(work: Work, form: TellerChange) -> Outcome:
    """Change name, outlet, level or card, or let a teller leave or come back; his sessions end with their tokens.

    He moves on a date on which he has not signed on, inside his sub-branch, whose digits are in his number; he leaves or changes his level
    when he has nothing left to balance. Who moves or leaves gives up his boxes. Raises `teller.unknown`, `teller.own_record`,
    `teller.nothing_changed`, `teller.present_today`, `teller.still_working`, `teller.outlet_unfit`, `outlet.*`, `counter.box.not_empty`.
    """
    if form.teller == work.principal.teller:
        raise OWN_RECORD(field="teller")
    row = await locked_teller(work.connection, form.teller)
    changes = _changes(row, form)
    if not changes:
        raise NOTHING_CHANGED(teller=form.teller)
    await _check_presence(work, form.teller, changes)
    if "outlet" in changes:
        await _check_outlet(work, form.teller, changes["outlet"])
        await ensure_vaults(work.connection, {changes["outlet"]}, work.business_date)
    if "outlet" in changes or changes.get("state") == "left":
        await give_up_boxes(work, row.outlet, form.teller)
    if changes.keys() & {"outlet", "level", "state"}:
        changes["credentials_changed_at"] = work.resources.clock.now()
    await update_teller(work, form.teller, **changes)
    changes.pop("credentials_changed_at", None)
    await note_change(work, form.teller, "maintained", before={name: getattr(row, name) for name in changes}, after=changes)
    return Outcome(result={"teller": form.teller, **changes})


def _changes(row: Row[Any], form: TellerChange) -> dict[str, Any]:
    """What is asked for and different; a teller whose password is lost is still with the bank."""
    asked = form.model_dump(exclude={"teller"}, exclude_none=True)
    if asked.get("state") == "active" and row.state == "lost":
        del asked["state"]
    return {name: value for name, value in asked.items() if getattr(row, name) != value}


async def _check_presence(work: Work, teller: str, changes: dict[str, Any]) -> None:
    present = await present_as(work.connection, work.business_date, teller)
    if "outlet" in changes and present is not None:
        raise PRESENT_TODAY(field="outlet", teller=teller)
    if changes.keys() & {"level", "state"} and present not in (None, *BALANCED):
        raise STILL_WORKING(field="teller", teller=teller)
