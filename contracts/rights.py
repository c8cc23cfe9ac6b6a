"""The rights the administrator has set, on their way from the counter to every service; and what each service declares by itself."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.ledger import Transport

EVERY = "*"
"""Stands for every transaction in a rule about amounts."""
LEVELS = ("C", "B", "A")
"""The levels of tellers, the lowest first (IB 315-319)."""


class RightRule(BaseModel):
    """What deviates from the declarations for one level: may it run a transaction, does it need a second person, up to what amount.

    Without a `settlement` the rule is about the transaction itself: `allowed` and `dual`, each None where the declaration holds. With
    one it is about amounts: above `limit_minor`, of a `currency`, in cash or by transfer, the teller needs an approval or is refused.
    """

    model_config = ConfigDict(frozen=True)

    transaction_code: str
    level: str
    settlement: Literal["", "cash", "transfer"] = ""
    currency: str = ""
    allowed: bool | None = None
    dual: Literal["c", "a"] | None = None
    limit_minor: int | None = None
    above: Literal["approval", "refusal"] | None = None


class Rights(BaseModel):
    """All rules in force; of two, the one with the higher version is the newer."""

    version: int
    rules: tuple[RightRule, ...] = ()


class DeclaredRight(BaseModel):
    """What a transaction's own declaration says of who may run it."""

    code: str
    name: dict[str, str]
    operators: str
    levels: str
    outlets: str
    dual: str
    cash: str


class RightsHeld(BaseModel):
    """What one service declares, and the version of the rights it goes by."""

    service: str
    version: int
    transactions: list[DeclaredRight] = Field(default_factory=list)


class RightsClient:
    """The rights in one service."""

    def __init__(self, transport: Transport, service: str) -> None:
        self._transport = transport
        self.service = service

    async def set(self, rights: Rights) -> None:
        """Replace the rules by these; older ones than the service has change nothing."""
        await self._transport.call(self.service, "POST", "/internal/rights", json=rights.model_dump(mode="json"))

    async def held(self) -> RightsHeld:
        """The declarations of the service and the version it goes by."""
        return RightsHeld.model_validate(await self._transport.call(self.service, "GET", "/internal/rights"))
