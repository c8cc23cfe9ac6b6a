"""What every bus must do: nothing is lost, nothing is done twice, one bad message does not harm its neighbours."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import uuid4

import pytest

from contracts.ledger import Posted, PostingRejected
from contracts.topology import routing_key
from kernel.errors import ErrorType, Kind
from runtime.bus import Bundle, Delivery, Subscription
from runtime.consumer import Consumer, Received, read_message
from tests.integration.bus.world import PLUMBING, Crash, Node, Proxy, World, posted
from tests.support.waiting import until

CLOSED = ErrorType("test.account_closed", Kind.CONFLICT, "账户已销户", "the account is closed")
AWAY = ErrorType("test.neighbour_away", Kind.UNAVAILABLE, "暂时无法连接", "the neighbour is away")


def numbers(count: int) -> list[str]:
    return [f"{index:04d}" for index in range(count)]


def rejected() -> PostingRejected:
    return PostingRejected(
        posting_id=uuid4(), origin="savings", business_date=date(2005, 6, 1), code="account.closed", reason_zh="已销户", reason_en="closed"
    )


def fails_until(node: Node, number: str, attempt: int, error: Exception):
    """Trouble for a message until it is delivered for the given attempt."""

    def trouble() -> Exception | None:
        reached = max(delivery.attempt for delivery in node.seen if read_message(delivery.envelope).transaction_number == number)
        return error if reached < attempt else None

    return trouble


async def test_every_message_is_handled_once(world: World) -> None:
    node = (await (await world.node()).consume()).relay()
    for start in range(0, 600, 100):
        await world.send(*(posted(number, outlet=f"02{index % 7:02d}") for index, number in enumerate(numbers(600)[start : start + 100])))
    assert sorted(await world.until_applied(600)) == numbers(600)
    assert await world.parked() == []
    await node.stop()
    assert len(node.seen) == 600


async def test_messages_of_one_outlet_keep_their_order(world: World) -> None:
    queue = world.make_queue(Posted, shards=2)
    node = await (await world.node(queue=queue)).consume()
    for start in range(0, 1000, 250):
        await world.send(*(posted(f"{index % 5}-{index:04d}", outlet=f"020{index % 5}") for index in range(start, start + 250)))
    node.relay(batch=300)
    applied = await world.until_applied(1000)
    for outlet in "01234":
        assert [number for number in applied if number[0] == outlet] == [f"{outlet}-{index:04d}" for index in range(int(outlet), 1000, 5)]


async def test_what_waits_is_looked_at_while_an_earlier_batch_is_worked_on(world: World) -> None:
    """What the look finds comes with the delivery, in the order of the queue, and what it leaves alone comes all the same."""
    node = await world.node()
    process, looked, told, go_on = node.consumer.process, [], {}, asyncio.Event()

    def look(delivery: Delivery) -> Delivery:
        number = read_message(delivery.envelope).transaction_number  # type: ignore[attr-defined]
        looked.append(number)
        known = node.consumer.look(delivery)
        return known if number != "003" else delivery

    async def slowly(deliveries):
        told.update({read_message(each.envelope).transaction_number: each.known for each in deliveries})
        await go_on.wait()
        return await process(deliveries)

    await node.bus.subscribe(Subscription(node.consumer.queue, slowly, node.consumer.park, look))
    outbox, key = world.outbox, routing_key(posted("001"))
    sent = [outbox.row(posted(number))["envelope"] for number in ("001", "002", "003", "004")]

    async def first_is_worked_on() -> bool:
        return list(told) == ["001"]

    async def others_are_looked_at() -> bool:
        return looked == ["001", "002", "003", "004"]

    publishing = [asyncio.create_task(node.bus.publish(Bundle(key, tuple(sent[:1]))))]
    await until(first_is_worked_on, "the first batch is worked on")
    publishing.append(asyncio.create_task(node.bus.publish(Bundle(key, tuple(sent[1:])))))
    await until(others_are_looked_at, "those that wait are looked at")
    assert list(told) == ["001"]
    go_on.set()
    await asyncio.gather(*publishing)
    assert await world.until_applied(4) == ["001", "002", "003", "004"]
    assert [number for number, known in told.items() if known is None] == ["003"]
    assert told["002"].message.transaction_number == "002"


async def test_a_batch_that_could_not_be_processed_is_delivered_again(world: World) -> None:
    node = await world.node()
    process, refusals = node.consumer.process, [RuntimeError("nobody foresaw this"), RuntimeError("nor this")]

    async def stumble(deliveries):
        if refusals:
            raise refusals.pop()
        return await process(deliveries)

    node.consumer.process = stumble
    (await node.consume()).relay()
    await world.send(*map(posted, numbers(5)))
    assert await world.until_applied(5) == numbers(5)
    assert refusals == []


async def test_the_same_id_twice_is_handled_once(world: World) -> None:
    (await (await world.node()).consume()).relay()
    message_id = uuid4()
    await world.send(posted("same"), posted("same"), message_id=message_id)
    await world.until_applied(1)
    await world.send(posted("same"), message_id=message_id)
    await world.send(posted("later"))
    assert await world.until_applied(2) == ["same", "later"]


async def test_a_crash_between_commit_and_acknowledgement_repeats_nothing(world: World) -> None:
    first = await world.node()

    def die() -> None:
        raise Crash

    first.after_commit = die
    (await first.consume()).relay()
    await world.send(*map(posted, numbers(20)))

    async def committed() -> bool:
        return len(await world.applied()) == 20

    await until(committed, "the first process committed")
    await first.stop()
    second = (await (await world.node()).consume()).relay()

    async def delivered_again() -> bool:
        return len(second.seen) >= 20 and await world.outbox_waiting() == 0

    await until(delivered_again, "the second process got the messages again")
    await world.send(posted("after"))
    assert await world.until_applied(21) == [*numbers(20), "after"]


async def test_a_message_that_fails_for_now_is_tried_again_while_its_neighbours_commit(world: World) -> None:
    node = await (await world.node()).consume()
    world.trouble["0003"] = fails_until(node, "0003", 2, RuntimeError("a lock was held"))
    world.trouble["0007"] = fails_until(node, "0007", 1, AWAY())
    await world.send(*map(posted, numbers(10)))
    node.relay()
    applied = await world.until_applied(10)
    assert sorted(applied) == numbers(10)
    assert applied[-2:] == ["0007", "0003"]
    assert await world.parked() == []
    climbed = [delivery.attempt for delivery in node.seen if read_message(delivery.envelope).transaction_number == "0003"]
    assert climbed == [0, 1, 2]


async def test_a_message_that_never_succeeds_is_parked_after_the_last_step_of_the_ladder(world: World) -> None:
    world.trouble["hopeless"] = lambda: RuntimeError("a lock was held")
    (await (await world.node()).consume()).relay()
    await world.send(posted("hopeless"))
    ((name, code, reason, attempts, _),) = await world.until_parked(1)
    assert (name, code, reason, attempts) == ("ledger.posted.v1", "message.failed", "a lock was held", 5)
    assert world.tries["hopeless"] == 5
    assert await world.applied() == []


async def test_a_failing_message_does_not_hold_back_later_ones(world: World) -> None:
    released = []
    world.trouble["slow"] = lambda: None if released else AWAY()
    (await (await world.node()).consume()).relay()
    await world.send(posted("slow"))

    async def failed_once() -> bool:
        return world.tries["slow"] > 0

    await until(failed_once, "the first try")
    await world.send(posted("later"))

    async def later_is_done() -> bool:
        return await world.applied() == ["later"]

    await until(later_is_done, "a later message is handled first")
    released.append(True)
    assert await world.until_applied(2) == ["later", "slow"]


async def test_a_refused_message_is_parked_with_its_reason_and_its_neighbours_commit(world: World) -> None:
    world.trouble["0004"] = CLOSED
    node = await (await world.node()).consume()
    await world.send(*map(posted, numbers(9)))
    node.relay()
    ((name, code, reason, attempts, _),) = await world.until_parked(1)
    assert (name, code, attempts) == ("ledger.posted.v1", "test.account_closed", 1)
    assert reason == "test.account_closed: the account is closed"
    assert await world.until_applied(8) == [number for number in numbers(9) if number != "0004"]
    assert await world.rows("SELECT number, code FROM bus_test.refused") == [("0004", "test.account_closed")]


async def test_a_refusal_that_cannot_be_told_is_parked_all_the_same(world: World) -> None:
    world.trouble["0001"] = CLOSED
    node = await world.node()

    async def cannot(*_: object) -> None:
        raise RuntimeError("the refusal could not be written")

    node.consumer._refused = cannot
    (await node.consume()).relay()
    await world.send(*map(posted, numbers(3)))
    ((_, code, _, attempts, _),) = await world.until_parked(1)
    assert (code, attempts) == ("test.account_closed", 5)
    assert await world.until_applied(2) == ["0000", "0002"]


async def test_what_cannot_be_read_is_parked_and_its_neighbours_commit(world: World) -> None:
    node = await (await world.node()).consume()
    rows = [world.outbox.row(posted(number)) for number in ("before", "bad", "after")]
    rows[1]["envelope"] = b'{"id": "no envelope"}'
    async with world.database.transaction() as connection:
        await world.outbox.add_many(connection, rows)
    node.relay()
    assert await world.until_applied(2) == ["before", "after"]
    await node.bus.publish(Bundle(rows[0]["routing_key"], (b"{this is not JSON",)))
    first, second = await world.until_parked(2)
    assert first[:2] == second[:2] == ("unreadable", "message.unreadable")
    payloads = [bytes(payload) for (payload,) in await world.rows("SELECT envelope FROM bus_test.parked ORDER BY received_at")]
    assert payloads == [b'{"id": "no envelope"}', b"[{this is not JSON]"]


async def test_a_message_no_contract_knows_is_parked(world: World) -> None:
    node = await (await world.node()).consume()
    row = world.outbox.row(posted("0001"))
    row["envelope"] = row["envelope"].replace(b"ledger.posted.v1", b"ledger.posted.v9")
    async with world.database.transaction() as connection:
        await world.outbox.add_many(connection, [row])
    node.relay()
    ((name, code, reason, _, _),) = await world.until_parked(1)
    assert (name, code, reason) == ("ledger.posted.v9", "message.failed", "no contract named ledger.posted.v9")


async def test_an_outage_of_the_consumers_database_loses_nothing_and_counts_no_try(world: World) -> None:
    proxy = await Proxy(world.database_url).open()
    consuming = await (await world.node(database_url=proxy.url)).consume()
    # In one process relay and consumer share the bus; the relay's database stays.
    relaying = await world.node() if world.kind == "amqp" else consuming
    relaying.database = world.database if world.kind == "local" else relaying.database
    relaying.relay()
    await world.send(posted("before"))
    await world.until_applied(1)
    await proxy.cut()
    await world.send(*map(posted, numbers(30)))

    async def was_tried() -> bool:
        return len(consuming.failures) >= 3

    await until(was_tried, "the consumer has tried during the outage")
    assert await world.applied() == ["before"]
    await proxy.open()
    assert sorted(await world.until_applied(31)) == sorted(["before", *numbers(30)])
    assert {delivery.attempt for delivery in consuming.seen} == {0}
    assert await world.parked() == []
    await consuming.database.close()
    await proxy.cut()


async def test_a_parked_message_can_be_replayed_once(world: World) -> None:
    world.trouble["0001"] = CLOSED
    node = (await (await world.node()).consume()).relay()
    await world.send(posted("0001"))
    ((*_, parked_id),) = await world.until_parked(1)
    with pytest.raises(type(CLOSED())):
        await node.consumer.replay(parked_id)
    assert len(await world.parked()) == 1
    del world.trouble["0001"]
    assert await node.consumer.replay(parked_id)
    assert not await node.consumer.replay(parked_id)
    assert await world.applied() == ["0001"]
    assert await world.parked() == []


async def test_an_unroutable_message_waits_in_the_outbox_and_goes_out_once_a_queue_is_bound(world: World) -> None:
    sender = (await world.node()).relay(batch=10)
    await world.send(*[rejected()] * 25)

    async def noted() -> bool:
        return len(await world.rows("SELECT 1 FROM bus_test.outbox_waiting WHERE problem = 'unroutable: ledger.posting_rejected.v1'")) == 25

    await until(noted, "the problem is noted on every row")
    await sender.consume()
    await world.send(posted("routable"))

    async def others_pass() -> bool:
        return await world.applied() == ["routable"] and await world.outbox_waiting() == 25

    await until(others_pass, "waiting rows do not hold back others")
    hearing: list[str] = []

    async def hear(_connection: object, received: Sequence[Received]) -> None:
        hearing.extend(one.envelope.name for one in received)

    queue = world.make_queue(PostingRejected)
    late = await world.node(queue=queue) if world.kind == "amqp" else sender
    late.consumer = Consumer(queue, hear, late.database, PLUMBING, world.outbox)
    await late.consume()

    async def delivered() -> bool:
        return len(hearing) == 25 and await world.outbox_waiting() == 0

    await until(delivered, "the waiting rows are delivered")


async def test_stopping_finishes_the_running_batch(world: World) -> None:
    node = await world.node()
    process, running, go_on = node.consumer.process, asyncio.Event(), asyncio.Event()

    async def slowly(deliveries):
        running.set()
        await go_on.wait()
        return await process(deliveries)

    node.consumer.process = slowly
    await node.consume()
    await world.send(*map(posted, numbers(3)))
    delivering = asyncio.create_task(node.bus.publish(Bundle(*await waiting(world))))
    await running.wait()
    stopping = asyncio.create_task(node.bus.stop())
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(delivering, stopping)
    assert await world.applied() == numbers(3)
    second = (await (await world.node()).consume()).relay()
    await world.until_applied(3)
    await second.stop()
    # The outbox still says that nobody has published; over the broker the first delivery was acknowledged and is not among these.
    assert len(second.seen) == 3
    assert await world.applied() == numbers(3)


async def test_a_queue_that_is_left_keeps_its_messages_for_the_next_subscription(world: World) -> None:
    node = (await (await world.node()).consume()).relay()
    await world.send(posted("before"))
    await world.until_applied(1)
    await node.bus.unsubscribe(world.queue)
    await world.send(posted("meanwhile"))
    await asyncio.sleep(0.3)
    assert await world.applied() == ["before"]
    assert await world.rows("SELECT problem FROM bus_test.outbox_waiting WHERE problem IS NOT NULL") == []
    await node.consume()
    assert await world.until_applied(2) == ["before", "meanwhile"]


async def waiting(world: World) -> tuple[str, tuple[bytes, ...]]:
    rows = await world.rows(f"SELECT routing_key, envelope FROM {PLUMBING.outbox.fullname} ORDER BY sequence")
    return rows[0][0], tuple(bytes(envelope) for _, envelope in rows)
