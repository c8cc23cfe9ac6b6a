"""Two-phase movements on an account owner, and the register every initiator answers from."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.ledger import AccountReference, Transport

PostingState = Literal["intended", "posted", "voided"]


class OrderingCheque(BaseModel):
    """A transfer cheque of the account, used by the movement; with `gives_back` it was used and is the customer's to use again."""

    model_config = ConfigDict(frozen=True)

    kind: str
    number: str
    gives_back: bool = False


class MovementLine(BaseModel):
    """One change of one account; credit is positive from the account owner's side of the books (a deposit grows, a loan shrinks).

    A line of nothing has a `cheque`, which is all that it uses.
    """

    model_config = ConfigDict(frozen=True)

    account: str
    amount_minor: int
    summary: str = ""
    cheque: OrderingCheque | None = None


class MovementRequest(BaseModel):
    """Hold these changes under a posting id until the initiator says post or void.

    A `correction` takes back what an earlier posting did to these accounts; `reverses` is the id of that posting.
    """

    model_config = ConfigDict(frozen=True)

    posting_id: UUID
    initiator: str
    transaction_code: str
    business_date: date
    value_date: date
    currency: str
    counter_outlet: str
    teller: str
    lines: tuple[MovementLine, ...]
    correction: bool = False
    reverses: UUID | None = None
    dry_run: bool = False


class Decision(BaseModel):
    """What an initiator decided on a posting id, and the number of the transaction if it posted one."""

    model_config = ConfigDict(frozen=True)

    state: PostingState
    transaction_number: str | None = None


class MovementAnswer(BaseModel):
    """The accounts as the fact must name them, in the order of the lines, with balances as they will be after posting.

    `interest_from` is the day from which each change counts for interest: the value date, or the first day of the period that is not
    settled yet; None where an account gathers no products.
    """

    accounts: list[AccountReference]
    balances_minor: list[int]
    interest_from: list[date | None] = Field(default_factory=list)


class MovementClient:
    """An account owner (savings, lending) as an initiator calls it."""

    def __init__(self, transport: Transport, owner: str) -> None:
        self._transport = transport
        self._owner = owner

    async def pend(self, request: MovementRequest) -> MovementAnswer:
        """Hold the movement. Repeating it is harmless. Raises the owner's refusal (unknown or closed account, balance)."""
        answer = await self._transport.call(self._owner, "POST", "/internal/movements", json=request.model_dump(mode="json"))
        return MovementAnswer.model_validate(answer)

    async def post(self, posting_id: UUID, transaction_number: str | None = None) -> None:
        """Make the held movement real, under the transaction number it has got. Repeating it is harmless."""
        decided = Decision(state="posted", transaction_number=transaction_number)
        await self._transport.call(self._owner, "POST", f"/internal/movements/{posting_id}/post", json=decided.model_dump())

    async def void(self, posting_id: UUID) -> None:
        """Give the held movement up. Repeating it is harmless."""
        await self._transport.call(self._owner, "POST", f"/internal/movements/{posting_id}/void")


class RegisterClient:
    """The posting register of an initiator, asked by whoever holds something in its name."""

    def __init__(self, transport: Transport, initiator: str) -> None:
        self._transport = transport
        self._initiator = initiator

    async def decision(self, posting_id: UUID) -> Decision:
        """`posted`, `voided`, or `intended` while the initiator may still decide. Asking about an unknown id makes it `voided` for good."""
        return Decision.model_validate(await self._transport.call(self._initiator, "GET", f"/internal/postings/{posting_id}"))

    async def state(self, posting_id: UUID) -> PostingState:
        """The state of `decision` alone."""
        return (await self.decision(posting_id)).state

    async def has_posted(self, business_date: date, transaction_number: str) -> bool:
        """Whether the service decided on a posting under this transaction number, in the journal by now or still on its way there."""
        asked = {"business_date": business_date.isoformat(), "transaction_number": transaction_number}
        return bool((await self._transport.call(self._initiator, "GET", "/internal/postings", params=asked))["posted"])
