"""辖内通存: a deposit taken at one outlet for an account of another, in cash or from a payer's account (IB 2227-2249, 2482-2485)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from banking.fields import (
    CURRENCY_CHOICES,
    SETTLEMENT_CHOICES,
    AccountNumber,
    AmountText,
    CurrencyCode,
    Form,
    LongText,
    ShortText,
    VoucherNumber,
    labelled,
)
from banking.menus import REMOTE_DEPOSITS, SETTLEMENT
from banking.refusals import naming_field
from banking.transaction import Outcome, Posting, transaction
from banking.work import CASH, Work
from contracts.ledger import AccountReference
from contracts.movement import MovementLine, OrderingCheque
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from kernel.vouchers import TRANSFER_CHEQUE
from services.clearing import customer_money
from services.clearing.domain import remote_deposits as domain
from services.clearing.domain.remote_deposits import Act, Side
from services.clearing.remote_deposits import RemoteDeposit, add_deposit, hold_cashier, lock_deposit, move_on

MENU = (SETTLEMENT, REMOTE_DEPOSITS)
RULES = {"cash": "clearing.remote_deposit.cash", "transfer": "clearing.remote_deposit.transfer"}
MAINTENANCE = (("change", Text("修改", "Change")), ("delete", Text("删除", "Delete")))
_BY_TRANSFER = {"kind": ["transfer"]}
_CHANGING = {"action": ["change"]}


class RemoteDepositForm(Form):
    """Who pays into which account of another outlet; the payee's name is compared where it is given."""

    kind: Literal["cash", "transfer"] = labelled("通存种类", "In cash or by transfer", "cash", widget="choice", choices=SETTLEMENT_CHOICES)
    payee_account: AccountNumber = labelled("收款账号", "Payee's account", widget="account")
    payee_name: ShortText | None = labelled("收款户名(核对)", "Payee's name, to be checked", None)
    payer_account: AccountNumber | None = labelled("付款账号", "Payer's account", None, widget="account", when=_BY_TRANSFER)
    cheque_number: VoucherNumber | None = labelled("转账支票号", "Transfer cheque", None, when=_BY_TRANSFER)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    summary: LongText | None = labelled("摘要", "Summary", None)


class DepositItem(Form):
    """A remote deposit of the own outlet."""

    item: int = labelled("报单号", "Item", ge=1, le=2**62)


class CheckForm(DepositItem):
    """The deposit as the second person reads it."""

    payee_account: AccountNumber = labelled("收款账号(复核录入)", "Payee's account, as checked", widget="account")
    amount: AmountText = labelled("金额(复核录入)", "Amount, as checked", widget="amount")


class MaintainForm(DepositItem):
    """What is put right before the check: the amount, or the whole item is deleted."""

    action: Literal["change", "delete"] = labelled("维护", "What to do", "change", widget="choice", choices=MAINTENANCE)
    amount: AmountText | None = labelled("金额", "Amount", None, widget="amount", when=_CHANGING)


@transaction(
    code="clearing.remote_deposit.enter", name=Text("辖内通存录入", "Enter a remote deposit"), menu=MENU, source="IB 2227", operators="K"
)
async def enter(work: Work, form: RemoteDepositForm) -> Outcome:
    """Enter a deposit; its number. It is in the books of both outlets once somebody else has checked it.

    Raises `clearing.payer_*`, `clearing.payee_not_cross_outlet`, `clearing.name_differs`, `clearing.remote_deposit.same_outlet`,
    `counter.cash_box_required`, and what savings refuses the accounts and the cheque with.
    """
    amount_minor = parse_amount(form.amount, form.currency)
    payee = await _side(work, form.payee_account, "payee_account")
    payer = None
    if form.kind == "cash":
        work.cash()
        if form.payer_account is not None or form.cheque_number is not None:
            raise domain.PAYER_NOT_WANTED(field="payer_account")
    elif form.payer_account is None:
        raise domain.PAYER_WANTED(field="payer_account")
    elif form.payer_account == form.payee_account:
        raise domain.SAME_ACCOUNT(field="payer_account")
    else:
        domain.check_payer(form.payer_account, "payer_account")
        payer = await _side(work, form.payer_account, "payer_account")
    domain.check_sides(work.outlet, payer, payee, form.payee_name)
    values: dict[str, Any] = {
        "kind": form.kind,
        "business_date": work.business_date,
        "outlet": work.outlet,
        "cash_box": work.principal.cash_box if form.kind == "cash" else None,
        "payer_account": form.payer_account,
        "payer_name": None if payer is None else payer.name,
        "cheque_kind": TRANSFER_CHEQUE if form.cheque_number else None,
        "cheque_number": form.cheque_number,
        "payee_account": payee.account,
        "payee_outlet": payee.outlet,
        "payee_name": payee.name,
        "currency": form.currency,
        "amount_minor": amount_minor,
        "summary": form.summary or "",
        "entered_by": work.principal.teller,
    }
    item = await add_deposit(work.connection, values)
    entered = await lock_deposit(work, item)
    await _move(replace(work, dry_run=True), entered)
    return Outcome(result=_shown(entered))


