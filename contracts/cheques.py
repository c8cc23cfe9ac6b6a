"""Cheques once sold, as other services speak of them to the savings service, which keeps them from the sale on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.ledger import Transport


class ChequeVoid(BaseModel):
    """Void the sold cheques from `first` to `last` that are not used, once the posting that voids the whole batch has committed
    (IB 748-750). With `dry_run` they are only counted.
    """

    model_config = ConfigDict(frozen=True)

    posting_id: UUID
    initiator: str
    transaction_code: str
    business_date: date
    counter_outlet: str
    teller: str
    kind: str
    first: str
    last: str
    dry_run: bool = False


class ChequesVoided(BaseModel):
    """How many cheques in customers' hands are to be voided, and which of the batch are used; no more are until the posting is decided."""

    voided: int
    used: list[str] = Field(default_factory=list)


class ChequeClient:
    """The savings service as whoever voids batches calls it: in two phases, like `contracts.movement.MovementClient`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def void(self, asked: ChequeVoid) -> ChequesVoided:
        """Announce that cheques will be voided. Repeating it is harmless. Raises `day.*`, `cheque.void_decided`."""
        answer = await self._transport.call("savings", "POST", "/internal/cheques/void", json=asked.model_dump(mode="json"))
        return ChequesVoided.model_validate(answer)

    async def post(self, posting_id: UUID) -> None:
        """The posting has committed: what is not used by now is void for good. Repeating it is harmless."""
        await self._transport.call("savings", "POST", f"/internal/cheques/void/{posting_id}/post")

    async def give_up(self, posting_id: UUID) -> None:
        """The posting will not come: nothing is voided. Repeating it is harmless."""
        await self._transport.call("savings", "POST", f"/internal/cheques/void/{posting_id}/void")
