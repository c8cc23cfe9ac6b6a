"""钱箱管理: boxes, and cash between vaults and boxes (IB 344-358, 384-392, 757-766, 3615-3640, 3657-3666)."""

from __future__ import annotations

from typing import Any

from banking.fields import CURRENCY_CHOICES, AmountText, CashBoxNumber, CurrencyCode, Form, ShortText, TellerNumber, labelled
from banking.menus import CASH_BOXES, GENERAL
from banking.transaction import Outcome, Posting, transaction
from banking.work import CASH_BOX_REQUIRED, Work
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.counter.boxes import add_box, check_exists, check_use, share_box
from services.counter.credentials import locked_teller
from services.counter.domain.boxes import account_of_box, not_the_vault
from services.counter.domain.errors import BOX_IN_USE, BOX_SAME, BOX_SINGLE, TELLER_ELSEWHERE, TELLER_LEFT
from services.counter.forms import Nothing
from services.counter.sheets import box_sheets, cash_rows, voucher_rows
from services.counter.tellers import give_up_boxes

MENU = (GENERAL, CASH_BOXES)


class NewBox(Form):
    """A box of the teller's own."""

    cash_box: CashBoxNumber = labelled("钱箱号", "Cash box")
    name: ShortText = labelled("钱箱名称", "Name")


class BoxNumber(Form):
    """A box."""

    cash_box: CashBoxNumber = labelled("钱箱号", "Cash box")


class SharedBox(BoxNumber):
    """A box, and who shall use it as well."""

    teller: TellerNumber = labelled("柜员号", "Teller")


class CashAmount(Form):
    """Cash in one currency."""

    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    amount: AmountText = labelled("金额", "Amount", widget="amount")


class CashTransfer(CashAmount):
    """Cash for another box."""

    to_box: CashBoxNumber = labelled("对方钱箱", "To cash box")


@transaction(code="counter.box.add", name=Text("增加钱箱", "Add a cash box"), menu=MENU, source="IB 346, 1617, 3630")
async def add(work: Work, form: NewBox) -> Outcome:
    """Give the teller a box; he signs on again to use it. Raises `counter.box.exists`, `counter.box.is_vault`."""
    not_the_vault(form.cash_box)
    await add_box(work.connection, work.outlet, form.cash_box, form.name, work.principal.teller, work.business_date)
    return Outcome(result={"cash_box": form.cash_box, "name": form.name, "account": account_of_box(work.outlet, form.cash_box)})


@transaction(code="counter.box.share", name=Text("共用钱箱", "Share a cash box"), menu=MENU, source="IB 348-349, 758-759", operators="K")
async def share(work: Work, form: SharedBox) -> Outcome:
    """Let a colleague use the own box as well; he signs on again to use it. Only boxes of corporate tellers are shared.

    Raises `counter.box.*`, `teller.unknown`, `teller.elsewhere`, `teller.left`.
    """
    not_the_vault(form.cash_box)
    await check_use(work.connection, work.outlet, form.cash_box, work.principal.teller)
    colleague = await locked_teller(work.connection, form.teller)
    if colleague.outlet != work.outlet:
        raise TELLER_ELSEWHERE(field="teller", teller=form.teller)
    if colleague.state == "left":
        raise TELLER_LEFT(field="teller", teller=form.teller)
    if not form.teller.startswith("K"):
        raise BOX_SINGLE(field="teller")
    await share_box(work.connection, work.outlet, form.cash_box, form.teller)
    return Outcome(result={"cash_box": form.cash_box, "teller": form.teller})


@transaction(code="counter.box.leave", name=Text("退出钱箱", "Give up a cash box"), menu=MENU, source="IB 348-349, 758-759")
async def leave(work: Work, form: BoxNumber) -> Outcome:
    """Give a box up; the last of its tellers leaves neither cash nor vouchers in it.

    Raises `counter.box.is_vault`, `.unknown`, `.not_own`, `.in_use`, `.not_empty`.
    """
    not_the_vault(form.cash_box)
    await check_use(work.connection, work.outlet, form.cash_box, work.principal.teller)
    if work.principal.cash_box == form.cash_box:
        raise BOX_IN_USE(field="cash_box", cash_box=form.cash_box)
    await give_up_boxes(work, work.outlet, work.principal.teller, [form.cash_box])
    return Outcome(result={"cash_box": form.cash_box})


def own_box(work: Work) -> str:
    """The box the teller signed on with, not the vault. Raises `counter.cash_box_required`, `counter.box.is_vault`."""
    if work.principal.cash_box is None:
        raise CASH_BOX_REQUIRED()
    return not_the_vault(work.principal.cash_box)


def moved(rule: str, form: CashAmount, result: dict[str, Any], **references: str) -> Outcome:
    """Cash of this form's amount moved under a rule."""
    amount_minor = parse_amount(form.amount, form.currency)
    result |= {"currency": form.currency, "amount": format_amount(amount_minor, form.currency)}
    return Outcome(result, Posting(rule=rule, currency=form.currency, amounts_minor={"amount": amount_minor}, references=references))


@transaction(code="counter.box.cash_out", name=Text("现金出库", "Cash from the vault to the box"), menu=MENU, source="IB 386, 3615")
async def cash_out(work: Work, form: CashAmount) -> Outcome:
    """Cash from the vault into the own box. Raises `counter.cash_box_required`, `counter.box.is_vault`, and the ledger's refusal."""
    return moved("counter.cash.out", form, {"cash_box": own_box(work)})


@transaction(code="counter.box.cash_in", name=Text("现金入库", "Cash from the box to the vault"), menu=MENU, source="IB 386, 3622")
async def cash_in(work: Work, form: CashAmount) -> Outcome:
    """Cash from the own box into the vault. Raises as `counter.box.cash_out`."""
    return moved("counter.cash.in", form, {"cash_box": own_box(work)})


@transaction(code="counter.box.cash_transfer", name=Text("现金调配", "Cash to another box"), menu=MENU, source="IB 388")
async def cash_transfer(work: Work, form: CashTransfer) -> Outcome:
    """Cash from the own box into another one of the outlet; the giving teller does it.

    Raises as `counter.box.cash_out`, and `counter.box.unknown`, `counter.box.same`.
    """
    giving = own_box(work)
    if not_the_vault(form.to_box, "to_box") == giving:
        raise BOX_SAME(field="to_box")
    await check_exists(work.connection, work.outlet, form.to_box, "to_box")
    return moved("counter.cash.transfer", form, {"cash_box": giving, "to_box": form.to_box}, to_box=form.to_box)


@transaction(code="counter.box.balance", name=Text("钱箱轧账", "Balance the cash box"), menu=MENU, source="IB 803, 1612, 3657", gated=False)
async def balance(work: Work, _form: Nothing) -> Outcome:
    """The sheet of the box the teller signed on with, vault or own, cash and vouchers, as often as he likes.

    Raises `counter.cash_box_required`.
    """
    cash_box = work.principal.cash_box
    if cash_box is None:
        raise CASH_BOX_REQUIRED()
    sheets = await box_sheets(work.resources, work.business_date, work.outlet, cash_box)
    vouchers = await voucher_rows(work.connection, work.business_date, work.outlet, cash_box)
    return Outcome(result={"cash_box": cash_box, "rows": cash_rows(sheets), "vouchers": vouchers})
