"""Money of customers on its way through clearing: deposit accounts, kept by savings, paid into and drawn on in two phases.

A transaction that calls `move` or `take_back` is declared `two_phase` and calls one of them once: savings holds what it asked for under its
posting id until it has committed, or gives it back (architecture, "Money moves like this"). Refusals speak of `account`, `amount` and
`voucher_number`; where a form has no such fields, `field` says which of its own they shall name instead.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from uuid import UUID

from banking.refusals import naming_field
from banking.work import Work
from contracts.ledger import AccountReference
from contracts.movement import MovementLine, OrderingCheque
from contracts.savings import AccountView, SavingsClient

OWNER = "savings"
GONE = ("closed", "cancelled")
"""The states of accounts that take no money any more."""


async def find(work: Work, account: str, field: str | None = None) -> AccountView:
    """Whose a deposit account is, where it is kept, its state and its name. Raises `account.unknown`."""
    with _naming(field):
        return await SavingsClient(work.resources.transport).account(account)


async def move(
    work: Work,
    account: str,
    currency: str,
    amount_minor: int,
    *,
    cheque: OrderingCheque | None = None,
    field: str | None = None,
    summary: str = "",
) -> AccountReference:
    """Pay into a deposit account, or draw on it where the amount is negative; the account as the fact names it.

    A `cheque` that orders the payment is used with it; with an amount of nothing only the cheque is. Raises `account.*`, `cheque.*` as
    savings refuses. In a preview only the checks are made.
    """
    line = MovementLine(account=account, amount_minor=amount_minor, summary=summary, cheque=cheque)
    with _naming(field):
        return (await work.move(OWNER, currency, (line,))).accounts[0]


async def check(
    work: Work, account: str, currency: str, amount_minor: int, *, cheque: OrderingCheque | None = None, field: str | None = None
) -> AccountReference:
    """Whether `move` would go through now; nothing is held. Raises as `move`."""
    return await move(replace(work, dry_run=True), account, currency, amount_minor, cheque=cheque, field=field)


async def take_back(
    work: Work,
    account: str,
    currency: str,
    amount_minor: int,
    *,
    reverses: UUID,
    value_date: date,
    cheque: OrderingCheque | None = None,
    field: str | None = None,
    summary: str = "",
) -> AccountReference:
    """Take back what an earlier posting of clearing's did to a deposit account on its value date: `amount_minor` is the opposite of what
    that moved, a `cheque` becomes usable again.

    Raises as `move`: what was paid in may have been spent since.
    """
    given_back = cheque.model_copy(update={"gives_back": True}) if cheque is not None else None
    line = MovementLine(account=account, amount_minor=amount_minor, summary=summary, cheque=given_back)
    with _naming(field):
        answer = await work.move(OWNER, currency, (line,), value_date=value_date, correction=True, reverses=reverses)
    return answer.accounts[0]


def _naming(field: str | None):  # type: ignore[no-untyped-def]
    return nullcontext() if field is None else naming_field(field)
