"""What a teller sees as soon as an internal account is entered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from banking.query import Read
from kernel.money import format_amount
from services.ledger.accounting.load import load_rulebook
from services.ledger.domain.refusals import ACCOUNT_UNKNOWN
from services.ledger.tables import ACCOUNT


async def account_panel(read: Read, account: str) -> dict[str, Any]:
    """Name, subject, outlet, balance and state of an internal account. Raises `ledger.account.unknown`."""
    row = (await read.connection.execute(select(ACCOUNT).where(ACCOUNT.c.account == account))).first()
    if row is None:
        raise ACCOUNT_UNKNOWN(field="account", account=account)
    code = load_rulebook().business_code(row.business_code, read.business_date)
    suffix_name = code.suffixes.get(account[-5:])
    return {
        "account": row.account,
        "name": row.name or (suffix_name or code.name).zh,
        "product": code.name.as_dict(),
        "business_code": row.business_code,
        "subject": code.subject,
        "outlet": row.outlet,
        "currency": row.currency,
        "balance": format_amount(abs(row.balance_minor), row.currency),
        "side": "debit" if row.balance_minor >= 0 else "credit",
        "reserved": format_amount(row.reserved_minor, row.currency),
        "status": "closed" if row.closed_on else "normal",
    }
