"""What stands on the broker: one topic exchange, and for every physical queue its retry ladder and its parking queue.

Everything is durable and quorum-replicated, and within what RabbitMQ 3.10 and 4.x have in common. Dead letters move at least once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel

from contracts.topology import EXCHANGE, Queue, bindings

PARKING_EXCHANGE = f"{EXCHANGE}.parking"
DELIVERY_LIMIT = 20
"""How often the broker hands out a message whose consumer dies over it, before it goes to the parking queue."""
UNLIMITED_DELIVERIES = 1_000_000_000
"""Newer brokers drop a message after a limit of their own; what waits to be parked must not be dropped."""


def parking_name(queue: str) -> str:
    """The queue for what the broker gave up on."""
    return f"{queue}.parking"


def retry_name(queue: str, delay_seconds: float) -> str:
    """The queue that holds messages for a while: named by its milliseconds, because a queue's delay cannot be changed afterwards."""
    return f"{queue}.retry.{_milliseconds(delay_seconds)}"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _work_arguments(queue: str) -> dict[str, Any]:
    return {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": PARKING_EXCHANGE,
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def _parking_arguments() -> dict[str, Any]:
    return {"x-queue-type": "quorum", "x-single-active-consumer": True, "x-delivery-limit": UNLIMITED_DELIVERIES}


def _retry_arguments(queue: str, delay_seconds: float) -> dict[str, Any]:
    return {
        "x-queue-type": "quorum",
        "x-message-ttl": _milliseconds(delay_seconds),
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


async def declare(channel: AbstractChannel, queues: Iterable[Queue], retry_delays_seconds: Sequence[float]) -> None:
    """Make everything that is not there yet. Raises `ChannelPreconditionFailed` if a queue of that name has other properties."""
    exchange = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
    parking_exchange = await channel.declare_exchange(PARKING_EXCHANGE, ExchangeType.DIRECT, durable=True)
    for queue in queues:
        physical = {}
        for name in queue.shard_names():
            parking = await channel.declare_queue(parking_name(name), durable=True, arguments=_parking_arguments())
            await parking.bind(parking_exchange, name)
            physical[name] = await channel.declare_queue(name, durable=True, arguments=_work_arguments(name))
            for delay_seconds in retry_delays_seconds:
                await channel.declare_queue(retry_name(name, delay_seconds), durable=True, arguments=_retry_arguments(name, delay_seconds))
        for name, key in bindings(queue):
            await physical[name].bind(exchange, key)
