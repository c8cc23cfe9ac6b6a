"""What only a broker can do to the bank: die, come back, lose a confirm, hand a message out too often."""

from __future__ import annotations

import asyncio

import aio_pika
import pytest
import structlog
from sqlalchemy import text

from launch.provision.rabbitmq import PrivateBroker
from runtime.amqp.layout import DELIVERY_LIMIT, parking_name
from runtime.bus import Bundle, BusUnavailable
from tests.integration.bus.world import Proxy, World, posted
from tests.support.waiting import until

pytestmark = pytest.mark.broker


@pytest.fixture
def kind() -> str:
    return "amqp"


async def stream(world: World, count: int, on_the_way: dict[int, asyncio.Future]) -> list[str]:
    """Send messages in small transactions; at some of them something happens beside it."""
    sent = [f"{index:05d}" for index in range(count)]
    for start in range(0, count, 20):
        await world.send(*(posted(number, outlet=f"02{start // 20 % 9:02d}") for number in sent[start : start + 20]))
        if start in on_the_way:
            on_the_way[start].set_result(None)
        await asyncio.sleep(0.005)
    return sent


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_a_broker_that_comes_back_in_mid_stream_loses_and_doubles_nothing(world: World, broker: PrivateBroker, end: str) -> None:
    consuming, relaying = await (await world.node()).consume(), (await world.node()).relay()
    now = asyncio.get_running_loop().create_future()
    streaming = asyncio.create_task(stream(world, 3000, {600: now}))
    await now
    await asyncio.to_thread(getattr(broker, end))

    async def noticed() -> bool:
        return not consuming.bus.is_connected() and not relaying.bus.is_connected()

    await until(noticed, "both processes notice")
    await asyncio.to_thread(broker.start)
    sent = await streaming
    assert sorted(await world.until_applied(3000)) == sent
    assert await world.parked() == []

    async def back() -> bool:
        return consuming.bus.is_connected() and relaying.bus.is_connected()

    await until(back, "both processes are connected again")


async def test_a_lost_confirm_leads_to_a_second_delivery_that_changes_nothing(world: World) -> None:
    proxy = await Proxy(str(world.broker_url)).open()
    consuming = await (await world.node()).consume()
    relaying = (await world.node(broker_url=proxy.url)).relay()
    await world.send(posted("first"))
    await world.until_applied(1)
    proxy.answers_kept = True
    sent = [f"{index:02d}" for index in range(10)]
    await world.send(*map(posted, sent))

    async def handled() -> bool:
        return await world.applied() == ["first", *sent]

    await until(handled, "the broker had taken the bundle")
    assert await world.outbox_waiting() == 10
    await proxy.cut()

    async def given_up() -> bool:
        async with world.database.transaction() as connection:
            free = await connection.execute(text("SELECT attempts FROM bus_test.outbox_waiting FOR UPDATE SKIP LOCKED"))
            return [attempts for (attempts,) in free] == [0] * 10

    await until(given_up, "the relay has given up, and an outage is no failed try of theirs")
    await proxy.open()

    async def delivered_twice() -> bool:
        return len(consuming.seen) == 21 and await world.outbox_waiting() == 0

    await until(delivered_twice, "the bundle is published again")
    assert await world.applied() == ["first", *sent]
    await relaying.stop()
    await proxy.cut()


async def test_another_process_takes_over_when_the_active_consumer_goes(world: World) -> None:
    proxy = await Proxy(str(world.broker_url)).open()
    first = await (await world.node(broker_url=proxy.url)).consume()
    (await world.node()).relay()
    await world.send(posted("1"))
    await world.until_applied(1)
    second = await (await world.node()).consume()
    await world.send(posted("2"))
    await world.until_applied(2)
    assert [len(first.seen), len(second.seen)] == [2, 0]
    await proxy.cut()
    await world.send(posted("3"))
    assert await world.until_applied(3) == ["1", "2", "3"]
    assert len(second.seen) == 1
    await first.stop()


async def test_a_message_whose_consumers_keep_dying_is_parked_and_can_be_replayed(world: World) -> None:
    sending = await world.node()
    await world.send(posted("deadly"))
    sending.relay()
    connection = await aio_pika.connect(world.broker_url)
    async with connection, connection.channel() as channel:
        returned = []

        async def die_over_it(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            returned.append(message)
            await message.nack(requeue=True)

        await (await channel.get_queue(world.queue.name)).consume(die_over_it)

        async def given_up() -> bool:
            parking = await channel.declare_queue(parking_name(world.queue.name), passive=True)
            return parking.declaration_result.message_count == 1

        await until(given_up, "the broker has given up")
        assert len(returned) == DELIVERY_LIMIT + 1
    consuming = await (await world.node()).consume()
    ((name, code, reason, attempts, parked_id),) = await world.until_parked(1)
    assert (name, code, attempts) == ("ledger.posted.v1", "message.given_up", DELIVERY_LIMIT)
    assert str(DELIVERY_LIMIT) in reason
    assert consuming.seen == []
    assert await consuming.consumer.replay(parked_id)
    assert await world.applied() == ["deadly"]


async def test_a_process_may_start_before_its_broker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.bus_amqp.START_TIMEOUT_SECONDS", 0.2)
    proxy = await Proxy(str(world.broker_url)).open()
    await proxy.cut()
    node = await world.node(broker_url=proxy.url)
    assert not node.bus.is_connected()
    with pytest.raises(BusUnavailable):
        await node.bus.publish(Bundle("ledger.posted.v1", (b"{}",)))
    (await node.consume()).relay()
    await world.send(posted("early"))
    await proxy.open()
    assert await world.until_applied(1) == ["early"]
    assert node.bus.is_connected()
    await node.stop()
    await proxy.cut()


async def test_processes_that_start_together_agree_on_what_stands_on_the_broker(world: World) -> None:
    nodes = await asyncio.gather(*(world.node() for _ in range(4)))

    async def connected() -> bool:
        return all(node.bus.is_connected() for node in nodes)

    await until(connected, "every process has declared what it needs")


async def test_a_consumer_comes_back_when_its_queue_was_deleted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue stays away until its consumer has noticed. RabbitMQ 3.10 does not always tell the consumers of a quorum queue that is
    deleted and declared again within the same moment: it then hands messages to the old consumer and drops them on the way."""
    written = structlog.testing.CapturingLogger()
    monkeypatch.setattr("runtime.amqp.feed.log", written)
    node = await (await world.node()).consume()
    node.relay()
    await world.send(posted("1"))
    await world.until_applied(1)
    connection = await aio_pika.connect(world.broker_url)
    async with connection, connection.channel() as channel:
        await channel.queue_delete(world.queue.name)

    async def noticed() -> bool:
        return any(call.args == ("queue is consumed anew",) for call in written.calls)

    await until(noticed, "the consumer has noticed")
    await (await world.node()).bus.stop()  # whoever starts next declares it again
    await world.send(posted("2"))
    assert await world.until_applied(2) == ["1", "2"]
