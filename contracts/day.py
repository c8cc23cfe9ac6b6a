"""The business day as every service keeps its copy of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter

from contracts.ledger import Transport


class DayStatement(BaseModel):
    """What one service says of its own postings of a business date: count, control total, and what is still undecided."""

    service: str
    business_date: date
    postings: int
    control_total_minor: int
    undecided: int = 0
    outbox_waiting: int = 0


class Position(BaseModel):
    """The sum a sub-ledger claims for one group of accounts; `checksum` covers every account and balance in it."""

    outlet: str
    currency: str
    business_code: str
    accounts: int
    total_minor: int
    checksum: int


class SubLedger(BaseModel):
    """Group sums of a sub-ledger (or of the ledger's own copy of these accounts); credit positive."""

    service: str
    groups: list[Position] = Field(default_factory=list)


class PostedAmount(BaseModel):
    """What a posting changed on an account, credit positive."""

    posting_id: UUID
    change_minor: int


class AccountMovements(BaseModel):
    """What moved an account: sums by date, or the postings of one date; `more` if those are not all."""

    days: dict[date, int] = Field(default_factory=dict)
    postings: list[PostedAmount] = Field(default_factory=list)
    more: bool = False


class EventProgress(BaseModel):
    """How far the automatic events of a business date are in one service: pieces of work done, and all there are."""

    done: int = 0
    total: int = 0


class Blocker(BaseModel):
    """A piece of business that must be finished before its outlet, or the day, may close; said in both languages, without the outlet."""

    outlet: str
    zh: str
    en: str


_BLOCKERS: TypeAdapter[list[Blocker]] = TypeAdapter(list[Blocker])


class DayClient:
    """The copy of the business day in one service."""

    def __init__(self, transport: Transport, service: str) -> None:
        self._transport = transport
        self.service = service

    async def open(self, business_date: date, outlets: list[str]) -> None:
        """Start a business date with these outlets open. Repeating it is harmless."""
        await self._transport.call(
            self.service, "POST", "/internal/day/open", json={"business_date": business_date.isoformat(), "outlets": outlets}
        )

    async def close(self, business_date: date) -> DayStatement:
        """Stop all outlets and state the day. Repeating it is harmless. Raises `day.business_open` naming what must be finished first."""
        answer = await self._transport.call(self.service, "POST", "/internal/day/close", json={"business_date": business_date.isoformat()})
        return DayStatement.model_validate(answer)

    async def statement(self, business_date: date) -> DayStatement:
        """The statement of the date as it is now."""
        answer = await self._transport.call(self.service, "GET", "/internal/day/statement", params={"date": business_date.isoformat()})
        return DayStatement.model_validate(answer)

    async def run_events(self, business_date: date) -> EventProgress:
        """Do the next portion of the automatic events of the closed date (interest days, maturities); to be repeated until all is done."""
        answer = await self._transport.call(self.service, "POST", "/internal/day/events", json={"business_date": business_date.isoformat()})
        return EventProgress.model_validate(answer)

    async def set_outlets(self, outlets: list[str], *, is_open: bool) -> None:
        """Open or close outlets of the current date. Raises `day.closed` if they are to open after its close."""
        await self._transport.call(self.service, "POST", "/internal/day/outlets", json={"outlets": outlets, "open": is_open})

    async def blockers(self, outlets: list[str] | None = None) -> list[Blocker]:
        """What keeps these outlets, or the whole day, from closing, as far as this service is concerned."""
        answer = await self._transport.call(self.service, "POST", "/internal/day/blockers", json={"outlets": outlets})
        return _BLOCKERS.validate_python(answer)

    async def set_teller(self, outlet: str, teller: str, *, barred: bool) -> None:
        """Bar a balanced teller from business, or let him work again."""
        await self._transport.call(
            self.service, "POST", "/internal/day/teller", json={"outlet": outlet, "teller": teller, "barred": barred}
        )

    async def sub_ledger(self) -> SubLedger:
        """Group sums of the accounts the service owns."""
        return SubLedger.model_validate(await self._transport.call(self.service, "GET", "/internal/day/sub-ledger"))

    async def group_balances(self, group: Position) -> dict[str, int]:
        """Every account of one group with its balance, credit positive: for naming the accounts behind a difference."""
        params = {"outlet": group.outlet, "currency": group.currency, "business_code": group.business_code}
        answer = await self._transport.call(self.service, "GET", "/internal/day/sub-ledger/accounts", params=params)
        return {str(account): int(minor) for account, minor in answer["balances"].items()}

    async def movements(self, account: str, day: date | None = None) -> AccountMovements:
        """What moved an account of the service: sums by date, or of one date by posting."""
        params = {"account": account, **({"business_date": day.isoformat()} if day else {})}
        return AccountMovements.model_validate(
            await self._transport.call(self.service, "GET", "/internal/day/sub-ledger/movements", params=params)
        )
