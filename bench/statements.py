"""How long the statements of a quarter end take: 100,000 accounts, made by reconciliation out of the books of the ledger, with fsync on.

`./huitong bench statements [--accounts 100000] [--entries 10] [--details 10] [--out FILE]`. Every account has so many entries in the
quarter; one in `--details` gets a detail statement with all of them, the others a balance statement. Reconciliation, savings and the ledger
run in one process over the embedded PostgreSQL and ask each other by their internal routes. Beside it, in the same run, the limit: the rows
that came of it, written again from a copy into empty tables of the same shape and indexes, one bare statement a table.
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

from bench.bare import along_the_way, database_processor_seconds, resident_mib, written_again
from bench.cluster import own_cluster
from bench.machine import machine, versions
from launch.catalogue import SERVICE_NAMES
from launch.provision.postgres import EmbeddedPostgres
from launch.wiring import Bank
from runtime.migrations import create_database, migrate, role_of
from runtime.service import Resources
from services.reconciliation.statements.runs import begin_due_runs, carry_on, running
from tests.support.bank import ROLE_PASSWORD, schemas, test_settings

DATABASE = "statements"
TODAY, CLOSING = date(2005, 10, 1), date(2005, 9, 30)
OUTLETS = 100
KEPT = "lpad((n % 100 / 99 + 1)::text, 2, '0') || lpad((n % 100 % 99 + 1)::text, 2, '0')"
ACCOUNTS = f"""
INSERT INTO savings.account (account, customer_number, outlet, branch, currency, product, business_code, name, status, withdrawal_mode,
    cross_outlet, interest_bearing, balance_minor, products, products_since, products_until, interest_unit_minor, entered_on)
SELECT '4' || lpad(n::text, 14, '0'), '4' || lpad(n::text, 9, '0'), outlet, left(outlet, 2), 'CNY', '201', '201', '单位' || n || ' "甲"',
    'normal', 'C', false, true, 0, 0, DATE '2005-07-01', DATE '2005-07-01', 100, DATE '2005-07-01'
FROM generate_series(1, $1::int) AS n, LATERAL (SELECT {KEPT}) AS kept (outlet)
"""
SETS = """
INSERT INTO ledger.posting_set (posting_id, business_date, value_date, origin, transaction_code, transaction_number, rule, rule_version,
    currency, outlet, teller, red, control_total_minor, fact)
SELECT md5(day::text || account)::uuid, DATE '2005-07-01' + day, DATE '2005-07-01' + day, 'savings', 'savings.corporate.deposit_cash',
    outlet || '2000001', 'savings.corporate.deposit_cash', 1, 'CNY', outlet, 'K0211', false, 100, jsonb_build_object('summary', '货款')
FROM savings.account, generate_series(0, $1::int - 1) AS day
"""
LEGS = """
INSERT INTO ledger.leg (posting_id, line, business_date, outlet, account, currency, business_code, subject, is_debit, amount_minor, red,
    cash, automatic, balance_after_minor)
SELECT md5(day::text || account)::uuid, 1, DATE '2005-07-01' + day, outlet, account, 'CNY', '201', '20101', false, 1000 + day, false,
    true, false, -(1000 * (day + 1) + day * (day + 1) / 2)
FROM generate_series(0, $1::int - 1) AS day, savings.account ORDER BY day, account
"""
ARRANGED = """
INSERT INTO reconciliation.arrangement (account, kind, customer_number, outlet, frequency, exempt, days_until_due, arranged_on)
SELECT account, CASE WHEN row_number() OVER (ORDER BY account) % $1::int = 0 THEN 'detail' ELSE 'balance' END, customer_number, outlet,
    'quarter', false, 15, DATE '2005-09-01' FROM savings.account
"""
CHECK = """
SELECT count(*) AS statements, count(DISTINCT account) AS accounts, sum(closing_minor)::bigint AS closing_minor,
       (SELECT count(*) FROM reconciliation.statement_line) AS lines,
       (SELECT sum(last) FROM reconciliation.statement_number)::bigint AS numbered,
       (SELECT sum(CASE WHEN is_debit THEN -amount_minor ELSE amount_minor END)::bigint FROM ledger.leg) AS booked_minor,
       sum(CASE WHEN kind = 'detail' THEN credit_count + debit_count ELSE 0 END)::bigint AS entries_of_details
