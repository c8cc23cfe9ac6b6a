"""The account's holder at the counter: the document of who comes, and the account it fits."""

from __future__ import annotations

from typing import Literal

from banking.fields import AccountNumber, Form, ShortText, labelled
from banking.work import Work
from kernel.identity import check_resident_number
from services.savings.accounts import accounts_on, hold_instrument, lock, lock_known, read
from services.savings.domain.accounts import Account, check_own_outlet
from services.savings.domain.products import Owner
from services.savings.transactions.customers import CUSTOMERS_OWN
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
    await _check_holder(work, account, form)
    return account


async def lock_all_for_holder(work: Work, form: Holder) -> list[Account]:
    """The same, and after it the other accounts on its card or book, wherever they are kept; openings on it wait. Raises as
    `lock_for_holder`."""
    connection = work.connection
    named = await read(connection, form.account)
    numbers = [named.number]
    if named.instrument in CUSTOMERS_OWN:
        await hold_instrument(connection, named.customer_number, shared=False)
        numbers += [each.account for each in await accounts_on(connection, named.customer_number, named.instrument)]
    held = await lock_known(connection, numbers)
    held.sort(key=lambda account: account.number != named.number)
    await _check_holder(work, held[0], form)
    return held


async def _check_holder(work: Work, account: Account, form: Holder) -> None:
    check_own_outlet(account, work.outlet)
    if account.product.owner is Owner.PERSONAL:
        await check_document(work, account, form.id_type, form.id_number)
    elif form.id_type == "A":
        check_resident_number(form.id_number)
