"""Items of the exchange: one table of steps, looked at over every stream, state, act and last posting (IB 2263-2397)."""

from __future__ import annotations

from itertools import product

import pytest

from services.clearing.domain.exchange_items import RULES, STEPS, Act, Needs, State, Stream, states_by, step_of

O, P, I, C = Stream.OUT_DEBIT, Stream.OUT_CREDIT, Stream.IN_DEBIT, Stream.IN_CREDIT  # noqa: E741
S, A, N = State, Act, Needs
RULE = "clearing.exchange."

# stream, before, act, last posting ("-": any) -> after, what sessions must be, rule (a minus: in red)
ALLOWED = {
    (O, None, A.ENTER, "-"): (S.ENTERED, N.NOTHING, ""),
    (O, S.ENTERED, A.CHECK, "-"): (S.CHECKED, N.NOTHING, "out_debit"),
    (O, S.ENTERED, A.CANCEL, "-"): (S.CANCELLED, N.NOTHING, ""),
    (O, S.CHECKED, A.CANCEL, "out_debit"): (S.CANCELLED, N.NOTHING, "-out_debit"),
    (O, S.CHECKED, A.SWITCH, "-"): (S.EXCHANGED, N.NOTHING, ""),
    (O, S.EXCHANGED, A.UNDO_SWITCH, "-"): (S.CHECKED, N.NOTHING, ""),
    (O, S.EXCHANGED, A.HOLD, "-"): (S.HELD, N.NOTHING, ""),
    (O, S.EXCHANGED, A.POST, "-"): (S.POSTED, N.NEXT_SWITCHED, "post_out_debit"),
    (O, S.HELD, A.POST, "-"): (S.POSTED, N.NEXT_SWITCHED, "post_out_debit"),
    (O, S.EXCHANGED, A.SUSPEND, "-"): (S.SUSPENDED, N.NEXT_SWITCHED, "suspend_out_debit"),
    (O, S.HELD, A.SUSPEND, "-"): (S.SUSPENDED, N.NEXT_SWITCHED, "suspend_out_debit"),
    (O, S.POSTED, A.CANCEL, "post_out_debit"): (S.EXCHANGED, N.NOTHING, "-post_out_debit"),
    (O, S.SUSPENDED, A.CANCEL, "suspend_out_debit"): (S.EXCHANGED, N.NOTHING, "-suspend_out_debit"),
    (O, S.SUSPENDED, A.PAY_OUT, "-"): (S.CLEARED, N.NOTHING, "pay_suspended"),
    (O, S.HELD, A.RETURN, "-"): (S.RETURNED, N.OPEN_AND_LATER, "return_out_debit"),
    (O, S.RETURNED, A.CANCEL, "return_out_debit"): (S.HELD, N.OPEN_AGAIN, "-return_out_debit"),
    (P, None, A.ENTER, "-"): (S.ENTERED, N.NOTHING, ""),
    (P, S.ENTERED, A.CHECK, "-"): (S.CHECKED, N.NOTHING, "out_credit"),
    (P, S.ENTERED, A.CANCEL, "-"): (S.CANCELLED, N.NOTHING, ""),
    (P, S.CHECKED, A.CANCEL, "out_credit"): (S.CANCELLED, N.NOTHING, "-out_credit"),
    (P, S.CHECKED, A.SWITCH, "-"): (S.EXCHANGED, N.NOTHING, ""),
    (P, S.EXCHANGED, A.UNDO_SWITCH, "-"): (S.CHECKED, N.NOTHING, ""),
    (P, S.EXCHANGED, A.RETURN, "-"): (S.RETURNED, N.OPEN_AND_LATER, "return_out_credit"),
    (P, S.EXCHANGED, A.SUSPEND, "-"): (S.SUSPENDED, N.OPEN_AND_LATER, "suspend_out_credit"),
    (P, S.RETURNED, A.CANCEL, "return_out_credit"): (S.EXCHANGED, N.OPEN_AGAIN, "-return_out_credit"),
    (P, S.SUSPENDED, A.CANCEL, "suspend_out_credit"): (S.EXCHANGED, N.OPEN_AGAIN, "-suspend_out_credit"),
    (P, S.SUSPENDED, A.PAY_OUT, "-"): (S.CLEARED, N.NOTHING, "pay_suspended"),
    (I, None, A.POST, "-"): (S.POSTED, N.OPEN, "in_debit"),
    (I, None, A.RETURN, "-"): (S.RETURNING, N.OPEN, "return_in_debit"),
    (I, S.POSTED, A.CANCEL, "in_debit"): (S.CANCELLED, N.OPEN_AGAIN, "-in_debit"),
    (I, S.RETURNING, A.CANCEL, "return_in_debit"): (S.CANCELLED, N.OPEN_AGAIN, "-return_in_debit"),
    (I, S.RETURNING, A.SWITCH, "-"): (S.RETURNED, N.NOTHING, ""),
    (I, S.RETURNED, A.UNDO_SWITCH, "-"): (S.RETURNING, N.NOTHING, ""),
    (C, None, A.POST, "-"): (S.POSTED, N.OPEN, "in_credit"),
    (C, None, A.RETURN, "-"): (S.RETURNING, N.OPEN, "return_in_credit"),
    (C, None, A.SUSPEND, "-"): (S.SUSPENDED, N.OPEN, "suspend_in_credit"),
    (C, S.POSTED, A.CANCEL, "in_credit"): (S.CANCELLED, N.OPEN_AGAIN, "-in_credit"),
    (C, S.RETURNING, A.CANCEL, "return_in_credit"): (S.CANCELLED, N.OPEN_AGAIN, "-return_in_credit"),
    (C, S.SUSPENDED, A.CANCEL, "suspend_in_credit"): (S.CANCELLED, N.OPEN_AGAIN, "-suspend_in_credit"),
    (C, S.SUSPENDED, A.RETURN, "-"): (S.RETURNING, N.NOTHING, "return_suspended"),
    (C, S.RETURNING, A.CANCEL, "return_suspended"): (S.SUSPENDED, N.NOTHING, "-return_suspended"),
    (C, S.SUSPENDED, A.PAY_OUT, "-"): (S.CLEARED, N.NOTHING, "pay_suspended"),
    (C, S.RETURNING, A.SWITCH, "-"): (S.RETURNED, N.NOTHING, ""),
    (C, S.RETURNED, A.UNDO_SWITCH, "-"): (S.RETURNING, N.NOTHING, ""),
}


