"""How large a body an application takes: files more than everything else, and no file more than it says."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from runtime.app import Edge


def application() -> FastAPI:
    app = FastAPI()

    @app.post("/{path:path}")
    async def count(path: str, request: Request) -> int:
        return len(await request.body())

    app.add_middleware(Edge, name="test", limit_bytes=10, larger={"/files/": 20})
    return app


async def pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size):
        yield b"x"


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("/other", 10, 200), ("/other", 11, 413), ("/files/1", 11, 200), ("/files/1", 20, 200), ("/files/1", 21, 413), ("/files", 11, 413)],
)
async def test_only_addresses_of_files_take_more(path: str, size: int, status: int, announced: bool) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application()), base_url="http://bank") as client:
        answer = await client.post(path, content=b"x" * size if announced else pieces(size))
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["code"] == "request.too_large"
