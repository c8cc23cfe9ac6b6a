"""交换场次: two sessions a day, each switched, brought in and settled; what their totals must be (IB 2250-2256, 2281-2287, 2357-2397).

A session begins with its switch, which fixes what goes out with it; what comes in follows, then its settlement. Sessions follow each other
by date and number; the date of a session is the day its items come in, often the day after its switch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from kernel.money import format_amount
from kernel.text import Text
from services.clearing.domain import exchange_errors as errors
from services.clearing.domain.exchange_items import CURRENCY, Needs, State, Stream

LATEST_DAYS_AHEAD = 15
"""How far ahead an exchange date may lie: the longest holidays and a few days, so that a mistyped year is refused."""
NUMBERS = (1, 2)
"""1 in the morning, 2 at noon (IB 2252)."""


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """A session of an outlet: its exchange date 交换日期 and its number 场次. Ordered as they follow each other."""

    exchange_date: date
    number: int

    def __str__(self) -> str:
        return f"{self.exchange_date.isoformat()}/{self.number}"


class SessionState(Enum):
    """`OPEN`: not switched, or not any more."""

    OPEN = "open"
    SWITCHED = "switched"
    SETTLED = "settled"

    @property
    def text(self) -> Text:
        return _STATE_TEXTS[self]


class SessionAct(Enum):
    """What is done to a session."""

    SWITCH = "switch"
    UNDO_SWITCH = "undo_switch"
    SETTLE = "settle"
    UNDO_SETTLE = "undo_settle"


_STATE_TEXTS = {
    SessionState.OPEN: Text("未切换", "not switched"),
    SessionState.SWITCHED: Text("已切换", "switched"),
    SessionState.SETTLED: Text("已清算", "settled"),
}
TRANSITIONS: dict[tuple[SessionState, SessionAct], SessionState] = {
    (SessionState.OPEN, SessionAct.SWITCH): SessionState.SWITCHED,
    (SessionState.SWITCHED, SessionAct.UNDO_SWITCH): SessionState.OPEN,
    (SessionState.SWITCHED, SessionAct.SETTLE): SessionState.SETTLED,
    (SessionState.SETTLED, SessionAct.UNDO_SETTLE): SessionState.SWITCHED,
}

States = Mapping[Session, SessionState]
"""The sessions of an outlet that matter, those not named being open."""


def state_after(session: Session, states: States, act: SessionAct) -> SessionState:
    """The state an act leads a session to. Raises `exchange.session.state`."""
    before = states.get(session, SessionState.OPEN)
    after = TRANSITIONS.get((before, act))
    if after is None:
        raise errors.SESSION_STATE(field="session", session=str(session), state_zh=before.text.zh, state_en=before.text.en)
    return after


def check_switch(session: Session, states: States, today: date) -> SessionState:
    """切换场次: the session is the next one, not of the past. Raises `exchange.session.state`, `.date`, `.order`."""
    after = state_after(session, states, SessionAct.SWITCH)
    if not today <= session.exchange_date <= today + timedelta(days=LATEST_DAYS_AHEAD):
        raise errors.SESSION_DATE(field="exchange_date", today=today, days=LATEST_DAYS_AHEAD)
    last = last_in(states, SessionState.SWITCHED, SessionState.SETTLED)
    if last is not None and session < last:
        raise errors.SESSION_ORDER(field="session", session=str(session), last=str(last))
    return after


def check_undo_switch(session: Session, states: States) -> SessionState:
    """取消切换场次: of the last one switched. Raises `exchange.session.state`, `.not_last`."""
    after = state_after(session, states, SessionAct.UNDO_SWITCH)
    last = last_in(states, SessionState.SWITCHED, SessionState.SETTLED)
    if session != last:
        raise errors.SESSION_NOT_LAST(field="session", session=str(session), last=str(last))
    return after


def check_settle(session: Session, states: States, today: date) -> SessionState:
    """资金清算: of the first one that is not settled, once its day has come. Raises `exchange.session.state`, `.early`, `.order`."""
    after = state_after(session, states, SessionAct.SETTLE)
    check_day_has_come(session, today)
    first = min(each for each, state in states.items() if state is SessionState.SWITCHED)
    if session != first:
        raise errors.EARLIER_UNSETTLED(field="session", session=str(session), first=str(first))
    return after


def check_undo_settle(session: Session, states: States, settled_on: date | None, today: date) -> SessionState:
    """取消资金清算: of the last one settled, on the date of that. Raises `exchange.session.state`, `.not_last`, `.settled_before`."""
    after = state_after(session, states, SessionAct.UNDO_SETTLE)
    last = last_in(states, SessionState.SETTLED)
    if session != last:
        raise errors.SESSION_NOT_LAST(field="session", session=str(session), last=str(last))
    if settled_on != today:
        raise errors.SETTLED_BEFORE(field="session", session=str(session), date=settled_on)
    return after


def check_day_has_come(session: Session, today: date) -> None:
    """Nothing comes in before the day of the exchange. Raises `exchange.session.early`."""
    if session.exchange_date > today:
        raise errors.SESSION_EARLY(field="exchange_date", session=str(session), today=today)


def check_open(session: Session, states: States, today: date) -> None:
    """Items come in with a session that is switched and not settled, on its day (IB 2292, 2295, 2311). Raises as `check_settle`."""
    state = states.get(session, SessionState.OPEN)
    if state is not SessionState.SWITCHED:
        raise errors.SESSION_STATE(field="session", session=str(session), state_zh=state.text.zh, state_en=state.text.en)
    check_day_has_come(session, today)


def check_needs(needs: Needs, states: States, today: date, *, own: Session | None, came_in: Session | None, asked: Session | None) -> None:
    """What a step of an item asks of sessions: `own` is the one it went out with, `came_in` the one it came in with, `asked` the one that
    the teller names.

    Raises `exchange.session.state`, `.early`, `.not_later`, `exchange.not_yet`.
    """
    if needs in (Needs.OPEN, Needs.OPEN_AND_LATER):
        assert asked is not None
        check_open(asked, states, today)
        if needs is Needs.OPEN_AND_LATER and own is not None and asked <= own:
            raise errors.SESSION_NOT_LATER(field="session", session=str(asked), own=str(own))
    elif needs is Needs.OPEN_AGAIN:
        assert came_in is not None
        check_open(came_in, states, today)
    elif needs is Needs.NEXT_SWITCHED:
        last = last_in(states, SessionState.SWITCHED, SessionState.SETTLED)
        if own is None or last is None or last <= own:
            raise errors.NOT_YET(field="session", session=str(own))


def last_in(states: States, *wanted: SessionState) -> Session | None:
    """The last session in one of these states."""
    return max((session for session, state in states.items() if state in wanted), default=None)


# Totals


@dataclass(frozen=True, slots=True)
class Tally:
    """Number of items and their sum."""

    count: int = 0
    amount_minor: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.count + other.count, self.amount_minor + other.amount_minor)


Totals = Mapping[str, Tally]
COLUMNS = ("out_debit", "out_credit", "in_debit", "in_credit")
"""What a session consists of: 提出借方, 提出贷方, 提入借方, 提入贷方 (IB 2361-2363)."""
SWITCHED = ("out_debit", "out_credit", "returned_in_debit", "returned_in_credit")
"""What a switch fixes: the own items, and those of earlier sessions that go back (IB 2281-2286)."""
COLUMN_TEXTS = {
    "out_debit": Text("提出借方", "outward debits"),
    "out_credit": Text("提出贷方", "outward credits"),
    "in_debit": Text("提入借方", "inward debits"),
    "in_credit": Text("提入贷方", "inward credits"),
    "returned_in_debit": Text("提入代付退票", "returns of inward debits"),
    "returned_in_credit": Text("提入代收退票", "returns of inward credits"),
}
_DUE = {"out_debit": 1, "in_credit": 1, "out_credit": -1, "in_debit": -1, "returned_in_debit": 1, "returned_in_credit": -1}
"""Which totals other banks owe us, and which we owe them (IB 2374-2376)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Items of one stream that stand alike: how many, their sum, and the sessions they crossed."""

    stream: Stream
    state: State
    tally: Tally
    went_out: Session | None = None
    came_in: Session | None = None


def switched_column(stream: Stream) -> str:
    """Where an item of a stream counts in the totals of the switch it goes out with."""
    return stream.value if stream.outward else f"returned_{stream.value}"


def column(stream: Stream, *, out: bool) -> str:
    """Where an item of a stream counts in a session's totals, going out or coming in: a returned one keeps its side."""
    side = "debit" if stream in (Stream.OUT_DEBIT, Stream.IN_DEBIT) else "credit"
    return f"{'out' if out else 'in'}_{side}"


