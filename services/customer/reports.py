"""特殊业务清单, the part of customers: maintenance, and what is done to cards and books once they are given out (IB 450-484, 2878)."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from sqlalchemy import select

from banking.query import Read
from banking.special_business import SpecialBusiness, special_business_report
from banking.visibility import Sight
from kernel.text import Text
from services.customer.queries import FIELD_NAMES
from services.customer.tables import CUSTOMER, CUSTOMER_CHANGE, FRAME
from services.customer.transactions.instrument_open import add_instrument
from services.customer.transactions.instruments import adjust_print, close_instrument, replace_instrument, rewrite_instrument
from services.customer.transactions.maintain import maintain_corporate, maintain_personal

SPECIAL = {
    each.code: each.name
    for each in (
        maintain_personal,
        maintain_corporate,
        add_instrument,
        replace_instrument,
        rewrite_instrument,
        adjust_print,
        close_instrument,
    )
}


async def _find(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    """One line for each transaction of the date, with the fields it changed; the customer stands where others have an account."""
    change, register = CUSTOMER_CHANGE, FRAME.register
    found = (
        select(change, CUSTOMER.c.name, register.c.transaction_number)
        .join(CUSTOMER, CUSTOMER.c.customer_number == change.c.customer_number)
        .outerjoin(register, register.c.posting_id == change.c.posting_id)
        .where(change.c.business_date == day, change.c.code.in_(SPECIAL), sight.condition(change.c.outlet))
        .order_by(change.c.entry)
    )
    rows = (await read.connection.execute(found)).all()
    lines = [list(same) for _, same in groupby(rows, key=lambda row: row.posting_id)]
    return [
        SpecialBusiness(
            account=line[0].customer_number,
            name=line[0].name,
            currency="CNY",
            balance_minor=None,
            category=SPECIAL[line[0].code],
            content=_content([(FIELD_NAMES[row.field], f"{row.before or '-'} → {row.after or '-'}") for row in line]),
            teller=line[0].teller,
            second=line[0].second,
            transaction_number=line[0].transaction_number,
        )
        for line in lines
    ]


def _content(changes: list[tuple[Text, str]]) -> Text:
    return Text("; ".join(f"{name.zh} {change}" for name, change in changes), "; ".join(f"{name.en} {change}" for name, change in changes))


special_business = special_business_report(_find)
