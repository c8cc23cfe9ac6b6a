"""Calls over a real connection: what is sent, what comes back, what fails with which code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from contracts.problem import problem_of
from kernel.errors import DomainError, ErrorType, Kind
from launch.provision.ports import free_port
from runtime.transport import HttpTransport

REFUSED = ErrorType("account.unknown", Kind.NOT_FOUND, "没有账户 {account}", "there is no account {account}")
Answer = Callable[[int], Awaitable[bytes]]


class Peer:
    """A service that keeps what it was asked, and answers by the number of the request."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[tuple[str, bytes]] = []
        self.connections = 0
        self.open: list[asyncio.StreamWriter] = []

    def hang_up(self) -> None:
        for writer in self.open:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.append(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lengths = [line.split(":")[1] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
                self.asked.append((head, await reader.readexactly(int(lengths[0]) if lengths else 0)))
                writer.write(await self.answer(len(self.asked)))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.open.remove(writer)


def response(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"content-length: {len(body)}", "content-type: application/json", *headers)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + body


@asynccontextmanager
async def peer_and_transport(answer: Answer, **options: float) -> AsyncIterator[tuple[Peer, HttpTransport]]:
    peer = Peer(answer)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    transport = HttpTransport(bases={"ledger": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}, service_key="key", **options)
    try:
        yield peer, transport
    finally:
        await transport.close()
        server.close()


async def fails_with(code: str, sending: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as raised:
        await sending
    assert raised.value.code == code
    return raised.value


async def test_requests_carry_the_key_and_share_a_connection():
    async def answer(_number: int) -> bytes:
        return response(b'{"rule": "r"}')

    async with peer_and_transport(answer) as (peer, transport):
        for _ in range(3):
            assert await transport.call("ledger", "POST", "/internal/expand", json={"a": "元"}, params={"reserve": "1"}) == {"rule": "r"}
    head, body = peer.asked[2]
    assert head.startswith("POST /internal/expand?reserve=1 HTTP/1.1\r\n") and "x-service-key: key" in head.lower()
    assert body.decode() in ('{"a":"元"}', '{"a": "元"}')
    assert peer.connections == 1


async def test_bytes_and_headers_are_passed_on_as_they_are():
    async def answer(_number: int) -> bytes:
        return response("钱".encode(), "201 Created", "content-language: zh")

    async with peer_and_transport(answer) as (peer, transport):
        headers = {"idempotency-key": "é".encode("latin-1"), "content-type": "application/json"}
        answered = await transport.send("ledger", "POST", "/transactions/x", headers=headers, content=b'{"amount": "1.00"}')
    assert (answered.status_code, answered.content.decode(), answered.headers["content-language"]) == (201, "钱", "zh")
    assert "idempotency-key: é" in peer.asked[0][0].lower() and peer.asked[0][1] == b'{"amount": "1.00"}'


async def test_services_keep_no_cookies_and_follow_nobody():
    async def answer(_number: int) -> bytes:
        return response(b"", "307 Temporary Redirect", "location: /elsewhere", "set-cookie: huitong_portal=somebody; Path=/")

    async with peer_and_transport(answer) as (peer, transport):
        for _ in range(2):
            assert (await transport.send("ledger", "GET", "/portal/session")).status_code == 307
    assert [head.split(" ")[1] for head, _ in peer.asked] == ["/portal/session"] * 2
    assert "cookie" not in peer.asked[1][0].lower()


async def test_a_refusal_keeps_its_code_and_field():
    async def answer(_number: int) -> bytes:
        problem = problem_of(REFUSED(field="account", account="1"), "zh")
        return response(problem.model_dump_json().encode(), "404 Not Found", "content-language: zh")

    async with peer_and_transport(answer) as (_, transport):
        refusal = await fails_with("account.unknown", transport.call("ledger", "GET", "/internal/accounts/1"))
    assert (refusal.field, refusal.message("en")) == ("account", "there is no account 1")


async def test_who_is_away_or_hangs_up_cannot_be_reached_and_who_is_slow_is_named():
    async def answer(number: int) -> bytes:
        if number == 1:
            raise ConnectionError
        await asyncio.sleep(60)
        return b""

    async with peer_and_transport(answer, deadline_seconds=0.1) as (_, transport):
        await fails_with("service.unreachable", transport.call("ledger", "POST", "/internal/expand"))
        await fails_with("service.too_slow", transport.call("ledger", "POST", "/internal/expand"))
        await fails_with("service.unreachable", transport.call("lending", "GET", "/internal/catalogue"))
    away = HttpTransport(bases={"ledger": f"http://127.0.0.1:{free_port()}"}, service_key="key")
    await fails_with("service.unreachable", away.call("ledger", "GET", "/internal/catalogue"))
    await away.close()


async def test_a_connection_that_the_service_closed_is_not_used_again():
    async def answer(number: int) -> bytes:
        return response(str(number).encode())

    async with peer_and_transport(answer) as (peer, transport):
        assert await transport.call("ledger", "GET", "/one") == 1
        peer.hang_up()
        while peer.open:
            await asyncio.sleep(0)
        assert await transport.call("ledger", "GET", "/two") == 2
    assert peer.connections == 2


async def test_nobody_gets_the_answer_to_a_call_that_was_given_up():
    begun, late = asyncio.Event(), asyncio.Event()

    async def answer(number: int) -> bytes:
        if number == 1:
            begun.set()
            await late.wait()
        return response(str(number).encode())

    async with peer_and_transport(answer) as (_, transport):
        given_up = asyncio.create_task(transport.call("ledger", "POST", "/first"))
        await begun.wait()
        given_up.cancel()
        await asyncio.wait({given_up})
        late.set()
        assert await transport.call("ledger", "GET", "/second") == 2


async def test_calls_side_by_side_get_their_own_answers_and_leave_their_connections_to_the_next():
    together, waiting = asyncio.Event(), 0

    async def answer(number: int) -> bytes:
        nonlocal waiting
        waiting += 1
        if waiting == 5:
            together.set()
        await together.wait()
        return response(str(number).encode())

    async with peer_and_transport(answer) as (peer, transport):
        calls = [transport.call("ledger", "GET", f"/calls/{number}") for number in range(5)]
        assert sorted(await asyncio.gather(*calls)) == [1, 2, 3, 4, 5]
        assert sorted(await asyncio.gather(*(transport.call("ledger", "GET", "/calls") for _ in range(5)))) == [6, 7, 8, 9, 10]
    assert peer.connections == 5
