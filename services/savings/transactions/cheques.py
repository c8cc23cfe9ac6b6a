"""Cheques in customers' hands 支票管理: sold, taken back, reported lost, found, written off. All at the account's own outlet."""

from __future__ import annotations

from typing import Any, Literal

from banking.fields import AccountNumber, Form, VoucherNumber, labelled
from banking.menus import CHEQUES, GENERAL
from banking.transaction import Outcome, transaction
from banking.vouchers import sell_vouchers, take_back_vouchers
from banking.work import Work
from kernel.text import Text
from kernel.vouchers import CHEQUE_CHOICES
from services.savings.accounts import lock
from services.savings.cheques import change, check_sold, deed_of
from services.savings.cheques import sell as enter_sold
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account, check_own_outlet
from services.savings.domain.cheques import MOST_SHEETS, MOST_SOLD, ChequeAction, check_may_buy, numbers_between
from services.savings.domain.losses import LOSS_KINDS
from services.savings.transactions.identity import IdentityForm, identity_of

MENU = (GENERAL, CHEQUES)


class ChequeRange(Form):
    """The account and the numbers, with the batch."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    kind: Literal["CCKZ", "TCKZ"] = labelled("凭证类别", "Kind of cheque", widget="choice", choices=CHEQUE_CHOICES)
    first: VoucherNumber = labelled("开始号码", "First number")
    last: VoucherNumber = labelled("结束号码", "Last number")


class SoldRange(ChequeRange):
    """The numbers as the teller counts them."""

    sheets: int | None = labelled("凭证张数", "Sheets", None, ge=1, le=MOST_SOLD)


class ChequeSale(IdentityForm, SoldRange):
    """Who buys what."""


class ChequeForm(IdentityForm, ChequeRange):
    """Who asks, about which cheques."""


class ChequeLoss(ChequeForm):
    """How the loss was reported."""

    loss_kind: Literal["A", "K"] = labelled("挂失种类", "Kind of report", "A", widget="choice", choices=LOSS_KINDS)


@transaction(code="savings.cheque.sell", name=Text("支票出售", "Sell cheques"), menu=MENU, source="IB 1559, 3523", two_phase=True)
async def sell(work: Work, form: ChequeSale) -> Outcome:
    """Sell 1 to 25 cheques of the teller's box to an account; they leave the box, and 702, with the commit.

    Raises `account.*`, `cheque.account_without`, `cheque.range*`, `cheque.sheets_differ`, `document.*`, `counter.cash_box_required`,
    `voucher.*`.
    """
    account, numbers = await _own(work, form), numbers_between(form.first, form.last, MOST_SOLD, form.sheets)
    after(account.status, Action.BUY_CHEQUES)
    check_may_buy(account)
    id_type, id_number = identity_of(form)
    await sell_vouchers(work, form.kind, form.first, form.last, account=account.number)
    await enter_sold(work.connection, account, form.kind, numbers, deed_of(work, id_type=id_type, id_number=id_number))
    return _outcome(account, form, numbers)


@transaction(
    code="savings.cheque.undo_sale", name=Text("取消支票出售", "Undo sale of cheques"), menu=MENU, source="IB 1563, 3538", two_phase=True
)
async def undo_sale(work: Work, form: ChequeSale) -> Outcome:
    """Take unused cheques back into the teller's box; their 702 is paid in red (IB 3541). Raises as `sell`, `cheque.*`."""
    account, numbers = await _own(work, form), numbers_between(form.first, form.last, MOST_SOLD, form.sheets)
    id_type, id_number = identity_of(form)
    await check_sold(work.connection, account, form.kind, numbers, ChequeAction.UNDO_SALE)
    # The counter's rows are held before the own ones: whoever voids a batch goes the same way.
    await take_back_vouchers(work, form.kind, form.first, form.last, account=account.number)
    deed = deed_of(work, id_type=id_type, id_number=id_number)
    await change(work.connection, account, form.kind, numbers, ChequeAction.UNDO_SALE, deed)
    return _outcome(account, form, numbers)


@transaction(code="savings.cheque.report_lost", name=Text("支票挂失", "Report cheques lost"), menu=MENU, source="IB 1567, 3543")
async def report_lost(work: Work, form: ChequeLoss) -> Outcome:
    """Stop unused cheques that the customer has lost. Raises `account.*`, `cheque.*`, `document.*`."""
    return await _change(work, form, ChequeAction.REPORT_LOST, loss_kind=form.loss_kind)


@transaction(code="savings.cheque.lift_loss", name=Text("取消支票挂失", "Lift loss of cheques"), menu=MENU, source="IB 1571, 3552")
async def lift_loss(work: Work, form: ChequeForm) -> Outcome:
    """Let lost cheques be used again. Raises as `report_lost`."""
    return await _change(work, form, ChequeAction.LIFT_LOSS)


@transaction(code="savings.cheque.write_off", name=Text("支票核销", "Write cheques off"), menu=MENU, source="IB 1575, 3557")
async def write_off(work: Work, form: ChequeForm) -> Outcome:
    """Take unused cheques out of use. Raises as `report_lost`."""
    return await _change(work, form, ChequeAction.WRITE_OFF)


@transaction(
    code="savings.cheque.undo_write_off", name=Text("取消支票核销", "Undo write-off of cheques"), menu=MENU, source="IB 1579, 3563"
)
async def undo_write_off(work: Work, form: ChequeForm) -> Outcome:
    """Let cheques that were written off be used again. Raises as `report_lost`."""
    return await _change(work, form, ChequeAction.UNDO_WRITE_OFF)


async def _own(work: Work, form: ChequeRange) -> Account:
    account = (await lock(work.connection, account=form.account))["account"]
    check_own_outlet(account, work.outlet)
    return account


async def _change(work: Work, form: ChequeForm, action: ChequeAction, loss_kind: str | None = None) -> Outcome:
    account, numbers = await _own(work, form), numbers_between(form.first, form.last, MOST_SHEETS)
    id_type, id_number = identity_of(form)
    deed = deed_of(work, id_type=id_type, id_number=id_number, loss_kind=loss_kind)
    await change(work.connection, account, form.kind, numbers, action, deed)
    return _outcome(account, form, numbers)


def _outcome(account: Account, form: ChequeRange, numbers: tuple[str, ...]) -> Outcome:
    result: dict[str, Any] = {"account": account.number, "name": account.name, "kind": form.kind}
    return Outcome({**result, "first": form.first, "last": form.last, "sheets": len(numbers)})
