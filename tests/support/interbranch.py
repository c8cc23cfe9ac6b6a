"""Inter-branch positions for tests: a bank without people, and business that moves any 416 sub-account of any outlet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from contracts.clearing import ClearingClient, NettingDay
from contracts.ledger import LedgerClient
from kernel.numbers import outlet_and_code
from launch.demo import BUSINESS_DATE, DEPARTMENTS, numbered, opening_entries
from runtime.transport import HttpTransport

_keys = count(1)
SUB_ACCOUNTS = ("416", "417", "418", "419", "420")


async def open_departments(transport: HttpTransport, business_date: date = BUSINESS_DATE) -> None:
    """The demo departments with their opening entries, without tellers."""
    await open_outlets(transport, [outlet for outlet, _, _ in DEPARTMENTS], business_date)
    await transport.call("ledger", "POST", "/internal/automatic", json={"code": "bank.open", "items": numbered(opening_entries())})


async def open_outlets(transport: HttpTransport, outlets: Sequence[str], business_date: date = BUSINESS_DATE) -> None:
    """Departments by their numbers alone."""
    named = [{"outlet": outlet, "zh": outlet, "en": outlet} for outlet in outlets]
    await transport.call("ledger", "POST", "/internal/organisation", json={"business_date": business_date.isoformat(), "outlets": named})


def move(outlet: str, sub_account: str, minor: int, currency: str = "CNY") -> dict[str, Any]:
    """A set of one outlet's books that adds `minor` (credit positive) to a sub-account, against a suspense account."""
    amounts = {f"s{sub}": -minor if sub == sub_account else 0 for sub in SUB_ACCOUNTS}
    key = f"{next(_keys)}"
    rule = "clearing.netting.suspense"
    return {"key": key, "outlet": outlet, "rule": rule, "currency": currency, "amounts_minor": {**amounts, "net": -minor}}


async def post(transport: HttpTransport, items: Sequence[dict[str, Any]]) -> None:
    """Post sets as business of the ledger."""
    for start in range(0, len(items), 2000):
        await transport.call("ledger", "POST", "/internal/automatic", json={"code": "test.business", "items": items[start : start + 2000]})


async def move_all(transport: HttpTransport, positions: Mapping[tuple[str, str], int], currency: str = "CNY") -> None:
    """Add these amounts (outlet, sub-account -> credit positive) to the positions."""
    await post(transport, [move(outlet, sub, minor, currency) for (outlet, sub), minor in positions.items()])


async def net(transport: HttpTransport, business_date: date = BUSINESS_DATE) -> NettingDay:
    """Run netting to its end, whatever that is."""
    client = ClearingClient(transport)
    while (answer := await client.run_netting(business_date)).state == "running":
        await asyncio.sleep(0.02)
    return answer


async def settled(transport: HttpTransport, seconds: float = 20.0) -> None:
    """Wait until what the ledger posted has reached clearing."""
    for _ in range(round(seconds / 0.02)):
        waiting = [await transport.call(name, "GET", "/internal/bus") for name in ("ledger", "clearing")]
        if not any(each["outbox_waiting"] for each in waiting):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the outboxes did not empty")


async def reserves(transport: HttpTransport, currency: str = "CNY") -> dict[str, int]:
    """110 and the reserve accounts in the ledger, debit positive."""
    accounts = await LedgerClient(transport).interbranch(currency)
    return {account: minor for account, minor in accounts.items() if outlet_and_code(account)[1] in ("110", "471", "472")}


async def sub_accounts(transport: HttpTransport, currency: str = "CNY") -> dict[str, int]:
    """The 416 sub-accounts that are not zero in the ledger, debit positive."""
    accounts = await LedgerClient(transport).interbranch(currency)
    return {account: minor for account, minor in accounts.items() if outlet_and_code(account)[1] in SUB_ACCOUNTS and minor}
