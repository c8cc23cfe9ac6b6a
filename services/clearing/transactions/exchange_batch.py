"""提出代付批量入账: the outward debits of a session reach their customers, one posting each (IB 2334-2338).

Each item is a transaction of its own, under the batch's code and rights: what is done stays done wherever a run ends, and running it again
does the rest. One that cannot be posted stays as it is and is named with the reason.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select

from banking.execution import Request, execute
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.errors import DomainError, Kind
from kernel.money import format_amount
from kernel.text import Text
from runtime.identifiers import new_id
from services.clearing.domain import exchange_errors as errors
from services.clearing.domain.exchange_items import CURRENCY, Act, Needs, State, Stream
from services.clearing.domain.exchange_sessions import Session, check_needs
from services.clearing.exchange_items import hold_item, not_allowed, take_step
from services.clearing.exchange_papers import shown
from services.clearing.exchange_sessions import states_of
from services.clearing.tables import EXCHANGE_ITEM
from services.clearing.transactions.exchange_forms import OneItem, SessionForm
from services.clearing.transactions.exchange_outward import MENU

PORTION = 200
"""Items of one run: a few seconds. The answer says how many are left."""
BATCH_LOCKS = 261
RUNNING: set[str] = set()
"""Outlets whose batch runs in this process."""
MOST_RUNNING = 2
"""A run keeps a connection while its items take others: with no more runs at once these never wait for each other."""


@transaction(
    code="clearing.exchange.post_out_debits",
    name=Text("提出代付批量入账", "Post the outward debits of a session"),
    menu=MENU,
    source="IB 2334",
)
async def post_out_debits(work: Work, form: SessionForm) -> Outcome:
    """Pay every exchanged item of a session that is not held, once the next session is switched.

    Raises `exchange.not_yet`, `exchange.batch_running`. In a preview the items are only counted.
    """
    session = form.asked
    states = await states_of(work.connection, work.outlet, session)
    check_needs(Needs.NEXT_SWITCHED, states, work.business_date, own=session, came_in=None, asked=None)
    if work.dry_run:
        waiting = posted = await _waiting(work, session)
        refused: list[dict[str, Any]] = []
    else:
        async with _running(work):
            waiting = await _waiting(work, session)
            posted, refused = await _post(work, waiting)
    return Outcome(
        {
            "exchange_date": session.exchange_date.isoformat(),
            "session": session.number,
            "posted_count": len(posted),
            "posted_amount": format_amount(sum(row.amount_minor for row in posted), CURRENCY),
            "left_count": len(waiting) - len(posted) - len(refused),
            "refused": refused,
        }
    )


async def _waiting(work: Work, session: Session) -> Sequence[Row[Any]]:
    """The exchanged items of a session, number and amount, in the order they were entered."""
    items = EXCHANGE_ITEM.c
    which = (
        items.outlet == work.outlet,
        items.out_date == session.exchange_date,
        items.out_session == session.number,
        items.stream == Stream.OUT_DEBIT.value,
        items.state == State.EXCHANGED.value,
    )
    return (await work.connection.execute(select(items.item, items.amount_minor).where(*which).order_by(items.item))).all()


async def _post(work: Work, waiting: Sequence[Row[Any]]) -> tuple[list[Row[Any]], list[dict[str, Any]]]:
    """Post one item after the other, up to a portion: those posted, and those refused with the reason.

    Raises whatever keeps every item from being posted.
    """
    posted: list[Row[Any]] = []
    refused: list[dict[str, Any]] = []
    for row in waiting:
        if len(posted) == PORTION:
            break
        try:
            await execute(work.resources, Request(work.principal, _EACH, {"item": row.item}, str(new_id())))
            posted.append(row)
        except DomainError as error:
            if error.type.kind is Kind.UNAVAILABLE:
                raise
            refused.append({"item": row.item, "amount": format_amount(row.amount_minor, CURRENCY), "problem": error.text.as_dict()})
    return posted, refused


@asynccontextmanager
async def _running(work: Work) -> AsyncIterator[None]:
    """While nobody else posts a batch of the outlet. Raises `exchange.batch_running`."""
    lock = func.pg_try_advisory_xact_lock(BATCH_LOCKS, int(work.outlet))
    if len(RUNNING) >= MOST_RUNNING or not (await work.connection.execute(select(lock))).scalar_one():
        raise errors.BATCH_RUNNING()
    RUNNING.add(work.outlet)
    try:
        yield
    finally:
        RUNNING.discard(work.outlet)


async def _post_item(work: Work, form: OneItem) -> Outcome:
    item = await hold_item(work, form.item, Stream.OUT_DEBIT)
    if item.state is not State.EXCHANGED:  # any more: somebody has held it since the batch began
        raise not_allowed(item, Act.POST)
    posted, posting = await take_step(work, item, Act.POST)
    return Outcome(shown(posted), posting)


_EACH = replace(post_out_debits, form=OneItem, run=_post_item, two_phase=True)
"""The posting of one item of a batch; nobody asks for it by itself."""
