"""The life of a statement 账单: its states, who does what to it, and what that leads to (ER 20-51, decision 0023).

A reply counts once a supervisor of the company has approved it. One that disagrees is looked into by the bank; the bank's answer begins
the next round, in which the company replies again.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from kernel.text import Text
from services.reconciliation.domain import statement_errors as errors


class StatementState(Enum):
    """Where a statement stands."""

    UNHANDLED = "unhandled"
    FETCHED = "fetched"
    WAITING = "waiting_approval"
    REFUSED = "refused"
    AGREED = "agreed"
    INVESTIGATING = "investigating"
    ANSWERED = "answered"
    REPLIED_AGAIN = "replied_again"
    CLOSED = "closed"

    @property
    def text(self) -> Text:
        return _STATE_TEXTS[self]


class StatementAct(Enum):
    """What is done to a statement."""

    FETCH = "fetch"
    REPLY = "reply"
    REPLY_AGAIN = "reply_again"
    RECALL = "recall"
    APPROVE = "approve"
    REFUSE = "refuse"
    ANSWER = "answer"
    CLOSE = "close"

    @property
    def text(self) -> Text:
        """What cannot be done, in a refusal."""
        return _ACT_TEXTS[self]


class Side(Enum):
    """Who acts: the company's clerk 对账员 or supervisor 对账主管, or the bank."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    BANK = "bank"

    @property
    def text(self) -> Text:
        return _SIDE_TEXTS[self]


class ReplyResult(Enum):
    """对账结果."""

    AGREED = "agreed"
    TO_BE_CHECKED = "disagreed_to_be_checked"
    ADJUSTED = "disagreed_adjusted"
    DISTORTED = "distorted"

    @property
    def text(self) -> Text:
        return _RESULT_TEXTS[self]

    @property
    def settles(self) -> bool:
        """Whether nothing is left open once it is approved."""
        return self in (ReplyResult.AGREED, ReplyResult.ADJUSTED)

    @property
    def has_sheet(self) -> bool:
        """Whether it comes with an adjustment sheet 未达账务调节表 (ER 29, 47)."""
        return self in (ReplyResult.ADJUSTED, ReplyResult.DISTORTED)


class ReminderKind(Enum):
    """When a company is reminded of a statement that waits for it."""

    BEFORE_DUE = "before_due"
    OVERDUE = "overdue"


_STATE_TEXTS = {
    StatementState.UNHANDLED: Text("未处理", "not handled yet"),
    StatementState.FETCHED: Text("客户已获取", "fetched by the customer"),
    StatementState.WAITING: Text("待授权", "waiting for approval"),
    StatementState.REFUSED: Text("客户主管授权拒绝", "refused by the supervisor"),
    StatementState.AGREED: Text("相符", "agreed"),
    StatementState.INVESTIGATING: Text("不符核查中", "under investigation"),
    StatementState.ANSWERED: Text("银行已反馈", "answered by the bank"),
    StatementState.REPLIED_AGAIN: Text("已重新回复待授权", "replied to again, waiting for approval"),
    StatementState.CLOSED: Text("已结案", "closed"),
}
_ACT_TEXTS = {
    StatementAct.FETCH: Text("获取", "be fetched"),
    StatementAct.REPLY: Text("回复", "be replied to"),
    StatementAct.REPLY_AGAIN: Text("重新回复", "be replied to again"),
    StatementAct.RECALL: Text("撤回", "have its reply recalled"),
    StatementAct.APPROVE: Text("授权通过", "be approved"),
    StatementAct.REFUSE: Text("授权拒绝", "be refused"),
    StatementAct.ANSWER: Text("反馈", "be answered"),
    StatementAct.CLOSE: Text("结案", "be closed"),
}
STEP_TEXTS: dict[str, Text] = {
    "fetch": Text("客户获取", "Fetched"),
    "reply": Text("客户回复", "Replied"),
    "reply_again": Text("重新回复", "Replied again"),
    "recall": Text("撤回回复", "Reply recalled"),
    "approve": Text("授权通过", "Approved"),
    "refuse": Text("授权拒绝", "Refused"),
    "assign": Text("分派核查", "Assigned"),
    "note": Text("核查记录", "Findings noted"),
    "follow_up": Text("跟进", "Followed up"),
    "answer": Text("银行反馈", "Answered by the bank"),
    "close": Text("结案", "Closed"),
}
"""What was done, in the track of a statement; the bank's own steps among them."""
_SIDE_TEXTS = {
    Side.CLERK: Text("对账员", "a clerk"),
    Side.SUPERVISOR: Text("对账主管", "a supervisor"),
    Side.BANK: Text("银行", "the bank"),
}
_RESULT_TEXTS = {
    ReplyResult.AGREED: Text("对账相符", "agreed"),
    ReplyResult.TO_BE_CHECKED: Text("对账不符,待核查", "disagreed, to be checked"),
    ReplyResult.ADJUSTED: Text("对账不符,调节相符", "disagreed, agrees after adjustment"),
    ReplyResult.DISTORTED: Text("账务失真,对账不符", "distorted books, disagreed"),
}

