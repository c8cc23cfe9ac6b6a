"""清分: what came in is posted to its account or put to suspense, and what the peer rejected is given back, item by item (IB 2407-2423).

Every item is locked and changed in the transaction that posts it: a process that dies leaves it as it was, and the next one takes it up.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import Automatic, post_automatically
from banking.automatic_movements import Movement, Refused, move_and_post
from banking.business_day import business_date_of, frame_of
from banking.movements import require_day
from banking.transaction import Posting
from contracts.ledger import AccountReference
from contracts.movement import MovementLine
from contracts.savings import AccountView, SavingsClient
from kernel.errors import DomainError, Kind
from runtime.identifiers import new_id
from runtime.service import Resources
from services.clearing import national_inward, national_outward, national_suspense
from services.clearing.customer_money import OWNER
from services.clearing.domain.national import CURRENCY, RETURN, Reason, Sorted, refused, sort_item
from services.clearing.domain.national_states import InwardAct, InwardState, OutwardAct, OutwardState, inward_after, outward_after
from services.clearing.national_inward import Key, bell
from services.clearing.national_tables import NATIONAL_INWARD, NATIONAL_OUTWARD

log = structlog.get_logger(__name__)
INWARD_CODE = "clearing.national.inward"
"""What the system posts as, money given back included: it comes in again."""
NO_ACCOUNT = (Kind.NOT_FOUND, Kind.INVALID)
"""How the keeper refuses a number that no account has, or that can be none."""
PORTION = 200
LOOK_AGAIN_SECONDS = 2.0
COMMITTED_SECONDS = 0.02
"""The bell is rung within the transaction that has something for us: so long it may take to commit."""


class _Gone(Exception):
    """Somebody else has done the item meanwhile."""


async def attend(resources: Resources) -> None:
    """The periodic task: sort whatever waits when the bell rings, at the start, and every now and then."""
    ringing = bell(resources)
    try:
        async with asyncio.timeout(LOOK_AGAIN_SECONDS):
            await ringing.wait()
            await asyncio.sleep(COMMITTED_SECONDS)
    except TimeoutError:
        pass
    ringing.clear()
    await national_inward.ask_for_missing(resources)
    while await sort_waiting(resources):
        continue


async def sort_waiting(resources: Resources) -> Counter[str]:
    """Do the next portion of what waits; how many items came to which state. Those that cannot be done now wait on."""
    done: Counter[str] = Counter()
    if not await _is_open(resources):
        return done
    async with resources.database.reading() as connection:
        table, sent = NATIONAL_INWARD, NATIONAL_OUTWARD
        received = select(table.c.sent_on, table.c.sequence).where(table.c.state == InwardState.RECEIVED.value)
        waiting = await connection.execute(received.order_by(table.c.sent_on, table.c.sequence).limit(PORTION))
        work: list[Callable[[], Awaitable[str]]] = [partial(sort_one, resources, tuple(row)) for row in waiting]
        rejected = select(sent.c.posting_id).where(sent.c.state == OutwardState.REJECTED.value)
        refunds = await connection.execute(rejected.order_by(sent.c.business_date, sent.c.sequence).limit(PORTION))
        work += [partial(refund_one, resources, posting_id) for posting_id in refunds.scalars()]
    for one in work:
        try:
            done[await one()] += 1
        except _Gone:
            continue
        except DomainError as error:
            log.warning("an item of national inter-bank business waits", error=error.code)
    return done


async def _is_open(resources: Resources) -> bool:
    async with resources.database.reading() as connection:
        day = (await connection.execute(select(frame_of(resources).business_day))).first()
    return day is not None and not day.closed


# Inward


async def sort_one(resources: Resources, key: Key) -> str:
    """Sort one received item and post it; the state it came to. Raises what may pass by itself, as `move_and_post` does."""
    async with resources.database.reading() as connection:
        table = NATIONAL_INWARD
        item = (await connection.execute(select(table).where(table.c.sent_on == key[0], table.c.sequence == key[1]))).mappings().one()
        outlets = await national_inward.outlets_among(connection, resources, (item["receiving_bank"],))
    account = await account_of(resources, item["payee_account"])
    to = sort_item(
        item["receiving_bank"],
        item["payee_name"],
        outlets,
        account_outlet=account.outlet if account else None,
        account_name=account.name if account else None,
    )
    refusal = None
    if to.reason is None:
        try:
            return await _credit(resources, item, key, to)
        except Refused as error:
            to, refusal = refused(to.books), error.reason.code
    return await _suspend(resources, item, key, to, refusal)


async def account_of(resources: Resources, number: str) -> AccountView | None:
    """The deposit account of a number; None where savings says that there is none. Raises whatever else it answers, or that it is away."""
    try:
        return await SavingsClient(resources.transport).account(number)
    except DomainError as error:
        if error.type.kind in NO_ACCOUNT:
            return None
        raise


async def _credit(resources: Resources, item: RowMapping, key: Key, to: Sorted) -> str:
    line = MovementLine(account=item["payee_account"], amount_minor=item["amount_minor"], summary=_summary(item))

    async def decide(connection: AsyncConnection, posting_id: UUID, account: AccountReference) -> Posting:
        await _change(connection, resources, key, InwardAct.POST, to, posting_id)
        references = {"sent_on": key[0].isoformat(), "sequence": str(key[1])}
        return replace(_posting(INWARD_CODE, item["amount_minor"], references, line.summary), accounts={"account": account})

    await move_and_post(resources, Movement(INWARD_CODE, to.books, OWNER, CURRENCY, line), decide)
    return InwardState.POSTED.value


async def _suspend(resources: Resources, item: RowMapping, key: Key, to: Sorted, refusal: str | None) -> str:
    posting_id, amount_minor = new_id(), item["amount_minor"]
    assert to.reason is not None
    async with resources.database.transaction() as connection:
        day = await _change(connection, resources, key, InwardAct.SUSPEND, to, posting_id, refusal)
        source = {"inward_on": key[0], "inward_sequence": key[1]}
        await national_suspense.suspend(
            connection, outlet=to.books, amount_minor=amount_minor, reason=to.reason, opened_on=day, posting_id=posting_id, **source
        )
        references = {"sent_on": key[0].isoformat(), "sequence": str(key[1])}
        posting = _posting("clearing.national.suspend", amount_minor, references, _summary(item))
        await post_automatically(connection, resources, INWARD_CODE, day, [Automatic(posting_id, to.books, posting)])
    resources.outbox.committed()
    return InwardState.SUSPENDED.value


async def _change(
    connection: AsyncConnection, resources: Resources, key: Key, act: InwardAct, to: Sorted, posting_id: UUID, refusal: str | None = None
) -> date:
    """Lock a received item and say where it went; the open business date. Raises `_Gone`, `day.closed`."""
    day = await _hold_day(connection, resources)
    item = await national_inward.lock_item(connection, key)
    if item is None or item["state"] != InwardState.RECEIVED.value:
        raise _Gone
    state = inward_after(InwardState.RECEIVED, act)
    reason = to.reason.value if to.reason else None
    changes = {"state": state.value, "outlet": to.books, "reason": reason, "refusal": refusal, "posting_id": posting_id, "posted_on": day}
    await national_inward.set_item(connection, key, **changes)
    return day


# Outward items that the peer rejected


async def refund_one(resources: Resources, posting_id: UUID) -> str:
    """Give the money of one rejected item back to where it came from; the state it came to. Raises as `sort_one`."""
    async with resources.database.reading() as connection:
        item = await national_outward.find(connection, NATIONAL_OUTWARD.c.posting_id == posting_id)
    assert item is not None
    if item["kind"] == RETURN:
        return await _back_to_suspense(resources, item, Sorted(item["outlet"], Reason.RETURN_REJECTED))
    line = MovementLine(account=item["payer_account"], amount_minor=item["amount_minor"], summary=_rejected(item))

    async def decide(connection: AsyncConnection, refund_id: UUID, account: AccountReference) -> Posting:
        await _refunded(connection, resources, item, OutwardAct.REFUND, refund_id)
        posting = _posting("clearing.national.refund", item["amount_minor"], _item_references(item), line.summary)
        return replace(posting, accounts={"account": account})

    try:
        await move_and_post(resources, Movement(INWARD_CODE, item["outlet"], OWNER, CURRENCY, line), decide)
    except Refused:
        return await _back_to_suspense(resources, item, replace(refused(item["outlet"]), reason=Reason.REFUND))
    return OutwardState.REFUNDED.value


async def _back_to_suspense(resources: Resources, item: RowMapping, to: Sorted) -> str:
    """Put the money of a rejected item to suspense: of a return, for the inward item it stood for; else for itself."""
    posting_id = new_id()
    is_return = item["kind"] == RETURN
    async with resources.database.transaction() as connection:
        act = OutwardAct.REFUND if is_return else OutwardAct.SUSPEND
        day = await _refunded(connection, resources, item, act, posting_id)
        source: dict[str, Any] = {"outward_on": item["business_date"], "outward_submission": item["submission"]}
        if is_return:
            key = (item["returns_on"], item["returns_sequence"])
            source = {"inward_on": key[0], "inward_sequence": key[1]}
            inward = await national_inward.lock_item(connection, key)
            assert inward is not None
            state = inward_after(InwardState(inward["state"]), InwardAct.COME_BACK)
            await national_inward.set_item(connection, key, state=state.value)
        assert to.reason is not None
        amount_minor = item["amount_minor"]
        await national_suspense.suspend(
            connection, outlet=to.books, amount_minor=amount_minor, reason=to.reason, opened_on=day, posting_id=posting_id, **source
        )
        posting = _posting("clearing.national.refund_suspended", amount_minor, _item_references(item), _rejected(item))
        await post_automatically(connection, resources, INWARD_CODE, day, [Automatic(posting_id, to.books, posting)])
    resources.outbox.committed()
    return outward_after(OutwardState.REJECTED, act).value


async def _refunded(connection: AsyncConnection, resources: Resources, item: RowMapping, act: OutwardAct, posting_id: UUID) -> date:
    """Lock a rejected item and say where its money went; the open business date. Raises `_Gone`, `day.closed`."""
    day = await _hold_day(connection, resources)
    locked = await national_outward.find(connection, NATIONAL_OUTWARD.c.posting_id == item["posting_id"], lock=True)
    if locked is None or locked["state"] != OutwardState.REJECTED.value:
        raise _Gone
    state = outward_after(OutwardState.REJECTED, act)
    await national_outward.change(connection, item["posting_id"], state=state.value, refund_posting_id=posting_id, refunded_on=day)
    return day


async def _hold_day(connection: AsyncConnection, resources: Resources) -> date:
    """The business date, kept from closing until the transaction ends. Raises `day.closed`."""
    frame = frame_of(resources)
    day = await business_date_of(connection, frame)
    await require_day(connection, frame, resources, day)
    return day


def _posting(rule: str, amount_minor: int, references: dict[str, str], summary: str) -> Posting:
    return Posting(rule=rule, currency=CURRENCY, amounts_minor={"amount": amount_minor}, references=references, summary=summary)


def _item_references(item: RowMapping) -> dict[str, str]:
    return {"sent_on": item["business_date"].isoformat(), "sequence": str(item["sequence"])}


def _summary(item: RowMapping) -> str:
    return f"来帐{item['sequence']} {item['payer_name']}"


def _rejected(item: RowMapping) -> str:
    return f"往帐{item['sequence']}被拒退回"
