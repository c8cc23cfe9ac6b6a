"""A matched book as the portal reads it: counts, groups with their lines, open lines, the items they are on the sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.matching import (
    LINES_SHOWN,
    MatchedLine,
    MatchingGroup,
    MatchingGroups,
    MatchingShown,
    OpenLines,
    ProposedItems,
    Side,
    Standing,
)
from contracts.statements import MOST_ITEMS, AdjustmentItem
from kernel.money import format_amount
from kernel.text import Text
from services.reconciliation.domain.matching_items import proposed_items
from services.reconciliation.domain.matching_lines import Doubt, Line, Matching, Reason
from services.reconciliation.domain.statement_periods import StatementKind
from services.reconciliation.matching.decisions import BY_HAND
from services.reconciliation.matching.tables import MATCHING_GROUP, MATCHING_LINE

JOINED = Text("对账员勾对", "joined by the clerk")
_REASONS = {**{each.value: each.sentence for each in Reason}, **{each.value: each.sentence for each in Doubt}, BY_HAND: JOINED}
_LINE, _GROUP = MATCHING_LINE.c, MATCHING_GROUP.c
_HOLDS = ("matched", "confirmed")


async def shown_matching(connection: AsyncConnection, matching: Row[Any], currency: str) -> MatchingShown:
    """The counts of a matched book."""
    grouped = select(_GROUP.standing, func.count()).where(_GROUP.matching == matching.matching, _still_said()).group_by(_GROUP.standing)
    groups: dict[str, int] = dict((await connection.execute(grouped)).all())
    counted = select(_LINE.side, func.count()).where(_LINE.matching == matching.matching, _LINE.group.is_(None)).group_by(_LINE.side)
    open_lines: dict[str, int] = dict((await connection.execute(counted)).all())
    return MatchingShown(
        matching=matching.matching,
        number=matching.number,
        file_name=matching.file_name,
        days=matching.days,
        book_lines=matching.book_lines,
        statement_lines=matching.statement_lines,
        book_total=format_amount(matching.book_minor, currency),
        matched=groups.get("matched", 0),
        confirmed=groups.get("confirmed", 0),
        proposed=groups.get("proposed", 0),
        ambiguous=groups.get("ambiguous", 0),
        open_book=open_lines.get("book", 0),
        open_statement=open_lines.get("statement", 0),
        made_at=matching.made_at,
    )


def _still_said() -> ColumnElement[bool]:
    """A proposal counts as long as both of its sides have an open line, an ambiguity as long as one has."""

    def has_open(side: str) -> ColumnElement[bool]:
        mine = (_LINE.matching == _GROUP.matching, _LINE.hint == _GROUP.group, _LINE.side == side, _LINE.group.is_(None))
        return exists(select(1).select_from(MATCHING_LINE).where(*mine).correlate(MATCHING_GROUP))

    either, both = or_(has_open("book"), has_open("statement")), and_(has_open("book"), has_open("statement"))
    return or_(_GROUP.standing.in_(_HOLDS), and_(_GROUP.standing == "ambiguous", either), both)


async def shown_groups(
    connection: AsyncConnection, matching: Row[Any], currency: str, standing: Standing | None, after: int, limit: int
) -> MatchingGroups:
    """A page of groups in the order of their numbers; of a proposal or an ambiguity the lines that are still open."""
    mine = [_GROUP.matching == matching.matching, _GROUP.group > after, _still_said()]
    if standing is not None:
        mine.append(_GROUP.standing == standing)
    rows = (await connection.execute(select(MATCHING_GROUP).where(*mine).order_by(_GROUP.group).limit(limit + 1))).all()
    page = rows[:limit]
    lines = await _lines_of(connection, matching, [row.group for row in page])
    return MatchingGroups(
        rows=[_group(row, lines[row.group], currency) for row in page], next=page[-1].group if len(rows) > limit else None
    )


async def _lines_of(connection: AsyncConnection, matching: Row[Any], groups: list[int]) -> dict[int, list[Row[Any]]]:
    """The lines that groups hold or speak of, by group."""
    in_question = func.coalesce(_LINE.group, _LINE.hint).label("of_group")
    mine = and_(_LINE.matching == matching.matching, or_(_LINE.group.in_(groups), and_(_LINE.group.is_(None), _LINE.hint.in_(groups))))
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in await connection.execute(select(MATCHING_LINE, in_question).where(mine).order_by(_LINE.side, _LINE.on, _LINE.line)):
        found[row.of_group].append(row)
    return found


def _group(row: Row[Any], lines: list[Row[Any]], currency: str) -> MatchingGroup:
    book = sum(1 for line in lines if line.side == "book")
    many = {(True, True): "one_to_one", (True, False): "one_to_many", (False, True): "many_to_one", (False, False): "many_to_many"}
    return MatchingGroup(
        group=row.group,
        standing=row.standing,
        shape=many[book <= 1, len(lines) - book <= 1],
        reason=_REASONS[row.reason],
        days=row.days,
        lines=[_shown(line, currency) for line in lines[:LINES_SHOWN]],
        more=max(0, len(lines) - LINES_SHOWN),
    )


def _shown(line: Row[Any], currency: str) -> MatchedLine:
    amount = format_amount(line.amount_minor, currency)
    return MatchedLine(side=line.side, line=line.line, date=line.on, amount=amount, text=line.text, reference=line.reference)


async def shown_open(connection: AsyncConnection, matching: Row[Any], currency: str, side: Side, after: int, limit: int) -> OpenLines:
    """A page of the lines of a side that no group holds."""
    mine = (_LINE.matching == matching.matching, _LINE.side == side, _LINE.group.is_(None), _LINE.line > after)
    rows = (await connection.execute(select(MATCHING_LINE).where(*mine).order_by(_LINE.line).limit(limit + 1))).all()
    return OpenLines(rows=[_shown(row, currency) for row in rows[:limit]], next=rows[limit - 1].line if len(rows) > limit else None)


async def shown_items(connection: AsyncConnection, matching: Row[Any], statement: Row[Any]) -> ProposedItems:
    """The open lines as items of the adjustment sheet. Those of a detail statement name its lines."""
    mine = (_LINE.matching == matching.matching, _LINE.group.is_(None), _LINE.amount_minor != 0)
    count, undecided = (await connection.execute(select(func.count(), func.count(_LINE.hint)).where(*mine))).one()
    rows = (await connection.execute(select(MATCHING_LINE).where(*mine).order_by(_LINE.on, _LINE.side, _LINE.line).limit(MOST_ITEMS))).all()
    left = Matching(open_book=_lines(rows, "book"), open_statement=_lines(rows, "statement"))
    detail = statement.kind == StatementKind.DETAIL.value
    items = [
        AdjustmentItem(
            kind=item.kind.value,
            amount=format_amount(item.amount_minor, statement.currency),
            date=item.on,
            summary=item.summary,
            line=item.line if detail else None,
        )
        for item in proposed_items(left)
    ]
    return ProposedItems(items=items, count=count, complete=count <= MOST_ITEMS, undecided=undecided)


def _lines(rows: Iterable[Row[Any]], side: str) -> list[Line]:
    return [Line(row.line, row.on, row.amount_minor, row.text, row.reference) for row in rows if row.side == side]
