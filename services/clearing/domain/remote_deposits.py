"""The life of a remote deposit 辖内通存: entered at one outlet, checked by a second person, put right before, taken back in red after
(IB 2227-2249, 2482-2485)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kernel.errors import ErrorType, Kind
from kernel.numbers import NumberKind, kind_of
from kernel.text import Text
from services.clearing.domain.national import same_name

STATE = ErrorType(
    "clearing.remote_deposit.state",
    Kind.CONFLICT,
    "通存报单状态为“{state_zh}”,不能{act_zh}",
    "the remote deposit is {state_en}; it cannot {act_en}",
)
UNKNOWN = ErrorType(
    "clearing.remote_deposit.unknown", Kind.NOT_FOUND, "没有通存报单 {item}", "there is no remote deposit {item} of this outlet"
)
SAME_PERSON = ErrorType(
    "clearing.remote_deposit.same_person",
    Kind.FORBIDDEN,
    "复核须由录入、维护以外的柜员办理",
    "who entered or changed the deposit does not check it",
)
DIFFERS = ErrorType(
    "clearing.remote_deposit.differs", Kind.INVALID, "复核录入与报单不符", "this is not what was entered: the check must say the same"
)
SAME_OUTLET = ErrorType(
    "clearing.remote_deposit.same_outlet",
    Kind.INVALID,
    "收款账户在本网点,不属辖内通存",
    "the payee's account is kept at this outlet: an ordinary deposit will do",
)
PAYER_ELSEWHERE = ErrorType(
    "clearing.payer_elsewhere",
    Kind.INVALID,
    "付款账户须在本网点,不在 {outlet}",
    "the payer's account is kept at {outlet}, not at this outlet",
)
PAYEE_CLOSED_TO_OTHERS = ErrorType(
    "clearing.payee_not_cross_outlet",
    Kind.CONFLICT,
    "收款账户未指定通存通兑",
    "the payee's account does not take money at other outlets",
)
NAME_DIFFERS = ErrorType("clearing.name_differs", Kind.INVALID, "户名不符", "the account is in another name")
PAYER_NOT_WANTED = ErrorType(
    "clearing.payer_not_wanted", Kind.INVALID, "现金通存没有付款账户和支票", "cash has no payer's account and no cheque"
)
PAYER_WANTED = ErrorType("clearing.payer_wanted", Kind.INVALID, "转账通存须录入付款账户", "a transfer needs the payer's account")
SAME_ACCOUNT = ErrorType("clearing.same_account", Kind.INVALID, "付款账户与收款账户相同", "payer and payee are the same account")
CASHIER_BALANCED = ErrorType(
    "clearing.remote_deposit.cashier_balanced",
    Kind.CONFLICT,
    "收款柜员 {teller} 已轧账,须先解除平账",
    "teller {teller}, whose box holds the cash, has balanced; undo the balancing first",
)
PAYER_PERSONAL = ErrorType(
    "clearing.payer_personal",
    Kind.FORBIDDEN,
    "个人账户须由客户凭密码、证件办理,不能由此付款",
    "a personal account is drawn on with its customer's own proof, not here",
)
NOTHING_CHANGED = ErrorType("clearing.nothing_changed", Kind.INVALID, "没有要修改的内容", "nothing is to be changed")


class State(Enum):
    """Where a remote deposit stands."""

    ENTERED = "entered"
    CHECKED = "checked"
    DELETED = "deleted"
    REVERSED = "reversed"

    @property
    def text(self) -> Text:
        return _STATES[self]


class Act(Enum):
    """What is done to a remote deposit."""

    CHANGE = "change"
    DELETE = "delete"
    CHECK = "check"
    REVERSE = "reverse"

    @property
    def text(self) -> Text:
        return _ACTS[self]


_STATES = {
    State.ENTERED: Text("已录入", "entered"),
    State.CHECKED: Text("已复核", "checked"),
    State.DELETED: Text("已删除", "deleted"),
    State.REVERSED: Text("已冲销", "reversed"),
}
_ACTS = {
    Act.CHANGE: Text("修改", "be changed"),
    Act.DELETE: Text("删除", "be deleted"),
    Act.CHECK: Text("复核", "be checked"),
    Act.REVERSE: Text("红字冲销", "be reversed"),
}
STEPS: dict[tuple[State, Act], State] = {
    (State.ENTERED, Act.CHANGE): State.ENTERED,
    (State.ENTERED, Act.DELETE): State.DELETED,
    (State.ENTERED, Act.CHECK): State.CHECKED,
    (State.CHECKED, Act.REVERSE): State.REVERSED,
}
"""What may follow what; everything else is refused."""


def after(state: State, act: Act) -> State:
    """The state an act leads to. Raises `clearing.remote_deposit.state`."""
    reached = STEPS.get((state, act))
    if reached is None:
        raise STATE(field="item", state_zh=state.text.zh, state_en=state.text.en, act_zh=act.text.zh, act_en=act.text.en)
    return reached


@dataclass(frozen=True, slots=True)
class Side:
    """An account of a deposit as its keeper describes it."""

    account: str
    outlet: str
    name: str
    cross_outlet: bool


def check_sides(outlet: str, payer: Side | None, payee: Side, payee_name: str | None) -> None:
    """The payer's account is kept here, the payee's elsewhere, in the name that was given, and takes money at other outlets (IB 2978).

    Raises `clearing.remote_deposit.same_outlet`, `clearing.payer_elsewhere`, `clearing.payee_not_cross_outlet`, `clearing.name_differs`.
    """
    if payer is not None and payer.outlet != outlet:
        raise PAYER_ELSEWHERE(field="payer_account", outlet=payer.outlet)
    if payee.outlet == outlet:
        raise SAME_OUTLET(field="payee_account")
    if not payee.cross_outlet:
        raise PAYEE_CLOSED_TO_OTHERS(field="payee_account")
    if payee_name is not None and not same_name(payee_name, payee.name):
        raise NAME_DIFFERS(field="payee_name")


def check_payer(account: str, field: str) -> None:
    """Only organisations' accounts pay on paper alone. Raises `clearing.payer_personal`."""
    if kind_of(account, field) is NumberKind.PERSONAL_DEPOSIT:
        raise PAYER_PERSONAL(field=field)


def check_checker(checker: str, entered_by: str, changed_by: str | None) -> None:
    """The checker is somebody else. Raises `clearing.remote_deposit.same_person`."""
    if checker in (entered_by, changed_by):
        raise SAME_PERSON()
