"""Connections to one service that stay open between requests."""

from __future__ import annotations

import asyncio

import httpcore
import httpx

MOST = 200
KEPT_SECONDS = 4.0
"""How long an idle connection is kept: shorter than a service keeps it, so that nothing is sent on one that is about to be closed."""


class Connections:
    """The connections to one service; whoever finds all in use waits for one.

    They are httpcore's, as httpx uses them. Its pool and httpx's client are left out, which cost four times the request itself: for every
    request the pool looks at each connection, the client for cookies, redirects and sign-ons. Services have none of those.
    """

    def __init__(self, base: str) -> None:
        self._origin = httpcore.URL(base).origin
        self._free: list[httpcore.AsyncHTTPConnection] = []
        self._places = asyncio.Semaphore(MOST)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """The whole answer to a request. Raises httpcore's errors; a connection that did not end in peace is not used again."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(request.method, target, headers=request.headers.raw, content=await request.aread())
        async with self._places:
            connection = await self._take()
            try:
                answered = await connection.handle_async_request(asked)
                body = await answered.aread()
                await answered.aclose()
            except BaseException:
                await connection.aclose()
                raise
            if connection.is_idle():
                self._free.append(connection)
        return httpx.Response(answered.status, headers=answered.headers, content=body, request=request)

    async def _take(self) -> httpcore.AsyncHTTPConnection:
        """The connection that was used last, since the others may rest until they are no longer needed; a new one if none is left."""
        while self._free:
            connection = self._free.pop()
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return httpcore.AsyncHTTPConnection(self._origin, keepalive_expiry=KEPT_SECONDS)

    async def close(self) -> None:
        """Hang up."""
        while self._free:
            await self._free.pop().aclose()