@pytest.mark.parametrize("stream", Stream)
def test_every_state_and_act_after_every_posting(stream: Stream) -> None:
    for before, act, last in product((None, *State), Act, (None, *RULES)):
        name = (last or "").removeprefix(RULE)
        expected = ALLOWED.get((stream, before, act, "-")) or ALLOWED.get((stream, before, act, name))
        step = step_of(stream, before, act, last)
        if expected is None:
            assert step is None, (before, act, last)
            continue
        assert step is not None, (before, act, last)
        posted = (
            step.posts.name.removeprefix(RULE) if step.posts else f"-{step.takes_back.name.removeprefix(RULE)}" if step.takes_back else ""
        )
        assert (step.after, step.needs, posted) == expected, (before, act, last)


def test_there_is_no_step_besides() -> None:
    assert len(STEPS) == len(ALLOWED)


def test_money_of_customers() -> None:
    """What pays in and what draws; taking back does the opposite. Drawing an own cheque uses it, and so does refusing it."""
    moved = {(step.stream, step.before, step.act): step.account for step in STEPS if step.account}
    assert moved == {
        (O, S.EXCHANGED, A.POST): 1,
        (O, S.HELD, A.POST): 1,
        (O, S.POSTED, A.CANCEL): -1,
        (O, S.SUSPENDED, A.PAY_OUT): 1,
        (P, S.ENTERED, A.CHECK): -1,
        (P, S.CHECKED, A.CANCEL): 1,
        (P, S.EXCHANGED, A.RETURN): 1,
        (P, S.RETURNED, A.CANCEL): -1,
        (P, S.SUSPENDED, A.PAY_OUT): 1,
        (I, None, A.POST): -1,
        (I, S.POSTED, A.CANCEL): 1,
        (C, None, A.POST): 1,
        (C, S.POSTED, A.CANCEL): -1,
        (C, S.SUSPENDED, A.PAY_OUT): 1,
    }
    assert {name.removeprefix(RULE) for name, rule in RULES.items() if rule.cheque} == {"out_credit", "in_debit", "return_in_debit"}


def test_a_switch_moves_checked_and_returning_items_and_is_undone_exactly() -> None:
    assert states_by(A.SWITCH) == {S.CHECKED: S.EXCHANGED, S.RETURNING: S.RETURNED}
    assert states_by(A.UNDO_SWITCH) == {after: before for before, after in states_by(A.SWITCH).items()}


@pytest.mark.parametrize("value", [*Stream, *State, *Act])
def test_everything_has_its_words(value: Stream | State | Act) -> None:
    assert value.text.zh and value.text.en
