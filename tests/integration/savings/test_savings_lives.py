"""Random lives of deposits through the counter's transactions and the day's events: whatever was accepted and refused, no account loses or
makes money. What came in and the interest paid, less its tax, is what went out and what is left."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.support.savings import SavingsAlone

PASSPORT = {"id_type": "B", "id_number": "P1234567"}
OPENINGS: dict[str, dict[str, Any]] = {
    "demand": {},
    "time": {"term": "203", "auto_renew": True},
    "optional": {},
    "instalment": {"term": "301"},
    "interest_drawing": {"term": "301", "interval_months": 1},
    "notice": {"term": "107"},
    "education": {"term": "301"},
}
LEAST = {"interest_drawing": 5000, "notice": 100_000}


@dataclass
class Held:
    """An account and the cash that crossed the counter for it: in positive, out negative."""

    product: str
    account: str
    first: Decimal
    cash: Decimal


def cash_of(receipt: dict[str, Any]) -> Decimal:
    """What the box took in."""
    boxes = (entry for entry in receipt["entries"] if entry["business_code"] == "101")
    return sum((Decimal(entry["amount"]) * (1 if entry["direction"] == "debit" else -1) for entry in boxes), Decimal(0))


async def opened(savings: SavingsAlone, chance: random.Random, product: str) -> Held:
    first = LEAST.get(product, 50) + Decimal(chance.randint(0, 300_000)) / 100
    customer = savings.customers.person()
    savings.neighbours.customers[customer] = PASSPORT
    body = {"customer_number": customer, "amount": str(first), "withdrawal_mode": "C", **OPENINGS[product]}
    receipt = await savings.run("S0211", f"savings.{product}.open", body)
    return Held(product, receipt["result"]["account"], first, cash_of(receipt))


def next_step(chance: random.Random, held: Held, today: date) -> tuple[str, dict[str, Any]]:
    """What the customer asks for: what the product knows, in amounts that fit now and then."""
    some = f"{Decimal(chance.randint(1, int(held.first * 100))) / 100}"
    agreed = {"amount": chance.choice([str(held.first), str(held.first * 2)])}
    steps: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "demand": [("demand.deposit", {"amount": some}), ("demand.withdraw", {"amount": some})],
        "time": [("time.withdraw_part", {"amount": some, **PASSPORT}), ("time.set_renewal", {"auto_renew": chance.random() < 0.7})],
        "optional": [],
        "instalment": [("instalment.deposit", agreed)] * 3,
        "interest_drawing": [("interest_drawing.draw", {})] * 2,
        "notice": [
            ("notice.withdraw", {"amount": chance.choice(["50000.00", some])}),
            ("notice.notify", {"amount": "50000.00", "for_on": (today + timedelta(days=chance.randint(6, 30))).isoformat()}),
        ],
        "education": [("education.deposit", {"amount": some})] * 2,
    }
    certificate = {"school_certificate": chance.random() < 0.5} if held.product == "education" else {}
    steps[held.product].append((f"{held.product}.close", certificate))
    code, fields = chance.choice(steps[held.product])
    return f"savings.{code}", {"account": held.account, **fields}


async def the_day_ends(savings: SavingsAlone, next_day: date) -> None:
    """Close the date, let its events happen, open the next one asked for."""
    body = {"business_date": savings.business_date.isoformat()}
    assert (await savings.internal("POST", "/internal/day/close", body)).status_code == 200
    progress = {"done": 0, "total": 1}
    while progress["done"] < progress["total"]:
        progress = (await savings.internal("POST", "/internal/day/events", body)).json()
    await savings.open_day(next_day)


async def test_no_account_loses_or_makes_money(savings: SavingsAlone) -> None:
    chance = random.Random(2005)
    everybody = [await opened(savings, chance, product) for product in OPENINGS for _ in range(3)]
    accepted: set[str] = set()
    for _ in range(8):
        for held in everybody:
            code, body = next_step(chance, held, savings.business_date)
            answer = await savings.send("S0211", code, body)
            assert answer.status_code < 500, answer.text
            if answer.status_code == 200:
                accepted.add(code)
                held.cash += cash_of(answer.json())
        await the_day_ends(savings, savings.business_date + timedelta(days=chance.randint(1, 45)))
    rows = await savings.rows("SELECT account, sum(interest_minor - tax_minor) AS net FROM savings.interest_paid GROUP BY account")
    interest = {row.account: Decimal(row.net) / 100 for row in rows}
    for held in everybody:
        left = Decimal((await savings.panel(held.account))["balance"])
        assert held.cash + interest.get(held.account, Decimal(0)) == left, held
    assert len(accepted) >= 12, "the lives were worth the walk"
