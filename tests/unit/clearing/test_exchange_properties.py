"""Random days of the exchange: whatever is done, 408 is what is on its way, suspense is its open items, and settled sessions leave nothing.

The steps and the guards are the domain's, the entries those of the real posting rules; only storing is left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.clearing.domain.exchange_items import SETTLE, STEPS, Act, Needs, Rule, State, Step, Stream, states_by, step_of
from services.clearing.domain.exchange_sessions import (
    COLUMNS,
    Session,
    SessionState,
    Standing,
    Tally,
    Totals,
    check_needs,
    check_settle,
    check_switch,
    check_undo_settle,
    check_undo_switch,
    column,
    counted,
    net_minor,
)
from services.ledger.accounting.load import load_rulebook
from services.ledger.domain.expand import expand
from services.ledger.domain.model import AccountReference, Fact

OUTLET, ACCOUNT = "0201", "400000001001011"
FIRST_DAY = date(2005, 9, 1)
EXCHANGE, UNCLEARED, SUSPENSE, INTERBRANCH = "408", "261", "262", "419"


@cache
def rulebook():  # type: ignore[no-untyped-def]
    return load_rulebook()


@dataclass
class Paper:
    """An item, in memory."""

    stream: Stream
    amount_minor: int
    state: State | None = None
    booked: list[Rule] = field(default_factory=list)
    went_out: Session | None = None
    came_in: Session | None = None


@dataclass
class Exchange:
    """An outlet's exchange and its books: balances by business code and suffix, debit positive."""

    today: date = FIRST_DAY
    items: list[Paper] = field(default_factory=list)
    sessions: dict[Session, SessionState] = field(default_factory=dict)
    settled_on: dict[Session, date] = field(default_factory=dict)
    settled_with: dict[Session, Totals] = field(default_factory=dict)
    books: Counter[tuple[str, str]] = field(default_factory=Counter)
    taken: set[Step | None] = field(default_factory=set)

    def post(self, rule: Rule, amounts: dict[str, int], *, red: bool) -> None:
        accounts = {"account": AccountReference(ACCOUNT, OUTLET, "201")} if rule.account else {}
        fact = Fact(
            posting_id=UUID(int=1),
            rule=rule.name,
            business_date=self.today,
            currency="CNY",
            outlet=OUTLET,
            accounts=accounts,
            amounts_minor=amounts,
            red=red,
        )
        for leg in expand(rulebook(), fact).legs:
            signed = leg.amount_minor if (leg.direction == "debit") is not leg.red else -leg.amount_minor
            self.books[leg.business_code, leg.account[-5:]] += signed

    def step(self, item: Paper, act: Act) -> Step | None:
        return step_of(item.stream, item.state, act, item.booked[-1].name if item.booked else None)

    def do(self, item: Paper, act: Act, asked: Session | None = None) -> Step | None:
        step = self.step(item, act)
        if step is None:
            return None
        check_needs(step.needs, self.sessions, self.today, own=item.went_out, came_in=item.came_in, asked=asked)
        if step.rule is not None:
            self.post(step.rule, {"amount": item.amount_minor}, red=step.takes_back is not None)
        if step.takes_back is not None:
            item.booked.pop()
        elif step.posts is not None:
            item.booked.append(step.posts)
        if step.needs in (Needs.OPEN, Needs.OPEN_AND_LATER):
            item.came_in = asked
        elif step.needs is Needs.OPEN_AGAIN and item.stream.outward:
            item.came_in = None
        item.state = step.after
        return step

    def switch(self, session: Session) -> None:
        after = check_switch(session, self.sessions, self.today)
        for item in self.items:
            if item.state in states_by(Act.SWITCH) and item.went_out is None:
                self.taken.add(self.do(item, Act.SWITCH))
                item.went_out = session
        self.sessions[session] = after

    def undo_switch(self, session: Session) -> None:
        after = check_undo_switch(session, self.sessions)
        mine = [item for item in self.items if item.went_out == session]
        came = [item for item in self.items if item.came_in == session and item.state is not State.CANCELLED]
        if came or any(item.state is not (State.EXCHANGED if item.stream.outward else State.RETURNED) for item in mine):
            return
        for item in mine:
            self.taken.add(self.do(item, Act.UNDO_SWITCH))
            item.went_out = None
        self.sessions[session] = after

    def totals(self, session: Session) -> Totals:
        return counted(
            session,
            [
                Standing(item.stream, item.state, Tally(1, item.amount_minor), item.went_out, item.came_in)
                for item in self.items
                if item.state is not None
            ],
        )

    def settle(self, session: Session) -> None:
        after, totals = check_settle(session, self.sessions, self.today), self.totals(session)
        self._post_settlement(totals, red=False)
        self.sessions[session], self.settled_on[session], self.settled_with[session] = after, self.today, totals

    def undo_settle(self, session: Session) -> None:
        after = check_undo_settle(session, self.sessions, self.settled_on.get(session), self.today)
        self._post_settlement(self.settled_with.pop(session), red=True)
        self.sessions[session] = after

    def _post_settlement(self, totals: Totals, *, red: bool) -> None:
        if any(tally.amount_minor for tally in totals.values()):
            amounts = {name: totals[name].amount_minor for name in COLUMNS}
            self.post(SETTLE, {**amounts, "net": -net_minor(totals)}, red=red)

    def check(self) -> None:
        """What holds at any moment."""
        on_its_way = Counter(dict.fromkeys(COLUMNS, 0))
        for item in self.items:
            if item.state in (None, State.ENTERED, State.CANCELLED):
                continue
            goes = item.stream.outward or item.state in (State.RETURNING, State.RETURNED)
            if goes and (item.went_out is None or self.sessions[item.went_out] is not SessionState.SETTLED):
                on_its_way[column(item.stream, out=True)] += item.amount_minor
            if item.came_in is not None and self.sessions[item.came_in] is not SessionState.SETTLED:
                on_its_way[column(item.stream, out=False)] += item.amount_minor
        standing = {name: self.books[EXCHANGE, f"0000{place}"] for place, name in enumerate(COLUMNS, start=1)}
        assert standing == {
            "out_debit": on_its_way["out_debit"],
            "out_credit": -on_its_way["out_credit"],
            "in_debit": -on_its_way["in_debit"],
            "in_credit": on_its_way["in_credit"],
        }
        assert not any(self.books[EXCHANGE, suffix] for suffix in ("00005", "00006", "00007"))
        suspended = sum(item.amount_minor for item in self.items if item.state is State.SUSPENDED)
        assert self.books[SUSPENSE, "00002"] == -suspended
        unpaid = (State.CHECKED, State.EXCHANGED, State.HELD)
        uncleared = sum(item.amount_minor for item in self.items if item.stream is Stream.OUT_DEBIT and item.state in unpaid)
        assert self.books[UNCLEARED, "00001"] == -uncleared
        assert self.books[INTERBRANCH, "00001"] == sum(net_minor(totals) for totals in self.settled_with.values())
        assert sum(self.books.values()) == 0


