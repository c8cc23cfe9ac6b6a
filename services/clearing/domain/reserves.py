"""The reserve accounts of a unit: its own with the unit above, and that unit's mirror of it (IB 2920-2924)."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.numbers import CITY, counterparty_suffix, internal_account
from services.clearing.domain.netting import CENTRAL_BANK, CITY_RESERVE, OUTLET_RESERVE
from services.clearing.domain.units import is_business_department, superior_of

SUBJECT_OF_RESERVE = {CITY_RESERVE: "40701", OUTLET_RESERVE: "40702"}


def central_bank_account(currency: str) -> str:
    """存放中央银行款项: the city's reserve with the central bank."""
    return internal_account(CITY, currency, CENTRAL_BANK, "00001")


def reserve_code(outlet: str) -> str:
    """The business code of the reserve a unit holds: a sub-branch's with the city, or an outlet's with its superior."""
    return CITY_RESERVE if is_business_department(outlet) else OUTLET_RESERVE


def reserve_pair(outlet: str, currency: str) -> tuple[str, str]:
    """The account a unit holds with its superior, and the superior's account for the unit. The city has none: `ValueError`."""
    superior, code = superior_of(outlet), reserve_code(outlet)
    if superior is None:
        raise ValueError(outlet)
    held = internal_account(outlet, currency, code, counterparty_suffix(superior))
    return held, internal_account(superior, currency, code, counterparty_suffix(outlet))


def reserve_accounts(outlets: Iterable[str], currency: str) -> list[str]:
    """110 and every pair of reserve accounts of these units."""
    pairs = [account for outlet in outlets if superior_of(outlet) for account in reserve_pair(outlet, currency)]
    return [central_bank_account(currency), *pairs]
