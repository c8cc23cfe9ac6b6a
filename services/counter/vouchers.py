"""The register of controlled vouchers: moving ranges of numbers from one place to another, set-wise.

A range moves whole or not at all: one UPDATE takes the rows that are where they should be, and if one is missing the refusal names the
lowest number that is elsewhere. Of two transactions that want the same number, the second waits for the first and then finds it gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Row, TableValuedAlias, and_, any_, cast, column, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from services.counter.domain.boxes import VAULT
from services.counter.domain.voucher_errors import EXISTS, ISSUE_OUT_OF_DATE, NOT_AS_ISSUED, NOT_IN_PLACE
from services.counter.domain.vouchers import UNREGISTERED, NumberRange, State, number_text, where
from services.counter.tables import VOUCHER, VOUCHER_MOVEMENT

LOCKS = 2
"""Sets the locks of ranges apart from other advisory locks."""


@dataclass(frozen=True, slots=True)
class Place:
    """A vault or box of an outlet; without a box, on the way from it or to it; without an outlet, not in the bank's hands."""

    outlet: str | None = None
    cash_box: str | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Mover:
    """On whose behalf vouchers move: the posting, its transaction, the teller, and the posting's own count of movements."""

    posting_id: UUID
    transaction_code: str
    business_date: date
    outlet: str
    teller: str
    initiator: str
    line: int = 0
    state: str = "posted"


def mover_of(work: Work) -> Mover:
    """The running transaction of the counter as a mover."""
    return Mover(
        work.posting_id, work.code, work.business_date, work.outlet, work.principal.teller, work.resources.name, work.voucher_holds
    )


def in_range(numbers: NumberRange) -> ColumnElement[bool]:
    return and_(VOUCHER.c.kind == numbers.kind.code, VOUCHER.c.number.between(numbers.first, numbers.last))


def in_stock(place: Place) -> ColumnElement[bool]:
    """The rows that are in a vault or box."""
    return and_(VOUCHER.c.state == State.STOCK.value, VOUCHER.c.outlet == place.outlet, VOUCHER.c.cash_box == place.cash_box)


def issued(by: str, to: str) -> ColumnElement[bool]:
    """The rows on the way between two outlets."""
    return and_(VOUCHER.c.state == State.ISSUED.value, VOUCHER.c.outlet == by, VOUCHER.c.issued_to == to)


def is_sold() -> ColumnElement[bool]:
    """The rows that are in customers' hands, not used as far as the bank knows."""
    return VOUCHER.c.state == State.SOLD.value


def _series(numbers: NumberRange) -> TableValuedAlias:
    """The numbers themselves, as rows with a column `n`."""
    return func.generate_series(numbers.first, numbers.last).table_valued(column("n", Integer), name="wanted").render_derived()


async def lock_range(connection: AsyncConnection, numbers: NumberRange) -> None:
    """Let ranges of one kind move one after the other, so that two that overlap never wait for each other's rows; single numbers need no
    turn."""
    if numbers.sheets > 1:
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(numbers.kind.code, LOCKS))))


async def take(connection: AsyncConnection, numbers: NumberRange, expected: ColumnElement[bool], mover: Mover, **values: Any) -> int:
    """Give those numbers of the range that are as expected new values; how many they were."""
    await lock_range(connection, numbers)
    values = {"moved_on": mover.business_date, "posting_id": mover.posting_id, **values}
    return (await connection.execute(VOUCHER.update().where(in_range(numbers), expected).values(values))).rowcount


async def move(
    connection: AsyncConnection,
    numbers: NumberRange,
    expected: ColumnElement[bool],
    mover: Mover,
    *,
    field: str = "first",
    **values: Any,
) -> None:
    """Give all numbers of the range new values, if all of them are as expected. Raises `voucher.not_in_place`."""
    if await take(connection, numbers, expected, mover, **values) != numbers.sheets:
        raise await wrong(connection, numbers, mover, field)


async def wrong(connection: AsyncConnection, numbers: NumberRange, mover: Mover, field: str = "first") -> Exception:
    """The refusal that names the lowest number this posting could not take."""
    number = await _lowest_not_taken(connection, numbers, mover)
    row = (await connection.execute(select(VOUCHER).where(VOUCHER.c.kind == numbers.kind.code, VOUCHER.c.number == number))).first()
    place = UNREGISTERED if row is None else where(State(row.state), row.outlet, row.cash_box, row.issued_to)
    return NOT_IN_PLACE(field=field, kind=numbers.kind.code, number=number_text(number), where_zh=place.zh, where_en=place.en)


async def _lowest_not_taken(connection: AsyncConnection, numbers: NumberRange, mover: Mover) -> int:
    series = _series(numbers)
    taken = exists().where(VOUCHER.c.kind == numbers.kind.code, VOUCHER.c.number == series.c.n, VOUCHER.c.posting_id == mover.posting_id)
    return (await connection.execute(select(func.min(series.c.n)).where(~taken))).scalar_one()


