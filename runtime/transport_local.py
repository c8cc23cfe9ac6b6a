"""Calling an application of the same process: a request becomes an ASGI call, and nothing in between."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import httpx
from starlette.types import ASGIApp


class LocalTransport:
    """Hands a request to an application and gives its whole answer back. Answers that stream for ever do not belong here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """The application's answer; an application that fails without answering raises here as it would in its server."""
        body = await request.aread()
        given: dict[str, Any] = {"status": 500, "headers": [], "body": []}
        waiting = True

        async def receive() -> MutableMapping[str, Any]:
            nonlocal waiting
            if waiting:
                waiting = False
                return {"type": "http.request", "body": body, "more_body": False}
            await asyncio.Event().wait()  # the caller stays until it has its answer
            raise AssertionError("unreachable")

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given.update(status=message["status"], headers=list(message.get("headers", [])), started=True)
            elif message["type"] == "http.response.body":
                given["body"].append(message.get("body", b""))

        try:
            await self._app(_scope(request), receive, send)
        except Exception:
            if "started" not in given:
                raise
        return httpx.Response(given["status"], headers=given["headers"], content=b"".join(given["body"]), request=request)


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 0),
        "root_path": "",
    }
