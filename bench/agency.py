"""How long agency batches take: a file of 100,000 lines taken and posted by the savings service over the embedded PostgreSQL, fsync on.

`./huitong bench agency [--lines 100000] [--outlets 100] [--out FILE]`. Wages and collection from registered clients, each beside its limit
in the same run: the rows it wrote, written again from a copy into empty tables of the same shape and indexes, one bare statement a table,
and one UPDATE each of the accounts and of the lines of the batch. The ledger is not here: what is measured ends where the facts of the sets
stand in the outbox, and so does the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from openpyxl import Workbook

from bench.bare import along_the_way, database_processor_seconds, keep_before, resident_mib, written_again
from bench.cluster import own_cluster
from bench.machine import machine, versions
from kernel.numbers import customer_number, personal_account
from launch.provision.postgres import EmbeddedPostgres
from runtime.migrations import create_database
from services.savings.agency.runs import CODE, run_portion
from tests.support.savings import SavingsAlone, savings_alone

TELLER = "K0211"
OPENING_MINOR = 1_000_000
FILL = """
INSERT INTO savings.account (account, customer_number, outlet, branch, currency, product, business_code, name, status, withdrawal_mode,
    cross_outlet, interest_bearing, balance_minor, products, products_since, products_until, interest_unit_minor, entered_on)
SELECT number, left(number, 10), outlet, left(outlet, 2), 'CNY', 'demand', '211', '客户' || n, 'normal', 'A', true, true, $3::bigint, 0,
    DATE '2005-06-21', DATE '2005-08-01', 100, DATE '2005-06-21'
FROM unnest($1::text[]) WITH ORDINALITY AS given (number, n), LATERAL
    (SELECT lpad((n % $2::int / 99 + 1)::text, 2, '0') || lpad((n % $2::int % 99 + 1)::text, 2, '0')) AS kept (outlet)
"""
CLIENTS = """
INSERT INTO savings.agency_client (contract, client, outlet, account, customer_number, name, valid_from, entered_by)
SELECT $1, row_number() OVER (), '0201', account, customer_number, name, DATE '2005-09-01', 'K0211'
FROM savings.account WHERE product = 'demand'
"""
CHECK = """
SELECT (SELECT count(*) FROM savings.agency_item WHERE state = 'posted') AS posted,
       (SELECT count(*) FROM savings.account_line WHERE code = $1)
           - (SELECT count(*) FROM savings.register WHERE code = $1 AND posts) AS lines,
       (SELECT sum(balance_minor) FROM savings.account)::bigint - $2::bigint AS difference,
       (SELECT sum(control_total_minor) FROM savings.register WHERE code = $1 AND posts)::bigint AS control_total_minor
"""
WRITTEN = {
    "account_line": f"code = '{CODE}'",
    "register": f"code = '{CODE}'",
    # A condition on what stands in the messages would be work of the limit's.
    "outbox": f"message_id IN (SELECT posting_id FROM savings.register WHERE code = '{CODE}')",
}
CHANGED = {
    "account": (
        "account",
        "balance_minor = now.balance_minor, products = now.products, products_until = now.products_until, lines = now.lines, "
        "last_moved_on = now.last_moved_on",
    ),
    "agency_item": ("contract, batch, item", "state = now.state, posting_id = now.posting_id, run = now.run"),
}


def csv_of(lines: list[tuple[str, str]]) -> bytes:
    """The file as text."""
    return (
        "账号,户名,对象标识,金额,备注\n" + "".join(f"{account},,E{n:06d},{amount},九月\n" for n, (account, amount) in enumerate(lines))
    ).encode("gb18030")


def workbook_of(lines: list[tuple[str, str]]) -> bytes:
    """The file as a workbook."""
    book, kept = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.append(["账号", "户名", "对象标识", "金额", "备注"])
    for n, (account, amount) in enumerate(lines):
        sheet.append([account, None, f"E{n:06d}", float(amount), "九月"])
    book.save(kept)
    return kept.getvalue()


async def sent(savings: SavingsAlone, named: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The file sent and taken."""
    started = time.perf_counter()
    path = f"/agency/contracts/{named['contract']}/batches/{named['batch']}/file"
    answer = await savings.client.post(path, content=content, headers={"Authorization": f"Bearer {savings.token(TELLER)}"}, timeout=600)
    if answer.status_code != 200:
        raise SystemExit(answer.text)
    return {"bytes": len(content), "seconds": round(time.perf_counter() - started, 2), "memory_mib": round(resident_mib())}


