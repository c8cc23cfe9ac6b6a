"""特殊业务清单, the part of savings: freezes and what ended them, lost cheques, corrections of accounts (IB 2878)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, Select, Table, select

from banking.query import Read
from banking.special_business import SpecialBusiness, special_business_report
from banking.visibility import Sight
from kernel.money import format_amount
from kernel.text import Text
from services.savings.domain.freezes import FreezeReason
from services.savings.tables import ACCOUNT, CHEQUE_EVENT, FRAME, FREEZE

FROZEN, PART_FROZEN = Text("帐户冻结", "Account frozen"), Text("帐户部分冻结", "Account frozen in part")
RELEASED = Text("解冻", "Freeze ended")
CHEQUES = {"report_lost": Text("支票挂失", "Cheque reported lost"), "lift_loss": Text("取消支票挂失", "Loss of a cheque lifted")}
_REGISTER = FRAME.register.c


async def _find(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    return [*await _freezes(read, day, sight), *await _cheques(read, day, sight)]


async def _freezes(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    """Freezes made on the date, then those that ended on it."""
    freeze = FREEZE.c
    made = _beside(FREEZE, freeze.account, freeze.posting_id).where(freeze.frozen_on == day, sight.condition(freeze.outlet))
    ended = _beside(FREEZE, freeze.account, freeze.ended_posting_id).where(freeze.ended_on == day, sight.condition(freeze.outlet))
    found = [_special(row, PART_FROZEN if row.amount_minor else FROZEN, _terms(row), row.frozen_by) for row in await _rows(read, made)]
    return found + [_special(row, RELEASED, row.ended_summary or "", row.ended_by) for row in await _rows(read, ended)]


async def _cheques(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    event = CHEQUE_EVENT.c
    found = _beside(CHEQUE_EVENT, event.account, event.posting_id).where(
        event.business_date == day, event.action.in_(list(CHEQUES)), sight.condition(event.counter_outlet)
    )
    return [_special(row, CHEQUES[row.action], f"{row.kind} {row.number}", row.teller) for row in await _rows(read, found)]


def _beside(table: Table, account: Any, posting_id: Any) -> Select[Any]:
    """Rows of a table with the account they are about and the transaction that made them."""
    shown: list[Any] = [ACCOUNT.c.name, ACCOUNT.c.currency, ACCOUNT.c.balance_minor, _REGISTER.second, _REGISTER.transaction_number]
    return (
        select(table, *shown)
        .join_from(table, ACCOUNT, ACCOUNT.c.account == account)
        .join(FRAME.register, _REGISTER.posting_id == posting_id, isouter=True)
        .order_by(_REGISTER.transaction_number, account)
    )


async def _rows(read: Read, found: Select[Any]) -> list[Row[Any]]:
    return list((await read.connection.execute(found)).all())


def _terms(row: Row[Any]) -> Text:
    reason = FreezeReason(row.reason).text
    amount = f" {format_amount(row.amount_minor, row.currency)}" if row.amount_minor else ""
    return Text(f"{reason.zh}{amount}", f"{reason.en}{amount}")


def _special(row: Row[Any], category: Text, content: str | Text, teller: str) -> SpecialBusiness:
    return SpecialBusiness(
        row.account, row.name, row.currency, row.balance_minor, category, content, teller, row.second, row.transaction_number
    )


special_business = special_business_report(_find)
