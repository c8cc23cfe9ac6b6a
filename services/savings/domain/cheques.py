"""Cheques once sold 已出售支票: their states, what leads from one to another, and what a cheque of each kind pays.

A number is sold to one account; it pays once. Numbers never sold, and those whose sale was undone, are in the bank's hands.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from kernel.numbers import check_voucher_number
from kernel.text import Text
from kernel.vouchers import CASH_CHEQUE, TRANSFER_CHEQUE
from services.savings.domain import errors
from services.savings.domain.accounts import Account
from services.savings.domain.products import FreeWithdrawals

MOST_SOLD = 25
"""Sheets of one sale (IB 3533)."""
MOST_SHEETS = 1000
"""Sheets of one loss report or write-off."""
SHORT_DIGITS = 4
"""How many digits name a cheque where the account has no other that ends so (IB 3943)."""


class ChequeState(Enum):
    """What has become of a number since it was first sold."""

    NOT_SOLD = "not_sold"
    UNUSED = "unused"
    LOST = "reported_lost"
    USED = "used"
    WRITTEN_OFF = "written_off"
    VOID = "void"

    @property
    def text(self) -> Text:
        return _STATE_TEXTS[self]


class ChequeAction(Enum):
    """What is done to a cheque. `UNDO_VOID` comes with the undoing of the closing that voided it and leads back to where it was."""

    SELL = "sell"
    UNDO_SALE = "undo_sale"
    USE = "use"
    UNDO_USE = "undo_use"
    REPORT_LOST = "report_lost"
    LIFT_LOSS = "lift_loss"
    WRITE_OFF = "write_off"
    UNDO_WRITE_OFF = "undo_write_off"
    VOID = "void"
    UNDO_VOID = "undo_void"

    @property
    def text(self) -> Text:
        """What cannot be done, in a refusal."""
        return _ACTION_TEXTS[self]

    @property
    def done(self) -> Text:
        """What was done, in a list."""
        return _DONE_TEXTS[self]


_STATE_TEXTS: dict[ChequeState, Text] = {
    ChequeState.NOT_SOLD: Text("未出售", "not sold"),
    ChequeState.UNUSED: Text("未使用", "unused"),
    ChequeState.LOST: Text("已挂失", "reported lost"),
    ChequeState.USED: Text("已使用", "used"),
    ChequeState.WRITTEN_OFF: Text("已核销", "written off"),
    ChequeState.VOID: Text("已作废", "void"),
}
_ACTION_TEXTS: dict[ChequeAction, Text] = {
    ChequeAction.SELL: Text("出售", "be sold"),
    ChequeAction.UNDO_SALE: Text("取消出售", "be taken back"),
    ChequeAction.USE: Text("使用", "be used"),
    ChequeAction.UNDO_USE: Text("取消使用", "have its use undone"),
    ChequeAction.REPORT_LOST: Text("挂失", "be reported lost"),
    ChequeAction.LIFT_LOSS: Text("取消挂失", "have its loss lifted"),
    ChequeAction.WRITE_OFF: Text("核销", "be written off"),
    ChequeAction.UNDO_WRITE_OFF: Text("取消核销", "have its write-off undone"),
    ChequeAction.VOID: Text("作废", "be voided"),
    ChequeAction.UNDO_VOID: Text("取消作废", "have its voiding undone"),
}
_DONE_TEXTS: dict[ChequeAction, Text] = {
    ChequeAction.SELL: Text("出售", "Sold"),
    ChequeAction.UNDO_SALE: Text("取消出售", "Taken back"),
    ChequeAction.USE: Text("使用", "Used"),
    ChequeAction.UNDO_USE: Text("取消使用", "Use undone"),
    ChequeAction.REPORT_LOST: Text("挂失", "Reported lost"),
    ChequeAction.LIFT_LOSS: Text("取消挂失", "Found"),
    ChequeAction.WRITE_OFF: Text("核销", "Written off"),
    ChequeAction.UNDO_WRITE_OFF: Text("取消核销", "Write-off undone"),
    ChequeAction.VOID: Text("作废", "Voided"),
    ChequeAction.UNDO_VOID: Text("取消作废", "Voiding undone"),
}

# IB 3541 back to not sold, 3544 and 3553 loss, 3558 write-off of unused ones for good, 3564 usable again, 749 and 3992 voided in the
# customer's hands, 2377-2384 used by an item that is cancelled. A lost cheque is found (lifted) before it is written off, so that undoing
# a write-off never makes a lost one payable.
_TRANSITIONS: dict[tuple[ChequeState, ChequeAction], ChequeState] = {
    (ChequeState.NOT_SOLD, ChequeAction.SELL): ChequeState.UNUSED,
    (ChequeState.UNUSED, ChequeAction.UNDO_SALE): ChequeState.NOT_SOLD,
    (ChequeState.UNUSED, ChequeAction.USE): ChequeState.USED,
    (ChequeState.USED, ChequeAction.UNDO_USE): ChequeState.UNUSED,
    (ChequeState.UNUSED, ChequeAction.REPORT_LOST): ChequeState.LOST,
    (ChequeState.UNUSED, ChequeAction.WRITE_OFF): ChequeState.WRITTEN_OFF,
    (ChequeState.UNUSED, ChequeAction.VOID): ChequeState.VOID,
    (ChequeState.LOST, ChequeAction.LIFT_LOSS): ChequeState.UNUSED,
    (ChequeState.LOST, ChequeAction.VOID): ChequeState.VOID,
    (ChequeState.WRITTEN_OFF, ChequeAction.UNDO_WRITE_OFF): ChequeState.UNUSED,
    (ChequeState.WRITTEN_OFF, ChequeAction.VOID): ChequeState.VOID,
}


def next_state(state: ChequeState, action: ChequeAction) -> ChequeState | None:
    """The state an action leads to; None where it is not allowed."""
    return _TRANSITIONS.get((state, action))


def state_after(action: ChequeAction) -> ChequeState:
    """The state every cheque is in to which an action was done."""
    [state] = {reached for (_, allowed), reached in _TRANSITIONS.items() if allowed is action}
    return state


def states_for(action: ChequeAction) -> tuple[ChequeState, ...]:
    """The states in which an action is allowed."""
    return tuple(state for state, allowed in _TRANSITIONS if allowed is action)


def check_cheques(
    numbers: tuple[str, ...],
    found: Mapping[str, tuple[str, ChequeState]],
    kind: str,
    account: str,
    action: ChequeAction,
    field: str = "first",
) -> None:
    """Whether an action may be done to all numbers; `found` has account and state of each that was ever sold.

    Raises `cheque.not_sold`, `cheque.other_account`, `cheque.state`, naming the lowest number in the way.
    """
    for number in numbers:
        owner, state = found.get(number, ("", ChequeState.NOT_SOLD))
        if state is ChequeState.NOT_SOLD and action is not ChequeAction.SELL:
            raise errors.CHEQUE_NOT_SOLD(field=field, kind=kind, number=number)
        if owner != account and action is not ChequeAction.SELL:
            raise errors.CHEQUE_OTHER_ACCOUNT(field=field, kind=kind, number=number)
        if next_state(state, action) is None:
            names = {"status_zh": state.text.zh, "status_en": state.text.en, "action_zh": action.text.zh, "action_en": action.text.en}
            raise errors.CHEQUE_STATE(field=field, kind=kind, number=number, **names)


def numbers_between(first: str, last: str, most: int, sheets: int | None = None) -> tuple[str, ...]:
    """The numbers of a range, both ends included; `sheets` as the teller counted them.

    Raises `voucher.number.malformed`, `cheque.range`, `cheque.range_too_long`, `cheque.sheets_differ`.
    """
    low, high = int(check_voucher_number(first, "first")), int(check_voucher_number(last, "last"))
    count = high - low + 1
    if count < 1:
        raise errors.CHEQUE_RANGE(field="last", first=first, last=last)
    if count > most:
        raise errors.CHEQUE_RANGE_TOO_LONG(field="last", most=most)
    if sheets is not None and sheets != count:
        raise errors.CHEQUE_SHEETS_DIFFER(field="sheets", count=count, sheets=sheets)
    return tuple(f"{number:08d}" for number in range(low, high + 1))


def check_may_buy(account: Account, field: str = "account") -> None:
    """Whether cheques are drawn on accounts of the kind. Raises `cheque.account_without`."""
    policy = account.product.withdrawals
    if not (isinstance(policy, FreeWithdrawals) and policy.by_cheque):
        raise errors.CHEQUE_ACCOUNT_WITHOUT(field=field, product_zh=account.product.name.zh, product_en=account.product.name.en)


def is_cheque(voucher_type: str | None) -> bool:
    """Whether a voucher type is one whose numbers the bank controls; others are not looked into (IB 752-754, 3147)."""
    return voucher_type in (CASH_CHEQUE, TRANSFER_CHEQUE)


def check_pays(voucher_type: str, *, cash: bool, field: str = "voucher_type") -> None:
    """A cash cheque draws cash, a transfer cheque moves money (IB 3941, 3955). Raises `cheque.wrong_kind`."""
    wanted = CASH_CHEQUE if cash else TRANSFER_CHEQUE
    if voucher_type != wanted:
        raise errors.CHEQUE_WRONG_KIND(field=field, kind=voucher_type, wanted=wanted)
