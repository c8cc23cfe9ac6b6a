"""What waits at a queue: read ahead of its turn in its order, no further than a batch, and handed out in batches."""

from __future__ import annotations

import asyncio

import pytest

from runtime.intake import Intake
from runtime.turns import Pace

LIMIT = 3


async def settle() -> None:
    """Let everything that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)


class Reader:
    """Makes lists of numbers, as long as their first number says; a negative one cannot be read."""

    def __init__(self) -> None:
        self.read: list[int] = []

    async def __call__(self, number: int) -> list[int]:
        await asyncio.sleep(0)
        if number < 0:
            raise ValueError(number)
        self.read.append(number)
        return [number] * number


async def test_batches_hold_what_is_ready_in_its_order_and_end_with_the_end() -> None:
    async with Intake(Reader(), LIMIT) as intake:
        for number in (1, 1, 2, 1):
            intake.put(number)
        await settle()
        assert await intake.take() == [[1], [1], [2, 2]]
        await settle()
        assert await intake.take() == [[1]]
        intake.put(2)
        intake.end()
        await settle()
        assert await intake.take() == [[2, 2]]
        assert await intake.take() == []
        assert await intake.take() == []


async def test_nothing_is_read_further_ahead_than_a_batch() -> None:
    reader = Reader()
    async with Intake(reader, LIMIT) as intake:
        for number in (2, 2, 2, 2, 2):
            intake.put(number)
        await settle()
        assert len(reader.read) == 2, "three wait at least, so no more is read"
        assert await intake.take() == [[2, 2], [2, 2]]
        await settle()
        assert len(reader.read) == 4, "a batch was taken, so as much is read while it is worked on"
        assert await intake.take() == [[2, 2], [2, 2]]
        assert await intake.take() == [[2, 2]]


async def test_an_arrival_larger_than_a_batch_goes_alone() -> None:
    async with Intake(Reader(), LIMIT) as intake:
        intake.put(9)
        intake.put(1)
        assert await intake.take() == [[9] * 9]
        assert await intake.take() == [[1]]


async def test_taking_waits_for_the_round_and_takes_what_came_meanwhile() -> None:
    pace = Pace(0.05)
    async with Intake(Reader(), LIMIT, pace) as intake:
        intake.put(1)
        assert await intake.take() == [[1]]
        taking = asyncio.create_task(intake.take())
        intake.put(1)
        await settle()
        assert not taking.done(), "the next round has not begun"
        intake.put(1)
        assert await taking == [[1], [1]]


async def test_what_cannot_be_read_ends_it_after_what_could() -> None:
    async with Intake(Reader(), LIMIT) as intake:
        for number in (1, -7, 1):
            intake.put(number)
        await settle()
        assert await intake.take() == [[1]]
        for _ in range(2):
            with pytest.raises(ValueError, match="-7"):
                await intake.take()


async def test_leaving_ends_the_reading() -> None:
    async with Intake(Reader(), LIMIT) as intake:
        intake.put(1)
    assert intake._reading.done()
