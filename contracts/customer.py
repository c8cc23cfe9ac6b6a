"""Customers as other services see them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from contracts.ledger import Transport


class CustomerView(BaseModel):
    """A customer: number, kind, name, identity document and state."""

    model_config = ConfigDict(frozen=True)

    customer_number: str
    kind: Literal["personal", "corporate"]
    name: str
    id_type: str
    id_number: str
    status: str


class CustomerClient:
    """The customer service as other services call it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def customer(self, number: str) -> CustomerView:
        """The customer of a number. Raises `customer.unknown`."""
        return CustomerView.model_validate(await self._transport.call("customer", "GET", f"/internal/customers/{number}"))
