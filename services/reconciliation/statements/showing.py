"""Statements as the portal and the bank's desk read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.statements import (
    AdjustmentItem,
    AdjustmentSheet,
    Decision,
    Reply,
    Statement,
    StatementHead,
    StatementLine,
    StatementLines,
    Step,
    WorkedSheet,
)
from kernel.money import format_amount
from services.reconciliation.domain import adjustment
from services.reconciliation.domain.adjustment import Item, ItemKind, Sheet, work_out
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.statement_states import (
    Side,
    StatementAct,
    StatementState,
    is_overdue,
    possible_acts,
    possible_results,
)
from services.reconciliation.statements.store import items_of
from services.reconciliation.statements.tables import STATEMENT, STATEMENT_DECISION, STATEMENT_LINE, STATEMENT_REPLY, STATEMENT_STEP

FIGURES = ("opening_minor", "closing_minor", "debit_minor", "credit_minor")
DETAIL = "detail"
REPLIES = (StatementAct.REPLY, StatementAct.REPLY_AGAIN)


def head_values(row: Row[Any], today: date) -> dict[str, Any]:
    """What every list of statements shows of one."""
    currency = row.currency
    return {
        "number": row.number,
        "kind": row.kind,
        "account": row.account,
        "customer_number": row.customer_number,
        "name": row.name,
        "outlet": row.outlet,
        "currency": currency,
        "date_from": row.date_from,
        "date_to": row.date_to,
        "opening_balance": format_amount(row.opening_minor, currency),
        "closing_balance": format_amount(row.closing_minor, currency),
        "debit_total": format_amount(row.debit_minor, currency),
        "debit_count": row.debit_count,
        "credit_total": format_amount(row.credit_minor, currency),
        "credit_count": row.credit_count,
        "lines": row.debit_count + row.credit_count if row.kind == DETAIL else 0,
        "made_on": row.made_on,
        "due_on": row.due_on,
        "overdue": is_overdue(StatementState(row.state), row.due_on, today),
        "state": row.state,
        "round": row.round,
        "version": row.version,
        "result": row.result,
        "returned_on": row.returned_on,
    }


def acts_of(row: Row[Any], operator: Operator | None) -> list[StatementAct]:
    """What somebody can do to a statement now: an operator, of supervisors only the one who was chosen, or the bank."""
    if operator is None:
        return possible_acts(StatementState(row.state), Side.BANK, row.round)
    if operator.role == Side.SUPERVISOR.value and row.supervisor != operator.operator_number:
        return []
    return possible_acts(StatementState(row.state), Side(operator.role), row.round)


def _own(row: Row[Any], operator: Operator | None) -> dict[str, Any]:
    acts = acts_of(row, operator)
    results = possible_results(row.round) if set(acts) & set(REPLIES) else ()
    return {"acts": [each.value for each in acts], "results": [each.value for each in results]}


def shown_head(row: Row[Any], today: date, operator: Operator | None) -> StatementHead:
    """A statement as a list shows it, with what the operator can do (without one: the bank)."""
    return StatementHead(**head_values(row, today), **_own(row, operator))


async def shown_statement(connection: AsyncConnection, row: Row[Any], today: date, operator: Operator | None) -> Statement:
    """A whole statement. The company sees the bank's answers, not its notes; a draft only its clerks see."""
    track = await _track(connection, row.number, everything=operator is None)
    answers = [step.note for step in track if step.act == StatementAct.ANSWER.value]
    draft = row.draft if operator is not None and operator.role == Side.CLERK.value else None
    return Statement(
        **head_values(row, today),
        **_own(row, operator),
        replies=await _replies(connection, row),
        answer=answers[-1] if answers else None,
        draft=AdjustmentSheet.model_validate(draft) if draft else None,
        track=track,
    )


async def shown_again(connection: AsyncConnection, number: str, today: date, operator: Operator) -> Statement:
    """A statement as it stands after a change of the same transaction."""
    row = (await connection.execute(select(STATEMENT).where(STATEMENT.c.number == number))).one()
    return await shown_statement(connection, row, today, operator)


