"""States of a deposit account 账户状态, what leads from one to another, and what each allows."""

from __future__ import annotations

from enum import Enum

from kernel.text import Text
from services.savings.domain.errors import STATUS_FORBIDS


class AccountStatus(Enum):
    """Freezing, losing and locking are marks beside the state, not states."""

    PRE_OPENED = "pre_opened"
    NORMAL = "normal"
    SETTLED = "settled"
    DORMANT = "dormant"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def text(self) -> Text:
        return _STATUS_TEXTS[self]


GONE = (AccountStatus.CLOSED.value, AccountStatus.CANCELLED.value)
"""The accounts that do no business any more, as the table has their states."""


class Action(Enum):
    """What is done to an account."""

    ACTIVATE = "activate"
    CREDIT = "credit"
    DEBIT = "debit"
    SETTLE = "settle"
    UNDO_SETTLE = "undo_settle"
    CLOSE = "close"
    UNDO_CLOSE = "undo_close"
    UNDO_OPEN = "undo_open"
    FALL_DORMANT = "fall_dormant"
    WAKE = "wake"
    FREEZE = "freeze"
    BUY_CHEQUES = "buy_cheques"
    MAINTAIN = "maintain"
    REPORT_LOST = "report_lost"

    @property
    def text(self) -> Text:
        return _ACTION_TEXTS[self]


_STATUS_TEXTS: dict[AccountStatus, Text] = {
    AccountStatus.PRE_OPENED: Text("预开户", "pre-opened"),
    AccountStatus.NORMAL: Text("正常", "normal"),
    AccountStatus.SETTLED: Text("结清", "settled"),
    AccountStatus.DORMANT: Text("睡眠", "dormant"),
    AccountStatus.CLOSED: Text("销户", "closed"),
    AccountStatus.CANCELLED: Text("冲开户", "cancelled"),
}
_ACTION_TEXTS: dict[Action, Text] = {
    Action.ACTIVATE: Text("激活", "be activated"),
    Action.CREDIT: Text("存款", "take deposits"),
    Action.DEBIT: Text("取款", "pay out"),
    Action.SETTLE: Text("结清", "be settled"),
    Action.UNDO_SETTLE: Text("冲结清", "have its settlement undone"),
    Action.CLOSE: Text("销户", "be closed"),
    Action.UNDO_CLOSE: Text("冲销户", "have its closing undone"),
    Action.UNDO_OPEN: Text("冲开户", "have its opening undone"),
    Action.FALL_DORMANT: Text("转睡眠户", "fall dormant"),
    Action.WAKE: Text("睡眠户激活", "be woken"),
    Action.FREEZE: Text("冻结", "be frozen"),
    Action.BUY_CHEQUES: Text("购买支票", "be sold cheques"),
    Action.MAINTAIN: Text("维护", "be maintained"),
    Action.REPORT_LOST: Text("挂失", "have its voucher reported lost"),
}

# IB 1829-1834 activation by the first deposit, 1857-1870 settle and close, 439-445 undoing, 2538-2539 dormancy,
# 3957 no deposit once settled, 3331-3364 freezing whatever is not closed, 474 nothing before a dormant account is woken.
_TRANSITIONS: dict[tuple[AccountStatus, Action], AccountStatus] = {
    (AccountStatus.PRE_OPENED, Action.ACTIVATE): AccountStatus.NORMAL,
    (AccountStatus.PRE_OPENED, Action.CREDIT): AccountStatus.NORMAL,
    (AccountStatus.PRE_OPENED, Action.CLOSE): AccountStatus.CLOSED,
    (AccountStatus.NORMAL, Action.CREDIT): AccountStatus.NORMAL,
    (AccountStatus.NORMAL, Action.DEBIT): AccountStatus.NORMAL,
    (AccountStatus.NORMAL, Action.SETTLE): AccountStatus.SETTLED,
    (AccountStatus.NORMAL, Action.CLOSE): AccountStatus.CLOSED,
    (AccountStatus.NORMAL, Action.UNDO_OPEN): AccountStatus.CANCELLED,
    (AccountStatus.NORMAL, Action.FALL_DORMANT): AccountStatus.DORMANT,
    (AccountStatus.DORMANT, Action.WAKE): AccountStatus.NORMAL,
    (AccountStatus.SETTLED, Action.DEBIT): AccountStatus.SETTLED,
    (AccountStatus.SETTLED, Action.UNDO_SETTLE): AccountStatus.NORMAL,
    (AccountStatus.SETTLED, Action.CLOSE): AccountStatus.CLOSED,
    (AccountStatus.CLOSED, Action.UNDO_CLOSE): AccountStatus.NORMAL,
    (AccountStatus.PRE_OPENED, Action.FREEZE): AccountStatus.PRE_OPENED,
    (AccountStatus.NORMAL, Action.FREEZE): AccountStatus.NORMAL,
    (AccountStatus.SETTLED, Action.FREEZE): AccountStatus.SETTLED,
    (AccountStatus.DORMANT, Action.FREEZE): AccountStatus.DORMANT,
    (AccountStatus.NORMAL, Action.BUY_CHEQUES): AccountStatus.NORMAL,
    (AccountStatus.PRE_OPENED, Action.MAINTAIN): AccountStatus.PRE_OPENED,
    (AccountStatus.NORMAL, Action.MAINTAIN): AccountStatus.NORMAL,
    (AccountStatus.SETTLED, Action.MAINTAIN): AccountStatus.SETTLED,
    (AccountStatus.NORMAL, Action.REPORT_LOST): AccountStatus.NORMAL,
    (AccountStatus.SETTLED, Action.REPORT_LOST): AccountStatus.SETTLED,
    (AccountStatus.DORMANT, Action.REPORT_LOST): AccountStatus.DORMANT,
}


def after(status: AccountStatus, action: Action, field: str = "account", *, settles_first: bool = False) -> AccountStatus:
    """The state an action leads to. With `settles_first`, a normal account is not closed before it is settled. Raises `account.status`."""
    reached = _TRANSITIONS.get((status, action))
    if settles_first and (status, action) == (AccountStatus.NORMAL, Action.CLOSE):
        reached = None
    if reached is None:
        raise STATUS_FORBIDS(
            field=field,
            status_zh=status.text.zh,
            status_en=status.text.en,
            action_zh=action.text.zh,
            action_en=action.text.en,
        )
    return reached
