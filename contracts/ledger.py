"""What the ledger hears, says and answers."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.message import Message

Direction = Literal["debit", "credit"]


class AccountReference(BaseModel):
    """An account a fact speaks of: its number (`cash` for the teller's cash box), the outlet whose books it is in, its business code."""

    model_config = ConfigDict(frozen=True)

    number: str
    outlet: str = ""
    business_code: str = ""
    name: str = ""


class FreeLeg(BaseModel):
    """A leg named by a person, for the rules that allow it (general posting and corrections)."""

    model_config = ConfigDict(frozen=True)

    account: AccountReference
    direction: Direction
    amount_minor: int
    red: bool = False
    summary: str = ""


class PostingRequested(Message):
    """A business fact on its way to the ledger: rule, accounts by role, amounts by name. Only the ledger knows subjects.

    `voucher_sheets` are the controlled vouchers that leave the counter outlet with it (below zero: that come back).
    """

    NAME: ClassVar[str] = "ledger.posting_requested.v1"
    BY_THE_THOUSAND: ClassVar[bool] = True

    posting_id: UUID
    origin: str
    transaction_code: str
    transaction_number: str
    business_date: date
    value_date: date
    currency: str
    outlet: str
    teller: str
    second: str | None = None
    rule: str
    accounts: dict[str, AccountReference] = Field(default_factory=dict)
    amounts_minor: dict[str, int] = Field(default_factory=dict)
    legs: tuple[FreeLeg, ...] = ()
    cash_box: str | None = None
    channel: str | None = None
    voucher_type: str | None = None
    voucher_number: str | None = None
    voucher_sheets: int = 0
    summary: str = ""
    red: bool = False
    references: dict[str, str] = Field(default_factory=dict)

    def shard_key(self) -> str:
        return self.outlet


class PositionChange(BaseModel):
    """What a set did to one 416 sub-account of one outlet; credit is positive."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    sub_account: str
    amount_minor: int


class Posted(Message):
    """A set stands in the journal. Not said any more since there is `SetsPosted`, but heard: some may still be in queues."""

    NAME: ClassVar[str] = "ledger.posted.v1"

    posting_id: UUID
    origin: str
    rule: str
    business_date: date
    currency: str
    outlet: str
    transaction_number: str
    control_total_minor: int
    positions: tuple[PositionChange, ...] = ()

    def shard_key(self) -> str:
        return self.outlet


class PositionTurnover(BaseModel):
    """What sets did to one 416 sub-account of one outlet: amounts and numbers of debits and of credits."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    sub_account: str
    debit_minor: int
    credit_minor: int
    debit_count: int
    credit_count: int


class PostedGroup(BaseModel):
    """Sets of one origin, rule and currency that came into the journal together, and what they did to the 416 sub-accounts."""

    model_config = ConfigDict(frozen=True)

    origin: str
    rule: str
    currency: str
    posting_ids: tuple[UUID, ...]
    control_total_minor: int
    positions: tuple[PositionTurnover, ...] = ()


class SetsPosted(Message):
    """Sets that came into the journal in one transaction. Each stands in one message only, here or in `ledger.posted.v1`."""

    NAME: ClassVar[str] = "ledger.posted.v2"

    business_date: date
    groups: tuple[PostedGroup, ...]


class PostingRejected(Message):
    """A fact the ledger could not post; it waits in the parking table and the day end will not pass over it."""

    NAME: ClassVar[str] = "ledger.posting_rejected.v1"

    posting_id: UUID
    origin: str
    business_date: date
    code: str
    reason_zh: str
    reason_en: str


class Entry(BaseModel):
    """One leg as receipts and queries show it; the amount is a decimal string in major units."""

    outlet: str
    account: str
    business_code: str
    subject: str
    subject_name: dict[str, str] = Field(default_factory=dict)
    direction: Direction
    amount: str
    red: bool = False
    cash: bool = False
    automatic: bool = False
    summary: str = ""


class OffSheetEntry(BaseModel):
    """One single-sided off-sheet entry, received 收 or paid 付."""

    outlet: str
    account: str
    business_code: str
    subject: str
    direction: Literal["receive", "pay"]
    amount: str
    red: bool = False


class Expansion(BaseModel):
    """The entries a fact makes, and the control total both sides prove completeness with."""

    posting_id: UUID
    rule: str
    rule_version: int
    control_total_minor: int
    entries: list[Entry]
    off_sheet: list[OffSheetEntry] = Field(default_factory=list)


class OriginTotal(BaseModel):
    """How many sets of one origin stand in the journal of a date, and their control total."""

    model_config = ConfigDict(frozen=True)

    origin: str
    postings: int
    control_total_minor: int


class RuleMovement(BaseModel):
    """What one posting rule moved on an account on a date, red legs deducted."""

    rule: str
    debit_minor: int
    credit_minor: int


class AccountDay(BaseModel):
    """A ledger account as it stands, debit positive, and what moved on it on a date."""

    account: str
    balance_minor: int
    movements: list[RuleMovement] = Field(default_factory=list)


class Transport(Protocol):
    """How a client reaches a service: one call that answers JSON or raises `DomainError`."""

    async def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any: ...


class LedgerClient:
    """The ledger as other services call it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def expand(self, fact: PostingRequested, *, reserve: bool) -> Expansion:
        """The entries of a fact. With `reserve`, money that leaves a guarded internal account is held under the posting id.

        Raises whatever the ledger refuses with: unknown rule, closed account, cash box without enough cash.
        """
        answer = await self._transport.call(
            "ledger", "POST", "/internal/expand", json=fact.model_dump(mode="json"), params={"reserve": "1" if reserve else "0"}
        )
        return Expansion.model_validate(answer)

    async def release(self, posting_id: UUID) -> None:
        """Give back what `expand` reserved for a posting that will not come."""
        await self._transport.call("ledger", "POST", f"/internal/reservations/{posting_id}/release")

    async def balances(self, accounts: list[str]) -> dict[str, int]:
        """Balances of ledger accounts in minor units, debit positive; accounts never posted to are absent."""
        answer = await self._transport.call("ledger", "POST", "/internal/balances", json={"accounts": accounts})
        return {str(account): int(minor) for account, minor in answer["balances"].items()}

    async def account_days(self, accounts: list[str], business_date: date) -> list[AccountDay]:
        """Balances and the date's turnover of ledger accounts; accounts never posted to are absent."""
        asked = {"accounts": accounts, "business_date": business_date.isoformat()}
        answer = await self._transport.call("ledger", "POST", "/internal/account-days", json=asked)
        return [AccountDay.model_validate(day) for day in answer]

    async def totals(self, business_date: date) -> list[OriginTotal]:
        """Count and control total of what stands in the journal of a date, per origin."""
        answer = await self._transport.call("ledger", "GET", "/internal/totals", params={"date": business_date.isoformat()})
        return [OriginTotal.model_validate(row) for row in answer["totals"]]

    async def interbranch(self, currency: str | None = None) -> dict[str, int]:
        """The balances of every 416-420 sub-account, of 110 and of every reserve account, in one currency or all; debit positive, in
        minor units."""
        params = {"currency": currency} if currency else {}
        return await self._transport.call("ledger", "GET", "/internal/interbranch", params=params)

    async def posted(self, posting_ids: list[UUID]) -> set[UUID]:
        """Which of these postings stand in the journal."""
        asked = {"posting_ids": [str(posting_id) for posting_id in posting_ids]}
        return {UUID(each) for each in (await self._transport.call("ledger", "POST", "/internal/posted", json=asked))["posted"]}


def control_total_minor(fact: PostingRequested) -> int:
    """The hash total of a fact, which its sender and the ledger compute alike to prove completeness: all amounts without sign, free
    legs by their debits."""
    amounts = sum(abs(amount) for amount in fact.amounts_minor.values())
    return amounts + sum(abs(leg.amount_minor) for leg in fact.legs if leg.direction == "debit")
