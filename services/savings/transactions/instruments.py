"""Lost, found and replaced vouchers of accounts 凭证挂失解挂, at the outlet that gave them out (IB 473, 3493-3521); no entries but the
sheets. Cards and books are the customer's, not one account's."""

from __future__ import annotations

from typing import Any, Literal

from banking.fields import VoucherNumber, labelled
from banking.menus import GENERAL, INSTRUMENT_LOSSES
from banking.transaction import Outcome, transaction
from banking.vouchers import use_vouchers
from banking.work import Work
from kernel.text import Text
from services.savings.accounts import replace_voucher
from services.savings.changes import record_changes
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account
from services.savings.domain.errors import NOT_REPORTED_LOST, REPORTED_LOST, VOUCHER_MISMATCH, VOUCHER_NOT_WANTED
from services.savings.domain.losses import LOSS_KINDS, LossKind, LossState, check_new_voucher, check_report, voucher_kind
from services.savings.losses import end_loss, enter_loss, running_loss
from services.savings.parameters.load import parameters
from services.savings.transactions.holders import Holder, lock_for_holder

MENU = (GENERAL, INSTRUMENT_LOSSES)
WITH_OR_WITHOUT = (("keep", Text("不换凭证", "Keep the old one")), ("new", Text("换凭证", "Give a new one")))


class LossReport(Holder):
    """How the loss is reported."""

    loss_kind: Literal["A", "K"] = labelled("挂失种类", "Kind of report", widget="choice", choices=LOSS_KINDS)


class LossLifting(Holder):
    """Whether the voucher was found, or another takes its place."""

    voucher: Literal["keep", "new"] = labelled("解挂方式", "Voucher", widget="choice", choices=WITH_OR_WITHOUT)
    new_voucher_number: VoucherNumber | None = labelled("替换存单号", "New voucher number", None, when={"voucher": ["new"]})


class Replacement(Holder):
    """The voucher as it is, and the one that takes its place; without a number, the lowest in the teller's box."""

    voucher_number: VoucherNumber = labelled("原存单号", "Old voucher number")
    new_voucher_number: VoucherNumber | None = labelled("替换存单号", "New voucher number", None)


@transaction(
    code="savings.instrument.report_lost",
    name=Text("凭证挂失", "Report a voucher lost"),
    menu=MENU,
    source="IB 454, 473, 3494",
)
async def report_lost(work: Work, form: LossReport) -> Outcome:
    """Take down a loss: the account pays nothing out while it is in force, money may come. A report in writing confirms one by word, which
    lapses otherwise.

    Raises `account.*`, `document.mismatch`, `identity.resident.*`.
    """
    account = await _shown_for(work, form)
    kind, running = LossKind(form.loss_kind), await running_loss(work.connection, form.account)
    check_report(account, running, kind)
    if running is not None:
        await end_loss(work, account, running, LossState.CONFIRMED, form.id_type, form.id_number)
    until = await enter_loss(work, account, kind, form.id_type, form.id_number)
    return _outcome(account, account.voucher_number, loss_kind=kind.value, lapses_on=until.isoformat() if until else None)


@transaction(
    code="savings.instrument.lift_loss",
    name=Text("凭证解挂", "Lift the loss of a voucher"),
    menu=MENU,
    source="IB 454, 3502-3514",
    dual="a",
)
async def lift_loss(work: Work, form: LossLifting) -> Outcome:
    """End a loss: the voucher was found and is good again, or a new one out of the teller's box takes its place once a loss in writing has
    run its time.

    Raises `account.*`, `document.mismatch`, `loss.*`, `voucher.*`, `counter.cash_box_required`.
    """
    account = await _shown_for(work, form)
    running = await running_loss(work.connection, account.number)
    if running is None:
        raise NOT_REPORTED_LOST(field="account")
    if form.voucher == "keep":
        if form.new_voucher_number is not None:
            raise VOUCHER_NOT_WANTED(field="new_voucher_number")
        await end_loss(work, account, running, LossState.LIFTED, form.id_type, form.id_number)
        return _outcome(account, account.voucher_number)
    check_new_voucher(running, work.business_date, parameters())
    number = await _new_voucher(work, account, form)
    await end_loss(work, account, running, LossState.REPLACED, form.id_type, form.id_number, number)
    return _outcome(account, number, old_voucher_number=account.voucher_number)


@transaction(code="savings.instrument.replace", name=Text("换存单", "Replace a voucher"), menu=MENU, source="IB 3515-3521")
async def replace_instrument(work: Work, form: Replacement) -> Outcome:
    """A new voucher for one that is damaged or full and is handed in.

    Raises `account.*`, `document.mismatch`, `voucher.*`, `counter.cash_box_required`.
    """
    account = await _shown_for(work, form)
    after(account.status, Action.MAINTAIN)
    if account.reported_lost:
        raise REPORTED_LOST(field="account")
    if form.voucher_number != account.voucher_number:
        raise VOUCHER_MISMATCH(field="voucher_number")
    number = await _new_voucher(work, account, form)
    return _outcome(account, number, old_voucher_number=account.voucher_number)


async def _shown_for(work: Work, form: Holder) -> Account:
    account = await lock_for_holder(work, form)
    voucher_kind(account)
    return account


async def _new_voucher(work: Work, account: Account, form: LossLifting | Replacement) -> str:
    kind = voucher_kind(account)
    number, _ = await use_vouchers(work, kind, form.new_voucher_number, field="new_voucher_number", account=account.number)
    await replace_voucher(work.connection, account.number, number)
    change = {"voucher_number": (account.voucher_number, number)}
    await record_changes(work, account, change, id_type=form.id_type, id_number=form.id_number)
    return number


def _outcome(account: Account, voucher_number: str | None, **more: Any) -> Outcome:
    return Outcome({"account": account.number, "name": account.name, "voucher_number": voucher_number, **more})
