"""Passwords of accounts with a passbook or slip of their own: changed by the customer, set and removed with approval (IB 456, 493).

Those of cards and books belong to the customer, not to one account."""

from __future__ import annotations

from typing import Literal

from banking.fields import AccountNumber, Form, Secret, ShortText, labelled
from banking.menus import GENERAL, VOUCHERS
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.savings.accounts import lock, set_terms
from services.savings.changes import Change, record_changes
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account, check_own_outlet
from services.savings.domain.errors import NO_OWN_VOUCHER, NO_PASSWORD, NOTHING_CHANGED, PASSWORD_UNCHANGED
from services.savings.domain.losses import PERSONAL_VOUCHERS
from services.savings.domain.withdrawal_modes import WithdrawalMode, check_mode_at_opening, check_outlet_of_withdrawal, check_password
from services.savings.passwords import check_right_password, hash_password
from services.savings.transactions.opening import MODES
from services.savings.transactions.proofs import ID_TYPES, check_document

MENU = (GENERAL, VOUCHERS)


class PasswordChange(Form):
    """The password as it is and as it shall be."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    old_password: Secret = labelled("原密码", "Old password", widget="password")
    new_password: Secret = labelled("新密码", "New password", widget="password", repeat=True)


class PasswordSetting(Form):
    """What the account shall ask for, and the customer's document."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    withdrawal_mode: Literal["A", "B", "C", "D"] = labelled("印鉴类别", "Withdrawal mode", widget="choice", choices=MODES)
    password: Secret | None = labelled("密码", "Password", None, widget="password", when={"withdrawal_mode": ["A", "B"]}, repeat=True)
    id_type: Literal["A", "B", "Z"] = labelled("证件类型", "Document type", widget="choice", choices=ID_TYPES)
    id_number: ShortText = labelled("证件号码", "Document number")


@transaction(
    code="savings.password.change",
    name=Text("凭证密码修改", "Change the password of an account"),
    menu=MENU,
    source="IB 493",
    operators="S",
)
async def change_password(work: Work, form: PasswordChange) -> Outcome:
    """A new password against the old one, without approval, where the account pays out.

    Raises `account.*`, `password.*`, `customer.locked`.
    """
    account = await _on_own_voucher(work, form.account)
    mode = account.withdrawal_mode
    if not mode.has_password:
        raise NO_PASSWORD(field="account")
    check_outlet_of_withdrawal(mode, account.cross_outlet, account.outlet, work.outlet)
    check_password(form.new_password, "new_password")
    if form.new_password == form.old_password:
        raise PASSWORD_UNCHANGED(field="new_password")
    await check_right_password(work, account, form.old_password, "old_password")
    await set_terms(work.connection, account.number, password_hash=await hash_password(work.resources, form.new_password))
    await record_changes(work, account, {"password": (None, None)})
    return Outcome({"account": account.number, "name": account.name})


@transaction(
    code="savings.password.set",
    name=Text("加密码/删密码", "Set or remove the password of an account"),
    menu=MENU,
    source="IB 456, 493",
    operators="S",
    dual="a",
)
async def set_password(work: Work, form: PasswordSetting) -> Outcome:
    """The withdrawal mode from now on: A and B with a password, C and D without. Whether the account is usable at other outlets stays as
    it was: maintenance changes that (IB 493).

    Raises `account.*`, `password.*`, `document.mismatch`.
    """
    account = await _on_own_voucher(work, form.account)
    check_own_outlet(account, work.outlet)
    mode = WithdrawalMode(form.withdrawal_mode)
    check_mode_at_opening(mode, form.password)
    if mode is account.withdrawal_mode and not mode.has_password:
        raise NOTHING_CHANGED(field="withdrawal_mode")
    await check_document(work, account, form.id_type, form.id_number)
    password_hash = await hash_password(work.resources, form.password) if form.password else None
    await set_terms(work.connection, account.number, withdrawal_mode=mode.value, password_hash=password_hash)
    changes = _changes(account, mode)
    await record_changes(work, account, changes, id_type=form.id_type, id_number=form.id_number)
    return Outcome(
        {
            "account": account.number,
            "name": account.name,
            "withdrawal_mode": mode.value,
            "withdrawal_mode_name": mode.name_text.as_dict(),
            "cross_outlet": account.cross_outlet,
        }
    )


def _changes(account: Account, mode: WithdrawalMode) -> dict[str, Change]:
    changes: dict[str, Change] = {}
    if mode is not account.withdrawal_mode:
        changes["withdrawal_mode"] = (account.withdrawal_mode.value, mode.value)
    if mode.has_password or account.withdrawal_mode.has_password:
        changes["password"] = (None, None)
    return changes


async def _on_own_voucher(work: Work, number: str) -> Account:
    account = (await lock(work.connection, account=number))["account"]
    after(account.status, Action.MAINTAIN)
    if account.instrument not in PERSONAL_VOUCHERS:
        raise NO_OWN_VOUCHER(field="account")
    return account
