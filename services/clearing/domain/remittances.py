"""特约汇款: certificates and drafts that the bank sells at one outlet and pays at any (IB 181, 711-712; decision 0020)."""

from __future__ import annotations

from enum import Enum
from typing import Any

from kernel.errors import ErrorType, Kind
from kernel.text import Text
from services.clearing.domain.national import same_name

STATE = ErrorType(
    "clearing.remittance.state",
    Kind.CONFLICT,
    "{instrument} {number} 状态为“{state_zh}”,不能{act_zh}",
    "{instrument} {number} is {state_en}; it cannot {act_en}",
)
UNKNOWN = ErrorType(
    "clearing.remittance.unknown", Kind.NOT_FOUND, "没有签发过 {instrument} {number}", "{instrument} {number} was never sold"
)
EXISTS = ErrorType("clearing.remittance.exists", Kind.CONFLICT, "{instrument} {number} 已签发", "{instrument} {number} was sold already")
DIFFERS = ErrorType("clearing.remittance.differs", Kind.INVALID, "与签发内容不符", "this is not what the remittance says")
MISSING = ErrorType("clearing.remittance.missing", Kind.INVALID, "签发须录入{what_zh}", "to sell a remittance, {what_en} is needed")
DRAFT_BY_TRANSFER = ErrorType(
    "clearing.remittance.draft_by_transfer",
    Kind.INVALID,
    "特约联行汇票只能转账解付",
    "a special draft is paid into an account, not in cash",
)
NOT_THE_ISSUER = ErrorType(
    "clearing.remittance.not_the_issuer", Kind.FORBIDDEN, "只能在签发网点 {outlet} 退汇", "it is returned where it was sold, at {outlet}"
)


class Instrument(Enum):
    """What is sold: a controlled voucher that bears the remittance's number."""

    CERTIFICATE = "TYHK"
    DRAFT = "TYHP"

    @property
    def text(self) -> Text:
        return _INSTRUMENTS[self]


class State(Enum):
    """Where a remittance stands."""

    ISSUED = "issued"
    PAID = "paid"
    RETURNED = "returned"

    @property
    def text(self) -> Text:
        return _STATES[self]


class Act(Enum):
    """What is done to a remittance that was sold."""

    PAY = "pay"
    RETURN = "return"

    @property
    def text(self) -> Text:
        return _ACTS[self]


_INSTRUMENTS = {
    Instrument.CERTIFICATE: Text("特约汇款证", "Special remittance certificate"),
    Instrument.DRAFT: Text("特约联行汇票", "Special inter-bank draft"),
}
_STATES = {State.ISSUED: Text("已签发", "sold"), State.PAID: Text("已解付", "paid"), State.RETURNED: Text("已退汇", "returned")}
_ACTS = {Act.PAY: Text("解付", "be paid"), Act.RETURN: Text("退汇", "be returned")}
STEPS: dict[tuple[State, Act], State] = {(State.ISSUED, Act.PAY): State.PAID, (State.ISSUED, Act.RETURN): State.RETURNED}
"""What may follow what; everything else is refused."""


def after(state: State, act: Act, instrument: Instrument, number: str) -> State:
    """The state an act leads to. Raises `clearing.remittance.state`."""
    reached = STEPS.get((state, act))
    if reached is None:
        named = {"instrument": instrument.value, "number": number}
        texts = {"state_zh": state.text.zh, "state_en": state.text.en, "act_zh": act.text.zh, "act_en": act.text.en}
        raise STATE(field="number", **named, **texts)
    return reached


def check_paper(given: dict[str, Any], written: dict[str, Any]) -> None:
    """What the paper says that is presented is what was sold. Raises `clearing.remittance.differs`, naming the first field that is not."""
    for field, value in written.items():
        same = same_name(given[field], value) if field == "payee_name" else value is None or given[field] == value
        if not same:
            raise DIFFERS(field=field)
