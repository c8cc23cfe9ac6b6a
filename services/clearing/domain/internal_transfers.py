"""辖内借记、辖内贷记: which accounts of two outlets one transaction may move between (IB 2932; decision 0020)."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind
from kernel.numbers import InternalAccount

SAME_OUTLET = ErrorType(
    "clearing.internal.same_outlet", Kind.INVALID, "两个账户同属 {outlet},不属辖内往来", "both accounts are kept at {outlet}"
)
NOT_OWN = ErrorType(
    "clearing.internal.not_own", Kind.INVALID, "本方账户须在本网点,不在 {outlet}", "the own account is kept at {outlet}, not at this outlet"
)
CUSTOMERS_DEBIT = ErrorType(
    "clearing.internal.customer_debit",
    Kind.FORBIDDEN,
    "辖内借记只能借记对方网点的内部账户",
    "another outlet is debited on an internal account: its customers' money is drawn on at that outlet",
)
BY_TRANSFER = ErrorType("clearing.internal.by_transfer", Kind.INVALID, "辖内往来只能转账", "cash does not move between outlets this way")

CASH_IN_HAND = "101"


def check_places(own: str, other: str, counter: str) -> None:
    """The own account is kept at the counter, the other one elsewhere. Raises `clearing.internal.not_own`, `.same_outlet`."""
    if own != counter:
        raise NOT_OWN(field="own_account", outlet=own)
    if other == counter:
        raise SAME_OUTLET(field="other_account", outlet=counter)


def check_not_cash(parts: InternalAccount, field: str) -> None:
    """Raises `clearing.internal.by_transfer`."""
    if parts.business_code == CASH_IN_HAND:
        raise BY_TRANSFER(field=field)
