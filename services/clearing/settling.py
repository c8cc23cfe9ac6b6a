"""The second half of a netting run: send its sets, wait until they are in the journal, put a residue to suspense, verify, finish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import column, send_set_wise
from banking.transaction import Posting
from contracts.clearing import NettingRun
from kernel.errors import DomainError
from kernel.money import format_amount
from kernel.numbers import CITY
from runtime.database import driver_connection
from runtime.service import Resources
from services.clearing import runs
from services.clearing.books import OutOfTime, Wait, interbranch, read_heard, read_standing, require_mirrors
from services.clearing.domain.errors import BALANCE_LEFT, NOT_POSTED
from services.clearing.domain.guards import mirror_differences, position_differences, residues
from services.clearing.domain.netting import RULES, STEPS_IN_PAIRS, ZERO, Vector, amount_names, plan_suspense
from services.clearing.runs import DAY

log = structlog.get_logger(__name__)

RUN_CODE, NOW_CODE = "clearing.netting.run", "clearing.netting.now"
LOCK_GATES = (
    "SELECT FROM clearing.outlet_gate WHERE outlet IN (SELECT books FROM clearing.netting_entry WHERE run = $1 AND line >= $2) "
    "ORDER BY outlet FOR UPDATE"
)
ENTRIES_OF_A_STEP = "SELECT *, books AS outlet FROM clearing.netting_entry WHERE run = $1 AND line >= $2 AND step = $3"


def posting_of(step: int, currency: str) -> tuple[Posting, dict[str, str]]:
    """The posting every entry of a step becomes, and the columns of the entry its amounts stand in."""
    references = {"counterparty": column("counterparty")} if step in STEPS_IN_PAIRS else {}
    amounts = {name: f"{name}_minor" for name in amount_names(step)}
    return Posting(rule=RULES[step], currency=currency, references=references), amounts


async def send(
    connection: AsyncConnection, resources: Resources, day: date, scope: str, run: UUID, currency: str, first_line: int = 1
) -> None:
    """Number, register and send the sets of a run's entries from a line on, one statement a step: nothing of them passes through here."""
    raw = await driver_connection(connection)
    await raw.execute(LOCK_GATES, run, first_line)
    await raw.execute("SET LOCAL enable_nestloop = off")  # the entries were written this moment: statistics know of none
    steps = await raw.fetch("SELECT DISTINCT step FROM clearing.netting_entry WHERE run = $1 AND line >= $2 ORDER BY step", run, first_line)
    code = RUN_CODE if scope == DAY else NOW_CODE
    for (step,) in steps:
        posting, amounts = posting_of(step, currency)
        sending = await send_set_wise(connection, resources, code, day, posting, amounts, rows="entry", order="line", first_parameter=4)
        await sending.send(raw, f"WITH entry AS ({ENTRIES_OF_A_STEP})", run, first_line, step)


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
        done, total = await runs.progress_of(raw, run)
        if done >= total:
            return
        if not wait.is_patient(done):
            raise NOT_POSTED(missing=total - done)
        await wait.pause()


async def _suspend(resources: Resources, raw: asyncpg.Connection, run: NettingRun, key: UUID) -> bool:
    """Put what the run left on 416 to suspense, for somebody to look into tomorrow (IB 2949). Whether there was anything.

    On an open day only the residue the plan foresaw is left over; the rest is new business and belongs to the next round.
    """
    if run.scope != DAY:
        return False
    left: Mapping[str, Vector] = {}
    if (await read_heard(raw, run.business_date)).closed:
        left = residues((await read_standing(raw, run.business_date)).positions.get(run.currency, {}))
    elif run.residue_minor and not await runs.has_suspense(raw, key):
        left = {CITY: (run.residue_minor, *ZERO[1:])}
    settlements = plan_suspense(left)
    if not settlements:
        return False
    async with resources.database.transaction() as connection:
        first_line = await runs.extend(await driver_connection(connection), key, run.currency, settlements)
        await send(connection, resources, run.business_date, run.scope, key, run.currency, first_line)
    resources.outbox.committed()
    log.warning("netting left a residue in suspense", business_date=str(run.business_date), currency=run.currency, outlets=len(settlements))
    return True


async def _verify(resources: Resources, raw: asyncpg.Connection, run: NettingRun, key: UUID, deadline: float) -> None:
    """Mirrors equal, and on a closed day nothing left on 416 in the ledger either; then the run is done.

    While outlets are open, one half of a transfer between reserves may stand in the journal before the other: that is waited for.
    Raises `clearing.netting.mirrors_differ`, `clearing.netting.balance_left`.
    """
    closed, wait = (await read_heard(raw, run.business_date)).closed, Wait(deadline)
    while True:
        balances, reserves = await interbranch(resources, run.currency)
        if closed or not mirror_differences(reserves) or not wait.is_patient(reserves):
            break
        await wait.pause()
    if closed and run.scope == DAY:
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
