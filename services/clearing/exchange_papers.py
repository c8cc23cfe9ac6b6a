"""What the transactions of the exchange have in common: an item from what a form says, and how an item is shown."""

from __future__ import annotations

from typing import Any, Protocol

from banking.work import Work
from kernel.money import format_amount, parse_amount
from kernel.numbers import check_voucher_number
from kernel.vouchers import TRANSFER_CHEQUE
from services.clearing import customer_money
from services.clearing.domain import exchange_errors as errors
from services.clearing.domain.exchange_items import CURRENCY, Stream
from services.clearing.domain.exchange_sessions import Session
from services.clearing.exchange_items import Item

OWN_CHEQUES = (Stream.OUT_CREDIT, Stream.IN_DEBIT)
"""The streams whose cheques are drawn by own customers, so that the bank looks into their numbers."""


class Paper(Protocol):
    """The fields of a form that enters an item."""

    account: Any
    amount: Any
    voucher_type: Any
    voucher_number: Any
    other_bank: Any
    other_account: Any
    other_name: Any
    purpose: Any


async def paper_of(work: Work, stream: Stream, form: Paper, *, anywhere: bool = False, closed: bool = False) -> Item:
    """A new item of this outlet from what a form says; its account is kept here, or `anywhere` in the bank; it may be `closed`.

    Raises `account.unknown`, `exchange.account.other_outlet`, `.currency`, `.closed`, `exchange.voucher_number_required`,
    `voucher.number.malformed`, `amount.*`.
    """
    account = await customer_money.find(work, form.account)
    if account.outlet != work.outlet and not anywhere:
        raise errors.OTHER_OUTLET(field="account", account=account.account, outlet=account.outlet)
    if account.currency != CURRENCY:
        raise errors.NOT_IN_YUAN(field="account")
    if account.status in customer_money.GONE and not closed:
        raise errors.ACCOUNT_CLOSED(field="account", account=account.account)
    if stream in OWN_CHEQUES and form.voucher_type == TRANSFER_CHEQUE:
        if form.voucher_number is None:
            raise errors.NUMBER_REQUIRED(field="voucher_number")
        check_voucher_number(form.voucher_number)
    return Item(
        item=0,
        outlet=work.outlet,
        stream=stream,
        state=None,
        account=form.account,
        amount_minor=parse_amount(form.amount, CURRENCY),
        name=account.name,
        voucher_type=form.voucher_type,
        voucher_number=form.voucher_number,
        other_bank=form.other_bank,
        other_account=form.other_account,
        other_name=form.other_name,
        purpose=form.purpose,
    )


def shown(item: Item) -> dict[str, Any]:
    """An item on a receipt."""
    assert item.state is not None
    found = {
        "item": item.item,
        "stream": item.stream.text.as_dict(),
        "item_state": item.state.value,
        "account": item.account,
        "name": item.name,
        "amount": format_amount(item.amount_minor, CURRENCY),
        "voucher_number": item.voucher_number,
        "went_out": _shown_session(item.went_out),
        "came_in": _shown_session(item.came_in),
        "paid_to": item.paid_to,
        "reason": item.reason,
    }
    return {key: value for key, value in found.items() if value not in (None, "")}


def _shown_session(session: Session | None) -> str | None:
    return None if session is None else str(session)