async def _track(connection: AsyncConnection, number: str, *, everything: bool) -> list[Step]:
    asked = select(STATEMENT_STEP).where(STATEMENT_STEP.c.number == number).order_by(STATEMENT_STEP.c.step)
    if not everything:
        asked = asked.where(STATEMENT_STEP.c.shown)
    return [
        Step(
            step=row.step,
            act=row.act,
            side=row.side,
            by=row.by,
            by_name=row.by_name,
            state=row.state,
            note=row.note,
            business_date=row.business_date,
            made_at=row.made_at,
        )
        for row in await connection.execute(asked)
    ]


async def _replies(connection: AsyncConnection, statement: Row[Any]) -> list[Reply]:
    if not statement.reply:
        return []
    asked = select(STATEMENT_REPLY).where(STATEMENT_REPLY.c.number == statement.number).order_by(STATEMENT_REPLY.c.reply)
    rows = (await connection.execute(asked)).all()
    decided = await connection.execute(select(STATEMENT_DECISION).where(STATEMENT_DECISION.c.number == statement.number))
    decisions = {row.reply: row for row in decided}
    items = await items_of(connection, statement.number)
    return [_reply(statement, row, items.get(row.reply, []), decisions.get(row.reply)) for row in rows]


def _reply(statement: Row[Any], row: Row[Any], items: Sequence[Row[Any]], decision: Row[Any] | None) -> Reply:
    sheet = None
    if row.company_balance_minor is not None:
        listed = tuple(Item(ItemKind(each.kind), each.amount_minor, each.item_date, each.summary, each.line) for each in items)
        sheet = shown_sheet(work_out(Sheet(row.company_balance_minor, listed), statement.closing_minor), statement.currency)
    return Reply(
        reply=row.reply,
        round=row.round,
        result=row.result,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        clerk=row.clerk,
        clerk_name=row.clerk_name,
        supervisor=row.supervisor,
        supervisor_name=row.supervisor_name,
        sheet=sheet,
        satisfaction=row.satisfaction,
        opinion=row.opinion,
        digest=row.digest,
        made_at=row.made_at,
        decision=decision and Decision.model_validate(decision, from_attributes=True),
    )


def shown_sheet(worked: adjustment.WorkedSheet, currency: str) -> WorkedSheet:
    """An adjustment sheet added up, as it is read."""
    return WorkedSheet(
        company_balance=format_amount(worked.sheet.company_balance_minor, currency),
        bank_balance=format_amount(worked.bank_balance_minor, currency),
        **{kind.value: format_amount(minor, currency) for kind, minor in worked.sums_minor.items()},
        company_adjusted=format_amount(worked.company_adjusted_minor, currency),
        bank_adjusted=format_amount(worked.bank_adjusted_minor, currency),
        difference=format_amount(worked.difference_minor, currency),
        balances=worked.balances,
        items=[
            AdjustmentItem(
                kind=item.kind.value, amount=format_amount(item.amount_minor, currency), date=item.on, summary=item.summary, line=item.line
            )
            for item in worked.sheet.items
        ],
    )


async def shown_lines(connection: AsyncConnection, statement: Row[Any], after: int, limit: int) -> StatementLines:
    """A page of the entries of a detail statement; a balance one has none."""
    mine = (STATEMENT_LINE.c.number == statement.number, STATEMENT_LINE.c.line > after)
    asked = select(STATEMENT_LINE).where(*mine).order_by(STATEMENT_LINE.c.line).limit(limit + 1)
    rows = (await connection.execute(asked)).all()
    return StatementLines(
        rows=[_line(row, statement.currency) for row in rows[:limit]], next=rows[limit - 1].line if len(rows) > limit else None
    )


def _line(row: Row[Any], currency: str) -> StatementLine:
    return StatementLine(
        line=row.line,
        business_date=row.business_date,
        transaction_number=row.transaction_number,
        direction="debit" if row.is_debit else "credit",
        amount=format_amount(row.amount_minor, currency),
        balance_after=format_amount(row.balance_after_minor, currency),
        counter_outlet=row.counter_outlet,
        voucher_type=row.voucher_type,
        voucher_number=row.voucher_number,
        summary=row.summary,
    )
