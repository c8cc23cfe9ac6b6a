"""同城交换 items: what an item can be, what is done to it, and which posting each step makes (IB 2250-2397). Everything is in `STEPS`.

An item belongs to one of four streams. Outward items are entered, checked by a second person and fixed by the switch of a session; inward
items are in the books at once. An item that comes back appears a second time, in a later session and on the other side of the exchange.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kernel.text import Text

CURRENCY = "CNY"
"""The exchange between the banks of a city is in yuan."""


class Stream(Enum):
    """Who brings the item in, and which side of 408 it stands on at home."""

    OUT_DEBIT = "out_debit"
    OUT_CREDIT = "out_credit"
    IN_DEBIT = "in_debit"
    IN_CREDIT = "in_credit"

    @property
    def text(self) -> Text:
        return _STREAM_TEXTS[self]

    @property
    def outward(self) -> bool:
        return self in (Stream.OUT_DEBIT, Stream.OUT_CREDIT)


class State(Enum):
    """Where an item stands."""

    ENTERED = "entered"
    CHECKED = "checked"
    EXCHANGED = "exchanged"
    HELD = "held"
    POSTED = "posted"
    SUSPENDED = "suspended"
    RETURNING = "returning"
    RETURNED = "returned"
    CLEARED = "cleared"
    CANCELLED = "cancelled"

    @property
    def text(self) -> Text:
        return _STATE_TEXTS[self]


class Act(Enum):
    """What is done to an item."""

    ENTER = "enter"
    CHECK = "check"
    SWITCH = "switch"
    UNDO_SWITCH = "undo_switch"
    HOLD = "hold"
    POST = "post"
    SUSPEND = "suspend"
    RETURN = "return"
    PAY_OUT = "pay_out"
    CANCEL = "cancel"

    @property
    def text(self) -> Text:
        return _ACT_TEXTS[self]


_STREAM_TEXTS = {
    Stream.OUT_DEBIT: Text("提出代付", "Outward debit"),
    Stream.OUT_CREDIT: Text("提出代收", "Outward credit"),
    Stream.IN_DEBIT: Text("提入代付", "Inward debit"),
    Stream.IN_CREDIT: Text("提入代收", "Inward credit"),
}
_STATE_TEXTS = {
    State.ENTERED: Text("录入", "entered"),
    State.CHECKED: Text("复核", "checked"),
    State.EXCHANGED: Text("交换", "exchanged"),
    State.HELD: Text("暂缓入账", "held"),
    State.POSTED: Text("入账", "posted"),
    State.SUSPENDED: Text("挂账", "in suspense"),
    State.RETURNING: Text("退票待提出", "going back"),
    State.RETURNED: Text("退票", "returned"),
    State.CLEARED: Text("挂账已处理", "paid out of suspense"),
    State.CANCELLED: Text("冲销", "cancelled"),
}
_ACT_TEXTS = {
    Act.ENTER: Text("录入", "be entered"),
    Act.CHECK: Text("复核", "be checked"),
    Act.SWITCH: Text("参加交换", "go into a session"),
    Act.UNDO_SWITCH: Text("退出交换", "be taken out of its session"),
    Act.HOLD: Text("暂缓入账", "be held"),
    Act.POST: Text("入账", "be posted"),
    Act.SUSPEND: Text("挂账", "go to suspense"),
    Act.RETURN: Text("退票", "be returned"),
    Act.PAY_OUT: Text("挂账处理", "be paid out of suspense"),
    Act.CANCEL: Text("冲销", "be cancelled"),
}


class Needs(Enum):
    """What a step asks of sessions.

    `OPEN`: the session it is done in is switched and not settled. `OPEN_AND_LATER`: besides, the item went out in an earlier one.
    `OPEN_AGAIN`: the session the item came in with is not settled. `NEXT_SWITCHED`: a session after the item's own is switched.
    """

    NOTHING = "nothing"
    OPEN = "open"
    OPEN_AND_LATER = "open_and_later"
    OPEN_AGAIN = "open_again"
    NEXT_SWITCHED = "next_switched"


@dataclass(frozen=True, slots=True)
class Rule:
    """A posting rule of the exchange: its name, and what it does to the customer's account (1 pays in, -1 draws, 0 leaves it alone).

    `suspense` is what it does to the outlet's suspense account, 1 putting money there; `cheque` says that it uses the own cheque that the
    item is, if it is one.
    """

    name: str
    account: int = 0
    suspense: int = 0
    cheque: bool = False


OUT_DEBIT = Rule("clearing.exchange.out_debit")
POST_OUT_DEBIT = Rule("clearing.exchange.post_out_debit", account=1)
SUSPEND_OUT_DEBIT = Rule("clearing.exchange.suspend_out_debit", suspense=1)
RETURN_OUT_DEBIT = Rule("clearing.exchange.return_out_debit")
OUT_CREDIT = Rule("clearing.exchange.out_credit", account=-1, cheque=True)
RETURN_OUT_CREDIT = Rule("clearing.exchange.return_out_credit", account=1)
SUSPEND_OUT_CREDIT = Rule("clearing.exchange.suspend_out_credit", suspense=1)
IN_DEBIT = Rule("clearing.exchange.in_debit", account=-1, cheque=True)
RETURN_IN_DEBIT = Rule("clearing.exchange.return_in_debit", cheque=True)
IN_CREDIT = Rule("clearing.exchange.in_credit", account=1)
SUSPEND_IN_CREDIT = Rule("clearing.exchange.suspend_in_credit", suspense=1)
RETURN_IN_CREDIT = Rule("clearing.exchange.return_in_credit")
RETURN_SUSPENDED = Rule("clearing.exchange.return_suspended", suspense=-1)
PAY_SUSPENDED = Rule("clearing.exchange.pay_suspended", account=1, suspense=-1)
SETTLE = Rule("clearing.exchange.settle")

RULES = {
    rule.name: rule
    for rule in (
        OUT_DEBIT,
        POST_OUT_DEBIT,
        SUSPEND_OUT_DEBIT,
        RETURN_OUT_DEBIT,
        OUT_CREDIT,
        RETURN_OUT_CREDIT,
        SUSPEND_OUT_CREDIT,
        IN_DEBIT,
        RETURN_IN_DEBIT,
        IN_CREDIT,
        SUSPEND_IN_CREDIT,
        RETURN_IN_CREDIT,
        RETURN_SUSPENDED,
        PAY_SUSPENDED,
    )
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an item: from a state (None: from nowhere) by an act to a state, what it needs, what it posts.

    `posts` is posted in blue; `takes_back` is posted in red and must be what the item's last posting was: that tells apart the steps that
    cancel items of one state.
    """

    stream: Stream
    before: State | None
    act: Act
    after: State
    needs: Needs = Needs.NOTHING
    posts: Rule | None = None
    takes_back: Rule | None = None

    @property
    def rule(self) -> Rule | None:
        """The rule it posts by, in blue or in red."""
        return self.posts or self.takes_back

    @property
    def account(self) -> int:
        """What it does to the customer's account: 1 pays in, -1 draws."""
        if self.rule is None:
            return 0
        return self.rule.account if self.takes_back is None else -self.rule.account


