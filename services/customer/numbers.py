"""Customer numbers: given out from one sequence per class, in batches to outlets or one by one at the opening."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.numbers import check_customer_number, customer_number, is_personal
from services.customer.domain.errors import NUMBER_NOT_ISSUED, NUMBER_OTHER_KIND, NUMBER_TAKEN
from services.customer.domain.identity import CustomerKind
from services.customer.tables import CUSTOMER, ISSUED_NUMBER, NUMBER_CLASS

FIRST_CLASS = {CustomerKind.PERSONAL: 0, CustomerKind.CORPORATE: 4}
"""The class from which a number is taken for a customer who did not choose one (IB 273)."""


async def draw(connection: AsyncConnection, class_digit: int, count: int) -> list[str]:
    """The next numbers of a class. Raises `number.sequence_out_of_range` when the class is used up."""
    table = NUMBER_CLASS
    row = insert_or(table).values(class_digit=class_digit, last_sequence=count)
    drawn = row.on_conflict_do_update(
        index_elements=[table.c.class_digit], set_={"last_sequence": table.c.last_sequence + row.excluded.last_sequence}
    ).returning(table.c.last_sequence)
    last = (await connection.execute(drawn)).scalar_one()
    return [customer_number(class_digit, sequence) for sequence in range(last - count + 1, last + 1)]


async def issue(connection: AsyncConnection, class_digit: int, count: int, *, outlet: str, day: date, batch: UUID) -> list[str]:
    """Give an outlet a batch of numbers for its list (IB 356, 3863)."""
    numbers = await draw(connection, class_digit, count)
    rows = [{"customer_number": number, "outlet": outlet, "issued_on": day, "batch": batch} for number in numbers]
    await connection.execute(ISSUED_NUMBER.insert(), rows)
    return numbers


async def number_for(connection: AsyncConnection, kind: CustomerKind, chosen: str | None, *, outlet: str, day: date) -> str:
    """The number a new customer gets: the one chosen from the outlet's list, which is thereby used, or a new one.

    Raises `customer.number.malformed`, `.check_digit`, `.other_kind`, `.not_issued`, `.taken`.
    """
    if chosen is None:
        return (await draw(connection, FIRST_CLASS[kind], 1))[0]
    check_customer_number(chosen)
    if is_personal(chosen) is not (kind is CustomerKind.PERSONAL):
        raise NUMBER_OTHER_KIND(field="customer_number")
    table = ISSUED_NUMBER
    mine = (table.c.customer_number == chosen) & (table.c.outlet == outlet)
    used = await connection.execute(table.update().where(mine, table.c.used_on.is_(None)).values(used_on=day))
    if used.rowcount == 1:
        return chosen
    taken = select(func.count()).select_from(CUSTOMER).where(CUSTOMER.c.customer_number == chosen)
    if (await connection.execute(taken)).scalar_one():
        raise NUMBER_TAKEN(field="customer_number", customer_number=chosen)
    raise NUMBER_NOT_ISSUED(field="customer_number", customer_number=chosen)
