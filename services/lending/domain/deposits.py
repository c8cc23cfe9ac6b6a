"""The deposit account behind a loan: every loan has one, its money goes there and comes from there (IB 1888, 1902, 1929-1932)."""

from __future__ import annotations

from dataclasses import dataclass

from services.lending.domain.errors import DEPOSIT_CURRENCY, DEPOSIT_NOT_CURRENT, DEPOSIT_OTHER_CUSTOMER, DEPOSIT_STATUS

CURRENT_BUSINESS_CODES = frozenset({*map(str, range(201, 211)), "212", "213", "235", "236", "249", "260", "411"})
"""Corporate current deposits 对公活期存款 (IB 3895-3899)."""
TAKING_DEPOSITS = frozenset({"normal", "pre_opened"})
"""A pre-opened account is activated by the loan (IB 1931)."""


@dataclass(frozen=True, slots=True)
class DepositAccount:
    """What is known of a deposit account."""

    number: str
    customer_number: str
    currency: str
    business_code: str
    status: str


def check_deposit(account: DepositAccount, customer_number: str, currency: str) -> None:
    """Whether a customer's loan in a currency may be tied to the account.

    Raises `note.deposit.other_customer`, `note.deposit.not_current`, `note.deposit.currency`, `note.deposit.status`.
    """
    if account.customer_number != customer_number:
        raise DEPOSIT_OTHER_CUSTOMER(field="deposit_account")
    if account.business_code not in CURRENT_BUSINESS_CODES:
        raise DEPOSIT_NOT_CURRENT(field="deposit_account")
    if account.currency != currency:
        raise DEPOSIT_CURRENCY(field="deposit_account", currency=account.currency)
    if account.status not in TAKING_DEPOSITS:
        raise DEPOSIT_STATUS(field="deposit_account")
