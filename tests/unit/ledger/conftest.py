"""What the tests of the posting core share: the bank's rulebook and a short way to write a fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kernel.money import parse_signed
from services.ledger.accounting.load import load_rulebook
from services.ledger.domain.model import AccountReference, Fact
from services.ledger.domain.rulebook import Rulebook

CASH = AccountReference("cash")
DEMAND_0201 = AccountReference("000000001800010", "0201", "211")
DEMAND_0301 = AccountReference("000000002600013", "0301", "211")


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="session")
def make_fact() -> Callable[..., Fact]:
    """`make_fact(rule, outlet, amount="1.00", ...)`: amounts as keywords in yuan, the rest by name."""

    def make(rule: str, outlet: str = "0201", **given: Any) -> Fact:
        fields = {
            name: given.pop(name) for name in ("accounts", "legs", "references", "cash_box", "channel", "red", "summary") if name in given
        }
        currency = given.pop("currency", "CNY")
        return Fact(
            rule=rule,
            posting_id=UUID(int=1),
            business_date=given.pop("on", date(2005, 9, 1)),
            currency=currency,
            outlet=outlet,
            amounts_minor={name: parse_signed(amount, currency) for name, amount in given.items()},
            **fields,
        )

    return make


@pytest.fixture
def deposit(make_fact: Callable[..., Fact]) -> Callable[..., Fact]:
    """A cash deposit of 1,000.00 at 0201 for an account there, any part of it replaced."""

    def make(**given: Any) -> Fact:
        defaults: dict[str, Any] = {"cash_box": "00001", "accounts": {"settlement": CASH, "account": DEMAND_0201}, "amount": "1000.00"}
        return make_fact("savings.demand.deposit", **{**defaults, **given})

    return make


@pytest.fixture
def accounts() -> dict[str, AccountReference]:
    return {"cash": CASH, "demand_0201": DEMAND_0201, "demand_0301": DEMAND_0301}
