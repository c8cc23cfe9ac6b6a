"""What savings hears: a customer has another name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.customer import CustomerRenamed
from runtime.consumer import Handler, Received
from runtime.service import Resources
from services.savings.domain.account_status import GONE
from services.savings.tables import ACCOUNT, ACCOUNT_CHANGE


def renaming_handler(resources: Resources) -> Handler:
    """The handler of the queue `savings.customers`: one name after the other."""

    async def handle(connection: AsyncConnection, received: Sequence[Received]) -> None:
        for each in received:
            assert isinstance(each.message, CustomerRenamed)
            await rename(connection, each.message)

    return handle


async def rename(connection: AsyncConnection, renamed: CustomerRenamed) -> None:
    """Call the customer's accounts that bear the old name by the new one, each change kept. Closed accounts stay as they were, and so do
    those that an organisation gave a name of their own (IB 3889)."""
    table = ACCOUNT.c
    mine = (table.customer_number == renamed.customer_number, table.name == renamed.before, table.status.not_in(GONE))
    rows = (await connection.execute(select(table.account, table.outlet).where(*mine).order_by(table.account).with_for_update())).all()
    if not rows:
        return
    await connection.execute(update(ACCOUNT).where(table.account.in_([row.account for row in rows])).values(name=renamed.after))
    change = {
        "posting_id": renamed.posting_id,
        "code": renamed.code,
        "business_date": renamed.business_date,
        "teller": renamed.teller,
        "second": renamed.second,
        "field": "name",
        "before": renamed.before,
        "after": renamed.after,
    }
    await connection.execute(insert(ACCOUNT_CHANGE), [{**change, "account": row.account, "outlet": row.outlet} for row in rows])
