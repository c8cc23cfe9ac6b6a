"""Controlled vouchers 重要空白凭证: how the services talk about a transaction that uses some.

The counter keeps one row per number. A transaction of another service holds numbers under its posting id; they are used once it has
committed, given back if it fails.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.ledger import Transport
from contracts.movement import Decision

HoldAction = Literal["use", "sell", "take_back"]
"""Used up by the transaction; sold to a customer, who uses it later; or taken back from him, into the teller's box."""


class VoucherHold(BaseModel):
    """Hold the numbers `first` to `last` for a posting; without `first`, the lowest number of the box.

    `line` counts the holds of one posting, so that repeating one is harmless; `field` is the field of the initiator's form that a refusal
    names. With `dry_run` it is only checked.
    """

    model_config = ConfigDict(frozen=True)

    posting_id: UUID
    line: int = 0
    initiator: str
    transaction_code: str
    action: HoldAction = "use"
    kind: str
    first: str | None = None
    last: str | None = None
    outlet: str
    cash_box: str
    teller: str
    business_date: date
    account: str | None = None
    field: str = "voucher_number"
    dry_run: bool = False


class VoucherRange(BaseModel):
    """The numbers that are held, first and last."""

    first: str
    last: str
    sheets: int


class VoucherSupply(BaseModel):
    """Vouchers a bank that is being set up has in a vault or box."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    cash_box: str
    kind: str
    first: str
    last: str


class VouchersToLoad(BaseModel):
    """The vouchers of a bank that is being set up, in the order of the numbers of each kind."""

    supplies: list[VoucherSupply]


class VouchersLoaded(BaseModel):
    """How many posting sets brought the vouchers to where they are, those of earlier loads included."""

    sets: int


class VoucherClient:
    """The counter's voucher register as other services call it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def hold(self, asked: VoucherHold) -> VoucherRange:
        """Raises `voucher.kind_unknown`, `voucher.number.malformed`, `voucher.range`, `voucher.not_in_place`, `voucher.none_left`."""
        answer = await self._transport.call("counter", "POST", "/internal/vouchers/hold", json=asked.model_dump(mode="json"))
        return VoucherRange.model_validate(answer)

    async def post(self, posting_id: UUID, transaction_number: str | None = None) -> None:
        """The posting has committed: what it holds is used. Repeating it is harmless."""
        decided = Decision(state="posted", transaction_number=transaction_number)
        await self._transport.call("counter", "POST", f"/internal/vouchers/{posting_id}/post", json=decided.model_dump())

    async def void(self, posting_id: UUID) -> None:
        """The posting will not come: what it holds goes back to where it was. Repeating it is harmless."""
        await self._transport.call("counter", "POST", f"/internal/vouchers/{posting_id}/void")

    async def load(self, vouchers: VouchersToLoad) -> VouchersLoaded:
        """Supply a bank that is being set up, through all steps from the purchase to the boxes. Repeating it changes nothing.

        Raises `voucher.kind_unknown`, `voucher.number.malformed`, `voucher.range`, `voucher.whole_books`, `voucher.exists`.
        """
        answer = await self._transport.call("counter", "POST", "/internal/vouchers/load", json=vouchers.model_dump())
        return VouchersLoaded.model_validate(answer)
