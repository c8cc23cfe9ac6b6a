"""What a teller sees of a deposit with a life of its own: 存期、起息日、到期日、取息间隔、应付利息 (IB 1016, 1144, 1204)."""

from __future__ import annotations

from typing import Any

from banking.query import Read
from kernel.errors import DomainError
from kernel.money import format_amount
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account
from services.savings.domain.life.agreement import Agreement, deposit_of
from services.savings.domain.life.answer import life_of
from services.savings.domain.life.deposit import Question
from services.savings.domain.life.interest_drawing import left_after_drawings
from services.savings.domain.products import INTEREST_DRAWING, TIME, LifeInterest
from services.savings.parameters.load import parameters
from services.savings.term_deposits import agreement_of, history_of

LIVE = (AccountStatus.NORMAL, AccountStatus.DORMANT)


async def shown_term(read_: Read, account: Account) -> dict[str, Any]:
    """The running term, once it has begun, and the interest a closing today would pay, before tax; nothing for current accounts."""
    if not isinstance(account.product.interest, LifeInterest):
        return {}
    agreement = await agreement_of(read_.connection, account.number)
    begun = account.opened_on is not None
    shown = {
        "term": agreement.term.code if agreement.term else None,
        "starts_on": agreement.starts_on.isoformat() if begun else None,
        "matures_on": agreement.matures_on.isoformat() if begun and agreement.matures_on else None,
        "rate": f"{agreement.annual_pct.normalize():f}" if agreement.annual_pct is not None else None,
        "auto_renew": agreement.renews if account.product is TIME else None,
        "interval_months": agreement.interval_months,
        "drawings": agreement.drawings if account.product is INTEREST_DRAWING else None,
        "interest_if_closed": await _interest_if_closed(read_, account, agreement),
    }
    return {name: value for name, value in shown.items() if value is not None}


async def _interest_if_closed(read_: Read, account: Account, agreement: Agreement) -> str | None:
    """None where a closing would be refused, or there is nothing to close."""
    if account.status not in LIVE or account.balance_minor == 0:
        return None
    history = await history_of(read_.connection, account.number)
    try:
        deposit = deposit_of(account.product, account.currency, account.balance_minor, agreement, history, read_.business_date)
        statement = left_after_drawings(Question(deposit, parameters()), life_of(deposit, parameters()).statements[-1], agreement)
    except DomainError:
        return None
    return format_amount(statement.interest_minor, account.currency)
