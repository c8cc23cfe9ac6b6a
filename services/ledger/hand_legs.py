"""Legs that a teller writes by hand on internal accounts: whose account it must be, and in what state (IB 1469-1480, 3160-3180)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from contracts.internal_accounts import AskedByHand
from contracts.ledger import AccountReference
from kernel.numbers import parse_internal
from runtime.service import Resources
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
    return await account_by_hand(
        work.resources,
        work.connection,
        work.business_date,
        AskedByHand(account=account, currency=currency, field=field, outlet=None if anywhere else work.outlet),
        cash_box=work.principal.cash_box,
        off_sheet=off_sheet,
    )


async def account_by_hand(
    resources: Resources,
    connection: AsyncConnection,
    day: date,
    asked: AskedByHand,
    *,
    cash_box: str | None = None,
    off_sheet: bool = False,
) -> AccountReference:
    """The same of whoever asks; with an `outlet` the account is that outlet's, with a `cash_box` it may be that box. Raises the same."""
    parts = parse_internal(account := asked.account, field := asked.field)
    if asked.outlet not in (None, parts.outlet):
        raise ACCOUNT_OUTSIDE(field=field, account=account, outlet=asked.outlet)
    if parts.currency != asked.currency:
        raise CURRENCY_DIFFERS(field=field, account=account, currency=asked.currency)
    rulebook = await rulebook_on(resources, day)
    code = rulebook.business_code(parts.business_code, day)
    if off_sheet and not code.off_sheet:
        raise NOT_OFF_SHEET(field=field, account=account)
    check_by_hand(code, parts.suffix, cash_box, account, field)
    row = (await connection.execute(select(ACCOUNT.c.closed_on).where(ACCOUNT.c.account == account))).first()
    if row is None and not is_standard(code, parts.suffix):
        raise ACCOUNT_UNKNOWN(field=field, account=account)
    if row is not None and row.closed_on is not None:
        raise ACCOUNT_CLOSED(field=field, account=account)
    return AccountReference(number=account, outlet=parts.outlet, business_code=parts.business_code)
