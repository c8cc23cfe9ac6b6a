"""What a teller sees as soon as an internal account is entered."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from banking.query import Read
from kernel.money import format_amount
from kernel.numbers import parse_internal
from services.ledger.domain.internal_accounts import is_standard
from services.ledger.domain.refusals import ACCOUNT_UNKNOWN
from services.ledger.rulebook import rulebook_on
from services.ledger.tables import ACCOUNT


def status_of(closed_on: date | None, written_off_on: date | None) -> str:
    """The state of an internal account in one word: normal, closed 关闭, written off 销账."""
    if written_off_on is not None:
        return "written_off"
    return "normal" if closed_on is None else "closed"


async def account_panel(read: Read, account: str) -> dict[str, Any]:
    """Name, subject, outlet, balance and state of an internal account. Raises `ledger.account.unknown`."""
    row = (await read.connection.execute(select(ACCOUNT).where(ACCOUNT.c.account == account))).first()
    parts = parse_internal(account)
    code = (await rulebook_on(read.resources, read.business_date)).business_code(parts.business_code, read.business_date)
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
        "status": status_of(row.closed_on, row.written_off_on) if row else "normal",
    }
