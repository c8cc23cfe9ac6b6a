"""A day of items between outlets for the netting benchmark, and its proofs once it was netted.

The items are facts of clearing, numbered, registered and sent set-wise; the bank itself posts them through outbox, bus and ledger.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from banking.automatic import column, send_set_wise
from banking.transaction import Posting
from bench.bank import IDLE_SECONDS
from bench.books import check_books
from contracts.ledger import AccountReference
from launch.demo import BUSINESS_DATE
from runtime.database import driver_connection
from runtime.identifiers import MEMBER_BITS, member_id, new_id
from runtime.service import Resources
from services.ledger.day_end.day import Day
from services.ledger.day_end.whole_journal import journal
from tests.support.bank import TestBank

PORTION = 20_000
"""Items sent in one transaction; the next ones follow once no more than as many wait to be posted."""
CODE, RULE = "clearing.internal.transfer", "clearing.internal.credit"
PARTIES = {"from": "payer_account", "to": "payee_account"}
POSTING = Posting(rule=RULE, currency="CNY", accounts={role: AccountReference(number=column(given)) for role, given in PARTIES.items()})
# Item n goes from the n-th outlet to one of the seven after it, from suspense to suspense.
ITEMS = """
WITH item AS (
    SELECT n, (left($4::text, -6) || lpad(to_hex(n), 6, '0'))::uuid AS posting_id, payer AS outlet,
           '9' || payer || '1026400001' AS payer_account, '9' || payee || '1026400001' AS payee_account,
           100 + n * 7919::bigint % 1000000 AS amount_minor
    FROM generate_series($1::int, $2::int) AS n, LATERAL (
        SELECT ($3::text[])[1 + n % cardinality($3::text[])] AS payer,
               ($3::text[])[1 + (n + 1 + n / cardinality($3::text[]) % 7) % cardinality($3::text[])] AS payee) AS parties
)"""
POSTED = "SELECT coalesce(sum(postings), 0)::bigint FROM clearing.ingested WHERE origin = 'clearing'"


async def post_items(bank: TestBank, outlets: Sequence[str], items: int) -> float:
    """Send so many items and wait until clearing has heard that all of them are posted; the seconds it took."""
    if items >> MEMBER_BITS:
        raise SystemExit("more items than one day's can be told apart")
    resources, whole, started = bank.bank.applications["clearing"].resources, member_id(new_id(), 0).hex, time.perf_counter()
    for first in range(0, items, PORTION):
        await _send(resources, outlets, whole, first, min(first + PORTION, items) - 1)
        await _wait_for(bank, first, items, started)
    await _wait_for(bank, items, items, started)
    return time.perf_counter() - started


async def _send(resources: Resources, outlets: Sequence[str], whole: str, first: int, last: int) -> None:
    async with resources.database.transaction() as connection:
        amounts = {"amount": "amount_minor"}
        sending = await send_set_wise(
            connection, resources, CODE, BUSINESS_DATE, POSTING, amounts, rows="item", order="n", first_parameter=5
        )
        await sending.send(await driver_connection(connection), ITEMS, first, last, list(outlets), whole)
    resources.outbox.committed()


async def _wait_for(bank: TestBank, wanted: int, items: int, started: float) -> None:
    """Wait until so many are posted and heard of, and say how far it is. Ends the program when nothing moves any more."""
    found, moved = -1, time.perf_counter()
    while found < wanted:
        [[posted]] = await bank.sql(POSTED)
        if posted != found:
            found, moved = posted, time.perf_counter()
            seconds = moved - started
            print(f"\r{found:,} of {items:,} items posted, {found / seconds:,.0f} a second ", end="", file=sys.stderr, flush=True)
        elif time.perf_counter() - moved > IDLE_SECONDS:
            raise SystemExit(f"{found} of {wanted} items, and no more for {IDLE_SECONDS:.0f} s")
        if found < wanted:
            await asyncio.sleep(0.25)
    if wanted == items:
        print(file=sys.stderr)


async def proofs(bank: TestBank) -> dict[str, Any]:
    """The proofs of the day as its end asks for them, and its step in which the journal proves itself; what must not be in the tables,
    counted. Anything wrong ends the program."""
    started = time.perf_counter()
    proof = await bank.bank.transport.call("reconciliation", "POST", "/internal/proof", json={"business_date": BUSINESS_DATE.isoformat()})
    seconds, started = time.perf_counter() - started, time.perf_counter()
    await journal(_day(bank))
    journal_seconds = time.perf_counter() - started
    holds = {name: part["holds"] for name, part in proof.items() if isinstance(part, dict)}
    wrong = await check_books(bank.cluster.dsn(bank.database))
    left = await bank.sql("SELECT 1 FROM clearing.position WHERE amount_minor <> 0 UNION ALL SELECT 1 FROM clearing.open_item")
    if not all(holds.values()) or any(wrong.values()) or left:
        raise SystemExit(f"the books of the day do not hold: {proof} {wrong} {len(left)} left on 416")
    took = {"proofs_seconds": round(seconds, 2), "journal_proves_itself_seconds": round(journal_seconds, 2)}
    return {**took, "proofs_hold": holds, "must_be_none": {**wrong, "left_on_416": len(left)}}


def _day(bank: TestBank) -> Day:
    async def report(_done: int, _total: int) -> None:
        return

    resources = bank.bank.applications["ledger"].resources
    return Day(resources, new_id(), BUSINESS_DATE, BUSINESS_DATE + timedelta(days=1), False, IDLE_SECONDS, report)
