"""Money of customers on its way through clearing: deposit accounts, kept by savings, paid into and drawn on in two phases.

A transaction that calls `move` or `take_back` is declared `two_phase` and calls one of them once: savings holds what it asked for under its
posting id until it has committed, or gives it back (architecture, "Money moves like this").
"""

from __future__ import annotations

from uuid import UUID

from banking.refusals import naming_field
from banking.work import Work
from contracts.ledger import AccountReference
from contracts.movement import MovementLine
from contracts.savings import AccountView, SavingsClient

OWNER = "savings"
CLOSED = "closed"


async def find(work: Work, account: str, field: str = "account") -> AccountView:
    """Whose a deposit account is, where it is kept, its state and its name. Raises `account.unknown`, naming `field`."""
    with naming_field(field):
        return await SavingsClient(work.resources.transport).account(account)


async def move(
    work: Work, account: str, currency: str, amount_minor: int, *, field: str = "account", summary: str = ""
) -> AccountReference:
    """Pay into a deposit account, or draw on it where the amount is negative; the account as the fact names it.

    In a preview only the checks are made. Raises `account.*` as savings refuses, naming `field` of our own form.
    """
    return await _move(work, MovementLine(account=account, amount_minor=amount_minor, summary=summary), currency, field)


async def take_back(
    work: Work, account: str, currency: str, amount_minor: int, *, reverses: UUID, field: str = "account", summary: str = ""
) -> AccountReference:
    """Take back what an earlier posting of clearing's did to a deposit account: `amount_minor` is the opposite of what that moved.

    Raises as `move`: what was paid in may have been spent since.
    """
    return await _move(work, MovementLine(account=account, amount_minor=amount_minor, summary=summary), currency, field, reverses)


async def _move(work: Work, line: MovementLine, currency: str, field: str, reverses: UUID | None = None) -> AccountReference:
    with naming_field(field):
        answer = await work.move(OWNER, currency, (line,), correction=reverses is not None, reverses=reverses)
    return answer.accounts[0]
