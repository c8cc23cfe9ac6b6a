"""特殊业务清单, the ledger's part: corrections, and what outlets did to accounts of their own (IB 2878)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, select

from banking.query import Read
from banking.special_business import SpecialBusiness, special_business_report
from banking.visibility import Sight
from kernel.text import Text
from services.ledger.domain.rulebook import Rulebook
from services.ledger.queries.accounts import account_of
from services.ledger.queries.forms import rulebook_for
from services.ledger.queries.transactions import NUMBER_DIGITS
from services.ledger.tables import ACCOUNT, ACCOUNT_EVENT, FRAME, LEG, POSTING_SET

CORRECTIONS = "ledger.correct."
CATEGORIES = {
    "ledger.correct.reverse": Text("冲账", "Reversal"),
    "ledger.correct.supplement": Text("补账", "Supplement"),
    "ledger.correct.wrong_account": Text("串户冲补账", "Wrong account"),
    "ledger.correct.difference": Text("差额冲正", "Difference"),
}
ACTIONS = {
    "open": Text("内部账户开户", "Internal account opened"),
    "rename": Text("账户更名", "Account renamed"),
    "close": Text("内部账户关闭", "Internal account closed"),
    "write_off": Text("内部账户销账", "Internal account written off"),
}


async def _find(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    rulebook = await rulebook_for(read)
    return [*await _corrections(read, day, sight, rulebook), *await _account_events(read, day, sight, rulebook)]


async def _corrections(read: Read, day: date, sight: Sight, rulebook: Rulebook) -> list[SpecialBusiness]:
    """The accounts that corrections touched, bridges and cash boxes left out, in the order of number and line."""
    sets = POSTING_SET.c
    summary = sets.fact["summary"].as_string().label("summary")
    found = (
        select(ACCOUNT, sets.transaction_code, sets.transaction_number, sets.teller, sets.second, summary)
        .join_from(POSTING_SET, LEG, LEG.c.posting_id == sets.posting_id)
        .join(ACCOUNT, ACCOUNT.c.account == LEG.c.account)
        .where(sets.business_date == day, sight.condition(sets.transaction_number, NUMBER_DIGITS))
        .where(sets.transaction_code.startswith(CORRECTIONS, autoescape=True), LEG.c.automatic.is_(False), LEG.c.business_code != "101")
        .order_by(sets.transaction_number, LEG.c.line)
    )
    return [
        _special(rulebook, row, day, CATEGORIES[row.transaction_code], row.summary or "")
        for row in await read.connection.execute(found)
        if row.transaction_code in CATEGORIES
    ]


async def _account_events(read: Read, day: date, sight: Sight, rulebook: Rulebook) -> list[SpecialBusiness]:
    event, register = ACCOUNT_EVENT.c, FRAME.register.c
    found = (
        select(ACCOUNT, event.action, event.name.label("content"), event.teller, register.second, register.transaction_number)
        .join_from(ACCOUNT_EVENT, ACCOUNT, ACCOUNT.c.account == event.account)
        .join(FRAME.register, register.posting_id == event.posting_id, isouter=True)
        .where(event.business_date == day, sight.condition(event.outlet))
        .order_by(event.made_at, event.posting_id)
    )
    return [_special(rulebook, row, day, ACTIONS[row.action], row.content) for row in await read.connection.execute(found)]


def _special(rulebook: Rulebook, row: Row[Any], day: date, category: Text, content: str) -> SpecialBusiness:
    account = account_of(rulebook, row, day)
    return SpecialBusiness(
        account.account, account.name, account.currency, account.balance_minor, category, content, row.teller, row.second,
        row.transaction_number,
    )  # fmt: skip


special_business = special_business_report(_find)