_S, _A, _N = State, Act, Needs


def _outward(stream: Stream, checking: Rule) -> tuple[Step, ...]:
    """IB 2270-2280, 2377-2386: entered, checked, switched; before the switch it can be cancelled, in red once it is in the books."""
    return (
        Step(stream, None, _A.ENTER, _S.ENTERED),
        Step(stream, _S.ENTERED, _A.CHECK, _S.CHECKED, posts=checking),
        Step(stream, _S.ENTERED, _A.CANCEL, _S.CANCELLED),
        Step(stream, _S.CHECKED, _A.CANCEL, _S.CANCELLED, takes_back=checking),
        Step(stream, _S.CHECKED, _A.SWITCH, _S.EXCHANGED),
        Step(stream, _S.EXCHANGED, _A.UNDO_SWITCH, _S.CHECKED),
    )


def _going_back(stream: Stream) -> tuple[Step, ...]:
    """IB 2279-2280: the returned item goes out with the next switch by itself."""
    return (
        Step(stream, _S.RETURNING, _A.SWITCH, _S.RETURNED),
        Step(stream, _S.RETURNED, _A.UNDO_SWITCH, _S.RETURNING),
    )


STEPS: tuple[Step, ...] = (
    # 提出代付
    *_outward(Stream.OUT_DEBIT, OUT_DEBIT),
    Step(Stream.OUT_DEBIT, _S.EXCHANGED, _A.HOLD, _S.HELD),
    Step(Stream.OUT_DEBIT, _S.EXCHANGED, _A.POST, _S.POSTED, _N.NEXT_SWITCHED, POST_OUT_DEBIT),
    Step(Stream.OUT_DEBIT, _S.HELD, _A.POST, _S.POSTED, _N.NEXT_SWITCHED, POST_OUT_DEBIT),
    Step(Stream.OUT_DEBIT, _S.EXCHANGED, _A.SUSPEND, _S.SUSPENDED, _N.NEXT_SWITCHED, SUSPEND_OUT_DEBIT),
    Step(Stream.OUT_DEBIT, _S.HELD, _A.SUSPEND, _S.SUSPENDED, _N.NEXT_SWITCHED, SUSPEND_OUT_DEBIT),
    Step(Stream.OUT_DEBIT, _S.POSTED, _A.CANCEL, _S.EXCHANGED, takes_back=POST_OUT_DEBIT),
    Step(Stream.OUT_DEBIT, _S.SUSPENDED, _A.CANCEL, _S.EXCHANGED, takes_back=SUSPEND_OUT_DEBIT),
    Step(Stream.OUT_DEBIT, _S.SUSPENDED, _A.PAY_OUT, _S.CLEARED, posts=PAY_SUSPENDED),
    Step(Stream.OUT_DEBIT, _S.HELD, _A.RETURN, _S.RETURNED, _N.OPEN_AND_LATER, RETURN_OUT_DEBIT),
    Step(Stream.OUT_DEBIT, _S.RETURNED, _A.CANCEL, _S.HELD, _N.OPEN_AGAIN, takes_back=RETURN_OUT_DEBIT),
    # 提出代收
    *_outward(Stream.OUT_CREDIT, OUT_CREDIT),
    Step(Stream.OUT_CREDIT, _S.EXCHANGED, _A.RETURN, _S.RETURNED, _N.OPEN_AND_LATER, RETURN_OUT_CREDIT),
    Step(Stream.OUT_CREDIT, _S.EXCHANGED, _A.SUSPEND, _S.SUSPENDED, _N.OPEN_AND_LATER, SUSPEND_OUT_CREDIT),
    Step(Stream.OUT_CREDIT, _S.RETURNED, _A.CANCEL, _S.EXCHANGED, _N.OPEN_AGAIN, takes_back=RETURN_OUT_CREDIT),
    Step(Stream.OUT_CREDIT, _S.SUSPENDED, _A.CANCEL, _S.EXCHANGED, _N.OPEN_AGAIN, takes_back=SUSPEND_OUT_CREDIT),
    Step(Stream.OUT_CREDIT, _S.SUSPENDED, _A.PAY_OUT, _S.CLEARED, posts=PAY_SUSPENDED),
    # 提入代付
    Step(Stream.IN_DEBIT, None, _A.POST, _S.POSTED, _N.OPEN, IN_DEBIT),
    Step(Stream.IN_DEBIT, None, _A.RETURN, _S.RETURNING, _N.OPEN, RETURN_IN_DEBIT),
    Step(Stream.IN_DEBIT, _S.POSTED, _A.CANCEL, _S.CANCELLED, _N.OPEN_AGAIN, takes_back=IN_DEBIT),
    Step(Stream.IN_DEBIT, _S.RETURNING, _A.CANCEL, _S.CANCELLED, _N.OPEN_AGAIN, takes_back=RETURN_IN_DEBIT),
    *_going_back(Stream.IN_DEBIT),
    # 提入代收
    Step(Stream.IN_CREDIT, None, _A.POST, _S.POSTED, _N.OPEN, IN_CREDIT),
    Step(Stream.IN_CREDIT, None, _A.RETURN, _S.RETURNING, _N.OPEN, RETURN_IN_CREDIT),
    Step(Stream.IN_CREDIT, None, _A.SUSPEND, _S.SUSPENDED, _N.OPEN, SUSPEND_IN_CREDIT),
    Step(Stream.IN_CREDIT, _S.POSTED, _A.CANCEL, _S.CANCELLED, _N.OPEN_AGAIN, takes_back=IN_CREDIT),
    Step(Stream.IN_CREDIT, _S.RETURNING, _A.CANCEL, _S.CANCELLED, _N.OPEN_AGAIN, takes_back=RETURN_IN_CREDIT),
    Step(Stream.IN_CREDIT, _S.SUSPENDED, _A.CANCEL, _S.CANCELLED, _N.OPEN_AGAIN, takes_back=SUSPEND_IN_CREDIT),
    Step(Stream.IN_CREDIT, _S.SUSPENDED, _A.RETURN, _S.RETURNING, posts=RETURN_SUSPENDED),
    Step(Stream.IN_CREDIT, _S.RETURNING, _A.CANCEL, _S.SUSPENDED, takes_back=RETURN_SUSPENDED),
    Step(Stream.IN_CREDIT, _S.SUSPENDED, _A.PAY_OUT, _S.CLEARED, posts=PAY_SUSPENDED),
    *_going_back(Stream.IN_CREDIT),
)


def step_of(stream: Stream, before: State | None, act: Act, last_rule: str | None = None) -> Step | None:
    """The step an act takes on an item whose last posting was under `last_rule`; None where it is not allowed."""
    for step in STEPS:
        taken = step.takes_back is None or step.takes_back.name == last_rule
        if taken and (step.stream, step.before, step.act) == (stream, before, act):
            return step
    return None


def states_by(act: Act) -> dict[State, State]:
    """Where an act leads that is done to many items at once, whatever their streams: state by state."""
    return {step.before: step.after for step in STEPS if step.act is act and step.before is not None}
