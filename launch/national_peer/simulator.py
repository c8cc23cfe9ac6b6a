"""What the simulated front end answers, and when. Pure: the same seed and the same questions give the same answers in the same order.

Bank numbers decide what becomes of an outward item:

- `00....`  no such bank: rejected;
- `80nnnn`  a mirror: confirmed, and the same amount comes back as an inward item for our outlet `nnnn`, to the account and the name that
  the sender wrote as payee, so that every way of sorting can be seen by hand;
- any other bank: confirmed.

A return 退汇 to a bank is confirmed, to a mirror too, which sends nothing back then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from contracts.message import Message
from contracts.national import (
    NationalAnswered,
    NationalInward,
    NationalOpened,
    NationalOutward,
    NationalPayment,
    NationalRepeatAsked,
    NationalSignedOn,
)

OUR_PREFIX, MIRROR_PREFIX, NO_BANK_PREFIX = "31", "80", "00"
NO_SUCH_BANK = "汇入行不存在"


@dataclass(frozen=True, slots=True)
class Habits:
    """How the front end behaves: the longest delay of an answer, and the share of what it says that is lost, or said twice.

    With any faults at all it also says everything of the day before again when a new date is signed on to.
    """

    seed: int = 1
    delay_seconds: float = 0.5
    faults: float = 0.0


@dataclass(frozen=True, slots=True)
class Saying:
    """Something to say after a while."""

    after_seconds: float
    message: Message


class Simulator:
    """The front end's memory of what it was handed and what it sent, and what it says to each message it hears."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._inward: dict[date, list[NationalPayment]] = defaultdict(list)
        self._mirrored: set[tuple[date, int]] = set()

    def hear(self, message: Message) -> list[Saying]:
        """What is said to a message; a message that was heard before is answered again, and nothing new comes of it."""
        match message:
            case NationalSignedOn():
                return list(self._signed_on(message))
            case NationalOutward():
                return list(self._handed(message))
            case NationalRepeatAsked():
                return list(self._asked_again(message))
        return []

    def send(self, day: date, payment: NationalPayment) -> list[Saying]:
        """Another bank pays: the next inward item of a date, on its way."""
        self._inward[day].append(payment)
        sequence = len(self._inward[day])
        item = NationalInward(business_date=day, sequence=sequence, payment=payment)
        return list(self._say(item, "inward", day, sequence))

    def _signed_on(self, message: NationalSignedOn) -> Iterator[Saying]:
        day = message.business_date
        yield Saying(0.0, NationalOpened(business_date=day, inward_sent=len(self._inward[day])))
        earlier = [each for each in self._inward if each < day]
        if self._habits.faults and earlier and not self._inward[day]:
            before = max(earlier)
            for sequence, payment in enumerate(self._inward[before], start=1):
                item = NationalInward(business_date=before, sequence=sequence, payment=payment)
                yield Saying(self._delay("yesterday", before, sequence), item)

    def _handed(self, message: NationalOutward) -> Iterator[Saying]:
        day, sequence, payment = message.business_date, message.sequence, message.payment
        bank = payment.receiving_bank
        taken = NationalAnswered(business_date=day, sequence=sequence, outcome="taken")
        if bank.startswith(NO_BANK_PREFIX):
            ended = NationalAnswered(business_date=day, sequence=sequence, outcome="rejected", reason=NO_SUCH_BANK)
        else:
            ended = NationalAnswered(business_date=day, sequence=sequence, outcome="confirmed")
        yield from self._say(taken, "taken", day, sequence, lost=False)
        yield from self._say(ended, "ended", day, sequence, lost=False)
        key = (day, sequence)
        if bank.startswith(MIRROR_PREFIX) and payment.kind != "return" and key not in self._mirrored:
            self._mirrored.add(key)
            yield from self.send(day, _mirrored(payment))

    def _asked_again(self, message: NationalRepeatAsked) -> Iterator[Saying]:
        day = message.business_date
        sent = self._inward[day]
        for sequence in message.sequences:
            if sequence <= len(sent):
                item = NationalInward(business_date=day, sequence=sequence, payment=sent[sequence - 1])
                yield Saying(self._delay("again", day, sequence), item)

    def _say(self, message: Message, what: str, day: date, sequence: int, *, lost: bool = True) -> Iterator[Saying]:
        """A message after its delay: never, once or twice. What the bank cannot ask for again is never lost."""
        chance = self._dice(what, day, sequence).random()
        if lost and chance < self._habits.faults / 2:
            return
        yield Saying(self._delay(what, day, sequence), message)
        if chance > 1 - self._habits.faults / 2:
            yield Saying(self._delay(f"{what} twice", day, sequence), message)

    def _delay(self, what: str, day: date, sequence: int) -> float:
        return self._dice(f"{what} delay", day, sequence).random() * self._habits.delay_seconds

    def _dice(self, what: str, day: date, sequence: int) -> Random:
        """Chance that depends on the seed and on what it is about, not on the order in which things happen."""
        return Random(f"{self._habits.seed}|{what}|{day}|{sequence}")


def _mirrored(payment: NationalPayment) -> NationalPayment:
    """The payment that a mirror bank makes of one it got."""
    return NationalPayment(
        kind="transfer",
        sending_bank=payment.receiving_bank,
        receiving_bank=OUR_PREFIX + payment.receiving_bank[2:],
        payer_account=payment.payer_account,
        payer_name=payment.payer_name,
        payee_account=payment.payee_account,
        payee_name=payment.payee_name,
        amount_minor=payment.amount_minor,
        purpose=payment.purpose,
    )
