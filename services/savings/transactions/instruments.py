"""Lost, found and replaced vouchers of accounts 凭证挂失解挂, at the outlet that gave them out (IB 473, 3493-3521); no entries but the
sheets. A card or book is the customer's: its loss is that of every account on it, and the customer service gives out the new one."""

from __future__ import annotations

from typing import Any, Literal

from banking.fields import VoucherNumber, labelled
from banking.menus import GENERAL, INSTRUMENT_LOSSES
from banking.transaction import Outcome, transaction
from banking.vouchers import use_vouchers
from banking.work import Work
from contracts.customer import CustomerClient, InstrumentView
from kernel.text import Text
from services.savings.accounts import replace_voucher
from services.savings.changes import record_changes
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account
from services.savings.domain.errors import NOT_REPORTED_LOST, REPLACE_FIRST, REPORTED_LOST, VOUCHER_MISMATCH, VOUCHER_NOT_WANTED
from services.savings.domain.losses import LOSS_KINDS, Loss, LossKind, LossState, check_new_voucher, check_report, voucher_kind
from services.savings.losses import end_loss, enter_loss, running_loss
from services.savings.parameters.load import parameters
from services.savings.transactions.customers import CUSTOMERS_OWN, check_has
from services.savings.transactions.holders import Holder, lock_all_for_holder, lock_for_holder

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
    """Take down a loss: the account pays nothing out while it is in force, money may come; where a card or book is lost, so does no account
    on it. A report in writing confirms one by word, which lapses otherwise.

    Raises `account.*`, `customer.no_instrument`, `document.mismatch`, `identity.resident.*`.
    """
    accounts, kind = await lock_all_for_holder(work, form), LossKind(form.loss_kind)
    number = await _number_of(work, accounts[0])
    until = None
    for account in accounts:
        running = await running_loss(work.connection, account.number)
        check_report(account, running, kind)
        if running is not None:
            await end_loss(work, account, running, LossState.CONFIRMED, form.id_type, form.id_number)
        until = await enter_loss(work, account, number, kind, form.id_type, form.id_number)
    result = {"loss_kind": kind.value, "lapses_on": until.isoformat() if until else None}
    return _outcome(accounts[0], number, accounts=[account.number for account in accounts], **result)


@transaction(
    code="savings.instrument.lift_loss",
    name=Text("凭证解挂", "Lift the loss of a voucher"),
    menu=MENU,
    source="IB 454, 3502-3514",
    dual="a",
)
async def lift_loss(work: Work, form: LossLifting) -> Outcome:
    """End a loss: the voucher was found and is good again, or a new one out of the teller's box takes its place once a loss in writing has
    run its time. A lost card or book has been replaced by then (`customer.instrument.replace`).

    Raises `account.*`, `document.mismatch`, `loss.*`, `voucher.*`, `counter.cash_box_required`.
    """
    accounts = await lock_all_for_holder(work, form)
    account = accounts[0]
    running = await running_loss(work.connection, account.number)
    if running is None:
        raise NOT_REPORTED_LOST(field="account")
    if form.voucher == "keep":
        if form.new_voucher_number is not None:
            raise VOUCHER_NOT_WANTED(field="new_voucher_number")
        await _end_all(work, accounts, LossState.LIFTED, form)
        return _outcome(account, running.voucher_number, accounts=[each.number for each in accounts])
    check_new_voucher(running, work.business_date, parameters())
    if account.instrument in CUSTOMERS_OWN:
        number = await _replaced(work, account, running, form.new_voucher_number)
    else:
        number = await _new_voucher(work, account, form)
    await _end_all(work, accounts, LossState.REPLACED, form, number)
    return _outcome(account, number, old_voucher_number=running.voucher_number, accounts=[each.number for each in accounts])


async def _end_all(work: Work, accounts: list[Account], state: LossState, form: LossLifting, number: str | None = None) -> None:
    """End the losses of the accounts that have one in force: all of a card or book end as one."""
    for account in accounts:
        running = await running_loss(work.connection, account.number)
        if running is not None:
            await end_loss(work, account, running, state, form.id_type, form.id_number, number)


async def _number_of(work: Work, account: Account) -> str | None:
    """The number of what is lost: the account's own voucher, or the card or book it hangs on. Raises `account.no_own_voucher`,
    `customer.no_instrument`."""
    if account.instrument not in CUSTOMERS_OWN:
        voucher_kind(account)
        return account.voucher_number
    return (await _in_use(work, account)).number


async def _in_use(work: Work, account: Account) -> InstrumentView:
    customer = await CustomerClient(work.resources.transport).customer(account.customer_number)
    return check_has(customer, str(account.instrument))


async def _replaced(work: Work, account: Account, loss: Loss, number: str | None) -> str:
    """The number of the card or book that has taken the place of the lost one. Raises `loss.replace_first`, `voucher.mismatch`."""
    view = await _in_use(work, account)
    if view.number == loss.voucher_number:
        name = CUSTOMERS_OWN[view.kind]
        raise REPLACE_FIRST(field="voucher", instrument_zh=name.zh, instrument_en=name.en)
    if number not in (None, view.number):
        raise VOUCHER_MISMATCH(field="new_voucher_number")
    return view.number


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
