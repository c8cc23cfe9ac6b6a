"""催办: a company is reminded once before a statement is due and once when it is overdue, in every round (decision 0023)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.statements import Reminder, Reminders
from runtime.service import Resources
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.statement_periods import REMINDED_DAYS_BEFORE
from services.reconciliation.domain.statement_states import WITH_THE_COMPANY, ReminderKind
from services.reconciliation.statements.store import seen_by
from services.reconciliation.statements.tables import STATEMENT, STATEMENT_REMINDER
from services.reconciliation.statements.telling import tell_reminded
from services.reconciliation.tables import FRAME

PORTION = 1000
SHOWN = 100
EVERY_SECONDS = 5.0
BEFORE, AFTER = 1, 2
WAITING = STATEMENT.c.state.in_([each.value for each in WITH_THE_COMPANY])


async def remind(resources: Resources) -> None:
    """The periodic task: every reminder that the business date asks for and that was not made before, a portion at a time."""
    while await _portion(resources) == PORTION:
        pass


async def _portion(resources: Resources) -> int:
    async with resources.database.transaction() as connection:
        today = (await connection.execute(select(FRAME.business_day.c.business_date))).scalar_one_or_none()
        if today is None:
            return 0
        rows = await _take(connection, today)
        if rows:
            await connection.execute(STATEMENT_REMINDER.insert(), [_reminder(row, today) for row in rows])
            await tell_reminded(connection, [row.number for row in rows], STATEMENT.c.due_on < today, resources.clock.now())
    return len(rows)


async def _take(connection: AsyncConnection, today: date) -> list[Row[Any]]:
    """Mark statements that are to be reminded of now; an overdue one is not reminded of as if it were still to come."""
    table = STATEMENT.c
    overdue = and_(table.reminded < AFTER, table.due_on < today)
    coming = and_(table.reminded < BEFORE, table.due_on.between(today, today + timedelta(days=REMINDED_DAYS_BEFORE)))
    due = select(table.number).where(WAITING, table.reminded < AFTER, or_(overdue, coming)).order_by(table.customer_number)
    due = due.limit(PORTION).with_for_update(skip_locked=True)
    marked = update(STATEMENT).where(table.number.in_(due)).values(reminded=case((table.due_on < today, AFTER), else_=BEFORE))
    return list(await connection.execute(marked.returning(STATEMENT)))


def _reminder(row: Row[Any], today: date) -> dict[str, Any]:
    return {
        "number": row.number,
        "round": row.round,
        "reminder": (ReminderKind.OVERDUE if row.reminded == AFTER else ReminderKind.BEFORE_DUE).value,
        "customer_number": row.customer_number,
        "account": row.account,
        "due_on": row.due_on,
        "business_date": today,
    }


async def reminders_of(connection: AsyncConnection, operator: Operator) -> Reminders:
    """The last reminder of each statement that still waits for the operator's company, the newest first."""
    table = STATEMENT_REMINDER.c
    last = case((STATEMENT.c.reminded == AFTER, ReminderKind.OVERDUE.value), else_=ReminderKind.BEFORE_DUE.value)
    asked = (
        select(STATEMENT_REMINDER, STATEMENT.c.kind, STATEMENT.c.date_to)
        .join(STATEMENT, (STATEMENT.c.number == table.number) & (STATEMENT.c.round == table.round))
        .where(table.customer_number == operator.customer_number, *seen_by(operator), WAITING, table.reminder == last)
        .order_by(table.sequence.desc())
        .limit(SHOWN + 1)
    )
    rows = (await connection.execute(asked)).all()
    return Reminders(
        rows=[
            Reminder(
                number=row.number,
                account=row.account,
                kind=row.kind,
                date_to=row.date_to,
                due_on=row.due_on,
                reminder=row.reminder,
                made_on=row.business_date,
            )
            for row in rows[:SHOWN]
        ],
        more=len(rows) > SHOWN,
    )
