"""A peer in the same run: pgledger's SQL functions on the same PostgreSQL. Its source is read from a folder that is given, and not ours."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import asyncpg

from bench.bank import execute
from launch.provision.postgres import EmbeddedPostgres

DATABASE = "pgledger"
SCRIPTS = ("vendor/scoville-pgsql-ulid/ulid-to-uuid.sql", "vendor/scoville-pgsql-ulid/uuid-to-ulid.sql", "pgledger.sql")
CONNECTIONS = 8
ACCOUNTS = 4000
SECONDS = 15.0


async def transfers_per_second(server: EmbeddedPostgres, folder: Path) -> dict[str, int]:
    """Transfers a second by eight connections, one call of its function each: between any two accounts, and with one account in half."""
    await execute(server.dsn(), f'CREATE DATABASE "{DATABASE}"')
    dsn = server.dsn(DATABASE)
    connection = await asyncpg.connect(dsn)
    try:
        for script in SCRIPTS:
            await connection.execute((folder / script).read_text(encoding="utf-8"))
        made = "SELECT id FROM generate_series(1, $1) AS n, pgledger_create_account(n::text, 'CNY')"
        accounts = [row["id"] for row in await connection.fetch(made, ACCOUNTS)]
    finally:
        await connection.close()
    return {"uniform": await _measure(dsn, accounts, hot=False), "hot": await _measure(dsn, accounts, hot=True)}


async def _measure(dsn: str, accounts: list[str], *, hot: bool) -> int:
    started = time.perf_counter()
    done = await asyncio.gather(*(_transfer(dsn, accounts, hot, seed, started + SECONDS) for seed in range(CONNECTIONS)))
    return round(sum(done) / (time.perf_counter() - started))


async def _transfer(dsn: str, accounts: list[str], hot: bool, seed: int, until: float) -> int:
    chance, done = random.Random(seed), 0
    connection = await asyncpg.connect(dsn)
    try:
        while time.perf_counter() < until:
            giver, taker = chance.sample(accounts[1:], 2)
            if hot and done % 2 == 0:
                giver = accounts[0]
            await connection.execute("SELECT pgledger_create_transfer($1, $2, $3)", giver, taker, chance.randint(1, 1000))
            done += 1
        return done
    finally:
        await connection.close()
