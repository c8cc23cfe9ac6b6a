"""Rules on tellers' passwords (IB 321-325) and the lockout after five wrong ones in a business date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.counter.domain.passwords import Attempts, check_new_password, reminder_due

TODAY = date(2005, 9, 1)


@pytest.mark.parametrize(
    ("new", "old", "code"),
    [
        ("short-7", None, "teller.password.too_short"),
        ("       x", None, "teller.password.too_short"),
        ("demo-2005", "demo-2005", "teller.password.unchanged"),
        ("my-s0211-x", None, "teller.password.guessable"),
    ],
)
def test_new_passwords_that_are_refused(new: str, old: str | None, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_new_password(new, teller="S0211", old=old)
    assert refused.value.code == code


def test_a_password_of_eight_characters_is_enough() -> None:
    assert check_new_password("abcd-123", teller="S0211", old="demo-2005") == "abcd-123"


@pytest.mark.parametrize(
    ("changed", "due"),
    [(date(2005, 8, 1), True), (date(2005, 8, 2), False), (date(2005, 1, 31), True), (None, False)],
)
def test_passwords_are_due_after_a_month(changed: date | None, due: bool) -> None:
    assert reminder_due(changed, TODAY) is due


def test_the_fifth_wrong_password_of_a_date_locks_until_the_next() -> None:
    attempts = Attempts()
    for _ in range(4):
        attempts = attempts.another(TODAY)
    assert not attempts.locked(TODAY)
    attempts = attempts.another(TODAY)
    assert attempts.locked(TODAY)
    assert not attempts.locked(TODAY + timedelta(days=1))


@given(st.lists(st.integers(0, 3), max_size=40))
def test_only_wrong_passwords_of_one_date_add_up(offsets: list[int]) -> None:
    attempts, days = Attempts(), sorted(TODAY + timedelta(days=offset) for offset in offsets)
    for day in days:
        attempts = attempts.another(day)
    for day in set(days):
        assert attempts.locked(day) is (day == days[-1] and days.count(day) >= 5)
