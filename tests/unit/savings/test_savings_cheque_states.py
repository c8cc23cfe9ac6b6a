"""Cheques once sold: one state machine, looked at over all pairs and over any sequence of actions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.savings.domain.cheques import (
    ChequeAction,
    ChequeState,
    check_cheques,
    check_pays,
    next_state,
    numbers_between,
    state_after,
    states_for,
)

S, A = ChequeState, ChequeAction
EXPECTED = {
    (S.NOT_SOLD, A.SELL): S.UNUSED,
    (S.UNUSED, A.UNDO_SALE): S.NOT_SOLD,
    (S.UNUSED, A.USE): S.USED,
    (S.USED, A.UNDO_USE): S.UNUSED,
    (S.UNUSED, A.REPORT_LOST): S.LOST,
    (S.UNUSED, A.WRITE_OFF): S.WRITTEN_OFF,
    (S.UNUSED, A.VOID): S.VOID,
    (S.LOST, A.LIFT_LOSS): S.UNUSED,
    (S.LOST, A.VOID): S.VOID,
    (S.WRITTEN_OFF, A.UNDO_WRITE_OFF): S.UNUSED,
    (S.WRITTEN_OFF, A.VOID): S.VOID,
}
ACCOUNT = "400000001001011"


def check(state, action, account=ACCOUNT):
    return check_cheques(("00000001",), {"00000001": (ACCOUNT, state)}, "TCKZ", account, action)


def refusal(call, *arguments):
    with pytest.raises(DomainError) as refused:
        call(*arguments)
    assert refused.value.text.zh and refused.value.text.en
    return refused.value


@pytest.mark.parametrize("state", ChequeState)
@pytest.mark.parametrize("action", ChequeAction)
def test_every_pair_of_state_and_action(state, action):
    reached = EXPECTED.get((state, action))
    assert next_state(state, action) is reached
    assert (state in states_for(action)) is (reached is not None)
    if reached is not None:
        assert state_after(action) is reached
        check(state, action)
    else:
        expected = "cheque.not_sold" if state is S.NOT_SOLD else "cheque.state"
        assert refusal(check, state, action).code == expected
    if action is not A.SELL and state is not S.NOT_SOLD:
        assert refusal(check, state, action, "400000002001011").code == "cheque.other_account"


def test_what_is_used_or_void_stays_so_unless_that_is_undone():
    for state, undone in ((S.USED, [A.UNDO_USE]), (S.VOID, [])):
        assert [action for action in ChequeAction if next_state(state, action)] == undone


@given(st.lists(st.sampled_from(ChequeAction), max_size=40))
def test_a_cheque_pays_at_most_once_whatever_is_done_to_it(actions):
    state, done = S.NOT_SOLD, []
    for action in actions:
        reached = next_state(state, action)
        if reached is not None:
            state = reached
            done.append(action)
    assert done.count(A.USE) - done.count(A.UNDO_USE) == (1 if state is S.USED else 0)
    assert done.count(A.SELL) - done.count(A.UNDO_SALE) == (0 if state is S.NOT_SOLD else 1)
    assert done.count(A.REPORT_LOST) - done.count(A.LIFT_LOSS) in ((1,) if state is S.LOST else (0, 1) if state is S.VOID else (0,))


@given(st.integers(0, 99_999_999), st.integers(1, 25))
def test_a_range_names_its_numbers(first, count):
    last = min(first + count - 1, 99_999_999)
    numbers = numbers_between(f"{first:08d}", f"{last:08d}", 25, last - first + 1)
    assert [int(number) for number in numbers] == list(range(first, last + 1))
    assert all(len(number) == 8 for number in numbers)


def test_what_is_no_range():
    for first, last, sheets, code, field in (
        ("00000002", "00000001", None, "cheque.range", "last"),
        ("00000001", "00000026", None, "cheque.range_too_long", "last"),
        ("00000001", "00000025", 24, "cheque.sheets_differ", "sheets"),
        ("1", "00000025", None, "voucher.number.malformed", "first"),
    ):
        found = refusal(numbers_between, first, last, 25, sheets)
        assert (found.code, found.field) == (code, field)


def test_cash_cheques_draw_cash_and_transfer_cheques_transfer():
    check_pays("CCKZ", cash=True)
    check_pays("TCKZ", cash=False)
    assert refusal(lambda: check_pays("TCKZ", cash=True)).code == "cheque.wrong_kind"
    assert refusal(lambda: check_pays("CCKZ", cash=False)).code == "cheque.wrong_kind"
