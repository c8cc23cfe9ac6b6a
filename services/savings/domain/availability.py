"""How much of a balance can be taken out."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.money import format_amount
from services.savings.domain.errors import FROZEN, INSUFFICIENT, REPORTED_LOST


@dataclass(frozen=True, slots=True)
class Funds:
    """A balance and what stands in its way, minor units: amounts frozen 部分冻结, held for movements under way, and the minimum balance.

    `frozen_whole` marks a full freeze: money may come, none may go (IB 2535). So does `reported_lost`, a loss of the account's
    voucher that is in force.
    """

    balance_minor: int
    frozen_minor: int = 0
    held_minor: int = 0
    minimum_balance_minor: int = 0
    overdraft_limit_minor: int = 0
    frozen_whole: bool = False
    reported_lost: bool = False

    @property
    def available_minor(self) -> int:
        """Balance less minimum, frozen and held, plus what may be overdrawn (IB 1268, 2520); never below zero."""
        if self.frozen_whole or self.reported_lost:
            return 0
        free = self.balance_minor - self.minimum_balance_minor - self.frozen_minor - self.held_minor
        return max(free + self.overdraft_limit_minor, 0)


def check_available(funds: Funds, amount_minor: int, currency: str, field: str = "amount") -> None:
    """Whether an amount can be taken out. Raises `account.frozen`, `account.reported_lost`, `account.insufficient`."""
    if funds.frozen_whole:
        raise FROZEN(field="account")
    if funds.reported_lost:
        raise REPORTED_LOST(field="account")
    if amount_minor > funds.available_minor:
        raise INSUFFICIENT(field=field, available=format_amount(funds.available_minor, currency))
