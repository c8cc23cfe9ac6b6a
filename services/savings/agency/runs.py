"""代发/代扣批量入账: the lines of a running batch, portion by portion, each portion one transaction and one posting set (decision 0019).

Set-wise: one statement decides a portion (`deciding.py`). The organisation's account was held (money that goes out) or announced (money
that comes in) when the run began, so that a portion never finds it short or closed.

A portion is decided once: what it did and how far the batch is are committed together. Whoever dies, any process of the service goes on.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER, Automatic, WrittenLegs, post_automatically
from banking.business_day import business_date_of
from banking.transaction import Posting
from kernel.errors import DomainError
from runtime.identifiers import derived_id
from runtime.service import Resources
from services.savings.accounts import Line, book, lock, reference, save
from services.savings.agency.contracts import batch_of, change_batch, contract_of
from services.savings.agency.deciding import CODE, Portion, decide, lock_accounts
from services.savings.agency.tables import BATCH
from services.savings.domain.accounts import release, settle_hold
from services.savings.domain.agency import AgencyKind, BatchState, state_after_run
from services.savings.domain.agency_errors import BATCH_UNKNOWN
from services.savings.parameters.load import parameters
from services.savings.tables import FRAME

log = structlog.get_logger(__name__)

PORTION = 4_000
"""How many lines one transaction decides, and one posting set holds at most."""
EVERY_SECONDS = 1.0


async def running(connection: AsyncConnection) -> int:
    """How many batches are being posted; the day is not complete before they are."""
    table = BATCH.c
    return (await connection.execute(select(func.count()).select_from(BATCH).where(table.state == "running"))).scalar_one()


async def run_batches(resources: Resources) -> None:
    """The loop: every running batch to its end. One that cannot go on now does not keep the others."""
    table = BATCH.c
    async with resources.database.reading() as connection:
        waiting = select(table.contract, table.batch).where(table.state == "running").order_by(table.contract, table.batch).limit(200)
        rows = list(await connection.execute(waiting))
    for contract, batch in rows:
        try:
            while await run_portion(resources, contract, batch):
                resources.outbox.committed()
        except Exception as error:
            log.warning("a batch cannot go on, will be tried again", contract=contract, batch=batch, error=repr(error))
        resources.outbox.committed()


async def run_portion(resources: Resources, contract_number: str, number: int) -> bool:
    """Decide the next lines of a running batch. Returns whether there are more to decide here; not so while another process is at it."""
    async with resources.database.transaction() as connection:
        try:
            batch = await batch_of(connection, contract_number, number, wait=False)
        except DomainError as error:
            if error.type is BATCH_UNKNOWN:
                return False
            raise
        if batch.state != BatchState.RUNNING.value:
            return False
        contract = await contract_of(connection, contract_number)
        day = await business_date_of(connection, FRAME)
        posting_id = derived_id(CODE, contract.contract, batch.batch, batch.portions + 1)
        places = await lock_accounts(connection, contract, batch, PORTION)
        portion = await decide(connection, contract, batch, places, posting_id, day)
        if portion.posted or portion.failed:
            await _settle_with_organisation(connection, resources, contract, portion, posting_id, day)
        return await _count(connection, batch, portion)


async def _settle_with_organisation(
    connection: AsyncConnection, resources: Resources, contract: Row[Any], portion: Portion, posting_id: UUID, day: date
) -> None:
    """Take what was posted out of the hold on the contract's account, give up what failed, and send the set of the portion."""
    kind = AgencyKind(contract.kind)
    account = (await lock(connection, account=contract.account))["account"]
    account = release(account, -kind.sign * portion.failed_minor)
    if not portion.posted:
        await save(connection, account)
        return
    amount_minor = -kind.sign * portion.posted_minor
    account = settle_hold(account, amount_minor, day, parameters())
    line = Line(posting_id, CODE, day, day, amount_minor, contract.outlet, SYSTEM_TELLER, summary=f"{kind.text.zh} {portion.posted} 笔")
    await book(connection, account, line)
    posting = Posting(
        kind.rule,
        contract.currency,
        {"contract": reference(account)},
        {"total": portion.posted_minor},
        summary=kind.text.zh,
    )
    legs = WrittenLegs(portion.legs or "[]", debit_minor=portion.posted_minor if kind is AgencyKind.COLLECTION else 0)
    await post_automatically(connection, resources, CODE, day, [Automatic(posting_id, contract.outlet, posting, legs)])


async def _count(connection: AsyncConnection, batch: Row[Any], portion: Portion) -> bool:
    """Note how far the batch is. Returns whether lines are left."""
    decided = batch.decided_count + portion.posted + portion.failed
    failed = batch.failed_count + portion.failed
    more = portion.looked_at > 0 and decided < batch.run_count
    await change_batch(
        connection,
        batch,
        state=BatchState.RUNNING.value if more else state_after_run(failed).value,
        decided_count=decided,
        failed_count=failed,
        posted_count=batch.posted_count + portion.posted,
        posted_minor=batch.posted_minor + portion.posted_minor,
        open_minor=batch.open_minor - portion.posted_minor - portion.failed_minor,
        portions=batch.portions + (portion.posted > 0),
        reached=portion.reached,
    )
    return more
