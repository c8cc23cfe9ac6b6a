"""Contracts, batches and lines of agency business between the tables and the transactions: find, lock, count, change."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from services.savings.agency.tables import BATCH, CONTRACT, ITEM
from services.savings.domain.agency import BatchState, ItemState
from services.savings.domain.agency_errors import (
    BATCH_UNKNOWN,
    CONTRACT_ENDED,
    CONTRACT_OTHER_OUTLET,
    CONTRACT_UNKNOWN,
    CONTRACTS_USED_UP,
    ITEM_UNKNOWN,
)

Lock = Literal["", "share", "update"]
ACTIVE, ENDED = "active", "ended"
MOST_CONTRACTS = 9999
"""Contracts of one outlet; the number has four digits for them."""


async def contract_of(connection: AsyncConnection, number: str, lock: Lock = "") -> Row[Any]:
    """A contract that is in force. Raises `agency.contract_unknown`, `agency.contract_ended`."""
    found = select(CONTRACT).where(CONTRACT.c.contract == number)
    row = (await connection.execute(found.with_for_update(read=lock == "share") if lock else found)).first()
    if row is None:
        raise CONTRACT_UNKNOWN(field="contract", contract=number)
    if row.state == ENDED:
        raise CONTRACT_ENDED(field="contract", contract=number)
    return row


async def own_contract(work: Work, number: str, lock: Lock = "") -> Row[Any]:
    """A contract of the teller's own outlet. Raises as `contract_of`, and `agency.other_outlet`."""
    row = await contract_of(work.connection, number, lock)
    check_own(row, work.outlet)
    return row


def check_own(contract: Row[Any], outlet: str) -> None:
    """Raises `agency.other_outlet`."""
    if contract.outlet != outlet:
        raise CONTRACT_OTHER_OUTLET(field="contract", outlet=contract.outlet)


async def next_contract(connection: AsyncConnection, outlet: str) -> str:
    """The number of an outlet's next contract; racing callers wait for each other. Raises `agency.numbers_used_up`."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"agency contract:{outlet}", 0))))
    # By the index of the primary key: numbers begin with the outlet.
    own = CONTRACT.c.contract.between(f"{outlet}0000", f"{outlet}9999")
    last = (await connection.execute(select(func.max(CONTRACT.c.contract)).where(own))).scalar()
    sequence = int(last[4:]) + 1 if last else 1
    if sequence > MOST_CONTRACTS:
        raise CONTRACTS_USED_UP(field="contract")
    return f"{outlet}{sequence:04d}"


async def counted_up(connection: AsyncConnection, contract: str, name: Literal["batches", "clients"]) -> int:
    """The number of a contract's next batch or client."""
    column = CONTRACT.c[name]
    counted = update(CONTRACT).where(CONTRACT.c.contract == contract).values({name: column + 1}).returning(column)
    return (await connection.execute(counted)).scalar_one()


async def batch_of(connection: AsyncConnection, contract: str, batch: int, *, wait: bool = True) -> Row[Any]:
    """A batch of a contract that was not deleted, locked until the commit; without `wait` one that somebody else holds is unknown.

    Raises `agency.batch_unknown`.
    """
    wanted = select(BATCH).where(BATCH.c.contract == contract, BATCH.c.batch == batch, BATCH.c.state != BatchState.DELETED.value)
    row = (await connection.execute(wanted.with_for_update(skip_locked=not wait))).first()
    if row is None:
        raise BATCH_UNKNOWN(field="batch", contract=contract, batch=batch)
    return row


async def change_batch(connection: AsyncConnection, batch: Row[Any], **values: Any) -> None:
    """Store what is different of a locked batch."""
    await connection.execute(update(BATCH).where(BATCH.c.contract == batch.contract, BATCH.c.batch == batch.batch).values(values))


async def unfinished_batch(connection: AsyncConnection, contract: str) -> int | None:
    """The number of a batch of the contract that is neither done nor deleted."""
    chosen = (BATCH.c.contract == contract, BATCH.c.state.not_in([BatchState.DONE.value, BatchState.DELETED.value]))
    return (await connection.execute(select(func.min(BATCH.c.batch)).where(*chosen))).scalar()


def items_of(batch: Row[Any], *states: ItemState) -> tuple[Any, ...]:
    """The condition for the lines of a batch that are in one of these states."""
    mine = (ITEM.c.contract == batch.contract, ITEM.c.batch == batch.batch)
    return (*mine, ITEM.c.state.in_([state.value for state in states]))


async def item_of(connection: AsyncConnection, batch: Row[Any], item: int) -> Row[Any]:
    """A line of a locked batch that was not deleted. Raises `agency.item_unknown`."""
    wanted = (ITEM.c.contract == batch.contract, ITEM.c.batch == batch.batch, ITEM.c.item == item)
    row = (await connection.execute(select(ITEM).where(*wanted, ITEM.c.state != ItemState.DELETED.value))).first()
    if row is None:
        raise ITEM_UNKNOWN(field="item")
    return row


async def change_item(connection: AsyncConnection, item: Row[Any], **values: Any) -> None:
    """Store what is different of a line of a locked batch."""
    mine = (ITEM.c.contract == item.contract, ITEM.c.batch == item.batch, ITEM.c.item == item.item)
    await connection.execute(update(ITEM).where(*mine).values(values))


async def sums(connection: AsyncConnection, batch: Row[Any], *states: ItemState) -> tuple[int, int]:
    """How many lines of a batch are in one of these states, and what they come to in minor units."""
    counted = select(func.count(), func.coalesce(func.sum(ITEM.c.amount_minor), 0)).where(*items_of(batch, *states))
    count, total = (await connection.execute(counted)).one()
    return count, int(total)


async def settle_state(connection: AsyncConnection, batch: Row[Any]) -> None:
    """After a line of a batch was collected, changed or deleted: count what failed again, and see whether there is nothing left to do.
    What stands there is not what the file said any more."""
    mine = (ITEM.c.contract == batch.contract, ITEM.c.batch == batch.batch)
    grouped = select(ITEM.c.state, func.count()).where(*mine).group_by(ITEM.c.state)
    counts = {ItemState(state): count for state, count in await connection.execute(grouped)}
    failed, waiting = counts.get(ItemState.FAILED, 0), counts.get(ItemState.WAITING, 0)
    over = not failed and not waiting and (ItemState.POSTED in counts or ItemState.COLLECTED in counts)
    state = {"state": BatchState.DONE.value} if over else {}
    await change_batch(connection, batch, failed_count=failed, file_digest=None, **state)


def shown_day(day: date | None) -> str | None:
    """A date as answers show it."""
    return day.isoformat() if day else None
