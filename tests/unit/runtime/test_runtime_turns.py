"""Computing beside a wait: others get their turn, and no half goes on alone."""

from __future__ import annotations

import asyncio

import pytest

from runtime.turns import TURN, Pace, in_turns, side_by_side


async def test_items_are_made_in_their_order_and_others_run_between_them() -> None:
    ran = []

    async def other() -> None:
        while len(ran) < 3:
            ran.append(len(made))
            await asyncio.sleep(0)

    made: list[int] = []
    beside = asyncio.create_task(other())
    numbers = list(range(4 * TURN))
    assert await in_turns(numbers, lambda number: made.append(number) or -number) == [-number for number in numbers]
    await beside
    assert ran == [TURN, 2 * TURN, 3 * TURN]
    assert await in_turns([], made.append) == []


@pytest.mark.parametrize("fails", ["first", "second", "both"])
async def test_a_failure_waits_for_the_other_half(fails: str) -> None:
    ended = []

    async def half(name: str, turns: int) -> str:
        for _ in range(turns):
            await asyncio.sleep(0)
        ended.append(name)
        if fails in (name, "both"):
            raise ValueError(name)
        return name

    with pytest.raises(ValueError, match="second" if fails == "second" else "first"):
        await side_by_side(half("first", 1), half("second", 5))
    assert ended == ["first", "second"]


async def test_both_results() -> None:
    async def of(value: object) -> object:
        return value

    assert await side_by_side(of(1), of("b")) == (1, "b")


async def test_rounds_begin_apart_and_the_first_after_a_pause_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    now = [100.0]
    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now[0], raising=False)
    pace = Pace(0.1)
    await pace.begin()
    assert slept == []
    now[0] += 0.02
    await pace.begin()
    assert slept == [0.08], "counted from the last beginning, not from its end"
    now[0] += 3
    await pace.begin()
    assert slept == [0.08], "the first after a pause begins at once"
    now[0] += 0.01
    pace.was_full()
    await pace.begin()
    assert slept == [0.08], "there was more to do"
