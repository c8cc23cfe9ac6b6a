"""The account's holder at the counter: the document of who comes, and the account it fits."""

from __future__ import annotations

from typing import Literal

from banking.fields import AccountNumber, Form, ShortText, labelled
from banking.work import Work
from kernel.identity import check_resident_number
from services.savings.accounts import lock
from services.savings.domain.accounts import Account, check_own_outlet
from services.savings.domain.products import Owner
from services.savings.transactions.identity import ID_TYPES
from services.savings.transactions.proofs import check_document


class Holder(Form):
    """The account, and the document of who comes."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    id_type: Literal["A", "B", "G", "Z"] = labelled("证件类别", "Document type", widget="choice", choices=ID_TYPES)
    id_number: ShortText = labelled("证件号码", "Document number")


async def lock_for_holder(work: Work, form: Holder) -> Account:
    """The locked account of the counter's own outlet, with a document that fits: of a person, the customer's; for an organisation, of
    whoever it sends. Raises `account.*`, `document.mismatch`, `identity.resident.*`."""
    account = (await lock(work.connection, account=form.account))["account"]
    check_own_outlet(account, work.outlet)
    if account.product.owner is Owner.PERSONAL:
        await check_document(work, account, form.id_type, form.id_number)
    elif form.id_type == "A":
        check_resident_number(form.id_number)
    return account
