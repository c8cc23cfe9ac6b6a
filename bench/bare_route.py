"""`python -m bench.bare_route PORT DSN`: the least a transaction at a door costs: one FastAPI route, one asyncpg transaction of two
statements, served as the services are.

`python -m bench.bare_route PORT http://HOST:PORT`: a bare door before it, which passes every request on as services call each other and
does nothing else: the least that two processes cost which call each other so.
"""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID, uuid4

import asyncpg
import uvloop
from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel

from launch.serving import serve
from runtime.transport import HttpTransport

TABLES = (
    "CREATE TABLE IF NOT EXISTS public.bare_account (account text PRIMARY KEY, balance_minor bigint NOT NULL); "
    "CREATE TABLE IF NOT EXISTS public.bare_posting (posting_id uuid PRIMARY KEY, account text NOT NULL, amount_minor bigint NOT NULL)"
)
POOL = 10


class Deposit(BaseModel):
    """What is paid in."""

    account: str
    amount: str


async def working(dsn: str) -> FastAPI:
    """The route that does the work."""
    pool = await asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL)
    await pool.execute(TABLES)
    app = FastAPI(openapi_url=None)

    @app.post("/deposit")
    async def deposit(body: Deposit) -> dict[str, UUID]:
        posting_id, minor = uuid4(), int(body.amount.replace(".", ""))
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO public.bare_account AS a VALUES ($1, $2) ON CONFLICT (account) DO UPDATE "
                "SET balance_minor = a.balance_minor + excluded.balance_minor",
                body.account,
                minor,
            )
            await connection.execute("INSERT INTO public.bare_posting VALUES ($1, $2, $3)", posting_id, body.account, minor)
        return {"posting_id": posting_id}

    return app


def passing_on(base: str) -> FastAPI:
    """The door before it."""
    transport = HttpTransport(bases={"bare": base}, service_key="")
    app = FastAPI(openapi_url=None)

    @app.post("/deposit")
    async def deposit(request: Request) -> Response:
        headers = {"content-type": request.headers["content-type"]}
        answer = await transport.send("bare", "POST", "/deposit", content=await request.body(), headers=headers)
        return Response(answer.content, answer.status_code, media_type="application/json")

    return app


async def run(port: int, behind: str) -> None:
    """Serve until the process is told to end."""
    app = passing_on(behind) if behind.startswith("http:") else await working(behind)
    await serve(app, "127.0.0.1", port, asyncio.Event())


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(int(sys.argv[1]), sys.argv[2]))
