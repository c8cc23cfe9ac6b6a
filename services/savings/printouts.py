"""What a transaction of savings printed, put together again from what it left: lines of accounts, interest, places in a passbook."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.money import format_amount
from services.savings.passbooks import printed_by
from services.savings.tables import ACCOUNT, ACCOUNT_LINE, DOCUMENT_SHOWN, INTEREST_PAID


async def printout_of(connection: AsyncConnection, registered: Row[Any]) -> dict[str, Any]:
    """The print-out of a row of the register: the transaction, `lines`, `interest` and `tax` where it paid some, the document that was
    shown, `printed` where it put lines into a passbook."""
    line = ACCOUNT_LINE.c
    columns = (line.account, ACCOUNT.c.name, ACCOUNT.c.currency, line.amount_minor, line.balance_after_minor, line.summary)
    moved = select(*columns).join_from(ACCOUNT_LINE, ACCOUNT, ACCOUNT.c.account == line.account)
    moved = moved.where(line.posting_id == registered.posting_id).order_by(line.account, line.line)
    rows = (await connection.execute(moved)).all()
    paid = (await connection.execute(select(INTEREST_PAID).where(INTEREST_PAID.c.posting_id == registered.posting_id))).first()
    interest = {name: format_amount(getattr(paid, f"{name}_minor"), paid.currency) for name in ("interest", "tax")} if paid else {}
    document = select(DOCUMENT_SHOWN.c.id_type, DOCUMENT_SHOWN.c.id_number).where(DOCUMENT_SHOWN.c.posting_id == registered.posting_id)
    shown = (await connection.execute(document.limit(1))).mappings().first()
    return {
        "transaction_number": registered.transaction_number,
        "business_date": registered.business_date.isoformat(),
        "code": registered.code,
        "teller": registered.teller,
        **interest,
        **(shown or {}),
        "lines": [_line(row) for row in rows],
        "printed": await printed_by(connection, registered.posting_id),
    }


def _line(row: Row[Any]) -> dict[str, Any]:
    return {
        "account": row.account,
        "name": row.name,
        "direction": "debit" if row.amount_minor < 0 else "credit",
        "amount": format_amount(abs(row.amount_minor), row.currency),
        "balance_after": format_amount(row.balance_after_minor, row.currency),
        "summary": row.summary,
    }
