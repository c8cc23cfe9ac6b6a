"""The netting run 汇差清算 (IB 2903-2974): check, plan, write run, entries and postings in one transaction, then settle.

A run may die between any two lines. Until its one posting transaction has committed nothing has happened; after it, whoever asks next
finds the run, waits for its sets and finishes it. One run at a time: others are told how far it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

import asyncpg
import structlog

from banking.automatic import Automatic, fact_of
from banking.transaction import Posting
from contracts.clearing import NettingRun
from contracts.ledger import LedgerClient
from kernel.errors import DomainError
from kernel.money import format_amount
from runtime.database import driver_connection
from runtime.identifiers import new_id
from runtime.service import Resources
from services.clearing import runs
from services.clearing.books import Books, OutOfTime, agreed_books, late_services, ledger_totals, read_heard, stated_postings
from services.clearing.domain.errors import NOT_THE_DATE, RESERVE_SHORT
from services.clearing.domain.guards import Totals, overdraft_minor
from services.clearing.domain.netting import EXTERNAL_SUB_ACCOUNTS, Plan, Settlement, plan_day, plan_unit
from services.clearing.runs import DAY, RunKey
from services.clearing.settling import RUN_CODE, send, settle

log = structlog.get_logger(__name__)

BASE_CURRENCY = "CNY"
CALL_SECONDS = 15.0
"""How long one call waits for others before it answers `running`."""
ANSWER_SECONDS = 20.0
"""When a caller gets an answer at the latest; well below the deadline of calls between services."""
TURN = int.from_bytes(b"netting", "big")


async def run_netting(
    resources: Resources,
    day: date,
    *,
    scope: str = DAY,
    currency: str | None = None,
    seconds: float | None = None,
    reader: asyncpg.Connection | None = None,
) -> list[NettingRun]:
    """Net a date in every currency with positions (or in one), or finish what an earlier call began. `scope` names a unit to net early.

    Gives all runs of the date; a run that could not go on says why in its `problem`. A caller inside a transaction gives its connection as
    `reader`, so that many of them together never wait for each other's. Raises `clearing.netting.not_the_date` for another
    date than the current one that was never netted.
    """
    async with _turn(resources) as holder:
        if holder is None:
            return await runs_under_way(resources, day, scope=scope, currency=currency, reader=reader)
        return await _Drive(resources, holder, day, scope, CALL_SECONDS if seconds is None else seconds).run(currency)


async def plan_netting(resources: Resources, day: date, currency: str, scope: str = DAY) -> Plan:
    """What a run would do now; nothing is written. Raises what would stop it."""
    async with resources.database.preview() as connection:
        drive = _Drive(resources, await driver_connection(connection), day, scope, CALL_SECONDS)
        books = await agreed_books(resources, drive.raw, day, currency, drive.deadline, _unseen)
        return drive.plan(books, await runs.runs_of_day(drive.raw, day))


async def resume_netting(resources: Resources) -> None:
    """The recovery loop: finish runs of the current date that a crash left between posting and verifying."""
    async with resources.database.reading() as connection:
        raw = await driver_connection(connection)
        day = await raw.fetchval("SELECT business_date FROM clearing.business_day")
        found = await runs.runs_of_day(raw, day) if day is not None else []
    if day is not None and any(run.stage == "posting" for run in found):
        async with _turn(resources) as holder:
            if holder is not None:
                await _Drive(resources, holder, day, DAY, CALL_SECONDS).finish_sent(found)


@asynccontextmanager
async def _turn(resources: Resources) -> AsyncIterator[asyncpg.Connection | None]:
    """The right to net, held by one caller in the whole bank: a connection that reads what is committed, or None if another has it.

    It ends with the process or with its database connection.
    """
    here: asyncio.Lock = resources.state.setdefault("netting_turn", asyncio.Lock())
    if here.locked():
        yield None
        return
    async with here, resources.database.transaction() as connection:
        raw = await driver_connection(connection)
        yield raw if await raw.fetchval("SELECT pg_try_advisory_xact_lock($1)", TURN) else None


async def answer_in_time(resources: Resources, day: date, seconds: float = ANSWER_SECONDS) -> list[NettingRun]:
    """What `run_netting` gives; or, if a step of it takes long (thousands of sets to write), how far it is, while it goes on alone."""
    going: set[asyncio.Task[list[NettingRun]]] = resources.state.setdefault("netting_going", set())
    task = asyncio.create_task(run_netting(resources, day), name="clearing.netting")
    going.add(task)
    task.add_done_callback(going.discard)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if done:
        return task.result()
    task.add_done_callback(_tell_failure)
    return await runs_under_way(resources, day)


def _tell_failure(task: asyncio.Task[list[NettingRun]]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.warning("netting broke off, will go on when asked again", error=repr(task.exception()))


async def runs_under_way(
    resources: Resources,
    day: date,
    *,
    scope: str = DAY,
    currency: str | None = None,
    reader: asyncpg.Connection | None = None,
) -> list[NettingRun]:
    """The runs of a date while one is at work; one that has not written anything yet is shown without a number."""
    if reader is not None:
        found = await runs.runs_of_day(reader, day)
    else:
        async with resources.database.reading() as connection:
            found = await runs.runs_of_day(await driver_connection(connection), day)
    if any(run.state == "running" for run in found):
        return found
    beginning = NettingRun(run=None, business_date=day, currency=currency or BASE_CURRENCY, scope=scope, state="running", stage="checking")
    return [*found, beginning]


async def _unseen(done: int, total: int) -> None:
    """Progress that nobody looks at."""


class _Drive:
    """One call's drive of a date's netting, in its turn. `raw` only reads, and sees what other transactions commit meanwhile."""

    def __init__(self, resources: Resources, raw: asyncpg.Connection, day: date, scope: str, seconds: float) -> None:
        self.resources = resources
        self.raw = raw
        self.day = day
        self.scope = scope
        self.deadline = asyncio.get_running_loop().time() + seconds

    async def run(self, currency: str | None) -> list[NettingRun]:
        """Net the currencies one after another until one does not get to its end; all runs of the date."""
        found = await runs.runs_of_day(self.raw, self.day)
        if found and await self.raw.fetchval("SELECT business_date FROM clearing.business_day") != self.day:
            return found
        if not await self.finish_sent(found):
            return await runs.runs_of_day(self.raw, self.day)
        whole = currency is None and self.scope == DAY
        if whole and await self._is_at_rest():
            return found
        currencies, tried = [currency or BASE_CURRENCY], {run.currency for run in found if run.stage == "checking" and run.scope == DAY}
        netted: list[Totals] = []
        for each in currencies:
            books = await self._net(each, found)
            found = await runs.runs_of_day(self.raw, self.day)
            if books is None:
                return found
            netted.append(books.standing.ingested)
            if currency is None:
                currencies.extend(sorted({*books.standing.positions, *tried} - set(currencies)))
        if self.scope == DAY and any(run.scope != DAY and run.stage == "checking" for run in found):
            async with self.resources.database.transaction() as connection:
                await runs.drop_early_attempts(await driver_connection(connection), self.day)
            found = await runs.runs_of_day(self.raw, self.day)
        if whole and all(run.state == "done" for run in found):
            self.resources.state["netting_at_rest"] = (self.day, netted)
        return found

    async def _is_at_rest(self) -> bool:
        """Whether every currency was netted by this process with the very sets that stand in the journal now: then nothing can be left.

        Sets only ever come to a date, so the same numbers of them are the same sets; one more, or one on its way, and books are read again.
        """
        day, netted = self.resources.state.get("netting_at_rest", (None, []))
        if day != self.day:
            return False
        heard = await read_heard(self.raw, day)
        if any(totals != heard.ingested for totals in netted) or await ledger_totals(self.resources, day) != heard.ingested:
            return False
        return heard.closed or not late_services(await stated_postings(self.resources, day), heard.ingested)

    async def finish_sent(self, found: Sequence[NettingRun]) -> bool:
        """Finish the runs whose sets were sent before. False if one of them is not finished yet."""
        for run in found:
            if run.stage == "posting" and not await settle(self.resources, self.raw, run, self.deadline):
                return False
        return True

    async def _net(self, currency: str, found: Sequence[NettingRun]) -> Books | None:
        """Net one currency. None if it stopped or is not finished."""
        run = new_id()
        rounds = [each for each in found if (each.currency, each.scope) == (currency, self.scope)]
        latest = max(rounds, key=lambda each: each.round, default=None)
        key: RunKey = (self.day, currency, self.scope, runs.round_after(latest))
        notes = runs.Notes(self.resources, run, key, written=latest is not None and latest.stage == "checking")
        try:
            books = await agreed_books(self.resources, self.raw, self.day, currency, self.deadline, notes.progress)
            plan = self.plan(books, found)
            if plan.is_empty and any(each.stage != "checking" for each in rounds):
                await notes.forget()
                return books
            written = await self._write(run, key, books, plan)
        except OutOfTime:
            return None
        except DomainError as error:
            if error.type is NOT_THE_DATE:
                raise
            await notes.stopped(error)
            return None
        if written is None or plan.is_empty:
            return books if written else None
        return books if await settle(self.resources, self.raw, written, self.deadline) else None

    def plan(self, books: Books, found: Sequence[NettingRun]) -> Plan:
        """The plan, if 110 can bear it; `found` are the runs before. Raises `clearing.netting.reserve_short`."""
        standing, currency = books.standing, books.currency
        if self.scope != DAY:
            return plan_unit(books.positions, standing.outlets, self.scope)
        business = standing.business.get(currency, {})
        settled = sum(run.external_minor for run in found if run.currency == currency and run.stage != "checking")
        external = sum(business.get(sub, 0) for sub in EXTERNAL_SUB_ACCOUNTS) - settled
        missing = overdraft_minor(books.reserves, currency, external)
        if missing:
            raise RESERVE_SHORT(missing=format_amount(missing, currency))
        return plan_day(books.positions, standing.outlets, external)

    async def _write(self, run: UUID, key: RunKey, books: Books, plan: Plan) -> NettingRun | None:
        """Run, entries and postings in one transaction. None if another caller has begun this round."""
        held: Automatic | None = None
        try:
            async with self.resources.database.transaction() as connection:
                raw = await driver_connection(connection)
                begun = await runs.begin(raw, run, key, plan)
                if begun is None:
                    return None
                if plan.is_empty:
                    await runs.keep_balances(raw, self.day, books.currency, books.reserves)
                    return begun
                await runs.add_entries(raw, run, books.currency, plan.posted)
                await send(connection, self.resources, self.day, self.scope, run, books.currency)
                if plan.external_minor > 0:
                    held = _item(run, books.currency, len(plan.posted), plan.posted[-1])
                    await self._reserve(held)  # last: whoever holds money for long is asked whether it still means it
        except BaseException:
            if held is not None:
                await self._give_back(held)
            raise
        self.resources.outbox.committed()
        return begun

    async def _reserve(self, item: Automatic) -> None:
        """Hold the money that leaves 110 until its set is posted, so that nothing else can take it. Raises the ledger's refusal."""
        await LedgerClient(self.resources.transport).expand(fact_of(self.resources, RUN_CODE, self.day, item), reserve=True)

    async def _give_back(self, item: Automatic) -> None:
        try:
            await LedgerClient(self.resources.transport).release(item.posting_id)
        except Exception as error:  # the ledger asks by itself later on
            log.warning("reservation left to recovery", error=repr(error))


def _item(run: UUID, currency: str, line: int, settlement: Settlement) -> Automatic:
    """The posting of one entry, under the id it comes out with again."""
    posting = Posting(rule=settlement.rule, currency=currency, amounts_minor=settlement.amounts_minor(), references=settlement.references())
    return Automatic(runs.posting_id_of(run, line), settlement.books, posting)
