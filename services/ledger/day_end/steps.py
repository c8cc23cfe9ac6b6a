"""The steps that end a business date, in their order (IB 590-600, 802-817, 3018-3031). Each may be done again, after any crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select

from banking.day_blockers import require_day_done
from contracts.clearing import ClearingClient, NettingDay
from contracts.counter import CounterClient
from contracts.day import DayClient, DayStatement, EventProgress
from contracts.reconciliation import ReconciliationClient
from kernel.errors import ErrorType, Kind
from kernel.text import Text
from services.ledger import general_ledger
from services.ledger.day_end.completeness import SERVICES, confirm_complete
from services.ledger.day_end.day import Day
from services.ledger.day_end.model import NO_WAY_BACK
from services.ledger.day_end.waiting import Patience
from services.ledger.day_end.whole_journal import journal
from services.ledger.tables import OUTLET

TELLERS_OPEN = ErrorType("day_end.tellers_open", Kind.CONFLICT, "柜员尚未轧账:{tellers}", "tellers have not balanced yet: {tellers}")
OUTLETS_OPEN = ErrorType("day_end.outlets_open", Kind.CONFLICT, "网点尚未轧账:{outlets}", "outlets have not closed yet: {outlets}")
UNSETTLED = ErrorType(
    "day_end.unsettled",
    Kind.CONFLICT,
    "服务 {service} 还有 {undecided} 笔两阶段交易未了结、{waiting} 条消息未发出",
    "{service} still has {undecided} undecided two-phase postings and {waiting} messages to send",
)
STANDING_STILL = ErrorType(
    "day_end.standing_still", Kind.CONFLICT, "{what} 停在 {done}/{total}", "{what} does not get on: {done} of {total}"
)
NOT_PROVED = ErrorType(
    "day_end.not_proved",
    Kind.CONFLICT,
    "核对不平:{proofs}。{items}",
    "the books do not agree: {proofs}. {items}",
)
FIRST_TO_OPEN = "ledger"
"""It refuses postings of any date but its own, so it must know a new date before anybody can post on it."""
LAST_TO_OPEN = "counter"
"""Where the day begins for the tellers."""
ITEMS_NAMED = 20


async def tellers(day: Day) -> None:
    """Every teller has balanced; by force if asked. Raises `day_end.tellers_open`, `counter.force_close_refused`."""
    counter = CounterClient(day.resources.transport)
    still = await counter.still_open(day.business_date)
    waiting = len(still.tellers)
    if still.tellers and day.force_close:
        still = await counter.force_close(day.business_date)
    await day.report(waiting - len(still.tellers), waiting)
    if still.tellers:
        raise TELLERS_OPEN(tellers=", ".join(still.tellers))


async def outlets(day: Day) -> None:
    """Every outlet has closed, by force if asked, and left nothing open that must not be left overnight.

    Raises `day_end.outlets_open`, `counter.force_close_refused`, `day.business_open`.
    """
    counter = CounterClient(day.resources.transport)
    still = await counter.still_open(day.business_date)
    waiting = len(still.outlets)
    if still.outlets and day.force_close:
        still = await counter.force_close(day.business_date)
    await day.report(waiting - len(still.outlets), waiting)
    if still.outlets:
        raise OUTLETS_OPEN(outlets=", ".join(still.outlets))
    await require_day_done(day.resources, SERVICES)


async def statements(day: Day) -> None:
    """Every service has closed its copy of the day, decided all it began, and sent all it has to say. Raises `day_end.unsettled`."""
    patience = Patience(day.patience_seconds)
    closing = {name: DayClient(day.resources.transport, name) for name in SERVICES}
    while closing:
        answers = await asyncio.gather(*(client.close(day.business_date) for client in closing.values()))
        for answer in answers:
            if not (answer.undecided or answer.outbox_waiting):
                del closing[answer.service]
        await day.report(len(SERVICES) - len(closing), len(SERVICES))
        if closing and not await patience.wait([_unsettled(each) for each in answers]):
            worst = max(answers, key=lambda each: (each.undecided, each.outbox_waiting))
            raise UNSETTLED(service=worst.service, undecided=worst.undecided, waiting=worst.outbox_waiting)


def _unsettled(statement: DayStatement) -> tuple[str, int, int]:
    return statement.service, statement.undecided, statement.outbox_waiting


async def events(day: Day) -> None:
    """Every service has done what it does by itself at the end of the date: interest days, maturities. Raises `day_end.standing_still`."""
    progress: dict[str, EventProgress] = {}

    async def finish(client: DayClient) -> None:
        patience = Patience(day.patience_seconds)
        while True:
            answer = progress[client.service] = await client.run_events(day.business_date)
            if answer.done >= answer.total:
                return
            await day.report(sum(each.done for each in progress.values()), sum(each.total for each in progress.values()))
            if not await patience.wait((answer.done, answer.total)):
                raise STANDING_STILL(what=client.service, done=answer.done, total=answer.total)

    await asyncio.gather(*(finish(DayClient(day.resources.transport, name)) for name in SERVICES))
    total = sum(each.total for each in progress.values())
    if total:
        await confirm_complete(day)
        await day.report(total, total)


async def netting(day: Day) -> None:
    """The inter-branch positions are netted, level by level. Raises what clearing stopped at, `day_end.standing_still`."""
    clearing, patience = ClearingClient(day.resources.transport), Patience(day.patience_seconds)
    while True:
        answer = await clearing.run_netting(day.business_date)
        done, total = sum(run.done for run in answer.runs), sum(run.total for run in answer.runs)
        await day.report(done, total)
        if answer.state != "running":
            break
        if not await patience.wait([(run.currency, run.stage, run.done) for run in answer.runs]):
            raise STANDING_STILL(what="clearing", done=done, total=total)
    _refuse_stopped(answer)
    if total:
        await confirm_complete(day)
        await day.report(total, total)


def _refuse_stopped(answer: NettingDay) -> None:
    for run in answer.runs:
        if run.state == "failed":
            if run.problem is None:
                raise STANDING_STILL(what=f"clearing {run.currency}", done=run.done, total=run.total)
            raise run.problem.error()


async def build_general_ledger(day: Day) -> None:
    """The general ledger of the date."""
    async with day.resources.database.transaction() as connection:
        rows = await general_ledger.build(connection, day.business_date)
    await day.report(rows, rows)


async def proofs(day: Day) -> None:
    """The books agree with each other. Raises `day_end.not_proved` with each proof that does not hold, its difference, and where it is."""
    proof = await ReconciliationClient(day.resources.transport).prove(day.business_date)
    failed = [(kind, proof.part(kind)) for kind in proof.failed]
    if failed:
        found = [f"[{kind}] {item.sentence()}" for kind, part in failed for item in part.open_items]
        more = f"; … {len(found) - ITEMS_NAMED}" if len(found) > ITEMS_NAMED else ""
        raise NOT_PROVED(
            proofs=", ".join(f"{kind} {part.difference}" for kind, part in failed), items="; ".join(found[:ITEMS_NAMED]) + more
        )


async def roll(day: Day) -> None:
    """Every service is on the next calendar day: the ledger first, then the others, the counter last."""
    async with day.resources.database.reading() as connection:
        departments = list((await connection.execute(select(OUTLET.c.outlet).order_by(OUTLET.c.outlet))).scalars())

    async def open_in(name: str) -> None:
        await DayClient(day.resources.transport, name).open(day.next_date, departments)

    await open_in(FIRST_TO_OPEN)
    await asyncio.gather(*(open_in(name) for name in SERVICES if name not in (FIRST_TO_OPEN, LAST_TO_OPEN)))
    await open_in(LAST_TO_OPEN)
    await day.report(len(SERVICES), len(SERVICES))


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its name in rows and answers, its title, and what it does. It raises a `DomainError` when the day cannot go on."""

    name: str
    title: Text
    run: Callable[[Day], Awaitable[None]]


STEPS: tuple[Step, ...] = (
    Step("tellers", Text("柜员轧账", "Tellers balance"), tellers),
    Step("outlets", Text("网点轧账", "Outlets close"), outlets),
    Step("statements", Text("各系统结账", "Services state the day"), statements),
    Step("completeness", Text("账务齐全", "Postings are complete"), confirm_complete),
    Step("events", Text("自动业务", "Automatic events"), events),
    Step("netting", Text("汇差清算", "Netting"), netting),
    Step("journal", Text("账务自核", "The journal proves itself"), journal),
    Step("general_ledger", Text("登记总账", "General ledger"), build_general_ledger),
    Step("proofs", Text("总分核对", "Proofs"), proofs),
    Step(NO_WAY_BACK, Text("更换营业日", "The next date opens"), roll),
)
STEP_NAMES = tuple(step.name for step in STEPS)
TITLES = {step.name: step.title for step in STEPS}
