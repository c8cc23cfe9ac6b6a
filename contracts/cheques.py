"""Cheques once sold, as other services speak of them to the savings service, which keeps them from the sale on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.ledger import Transport


class ChequeVoid(BaseModel):
    """Void the sold cheques from `first` to `last` that are not used, under the posting that voids the whole batch (IB 748-750).

    With `dry_run` they are only counted.
    """

    model_config = ConfigDict(frozen=True)

    posting_id: UUID
    transaction_code: str
    business_date: date
    counter_outlet: str
    teller: str
    kind: str
    first: str
    last: str
    dry_run: bool = False


class ChequesVoided(BaseModel):
    """How many cheques the posting has voided in customers' hands, repeated calls included."""

    voided: int


class ChequeClient:
    """The savings service as whoever voids batches calls it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def void(self, asked: ChequeVoid) -> ChequesVoided:
        """Void what is sold and not used, for good. Repeating it is harmless. Raises `day.*`."""
        answer = await self._transport.call("savings", "POST", "/internal/cheques/void", json=asked.model_dump(mode="json"))
        return ChequesVoided.model_validate(answer)
