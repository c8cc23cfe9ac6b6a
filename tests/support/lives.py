"""Lives of deposits as tests ask the interest engine about them, money in major units; what must hold of any life is looked at here."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from kernel.numbers import parse_term
from services.savings.domain.life.answer import life_of
from services.savings.domain.life.deposit import Deposit, Life, Movement
from services.savings.domain.products import UntaxedInterest, product_of
from services.savings.parameters.load import parameters
from tests.support.slow_interest import Part, rounded, sum_of, taxes_of

Sums = tuple[Decimal, Decimal]


def lived(product: str, opened: date, closed: date, movements: list[tuple[date, Decimal]], **more: Any) -> Life:
    """The life of a deposit: no money is lost, no interest negative, no tax above its rate, and every statement explains what it pays."""
    term = more.pop("term", None)
    moved = tuple(Movement(day, int(amount * 100)) for day, amount in movements)
    deposit = Deposit(product_of(product), "CNY", opened, closed, moved, term=parse_term(term) if term else None, **more)
    life = life_of(deposit, parameters())
    assert sum(movement.amount_minor for movement in moved) + life.capitalised_minor == life.principal_minor, "no money is lost"
    for statement in life.statements:
        assert statement.interest_minor >= 0 and 0 <= statement.tax_minor <= statement.interest_minor * 20 // 100 + 1
        paid = sum((segment.interest for segment in statement.segments), Decimal(0))
        assert rounded(paid, "0.01") * 100 == statement.interest_minor, "the statement shows what is paid"
        for segment in statement.segments:
            assert segment.days and rounded(segment.products * segment.annual_pct / 36000 / 100, "0.001") == segment.interest
    return life


def ask(product: str, opened: date, closed: date, movements: list[tuple[date, Decimal]], **more: Any) -> Sums:
    """Interest and tax of a whole life."""
    life = lived(product, opened, closed, movements, **more)
    return Decimal(life.interest_minor) / 100, Decimal(life.tax_minor) / 100


def sums(product: str, *payments: list[Part]) -> Sums:
    """Interest and tax of payments, each rounded by itself; organisations pay no tax."""
    untaxed = isinstance(product_of(product).tax, UntaxedInterest)
    return sum(map(sum_of, payments), Decimal(0)), Decimal(0) if untaxed else sum(map(taxes_of, payments), Decimal(0))
