"""Freezing and unfreezing of deposit accounts 账户维护: as a whole or in part, at the account's own outlet (IB 468); no entries."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from banking.fields import AccountNumber, AmountText, Form, LongText, ShortText, labelled
from banking.menus import ACCOUNT_MAINTENANCE, GENERAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.savings.accounts import lock
from services.savings.domain.accounts import Account, check_own_outlet
from services.savings.domain.freezes import Freeze, FreezeReason, check_freeze, part_to_lift, whole_to_lift
from services.savings.freezes import Order, enter_freeze, freezes_of, lift_freeze
from services.savings.transactions.identity import IdentityForm, identity_of

MENU = (GENERAL, ACCOUNT_MAINTENANCE)
REASONS = tuple((reason.value, reason.text) for reason in FreezeReason)


class OneAccount(Form):
    """The account meant."""

    account: AccountNumber = labelled("账号", "Account", widget="account")


class OrderForm(IdentityForm):
    """Who brings the order."""

    summary: LongText | None = labelled("摘要(执行部门)", "Remarks (executing authority)", None)


class FreezeTerms(OneAccount):
    """Until when and why."""

    until: date | None = labelled("冻结截止日", "Frozen through", None, widget="date")
    reason: Literal["A", "B", "C", "D", "E", "F"] = labelled("冻结原因", "Reason", widget="choice", choices=REASONS)
    legal_document: ShortText | None = labelled("法律文书号", "Number of the legal document", None)


class PartTerms(FreezeTerms):
    """How much."""

    amount: AmountText = labelled("冻结金额", "Amount to freeze", widget="amount")


class FreezeMeant(OneAccount):
    """The freeze that ends; its number where there are several."""

    freeze_number: int | None = labelled("冻结序号", "Number of the freeze", None, ge=1, le=2**31 - 1)


class PartMeant(FreezeMeant):
    """The freeze that ends, by its amount."""

    amount: AmountText = labelled("解冻金额", "Amount to unfreeze", widget="amount")


class Freezing(OrderForm, FreezeTerms):
    """All of the account."""


class PartFreezing(OrderForm, PartTerms):
    """A part of the balance."""


class Unfreezing(OrderForm, FreezeMeant):
    """The end of a freeze of all of the account."""


class PartUnfreezing(OrderForm, PartMeant):
    """The end of a freeze of a part."""


@transaction(code="savings.account.freeze", name=Text("账户冻结", "Freeze account"), menu=MENU, source="IB 1511, 1527, 3353")
async def freeze(work: Work, form: Freezing) -> Outcome:
    """Freeze all of an account: money may come, none may go. The number of the freeze.

    Raises `account.*`, `document.*`, `freeze.until_past`.
    """
    account = await _own(work, form)
    return await _freeze(work, form, account, None)


@transaction(
    code="savings.account.freeze_part", name=Text("账户部分冻结", "Freeze part of an account"), menu=MENU, source="IB 468, 1511, 3327"
)
async def freeze_part(work: Work, form: PartFreezing) -> Outcome:
    """Freeze a part of the balance, beside those frozen already; the number of the freeze.

    Raises `account.*`, `amount.*`, `document.*`, `freeze.until_past`, `freeze.above_balance`.
    """
    account = await _own(work, form)
    return await _freeze(work, form, account, parse_amount(form.amount, account.currency))


@transaction(code="savings.account.unfreeze", name=Text("账户解冻", "Unfreeze account"), menu=MENU, source="IB 1535, 3367")
async def unfreeze(work: Work, form: Unfreezing) -> Outcome:
    """End a freeze of all of an account before its last day. Raises `account.*`, `document.*`, `freeze.unknown`, `freeze.ambiguous`."""
    account = await _own(work, form)
    meant = whole_to_lift(await freezes_of(work.connection, account.number), form.freeze_number)
    return await _lift(work, form, account, meant)


@transaction(
    code="savings.account.unfreeze_part", name=Text("账户部分解冻", "Unfreeze part of an account"), menu=MENU, source="IB 1519, 3341"
)
async def unfreeze_part(work: Work, form: PartUnfreezing) -> Outcome:
    """End one freeze of a part before its last day. Raises as `unfreeze`, `amount.*`, `freeze.amount_differs`."""
    account = await _own(work, form)
    amount_minor = parse_amount(form.amount, account.currency)
    frozen = await freezes_of(work.connection, account.number)
    return await _lift(work, form, account, part_to_lift(frozen, form.freeze_number, amount_minor, account.currency))


async def _own(work: Work, form: OneAccount) -> Account:
    account = (await lock(work.connection, account=form.account))["account"]
    check_own_outlet(account, work.outlet)
    return account


async def _freeze(work: Work, form: Freezing | PartFreezing, account: Account, amount_minor: int | None) -> Outcome:
    id_type, id_number = identity_of(form)
    check_freeze(account, amount_minor, form.until, work.business_date)
    order = Order(id_type, id_number, form.legal_document, form.summary or "")
    made, frozen = await enter_freeze(work, account, amount_minor, FreezeReason(form.reason), form.until, order)
    return _outcome(made, frozen)


async def _lift(work: Work, form: Unfreezing | PartUnfreezing, account: Account, meant: Freeze) -> Outcome:
    id_type, id_number = identity_of(form)
    left = await lift_freeze(work, account, meant, Order(id_type, id_number, summary=form.summary or ""))
    return _outcome(meant, left)


def _outcome(meant: Freeze, account: Account) -> Outcome:
    result: dict[str, Any] = {"account": account.number, "freeze_number": meant.number}
    if meant.amount_minor is not None:
        result["amount"] = format_amount(meant.amount_minor, account.currency)
    if meant.until is not None:
        result["until"] = meant.until.isoformat()
    amounts = {"balance": account.balance_minor, "frozen_amount": account.frozen_minor, "available": account.funds.available_minor}
    return Outcome({**result, **{name: format_amount(minor, account.currency) for name, minor in amounts.items()}})
