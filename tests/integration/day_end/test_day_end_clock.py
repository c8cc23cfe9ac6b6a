"""The machine's clock may be wrong, and may be put right in the middle of a day: business dates, order and books do not come from it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from kernel.clock import FixedClock
from tests.support.bank import running_bank
from tests.support.business import business_dates, open_demand

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)
YEARS = timedelta(days=3653)
PROOFS = ("trial_balance", "subledgers", "positions", "mirrors", "completeness")


class RestlessClock(FixedClock):
    """Stands still while tellers work; from `leap` on every look at it finds another year, ahead or behind."""

    leaps: Any = None

    def leap(self) -> None:
        self.leaps = cycle((YEARS, -2 * YEARS, timedelta(seconds=1), -YEARS, timedelta(hours=-3)))

    def now(self) -> datetime:
        return self.moment + next(self.leaps) if self.leaps else self.moment


async def test_clocks_that_jump_change_no_book(bank_template: Any) -> None:
    """Ten years ahead between two transactions and back, and jumps at every look while the day ends and is netted."""
    clock = RestlessClock(NOON)
    async with running_bank(bank_template, clock=clock) as bank:
        account = await open_demand(bank, "S0311", "P1234567", "5000.00")
        clock.moment += YEARS
        bank.sign_off()
        taken = await bank.run("S0211", "savings.demand.deposit", {"account": account, "amount": "1000.00"})
        clock.moment -= 2 * YEARS
        bank.sign_off()
        paid = await bank.run("S0111", "savings.demand.withdraw", {"account": account, "amount": "300.00", "password": "123456"})
        assert taken["business_date"] == paid["business_date"] == "2005-09-01"
        await bank.settle()
        lines = await bank.sql("SELECT balance_after_minor FROM savings.account_line WHERE account = $1 ORDER BY line", account)
        assert [row["balance_after_minor"] for row in lines] == [500000, 600000, 570000]

        started = await bank.sign_on("S0009")
        run = await bank.client.post("/api/day-end", params={"force_close": "true"}, headers={"Authorization": f"Bearer {started}"})
        assert run.status_code == 202
        clock.leap()
        while (state := (await bank.sql("SELECT state FROM ledger.day_end_run"))[0]["state"]) == "running":
            await asyncio.sleep(0.05)
        clock.leaps = None
        bank.sign_off()
        assert state == "done"
        assert {day.isoformat() for day in await business_dates(bank)} == {"2005-09-02"}
        proofs = await bank.ask("S0009", "books.proof", date="2005-09-01")
        assert {name: proofs[name]["holds"] for name in PROOFS} == dict.fromkeys(PROOFS, True)
        left = await bank.sql("SELECT account FROM ledger.account WHERE business_code BETWEEN '416' AND '420' AND balance_minor <> 0")
        assert left == []
