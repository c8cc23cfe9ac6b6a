"""Customers as other services see them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.ledger import Transport
from contracts.message import Message


class InstrumentView(BaseModel):
    """A card 一卡通 or book 一本通 that a customer has in use. The hash is that of the password left with it.

    Of a book whose printing was adjusted 打印调整: the last line that counts as printed, the row on which it goes on, the adjustment.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["card", "book"]
    number: str
    withdrawal_mode: str
    cross_outlet: bool
    password_hash: str = Field(repr=False)
    printed_line: int | None = None
    next_row: int | None = None
    adjusted_by: UUID | None = None


class CustomerView(BaseModel):
    """A customer: number, kind, name, identity document, state, and the card and book in use."""

    model_config = ConfigDict(frozen=True)

    customer_number: str
    kind: Literal["personal", "corporate"]
    name: str
    id_type: str
    id_number: str
    status: str
    instruments: tuple[InstrumentView, ...] = ()

    def instrument(self, kind: str) -> InstrumentView | None:
        """The customer's card or book; one that is just being replaced or closed does not count."""
        return next((each for each in self.instruments if each.kind == kind), None)


class CustomerRenamed(Message):
    """A customer has another name 户名变更; by which transaction, of whom, approved by whom."""

    NAME: ClassVar[str] = "customer.renamed.v1"

    customer_number: str
    before: str
    after: str
    business_date: date
    posting_id: UUID
    code: str
    teller: str
    second: str | None = None

    def shard_key(self) -> str:
        return self.customer_number


class CustomerClient:
    """The customer service as other services call it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def customer(self, number: str) -> CustomerView:
        """The customer of a number. Raises `customer.unknown`."""
        return CustomerView.model_validate(await self._transport.call("customer", "GET", f"/internal/customers/{number}"))
