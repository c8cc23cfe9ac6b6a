"""The ledger dies at any step of a netting run and is started anew: the run ends with the same books, and nothing is posted twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from launch.demo import BUSINESS_DATE
from runtime.migrations import role_of
from services.clearing.netting import run_netting
from services.ledger.reservations import settle_reservations
from tests.integration.clearing.test_clearing_run import MOVED, WORKED_EXAMPLE
from tests.support.bank import ROLE_PASSWORD, TestBank
from tests.support.interbranch import move_all, net, reserves, settled, sub_accounts
from tests.support.mortal import Death, MortalService

pytestmark = pytest.mark.slow
NETS = 11
PLACES = ("ledger.postings not committed", "ledger.postings committed", "ledger not committed", "ledger committed")
"""Its posting consumer; and, as `ledger`, what it is asked, and what it tells."""


async def net_until_done_or_dead(bank: TestBank, ledger: MortalService, after: int) -> Death:
    """A run during which the ledger dies after so many steps, and is up again at once; whoever waited for it is not spared the failure."""
    death = ledger.doom(after)
    resources = bank.bank.applications["clearing"].resources
    running, dying = asyncio.create_task(run_netting(resources, BUSINESS_DATE)), asyncio.create_task(death.struck.wait())
    await asyncio.wait({running, dying}, return_when=asyncio.FIRST_COMPLETED)
    dying.cancel()
    if death.struck.is_set():
        await ledger.restart()
    else:
        ledger.doom(10**9)
    await asyncio.gather(running, return_exceptions=True)
    return death


async def test_a_run_outlives_the_ledger_dying_anywhere(branches: TestBank) -> None:
    """Each turn brings the worked example again; the ledger dies one step later, before a commit or between it and what should follow."""
    transport = branches.bank.transport
    ledger = MortalService(branches.bank, "ledger", branches.cluster.dsn(branches.database, role_of("ledger"), ROLE_PASSWORD))
    await ledger.restart()
    before, turns, places = await reserves(transport), 0, Counter[str]()
    while True:
        await move_all(transport, WORKED_EXAMPLE)
        await settled(transport)
        death = await net_until_done_or_dead(branches, ledger, turns)
        assert (await net(transport)).state == "done"
        turns += 1
        assert await sub_accounts(transport) == {}
        after = await reserves(transport)
        moved = {account: minor - before[account] for account, minor in after.items() if minor != before[account]}
        assert moved == {account: minor * turns for account, minor in MOVED.items()}, f"dying {death.place}, step {turns - 1}"
        if not death.struck.is_set():
            break
        places[death.place] += 1
    [entries] = await branches.sql("SELECT count(*) AS rows, count(DISTINCT posting_id) AS ids FROM clearing.netting_entry")
    [posted] = await branches.sql("SELECT count(*) AS sets FROM ledger.posting_set WHERE origin = 'clearing'")
    assert entries["rows"] == entries["ids"] == posted["sets"] == turns * NETS
    await branches.sql("UPDATE ledger.reservation SET created_at = created_at - interval '1 hour'")
    await settle_reservations(branches.bank.applications["ledger"].resources)
    left = "SELECT 1 FROM ledger.reservation UNION ALL SELECT 1 FROM ledger.account WHERE reserved_minor <> 0 UNION ALL "
    assert await branches.sql(left + "SELECT 1 FROM ledger.parked UNION ALL SELECT 1 FROM clearing.parked") == []
    assert set(PLACES) <= set(places), places
