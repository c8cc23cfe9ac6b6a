"""`python -m bench.bare_route PORT DSN`: the least a transaction at a door costs: one FastAPI route, one asyncpg transaction of two
statements, served as the services are."""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID, uuid4

import asyncpg
import uvloop
from fastapi import FastAPI
from pydantic import BaseModel

from launch.serving import serve

TABLES = (
    "CREATE TABLE IF NOT EXISTS public.bare_account (account text PRIMARY KEY, balance_minor bigint NOT NULL); "
    "CREATE TABLE IF NOT EXISTS public.bare_posting (posting_id uuid PRIMARY KEY, account text NOT NULL, amount_minor bigint NOT NULL)"
)
POOL = 10


class Deposit(BaseModel):
    """What is paid in."""

    account: str
    amount: str


async def run(port: int, dsn: str) -> None:
    """Serve until the process is told to end."""
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

    await serve(app, "127.0.0.1", port, asyncio.Event())


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(int(sys.argv[1]), sys.argv[2]))
