"""Internal accounts of the ledger that a transaction of another service names by hand."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from contracts.ledger import AccountReference, Transport


class AskedByHand(BaseModel):
    """An internal account as typed: of which currency it must be, of which outlet if that matters, and the field a refusal names."""

    model_config = ConfigDict(frozen=True)

    account: str
    currency: str
    field: str = "account"
    outlet: str | None = None


class InternalAccountClient:
    """The ledger's internal accounts as other services call them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def by_hand(self, asked: AskedByHand) -> AccountReference:
        """The account as a fact names it, when it is there, open, and not one that only the system posts to; no cash box is.

        Raises `account.not_internal`, `ledger.account.*`, `ledger.business_code.*`, `ledger.entry.*`.
        """
        answer = await self._transport.call("ledger", "POST", "/internal/accounts/by-hand", json=asked.model_dump())
        return AccountReference.model_validate(answer)