async def mark_used(connection: AsyncConnection, numbers: NumberRange, used: Sequence[int]) -> None:
    """Numbers of the range that their customers have used before it was voided."""
    if used:
        among = any_(cast(list(used), ARRAY(Integer)))
        await connection.execute(VOUCHER.update().where(in_range(numbers), VOUCHER.c.number == among).values(state=State.USED.value))


async def register_new(connection: AsyncConnection, numbers: NumberRange, place: Place, mover: Mover) -> None:
    """Enter numbers nobody has ever entered. Raises `voucher.exists` naming the lowest that is there already."""
    await lock_range(connection, numbers)
    series = _series(numbers)
    fixed = {
        "kind": numbers.kind.code,
        "state": State.STOCK.value,
        "outlet": place.outlet,
        "cash_box": place.cash_box,
        "moved_on": mover.business_date,
        "posting_id": mover.posting_id,
    }
    columns = ["number", *fixed]
    rows = select(series.c.n, *(_constant(name, value) for name, value in fixed.items()))
    entered = await connection.execute(insert_or(VOUCHER).from_select(columns, rows).on_conflict_do_nothing())
    if entered.rowcount != numbers.sheets:
        number = await _lowest_not_taken(connection, numbers, mover)
        raise EXISTS(field="first", kind=numbers.kind.code, number=number_text(number))


def _constant(name: str, value: Any) -> ColumnElement[Any]:
    return literal(value, VOUCHER.c[name].type).label(name)


async def unregister(connection: AsyncConnection, numbers: NumberRange, place: Place, mover: Mover) -> None:
    """Take back a purchase: the numbers are as if they had never been entered. Raises `voucher.not_in_place`."""
    await move(connection, numbers, in_stock(place), mover)
    await connection.execute(VOUCHER.delete().where(in_range(numbers)))


async def check_as_issued(connection: AsyncConnection, numbers: NumberRange, by: str, to: str, day: date) -> None:
    """Receiving must take exactly the interval that was issued, on the day it was (IB 737-741).

    Raises `voucher.issue_out_of_date`, `voucher.not_as_issued`. A first number that is not on its way is left to `move` to refuse.
    """
    first = select(VOUCHER).where(issued(by, to), VOUCHER.c.kind == numbers.kind.code, VOUCHER.c.number == numbers.first)
    row = (await connection.execute(first.with_for_update())).first()
    if row is None:
        return
    if row.issued_on != day:
        raise ISSUE_OUT_OF_DATE(field="first", date=row.issued_on)
    low, high = await _interval(connection, row)
    if (low, high) != (numbers.first, numbers.last):
        raise NOT_AS_ISSUED(field="first" if low != numbers.first else "last", first=number_text(low), last=number_text(high))


async def _interval(connection: AsyncConnection, row: Row[Any]) -> tuple[int, int]:
    """The unbroken interval of one issue around a number."""
    table = VOUCHER
    same = and_(
        table.c.kind == row.kind,
        table.c.state == State.ISSUED.value,
        table.c.issued_to == row.issued_to,
        table.c.posting_id == row.posting_id,
    )
    position = table.c.number - func.row_number().over(order_by=table.c.number)
    islands = select(table.c.number, position.label("island")).where(same).cte("islands")
    mine = select(islands.c.island).where(islands.c.number == row.number).scalar_subquery()
    found = select(func.min(islands.c.number), func.max(islands.c.number)).where(islands.c.island == mine)
    low, high = (await connection.execute(found)).one()
    return low, high


async def note(
    connection: AsyncConnection, numbers: NumberRange, mover: Mover, action: str, come: Place, go: Place, account: str | None = None
) -> None:
    """Write a step into the register of movements."""
    await connection.execute(VOUCHER_MOVEMENT.insert().values(movement_row(numbers, mover, action, come, go, account)))


def movement_row(numbers: NumberRange, mover: Mover, action: str, come: Place, go: Place, account: str | None = None) -> dict[str, Any]:
    """A step as a row of the register of movements."""
    return {
        "posting_id": mover.posting_id,
        "line": mover.line,
        "state": mover.state,
        "initiator": mover.initiator,
        "transaction_code": mover.transaction_code,
        "business_date": mover.business_date,
        "action": action,
        "kind": numbers.kind.code,
        "first_number": numbers.first,
        "last_number": numbers.last,
        "sheets": numbers.sheets,
        "from_outlet": come.outlet,
        "from_box": come.cash_box,
        "to_outlet": go.outlet,
        "to_box": go.cash_box,
        "account": account,
        "counter_outlet": mover.outlet,
        "teller": mover.teller,
    }


def vault_of(outlet: str) -> Place:
    """The vault of an outlet."""
    return Place(outlet, VAULT)
