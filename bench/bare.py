"""The limit of a set-wise job: the rows it wrote, written again bare into empty tables of the same shape and indexes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg

from bench.machine import processor_seconds

BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """What the bare statements took: seconds by table, processor seconds of the database for all of them."""

    seconds: dict[str, float]
    processor_seconds: float

    @property
    def together(self) -> float:
        """Seconds for all tables."""
        return round(sum(self.seconds.values()), 2)


async def database_processor_seconds(owner: asyncpg.Connection) -> float:
    """The processor time that the connections to the database have had so far: that of a job is told apart from what others use."""
    return sum(processor_seconds(row["pid"]) for row in await owner.fetch(BACKENDS))


def resident_mib() -> float:
    """The memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def along_the_way(memory: list[float]) -> dict[str, Any]:
    """What memory a job held, as a result says it: some ten values from its beginning to its end, and the highest."""
    tenth = max(1, len(memory) // 10)
    return {"memory_mib_along_the_way": [round(each) for each in memory[::tenth]], "memory_mib_most": round(max(memory))}


async def timed(owner: asyncpg.Connection, statement: str) -> float:
    """Seconds a statement takes, commit included."""
    started = time.perf_counter()
    await owner.execute(statement)
    return round(time.perf_counter() - started, 2)


async def keep_before(owner: asyncpg.Connection, *tables: str) -> None:
    """Remember tables of the savings service as they are before the job, and settle what was written so far."""
    await owner.execute("CREATE SCHEMA before")
    for table in tables:
        await owner.execute(f"CREATE TABLE before.{table} AS SELECT * FROM savings.{table}")
    await owner.execute("VACUUM ANALYZE")
    await owner.execute("CHECKPOINT")


async def written_again(
    owner: asyncpg.Connection, inserted: Mapping[str, str], updated: Mapping[str, tuple[str, str]], schema: str = "savings"
) -> Limit:
    """The limit, for each table of a service: `inserted` ones with the condition on the rows that the job wrote, `updated` ones,
    which `keep_before` remembered, with their key and what is set `FROM <schema>.<table> AS now`."""
    taken: dict[str, float] = {}
    await owner.execute("CREATE SCHEMA bare")
    for table in inserted:
        await owner.execute(f"CREATE TABLE bare.{table} (LIKE {schema}.{table} INCLUDING ALL)")
    for table, (key, _) in updated.items():
        await owner.execute(f"CREATE TABLE bare.{table} (LIKE {schema}.{table} INCLUDING ALL) WITH (fillfactor = 50)")
        columns = await owner.fetchval(COLUMNS, f"{schema}.{table}")
        await owner.execute(f"INSERT INTO bare.{table} ({columns}) SELECT {columns} FROM before.{table} ORDER BY {key}")
        await owner.execute(f"VACUUM ANALYZE bare.{table}")
    await owner.execute("CHECKPOINT")
    before = processor_seconds(owner.get_server_pid())
    for table, condition in inserted.items():
        columns = await owner.fetchval(COLUMNS, f"{schema}.{table}")
        statement = f"INSERT INTO bare.{table} ({columns}) SELECT {columns} FROM {schema}.{table} WHERE {condition}"
        taken[table] = await timed(owner, statement)
    for table, (key, changes) in updated.items():
        same = " AND ".join(f"now.{name} = kept.{name}" for name in key.split(", "))
        taken[table] = await timed(owner, f"UPDATE bare.{table} AS kept SET {changes} FROM {schema}.{table} AS now WHERE {same}")
    return Limit(taken, round(processor_seconds(owner.get_server_pid()) - before, 2))


# What a job wrote in several schemas, each row as it is at last, by COPY alone.

COPY_RUNS = 5
TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1::text[]) ORDER BY 1, 2"


@dataclass(slots=True)
class Written:
    """The rows that were added or changed since a moment, by table, ready for COPY: how many, and in the driver's binary form."""

    rows: dict[str, int] = field(default_factory=dict)
    binary: dict[str, bytes] = field(default_factory=dict)

    def only(self, table: str) -> Written:
        """Those of one table."""
        return Written({table: self.rows[table]}, {table: self.binary[table]})


async def moment(owner: asyncpg.Connection) -> int:
    """A moment that `written_since` counts from; nothing may be under way."""
    return int(await owner.fetchval("SELECT pg_current_xact_id()::text"))


async def written_since(owner: asyncpg.Connection, since: int, schemas: Sequence[str]) -> Written:
    """Every row of these schemas that transactions after a moment have added or changed, as it is now."""
    written = Written()
    for schema, table in await owner.fetch(TABLES, list(schemas)):
        name = f"{schema}.{table}"
        columns, rows = await owner.fetchval(COLUMNS, name), BytesIO()
        query = f"SELECT {columns} FROM {name} WHERE xmin::text::bigint > {since}"
        counted = await owner.copy_from_query(query, output=rows, format="binary")
        if number := int(counted.split()[-1]):
            written.rows[name], written.binary[name] = number, rows.getvalue()
    return written


async def copied(owner: asyncpg.Connection, written: Written) -> Limit:
    """The bare COPY of these rows in one transaction, commit included, into empty tables of the same shape and indexes: the median run."""
    taken: list[dict[str, float]] = []
    before = processor_seconds(owner.get_server_pid())
    for _ in range(COPY_RUNS):
        await owner.execute("CREATE SCHEMA bare_copy")
        for name in written.rows:
            await owner.execute(f"CREATE TABLE {_bare(name)} (LIKE {name} INCLUDING ALL)")
        taken.append(await _copy(owner, written))
        await owner.execute("DROP SCHEMA bare_copy CASCADE")
    used = (processor_seconds(owner.get_server_pid()) - before) / COPY_RUNS
    return Limit({name: round(statistics.median(run[name] for run in taken), 4) for name in taken[0]}, round(used, 2))


async def _copy(owner: asyncpg.Connection, written: Written) -> dict[str, float]:
    taken: dict[str, float] = {}
    async with owner.transaction():
        for name, rows in written.binary.items():
            columns = (await owner.fetchval(COLUMNS, name)).replace('"', "").split(", ")
            started = time.perf_counter()
            await owner.copy_to_table(
                _bare(name).split(".")[1], schema_name="bare_copy", columns=columns, source=BytesIO(rows), format="binary"
            )
            taken[name] = time.perf_counter() - started
        started = time.perf_counter()
    return {**taken, "commit": time.perf_counter() - started}


def _bare(name: str) -> str:
    return "bare_copy." + name.replace(".", "_")
