"""What a company does with its statements: fetches them, replies, recalls, approves or refuses (ER 20-51).

Each of these is one transaction on the locked statement. The version that was seen decides who comes too late; the same thing sent twice
gets the same answer and changes nothing more.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Row, any_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.statements import AdjustmentSheet, DecisionAsked, RecallAsked, ReplyAsked, Statement, SupervisorChoice, WorkedSheet
from kernel.money import parse_amount, parse_signed
from runtime.service import Resources
from services.reconciliation.domain import statement_errors as errors
from services.reconciliation.domain.adjustment import Item, ItemKind, Sheet, check_items, lines_named, work_out
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.replies import ReplyContent, check_decides, check_reply
from services.reconciliation.domain.statement_states import (
    FIRST_ROUND,
    ReplyResult,
    StatementAct,
    StatementState,
)
from services.reconciliation.portal.acts import log_act
from services.reconciliation.portal.tables import PORTAL_OPERATOR
from services.reconciliation.statements.showing import shown_again, shown_sheet
from services.reconciliation.statements.store import Actor, found, last_reply, move, operator_acting, seen_by, state_after
from services.reconciliation.statements.tables import (
    ADJUSTMENT_ITEM,
    STATEMENT,
    STATEMENT_DECISION,
    STATEMENT_LINE,
    STATEMENT_REPLY,
)

Decided = Literal["approved", "refused", "recalled"]


async def fetch(resources: Resources, operator: Operator, number: str) -> Statement:
    """A clerk takes the statement up 获取. Raises `statement.unknown`, `.side`, `.state`."""
    async with resources.database.transaction() as connection:
        statement, actor = await _taken(connection, resources, operator, number)
        if statement.state != StatementState.FETCHED.value:
            state = state_after(statement, StatementAct.FETCH, actor.side)
            await move(connection, statement, actor, StatementAct.FETCH, state)
            await log_act(connection, operator, "recon.statement.fetch", number, at=actor.moment)
        return await shown_again(connection, number, actor.business_date, operator)


async def reply(resources: Resources, operator: Operator, number: str, asked: ReplyAsked) -> Statement:
    """A clerk replies, for the first time or again; a supervisor of his choice is to decide.

    Raises `statement.unknown`, `.side`, `.state`, `.changed`, `.result`, `.satisfaction_*`, `.supervisor_unknown`, `.same_person`,
    `.adjustment.*`, `amount.*`.
    """
    async with resources.database.transaction() as connection:
        statement, actor = await _taken(connection, resources, operator, number)
        content = _content(asked, statement.currency)
        digest = content.digest(number, asked.version, operator.operator_number)
        if statement.version != asked.version:
            if not await _replied_so(connection, statement, digest):
                raise errors.CHANGED(field="version")
        else:
            await _reply(connection, statement, actor, operator, content, digest)
        return await shown_again(connection, number, actor.business_date, operator)


async def _replied_so(connection: AsyncConnection, statement: Row[Any], digest: str) -> bool:
    last = await last_reply(connection, statement)
    return last is not None and last.digest == digest


async def _reply(
    connection: AsyncConnection, statement: Row[Any], actor: Actor, operator: Operator, content: ReplyContent, digest: str
) -> None:
    again = statement.round > FIRST_ROUND
    act = StatementAct.REPLY_AGAIN if again else StatementAct.REPLY
    state = state_after(statement, act, actor.side)
    check_reply(content, statement.round, statement.closing_minor, statement.currency)
    if content.sheet is not None:
        await _check_items(connection, statement, content.sheet)
    supervisor_name = await _supervisor_name(connection, operator, statement.account, content.supervisor)
    place = statement.reply + 1
    await connection.execute(
        STATEMENT_REPLY.insert().values(
            number=statement.number,
            reply=place,
            round=statement.round,
            version=statement.version,
            result=content.result.value,
            contact_name=content.contact_name,
            contact_phone=content.contact_phone,
            clerk=operator.operator_number,
            clerk_name=operator.name,
            supervisor=content.supervisor,
            supervisor_name=supervisor_name,
            company_balance_minor=content.sheet.company_balance_minor if content.sheet else None,
            satisfaction=content.satisfaction,
            opinion=content.opinion,
            digest=digest,
            business_date=actor.business_date,
            made_at=actor.moment,
        )
    )
    if content.sheet is not None and content.sheet.items:
        await connection.execute(ADJUSTMENT_ITEM.insert(), _item_rows(statement.number, place, content.sheet))
    await move(connection, statement, actor, act, state, reply=place, supervisor=content.supervisor, draft=None)
    name = "recon.statement.reply_again" if again else f"recon.statement.reply_{statement.kind}"
    details = {"reply": place, "result": content.result.value, "supervisor": content.supervisor}
    await log_act(connection, operator, name, statement.number, details, at=actor.moment)


async def keep_draft(resources: Resources, operator: Operator, number: str, asked: AdjustmentSheet) -> WorkedSheet:
    """Add a sheet up and keep it as it is until the clerk replies, whether it balances or not.

    Raises `statement.unknown`, `.side`, `.state`, `.adjustment.*`, `amount.*`.
    """
    async with resources.database.transaction() as connection:
        statement, actor = await _taken(connection, resources, operator, number)
        act = StatementAct.REPLY if statement.round == FIRST_ROUND else StatementAct.REPLY_AGAIN
        state_after(statement, act, actor.side)
        sheet = _sheet(asked, statement.currency)
        await _check_items(connection, statement, sheet)
        kept = asked.model_dump(mode="json", exclude_none=True)
        if kept != statement.draft:
            await connection.execute(STATEMENT.update().where(STATEMENT.c.number == number).values(draft=kept))
            await log_act(connection, operator, "recon.statement.adjustment", number, {"items": len(sheet.items)}, at=actor.moment)
        return shown_sheet(work_out(sheet, statement.closing_minor), statement.currency)


async def recall(resources: Resources, operator: Operator, number: str, asked: RecallAsked) -> Statement:
    """A clerk takes back the reply that nobody has decided on. Raises `statement.unknown`, `.side`, `.state`, `.changed`."""
    async with resources.database.transaction() as connection:
        statement, actor = await _taken(connection, resources, operator, number)
        if not await _decided_so(connection, statement, asked.version, actor, "recalled"):
            state = state_after(statement, StatementAct.RECALL, actor.side)
            await _decide(connection, statement, actor, operator, "recalled", None)
            await move(connection, statement, actor, StatementAct.RECALL, state, supervisor=None)
        return await shown_again(connection, number, actor.business_date, operator)


async def decide(resources: Resources, operator: Operator, number: str, asked: DecisionAsked, *, approves: bool) -> Statement:
    """The chosen supervisor approves or refuses the reply he has seen (ER 24).

    Raises `statement.unknown`, `.side`, `.state`, `.changed`, `.reply_changed`, `.same_person`, `.other_supervisor`, `.reason_missing`.
    """
    decision: Decided = "approved" if approves else "refused"
    async with resources.database.transaction() as connection:
        statement, actor = await _taken(connection, resources, operator, number)
        if not await _decided_so(connection, statement, asked.version, actor, decision, asked):
            act = StatementAct.APPROVE if approves else StatementAct.REFUSE
            last = await last_reply(connection, statement)
            result = ReplyResult(last.result) if last is not None else None
            state = state_after(statement, act, actor.side, result=result)
            assert last is not None and result is not None
            _check_decision(operator, last, asked, approves=approves)
            await _decide(connection, statement, actor, operator, decision, asked.reason)
            changes: dict[str, Any] = {"supervisor": None}
            if approves:
                changes |= {"result": result.value, "returned_on": statement.returned_on or actor.business_date}
            await move(connection, statement, actor, act, state, note=asked.reason, **changes)
        return await shown_again(connection, number, actor.business_date, operator)


def _check_decision(operator: Operator, last: Row[Any], asked: DecisionAsked, *, approves: bool) -> None:
    check_decides(operator.operator_number, last.clerk, last.supervisor)
    if (last.reply, last.digest) != (asked.reply, asked.digest):
        raise errors.REPLY_CHANGED(field="digest")
    if not approves and asked.reason is None:
        raise errors.REASON_MISSING(field="reason")


async def _decided_so(
    connection: AsyncConnection,
    statement: Row[Any],
    version: int,
    actor: Actor,
    decision: Decided,
    asked: DecisionAsked | None = None,
) -> bool:
    """Whether this very decision was taken on the version that was seen. Raises `statement.changed` if anything else was done since."""
    if statement.version == version:
        return False
    table = STATEMENT_DECISION.c
    mine = (table.number == statement.number, table.reply == statement.reply, table.decision == decision, table.by == actor.number)
    row = (await connection.execute(select(STATEMENT_DECISION).where(*mine))).first()
    last = await last_reply(connection, statement)
    same = row is not None and last is not None and statement.version == version + 1 and last.version == version - 1
    if not same or asked is not None and (asked.reply, asked.digest) != (last.reply, last.digest):
        raise errors.CHANGED(field="version")
    return True


async def _decide(
    connection: AsyncConnection, statement: Row[Any], actor: Actor, operator: Operator, decision: Decided, reason: str | None
) -> None:
    await connection.execute(
        STATEMENT_DECISION.insert().values(
            number=statement.number,
            reply=statement.reply,
            decision=decision,
            by=actor.number,
            by_name=actor.name,
            reason=reason,
            business_date=actor.business_date,
            made_at=actor.moment,
        )
    )
    name = "recon.statement.recall" if decision == "recalled" else "recon.statement.approve"
    details = {"reply": statement.reply, "decision": decision}
    await log_act(connection, operator, name, statement.number, details, at=actor.moment)


async def supervisors(connection: AsyncConnection, operator: Operator, account: str) -> list[SupervisorChoice]:
    """客户授权员: who of the company may decide on replies about an account; nobody decides on his own."""
    table = PORTAL_OPERATOR.c
    chosen = select(table.operator_number, table.name).where(*_may_decide(operator, account)).order_by(table.operator_number)
    return [SupervisorChoice(operator=row.operator_number, name=row.name) for row in await connection.execute(chosen)]


def _may_decide(operator: Operator, account: str) -> tuple[Any, ...]:
    table = PORTAL_OPERATOR.c
    return (
        table.customer_number == operator.customer_number,
        table.role == "supervisor",
        table.state == "bound",
        any_(table.accounts) == account,
        table.operator_number != operator.operator_number,
    )


async def _supervisor_name(connection: AsyncConnection, operator: Operator, account: str, supervisor: str) -> str:
    if supervisor == operator.operator_number:
        raise errors.SAME_PERSON(field="supervisor")
    table = PORTAL_OPERATOR.c
    asked = select(table.name).where(*_may_decide(operator, account), table.operator_number == supervisor)
    name = (await connection.execute(asked)).scalar_one_or_none()
    if name is None:
        raise errors.SUPERVISOR_UNKNOWN(field="supervisor", supervisor=supervisor)
    return name


async def _taken(connection: AsyncConnection, resources: Resources, operator: Operator, number: str) -> tuple[Row[Any], Actor]:
    statement = await found(connection, number, *seen_by(operator), lock=True)
    return statement, await operator_acting(connection, resources, operator)


def _content(asked: ReplyAsked, currency: str) -> ReplyContent:
    return ReplyContent(
        result=ReplyResult(asked.result),
        contact_name=asked.contact_name,
        contact_phone=asked.contact_phone,
        supervisor=asked.supervisor,
        sheet=_sheet(asked.sheet, currency) if asked.sheet is not None else None,
        satisfaction=asked.satisfaction,
        opinion=asked.opinion,
    )


def _sheet(asked: AdjustmentSheet, currency: str) -> Sheet:
    items = tuple(
        Item(ItemKind(each.kind), parse_amount(each.amount, currency, "items"), each.date, each.summary, each.line) for each in asked.items
    )
    return Sheet(parse_signed(asked.company_balance, currency, "company_balance"), items)


async def _check_items(connection: AsyncConnection, statement: Row[Any], sheet: Sheet) -> None:
    named = lines_named(sheet.items)
    received: dict[int, int] = {}
    if named:
        table = STATEMENT_LINE.c
        asked = select(table.line, table.is_debit, table.amount_minor).where(table.number == statement.number, table.line.in_(named))
        received = {row.line: -row.amount_minor if row.is_debit else row.amount_minor for row in await connection.execute(asked)}
    check_items(sheet, statement.date_to, received)


def _item_rows(number: str, reply_number: int, sheet: Sheet) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "reply": reply_number,
            "item": place,
            "kind": item.kind.value,
            "amount_minor": item.amount_minor,
            "item_date": item.on,
            "summary": item.summary,
            "line": item.line,
        }
        for place, item in enumerate(sheet.items, start=1)
    ]
