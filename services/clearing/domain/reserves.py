"""The reserve accounts of a unit: its own with the unit above, that unit's mirror of it, and what an overdraft costs (IB 2911-2924)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kernel.money import round_half_up
from kernel.numbers import CITY, counterparty_suffix, internal_account
from services.clearing.domain.netting import CENTRAL_BANK, CITY_RESERVE, OUTLET_RESERVE
from services.clearing.domain.units import is_business_department, superior_of

PERMYRIAD = 10_000
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


def held_accounts(outlets: Iterable[str], currency: str) -> dict[str, str]:
    """The reserve account that each of these units holds with its superior -> the unit."""
    return {reserve_pair(outlet, currency)[0]: outlet for outlet in outlets if superior_of(outlet)}


def penalty_minor(balance_minor: int, daily_permyriad: Decimal) -> int:
    """Interest for a day that a reserve ended below zero, rounded half up to the minor unit; nothing for one that did not (IB 2912)."""
    if balance_minor >= 0:
        return 0
    return int(round_half_up(-balance_minor * daily_permyriad / PERMYRIAD, 0))
