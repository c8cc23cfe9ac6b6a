"""What a customer shows to take money out, checked: outlet, proofs of the withdrawal mode, lock, password, document, voucher."""

from __future__ import annotations

from sqlalchemy import insert

from banking.fields import Form, ShortText, VoucherNumber, labelled
from banking.work import Work
from contracts.customer import CustomerClient
from kernel.text import Text
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account
from services.savings.domain.errors import DOCUMENT_MISMATCH, FROZEN, REPORTED_LOST, VOUCHER_MISMATCH
from services.savings.domain.withdrawal_modes import (
    Proof,
    Shown,
    check_outlet_of_withdrawal,
    check_shown,
)
from services.savings.passwords import check_right_password, check_unlocked
from services.savings.tables import DOCUMENT_SHOWN
from services.savings.transactions.customers import CUSTOMERS_OWN

NO_DOCUMENT = "Z"
ID_TYPES = (
    ("A", Text("身份证", "Identity card")),
    ("B", Text("护照", "Passport")),
    (NO_DOCUMENT, Text("无", "None")),
)


class ProofForm(Form):
    """What the customer shows beside the password."""

    id_type: ShortText | None = labelled("证件类型", "Document type", None, widget="choice", choices=ID_TYPES)
    id_number: ShortText | None = labelled("证件号码", "Document number", None)
    seal_checked: bool = labelled("印鉴已核对", "Seal checked", False, widget="boolean")


class VoucherForm(Form):
    """The passbook, if it is at hand."""

    voucher_number: VoucherNumber | None = labelled("存折号", "Passbook number", None)


async def check_voucher(work: Work, account: Account, form: VoucherForm) -> None:
    """A passbook that is shown must be the account's, a card or book the customer's. Raises `voucher.mismatch`."""
    if form.voucher_number is None:
        return
    number = account.voucher_number
    if account.instrument in CUSTOMERS_OWN:
        held = (await CustomerClient(work.resources.transport).customer(account.customer_number)).instrument(account.instrument)
        number = held.number if held else None
    if form.voucher_number != number:
        raise VOUCHER_MISMATCH(field="voucher_number")


async def authorise_withdrawal(
    work: Work, account: Account, form: ProofForm, password: str | None, *, field: str = "account", password_field: str = "password"
) -> None:
    """Whether the customer may take money out of the account here, with what he shows; a document that is shown is written down.

    Raises `account.status`, `account.frozen`, `account.reported_lost`, `account.not_cross_outlet`,
    `account.cross_outlet_needs_password`, `password.*`, `document.*`, `seal.required`, `customer.locked`.
    """
    after(account.status, Action.DEBIT, field)
    if account.frozen_whole:
        raise FROZEN(field=field)
    if account.reported_lost:
        raise REPORTED_LOST(field=field)
    mode = account.withdrawal_mode
    check_outlet_of_withdrawal(mode, account.cross_outlet, account.outlet, work.outlet, field)
    check_shown(mode, Shown.of(password=password, document=form.id_number, seal_checked=form.seal_checked), password_field)
    if mode.has_password:
        await check_right_password(work, account, password or "", password_field)
    else:
        await check_unlocked(work, account.customer_number, field)
    if Proof.DOCUMENT in mode.proofs:
        await check_document(work, account, form.id_type, form.id_number)
    if form.id_number:
        shown = {"posting_id": work.posting_id, "account": account.number, "id_type": form.id_type, "id_number": form.id_number}
        await work.connection.execute(insert(DOCUMENT_SHOWN).values(shown))


async def check_document(work: Work, account: Account, id_type: str | None, id_number: str | None) -> None:
    """Whether the document is the customer's; without a type, any of that number. Raises `document.mismatch`, `customer.unknown`."""
    customer = await CustomerClient(work.resources.transport).customer(account.customer_number)
    same_type = id_type is None or id_type == customer.id_type
    if not same_type or (id_number or "").upper() != customer.id_number.upper():
        raise DOCUMENT_MISMATCH(field="id_number")