def counted(session: Session, items: Iterable[Standing]) -> Totals:
    """What a session consists of. Cancelled items do not count; a returned one counts in both sessions it crossed."""
    totals = dict.fromkeys(COLUMNS, Tally())
    for item in items:
        if item.state is State.CANCELLED:
            continue
        for crossed, out in ((item.went_out, True), (item.came_in, False)):
            if crossed == session:
                name = column(item.stream, out=out)
                totals[name] += item.tally
    return totals


def net_minor(totals: Totals) -> int:
    """轧差: the debit difference 借差 that the other banks owe, below zero the credit difference 贷差 that we owe (IB 2374-2376)."""
    return sum(_DUE[name] * tally.amount_minor for name, tally in totals.items())


def count_of(totals: Totals) -> int:
    """总笔数."""
    return sum(tally.count for tally in totals.values())


@dataclass(frozen=True, slots=True)
class Stated:
    """Totals as the teller counted them on paper; `net_minor` with its sign as in `net_minor`."""

    totals: Totals
    count: int
    net_minor: int


def check_totals(stated: Stated, found: Totals) -> None:
    """Every figure is what the system counted (IB 2286, 2363). Raises `exchange.totals_differ` naming the first that is not; all of them
    are in `errors`."""
    differing = []
    for name, tally in found.items():
        given = stated.totals[name]
        if given.count != tally.count:
            differing.append((f"{name}_count", COLUMN_TEXTS[name], str(given.count), str(tally.count)))
        if given.amount_minor != tally.amount_minor:
            differing.append((f"{name}_amount", COLUMN_TEXTS[name], _amount(given.amount_minor), _amount(tally.amount_minor)))
    if stated.count != count_of(found):
        differing.append(("total_count", Text("总笔数", "number of all items"), str(stated.count), str(count_of(found))))
    if stated.net_minor != net_minor(found):
        differing.append(("net", Text("轧差金额", "net"), _amount(stated.net_minor), _amount(net_minor(found))))
    if differing:
        field, what, given_text, found_text = differing[0]
        listed = [{"field": field, "entered": entered, "counted": system} for field, _, entered, system in differing]
        raise errors.TOTALS_DIFFER(field=field, what_zh=what.zh, what_en=what.en, entered=given_text, counted=found_text, _errors=listed)


def _amount(minor: int) -> str:
    return format_amount(minor, CURRENCY)
