"""What maintenance changed of an account, kept for good: one row a field, with who did it, who approved and by which document."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert

from banking.work import Work
from services.savings.domain.accounts import Account
from services.savings.tables import ACCOUNT_CHANGE

Change = tuple[str | None, str | None]
"""Before and after, as text; a secret is told by neither."""


async def record_changes(
    work: Work, account: Account, changes: Mapping[str, Change], *, id_type: str | None = None, id_number: str | None = None
) -> None:
    """Write down the changes of a locked account by field."""
    common = {
        "account": account.number,
        "outlet": account.outlet,
        "posting_id": work.posting_id,
        "code": work.code,
        "business_date": work.business_date,
        "teller": work.principal.teller,
        "second": work.second.teller if work.second else None,
        "id_type": id_type,
        "id_number": id_number,
    }
    rows = [{**common, "field": field, "before": before, "after": after} for field, (before, after) in changes.items()]
    await work.connection.execute(insert(ACCOUNT_CHANGE), rows)
