"""轧账: what the counter asks of the other services when a teller or an outlet balances."""

from __future__ import annotations

import asyncio
from datetime import date

from pydantic import BaseModel, Field

from contracts.ledger import Transport


class SubjectLine(BaseModel):
    """What moved on a subject of the second level (or the first, where there is no second), in cash and by transfer, red entries deducted;
    off the balance sheet received is debit, paid is credit. `group` is the subject of the first level."""

    subject: str
    name: dict[str, str]
    group: str
    group_name: dict[str, str]
    off_sheet: bool
    debit_cash_minor: int = 0
    debit_cash_count: int = 0
    debit_transfer_minor: int = 0
    debit_transfer_count: int = 0
    credit_cash_minor: int = 0
    credit_cash_count: int = 0
    credit_transfer_minor: int = 0
    credit_transfer_count: int = 0


class TransactionLine(BaseModel):
    """How often a transaction was run in a currency, and what it moved: the debits, automatic entries left out."""

    code: str
    currency: str
    sets: int
    amount_minor: int


class BalancingSheet(BaseModel):
    """The turnover of a date in the books of an outlet, per currency and subject: of one teller's transactions, or all of it.

    `sets` counts the posting sets made at the outlet's counter.
    """

    business_date: date
    outlet: str
    teller: str | None
    sets: int
    subjects: dict[str, list[SubjectLine]] = Field(default_factory=dict)
    transactions: list[TransactionLine] = Field(default_factory=list)


class BalancingClient:
    """The services as the counter asks them at balancing."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def sheet(self, business_date: date, outlet: str, teller: str | None = None) -> BalancingSheet:
        """What the ledger has posted."""
        asked = {"business_date": business_date.isoformat(), "outlet": outlet, **({"teller": teller} if teller else {})}
        return BalancingSheet.model_validate(await self._transport.call("ledger", "GET", "/internal/balancing", params=asked))

    async def decided(self, services: tuple[str, ...], business_date: date, outlet: str, teller: str | None = None) -> int:
        """How many postings these services have decided on at an outlet's counter: as many sets must come to stand in the journal."""
        asked = {"business_date": business_date.isoformat(), "outlet": outlet, **({"teller": teller} if teller else {})}
        calls = (self._transport.call(name, "GET", "/internal/postings/count", params=asked) for name in services)
        return sum([answer["count"] for answer in await asyncio.gather(*calls)])
