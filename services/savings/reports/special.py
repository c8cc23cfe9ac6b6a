"""特殊业务清单, the part of savings: freezes and lost vouchers with what ended them, lost cheques, maintenance (IB 451-457, 2878)."""

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
from services.savings.domain.losses import LossKind
from services.savings.tables import ACCOUNT, ACCOUNT_CHANGE, CHEQUE_EVENT, FRAME, FREEZE, INSTRUMENT_LOSS

FROZEN, PART_FROZEN = Text("帐户冻结", "Account frozen"), Text("帐户部分冻结", "Account frozen in part")
RELEASED = Text("解冻", "Freeze ended")
CHEQUES = {"report_lost": Text("支票挂失", "Cheque reported lost"), "lift_loss": Text("取消支票挂失", "Loss of a cheque lifted")}
LOST = {kind.value: kind.text for kind in LossKind}
LOSS_ENDED = {
    "confirmed": Text("口挂转书面挂失", "Loss confirmed in writing"),
    "lifted": Text("解挂(不换凭证)", "Loss lifted, old voucher"),
    "replaced": Text("解挂(换凭证)", "Loss lifted, new voucher"),
    "lapsed": Text("口挂失效", "Loss by word lapsed"),
}
MAINTENANCE = {
    "savings.account.maintain": Text("表内账户信息维护", "Account maintained"),
    "savings.password.set": Text("加/删密码", "Password set or removed"),
    "savings.instrument.replace": Text("换存单", "Voucher replaced"),
    "savings.account.activate_dormant": Text("睡眠户激活", "Dormant account woken"),
}
FIELDS = {
    "name": Text("账户名称", "name"),
    "cross_outlet": Text("通存通兑", "usable at other outlets"),
    "auto_renew": Text("自动转存", "renewed at maturity"),
    "interest_bearing": Text("计息标志", "bears interest"),
    "account_flag": Text("账户标志", "account flag"),
    "withdrawal_mode": Text("印鉴类别", "withdrawal mode"),
    "password": Text("密码", "password"),
    "voucher_number": Text("凭证号", "voucher number"),
    "status": Text("账户状态", "status"),
}
_REGISTER = FRAME.register.c


async def _find(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    parts = (_freezes, _losses, _cheques, _maintenance)
    return [special for part in parts for special in await part(read, day, sight)]


async def _freezes(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    """Freezes made on the date, then those that ended on it."""
    freeze = FREEZE.c
    made = _beside(FREEZE, freeze.account, freeze.posting_id).where(freeze.frozen_on == day, sight.condition(freeze.outlet))
    ended = _beside(FREEZE, freeze.account, freeze.ended_posting_id).where(freeze.ended_on == day, sight.condition(freeze.outlet))
    found = [_special(row, PART_FROZEN if row.amount_minor else FROZEN, _terms(row), row.frozen_by) for row in await _rows(read, made)]
    return found + [_special(row, RELEASED, row.ended_summary or "", row.ended_by) for row in await _rows(read, ended)]


async def _losses(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    """Losses reported on the date, then those that ended on it."""
    loss = INSTRUMENT_LOSS.c
    made = _beside(INSTRUMENT_LOSS, loss.account, loss.posting_id).where(loss.reported_on == day, sight.condition(loss.outlet))
    ended = _beside(INSTRUMENT_LOSS, loss.account, loss.ended_posting_id).where(loss.ended_on == day, sight.condition(loss.outlet))
    found = [_special(row, LOST[row.kind], row.voucher_number or "", row.reported_by) for row in await _rows(read, made)]
    return found + [
        _special(row, LOSS_ENDED[row.state], row.new_voucher_number or row.voucher_number or "", row.ended_by)
        for row in await _rows(read, ended)
    ]


async def _maintenance(read: Read, day: date, sight: Sight) -> list[SpecialBusiness]:
    change = ACCOUNT_CHANGE.c
    found = _beside(ACCOUNT_CHANGE, change.account, change.posting_id).where(
        change.business_date == day, change.code.in_(list(MAINTENANCE)), sight.condition(change.outlet)
    )
    return [_special(row, MAINTENANCE[row.code], _change(row), row.teller) for row in await _rows(read, found.order_by(change.change))]


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


def _change(row: Row[Any]) -> Text:
    """What was changed; a secret by its name only."""
    field, values = FIELDS[row.field], "" if row.after is None else f" {row.before or ''} → {row.after}"
    return Text(f"{field.zh}{values}", f"{field.en}{values}")


def _special(row: Row[Any], category: Text, content: str | Text, teller: str) -> SpecialBusiness:
    return SpecialBusiness(
        row.account, row.name, row.currency, row.balance_minor, category, content, teller, row.second, row.transaction_number
    )


special_business = special_business_report(_find)
