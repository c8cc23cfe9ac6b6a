"""Tellers' passwords: changed by themselves, reported lost by a colleague, reset by the computing centre (IB 320-325, 692-695,
1586-1596, 3569-3587)."""

from __future__ import annotations

from banking.fields import Form, LongText, Secret, TellerNumber, labelled
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.counter.credentials import locked_teller, verified
from services.counter.domain.errors import (
    ALREADY_LOST,
    CARD_WRONG,
    NOT_OWN_PASSWORD,
    OWN_PASSWORD,
    PASSWORDS_DIFFER,
    SIGN_ON_AGAIN,
    TELLER_ELSEWHERE,
    TELLER_LEFT,
)
from services.counter.domain.passwords import DEFAULT_PASSWORD, check_new_password
from services.counter.forms import TELLER_MENU, CardNumber
from services.counter.tables import TELLER
from services.counter.tellers import new_credentials, note_change, update_teller


class PasswordChange(Form):
    """The own password, old and new; whoever has a card names it, except at the first sign-on."""

    teller: TellerNumber = labelled("操作员", "Teller")
    card_number: CardNumber | None = labelled("卡号", "Card", None)
    old_password: Secret = labelled("旧密码", "Old password", widget="password")
    new_password: Secret = labelled("新密码", "New password", widget="password")
    new_password_again: Secret | None = labelled("新密码重复", "New password again", None, widget="password")


class PasswordLoss(Form):
    """Whose password is lost, and how."""

    teller: TellerNumber = labelled("操作员", "Teller")
    summary: LongText | None = labelled("摘要", "Summary", None)


class PasswordReset(Form):
    """Whose password gets a new start; without a password, with the default one."""

    teller: TellerNumber = labelled("操作员", "Teller")
    new_password: Secret | None = labelled("新密码", "New password", None, widget="password")


@transaction(
    code="counter.teller.change_password",
    name=Text("操作员密码修改", "Change the own password"),
    menu=TELLER_MENU,
    source="IB 321, 1586, 3569",
    operators="SKA",
    levels="ABC",
    gated=False,
    with_password_token=True,
)
async def change_password(work: Work, form: PasswordChange) -> Outcome:
    """Change the own password; tokens from before it cannot be renewed.

    Raises `teller.password.*`, `teller.card_wrong`, and as `credentials.verified` for the old one.
    """
    if form.teller != work.principal.teller:
        raise NOT_OWN_PASSWORD(field="teller")
    if form.new_password_again not in (None, form.new_password):
        raise PASSWORDS_DIFFER(field="new_password_again")
    check_new_password(form.new_password, teller=form.teller, old=form.old_password)
    seen = await verified(work.resources, form.teller, form.old_password, work.business_date)
    if seen.card_number not in (None, form.card_number) and not seen.must_change_password:
        raise CARD_WRONG(field="card_number")
    credentials = await new_credentials(work, form.new_password, must_change=False)
    mine = (TELLER.c.teller == form.teller) & (TELLER.c.password_hash == seen.password_hash)
    changed = await work.connection.execute(TELLER.update().where(mine).values(**credentials))
    if changed.rowcount != 1:
        raise SIGN_ON_AGAIN()
    await note_change(work, form.teller, "password_changed")
    return Outcome(result={"teller": form.teller, "password_changed_on": work.business_date.isoformat()})


@transaction(
    code="counter.teller.report_password_lost",
    name=Text("操作员密码挂失", "Report a teller's password lost"),
    menu=TELLER_MENU,
    source="IB 324, 1592-1596, 3581",
    levels="ABC",
    gated=False,
)
async def report_password_lost(work: Work, form: PasswordLoss) -> Outcome:
    """Bar another teller from signing on until the centre resets the password.

    Raises `teller.unknown`, `teller.password.own`, `teller.password.already_lost`, `teller.elsewhere`, `teller.left`.
    """
    if form.teller == work.principal.teller:
        raise OWN_PASSWORD(field="teller")
    row = await locked_teller(work.connection, form.teller)
    if not work.principal.oversees(row.outlet):
        raise TELLER_ELSEWHERE(field="teller", teller=form.teller)
    if row.state == "left":
        raise TELLER_LEFT(field="teller", teller=form.teller)
    if row.state == "lost":
        raise ALREADY_LOST(field="teller", teller=form.teller)
    await update_teller(work, form.teller, state="lost")
    await note_change(work, form.teller, "password_lost", summary=form.summary)
    return Outcome(result={"teller": form.teller, "state": "lost", "summary": form.summary})


@transaction(
    code="counter.teller.reset_password",
    name=Text("操作员密码解挂", "Reset a teller's password"),
    menu=TELLER_MENU,
    source="IB 325, 695, 3587",
    levels="ABC",
    outlets="centre",
    dual="a",
    gated=False,
)
async def reset_password(work: Work, form: PasswordReset) -> Outcome:
    """End a reported loss or a lockout with a password that must be changed at once: the default one, unless another is given.

    Raises `teller.unknown`, `teller.left`, `teller.password.*`.
    """
    if form.teller == work.principal.teller:
        raise OWN_PASSWORD(field="teller")
    if form.new_password is not None:
        check_new_password(form.new_password, teller=form.teller)
    row = await locked_teller(work.connection, form.teller)
    if row.state == "left":
        raise TELLER_LEFT(field="teller", teller=form.teller)
    credentials = await new_credentials(work, form.new_password or DEFAULT_PASSWORD, must_change=True)
    await update_teller(work, form.teller, **credentials)
    await note_change(work, form.teller, "password_reset", was=row.state)
    return Outcome(result={"teller": form.teller, "state": "active", "must_change_password": True})
