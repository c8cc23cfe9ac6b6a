"""睡眠户: demand and current accounts that nobody has moved for so many months fall dormant by themselves (IB 470, 2538; decision 0017).

Interest paid at day end is no movement of the customer's. An account with a movement under way stays as it is until that is done.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, Update, and_, case, func, insert, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER
from contracts.day import EventProgress
from kernel.calendar import ONE_DAY, add_months
from runtime.service import Resources
from services.savings.domain.account_status import AccountStatus, Action, after
from services.savings.domain.accounts import moves_freely
from services.savings.domain.products import CATALOGUE
from services.savings.parameters.load import parameters
from services.savings.portions import keep_place, place_of
from services.savings.tables import ACCOUNT, ACCOUNT_CHANGE

FALL_DORMANT = "savings.account.fall_dormant"
LIMIT = "dormant_after_months"
PORTION = 5000
"""How many accounts one transaction of the day end looks at."""
NEVER = date(9999, 12, 31)

_FREE = [product.code for product in CATALOGUE.values() if moves_freely(product)]


async def put_to_sleep(resources: Resources, day: date) -> EventProgress:
    """The day-end event: the next portion of the accounts not moved for the months of the parameter, each with its change.

    Only accounts whose `idle_since` lies so far back are looked at; one that has moved since then, or has something under way, is put off.
    """
    until = add_months(day, -int(parameters().limit_on(LIMIT, day)))
    before, dormant = AccountStatus.NORMAL.value, after(AccountStatus.NORMAL, Action.FALL_DORMANT).value
    async with resources.database.transaction() as connection:
        due = select(func.count()).where(*_due(until))
        place = await place_of(connection, FALL_DORMANT, day, lambda: _scalar(connection, due))
        if place.finished:
            return place.progress
        looked_at = (await connection.execute(_look(until, dormant))).all()
        common = {
            "code": FALL_DORMANT,
            "business_date": day,
            "teller": SYSTEM_TELLER,
            "field": "status",
            "before": before,
            "after": dormant,
        }
        rows = [{**common, "account": row.account, "outlet": row.outlet} for row in sorted(looked_at) if row.status == dormant]
        if rows:
            await connection.execute(insert(ACCOUNT_CHANGE), rows)
        place = place.moved("" if looked_at else None, len(looked_at))
        await keep_place(connection, place)
    return place.progress


async def _scalar(connection: AsyncConnection, statement: Select[tuple[int]]) -> int:
    return (await connection.execute(statement)).scalar_one()


def _due(until: date) -> tuple[ColumnElement[bool], ...]:
    return ACCOUNT.c.status == literal_column(f"'{AccountStatus.NORMAL.value}'"), ACCOUNT.c.idle_since <= until


def _look(until: date, dormant: str) -> Update:
    """Looks at the next portion: who sleeps, and when the others are looked at again."""
    table = ACCOUNT.c
    portion = select(table.account).where(*_due(until)).order_by(table.idle_since, table.account).limit(PORTION).with_for_update()
    moved_on = func.coalesce(table.last_moved_on, table.opened_on, table.entered_on)
    sleeps = and_(table.product.in_(_FREE), moved_on <= until, table.held_minor == 0, table.incoming_minor == 0)
    again = case((table.product.not_in(_FREE), NEVER), else_=func.greatest(moved_on, until + ONE_DAY))
    # As an array, whose accounts are looked up one by one: joined, the planner reads the whole table for every portion.
    changed = update(ACCOUNT).where(table.account == func.any(func.array(portion.scalar_subquery())))
    changed = changed.values(status=case((sleeps, dormant), else_=table.status), idle_since=case((sleeps, table.idle_since), else_=again))
    return changed.returning(table.account, table.outlet, table.status)
