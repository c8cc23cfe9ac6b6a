"""Any sequence of postings and corrections, right and wrong, leaves every outlet balanced and the owners' accounts as the books say."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from launch.demo import BUSINESS_DATE
from tests.integration.ledger.conftest import Unlimited
from tests.support.bank import TestBank, running_bank
from tests.support.ledger import assert_books_agree, demand, leg, person

STEPS = 40
OUTLETS = {"0201": "S0211", "0202": "S0221", "0301": "S0311"}
REFUSALS = ("ledger.correct.", "ledger.entry.", "ledger.account.", "account.", "ledger.business_code.")


@dataclass
class Made:
    """A transaction of the sequence, and the date it was made on."""

    number: str
    on: date
    teller: str
    entries: list[dict[str, Any]] = field(default_factory=list)


class Clerk:
    """Chooses what happens next, rightly or wrongly, by a seed."""

    def __init__(self, bank: TestBank, seed: int, accounts: list[str]) -> None:
        self.bank, self.random, self.accounts = bank, random.Random(seed), accounts
        self.today, self.made, self.done, self.refused = BUSINESS_DATE, list[Made](), 0, 0

    async def step(self) -> None:
        kinds = [self.deposit, self.withdraw, self.reverse, self.supplement, self.supplement, self.wrong_account, self.difference]
        await self.random.choice(kinds if self.made else kinds[:1])()

    def amount(self) -> str:
        return f"{self.random.randint(1, 5)}{self.random.choice(['0.00', '00.00', '3.07'])}"

    async def send(self, teller: str, code: str, body: dict[str, Any], *, second: bool) -> None:
        answer = await self.bank.send(teller, code, body, second=f"{teller[:4]}9" if second else None)
        if answer.status_code != 200:
            assert answer.json()["code"].startswith(REFUSALS), answer.text
            self.refused += 1
            return
        receipt = answer.json()
        self.done += 1
        self.made.append(Made(receipt["transaction_number"], self.today, teller, receipt["entries"]))

    async def deposit(self) -> None:
        body = {"account": self.random.choice(self.accounts), "amount": self.amount()}
        await self.send(self.random.choice([*OUTLETS.values()]), "savings.demand.deposit", body, second=False)

    async def withdraw(self) -> None:
        body = {"account": self.random.choice(self.accounts), "amount": self.amount(), "password": "123456"}
        await self.send(self.random.choice([*OUTLETS.values()]), "savings.demand.withdraw", body, second=False)

    def wrong(self) -> tuple[Made, dict[str, Any]]:
        made = self.random.choice(self.made[-12:])
        return made, {"transaction_number": made.number, "business_date": made.on.isoformat()}

    async def reverse(self) -> None:
        made, body = self.wrong()
        await self.send(made.teller, "ledger.correct.reverse", body, second=True)

    async def supplement(self) -> None:
        made, body = self.wrong()
        outlet = next(outlet for outlet, teller in OUTLETS.items() if teller == made.teller)
        amount = self.amount()
        sides = self.random.sample(["debit", "credit"], 2)
        first = self.random.choice([f"9{outlet}1010100001", f"9{outlet}1026200001", *self.accounts])
        legs = [leg(first, sides[0], amount), leg(self.random.choice(self.accounts), sides[1], amount)]
        await self.send(made.teller, "ledger.correct.supplement", {**body, "legs": legs}, second=True)

    async def wrong_account(self) -> None:
        made, body = self.wrong()
        entry = self.random.choice(made.entries)
        amount = entry["amount"] if self.random.random() < 0.7 else self.amount()
        legs = [
            {"account": entry["account"], "colour": "red", "amount": amount},
            {"account": self.random.choice(self.accounts), "colour": "blue", "amount": amount},
        ]
        body |= {"direction": entry["direction"], "legs": legs}
        await self.send(made.teller, "ledger.correct.wrong_account", body, second=True)

    async def difference(self) -> None:
        made, body = self.wrong()
        colour, amount = self.random.choice(["red", "blue"]), self.amount()
        written = [entry for entry in made.entries if not entry["automatic"]]
        legs = [{"account": each["account"], "direction": each["direction"], "colour": colour, "amount": amount} for each in written]
        if len(legs) > 1:
            await self.send(made.teller, "ledger.correct.difference", {**body, "legs": legs}, second=True)

    async def night(self) -> None:
        assert (await self.bank.day_end())["state"] == "done"
        self.today += timedelta(days=1)


@pytest.fixture
async def fresh(bank_template: Any) -> AsyncIterator[TestBank]:
    async with running_bank(bank_template) as running:
        running.bank.gateway.state.resources.state["sign_on_limiter"] = Unlimited()
        yield running


@pytest.mark.parametrize("seed", [20050901, 424, 3398])
async def test_any_sequence_of_corrections_keeps_the_books(fresh: TestBank, seed: int):
    """Two days of it; each night the day end proves the books too: completeness, trial balance, sub-ledgers, positions, mirrors."""
    accounts = []
    for teller in OUTLETS.values():
        customer = await person(fresh, teller)
        accounts += [await demand(fresh, customer, "300.00", teller) for _ in range(2)]
    clerk = Clerk(fresh, seed, accounts)
    for _ in range(2):
        for _ in range(STEPS // 2):
            await clerk.step()
        await assert_books_agree(fresh)
        await clerk.night()
    kinds = {row[0] for row in await fresh.sql("SELECT DISTINCT kind FROM ledger.correction")}
    assert clerk.done > STEPS // 4 and clerk.refused > 0 and "supplement" in kinds
    over = "SELECT account FROM savings.account WHERE balance_minor < 0 OR products < 0"
    assert await fresh.sql(over) == []
