"""Sessions of the exchange: their states over all pairs, their order, their totals (IB 2250-2256, 2281-2287, 2357-2397)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from kernel.errors import DomainError
from services.clearing.domain.exchange_items import Needs, State, Stream
from services.clearing.domain.exchange_sessions import (
    SWITCHED,
    TRANSITIONS,
    Session,
    SessionAct,
    SessionState,
    Standing,
    Stated,
    Tally,
    check_needs,
    check_settle,
    check_switch,
    check_totals,
    check_undo_settle,
    check_undo_switch,
    count_of,
    counted,
    net_minor,
)

DAY = date(2001, 4, 1)
TOMORROW = DAY + timedelta(days=1)
FIRST, SECOND, NEXT = Session(DAY, 1), Session(DAY, 2), Session(TOMORROW, 1)
OPEN, GONE, SETTLED = SessionState.OPEN, SessionState.SWITCHED, SessionState.SETTLED
SAMPLE = {
    "out_debit": Tally(1, 1_000_000_00),
    "out_credit": Tally(1, 2_000_000_00),
    "in_debit": Tally(1, 3_000_000_00),
    "in_credit": Tally(1, 6_000_000_00),
}


def refusal(call: Callable[..., Any], *arguments: Any, **more: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **more)
    assert refused.value.text.zh and refused.value.text.en
    return refused.value


def test_states_and_acts_over_all_pairs() -> None:
    checks = {
        SessionAct.SWITCH: lambda state: check_switch(FIRST, {FIRST: state}, DAY),
        SessionAct.UNDO_SWITCH: lambda state: check_undo_switch(FIRST, {FIRST: state}),
        SessionAct.SETTLE: lambda state: check_settle(FIRST, {FIRST: state}, DAY),
        SessionAct.UNDO_SETTLE: lambda state: check_undo_settle(FIRST, {FIRST: state}, DAY, DAY),
    }
    allowed = {
        (OPEN, SessionAct.SWITCH): GONE,
        (GONE, SessionAct.UNDO_SWITCH): OPEN,
        (GONE, SessionAct.SETTLE): SETTLED,
        (SETTLED, SessionAct.UNDO_SETTLE): GONE,
    }
    for state, act in product(SessionState, SessionAct):
        assert TRANSITIONS.get((state, act)) is allowed.get((state, act))
        if (state, act) in allowed:
            assert checks[act](state) is allowed[state, act]
        else:
            assert refusal(checks[act], state).code == "exchange.session.state"


@pytest.mark.parametrize(
    ("session", "states", "problem"),
    [
        (FIRST, {}, None),
        (NEXT, {SECOND: GONE}, None),
        (Session(DAY + timedelta(days=15), 1), {}, None),
        (Session(DAY + timedelta(days=16), 1), {}, "exchange.session.date"),
        (Session(DAY - timedelta(days=1), 2), {}, "exchange.session.date"),
        (FIRST, {SECOND: GONE}, "exchange.session.order"),
        (FIRST, {SECOND: SETTLED}, "exchange.session.order"),
        (FIRST, {SECOND: OPEN}, None),
    ],
)
def test_the_order_of_switches(session: Session, states: dict[Session, SessionState], problem: str | None) -> None:
    if problem is None:
        assert check_switch(session, states, DAY) is GONE
    else:
        assert refusal(check_switch, session, states, DAY).code == problem


def test_only_the_last_switch_and_the_last_settlement_are_undone() -> None:
    assert refusal(check_undo_switch, FIRST, {FIRST: GONE, SECOND: GONE}).code == "exchange.session.not_last"
    assert check_undo_switch(FIRST, {FIRST: GONE, SECOND: OPEN}) is OPEN
    assert refusal(check_undo_settle, FIRST, {FIRST: SETTLED, SECOND: SETTLED}, DAY, DAY).code == "exchange.session.not_last"
    assert check_undo_settle(FIRST, {FIRST: SETTLED, SECOND: GONE}, DAY, DAY) is GONE
    assert refusal(check_undo_settle, FIRST, {FIRST: SETTLED}, DAY, TOMORROW).code == "exchange.session.settled_before"


def test_sessions_are_settled_in_their_order_and_not_before_their_day() -> None:
    assert check_settle(FIRST, {FIRST: GONE, SECOND: GONE}, DAY) is SETTLED
    assert check_settle(FIRST, {FIRST: GONE}, TOMORROW) is SETTLED
    assert refusal(check_settle, SECOND, {FIRST: GONE, SECOND: GONE}, DAY).code == "exchange.session.earlier_unsettled"
    assert refusal(check_settle, NEXT, {NEXT: GONE}, DAY).code == "exchange.session.early"


def needs(needs: Needs, states: dict[Session, SessionState], **sessions: Session) -> None:
    check_needs(needs, states, DAY, own=sessions.get("own"), came_in=sessions.get("came_in"), asked=sessions.get("asked"))


def test_what_steps_ask_of_sessions() -> None:
    needs(Needs.NOTHING, {})
    needs(Needs.OPEN, {FIRST: GONE}, asked=FIRST)
    assert refusal(needs, Needs.OPEN, {}, asked=FIRST).code == "exchange.session.state"
    assert refusal(needs, Needs.OPEN, {FIRST: SETTLED}, asked=FIRST).code == "exchange.session.state"
    assert refusal(needs, Needs.OPEN, {NEXT: GONE}, asked=NEXT).code == "exchange.session.early"
    needs(Needs.OPEN_AND_LATER, {FIRST: SETTLED, SECOND: GONE}, own=FIRST, asked=SECOND)
    assert refusal(needs, Needs.OPEN_AND_LATER, {FIRST: GONE}, own=FIRST, asked=FIRST).code == "exchange.session.not_later"
    needs(Needs.OPEN_AGAIN, {FIRST: GONE}, came_in=FIRST)
    assert refusal(needs, Needs.OPEN_AGAIN, {FIRST: SETTLED}, came_in=FIRST).code == "exchange.session.state"
    needs(Needs.NEXT_SWITCHED, {FIRST: SETTLED, SECOND: GONE}, own=FIRST)
    assert refusal(needs, Needs.NEXT_SWITCHED, {FIRST: SETTLED}, own=FIRST).code == "exchange.not_yet"
    assert refusal(needs, Needs.NEXT_SWITCHED, {FIRST: GONE, SECOND: OPEN}, own=FIRST).code == "exchange.not_yet"


def test_the_manuals_sample() -> None:
    """IB 2369-2376: 100 + 600 - (200 + 300) = 200 debit, in ten thousands."""
    assert net_minor(SAMPLE) == 2_000_000_00 and count_of(SAMPLE) == 4


def test_returned_items_count_in_both_sessions_they_crossed() -> None:
    def items(*, settled: Session) -> dict[str, Tally]:
        standing = [
            Standing(Stream.OUT_DEBIT, State.RETURNED, Tally(1, 5_00), FIRST, SECOND),
            Standing(Stream.OUT_CREDIT, State.SUSPENDED, Tally(2, 7_00), FIRST, SECOND),
            Standing(Stream.IN_DEBIT, State.RETURNED, Tally(1, 11_00), SECOND, FIRST),
            Standing(Stream.IN_CREDIT, State.RETURNING, Tally(1, 13_00), None, FIRST),
            Standing(Stream.IN_CREDIT, State.CANCELLED, Tally(4, 99_00), None, FIRST),
            Standing(Stream.IN_CREDIT, State.POSTED, Tally(1, 17_00), None, NEXT),
        ]
        return dict(counted(settled, standing))

    assert items(settled=FIRST) == {
        "out_debit": Tally(1, 5_00),
        "out_credit": Tally(2, 7_00),
        "in_debit": Tally(1, 11_00),
        "in_credit": Tally(1, 13_00),
    }
    assert items(settled=SECOND) == {
        "out_debit": Tally(1, 11_00),
        "out_credit": Tally(),
        "in_debit": Tally(1, 5_00),
        "in_credit": Tally(2, 7_00),
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"out_debit": Tally(2, 1_000_000_00)}, "out_debit_count"),
        ({"in_credit": Tally(1, 6_000_000_01)}, "in_credit_amount"),
        ({"count": 5}, "total_count"),
        ({"net_minor": -2_000_000_00}, "net"),
    ],
)
def test_every_figure_must_be_as_counted(changes: dict[str, Any], field: str) -> None:
    totals = {name: changes.get(name, tally) for name, tally in SAMPLE.items()}
    stated = Stated(totals, changes.get("count", 4), changes.get("net_minor", 2_000_000_00))
    problem = refusal(check_totals, stated, SAMPLE)
    assert (problem.code, problem.field) == ("exchange.totals_differ", field)
    assert [each["field"] for each in problem.values["_errors"]] == [field]


def test_totals_that_agree_pass_and_a_switch_of_nothing_too() -> None:
    check_totals(Stated(SAMPLE, 4, 2_000_000_00), SAMPLE)
    nothing = dict.fromkeys(SWITCHED, Tally())
    check_totals(Stated(nothing, 0, 0), nothing)
