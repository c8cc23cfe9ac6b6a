"""What the ledger alone can report to the watching tools: the reserve accounts at the units that hold them."""

from __future__ import annotations

from sqlalchemy import select

from kernel.numbers import counterparty_suffix, parse_internal, superior_of
from runtime.service import Resources
from runtime.telemetry import POSITION
from services.ledger.tables import ACCOUNT

RESERVES = {"471": "40701", "472": "40702"}
"""Business code of a reserve account -> its subject, which is its name among the positions."""


async def set_reserve_positions(resources: Resources) -> None:
    """The balance of every reserve account in the books of its holder, credit positive: above zero it is overdrawn (IB 2911-2914)."""
    async with resources.database.reading() as connection:
        rows = await connection.execute(
            select(ACCOUNT.c.account, ACCOUNT.c.business_code, ACCOUNT.c.balance_minor).where(ACCOUNT.c.business_code.in_(RESERVES))
        )
        for account, business_code, balance_minor in rows:
            number = parse_internal(account)
            superior = superior_of(number.outlet)
            if superior is not None and number.suffix == counterparty_suffix(superior):
                POSITION.labels(number.outlet, RESERVES[business_code], number.currency).set(-balance_minor)
