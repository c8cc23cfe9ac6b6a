"""The statements of the operator's company: list, one with its lines, and what is done to it (ER 20-60)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import select, tuple_

from banking.business_day import business_date_of
from banking.lists import Cursor, check_dates, cursor, given, place
from contracts.statements import (
    AdjustmentSheet,
    DecisionAsked,
    RecallAsked,
    Reminders,
    ReplyAsked,
    State,
    Statement,
    StatementKind,
    StatementLines,
    StatementList,
    StatementNumber,
    SupervisorChoices,
    WorkedSheet,
)
from runtime.service import resources_of
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.statement_states import TO_BE_DECIDED, TO_BE_HANDLED
from services.reconciliation.portal.session import operator_of
from services.reconciliation.statements import reminders, replies
from services.reconciliation.statements.showing import shown_head, shown_lines, shown_statement
from services.reconciliation.statements.store import found, seen_by
from services.reconciliation.statements.tables import STATEMENT
from services.reconciliation.tables import FRAME

router = APIRouter(prefix="/portal", include_in_schema=False)
TheOperator = Annotated[Operator, Depends(operator_of)]
TheNumber = Annotated[StatementNumber, Path()]
MOST_LINES = 1000


@router.get("/statements")
async def statements(
    request: Request,
    operator: TheOperator,
    view: Literal["all", "to_handle", "to_decide"] = "all",
    number: StatementNumber | None = None,
    account: Annotated[str, Query(pattern=r"^[0-9]{15}$")] | None = None,
    kind: StatementKind | None = None,
    state: State | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    after: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> StatementList:
    """账单信息查询: by the end of the period the newest first; `to_handle` those a clerk can reply to, `to_decide` those that wait for this
    supervisor. The dates are those between which periods end. Raises `query.cursor`, `query.dates`."""
    table = STATEMENT.c
    check_dates(date_from, date_to)
    conditions: list[Any] = [*seen_by(operator)]
    if view == "to_handle":
        conditions.append(table.state.in_([each.value for each in TO_BE_HANDLED]))
    elif view == "to_decide":
        conditions += [table.state.in_([each.value for each in TO_BE_DECIDED]), table.supervisor == operator.operator_number]
    conditions += given(
        (
            (number, lambda value: table.number == value),
            (account, lambda value: table.account == value),
            (kind, lambda value: table.kind == value),
            (state, lambda value: table.state == value),
            (date_from, lambda value: table.date_to >= value),
            (date_to, lambda value: table.date_to <= value),
            (place(after, date.fromisoformat, str), lambda value: tuple_(table.date_to, table.number) < tuple_(*value)),
        )
    )
    asked = select(STATEMENT).where(*conditions).order_by(table.date_to.desc(), table.number.desc()).limit(limit + 1)
    async with resources_of(request).database.reading() as connection:
        rows = (await connection.execute(asked)).all()
        today = await business_date_of(connection, FRAME)
    following = cursor(rows[limit - 1].date_to, rows[limit - 1].number) if len(rows) > limit else None
    return StatementList(rows=[shown_head(row, today, operator) for row in rows[:limit]], next=following)


@router.get("/reminders")
async def operator_reminders(request: Request, operator: TheOperator) -> Reminders:
    """催办: statements that are soon due or overdue, the newest reminder first."""
    async with resources_of(request).database.reading() as connection:
        return await reminders.reminders_of(connection, operator)


@router.get("/statements/{number}")
async def statement(number: TheNumber, request: Request, operator: TheOperator) -> Statement:
    """A statement with its replies and its track. Raises `statement.unknown`."""
    async with resources_of(request).database.reading() as connection:
        row = await found(connection, number, *seen_by(operator))
        return await shown_statement(connection, row, await business_date_of(connection, FRAME), operator)


@router.get("/statements/{number}/lines")
async def lines(
    number: TheNumber,
    request: Request,
    operator: TheOperator,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 200,
) -> StatementLines:
    """A page of the entries of a detail statement. Raises `statement.unknown`."""
    async with resources_of(request).database.reading() as connection:
        return await shown_lines(connection, await found(connection, number, *seen_by(operator)), after, limit)


@router.get("/statements/{number}/supervisors")
async def supervisors(number: TheNumber, request: Request, operator: TheOperator) -> SupervisorChoices:
    """客户授权员: who may decide on a reply to the statement. Raises `statement.unknown`."""
    async with resources_of(request).database.reading() as connection:
        row = await found(connection, number, *seen_by(operator))
        return SupervisorChoices(rows=await replies.supervisors(connection, operator, row.account))


@router.post("/statements/{number}/fetch")
async def fetch(number: TheNumber, request: Request, operator: TheOperator) -> Statement:
    """A clerk takes the statement up. Raises as `replies.fetch`."""
    return await replies.fetch(resources_of(request), operator, number)


@router.post("/statements/{number}/adjustment")
async def adjustment(number: TheNumber, body: AdjustmentSheet, request: Request, operator: TheOperator) -> WorkedSheet:
    """The adjustment sheet added up, and kept until the clerk replies. Raises as `replies.keep_draft`."""
    return await replies.keep_draft(resources_of(request), operator, number, body)


@router.post("/statements/{number}/reply")
async def reply(number: TheNumber, body: ReplyAsked, request: Request, operator: TheOperator) -> Statement:
    """A clerk replies, or replies again to the bank's answer. Raises as `replies.reply`."""
    return await replies.reply(resources_of(request), operator, number, body)


@router.post("/statements/{number}/recall")
async def recall(number: TheNumber, body: RecallAsked, request: Request, operator: TheOperator) -> Statement:
    """A clerk takes back a reply that nobody has decided on. Raises as `replies.recall`."""
    return await replies.recall(resources_of(request), operator, number, body)


@router.post("/statements/{number}/approve")
async def approve(number: TheNumber, body: DecisionAsked, request: Request, operator: TheOperator) -> Statement:
    """The chosen supervisor approves the reply he sees. Raises as `replies.decide`."""
    return await replies.decide(resources_of(request), operator, number, body, approves=True)


@router.post("/statements/{number}/refuse")
async def refuse(number: TheNumber, body: DecisionAsked, request: Request, operator: TheOperator) -> Statement:
    """The chosen supervisor refuses it; the clerk replies anew. Raises as `replies.decide`."""
    return await replies.decide(resources_of(request), operator, number, body, approves=False)
