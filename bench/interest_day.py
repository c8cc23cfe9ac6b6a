"""How long an interest day takes: a million demand accounts settled by the savings service over the embedded PostgreSQL, fsync on.

`./huitong bench interest_day [--accounts 1000000] [--outlets 100] [--out FILE]`. Beside it, in the same run, the limit: the rows it wrote,
written again from a copy into empty tables of the same shape and indexes, one bare statement a table, and one UPDATE of as many accounts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg

from bench.bare import along_the_way, keep_before, resident_mib, written_again
from bench.cluster import own_cluster
from bench.machine import machine, processor_seconds, versions
from launch.provision.postgres import EmbeddedPostgres
from runtime.migrations import create_database
from tests.support.savings import SavingsAlone, savings_alone

DAY = date(2005, 12, 21)
SINCE = date(2005, 9, 21)
DATABASE = "interest_day"
WRITTEN = ("account_line", "interest_paid", "register", "outbox")
SETTLED = (
    "balance_minor = now.balance_minor, products = now.products, products_since = now.products_since, "
    "products_until = now.products_until, lines = now.lines"
)
# Every account has been looked at for dormancy before: a bank that has been open for a while.
SIGNS = "'客户' || n || ' \"甲\" 100%'"
FILL = f"""
INSERT INTO savings.account (account, customer_number, outlet, branch, currency, product, business_code, name, status, withdrawal_mode,
    cross_outlet, interest_bearing, balance_minor, products, products_since, products_until, interest_unit_minor, entered_on,
    idle_since)
SELECT lpad(n::text, 15, '0'), lpad((n / 2)::text, 10, '0'), outlet, left(outlet, 2), 'CNY', 'demand', '211', {SIGNS}, 'normal', 'C', false,
    true, 100000 + n * 7919::bigint % 10000000, n * 104729::bigint % 90000000, $1::date, $1::date + n % 60, 100, $1::date, $1::date
FROM generate_series(1, $2::int) AS n, LATERAL
    (SELECT lpad((n % $3::int / 99 + 1)::text, 2, '0') || lpad((n % $3::int % 99 + 1)::text, 2, '0')) AS kept (outlet)
"""
OPEN = """
INSERT INTO savings.outlet_gate (outlet, business_date, is_open) SELECT DISTINCT outlet, $1::date, false FROM savings.account
ON CONFLICT (outlet) DO UPDATE SET business_date = $1::date, is_open = false
"""
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
CHECK = """
SELECT (SELECT count(*) FROM savings.account WHERE products_since = $1::date) AS settled,
       (SELECT count(*) FROM savings.interest_paid) AS paid, (SELECT count(DISTINCT account) FROM savings.interest_paid) AS accounts,
       (SELECT count(*) FROM savings.register) AS registered, (SELECT count(*) FROM savings.outbox) AS sent,
       (SELECT sum(postings) FROM savings.outlet_gate)::bigint AS numbered,
       (SELECT sum(balance_minor) FROM savings.account)::bigint - $2::bigint
           - (SELECT sum(interest_minor - tax_minor) FROM savings.interest_paid)::bigint AS difference
"""


async def settle(savings: SavingsAlone) -> dict[str, Any]:
    """The events of the day until everything is done: seconds, and the memory of the process after every portion."""
    memory = [resident_mib()]
    started, before = time.perf_counter(), time.process_time()
    while True:
        answer = await savings.internal("POST", "/internal/day/events", {"business_date": DAY.isoformat()})
        if answer.status_code != 200:
            raise SystemExit(answer.text)
        memory.append(resident_mib())
        said = answer.json()
        if said["done"] >= said["total"]:
            break
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "processor_seconds_of_the_service": round(time.process_time() - before, 2),
        "portions": len(memory) - 1,
        **along_the_way(memory),
    }


async def measure(cluster: EmbeddedPostgres, accounts: int, outlets: int) -> dict[str, Any]:
    """One service with its accounts, the day settled, the books of the day checked, and the limit."""
    await create_database(cluster.dsn(), DATABASE)
    async with savings_alone(cluster.dsn, cluster.dsn(DATABASE)) as savings:
        owner = await asyncpg.connect(cluster.dsn(DATABASE), command_timeout=3600)
        try:
            await owner.execute(FILL, SINCE, accounts, outlets)
            for statement in (OPEN, "UPDATE savings.business_day SET business_date = $1, closed = true"):
                await owner.execute(statement, DAY)
            await keep_before(owner, "account")
            money = await owner.fetchval("SELECT sum(balance_minor)::bigint FROM savings.account")
            server = [int(row["pid"]) for row in await owner.fetch(BACKENDS)]
            ours = await settle(savings)
            ours["processor_seconds_of_the_database"] = round(sum(map(processor_seconds, server)), 1)
            checked = dict(await owner.fetchrow(CHECK, DAY, money))
            if checked["difference"] or checked["settled"] != accounts or len({*list(checked.values())[1:-1]}) != 1:
                raise SystemExit(f"the books must be right before a time means anything: {checked}")
            limit = await written_again(owner, dict.fromkeys(WRITTEN, "true"), {"account": ("account", SETTLED)})
        finally:
            await owner.close()
    return {
        "accounts": accounts,
        "outlets": outlets,
        "checked": checked,
        "interest_day": ours,
        "limit_seconds": limit.seconds | {"together": limit.together},
        "interest_day_over_limit": round(ours["seconds"] / limit.together, 2),
    }


async def bench(accounts: int, outlets: int) -> dict[str, Any]:
    """The measurement on a cluster of its own."""
    results: dict[str, Any] = {"benchmark": "interest_day", "measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    results["machine"] = machine()
    with own_cluster() as cluster:
        connection = await asyncpg.connect(cluster.dsn())
        server = await connection.fetchval("SHOW server_version")
        results["fsync"] = await connection.fetchval("SHOW fsync")
        await connection.close()
        results["versions"] = versions(("asyncpg", "sqlalchemy"), postgresql=server)
        results |= await measure(cluster, accounts, outlets)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--outlets", type=int, default=100)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    results = asyncio.run(bench(arguments.accounts, arguments.outlets))
    print(json.dumps(results, indent=2, ensure_ascii=False), file=sys.stderr)
    out = arguments.out or Path(__file__).parent / "results" / f"interest_day-{datetime.now(UTC):%Y-%m-%d}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(out)


if __name__ == "__main__":
    main()