@transaction(
    code="clearing.remote_deposit.check",
    name=Text("辖内通存复核", "Check a remote deposit"),
    menu=MENU,
    source="IB 2231",
    operators="K",
    two_phase=True,
)
async def check(work: Work, form: CheckForm) -> Outcome:
    """Another teller than who entered or changed it reads the deposit again; with that it is in the books of both outlets. The cash is in
    the box of who took it. The other teller does it himself or approves it.

    Raises `clearing.remote_deposit.*`, `outlet.*`, and what savings refuses the accounts and the cheque with.
    """
    deposit = await lock_deposit(work, form.item)
    domain.after(deposit.state, Act.CHECK)
    checker = work.principal.teller
    if checker in (deposit.entered_by, deposit.changed_by) and work.second is not None:
        checker = work.second.teller
    domain.check_checker(checker, deposit.entered_by, deposit.changed_by)
    if form.payee_account != deposit.payee_account:
        raise domain.DIFFERS(field="payee_account")
    if parse_amount(form.amount, deposit.currency) != deposit.amount_minor:
        raise domain.DIFFERS(field="amount")
    if deposit.kind == "cash":
        await hold_cashier(work, deposit)
    payer, payee = await _move(work, deposit)
    reached = await move_on(work, deposit, Act.CHECK, checked_by=checker, posting_id=work.posting_id)
    return Outcome(result=_shown(replace(deposit, state=reached)), posting=_posting(deposit, payer, payee))


@transaction(
    code="clearing.remote_deposit.maintain",
    name=Text("辖内通存查询维护", "Change or delete a remote deposit"),
    menu=MENU,
    source="IB 2482",
    operators="K",
)
async def maintain(work: Work, form: MaintainForm) -> Outcome:
    """Change the amount of a deposit that nobody has checked, or delete it. Raises `clearing.remote_deposit.state`, `.unknown`,
    `clearing.nothing_changed`, and what savings refuses the new amount with."""
    deposit = await lock_deposit(work, form.item)
    teller = work.principal.teller
    if form.action == "delete":
        reached = await move_on(work, deposit, Act.DELETE, changed_by=teller)
        return Outcome(result=_shown(replace(deposit, state=reached)))
    domain.after(deposit.state, Act.CHANGE)
    if form.amount is None or (amount_minor := parse_amount(form.amount, deposit.currency)) == deposit.amount_minor:
        raise domain.NOTHING_CHANGED(field="amount")
    changed = replace(deposit, amount_minor=amount_minor)
    await _move(replace(work, dry_run=True), changed)
    await move_on(work, deposit, Act.CHANGE, changed_by=teller, amount_minor=amount_minor)
    return Outcome(result=_shown(changed))


@transaction(
    code="clearing.remote_deposit.reverse",
    name=Text("辖内通存红字冲销", "Reverse a remote deposit"),
    menu=MENU,
    source="IB 2484",
    operators="K",
    dual="a",
    two_phase=True,
)
async def reverse(work: Work, form: DepositItem) -> Outcome:
    """Take a checked deposit back in red, in the books of both outlets, as of its own date; cash leaves the box of who does it.

    Raises `clearing.remote_deposit.state`, `.unknown`, `counter.cash_box_required`, and what savings refuses: what was paid in may have
    been spent.
    """
    deposit = await lock_deposit(work, form.item)
    domain.after(deposit.state, Act.REVERSE)
    box = None
    if deposit.kind == "cash":
        work.cash()
        box = work.principal.cash_box
    payer, payee = await _move(work, deposit, back=True)
    changes = {"reversed_on": work.business_date, "reversed_by": work.principal.teller, "reversal_id": work.posting_id}
    reached = await move_on(work, deposit, Act.REVERSE, **changes)
    posting = replace(_posting(deposit, payer, payee), red=True, value_date=deposit.business_date, cash_box=box)
    return Outcome(result=_shown(replace(deposit, state=reached)), posting=posting)


async def _side(work: Work, account: str, field: str) -> Side:
    found = await customer_money.find(work, account, field)
    return Side(found.account, found.outlet, found.name, found.cross_outlet)


async def _move(work: Work, deposit: RemoteDeposit, *, back: bool = False) -> tuple[AccountReference, AccountReference]:
    """Move what the deposit says, or take it back, in one movement; payer and payee as the fact names them."""
    minor = -deposit.amount_minor if back else deposit.amount_minor
    lines = [MovementLine(account=deposit.payee_account, amount_minor=minor, summary=deposit.summary)]
    if deposit.payer_account is not None:
        cheque = None
        if deposit.cheque_kind and deposit.cheque_number:
            cheque = OrderingCheque(kind=deposit.cheque_kind, number=deposit.cheque_number, gives_back=back)
        lines.append(MovementLine(account=deposit.payer_account, amount_minor=-minor, summary=deposit.summary, cheque=cheque))
    undone = {"value_date": deposit.business_date, "correction": True, "reverses": deposit.posting_id} if back else {}
    # Savings names no account in what it refuses: what may be short is the payer's, or when taken back the payee's.
    with naming_field("payee_account" if back or deposit.payer_account is None else "payer_account"):
        found = (await work.move(customer_money.OWNER, deposit.currency, tuple(lines), **undone)).accounts  # type: ignore[arg-type]
    payer = found[1] if deposit.payer_account is not None else AccountReference(number=CASH, outlet=deposit.outlet)
    return payer, found[0]


def _posting(deposit: RemoteDeposit, payer: AccountReference, payee: AccountReference) -> Posting:
    return Posting(
        rule=RULES[deposit.kind],
        currency=deposit.currency,
        accounts={"payer": payer, "payee": payee},
        amounts_minor={"amount": deposit.amount_minor},
        cash_box=deposit.cash_box,
        voucher_type=deposit.cheque_kind,
        voucher_number=deposit.cheque_number,
        summary=deposit.summary,
        references={"item": str(deposit.item)},
    )


def _shown(deposit: RemoteDeposit) -> dict[str, Any]:
    return {
        "item": deposit.item,
        "state": deposit.state.value,
        "kind": deposit.kind,
        "payer_account": deposit.payer_account,
        "payer_name": deposit.payer_name,
        "payee_account": deposit.payee_account,
        "payee_name": deposit.payee_name,
        "payee_outlet": deposit.payee_outlet,
        "currency": deposit.currency,
        "amount": format_amount(deposit.amount_minor, deposit.currency),
    }
