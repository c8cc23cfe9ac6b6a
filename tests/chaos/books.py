"""What must hold in the database after tellers worked while processes died, looked at as its owner."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from contracts.ledger import PostingRequested
from contracts.topology import OWNERS
from kernel.money import parse_signed
from tests.chaos.load import Load

Sql = Callable[..., Awaitable[list[Any]]]
SERVICES = OWNERS[PostingRequested.NAME]
QUIET_SECONDS = 60.0


async def wait_until_quiet(sql: Sql) -> None:
    """Wait until nothing is on its way: every message has left, every two-phase posting is decided, nothing is reserved."""
    waits = " UNION ALL ".join(
        f"SELECT '{name} outbox', count(*) FROM {name}.outbox_waiting "
        f"UNION ALL SELECT '{name} intended', count(*) FROM {name}.register WHERE state = 'intended' "
        f"UNION ALL SELECT '{name} pending', count(*) FROM {name}.movement WHERE state = 'pending'"
        for name in SERVICES
    )
    unposted = " + ".join(f"(SELECT count(*) FROM {name}.register WHERE state = 'posted' AND posts)" for name in SERVICES)
    waits += f" UNION ALL SELECT 'unposted', {unposted} - (SELECT count(*) FROM ledger.posting_set)"
    waits += " UNION ALL SELECT 'clearing', (SELECT count(*) FROM ledger.posting_set) - (SELECT sum(postings) FROM clearing.ingested)"
    waits += " UNION ALL SELECT 'reserved', count(*) FROM ledger.reservation"
    waiting: dict[str, int] = {}
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            while waiting := {row[0]: int(row[1]) for row in await sql(waits) if row[1]}:
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"still on its way after {QUIET_SECONDS} s: {waiting}") from None


async def check_books(sql: Sql, load: Load) -> None:
    """Everything acknowledged is in the books, once, and nothing else is."""
    await check_postings(sql, load)
    await check_balances(sql, load)
    for name in SERVICES:
        parked = await sql(f"SELECT name, code, reason FROM {name}.parked")
        assert parked == [], f"parked at {name}: {parked}"


async def check_postings(sql: Sql, load: Load) -> None:
    """The postings of the receipts, those of the registers and those of the journal are the same; none is there twice."""
    unanswered = [sent for sent in load.sent if not sent.receipt]
    assert unanswered == []
    acknowledged = Counter(UUID(sent.receipt["posting_id"]) for sent in load.sent if sent.receipt["posting_id"])
    assert set(acknowledged.values()) == {1}, "two keys got the same posting"
    journal = {row["posting_id"]: row["transaction_number"] for row in await sql("SELECT * FROM ledger.posting_set")}
    own = "SELECT posting_id FROM ledger.posting_set WHERE transaction_code IN ('bank.open', 'clearing.netting.run')"
    by_the_bank = {row["posting_id"] for row in await sql(own)}
    assert set(acknowledged) - set(journal) == set(), "acknowledged, but not in the journal"
    assert set(journal) - set(acknowledged) - by_the_bank == set(), "in the journal, but never acknowledged"
    for sent in load.sent:
        if sent.receipt["posting_id"]:
            assert journal[UUID(sent.receipt["posting_id"])] == sent.receipt["transaction_number"]
    registered: set[UUID] = set()
    for name in SERVICES:
        decided = {row["posting_id"] for row in await sql(f"SELECT posting_id FROM {name}.register WHERE state = 'posted' AND posts")}
        written = {row["posting_id"] for row in await sql("SELECT posting_id FROM ledger.posting_set WHERE origin = $1", name)}
        assert decided == written, f"register and journal differ over {name}"
        registered |= decided
    assert registered == set(journal)
    lines = await sql("SELECT posting_id, count(*) FROM ledger.leg GROUP BY posting_id HAVING count(*) < 2")
    assert lines == [], "sets without two sides"


async def check_balances(sql: Sql, load: Load) -> None:
    """The balance of every account is the sum of what was acknowledged on it, in the books of its owner and in the ledger."""
    deposits = {row["account"]: row for row in await sql("SELECT * FROM savings.account")}
    ledger = {row["account"]: row for row in await sql("SELECT * FROM ledger.account")}
    for account, balance in load.balances.items():
        expected_minor = parse_signed(str(balance), "CNY", "balance")
        row = deposits[account]
        assert (row["balance_minor"], row["held_minor"], row["incoming_minor"]) == (expected_minor, 0, 0), account
        assert ledger[account]["balance_minor"] == -expected_minor, account
    loans = {row["account"]: row["balance_minor"] for row in await sql("SELECT account, balance_minor FROM lending.loan")}
    expected = {account: parse_signed(str(balance), "CNY", "balance") for account, balance in load.loans.items()}
    assert loans == expected
    assert {account: ledger[account]["balance_minor"] for account in loans} == expected
    reserved = await sql("SELECT account, reserved_minor FROM ledger.account WHERE reserved_minor <> 0")
    assert reserved == []


async def check_replays(load: Load, most: int = 40) -> None:
    """The same key gets the same receipt again, and nothing happens twice."""
    for sent in load.random.sample(load.sent, min(most, len(load.sent))):
        assert await load.again(sent) == sent.receipt
