"""What a service declares of its queues reaches the bus."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID, uuid4

from contracts.ledger import PostingRequested
from contracts.message import Envelope, decode_envelope
from contracts.topology import QUEUES
from kernel.clock import SystemClock
from kernel.text import Text
from runtime.bus import Delivery, Subscription
from runtime.consumer import Received
from runtime.outbox import Outbox
from runtime.runner import Runner
from runtime.service import Consumption, Service
from services.ledger.posting import expander
from services.ledger.service import SERVICE as LEDGER
from services.ledger.tables import FRAME
from tests.unit.ledger.test_ledger_expanded_ahead import fact

POSTINGS = next(queue for queue in QUEUES if PostingRequested in queue.messages)


class Listening:
    """A bus that keeps its subscriptions."""

    def __init__(self) -> None:
        self.subscriptions: list[Subscription] = []

    def is_connected(self) -> bool:
        return True

    async def subscribe(self, subscription: Subscription) -> None:
        self.subscriptions.append(subscription)


def envelope() -> Envelope:
    row = Outbox(FRAME.plumbing, SystemClock()).row(fact(posting_id=uuid4()), message_id=UUID(int=7))
    return decode_envelope(row["envelope"])


async def test_what_a_consumption_does_ahead_is_done_when_the_bus_looks() -> None:
    def handler(_resources):
        raise AssertionError("nothing is handled here")

    def ahead(resources):
        return lambda received: (resources.name, received.message.posting_id)

    resources = SimpleNamespace(name="test", consumers={}, database=None, plumbing=None, outbox=None)
    service = Service("test", Text("测试", "test"), consumes=(Consumption(POSTINGS, lambda _: handler, ahead=ahead),))
    bus = Listening()
    await Runner(service, resources, bus).start()  # type: ignore[arg-type]
    [subscription] = bus.subscriptions
    known: Received = subscription.look(Delivery(envelope())).known
    assert known.ahead == ("test", known.message.posting_id)  # type: ignore[attr-defined]


def test_the_ledger_expands_its_postings_ahead() -> None:
    [consumption] = [each for each in LEDGER.consumes if each.queue is POSTINGS]
    assert consumption.ahead is expander
