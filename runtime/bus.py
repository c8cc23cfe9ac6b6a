"""The port of the bus. Two peers stand behind it: `bus_local` and `bus_amqp`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from contracts.message import Envelope
from contracts.topology import Queue

RETRY_DELAYS_SECONDS: tuple[float, ...] = (0.2, 1.0, 5.0, 15.0)
"""The retry ladder: after the last step a message is parked."""


class Delivery(NamedTuple):
    """One envelope as it reaches a consumer, with how often it was tried before, and what its consumer knows of it before its turn."""

    envelope: Envelope
    attempt: int = 0
    known: Any = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Encoded envelopes with one routing key."""

    routing_key: str
    envelopes: tuple[bytes, ...]


class Unroutable(Exception):
    """No queue is bound to the routing key: the message stays in the outbox with this problem."""


class BusUnavailable(Exception):
    """The bus cannot be reached or did not confirm: the bundle may or may not have been kept, so it must be published again."""


class Undelivered(Exception):
    """Some envelopes of a bundle must be published again after a while; the others are done with.

    `after_seconds` maps their positions in the bundle to the time to wait.
    """

    def __init__(self, after_seconds: Mapping[int, float]) -> None:
        super().__init__(f"{len(after_seconds)} to be tried again")
        self.after_seconds = dict(after_seconds)


class ConsumerUnavailable(Exception):
    """The consumer's database cannot be reached: deliver the same again later, without counting the try."""


Process = Callable[[Sequence[Delivery]], Awaitable[Sequence[Delivery]]]
"""Takes deliveries; when it returns, all of them are committed or parked but those it gives back, which are to be tried again."""

Park = Callable[[bytes, str, int], Awaitable[None]]
"""Parks a payload that cannot be read or that the broker gave up on, with the reason and the number of tries."""


Look = Callable[[Delivery], Delivery]
"""Works out what can be known of a delivery before its turn, without a transaction; it may be wrong by then, or in vain. Raises nothing."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A queue, what processes its deliveries, what parks what cannot be processed, and what looks at those that still wait."""

    queue: Queue
    process: Process
    park: Park
    look: Look = lambda delivery: delivery


class Bus(Protocol):
    """Publishes bundles durably and delivers them to the subscriptions at least once."""

    async def start(self) -> None: ...

    async def subscribe(self, subscription: Subscription) -> None: ...

    async def unsubscribe(self, queue: Queue) -> None:
        """Deliver nothing more of the queue here and finish what is being processed. What comes later waits for the next subscription."""
        ...

    async def publish(self, bundle: Bundle) -> None:
        """Return only when the bundle cannot be lost any more. Raises `Unroutable`, `Undelivered` or `BusUnavailable`."""
        ...

    async def stop(self) -> None:
        """Deliver nothing more and finish what is being processed."""
        ...

    def is_connected(self) -> bool: ...
