"""定活两便: open, close (IB 1060-1107)."""

from __future__ import annotations

from banking.menus import OPTIONAL as OPTIONAL_MENU
from banking.menus import PERSONAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.savings.domain.products import OPTIONAL
from services.savings.transactions.forms import AccountClosing
from services.savings.transactions.life import close_life, open_life
from services.savings.transactions.opening import SlipOpening

MENU = (PERSONAL, OPTIONAL_MENU)


@transaction(
    code="savings.optional.open",
    name=Text("定活两便开户", "Open optional deposit"),
    menu=MENU,
    source="IB 1074",
    operators="S",
    cash="receives",
)
async def open_optional(work: Work, form: SlipOpening) -> Outcome:
    """Open without a term. Raises as `open_life`."""
    return await open_life(work, form, OPTIONAL, None, None)


@transaction(
    code="savings.optional.close",
    name=Text("定活两便销户", "Close optional deposit"),
    menu=MENU,
    source="IB 1083",
    operators="S",
    cash="pays",
)
async def close_optional(work: Work, form: AccountClosing) -> Outcome:
    """Everything, at the rate of the tier that was reached. Raises as `close_life`."""
    return await close_life(work, form, OPTIONAL)
