"""The refusal that names what is still open when an outlet or a day shall close."""

from __future__ import annotations

from banking.day_blockers import NAMED, refusal_of
from contracts.day import Blocker


def blocker(number: int) -> Blocker:
    return Blocker(outlet="0201", zh=f"往帐 {number} 未复核", en=f"outward item {number} is not checked")


def test_a_few_are_all_named() -> None:
    error = refusal_of([blocker(1), blocker(2)])
    assert error.code == "day.business_open"
    assert error.message("zh") == "尚有业务未了结:0201 往帐 1 未复核;0201 往帐 2 未复核"
    assert error.message("en") == "business is still open: 0201 outward item 1 is not checked; 0201 outward item 2 is not checked"


def test_of_many_the_first_are_named_and_the_rest_is_counted() -> None:
    error = refusal_of([blocker(number) for number in range(1, NAMED + 4)])
    assert error.message("en").endswith(f"outward item {NAMED} is not checked and 3 more")
    assert error.message("zh").endswith(f"往帐 {NAMED} 未复核等{NAMED + 3}项")
    assert len(error.values["_errors"]) == NAMED + 3