SESSION_ACTS = ("switch", "switch", "switch", "settle", "settle", "undo_switch", "undo_switch", "undo_settle")
BEGINNINGS = [(step.stream, step.act) for step in STEPS if step.before is None]


def any_move(chance: Random, exchange: Exchange) -> Step | None:
    """One thing somebody could think of doing now, mostly something that fits the state of an item; the step it took."""
    session = Session(exchange.today + timedelta(days=chance.choice((0, 0, 0, 1))), chance.choice((1, 2)))
    kind = chance.random()
    if kind < 0.03:
        exchange.today += timedelta(days=1)
    elif kind < 0.2:
        getattr(exchange, chance.choice(SESSION_ACTS))(session)
    elif kind < 0.5 or not exchange.items:
        stream, act = chance.choice(BEGINNINGS)
        item = Paper(stream, chance.randint(1, 10**9))
        step = exchange.do(item, act, session)
        exchange.items.append(item)
        return step
    else:
        item = chance.choice(exchange.items)
        acts = [act for act in Act if act not in (Act.SWITCH, Act.UNDO_SWITCH) and exchange.step(item, act) is not None]
        if acts:
            return exchange.do(item, chance.choice(acts), session)
    return None


def random_days(seed: int) -> set[Step]:
    """Two hundred moves, looked at after each, and the end of it; the steps that items took."""
    chance, exchange = Random(seed), Exchange()
    for _ in range(200):
        try:
            exchange.taken.add(any_move(chance, exchange))
        except DomainError:
            continue
        exchange.check()
    close(exchange)
    return exchange.taken - {None}


def close(exchange: Exchange) -> None:
    """Check what is entered, send out what waits, and settle everything: 408 is empty."""
    for item in exchange.items:
        exchange.do(item, Act.CHECK)
    last = max((session for session, state in exchange.sessions.items() if state is not SessionState.OPEN), default=Session(FIRST_DAY, 1))
    exchange.today = max(exchange.today, last.exchange_date) + timedelta(days=1)
    exchange.switch(Session(exchange.today, 1))
    for session in sorted(session for session, state in exchange.sessions.items() if state is SessionState.SWITCHED):
        exchange.settle(session)
    exchange.check()
    assert not any(minor for (code, _), minor in exchange.books.items() if code == EXCHANGE)


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_whatever_is_done_the_books_are_what_is_on_its_way(seed: int) -> None:
    random_days(seed)


def test_random_days_come_everywhere() -> None:
    taken = set().union(*(random_days(seed) for seed in range(30)))
    assert set(STEPS) - taken == set(), "steps that no random day has taken"
