"""睡眠户激活: a dormant account is woken before it is used again, at its own outlet (IB 474, 2539, 3393); no entries."""

from __future__ import annotations

from banking.menus import ACCOUNT_MAINTENANCE, GENERAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.money import format_amount
from kernel.text import Text
from services.savings.accounts import save
from services.savings.changes import record_changes
from services.savings.domain.accounts import wake
from services.savings.transactions.holders import Holder, lock_for_holder


@transaction(
    code="savings.account.activate_dormant",
    name=Text("睡眠户激活", "Wake a dormant account"),
    menu=(GENERAL, ACCOUNT_MAINTENANCE),
    source="IB 474, 2539, 3385-3398",
)
async def activate_dormant(work: Work, form: Holder) -> Outcome:
    """Make a dormant account a normal one. Raises `account.*`, `document.mismatch`, `identity.resident.*`."""
    account = await lock_for_holder(work, form)
    woken = wake(account, work.business_date)
    await save(work.connection, woken)
    change = {"status": (account.status.value, woken.status.value)}
    await record_changes(work, account, change, id_type=form.id_type, id_number=form.id_number)
    return Outcome(
        {
            "account": account.number,
            "name": account.name,
            "status": woken.status.value,
            "balance": format_amount(account.balance_minor, account.currency),
        }
    )
