"""Deposit accounts as other services see them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.ledger import Transport

UNDO_OPEN, UNDO_CLOSE = "savings.account.undo_open", "savings.account.undo_close"
"""The transactions of the ledger by which openings and closings are taken back; an account owner knows their movements by them."""
Undoing = Literal["opening", "closing"]


class AccountView(BaseModel):
    """A deposit account: whose it is, where, in which currency, of which business code, its state and its name.

    `cross_outlet` accounts 通存通兑 take money at other outlets too (IB 2978); `closed_on` is the last day of one that is closed.
    """

    model_config = ConfigDict(frozen=True)

    account: str
    customer_number: str
    outlet: str
    currency: str
    business_code: str
    status: str
    name: str
    cross_outlet: bool = False
    closed_on: date | None = None


class HangingAccount(BaseModel):
    """An account that hangs on a customer's card or book and is not closed; `lines` counts its transactions."""

    model_config = ConfigDict(frozen=True)

    account: str
    name: str
    currency: str
    lines: int


class Undoable(BaseModel):
    """The transaction that opened or closed an account and may be taken back; without `posts` it made no entries."""

    model_config = ConfigDict(frozen=True)

    account: str
    currency: str
    posting_id: UUID
    transaction_number: str
    business_date: date
    outlet: str
    posts: bool


class PayableGroup(BaseModel):
    """What deposits of one outlet, business code, currency and rate gathered in a quarter: products in minor units x days, percent a year,
    and the interest they come to, in major units to three decimals."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    business_code: str
    currency: str
    annual_pct: Decimal
    accounts: int
    products: int
    interest: Decimal


class InterestPayable(BaseModel):
    """应付利息 of a quarter (IB 2593-2612); `complete` once the day end of its last day has seen every deposit."""

    model_config = ConfigDict(frozen=True)

    quarter_end: date
    complete: bool
    groups: list[PayableGroup]


class SavingsClient:
    """The savings service as other services call it; movements of its accounts are in `contracts.movement`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def account(self, number: str) -> AccountView:
        """The deposit account of a number. Raises `account.unknown`."""
        return AccountView.model_validate(await self._transport.call("savings", "GET", f"/internal/accounts/{number}"))

    async def accounts(self, numbers: list[str]) -> list[AccountView]:
        """The deposit accounts of many numbers, in any order; unknown ones are left out."""
        answer = await self._transport.call("savings", "POST", "/internal/accounts/views", json={"accounts": numbers})
        return [AccountView.model_validate(each) for each in answer["accounts"]]

    async def interest_payable(self, quarter_end: date) -> InterestPayable:
        """What term deposits gathered in the quarter that ends on a day, for the period end to book."""
        asked = {"quarter_end": quarter_end.isoformat()}
        return InterestPayable.model_validate(await self._transport.call("savings", "GET", "/internal/interest/payable", params=asked))

    async def products(self, accounts: list[str]) -> dict[str, int]:
        """积数 of deposit accounts up to the current date, in minor units x days; accounts whose interest is not counted so are absent."""
        if not accounts:
            return {}
        answer = await self._transport.call("savings", "POST", "/internal/accounts/products", json={"accounts": accounts})
        return {str(account): int(products) for account, products in answer["products"].items()}

    async def hanging(self, customer_number: str, instrument: str) -> list[HangingAccount]:
        """The accounts on a customer's card or book that are not closed, those included that were just being opened on it.

        Who gives the instrument up keeps it from being seen by `CustomerClient.customer` first: then no account can follow.
        """
        asked = {"customer_number": customer_number, "instrument": instrument}
        answer = await self._transport.call("savings", "GET", "/internal/accounts", params=asked)
        return [HangingAccount.model_validate(each) for each in answer["accounts"]]

    async def undoable(self, number: str, undoing: Undoing) -> Undoable:
        """What opened or closed an account. Raises `account.*` where that cannot be taken back."""
        answer = await self._transport.call("savings", "GET", f"/internal/accounts/{number}/undoable", params={"undoing": undoing})
        return Undoable.model_validate(answer)
