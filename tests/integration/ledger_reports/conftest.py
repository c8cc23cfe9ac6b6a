"""A small day whose figures are worked out by hand in the tests.

At 0301 an account is opened with 5,000.00. 0201 takes 1,000.00 for it, 0101 pays 300.00 from it. 0201 takes 60.00 for it, in error, and
reverses that. 0201 posts 12.34 between two accounts of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.bank import TestBank, running_bank
from tests.support.business import open_demand

RECEIVABLE, PAYABLE = "902011013700001", "902011026100001"
DAY = "2005-09-01"


@dataclass
class SmallDay:
    """The bank behind its day, the customer's account, and the receipts by name."""

    bank: TestBank
    account: str
    receipts: dict[str, dict[str, Any]]

    def number(self, name: str) -> str:
        """The transaction number of a receipt."""
        return self.receipts[name]["transaction_number"]


@pytest.fixture(scope="package")
async def day(bank_template: Any) -> AsyncIterator[SmallDay]:
    """The bank with the small day behind it, still open."""
    async with running_bank(bank_template) as bank:
        account = await open_demand(bank, "S0311", "P1234567", "5000.00")
        receipts = {}
        paid = {"account": account, "amount": "300.00", "password": "123456"}
        for name, teller, code, body in (
            ("deposit", "S0211", "savings.demand.deposit", {"account": account, "amount": "1000.00"}),
            ("withdrawal", "S0111", "savings.demand.withdraw", paid),
            ("mistake", "S0211", "savings.demand.deposit", {"account": account, "amount": "60.00"}),
        ):
            await bank.settle()  # so that the books have them in this order too: outlets reach the ledger side by side
            receipts[name] = await bank.run(teller, code, body)
        await bank.settle()
        wrong = {"transaction_number": receipts["mistake"]["transaction_number"], "business_date": DAY}
        receipts["reversal"] = await bank.run("S0211", "ledger.correct.reverse", wrong, second="S0219")
        legs = [
            {"account": RECEIVABLE, "direction": "debit", "amount": "12.34"},
            {"account": PAYABLE, "direction": "credit", "amount": "12.34"},
        ]
        receipts["entry"] = await bank.run("K0211", "ledger.entry.post", {"currency": "CNY", "legs": legs})
        await bank.settle()
        yield SmallDay(bank, account, receipts)
