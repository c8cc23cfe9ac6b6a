"""The receipt of a counter transaction, as tellers and outside clients read it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from contracts.ledger import Entry, OffSheetEntry


class SecondNeeded(BaseModel):
    """The second person a transaction still needs: a checker (`c`) or an approver of level A (`a`), and what an amount asks for on top."""

    dual: str = ""
    level: str | None = None
    limit: str | None = None
    amount: str | None = None
    settlement: str | None = None


class Receipt(BaseModel):
    """What a transaction did: its number, its result and its entries. A preview has no number, a transaction without entries no posting.

    `second_needed` stands in previews only: whose consent the transaction needs before it can be executed.
    """

    transaction_number: str | None
    posting_id: UUID | None
    code: str
    business_date: date
    outlet: str
    teller: str
    second: str | None
    result: dict[str, Any]
    rule: str | None
    entries: list[Entry]
    off_sheet: list[OffSheetEntry]
    second_needed: SecondNeeded | None = None
