"""The sheet of a cash box: opening, out, in, received, paid, balance (IB 3660-3664)."""

from hypothesis import given
from hypothesis import strategies as st

from services.counter.domain.sheet import BoxSheet, Movement, box_sheet


def test_a_day_of_a_box() -> None:
    movements = [
        Movement("counter.cash.out", 300_00, 0),
        Movement("counter.cash.in", 0, 120_00),
        Movement("savings.demand.deposit", 1000_00, 0),
        Movement("savings.demand.withdraw", 0, 450_00),
    ]
    assert box_sheet(1230_00, movements) == BoxSheet(500_00, 300_00, 120_00, 1000_00, 450_00, 1230_00)


def test_the_vault_sees_the_same_moves_from_the_other_side() -> None:
    movements = [
        Movement("counter.cash.out", 0, 300_00),
        Movement("counter.cash.in", 120_00, 0),
        Movement("counter.cash.receive", 50_00, 0),
    ]
    assert box_sheet(870_00, movements) == BoxSheet(1000_00, 300_00, 120_00, 50_00, 0, 870_00)


def test_a_box_nothing_was_ever_on() -> None:
    assert box_sheet(0, []) == BoxSheet(0, 0, 0, 0, 0, 0)


MOVEMENTS = st.lists(
    st.builds(
        Movement,
        st.sampled_from(["savings.demand.deposit", "savings.demand.withdraw", "counter.cash.transfer"]),
        st.integers(0, 10**9),
        st.integers(0, 10**9),
    ),
    max_size=8,
)


@given(st.integers(-(10**9), 10**9), MOVEMENTS, st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_figures_of_a_box_add_up(balance: int, movements: list[Movement], out: int, put_in: int) -> None:
    sheet = box_sheet(balance, [*movements, Movement("counter.cash.out", out, 0), Movement("counter.cash.in", 0, put_in)])
    assert sheet.balance_minor == balance
    assert sheet.opening_minor + sheet.out_minor - sheet.in_minor + sheet.received_minor - sheet.paid_minor == balance
