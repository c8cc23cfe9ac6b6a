"""What a teller sees as soon as an internal account is entered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from banking.query import Read
from kernel.money import format_amount
from kernel.numbers import parse_internal
from services.ledger.accounting.load import load_rulebook
from services.ledger.domain.refusals import ACCOUNT_UNKNOWN
from services.ledger.tables import ACCOUNT
from services.ledger.transactions.entry import is_standard


async def account_panel(read: Read, account: str) -> dict[str, Any]:
    """Name, subject, outlet, balance and state of an internal account. Raises `ledger.account.unknown`."""
    row = (await read.connection.execute(select(ACCOUNT).where(ACCOUNT.c.account == account))).first()
    parts = parse_internal(account)
    code = load_rulebook().business_code(parts.business_code, read.business_date)
    if row is None and not is_standard(code, parts.suffix):
        raise ACCOUNT_UNKNOWN(field="account", account=account)
    balance_minor = row.balance_minor if row else 0
    suffix_name = code.suffixes.get(parts.suffix)
    return {
        "account": account,
        "name": (row.name if row else None) or (suffix_name or code.name).zh,
        "product": code.name.as_dict(),
        "business_code": code.code,
        "subject": code.subject,
        "outlet": parts.outlet,
        "currency": parts.currency,
        "balance": format_amount(abs(balance_minor), parts.currency),
        "side": "credit" if balance_minor < 0 else "debit",
        "reserved": format_amount(row.reserved_minor if row else 0, parts.currency),
        "status": "closed" if row and row.closed_on else "normal",
    }
