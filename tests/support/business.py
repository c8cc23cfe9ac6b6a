"""A business day at the demo bank's counters, and the books it leaves, to be compared between banks."""

from __future__ import annotations

from datetime import date
from typing import Any

import asyncpg

from tests.support.bank import TestBank

Books = dict[str, list[tuple[Any, ...]]]

BOOKS = {
    "account": "SELECT account, balance_minor, reserved_minor FROM ledger.account WHERE balance_minor <> 0 ORDER BY 1",
    "sets": "SELECT business_date, origin, rule, outlet, count(*), sum(control_total_minor) FROM ledger.posting_set "
    "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "general_ledger": "SELECT * FROM ledger.general_ledger ORDER BY outlet, currency, business_code, business_date",
    "origins": "SELECT business_date, origin, postings, control_total_minor FROM ledger.origin_total ORDER BY 1, 2",
    "savings": "SELECT balance_minor, outlet, business_code FROM savings.account ORDER BY 1, 2, 3",
    "positions": "SELECT business_date, outlet, sub_account, amount_minor, business_minor FROM clearing.position ORDER BY 1, 2, 3",
    "statements": "SELECT 'savings', * FROM savings.day_statement UNION ALL SELECT 'ledger', * FROM ledger.day_statement "
    "UNION ALL SELECT 'clearing', * FROM clearing.day_statement ORDER BY 1, 2",
    "dates": " UNION ALL ".join(
        f"SELECT '{name}', business_date, closed FROM {name}.business_day"
        for name in ("customer", "ledger", "savings", "lending", "clearing", "reconciliation", "counter")
    ),
    "gates": "SELECT outlet, business_date, is_open, last_number FROM savings.outlet_gate ORDER BY 1",
    "proofs": "SELECT business_date, kind, holds, difference_minor FROM reconciliation.proof ORDER BY 1, 2",
}


async def books_of(bank: TestBank) -> Books:
    """Everything that must come out the same however often a day end was interrupted: no identifiers, no clock."""
    return {name: [tuple(row) for row in await bank.sql(statement)] for name, statement in BOOKS.items()}


async def open_demand(bank: TestBank, teller: str, passport: str, amount: str) -> str:
    """A person with a passbook that any outlet may pay from; the account."""
    person = {"name": "张三", "id_type": "B", "id_number": passport}
    customer = (await bank.run(teller, "customer.personal.open", person))["result"]["customer_number"]
    body = {"customer_number": customer, "instrument": "passbook", "currency": "CNY", "amount": amount, "withdrawal_mode": "A"}
    opened = await bank.run(teller, "savings.demand.open", {**body, "password": "123456", "cross_outlet": True})
    return opened["result"]["account"]


async def busy_day(bank: TestBank) -> str:
    """An account at 0301 that takes 1,000.00 at 0201 and pays 300.00 at 0101: work for every 417. Returns the account."""
    account = await open_demand(bank, "S0311", "P1234567", "5000.00")
    await bank.run("S0211", "savings.demand.deposit", {"account": account, "amount": "1000.00"})
    await bank.run("S0111", "savings.demand.withdraw", {"account": account, "amount": "300.00", "password": "123456"})
    await bank.settle()
    return account


async def business_dates(bank: TestBank) -> set[date]:
    """The business dates of all services; one if they agree."""
    return {row[1] for row in await bank.sql(BOOKS["dates"])}


async def start_day_end(bank: TestBank, teller: str = "S0009", **parameters: str) -> dict[str, Any]:
    """Ask for a day end; the answer with its status."""
    headers = {"Authorization": f"Bearer {await bank.sign_on(teller)}", "Accept-Language": "en"}
    answer = await bank.client.post("/api/day-end", params=parameters, headers=headers)
    return {"status": answer.status_code, **answer.json()}


async def execute(bank: TestBank, statement: str) -> None:
    """Change the database behind the bank's back, as its owner."""
    connection = await asyncpg.connect(bank.cluster.dsn(bank.database))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def step(run: dict[str, Any], name: str) -> dict[str, Any]:
    """One step of a run."""
    return next(each for each in run["steps"] if each["name"] == name)
