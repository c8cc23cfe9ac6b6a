"""Who hears what: the whole wiring of the bus in one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from contracts.customer import CustomerRenamed
from contracts.ledger import Posted, PostingRejected, PostingRequested, SetsPosted
from contracts.message import Message
from contracts.national import FROM_PEER, TO_PEER

EXCHANGE = "huitong"


@dataclass(frozen=True)
class Queue:
    """A durable queue of one consuming service: the messages it is bound to and over how many shards they are spread."""

    name: str
    service: str
    messages: tuple[type[Message], ...]
    shards: int = 1
    batch: int = 1000

    def shard_names(self) -> list[str]:
        """The names of the physical queues."""
        return [self.name] if self.shards == 1 else [f"{self.name}.shard.{number:02d}" for number in range(self.shards)]


QUEUES: tuple[Queue, ...] = (
    Queue("ledger.postings", "ledger", (PostingRequested,), shards=2, batch=2000),
    Queue("clearing.positions", "clearing", (Posted, SetsPosted)),
    Queue("reconciliation.rejections", "reconciliation", (PostingRejected,)),
    Queue("savings.customers", "savings", (CustomerRenamed,)),
    Queue("lending.customers", "lending", (CustomerRenamed,)),
    Queue("clearing.national", "clearing", FROM_PEER, batch=200),
    Queue("peer.national", "peer", TO_PEER, batch=200),
)
PARTIES = ("peer",)
"""Who has a queue and speaks without being a service of the bank: the central bank's front end."""


def queue_named(name: str) -> Queue:
    """The queue of a name. Raises `StopIteration` for one that is not declared."""
    return next(queue for queue in QUEUES if queue.name == name)


MESSAGES: dict[str, type[Message]] = {
    message.NAME: message for message in (PostingRequested, Posted, SetsPosted, PostingRejected, CustomerRenamed, *TO_PEER, *FROM_PEER)
}
OWNERS: dict[str, tuple[str, ...]] = {
    PostingRequested.NAME: ("customer", "savings", "lending", "clearing", "ledger", "counter", "reconciliation"),
    Posted.NAME: ("ledger",),
    SetsPosted.NAME: ("ledger",),
    PostingRejected.NAME: ("ledger",),
    CustomerRenamed.NAME: ("customer",),
    **{message.NAME: ("clearing",) for message in TO_PEER},
    **{message.NAME: ("peer",) for message in FROM_PEER},
}


SHARD_SLOTS = 16


def routing_key(message: Message) -> str:
    """`name`, or `name.shard.NN` for a message that carries a shard key (NN is one of 16 slots)."""
    key = message.shard_key()
    return message.NAME if key is None else sharded_key(message.NAME, key)


def sharded_key(name: str, shard_key: str) -> str:
    """The routing key of messages of a name that carry this shard key."""
    return f"{name}.shard.{crc32(shard_key.encode()) % SHARD_SLOTS:02d}"


def message_name_of(key: str) -> str:
    """The message name inside a routing key."""
    return key.split(".shard.")[0]


def bindings(queue: Queue) -> Iterable[tuple[str, str]]:
    """Pairs of physical queue and routing key: slots are dealt to the shards in turn."""
    names = queue.shard_names()
    for message in queue.messages:
        yield names[0], message.NAME
        for slot in range(SHARD_SLOTS):
            yield names[slot % len(names)], f"{message.NAME}.shard.{slot:02d}"


def _slots_together() -> dict[str, str]:
    led: dict[str, list[str]] = {}
    for queue in QUEUES:
        for name, key in bindings(queue):
            led.setdefault(key, []).append(name)
    first: dict[tuple[str, ...], str] = {}
    return {key: first.setdefault((message_name_of(key), *led[key]), key) for key in sorted(led)}


_SLOTS_TOGETHER = _slots_together()


def bundle_key(key: str) -> str:
    """The routing key that a message goes by in a bundle: the same for all slots of its name that lead to the same physical queues, so
    that a bundle holds what one consumer takes together."""
    return _SLOTS_TOGETHER.get(key, key)
