"""A clerk brings the company's book and sees it matched against a statement (decision 0025)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.matching import (
    FILE_NAME,
    MOST_DAYS,
    GroupParted,
    LinesChosen,
    MatchingGroups,
    MatchingShown,
    OpenLines,
    ProposedItems,
    Side,
    Standing,
)
from contracts.statements import StatementNumber
from runtime.service import resources_of
from services.reconciliation.domain.matching import DAYS_ALLOWED
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.matching.decisions import join_lines, matching_of, part_group
from services.reconciliation.matching.running import match_file
from services.reconciliation.matching.showing import shown_groups, shown_items, shown_matching, shown_open
from services.reconciliation.portal.acts import log_act
from services.reconciliation.portal.session import operator_of
from services.reconciliation.statements.store import found, seen_by

BEGINNING = "/portal/matchings/"
router = APIRouter(prefix="/portal/matchings", include_in_schema=False)
TheOperator = Annotated[Operator, Depends(operator_of)]
TheNumber = Annotated[StatementNumber, Path()]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post("/{number}")
async def match(
    number: TheNumber,
    request: Request,
    operator: TheOperator,
    file_name: Annotated[str | None, Query(max_length=200, pattern=FILE_NAME)] = None,
    days: Annotated[int, Query(ge=0, le=MOST_DAYS)] = DAYS_ALLOWED,
) -> MatchingShown:
    """Match a book (the body, CSV or XLSX) against a statement, instead of an earlier one. The same file again changes nothing.

    Raises `portal.role`, `statement.unknown`, `file.*`.
    """
    operator.require_role("clerk")
    resources = resources_of(request)
    content = await request.body()
    statement = await _statement(request, operator, number)
    matching = await match_file(resources, operator, statement, content, file_name, days)
    async with resources.database.reading() as connection:
        return await shown_matching(connection, await matching_of(connection, number, matching), statement.currency)


@router.get("/{number}")
async def matching(number: TheNumber, request: Request, operator: TheOperator) -> MatchingShown:
    """The book last matched against a statement. Raises `statement.unknown`, `matching.none`."""
    async with resources_of(request).database.reading() as connection:
        statement = await found(connection, number, *seen_by(operator))
        return await shown_matching(connection, await matching_of(connection, number), statement.currency)


@router.get("/{number}/groups")
async def groups(
    number: TheNumber, request: Request, operator: TheOperator, standing: Standing | None = None, after: After = 0, limit: Limit = 50
) -> MatchingGroups:
    """A page of groups, each with its reason. Raises `statement.unknown`, `matching.none`."""
    async with resources_of(request).database.reading() as connection:
        statement = await found(connection, number, *seen_by(operator))
        return await shown_groups(connection, await matching_of(connection, number), statement.currency, standing, after, limit)


@router.get("/{number}/open")
async def open_lines(
    number: TheNumber, request: Request, operator: TheOperator, side: Side, after: After = 0, limit: Limit = 50
) -> OpenLines:
    """A page of the lines of a side that no group holds. Raises `statement.unknown`, `matching.none`."""
    async with resources_of(request).database.reading() as connection:
        statement = await found(connection, number, *seen_by(operator))
        return await shown_open(connection, await matching_of(connection, number), statement.currency, side, after, limit)


@router.get("/{number}/items")
async def items(number: TheNumber, request: Request, operator: TheOperator) -> ProposedItems:
    """What is left as items of the adjustment sheet. Raises `statement.unknown`, `matching.none`."""
    async with resources_of(request).database.reading() as connection:
        statement = await found(connection, number, *seen_by(operator))
        return await shown_items(connection, await matching_of(connection, number), statement)


@router.post("/{number}/join")
async def join(number: TheNumber, body: LinesChosen, request: Request, operator: TheOperator) -> MatchingShown:
    """The clerk joins open lines. Raises `portal.role`, `statement.unknown`, `matching.*`."""
    operator.require_role("clerk")
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        statement = await found(connection, number, *seen_by(operator))
        row = await matching_of(connection, number, body.matching, lock=True)
        book, lines = sorted(set(body.book)), sorted(set(body.statement))
        group = await join_lines(connection, row, book, lines, statement.currency)
        if group is not None:
            await _logged(connection, request, operator, "recon.matching.join", number, {"group": group, "book": book, "statement": lines})
        return await shown_matching(connection, row, statement.currency)


@router.post("/{number}/part")
async def part(number: TheNumber, body: GroupParted, request: Request, operator: TheOperator) -> MatchingShown:
    """The clerk takes a group apart; one that is apart already stays so. Raises `portal.role`, `statement.unknown`, `matching.*`."""
    operator.require_role("clerk")
    async with resources_of(request).database.transaction() as connection:
        statement = await found(connection, number, *seen_by(operator))
        row = await matching_of(connection, number, body.matching, lock=True)
        if await part_group(connection, row, body.group):
            await _logged(connection, request, operator, "recon.matching.part", number, {"group": body.group})
        return await shown_matching(connection, row, statement.currency)


async def _statement(request: Request, operator: Operator, number: str) -> Row[Any]:
    async with resources_of(request).database.reading() as connection:
        return await found(connection, number, *seen_by(operator))


async def _logged(
    connection: AsyncConnection, request: Request, operator: Operator, act: str, number: str, details: dict[str, Any]
) -> None:
    await log_act(connection, operator, act, number, details, at=resources_of(request).clock.now())
