"""The ledger's own books as the proof reads them: what does not balance in them, and its sums of the accounts that other services keep;
and what they show of single accounts over a span of dates, as statements are made from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.day import AccountMovements, Position, SubLedger
from contracts.ledger import Transport


class OutletDifference(BaseModel):
    """The books of an outlet in one currency, and by how much their debits exceed their credits."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    currency: str
    difference_minor: int


class UnexplainedBalance(BaseModel):
    """A business code whose accounts do not add up to the last general ledger and the turnover since; debit positive."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    currency: str
    business_code: str
    accounts_minor: int
    books_minor: int


class TrialBalance(BaseModel):
    """What is wrong in the ledger's books of a date; all empty when nothing is."""

    turnover: list[OutletDifference] = Field(default_factory=list)
    balances: list[OutletDifference] = Field(default_factory=list)
    unexplained: list[UnexplainedBalance] = Field(default_factory=list)


MOST_ACCOUNTS = 5000
"""Accounts that can be asked about at once."""
MOST_ENTRIES = 20_000
"""Entries of one page."""


class AskedAccount(BaseModel):
    """An account, and the first date of its span."""

    model_config = ConfigDict(frozen=True)

    account: str
    date_from: date


class AskedBooks(BaseModel):
    """Accounts, each with the first date of its span, and the last date of all of them, which has ended."""

    model_config = ConfigDict(frozen=True)

    accounts: list[AskedAccount] = Field(max_length=MOST_ACCOUNTS)
    date_to: date


class AccountBooks(BaseModel):
    """An account over its span: balances, credit positive, and turnover, red entries deducted; opening - debit + credit = closing."""

    model_config = ConfigDict(frozen=True)

    account: str
    date_from: date
    opening_minor: int
    closing_minor: int
    debit_minor: int
    debit_count: int
    credit_minor: int
    credit_count: int


class EntryPlace(BaseModel):
    """An entry among those of many accounts: the following page begins behind it."""

    model_config = ConfigDict(frozen=True)

    account: str
    business_date: date
    entry: int


class AskedEntries(AskedBooks):
    """The same, and where the page begins; an account stands among them once."""

    after: EntryPlace | None = None
    limit: int = Field(MOST_ENTRIES, ge=1, le=MOST_ENTRIES)


class BookedEntry(EntryPlace):
    """One entry of an account; a red one has a negative amount, the balance behind it is credit positive."""

    posting_id: UUID
    transaction_number: str
    counter_outlet: str
    is_debit: bool
    amount_minor: int
    balance_after_minor: int
    voucher_type: str | None = None
    voucher_number: str | None = None
    summary: str = ""


class Entries(BaseModel):
    """A page of entries, account by account in the order they moved it."""

    model_config = ConfigDict(frozen=True)

    entries: list[BookedEntry]
    more: bool = False


class BooksClient:
    """The ledger's books."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def trial_balance(self, business_date: date) -> TrialBalance:
        """What does not balance, on the current business date."""
        answer = await self._transport.call("ledger", "GET", "/internal/trial-balance", params={"date": business_date.isoformat()})
        return TrialBalance.model_validate(answer)

    async def sub_ledger(self, owner: str) -> SubLedger:
        """The ledger's group sums of the accounts that a service keeps."""
        return SubLedger.model_validate(await self._transport.call("ledger", "GET", f"/internal/sub-ledgers/{owner}"))

    async def group_balances(self, owner: str, group: Position) -> dict[str, int]:
        """Every account of one group with the ledger's balance, credit positive."""
        params = {"outlet": group.outlet, "currency": group.currency, "business_code": group.business_code}
        answer = await self._transport.call("ledger", "GET", f"/internal/sub-ledgers/{owner}/accounts", params=params)
        return {str(account): int(minor) for account, minor in answer["balances"].items()}

    async def movements(self, account: str, day: date | None = None) -> AccountMovements:
        """What moved an account in the journal: sums by date, or of one date by posting; credit positive."""
        params = {"account": account, **({"business_date": day.isoformat()} if day else {})}
        return AccountMovements.model_validate(await self._transport.call("ledger", "GET", "/internal/account-movements", params=params))

    async def account_books(self, accounts: list[AskedAccount], date_to: date) -> list[AccountBooks]:
        """What the books show of accounts; those never moved up to the last date are left out. Raises `ledger.books.open`."""
        asked = AskedBooks(accounts=accounts, date_to=date_to).model_dump(mode="json")
        answer = await self._transport.call("ledger", "POST", "/internal/books/accounts", json=asked)
        return [AccountBooks.model_validate(each) for each in answer]

    async def entries(self, accounts: list[AskedAccount], date_to: date) -> AsyncIterator[list[BookedEntry]]:
        """Every entry of accounts over their spans, page by page. Raises `ledger.books.open`."""
        after: EntryPlace | None = None
        while True:
            asked = AskedEntries(accounts=accounts, date_to=date_to, after=after).model_dump(mode="json")
            page = Entries.model_validate(await self._transport.call("ledger", "POST", "/internal/books/entries", json=asked))
            yield page.entries
            if not page.more:
                return
            last = page.entries[-1]
            after = EntryPlace(account=last.account, business_date=last.business_date, entry=last.entry)
