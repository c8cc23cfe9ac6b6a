"""Legs that a teller writes by hand on internal accounts: whose account it must be, and in what state (IB 1469-1480, 3160-3180)."""

from __future__ import annotations

from sqlalchemy import select

from banking.work import Work
from contracts.ledger import AccountReference
from kernel.numbers import parse_internal
from services.ledger.domain.internal_accounts import check_by_hand, is_standard
from services.ledger.domain.refusals import ACCOUNT_OUTSIDE, ACCOUNT_UNKNOWN, CURRENCY_DIFFERS, NOT_OFF_SHEET
from services.ledger.posting import ACCOUNT_CLOSED
from services.ledger.rulebook import rulebook_on
from services.ledger.tables import ACCOUNT


async def internal_account_by_hand(
    work: Work, account: str, currency: str, field: str, *, off_sheet: bool = False, anywhere: bool = False
) -> AccountReference:
    """The account as a leg names it, when it is the own outlet's, of the currency, open, and not one that only the system posts to.

    `anywhere` takes accounts of other outlets too: what stands in a transaction may be corrected where it stands.

    Raises `account.not_internal`, `ledger.account.*`, `ledger.business_code.*`, `ledger.entry.other_box`, `ledger.entry.currency_differs`.
    """
    parts = parse_internal(account, field)
    if parts.outlet != work.outlet and not anywhere:
        raise ACCOUNT_OUTSIDE(field=field, account=account, outlet=work.outlet)
    if parts.currency != currency:
        raise CURRENCY_DIFFERS(field=field, account=account, currency=currency)
    rulebook = await rulebook_on(work.resources, work.business_date)
    code = rulebook.business_code(parts.business_code, work.business_date)
    if off_sheet and not code.off_sheet:
        raise NOT_OFF_SHEET(field=field, account=account)
    check_by_hand(code, parts.suffix, work.principal.cash_box, account, field)
    row = (await work.connection.execute(select(ACCOUNT.c.closed_on).where(ACCOUNT.c.account == account))).first()
    if row is None and not is_standard(code, parts.suffix):
        raise ACCOUNT_UNKNOWN(field=field, account=account)
    if row is not None and row.closed_on is not None:
        raise ACCOUNT_CLOSED(field=field, account=account)
    return AccountReference(number=account, outlet=parts.outlet, business_code=parts.business_code)
