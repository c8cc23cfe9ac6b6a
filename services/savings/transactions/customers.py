"""The customer behind a new account."""

from __future__ import annotations

from banking.work import Work
from contracts.customer import CustomerClient, CustomerView, InstrumentView
from kernel.numbers import check_customer_number
from kernel.text import Text
from services.savings.accounts import hold_instrument, is_lost
from services.savings.domain.errors import CUSTOMER_NOT_NORMAL, NO_INSTRUMENT, REPORTED_LOST, VOUCHER_MISMATCH
from services.savings.domain.limits import check_owner
from services.savings.domain.products import Product
from services.savings.domain.withdrawal_modes import WithdrawalMode, check_mode_at_opening
from services.savings.passwords import hash_password

ACTIVE = "active"
CUSTOMERS_OWN = {"card": Text("一卡通", "one card"), "book": Text("一本通", "one book")}
"""Instruments that the customer has for all accounts on them; the others belong to one account (IB 303-309)."""


async def customer_for(work: Work, product: Product, customer_number: str, instrument: str | None = None) -> CustomerView:
    """The customer who may open an account of the product; on his card or book if that is the instrument.

    Raises `customer.number.*`, `product.wrong_owner`, `customer.unknown`, `customer.not_normal`, `customer.no_instrument`,
    `account.reported_lost`.
    """
    check_customer_number(customer_number)
    check_owner(product, customer_number)
    if instrument in CUSTOMERS_OWN:
        await hold_instrument(work.connection, customer_number, shared=True)
    customer = await CustomerClient(work.resources.transport).customer(customer_number)
    if customer.status != ACTIVE:
        raise CUSTOMER_NOT_NORMAL(field="customer_number")
    if instrument in CUSTOMERS_OWN:
        check_has(customer, instrument)
        if await is_lost(work.connection, customer_number, instrument):
            raise REPORTED_LOST(field="instrument")
    return customer


def check_has(customer: CustomerView, instrument: str) -> InstrumentView:
    """The card, or the book, that the customer has in use. Raises `customer.no_instrument`."""
    held = customer.instrument(instrument)
    if held is None:
        raise NO_INSTRUMENT(field="instrument", instrument_zh=CUSTOMERS_OWN[instrument].zh, instrument_en=CUSTOMERS_OWN[instrument].en)
    return held


def held_by(customer: CustomerView, instrument: str, voucher_number: str | None) -> InstrumentView | None:
    """The card or book an account is opened on, None for an account with a passbook of its own. Raises `voucher.mismatch`."""
    held = customer.instrument(instrument)
    if held is not None and voucher_number not in (None, held.number):
        raise VOUCHER_MISMATCH(field="voucher_number")
    return held


async def opening_password(work: Work, mode: WithdrawalMode, password: str | None, held: InstrumentView | None) -> str | None:
    """The hash a new account keeps: of the password given, else that left with the card or book (IB 307, 942).

    Raises `password.required`, `password.malformed`, `password.not_wanted`.
    """
    if held is not None and password is None:
        return held.password_hash if mode.has_password else None
    check_mode_at_opening(mode, password)
    return await hash_password(work.resources, password) if password else None
