"""Cash boxes 钱箱 and the accounts their cash is on (IB 286-299, 344-358)."""

from __future__ import annotations

from kernel.numbers import internal_account
from services.counter.domain.errors import BOX_IS_VAULT

VAULT = "00000"
"""库钱箱: the vault of an outlet, which all its tellers may use."""
CASH_IN_HAND = "101"


def account_of_box(outlet: str, cash_box: str, currency: str = "CNY") -> str:
    """The internal account of a box in a currency."""
    return internal_account(outlet, currency, CASH_IN_HAND, cash_box)


def not_the_vault(cash_box: str, field: str = "cash_box") -> str:
    """The box itself. Raises `counter.box.is_vault`."""
    if cash_box == VAULT:
        raise BOX_IS_VAULT(field=field)
    return cash_box