FIRST_ROUND = 1
LATER_RESULTS = (ReplyResult.AGREED, ReplyResult.TO_BE_CHECKED, ReplyResult.DISTORTED)
"""What a reply to the bank's answer may say (ER 45): the sheet has been told, so nothing is adjusted any more."""
ACTORS: dict[StatementAct, Side] = {
    StatementAct.FETCH: Side.CLERK,
    StatementAct.REPLY: Side.CLERK,
    StatementAct.REPLY_AGAIN: Side.CLERK,
    StatementAct.RECALL: Side.CLERK,
    StatementAct.APPROVE: Side.SUPERVISOR,
    StatementAct.REFUSE: Side.SUPERVISOR,
    StatementAct.ANSWER: Side.BANK,
    StatementAct.CLOSE: Side.BANK,
}
TO_BE_HANDLED = (StatementState.UNHANDLED, StatementState.FETCHED, StatementState.REFUSED, StatementState.ANSWERED)
"""待处理账单: what a clerk can reply to (ER 20, 45)."""
TO_BE_DECIDED = (StatementState.WAITING, StatementState.REPLIED_AGAIN)
"""账单授权: what a supervisor can decide on (ER 24)."""
WITH_THE_COMPANY = TO_BE_HANDLED + TO_BE_DECIDED
"""What the company still has to act on; it becomes overdue."""

_ONE_WAY: dict[tuple[StatementState, StatementAct], StatementState] = {
    (StatementState.UNHANDLED, StatementAct.FETCH): StatementState.FETCHED,
    (StatementState.UNHANDLED, StatementAct.REPLY): StatementState.WAITING,
    (StatementState.UNHANDLED, StatementAct.CLOSE): StatementState.CLOSED,
    (StatementState.FETCHED, StatementAct.REPLY): StatementState.WAITING,
    (StatementState.FETCHED, StatementAct.CLOSE): StatementState.CLOSED,
    (StatementState.WAITING, StatementAct.RECALL): StatementState.FETCHED,
    (StatementState.WAITING, StatementAct.REFUSE): StatementState.REFUSED,
    (StatementState.REFUSED, StatementAct.CLOSE): StatementState.CLOSED,
    (StatementState.AGREED, StatementAct.CLOSE): StatementState.CLOSED,
    (StatementState.INVESTIGATING, StatementAct.ANSWER): StatementState.ANSWERED,
    (StatementState.ANSWERED, StatementAct.REPLY_AGAIN): StatementState.REPLIED_AGAIN,
    (StatementState.ANSWERED, StatementAct.CLOSE): StatementState.CLOSED,
    (StatementState.REPLIED_AGAIN, StatementAct.RECALL): StatementState.ANSWERED,
    (StatementState.REPLIED_AGAIN, StatementAct.REFUSE): StatementState.REFUSED,
}
"""What leads to one state whatever was replied; the rest is in `next_state`."""


def next_state(
    state: StatementState, act: StatementAct, *, round_number: int = FIRST_ROUND, result: ReplyResult | None = None
) -> StatementState | None:
    """The state an act leads to; None where it is not allowed.

    `result` is that of the reply being approved. A reply that was refused is made anew as what it was: a first one in the first round, a
    second one after the bank's answer.
    """
    if act is StatementAct.APPROVE and result is not None:
        if state is StatementState.WAITING:
            return StatementState.AGREED if result.settles else StatementState.INVESTIGATING
        if state is StatementState.REPLIED_AGAIN:
            return StatementState.CLOSED if result.settles else StatementState.INVESTIGATING
    if state is StatementState.REFUSED and act is StatementAct.REPLY and round_number == FIRST_ROUND:
        return StatementState.WAITING
    if state is StatementState.REFUSED and act is StatementAct.REPLY_AGAIN and round_number > FIRST_ROUND:
        return StatementState.REPLIED_AGAIN
    return _ONE_WAY.get((state, act))


def after(
    state: StatementState,
    act: StatementAct,
    side: Side,
    *,
    round_number: int = FIRST_ROUND,
    result: ReplyResult | None = None,
) -> StatementState:
    """The state an act of somebody leads to. Raises `statement.side`, `statement.state`."""
    actor = ACTORS[act]
    if side is not actor:
        raise errors.SIDE(act_zh=act.text.zh, act_en=act.text.en, side_zh=actor.text.zh, side_en=actor.text.en)
    found = next_state(state, act, round_number=round_number, result=result)
    if found is None:
        raise errors.STATE(state_zh=state.text.zh, state_en=state.text.en, act_zh=act.text.zh, act_en=act.text.en)
    return found


def possible_acts(state: StatementState, side: Side, round_number: int) -> list[StatementAct]:
    """What somebody on a side can do to a statement now, due dates aside."""
    some_result = ReplyResult.AGREED
    return [
        act
        for act in StatementAct
        if ACTORS[act] is side and next_state(state, act, round_number=round_number, result=some_result) is not None
    ]


def possible_results(round_number: int) -> tuple[ReplyResult, ...]:
    """The results a reply of a round may have (ER 20, 45)."""
    return tuple(ReplyResult) if round_number == FIRST_ROUND else LATER_RESULTS


def check_result(result: ReplyResult, round_number: int) -> None:
    """Refuse a result that a reply of this round cannot have. Raises `statement.result`."""
    if result not in possible_results(round_number):
        raise errors.RESULT(field="result", round=round_number, result_zh=result.text.zh, result_en=result.text.en)


def check_close(state: StatementState, due_on: date, today: date) -> None:
    """The bank closes for a silent company only what is overdue; what agreed it closes any day. Raises `statement.not_overdue`."""
    if state in WITH_THE_COMPANY and today <= due_on:
        raise errors.NOT_OVERDUE(due_on=due_on.isoformat())


def is_overdue(state: StatementState, due_on: date, today: date) -> bool:
    """Whether the company should have acted before today."""
    return state in WITH_THE_COMPANY and today > due_on
