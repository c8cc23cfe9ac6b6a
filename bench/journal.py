"""How long the ledger's queries and reports take over ten million journal rows, and which indexes answer them.

`./huitong bench journal [--legs 10000000]` starts the demo bank in one process on a server of its own, writes a year of journal with SQL
(see `journal_rows`), and asks every query at its first page and far down, as an outlet, a sub-branch's business department and the city
would, while others keep asking and depositing. The time is that of the whole request at the door. Beside each stands the plan of its
slowest statement, and at the end what each index of the journal adds to the time of writing legs. Every wait is bounded.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event

from bench.journal_rows import LEG_COLUMNS, OUTLETS, Year, write_year
from bench.machine import machine, versions
from launch.demo import BUSINESS_DATE
from launch.provision.postgres import EmbeddedPostgres
from tests.support.bank import TestBank, make_template, running_bank, test_settings
from tests.support.business import open_demand

OUTLET, BRANCH, CITY = "S0212", "S0202", "S0009"
DEEP_PAGES = 40
LARGEST_PAGE = 200
PROBED_LEGS = 20_000
BOOKS = re.compile(r"ledger\.(leg|off_sheet_leg|posting_set|general_ledger|subject_total|account)\b")
"""The tables whose plans are of interest."""


@dataclass
class Question:
    """A query or a report as one of the tellers asks it."""

    name: str
    teller: str
    asked: dict[str, str] = field(default_factory=dict)
    kind: str = "queries"
    what: str = ""

    def parameters(self, **more: str) -> dict[str, str]:
        return {**self.asked, **more}


def questions(year: Year) -> list[Question]:
    """Every query of the journal, narrow and wide, and the reports over it."""
    busy, first, last = year.busy.isoformat(), year.first.isoformat(), year.last.isoformat()
    account, box = year.accounts[OUTLETS.index("0201")], "902011010100001"
    month = (year.busy - timedelta(days=29)).isoformat()
    search, entries, by_amount = "transaction.search", "transaction.entries", "transaction.by_amount"
    return [
        *(Question(search, teller, {"date": busy}, what="busy date") for teller in (OUTLET, BRANCH, CITY)),
        Question(search, CITY, {"date": busy, "teller": "S0211"}, what="busy date, one teller"),
        Question(search, CITY, {"date": busy, "amount": "5000.00"}, what="busy date, a common amount"),
        Question(search, CITY, {"date": busy, "amount": "77777.77"}, what="busy date, an amount that is not there"),
        Question(search, CITY, {"date": busy, "account": account}, what="busy date, one account"),
        Question(search, CITY, {"date": busy, "customer_number": account[:10]}, what="busy date, one customer"),
        Question(search, CITY, {"date": busy, "state": "reversed"}, what="busy date, reversed ones: there are none"),
        Question(entries, OUTLET, {"transaction_number": "02012000001", "date": busy}, what="one transaction"),
        *(Question(entries, teller, {"date": busy, "subject": "416"}, what="busy date, one subject") for teller in (OUTLET, CITY)),
        Question(entries, CITY, {"date": busy, "account": account}, what="busy date, one account"),
        Question(entries, CITY, {"date": busy, "amount": "5000.00", "settlement": "cash"}, what="busy date, an amount in cash"),
        Question("transaction.account", OUTLET, {"account": account, "date_from": first}, what="a customer's account, a year"),
        Question("transaction.account", OUTLET, {"account": box, "date_from": first}, what="a cash box, a year"),
        *(Question(by_amount, teller, {"amount": "5000.00", "date_from": first, "date_to": last}, what="a common amount, a year")
          for teller in (OUTLET, CITY)),
        *(Question(by_amount, teller, {"amount": "77777.77", "date_from": first, "date_to": last}, what="a rare amount, a year")
          for teller in (OUTLET, CITY)),
        *(Question("transaction.off_sheet", teller, {"date": busy}, what="busy date") for teller in (OUTLET, CITY)),
        Question("account.search", OUTLET, {"account": "9"}, what="internal accounts"),
        Question("account.off_sheet_search", CITY),
        Question("account.detail", OUTLET, {"account": box}, what="a cash box, newest first"),
        Question("transaction.openings", CITY, {"date_from": first}),
        *(Question("ledger.subject", teller, {"date": busy}) for teller in (OUTLET, CITY)),
        Question("ledger.subject_day", CITY, {"date": busy}),
        Question("ledger.differences", CITY, {"date": busy}),
        Question("daily_trial", CITY, {"date": last, "period": "day"}, "reports"),
        Question("daily_trial", CITY, {"date": last, "period": "year"}, "reports", "a year"),
        Question("general_ledger", CITY, {"date": last, "subject": "211"}, "reports"),
        Question("subject_day", OUTLET, {"date": busy}, "reports"),
        Question("account_balances", OUTLET, {"date": busy}, "reports", "a past date, an outlet"),
        Question("account_statement", OUTLET, {"account": account, "date_from": first}, "reports", "a customer, a year"),
        Question("account_index", OUTLET, {"subject": "101", "date_from": first}, "reports"),
        Question("journal", OUTLET, {"date": last}, "reports", "an outlet's date"),
        Question("supplement_vouchers", OUTLET, {"date": last}, "reports", "an outlet's date"),
        Question("large_cash", OUTLET, {"date": month, "date_to": last}, "reports", "a month and more"),
        Question("large_deposits", OUTLET, {"date": last}, "reports", "a date"),
        Question("remote_business", OUTLET, {"date": last}, "reports", "an outlet's date"),
    ]  # fmt: skip


class Asker:
    """Asks at the door and tells how long it took."""

    def __init__(self, bank: TestBank) -> None:
        self._bank = bank

    async def ask(self, question: Question, **more: str) -> tuple[float, dict[str, Any]]:
        """Seconds, and the answer."""
        headers = {"Authorization": f"Bearer {await self._bank.sign_on(question.teller)}"}
        started = time.perf_counter()
        answer = await self._bank.client.get(f"/api/{question.kind}/{question.name}", params=question.parameters(**more), headers=headers)
        seconds = time.perf_counter() - started
        if answer.status_code != 200:
            raise SystemExit(f"{question.name} {question.asked}: {answer.text}")
        return seconds, answer.json()

    async def far_down(self, question: Question) -> tuple[str, int] | None:
        """The cursor of a page far down, and how many rows come before it; None when there is only one page."""
        place: tuple[str, int] | None = None
        for page in range(1, DEEP_PAGES + 1):
            more = {"limit": str(LARGEST_PAGE), **({"after": place[0]} if place else {})}
            _, answer = await self.ask(question, **more)
            if answer.get("next") is None:
                break
            place = (str(answer["next"]), page * LARGEST_PAGE)
        return place


@contextmanager
def statements_of(bank: TestBank) -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """What the ledger sends to its database while the block runs."""
    engine = bank.bank.applications["ledger"].resources.database.engine.sync_engine
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, tuple(parameters)))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def plans(connection: asyncpg.Connection, statements: list[tuple[str, tuple[Any, ...]]]) -> dict[str, Any]:
    """What the slowest of some statements does: indexes, tables read from end to end, and its plan."""
    slowest: tuple[float, list[str]] = (0.0, [])
    for statement, parameters in statements:
        if not re.match(r"\s*(SELECT|WITH)\b", statement) or not BOOKS.search(statement):
            continue
        lines = [row[0] for row in await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS) {statement}", *parameters)]
        took = next(float(line.split()[-2]) for line in lines if line.startswith("Execution Time"))
        if took >= slowest[0]:
            slowest = (took, lines)
    text = "\n".join(slowest[1])
    whole = {each for each in re.findall(r"Seq Scan on (\w+)", text) if each in ("leg", "posting_set", "off_sheet_leg", "general_ledger")}
    return {
        "indexes": sorted(set(re.findall(r"(?:using|on) ((?:ix|pk|uq)_\w+)", text))),
        "read_from_end_to_end": sorted(whole),
        "execution_ms": round(slowest[0], 1),
        "plan": slowest[1],
    }


def spread(seconds: list[float]) -> dict[str, float]:
    """Milliseconds: the median, the ninth decile, the longest."""
    ordered = sorted(seconds)
    shown = {"median": statistics.median(ordered), "p90": ordered[int(len(ordered) * 0.9)], "max": ordered[-1]}
    return {name: round(1000 * value, 1) for name, value in shown.items()}


@asynccontextmanager
async def others_at_work(asker: Asker, bank: TestBank, asked: list[Question], clerks: int) -> AsyncIterator[dict[str, int]]:
    """Others keep asking first pages and depositing until the block ends; how much they got done."""
    done = {"questions": 0, "deposits": 0}
    quick = [question for question in asked if question.kind == "queries"]
    account = await open_demand(bank, "S0311", "B1234567", "100.00")

    async def asking(seed: int) -> None:
        chance = random.Random(seed)
        while True:
            await asker.ask(chance.choice(quick))
            done["questions"] += 1

    async def depositing() -> None:
        while True:
            await bank.run("S0311", "savings.demand.deposit", {"account": account, "amount": "1.00"})
            done["deposits"] += 1

    tasks = [*(asyncio.create_task(asking(seed)) for seed in range(clerks)), asyncio.create_task(depositing())]
    try:
        yield done
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def measure(bank: TestBank, year: Year, connection: asyncpg.Connection, repeats: int, clerks: int) -> dict[str, Any]:
    """Every question at its first page and far down, alone and among others."""
    asker, asked = Asker(bank), questions(year)
    for teller in {question.teller for question in asked}:
        await bank.sign_on(teller)
    found: list[dict[str, Any]] = []
    for question in asked:
        with statements_of(bank) as seen:
            seconds, answer = await asker.ask(question)
        row: dict[str, Any] = {
            "name": question.name, "asked": question.asked, "what": question.what, "teller": question.teller,
            "rows": len(answer.get("rows", answer.get("entries", []))), "alone_ms": round(1000 * seconds, 1),
            **await plans(connection, seen),
        }  # fmt: skip
        place = await asker.far_down(question) if question.kind == "queries" and answer.get("next") is not None else None
        if place is not None:
            row["deep"] = {"rows_before": place[1], "after": place[0]}
            with statements_of(bank) as seen:
                seconds, _ = await asker.ask(question, after=place[0])
            planned = await plans(connection, seen)
            row["deep"] |= {"alone_ms": round(1000 * seconds, 1), "execution_ms": planned["execution_ms"], "indexes": planned["indexes"]}
        found.append(row)
        far_down = row.get("deep", {}).get("alone_ms")
        say(f"{question.name} {question.what} {question.teller}: {row['alone_ms']} ms, {row['execution_ms']} ms, deep {far_down}")
    started = time.perf_counter()
    async with others_at_work(asker, bank, asked, clerks) as done:
        for question, row in zip(asked, found, strict=True):
            row["among_others_ms"] = spread([(await asker.ask(question))[0] for _ in range(repeats)])
            if "deep" in row:
                after = row["deep"]["after"]
                row["deep"]["among_others_ms"] = spread([(await asker.ask(question, after=after))[0] for _ in range(repeats)])
    seconds = time.perf_counter() - started
    others = {"clerks": clerks, **{f"{name}_per_second": round(count / seconds, 1) for name, count in done.items()}}
    return {"others": others, "questions": found}


async def index_costs(connection: asyncpg.Connection, year: Year) -> dict[str, float]:
    """Seconds to write so many legs into the full journal with all its indexes, and without each of them; everything is rolled back."""
    rows = await connection.fetch(f"SELECT {LEG_COLUMNS} FROM ledger.leg WHERE business_date = $1 LIMIT $2", year.busy, PROBED_LEGS)
    columns = LEG_COLUMNS.split(", ")
    records = [(*row[:1], row[1] + 100, BUSINESS_DATE, *row[3:]) for row in rows]
    costs: dict[str, float] = {}
    for without in (None, "ix_leg_amount", "ix_leg_account", None):
        taken = []
        for _ in range(3):
            transaction = connection.transaction()
            await transaction.start()
            if without is not None:
                await connection.execute(f"DROP INDEX ledger.{without}")
            started = time.perf_counter()
            await connection.copy_records_to_table("leg", schema_name="ledger", records=records, columns=columns)
            taken.append(time.perf_counter() - started)
            await transaction.rollback()
        costs[f"without {without}" if without else "with all"] = round(min(taken), 3)
    return {"legs": len(records), **costs}


async def bench(legs: int, repeats: int, clerks: int, folder: Path) -> dict[str, Any]:
    """The whole benchmark."""
    result: dict[str, Any] = {"benchmark": "journal", "measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    cluster = EmbeddedPostgres(folder, fast=True)
    cluster.start()
    try:
        await make_template(cluster)
        async with running_bank(cluster, settings=test_settings(pool_size=10, relay_idle_seconds=1.0)) as bank:
            connection = await asyncpg.connect(cluster.dsn(bank.database), command_timeout=1200)
            started = time.perf_counter()
            year = await write_year(connection, BUSINESS_DATE, legs, say)
            result["journal"] = {"rows": year.rows, "written_in_seconds": round(time.perf_counter() - started, 1)}
            say(json.dumps(result["journal"]))
            sizes = await connection.fetch(
                "SELECT relname, pg_relation_size(oid) AS bytes FROM pg_class WHERE relnamespace = 'ledger'::regnamespace "
                "AND relkind IN ('r', 'i') AND pg_relation_size(oid) > 10000000 ORDER BY 2 DESC"
            )
            result["journal"]["mebibytes"] = {row["relname"]: row["bytes"] >> 20 for row in sizes}
            result |= await measure(bank, year, connection, repeats, clerks)
            result["writing_seconds"] = await index_costs(connection, year)
            server = await connection.fetchval("SHOW server_version")
            await connection.close()
        result["versions"] = versions(("asyncpg", "sqlalchemy", "fastapi", "pydantic"), postgresql=server)
    finally:
        cluster.stop()
        cluster.remove()
    result["machine"]["load_average_at_end"] = [round(each, 1) for each in os.getloadavg()]
    return result


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--legs", type=int, default=10_000_000, help="rows of the journal")
    parser.add_argument("--repeats", type=int, default=10, help="how often each question is asked among others")
    parser.add_argument("--clerks", type=int, default=4, help="others who keep asking meanwhile")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(bench(arguments.legs, arguments.repeats, arguments.clerks, Path(folder) / "postgres"))
    out = arguments.out or Path(__file__).parent / "results" / f"journal-{date.today()}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(out)


if __name__ == "__main__":
    main()
