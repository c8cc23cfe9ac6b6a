"""睡眠户: demand and current accounts that nobody has moved for so many months fall dormant by themselves (IB 474, 2538).

Interest paid at day end is no movement of the customer's. An account with a movement under way stays as it is until that is done.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from banking.automatic import SYSTEM_TELLER
from contracts.day import EventProgress
from kernel.calendar import add_months
from runtime.service import Resources
from services.savings.domain.account_status import AccountStatus, Action, after
from services.savings.domain.accounts import moves_freely
from services.savings.domain.products import CATALOGUE
from services.savings.parameters.load import parameters
from services.savings.tables import ACCOUNT, ACCOUNT_CHANGE

FALL_DORMANT = "savings.account.fall_dormant"
LIMIT = "dormant_after_months"
PORTION = 5000
"""How many accounts one transaction of the day end puts to sleep."""

_FREE = [product.code for product in CATALOGUE.values() if moves_freely(product)]


async def put_to_sleep(resources: Resources, day: date) -> EventProgress:
    """The day-end event: the next portion of the accounts not moved for the months of the parameter, each with its change."""
    until = add_months(day, -int(parameters().limit_on(LIMIT, day)))
    table = ACCOUNT.c
    before, dormant = AccountStatus.NORMAL, after(AccountStatus.NORMAL, Action.FALL_DORMANT)
    async with resources.database.transaction() as connection:
        due = _sleepers(until).order_by(table.account).limit(PORTION).with_for_update()
        numbers = list((await connection.execute(due)).scalars())
        if numbers:
            changed = update(ACCOUNT).where(table.account.in_(numbers)).values(status=dormant.value)
            fallen = await connection.execute(changed.returning(table.account, table.outlet))
            common = {"code": FALL_DORMANT, "business_date": day, "teller": SYSTEM_TELLER, "field": "status"}
            common |= {"before": before.value, "after": dormant.value}
            rows = [{**common, "account": account, "outlet": outlet} for account, outlet in sorted(map(tuple, fallen))]
            await connection.execute(insert(ACCOUNT_CHANGE), rows)
        left = (await connection.execute(select(func.count()).select_from(_sleepers(until).subquery()))).scalar_one()
        made = select(func.count()).where(ACCOUNT_CHANGE.c.business_date == day, ACCOUNT_CHANGE.c.code == FALL_DORMANT)
        done = (await connection.execute(made)).scalar_one()
    return EventProgress(done=done, total=done + left)


def _sleepers(until: date) -> Select[Any]:
    table = ACCOUNT.c
    last = func.coalesce(table.last_moved_on, table.opened_on, table.entered_on)
    idle = (table.held_minor == 0, table.incoming_minor == 0)
    return select(table.account).where(table.status == AccountStatus.NORMAL.value, table.product.in_(_FREE), last <= until, *idle)
