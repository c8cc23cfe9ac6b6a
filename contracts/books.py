"""The ledger's own books as the proof reads them: what does not balance in them, and its sums of the accounts that other services keep."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from contracts.day import Position, SubLedger
from contracts.ledger import Transport


class OutletDifference(BaseModel):
    """The books of an outlet in one currency, and by how much their debits exceed their credits."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    currency: str
    difference_minor: int


class UnexplainedBalance(BaseModel):
    """A business code whose accounts do not add up to the last general ledger and the turnover since; debit positive."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    currency: str
    business_code: str
    accounts_minor: int
    books_minor: int


class TrialBalance(BaseModel):
    """What is wrong in the ledger's books of a date; all empty when nothing is."""

    turnover: list[OutletDifference] = Field(default_factory=list)
    balances: list[OutletDifference] = Field(default_factory=list)
    unexplained: list[UnexplainedBalance] = Field(default_factory=list)


class BooksClient:
    """The ledger's books."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def trial_balance(self, business_date: date) -> TrialBalance:
        """What does not balance, on the current business date."""
        answer = await self._transport.call("ledger", "GET", "/internal/trial-balance", params={"date": business_date.isoformat()})
        return TrialBalance.model_validate(answer)

    async def sub_ledger(self, owner: str) -> SubLedger:
        """The ledger's group sums of the accounts that a service keeps."""
        return SubLedger.model_validate(await self._transport.call("ledger", "GET", f"/internal/sub-ledgers/{owner}"))

    async def group_balances(self, owner: str, group: Position) -> dict[str, int]:
        """Every account of one group with the ledger's balance, credit positive."""
        params = {"outlet": group.outlet, "currency": group.currency, "business_code": group.business_code}
        answer = await self._transport.call("ledger", "GET", f"/internal/sub-ledgers/{owner}/accounts", params=params)
        return {str(account): int(minor) for account, minor in answer["balances"].items()}
