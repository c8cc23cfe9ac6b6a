"""The edge of an application: bodies that are too large, failures nobody foresaw, addresses that are not there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from asyncpg import LockNotAvailableError
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import DBAPIError

from kernel.text import Text
from runtime.app import create_app
from runtime.service import Service
from runtime.telemetry import failure_of

router = APIRouter()
LIMIT = 100


@router.post("/echo")
async def echo(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.get("/fails/{how}")
async def fails(how: str) -> Any:
    raise {
        "value": ValueError("张三"),
        "away": ConnectionRefusedError("10.0.0.1"),
        "busy": _database_error("40P01"),
        "locked": LockNotAvailableError("张三"),
    }[how]


@router.get("/breaks-off")
async def breaks_off() -> StreamingResponse:
    async def pieces():
        yield b"half"
        raise ValueError("张三")

    return StreamingResponse(pieces())


def _database_error(sqlstate: str) -> DBAPIError:
    class Original(Exception):
        pass

    original = Original("deadlock detected")
    original.sqlstate = sqlstate  # type: ignore[attr-defined]
    return DBAPIError("SELECT 1", None, original)


@pytest.fixture
def client() -> httpx.AsyncClient:
    """A client of an application with these routes."""
    service = Service(name="test", title=Text("测试", "Test"), routers=(router,))
    app = create_app(service, SimpleNamespace(settings=SimpleNamespace(body_limit_bytes=LIMIT)))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


@pytest.mark.parametrize(("size", "status"), [(0, 200), (LIMIT, 200), (LIMIT + 1, 413)])
async def test_a_body_may_be_as_large_as_the_limit(client: httpx.AsyncClient, size: int, status: int) -> None:
    assert (await client.post("/echo", content=b"x" * size)).status_code == status

    async def piecemeal():
        for _ in range(size):
            yield b"x"

    assert (await client.post("/echo", content=piecemeal())).status_code == status


@pytest.mark.parametrize("announced", ["-1", "abc", "1e9", "9" * 5000, "²"])
async def test_a_nonsensical_length_breaks_nothing(client: httpx.AsyncClient, announced: str) -> None:
    headers = {"Content-Length": announced.encode("latin-1")}
    answer = await client.post("/echo", content=b"x", headers=headers)
    assert answer.status_code in (200, 413)


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("value", 500, "internal.error"),
        ("away", 503, "service.database_unavailable"),
        ("busy", 503, "service.busy"),
        ("locked", 503, "service.busy"),
    ],
)
async def test_a_failure_is_a_problem_that_tells_nothing_of_its_values(client: httpx.AsyncClient, how: str, status: int, code: str) -> None:
    answer = await client.get(f"/fails/{how}", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "张三" not in answer.text and "10.0.0.1" not in answer.text and "deadlock" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_an_answer_that_breaks_off_is_not_answered_twice(client: httpx.AsyncClient) -> None:
    with pytest.raises(ValueError):
        await client.get("/breaks-off")


async def test_addresses_and_methods_that_are_not_there(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nowhere")).json()["code"] == "request.no_such_route"
    wrong = await client.get("/echo")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "request.method_not_allowed", "POST")
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await client.get(path)).status_code == 404


def test_a_failure_is_told_by_types_codes_and_places_only() -> None:
    try:
        try:
            raise KeyError("13800138000")
        except KeyError as cause:
            raise ValueError("张三") from cause
    except ValueError as error:
        told = failure_of(error)
    assert [step["type"] for step in told] == ["ValueError", "KeyError"]
    assert all("test_runtime_edge.py" in step["at"][0] for step in told)
    assert "张三" not in str(told) and "13800138000" not in str(told)
    [only] = failure_of(_database_error("40P01").orig)  # type: ignore[arg-type]
    assert only["code"] == "40P01"


def test_a_chain_of_failures_that_bites_its_tail_ends() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert len(failure_of(first)) == 8
