"""The simulated front end: the same seed says the same, what it loses can be asked for, and its memory outlives it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from msgspec import Raw

from contracts.message import Envelope, Message, decode_envelope
from contracts.national import (
    NationalAnswered,
    NationalInward,
    NationalOpened,
    NationalOutward,
    NationalPayment,
    NationalRepeatAsked,
    NationalSignedOn,
)
from contracts.topology import MESSAGES, Queue
from kernel.clock import SystemClock
from launch.national_peer.memory import Memory
from launch.national_peer.process import NationalPeer
from launch.national_peer.simulator import Habits, Saying, Simulator
from runtime.bus import Bundle, BusUnavailable, Delivery, Subscription

DAY = date(2005, 9, 1)
NEXT = date(2005, 9, 2)


def outward(sequence: int, bank: str = "102100", kind: Any = "transfer", day: date = DAY) -> NationalOutward:
    payment = NationalPayment(
        kind=kind,
        sending_bank="310201",
        receiving_bank=bank,
        payer_account="400000001001011",
        payer_name="东方公司",
        payee_account="400000002001019",
        payee_name="西方公司",
        amount_minor=100 * sequence,
    )
    return NationalOutward(business_date=day, sequence=sequence, payment=payment)


def messages(sayings: list[Saying], kind: type[Message]) -> list[Any]:
    return [saying.message for saying in sayings if isinstance(saying.message, kind)]


@pytest.mark.parametrize(
    ("bank", "outcome", "comes_back"), [("102100", "confirmed", 0), ("001234", "rejected", 0), ("800202", "confirmed", 1)]
)
def test_the_bank_number_decides(bank: str, outcome: str, comes_back: int) -> None:
    sayings = Simulator(Habits()).hear(outward(1, bank))
    assert [answer.outcome for answer in messages(sayings, NationalAnswered)] == ["taken", outcome]
    items = messages(sayings, NationalInward)
    assert len(items) == comes_back
    for item in items:
        assert (item.sequence, item.payment.receiving_bank, item.payment.payee_name) == (1, "310202", "西方公司")


def test_a_return_to_a_mirror_does_not_come_back() -> None:
    assert not messages(Simulator(Habits()).hear(outward(1, "800202", "return")), NationalInward)


def test_a_repeated_item_is_answered_again_and_mirrored_once() -> None:
    simulator = Simulator(Habits())
    first = simulator.hear(outward(1, "800202"))
    again = simulator.hear(outward(1, "800202"))
    assert messages(again, NationalAnswered) == messages(first, NationalAnswered)
    assert not messages(again, NationalInward)


def test_the_same_seed_says_the_same_and_another_one_does_not() -> None:
    def said(seed: int) -> list[Saying]:
        simulator = Simulator(Habits(seed, delay_seconds=2, faults=0.5))
        return [saying for sequence in range(1, 40) for saying in simulator.hear(outward(sequence, "800202"))]

    assert said(7) == said(7)
    assert said(7) != said(8)


def test_faults_lose_and_repeat_inward_items_and_never_answers() -> None:
    simulator = Simulator(Habits(3, faults=0.6))
    sayings = [saying for sequence in range(1, 201) for saying in simulator.hear(outward(sequence, "800202"))]
    sent = [item.sequence for item in messages(sayings, NationalInward)]
    lost = set(range(1, 201)) - set(sent)
    assert lost and len(sent) > len(set(sent)), "some are lost, some come twice"
    answered = messages(sayings, NationalAnswered)
    assert {(each.sequence, each.outcome) for each in answered} == {(n, o) for n in range(1, 201) for o in ("taken", "confirmed")}
    asked = simulator.hear(NationalRepeatAsked(business_date=DAY, sequences=tuple(sorted(lost))))
    assert {item.sequence for item in messages(asked, NationalInward)} == lost
    assert not simulator.hear(NationalRepeatAsked(business_date=DAY, sequences=(201,))), "there is no such item"


def test_signing_on_tells_how_far_the_numbers_are_and_repeats_yesterday_when_it_errs() -> None:
    for faults, repeated in ((0.0, 0), (0.5, 3)):
        simulator = Simulator(Habits(faults=faults))
        for sequence in (1, 2, 3):
            simulator.hear(outward(sequence, "800202"))
        sayings = simulator.hear(NationalSignedOn(business_date=DAY, inward_heard=0))
        assert messages(sayings, NationalOpened) == [NationalOpened(business_date=DAY, inward_sent=3)]
        tomorrow = simulator.hear(NationalSignedOn(business_date=NEXT, inward_heard=0))
        assert messages(tomorrow, NationalOpened) == [NationalOpened(business_date=NEXT, inward_sent=0)]
        assert [item.business_date for item in messages(tomorrow, NationalInward)] == [DAY] * repeated


def test_memory_outlives_the_process(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "peer.jsonl")
    assert memory.heard() == []
    kept: list[Message] = [NationalSignedOn(business_date=DAY, inward_heard=0), outward(1, "800202")]
    memory.keep(kept)
    assert Memory(tmp_path / "peer.jsonl").heard() == kept


def test_a_line_cut_short_by_a_crash_is_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "peer.jsonl"
    memory = Memory(path)
    memory.keep([outward(1)])
    with open(path, "ab") as file:
        file.write(b'["clearing.national_out')
    assert memory.heard() == [outward(1)]
    memory.keep([outward(2)])
    assert memory.heard() == [outward(1), outward(2)]


class FakeBus:
    """A bus whose first publication fails; it notes what is published, and hands over what a test says."""

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.failures = 1
        self.subscription: Subscription | None = None

    async def subscribe(self, subscription: Subscription) -> None:
        self.subscription = subscription

    async def unsubscribe(self, queue: Queue) -> None:
        self.subscription = None

    async def publish(self, bundle: Bundle) -> None:
        if self.failures:
            self.failures -= 1
            raise BusUnavailable("away")
        for envelope in bundle.envelopes:
            read = decode_envelope(envelope)
            self.said.append(MESSAGES[read.name].model_validate_json(bytes(read.body)))

    async def hand(self, *messages: Message) -> None:
        assert self.subscription is not None
        bodies = [(message.NAME, Raw(message.model_dump_json())) for message in messages]
        envelopes = [Envelope(id=uuid4(), name=name, occurred_at=datetime.now(UTC), body=body) for name, body in bodies]
        assert not await self.subscription.process([Delivery(envelope) for envelope in envelopes])

    async def has_said(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.said) < count:
                await asyncio.sleep(0.01)


async def test_the_process_says_everything_until_it_is_heard_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    habits, path = Habits(delay_seconds=0), tmp_path / "peer.jsonl"
    bus = FakeBus()
    peer = NationalPeer(habits, bus, SystemClock(), path)  # type: ignore[arg-type]
    await peer.start()
    await bus.hand(outward(1, "800202"), outward(2, "800202"))
    await bus.has_said(6)
    await peer.stop()
    assert bus.subscription is None
    assert sorted(each.sequence for each in bus.said if isinstance(each, NationalInward)) == [1, 2]

    later = FakeBus()
    again = NationalPeer(habits, later, SystemClock(), path)  # type: ignore[arg-type]
    await again.start()
    await later.has_said(6)
    assert {repr(each) for each in later.said} == {repr(each) for each in bus.said}, "what may not have arrived is said again"
    await later.hand(outward(3, "800202"))
    await later.has_said(9)
    assert [each.sequence for each in later.said if isinstance(each, NationalInward)][-1] == 3, "numbers go on where they were"
    await again.stop()


async def test_the_process_passes_over_what_nobody_understands() -> None:
    bus = FakeBus()
    peer = NationalPeer(Habits(delay_seconds=0), bus, SystemClock())  # type: ignore[arg-type]
    await peer.start()
    strange = Envelope(id=uuid4(), name="clearing.unheard_of.v1", occurred_at=datetime.now(UTC), body=Raw(b"{}"))
    assert bus.subscription is not None and not await bus.subscription.process([Delivery(strange)])
    await bus.hand(outward(1))
    await bus.has_said(2)
    await peer.stop()
