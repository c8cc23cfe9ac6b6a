"""操作员管理: tellers and their passwords (IB 310-330, 686-699, 1586-1597, 3569-3587)."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.business_day import OUTLET_UNKNOWN
from banking.fields import Form, LongText, OutletCode, Secret, ShortText, TellerNumber, labelled
from banking.menus import GENERAL, TELLERS
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.numbers import branch_of, check_outlet
from kernel.text import Text
from runtime.hashing import hasher_of
from services.counter.boxes import ensure_vaults
from services.counter.credentials import locked_teller, verified
from services.counter.domain.errors import (
    ALREADY_LOST,
    NOT_OWN_PASSWORD,
    OWN_PASSWORD,
    SIGN_ON_AGAIN,
    TELLER_ELSEWHERE,
    TELLER_EXISTS,
    TELLER_OUTLET_UNFIT,
)
from services.counter.domain.passwords import check_new_password
from services.counter.forms import LEVELS
from services.counter.tables import TELLER

MENU = (GENERAL, TELLERS)


class NewTeller(Form):
    """A teller: letter, sub-branch and number; the first password, to be changed at the first sign-on."""

    teller: TellerNumber = labelled("柜员号", "Teller")
    name: ShortText = labelled("姓名", "Name")
    outlet: OutletCode = labelled("网点", "Outlet")
    level: Literal["A", "B", "C"] = labelled("级别", "Level", widget="choice", choices=LEVELS)
    password: Secret = labelled("初始密码", "First password", widget="password")


class PasswordChange(Form):
    """The own password, old and new."""

    teller: TellerNumber = labelled("操作员", "Teller")
    old_password: Secret = labelled("旧密码", "Old password", widget="password")
    new_password: Secret = labelled("新密码", "New password", widget="password")


class PasswordLoss(Form):
    """Whose password is lost, and how."""

    teller: TellerNumber = labelled("操作员", "Teller")
    summary: LongText | None = labelled("摘要", "Summary", None)


class PasswordReset(Form):
    """Whose password gets a new start."""

    teller: TellerNumber = labelled("操作员", "Teller")
    new_password: Secret = labelled("新密码", "New password", widget="password")


async def _new_credentials(work: Work, password: str, *, must_change: bool) -> dict[str, Any]:
    """The columns that a new password sets; they also end a lockout and a reported loss."""
    return {
        "password_hash": await hasher_of(work.resources).hash(password),
        "must_change_password": must_change,
        "state": "active",
        "failed_attempts": 0,
        "failed_on": None,
        "password_changed_on": work.business_date,
        "credentials_changed_at": work.resources.clock.now(),
    }


@transaction(
    code="counter.teller.create",
    name=Text("柜员维护", "Create a teller"),
    menu=MENU,
    source="IB 310",
    levels="ABC",
    outlets="centre",
    dual="a",
)
async def create_teller(work: Work, form: NewTeller) -> Outcome:
    """Add a teller to an outlet. Raises `teller.exists`, `teller.outlet_unfit`, `teller.password.*`, `outlet.*`."""
    check_outlet(form.outlet)
    if form.teller[1:3] != branch_of(form.outlet):
        raise TELLER_OUTLET_UNFIT(field="teller", teller=form.teller, outlet=form.outlet)
    gate = work.frame.outlet_gate
    if (await work.connection.execute(select(gate.c.outlet).where(gate.c.outlet == form.outlet))).first() is None:
        raise OUTLET_UNKNOWN(field="outlet", outlet=form.outlet)
    check_new_password(form.password, teller=form.teller, field="password")
    credentials = await _new_credentials(work, form.password, must_change=True)
    row = insert_or(TELLER).values(teller=form.teller, name=form.name, outlet=form.outlet, level=form.level, **credentials)
    if (await work.connection.execute(row.on_conflict_do_nothing().returning(TELLER.c.teller))).first() is None:
        raise TELLER_EXISTS(field="teller", teller=form.teller)
    await ensure_vaults(work.connection, {form.outlet}, work.business_date)
    return Outcome(result={"teller": form.teller, "name": form.name, "outlet": form.outlet, "level": form.level})


@transaction(
    code="counter.teller.change_password",
    name=Text("操作员密码修改", "Change the own password"),
    menu=MENU,
    source="IB 321, 1586, 3569",
    operators="SKA",
    levels="ABC",
    gated=False,
    with_password_token=True,
)
async def change_password(work: Work, form: PasswordChange) -> Outcome:
    """Change the own password; tokens from before it cannot be renewed.

    Raises `teller.password.*`, and as `credentials.verified` for the old one.
    """
    if form.teller != work.principal.teller:
        raise NOT_OWN_PASSWORD(field="teller")
    check_new_password(form.new_password, teller=form.teller, old=form.old_password)
    seen = await verified(work.resources, form.teller, form.old_password, work.business_date)
    credentials = await _new_credentials(work, form.new_password, must_change=False)
    mine = (TELLER.c.teller == form.teller) & (TELLER.c.password_hash == seen.password_hash)
    changed = await work.connection.execute(TELLER.update().where(mine).values(**credentials))
    if changed.rowcount != 1:
        raise SIGN_ON_AGAIN()
    return Outcome(result={"teller": form.teller, "password_changed_on": work.business_date.isoformat()})


@transaction(
    code="counter.teller.report_password_lost",
    name=Text("操作员密码挂失", "Report a teller's password lost"),
    menu=MENU,
    source="IB 325, 1591, 3581",
    levels="ABC",
    gated=False,
)
async def report_password_lost(work: Work, form: PasswordLoss) -> Outcome:
    """Bar another teller from signing on until the centre resets the password.

    Raises `teller.unknown`, `teller.password.own`, `teller.password.already_lost`, `teller.elsewhere`.
    """
    if form.teller == work.principal.teller:
        raise OWN_PASSWORD(field="teller")
    row = await locked_teller(work.connection, form.teller)
    if not work.principal.oversees(row.outlet):
        raise TELLER_ELSEWHERE(field="teller", teller=form.teller)
    if row.state == "lost":
        raise ALREADY_LOST(field="teller", teller=form.teller)
    await work.connection.execute(TELLER.update().where(TELLER.c.teller == form.teller).values(state="lost"))
    return Outcome(result={"teller": form.teller, "state": "lost", "summary": form.summary})


@transaction(
    code="counter.teller.reset_password",
    name=Text("操作员密码解挂", "Reset a teller's password"),
    menu=MENU,
    source="IB 325, 698",
    levels="ABC",
    outlets="centre",
    dual="a",
    gated=False,
)
async def reset_password(work: Work, form: PasswordReset) -> Outcome:
    """End a reported loss or a lockout with a password that must be changed at once.

    Raises `teller.unknown`, `teller.password.*`.
    """
    if form.teller == work.principal.teller:
        raise OWN_PASSWORD(field="teller")
    check_new_password(form.new_password, teller=form.teller)
    await locked_teller(work.connection, form.teller)
    credentials = await _new_credentials(work, form.new_password, must_change=True)
    await work.connection.execute(TELLER.update().where(TELLER.c.teller == form.teller).values(**credentials))
    return Outcome(result={"teller": form.teller, "state": "active", "must_change_password": True})