FROM reconciliation.statement
"""


async def fill(owner: asyncpg.Connection, accounts: int, entries: int, details: int) -> None:
    """The accounts with their books, and what is arranged, written with SQL."""
    await owner.execute(ACCOUNTS, accounts)
    await owner.execute(SETS, entries)
    await owner.execute(LEGS, entries)
    await owner.execute(ARRANGED, details)
    for service in ("ledger", "reconciliation"):
        await owner.execute(f"INSERT INTO {service}.business_day (business_date, closed) VALUES ($1, false)", TODAY)
    await owner.execute("VACUUM ANALYZE")
    await owner.execute("CHECKPOINT")


async def made(resources: Resources, owner: asyncpg.Connection) -> dict[str, Any]:
    """The run from its beginning to its end: seconds, and the memory of the process after every portion."""
    memory = [resident_mib()]
    of_the_database = await database_processor_seconds(owner)
    started, before = time.perf_counter(), time.process_time()
    await begin_due_runs(resources)
    [run] = await running(resources)
    while await carry_on(resources, run):
        memory.append(resident_mib())
    taken, of_the_services = time.perf_counter() - started, time.process_time() - before
    return {
        "seconds": round(taken, 2),
        "processor_seconds_of_the_services": round(of_the_services, 2),
        "processor_seconds_of_the_database": round(await database_processor_seconds(owner) - of_the_database, 2),
        "portions": len(memory) - 1,
        **along_the_way(memory),
    }


async def measure(cluster: EmbeddedPostgres, accounts: int, entries: int, details: int) -> dict[str, Any]:
    """The three services with their tables filled, the statements made and checked, and the limit."""
    await create_database(cluster.dsn(), DATABASE)
    await migrate(cluster.dsn(DATABASE), schemas())
    urls = {name: cluster.dsn(DATABASE, role_of(name), ROLE_PASSWORD) for name in SERVICE_NAMES}
    bank = Bank(test_settings(), urls)
    resources = bank.applications["reconciliation"].resources
    owner = await asyncpg.connect(cluster.dsn(DATABASE), command_timeout=3600)
    try:
        await fill(owner, accounts, entries, details)
        ours = await made(resources, owner)
        checked = dict(await owner.fetchrow(CHECK))
        right = checked["statements"] == checked["accounts"] == checked["numbered"] == accounts
        if not right or checked["closing_minor"] != checked["booked_minor"] or checked["lines"] != checked["entries_of_details"]:
            raise SystemExit(f"the statements must be right before a time means anything: {checked}")
        limit = await written_again(owner, {"statement": "true", "statement_line": "true"}, {}, "reconciliation")
    finally:
        await owner.close()
        await bank.stop()
    return {
        "accounts": accounts,
        "outlets": OUTLETS,
        "entries_of_an_account": entries,
        "checked": checked,
        "statements": ours,
        "limit_seconds": limit.seconds | {"together": limit.together},
        "limit_processor_seconds": limit.processor_seconds,
        "statements_over_limit": round(ours["seconds"] / limit.together, 2),
    }


async def bench(accounts: int, entries: int, details: int) -> dict[str, Any]:
    """The measurement on a cluster of its own."""
    results: dict[str, Any] = {"benchmark": "statements", "measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    results["machine"] = machine()
    with own_cluster() as cluster:
        connection = await asyncpg.connect(cluster.dsn())
        server = await connection.fetchval("SHOW server_version")
        results["fsync"] = await connection.fetchval("SHOW fsync")
        await connection.close()
        results["versions"] = versions(("asyncpg", "sqlalchemy", "pydantic"), postgresql=server)
        results |= await measure(cluster, accounts, entries, details)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=10, choices=range(1, 92), metavar="1..91")
    parser.add_argument("--details", type=int, default=10)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    results = asyncio.run(bench(arguments.accounts, arguments.entries, arguments.details))
    print(json.dumps(results, indent=2, ensure_ascii=False), file=sys.stderr)
    out = arguments.out or Path(__file__).parent / "results" / f"statements-{datetime.now(UTC):%Y-%m-%d}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(out)


if __name__ == "__main__":
    main()
