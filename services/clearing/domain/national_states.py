"""The life of an item of national inter-bank business 电子联行: what is done to it, and what that makes of it (IB 2398-2466)."""

from __future__ import annotations

from enum import Enum

from kernel.errors import ErrorType, Kind
from kernel.text import Text

OUTWARD_STATE = ErrorType(
    "clearing.national.outward_state",
    Kind.CONFLICT,
    "往帐报单状态为“{state_zh}”,不能{act_zh}",
    "the outward item is {state_en}; it cannot {act_en}",
)
INWARD_STATE = ErrorType(
    "clearing.national.inward_state",
    Kind.CONFLICT,
    "来帐状态为“{state_zh}”,不能{act_zh}",
    "the inward item is {state_en}; it cannot {act_en}",
)


class OutwardState(Enum):
    """往帐. `rejected` is to be given back; until then the money stands nowhere but on 420."""

    ENTERED = "entered"
    CHECKED = "checked"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    REFUNDED = "refunded"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"

    @property
    def text(self) -> Text:
        return OUTWARD_TEXTS[self]


class OutwardAct(Enum):
    """`take`, `confirm` and `reject` are the peer's; `refund` and `suspend` say where the money of a rejected item went."""

    CHECK = "check"
    CANCEL = "cancel"
    TAKE = "take"
    CONFIRM = "confirm"
    REJECT = "reject"
    REFUND = "refund"
    SUSPEND = "suspend"

    @property
    def text(self) -> Text:
        return OUTWARD_ACTS[self]


class InwardState(Enum):
    """来帐. `suspended` ones stand on 26203, `returned` ones were sent back from there."""

    RECEIVED = "received"
    POSTED = "posted"
    SUSPENDED = "suspended"
    PAID = "paid"
    RETURNED = "returned"

    @property
    def text(self) -> Text:
        return INWARD_TEXTS[self]


class InwardAct(Enum):
    """`come_back`: what was sent back was rejected, so the money is in suspense again."""

    POST = "post"
    SUSPEND = "suspend"
    PAY = "pay"
    SEND_BACK = "send_back"
    COME_BACK = "come_back"

    @property
    def text(self) -> Text:
        return INWARD_ACTS[self]


OUTWARD_TEXTS = {
    OutwardState.ENTERED: Text("已录入", "entered"),
    OutwardState.CHECKED: Text("已复核", "checked"),
    OutwardState.SENT: Text("已发送", "sent"),
    OutwardState.CONFIRMED: Text("已确认", "confirmed"),
    OutwardState.REJECTED: Text("已拒绝", "rejected"),
    OutwardState.REFUNDED: Text("已退回", "given back"),
    OutwardState.SUSPENDED: Text("已挂账", "in suspense"),
    OutwardState.CANCELLED: Text("已冲销", "cancelled"),
}
OUTWARD_ACTS = {
    OutwardAct.CHECK: Text("复核", "be checked"),
    OutwardAct.CANCEL: Text("冲销", "be cancelled"),
    OutwardAct.TAKE: Text("发送", "be sent"),
    OutwardAct.CONFIRM: Text("确认", "be confirmed"),
    OutwardAct.REJECT: Text("拒绝", "be rejected"),
    OutwardAct.REFUND: Text("退回", "be given back"),
    OutwardAct.SUSPEND: Text("挂账", "be put to suspense"),
}
INWARD_TEXTS = {
    InwardState.RECEIVED: Text("已收到", "received"),
    InwardState.POSTED: Text("已入账", "posted"),
    InwardState.SUSPENDED: Text("已挂账", "in suspense"),
    InwardState.PAID: Text("已转出", "paid out of suspense"),
    InwardState.RETURNED: Text("已退汇", "sent back"),
}
INWARD_ACTS = {
    InwardAct.POST: Text("入账", "be posted"),
    InwardAct.SUSPEND: Text("挂账", "be put to suspense"),
    InwardAct.PAY: Text("转出", "be paid out of suspense"),
    InwardAct.SEND_BACK: Text("退汇", "be sent back"),
    InwardAct.COME_BACK: Text("重新挂账", "come back to suspense"),
}

# The peer may be slow, repeat itself and speak out of order: what it says later than what it makes true already changes nothing.
OUTWARD: dict[tuple[OutwardState, OutwardAct], OutwardState] = {
    (OutwardState.ENTERED, OutwardAct.CHECK): OutwardState.CHECKED,
    (OutwardState.ENTERED, OutwardAct.CANCEL): OutwardState.CANCELLED,
    (OutwardState.CHECKED, OutwardAct.TAKE): OutwardState.SENT,
    (OutwardState.CHECKED, OutwardAct.CONFIRM): OutwardState.CONFIRMED,
    (OutwardState.CHECKED, OutwardAct.REJECT): OutwardState.REJECTED,
    (OutwardState.SENT, OutwardAct.TAKE): OutwardState.SENT,
    (OutwardState.SENT, OutwardAct.CONFIRM): OutwardState.CONFIRMED,
    (OutwardState.SENT, OutwardAct.REJECT): OutwardState.REJECTED,
    (OutwardState.CONFIRMED, OutwardAct.TAKE): OutwardState.CONFIRMED,
    (OutwardState.CONFIRMED, OutwardAct.CONFIRM): OutwardState.CONFIRMED,
    (OutwardState.REJECTED, OutwardAct.TAKE): OutwardState.REJECTED,
    (OutwardState.REJECTED, OutwardAct.REJECT): OutwardState.REJECTED,
    (OutwardState.REJECTED, OutwardAct.REFUND): OutwardState.REFUNDED,
    (OutwardState.REJECTED, OutwardAct.SUSPEND): OutwardState.SUSPENDED,
    (OutwardState.SUSPENDED, OutwardAct.TAKE): OutwardState.SUSPENDED,
    (OutwardState.SUSPENDED, OutwardAct.REJECT): OutwardState.SUSPENDED,
    (OutwardState.SUSPENDED, OutwardAct.REFUND): OutwardState.REFUNDED,
    (OutwardState.REFUNDED, OutwardAct.TAKE): OutwardState.REFUNDED,
    (OutwardState.REFUNDED, OutwardAct.REJECT): OutwardState.REFUNDED,
}
INWARD: dict[tuple[InwardState, InwardAct], InwardState] = {
    (InwardState.RECEIVED, InwardAct.POST): InwardState.POSTED,
    (InwardState.RECEIVED, InwardAct.SUSPEND): InwardState.SUSPENDED,
    (InwardState.SUSPENDED, InwardAct.PAY): InwardState.PAID,
    (InwardState.SUSPENDED, InwardAct.SEND_BACK): InwardState.RETURNED,
    (InwardState.RETURNED, InwardAct.COME_BACK): InwardState.SUSPENDED,
}


def outward_after(state: OutwardState, act: OutwardAct, field: str | None = None) -> OutwardState:
    """The state an act leads to. Raises `clearing.national.outward_state`."""
    reached = OUTWARD.get((state, act))
    if reached is None:
        raise OUTWARD_STATE(field=field, state_zh=state.text.zh, state_en=state.text.en, act_zh=act.text.zh, act_en=act.text.en)
    return reached


def inward_after(state: InwardState, act: InwardAct, field: str | None = None) -> InwardState:
    """The state an act leads to. Raises `clearing.national.inward_state`."""
    reached = INWARD.get((state, act))
    if reached is None:
        raise INWARD_STATE(field=field, state_zh=state.text.zh, state_en=state.text.en, act_zh=act.text.zh, act_en=act.text.en)
    return reached
