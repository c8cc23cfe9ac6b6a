"""Runs a service: subscribes its consumers, keeps its relay and periodic tasks going, and stops them cleanly."""

from __future__ import annotations

import asyncio

import structlog

from runtime import housekeeping
from runtime.bus import Bus, Subscription
from runtime.consumer import Consumer
from runtime.relay import Relay
from runtime.service import PeriodicTask, Resources, Service

log = structlog.get_logger(__name__)


class Runner:
    """The background half of a service. `start` after the bus has started; `stop` before it stops."""

    def __init__(self, service: Service, resources: Resources, bus: Bus) -> None:
        self._service = service
        self._resources = resources
        self._bus = bus
        self._tasks: list[asyncio.Task[None]] = []
        resources.bus_connected = bus.is_connected
        for consumption in service.consumes:
            resources.consumers[consumption.queue.name] = Consumer(
                consumption.queue,
                consumption.handler(resources),
                resources.database,
                resources.plumbing,
                resources.outbox,
                refused=consumption.refused(resources) if consumption.refused else None,
                ahead=consumption.ahead(resources) if consumption.ahead else None,
            )

    async def start(self) -> None:
        """Subscribe and begin to relay."""
        for hook in self._service.on_start:
            await hook(self._resources)
        for consumer in self._resources.consumers.values():
            await self._bus.subscribe(Subscription(consumer.queue, consumer.process, consumer.park, consumer.look))
        if self._service.plumbing is not None:
            self._tasks.append(asyncio.create_task(self._relay().run(), name=f"{self._service.name}.relay"))
        tidying = (housekeeping.TASK,) if self._service.plumbing is not None else ()
        for task in (*self._service.all_tasks(), *tidying):
            self._tasks.append(asyncio.create_task(self._repeat(task), name=f"{self._service.name}.{task.name}"))

    def _relay(self) -> Relay:
        settings = self._resources.settings
        return Relay(
            self._resources.database,
            self._resources.plumbing,
            self._resources.outbox,
            self._bus,
            batch=settings.relay_batch,
            idle_seconds=settings.relay_idle_seconds,
        )

    async def _repeat(self, task: PeriodicTask) -> None:
        while True:
            await asyncio.sleep(task.every_seconds)
            try:
                await task.run(self._resources)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("periodic task failed, will run again", service=self._service.name, task=task.name, error=repr(error))

    async def stop(self) -> None:
        """Stop what `start` began and wait for it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        # Whoever stops this closes the database next.
        for consumer in self._resources.consumers.values():
            await self._bus.unsubscribe(consumer.queue)
