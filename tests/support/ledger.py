"""What tests of the ledger's own transactions share: balances in the journal and at the owners, and the proof that they agree."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from tests.support.bank import TestBank

_passports = itertools.count(1_000_000)

UNBALANCED = """
    SELECT outlet, currency, sum(CASE WHEN is_debit <> red THEN amount_minor ELSE -amount_minor END) AS difference
    FROM ledger.leg GROUP BY outlet, currency HAVING sum(CASE WHEN is_debit <> red THEN amount_minor ELSE -amount_minor END) <> 0
"""
SUB_LEDGER = """
    SELECT owner.account, owner.balance_minor, -coalesce(book.balance_minor, 0) AS books_minor
    FROM savings.account AS owner LEFT JOIN ledger.account AS book USING (account)
    WHERE owner.balance_minor <> -coalesce(book.balance_minor, 0)
"""
LEFT_BEHIND = """
    SELECT 'held', count(*) FROM savings.account WHERE held_minor <> 0 OR incoming_minor <> 0
    UNION ALL SELECT 'pending', count(*) FROM savings.movement WHERE state = 'pending'
    UNION ALL SELECT 'reserved', count(*) FROM ledger.reservation
    UNION ALL SELECT 'parked', count(*) FROM ledger.parked
"""


async def assert_books_agree(bank: TestBank) -> None:
    """Every outlet balances, every deposit account stands in the books as its owner keeps it, and nothing is left half done."""
    await bank.settle()
    assert await bank.sql(UNBALANCED) == []
    assert await bank.sql(SUB_LEDGER) == []
    assert {row[0]: row[1] for row in await bank.sql(LEFT_BEHIND)} == {"held": 0, "pending": 0, "reserved": 0, "parked": 0}


async def balance(bank: TestBank, account: str) -> Decimal:
    """The balance of an account as its panel shows it, a credit of the books' own accounts negative."""
    await bank.settle()
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}
    answer = await bank.client.get(f"/api/accounts/{account}", headers=headers)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    sign = -1 if shown.get("side") == "credit" else 1
    return sign * Decimal(shown["balance"])


async def person(bank: TestBank, teller: str = "S0211") -> str:
    """A new personal customer's number."""
    body = {"name": "张三", "id_type": "B", "id_number": f"P{next(_passports)}"}
    return (await bank.run(teller, "customer.personal.open", body))["result"]["customer_number"]


async def demand(bank: TestBank, customer: str, amount: str, teller: str = "S0211") -> str:
    """A demand account that every outlet may use."""
    body = {"customer_number": customer, "instrument": "passbook", "currency": "CNY", "amount": amount, "withdrawal_mode": "A"}
    opened = await bank.run(teller, "savings.demand.open", {**body, "password": "123456", "cross_outlet": True})
    return opened["result"]["account"]


def leg(account: str, direction: str, amount: str, **more: Any) -> dict[str, Any]:
    """A leg as forms take it."""
    return {"account": account, "direction": direction, "amount": amount, **more}