async def posted(savings: SavingsAlone, named: dict[str, Any], owner: asyncpg.Connection) -> dict[str, Any]:
    """The batch set going and posted to its end: seconds, and the memory of the process after every portion."""
    memory = [resident_mib()]
    of_the_database = await database_processor_seconds(owner)
    started, before = time.perf_counter(), time.process_time()
    await savings.run(TELLER, CODE, named)
    checked = time.perf_counter()
    while await run_portion(savings.resources, named["contract"], named["batch"]):
        memory.append(resident_mib())
    taken, of_the_service = time.perf_counter() - started, time.process_time() - before
    return {
        "seconds": round(taken, 2),
        "of_these_checking_the_whole": round(checked - started, 2),
        "processor_seconds_of_the_service": round(of_the_service, 2),
        "processor_seconds_of_the_database": round(await database_processor_seconds(owner) - of_the_database, 2),
        "portions": len(memory),
        **along_the_way(memory),
    }


async def measure(cluster: EmbeddedPostgres, kind: str, lines: int, outlets: int) -> dict[str, Any]:
    """One service with its accounts, the file taken in both forms, the batch posted, the books checked, and the limit."""
    await create_database(cluster.dsn(), kind)
    given = [(personal_account(customer_number(0, 1 + n * 7919 % lines), 1), f"{n % 5000 + 1}.50") for n in range(lines)]
    total_minor = sum(int(amount.replace(".", "")) for _, amount in given)
    async with savings_alone(cluster.dsn, cluster.dsn(kind)) as savings:
        savings.customers._sequence = lines + 1
        owner = await asyncpg.connect(cluster.dsn(kind), command_timeout=3600)
        try:
            organisation = await savings.current(f"{total_minor // 100 + 1}.00")
            await owner.execute(FILL, sorted({account for account, _ in given}), outlets, OPENING_MINOR)
            agreed = {"kind": kind, "account": organisation, "currency": "CNY", "clients_only": kind == "collection"}
            contract = (await savings.result(TELLER, "savings.agency.enter_contract", agreed))["contract"]
            await owner.execute(CLIENTS, contract)
            control = {"control_count": lines, "control_total": f"{total_minor // 100}.{total_minor % 100:02d}"}
            entered = await savings.result(TELLER, "savings.agency.enter_batch", {"contract": contract, "source": "file", **control})
            named = {"contract": contract, "batch": entered["batch"]}
            files = {"csv": await sent(savings, named, csv_of(given)), "xlsx": await sent(savings, named, workbook_of(given))}
            await keep_before(owner, "account", "agency_item")
            money = await owner.fetchval("SELECT sum(balance_minor)::bigint FROM savings.account")
            ours = await posted(savings, named, owner)
            checked = dict(await owner.fetchrow(CHECK, CODE, money))
            if checked["posted"] != lines or checked["lines"] != lines or checked["difference"]:
                raise SystemExit(f"the books must be right before a time means anything: {checked}")
            limit = await written_again(owner, WRITTEN, CHANGED)
        finally:
            await owner.close()
    processor_seconds = ours["processor_seconds_of_the_service"] + ours["processor_seconds_of_the_database"]
    return {
        "files": files,
        "checked": checked,
        "batch": ours,
        "limit_seconds": limit.seconds | {"together": limit.together},
        "limit_processor_seconds": limit.processor_seconds,
        "batch_over_limit": round(ours["seconds"] / limit.together, 2),
        "processor_over_limit": round(processor_seconds / limit.processor_seconds, 2),
    }


async def bench(lines: int, outlets: int) -> dict[str, Any]:
    """Both kinds, each on a database of its own."""
    results: dict[str, Any] = {"benchmark": "agency", "measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    results |= {"machine": machine(), "lines": lines, "outlets": outlets}
    with own_cluster() as cluster:
        connection = await asyncpg.connect(cluster.dsn())
        server = await connection.fetchval("SHOW server_version")
        results["fsync"] = await connection.fetchval("SHOW fsync")
        await connection.close()
        results["versions"] = versions(("asyncpg", "sqlalchemy"), postgresql=server)
        for kind in ("payroll", "collection"):
            results[kind] = await measure(cluster, kind, lines, outlets)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--outlets", type=int, default=100)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    results = asyncio.run(bench(arguments.lines, arguments.outlets))
    print(json.dumps(results, indent=2, ensure_ascii=False), file=sys.stderr)
    out = arguments.out or Path(__file__).parent / "results" / f"agency-{datetime.now(UTC):%Y-%m-%d}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(out)


if __name__ == "__main__":
    main()
