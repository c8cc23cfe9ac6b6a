"""What the clerk decides about lines that matching left open: which belong together, and which do not after all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from services.reconciliation.matching.tables import MATCHING, MATCHING_GROUP, MATCHING_LINE

BY_HAND = "by_hand"
NO_MATCHING = ErrorType("matching.none", Kind.NOT_FOUND, "该账单尚未导入单位账", "no book has been matched against this statement yet")
REPLACED = ErrorType(
    "matching.replaced", Kind.CONFLICT, "单位账已重新导入,请刷新", "another book has been matched since: look at the statement again"
)
LINE_UNKNOWN = ErrorType("matching.line_unknown", Kind.INVALID, "没有第 {line} 行", "there is no line {line}")
LINE_TAKEN = ErrorType("matching.line_taken", Kind.CONFLICT, "第 {line} 行已有对应账项", "line {line} belongs to other lines already")
SUMS_DIFFER = ErrorType(
    "matching.sums_differ",
    Kind.INVALID,
    "所选账项两边金额不等:单位 {book},银行 {statement}",
    "the lines chosen differ: book {book}, bank {statement}",
)


async def matching_of(connection: AsyncConnection, number: str, wanted: UUID | None = None, *, lock: bool = False) -> Row[Any]:
    """The book matched against a statement. Raises `matching.none`, `matching.replaced` if it is not the wanted one."""
    found = select(MATCHING).where(MATCHING.c.number == number)
    row = (await connection.execute(found.with_for_update() if lock else found)).first()
    if row is None:
        raise NO_MATCHING()
    if wanted is not None and row.matching != wanted:
        raise REPLACED(field="matching")
    return row


async def join_lines(
    connection: AsyncConnection, matching: Row[Any], book: Sequence[int], statement: Sequence[int], currency: str
) -> int | None:
    """Make open lines of a locked matching one group; its number, or None where they are one already.

    Raises `matching.line_unknown`, `matching.line_taken`, `matching.sums_differ`.
    """
    line = MATCHING_LINE.c
    chosen = or_(and_(line.side == "book", line.line.in_(book)), and_(line.side == "statement", line.line.in_(statement)))
    mine = and_(line.matching == matching.matching, chosen)
    rows = (await connection.execute(select(MATCHING_LINE).where(mine))).all()
    there = {(row.side, row.line): row for row in rows}
    for side, numbers in (("book", book), ("statement", statement)):
        for number in numbers:
            if (side, number) not in there:
                raise LINE_UNKNOWN(field=side, line=number)
    if await _are_one(connection, matching.matching, rows):
        return None
    taken = next((row for row in rows if row.group is not None), None)
    if taken is not None:
        raise LINE_TAKEN(field=taken.side, line=taken.line)
    sums = {side: sum(row.amount_minor for row in rows if row.side == side) for side in ("book", "statement")}
    if sums["book"] != sums["statement"]:
        raise SUMS_DIFFER(field="book", **{side: format_amount(minor, currency) for side, minor in sums.items()})
    group, days = matching.groups + 1, _days(rows)
    await connection.execute(update(MATCHING).where(MATCHING.c.matching == matching.matching).values(groups=group))
    added = {"matching": matching.matching, "group": group, "standing": "confirmed", "reason": BY_HAND, "days": days}
    await connection.execute(MATCHING_GROUP.insert().values(added))
    await connection.execute(update(MATCHING_LINE).where(mine).values(group=group))
    return group


async def _are_one(connection: AsyncConnection, matching: UUID, rows: Sequence[Row[Any]]) -> bool:
    """Whether these lines are all there is of one group."""
    groups = {row.group for row in rows}
    if len(groups) != 1 or None in groups:
        return False
    line = MATCHING_LINE.c
    together = await connection.execute(select(line.line).where(line.matching == matching, line.group == groups.pop()).limit(len(rows) + 1))
    return len(together.all()) == len(rows)


def _days(rows: Sequence[Row[Any]]) -> int:
    """The longest time between a line of one side and one of the other."""
    ours, theirs = ([row.on for row in rows if row.side == side] for side in ("book", "statement"))
    return max((max(theirs) - min(ours)).days, (max(ours) - min(theirs)).days, 0)


async def part_group(connection: AsyncConnection, matching: Row[Any], group: int) -> bool:
    """Take a group of a locked matching apart: its lines are open again. Returns whether it held any."""
    mine = (MATCHING_LINE.c.matching == matching.matching, MATCHING_LINE.c.group == group)
    opened = await connection.execute(update(MATCHING_LINE).where(*mine).values(group=None))
    gone = (MATCHING_GROUP.c.matching == matching.matching, MATCHING_GROUP.c.group == group)
    if opened.rowcount:
        await connection.execute(MATCHING_GROUP.delete().where(*gone))
    return opened.rowcount > 0
