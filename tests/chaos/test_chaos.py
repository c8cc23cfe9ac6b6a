"""Processes die while tellers work: nothing acknowledged is lost, nothing is done twice, and the day ends with every proof."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from launch.catalogue import APPLICATIONS
from launch.provision.rabbitmq import DECLARATIONS_SETTLE_SECONDS
from tests.chaos.books import Sql, check_books, check_replays, wait_until_quiet
from tests.chaos.load import Load
from tests.support.distributed import DistributedBank, StartedBank, distributed_bank, one_process_bank
from tests.support.interbranch import net
from tests.support.waiting import until

pytestmark = [pytest.mark.chaos, pytest.mark.slow]
ROUNDS = 60
"""How many rounds a teller works at most while one process dies."""
BEFORE_SECONDS, AFTER_SECONDS = 0.7, 0.5
# A run that was sent; that the ledger is about to write; that it has written, and clearing has counted nothing of.
UNDER_WAY = "SELECT 1 FROM clearing.netting_run AS r WHERE stage = 'posting'"
NOT_COMMITTED = f"{UNDER_WAY} AND EXISTS (SELECT FROM pg_locks WHERE relation = 'ledger.posting_set'::regclass AND NOT granted)"
NOT_TOLD = (
    f"{UNDER_WAY} AND done = 0 AND total = (SELECT count(*) FROM clearing.netting_entry AS e JOIN ledger.posting_set USING (posting_id) "
    "WHERE e.run = r.run)"
)
UNLIKE = (
    "SELECT posting_id FROM clearing.netting_entry FULL JOIN (SELECT posting_id, rule FROM ledger.posting_set WHERE rule LIKE "
    "'clearing.netting.%') AS posted USING (posting_id) WHERE step IS NULL OR rule IS NULL"
)


class Bench:
    """The bank all the victims die in, and the load on it."""

    def __init__(self, bank: DistributedBank) -> None:
        self.bank = bank
        self.load = Load(bank.client)


@pytest.fixture(scope="module")
async def chaos(bank_template: Any, broker: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    """A bank of many processes with open accounts."""
    vhost = broker.add_vhost(f"chaos-{uuid4().hex[:8]}")
    async with distributed_bank(bank_template, vhost, tmp_path_factory.mktemp("chaos") / "bank") as bank:
        bench = Bench(bank)
        await bench.load.open_accounts()
        yield bench


async def work_while(load: Load, bank: StartedBank, die: Callable[[], Awaitable[None]]) -> None:
    """Let the tellers work, let something die among them, and let them go on for a while once everything answers again."""
    stop = asyncio.Event()
    acknowledged = len(load.sent)
    working = asyncio.create_task(load.work(stop, ROUNDS))
    await asyncio.sleep(BEFORE_SECONDS)
    await die()
    await bank.wait_until_ready()
    await asyncio.sleep(AFTER_SECONDS)
    stop.set()
    await working
    assert len(load.sent) > acknowledged


async def check_day(bank: StartedBank, load: Load) -> None:
    """The books agree with the receipts, the day ends, and every proof of the books holds."""
    await wait_until_quiet(bank.sql)
    await check_books(bank.sql, load)
    await check_replays(load)
    await check_books(bank.sql, load)
    run = await bank.day_end()
    assert run["state"] == "done", run
    proofs = await bank.ask("S0009", "books.proof", date=run["business_date"])
    for name in ("trial_balance", "subledgers", "positions", "mirrors", "completeness"):
        assert proofs[name]["holds"] is True, proofs[name]


@pytest.mark.broker
@pytest.mark.parametrize("victim", APPLICATIONS)
async def test_a_service_dies(chaos: Bench, victim: str) -> None:
    await work_while(chaos.load, chaos.bank, lambda: chaos.bank.kill_service(victim))


@pytest.mark.broker
async def test_the_broker_dies(chaos: Bench, broker: Any) -> None:
    async def die() -> None:
        await asyncio.to_thread(broker.kill)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker.start)

    await asyncio.sleep(DECLARATIONS_SETTLE_SECONDS)
    await work_while(chaos.load, chaos.bank, die)


@pytest.mark.broker
async def test_the_starting_process_dies(chaos: Bench) -> None:
    """The services end with it, and a second start on the same folder and port goes on."""

    async def die() -> None:
        await chaos.bank.kill()
        await chaos.bank.start()

    await work_while(chaos.load, chaos.bank, die)


@pytest.mark.broker
@pytest.mark.parametrize(
    ("victim", "held", "stage"),
    [
        ("ledger", "ledger.posting_set", NOT_COMMITTED),
        ("ledger", "clearing.position", NOT_TOLD),
        ("clearing", "clearing.position", NOT_TOLD),
    ],
    ids=["ledger-before-its-commit", "ledger-told-nobody", "clearing-has-not-heard"],
)
async def test_a_service_dies_while_the_day_is_netted(chaos: Bench, victim: str, held: str, stage: str) -> None:
    """A table holds the run up where the service is to die: the ledger before it has committed the sets, and when they are in its journal
    and clearing has not counted them; clearing then, too."""
    bank, load, stop = chaos.bank, chaos.load, asyncio.Event()
    while not await bank.sql("SELECT 1 FROM clearing.position WHERE amount_minor <> 0"):
        await load.work(stop, 1)
    await wait_until_quiet(bank.sql)
    [[day]] = await bank.sql("SELECT business_date FROM ledger.business_day")
    owner = await asyncpg.connect(bank.owner_url())
    try:
        async with owner.transaction():
            await owner.execute(f"LOCK TABLE {held} IN SHARE MODE")
            netting = asyncio.create_task(net(bank.transport(), day))
            await until(lambda: holds(bank.sql, stage), f"the run is where {victim} is to die", 0.02)
            await bank.kill_service(victim)
    finally:
        await owner.close()
    await bank.wait_until_ready()
    await asyncio.gather(netting, return_exceptions=True)
    assert (await net(bank.transport(), day)).state == "done"
    await wait_until_quiet(bank.sql)
    assert await bank.sql("SELECT 1 FROM clearing.position WHERE amount_minor <> 0") == []
    assert await bank.sql(UNLIKE) == [], "sets of a run that are not in the journal, or others that are"


async def holds(sql: Sql, query: str) -> bool:
    """Whether a query finds anything."""
    return bool(await sql(query))


@pytest.mark.broker
async def test_the_books_of_many_processes(chaos: Bench) -> None:
    assert chaos.load.repeated > 0, "nothing that died was missed by anybody"
    await check_day(chaos.bank, chaos.load)


async def test_a_bank_in_one_process_dies(tmp_path: Path) -> None:
    async with one_process_bank(tmp_path / "bank") as bank:
        load = Load(bank.client)
        await load.open_accounts()

        async def die() -> None:
            await bank.kill()
            await bank.start()

        await work_while(load, bank, die)
        await work_while(load, bank, die)
        assert load.repeated > 0
        await check_day(bank, load)
        assert await bank.stop() == 0
