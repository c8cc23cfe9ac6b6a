"""The second half of a netting run: send its sets, wait until they are in the journal, put a residue to suspense, verify, finish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import Automatic, post_automatically
from banking.transaction import Posting
from contracts.clearing import NettingRun
from kernel.errors import DomainError
from kernel.money import format_amount
from kernel.numbers import CITY
from runtime.database import driver_connection
from runtime.service import Resources
from services.clearing import runs
from services.clearing.books import OutOfTime, Wait, interbranch, read_standing, require_mirrors
from services.clearing.domain.errors import BALANCE_LEFT, NOT_POSTED
from services.clearing.domain.guards import mirror_differences, position_differences, residues
from services.clearing.domain.netting import ZERO, Settlement, Vector, plan_suspense
from services.clearing.runs import DAY

log = structlog.get_logger(__name__)

RUN_CODE, NOW_CODE = "clearing.netting.run", "clearing.netting.now"
POSTING_BATCH = 2000


def items_of(run: UUID, currency: str, settlements: Sequence[Settlement], first_line: int = 1) -> list[Automatic]:
    """The postings of a run's entries, under ids that come out the same again."""
    return [
        Automatic(
            runs.posting_id_of(run, line),
            each.books,
            Posting(rule=each.rule, currency=currency, amounts_minor=each.amounts_minor(), references=each.references()),
        )
        for line, each in enumerate(settlements, first_line)
    ]


async def send(connection: AsyncConnection, resources: Resources, day: date, scope: str, items: Sequence[Automatic]) -> None:
    """Send the sets in the order of their books, which is the order their outlets' rows are locked in."""
    code = RUN_CODE if scope == DAY else NOW_CODE
    ordered = sorted(items, key=lambda item: item.outlet)
    for start in range(0, len(ordered), POSTING_BATCH):
        await post_automatically(connection, resources, code, day, ordered[start : start + POSTING_BATCH])


async def settle(resources: Resources, raw: asyncpg.Connection, run: NettingRun, deadline: float) -> bool:
    """Bring a run that has been sent to its end. False if it is not there yet, or has a problem, which is written down.

    `raw` only reads, every statement of it what is committed by then.
    """
    assert run.run is not None
    try:
        while True:
            await _wait_until_posted(raw, run.run, deadline)
            if not await _suspend(resources, raw, run, run.run):
                break
        await _verify(resources, raw, run, run.run, deadline)
        return True
    except OutOfTime:
        return False
    except DomainError as error:
        log.warning("netting stopped", business_date=str(run.business_date), currency=run.currency, code=error.code)
        async with resources.database.transaction() as connection:
            await runs.set_problem(await driver_connection(connection), run.run, runs.problem_of(error))
        return False


async def _wait_until_posted(raw: asyncpg.Connection, run: UUID, deadline: float) -> None:
    wait = Wait(deadline)
    while True:
        current = await runs.run_by_id(raw, run)
        if current.done >= current.total:
            return
        if not wait.is_patient(current.done):
            raise NOT_POSTED(missing=current.total - current.done)
        await wait.pause()


async def _suspend(resources: Resources, raw: asyncpg.Connection, run: NettingRun, key: UUID) -> bool:
    """Put what the run left on 416 to suspense, for somebody to look into tomorrow (IB 2949). Whether there was anything.

    On an open day only the residue the plan foresaw is left over; the rest is new business and belongs to the next round.
    """
    if run.scope != DAY:
        return False
    standing, left = await read_standing(raw, run.business_date), {}
    if standing.closed:
        left = residues(standing.positions.get(run.currency, {}))
    elif run.residue_minor and not await runs.has_suspense(raw, key):
        left = {CITY: (run.residue_minor, *ZERO[1:])}
    settlements = plan_suspense(left)
    if not settlements:
        return False
    async with resources.database.transaction() as connection:
        first_line = await runs.extend(await driver_connection(connection), key, run.currency, settlements)
        await send(connection, resources, run.business_date, run.scope, items_of(key, run.currency, settlements, first_line))
    resources.outbox.committed()
    log.warning("netting left a residue in suspense", business_date=str(run.business_date), currency=run.currency, outlets=len(settlements))
    return True


async def _verify(resources: Resources, raw: asyncpg.Connection, run: NettingRun, key: UUID, deadline: float) -> None:
    """Mirrors equal, and on a closed day nothing left on 416 in the ledger either; then the run is done.

    While outlets are open, one half of a transfer between reserves may stand in the journal before the other: that is waited for.
    Raises `clearing.netting.mirrors_differ`, `clearing.netting.balance_left`.
    """
    standing, wait = await read_standing(raw, run.business_date), Wait(deadline)
    while True:
        balances, reserves = await interbranch(resources, run.currency)
        if standing.closed or not mirror_differences(reserves) or not wait.is_patient(reserves):
            break
        await wait.pause()
    if standing.closed and run.scope == DAY:
        _require_zero(balances, run.currency)
    require_mirrors(reserves, run.currency)
    async with resources.database.transaction() as connection:
        writing = await driver_connection(connection)
        await runs.finish(writing, key)
        await runs.keep_balances(writing, run.business_date, run.currency, reserves)


def _require_zero(balances: Mapping[str, Vector], currency: str) -> None:
    left = position_differences({}, balances)
    if left:
        first = left[0]
        raise BALANCE_LEFT(outlet=first.outlet, sub_account=first.sub_account, balance=format_amount(first.balance_minor, currency))
