"""The counter as the gateway, the day end and the loaders call it: sign-on, approvals, tellers and boxes, what is still open."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from contracts.ledger import Transport


class SignOn(BaseModel):
    """Who signs on, and the cash box he opens; without one he can only make transfers (IB 344-358)."""

    model_config = ConfigDict(str_max_length=128)

    teller: str
    password: str = Field(repr=False)
    cash_box: str | None = None


class SignedOn(BaseModel):
    """A token and what it stands for. With `must_change_password` it is good for changing the password and nothing else.

    `password_reminder` says that the password is older than a month (IB 323).
    """

    token: str = Field(repr=False)
    teller: str
    name: str
    outlet: str
    level: str
    business_date: date
    cash_box: str | None
    must_change_password: bool
    password_reminder: bool
    minutes: int


class ApprovalRequest(BaseModel):
    """The second person signs this transaction with this body."""

    teller: str = Field(max_length=128)
    password: str = Field(max_length=128, repr=False)
    transaction: str = Field(max_length=128)
    body: dict[str, Any]


class ApprovalGiven(BaseModel):
    """The approval, to be sent with the transaction as `X-Approval`."""

    approval: str = Field(repr=False)
    minutes: int


class TellerToLoad(BaseModel):
    """A teller of a bank that is being set up."""

    teller: str
    name: str = ""
    outlet: str
    level: str


class BoxToLoad(BaseModel):
    """A cash box and who may use it; the vault `00000` is everybody's."""

    outlet: str
    number: str
    name: str = ""
    tellers: list[str] = Field(default_factory=list)


class TellersToLoad(BaseModel):
    """Tellers with one first password, and boxes. What is there already stays as it is."""

    tellers: list[TellerToLoad] = Field(default_factory=list)
    boxes: list[BoxToLoad] = Field(default_factory=list)
    password: str = Field(max_length=128, repr=False)
    must_change_password: bool = True


class StillOpen(BaseModel):
    """Tellers who signed on and have not balanced, outlets that have not closed."""

    tellers: list[str] = Field(default_factory=list)
    outlets: list[str] = Field(default_factory=list)


class CounterClient:
    """The counter service as others call it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def sign_on(self, asked: SignOn) -> SignedOn:
        """Raises `teller.credentials_wrong`, `teller.locked`, `teller.password_lost`, `counter.box.*`, `day.not_opened`."""
        return SignedOn.model_validate(await self._transport.call("counter", "POST", "/internal/sign-on", json=asked.model_dump()))

    async def renew(self, token: str) -> SignedOn:
        """A fresh token for a valid one. Raises the token's problems, `teller.sign_on_again`."""
        headers = {"Authorization": f"Bearer {token}"}
        return SignedOn.model_validate(await self._transport.call("counter", "POST", "/internal/sign-on/renew", headers=headers))

    async def approve(self, asked: ApprovalRequest) -> ApprovalGiven:
        """Raises as `sign_on`, and `auth.password_change_required`."""
        return ApprovalGiven.model_validate(await self._transport.call("counter", "POST", "/internal/approvals", json=asked.model_dump()))

    async def load(self, people: TellersToLoad) -> None:
        """Load tellers and boxes. Repeating it changes nothing."""
        await self._transport.call("counter", "POST", "/internal/tellers", json=people.model_dump())

    async def has_teller(self, teller: str) -> bool:
        """Whether a teller of this number works for the bank."""
        return bool(await self._transport.call("counter", "GET", f"/internal/tellers/{teller}"))

    async def still_open(self, business_date: date) -> StillOpen:
        """What must balance or close before the day can end."""
        answer = await self._transport.call("counter", "GET", "/internal/open", params={"date": business_date.isoformat()})
        return StillOpen.model_validate(answer)

    async def force_close(self, business_date: date) -> StillOpen:
        """Balance and close everything that is still open (demo and test banks); the answer is what could not be. Repeating it is harmless.

        Raises `counter.force_close_refused`.
        """
        answer = await self._transport.call("counter", "POST", "/internal/force-close", json={"business_date": business_date.isoformat()})
        return StillOpen.model_validate(answer)
