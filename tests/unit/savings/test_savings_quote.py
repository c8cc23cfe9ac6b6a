"""What the interest quote refuses; what it answers stands in the tables of `answers/`."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.interest import QuoteRequest
from kernel.errors import DomainError
from services.savings.quoting import quote


def asked(product: str, opened_on: str, closed_on: str, *movements: tuple[str, str], **more: Any) -> QuoteRequest:
    """A question in CNY; the movements after the opening amount as (day, amount)."""
    return QuoteRequest(
        product=product,
        currency="CNY",
        opened_on=opened_on,
        closed_on=closed_on,
        movements=[{"on": day, "amount": amount} for day, amount in movements],
        **more,
    )


TIME = {"term": "301"}
REFUSED = [
    ("product.below_opening_minimum", asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "49.99"), **TIME)),
    ("term.not_offered", asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "50.00"), term="304")),
    ("term.required", asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "50.00"))),
    ("term.not_offered", asked("instalment", "2005-01-01", "2006-01-01", ("2005-01-01", "50.00"), term="203")),
    (
        "time.partial_once",
        asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-02-01", "-50.00"), ("2005-03-01", "-50.00"), **TIME),
    ),
    ("quote.overdrawn", asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-02-01", "-500.00"), **TIME)),
    ("time.not_early", asked("time", "2005-01-01", "2006-02-01", ("2005-01-01", "500.00"), ("2006-01-01", "-50.00"), **TIME)),
    ("quote.overdrawn", asked("demand", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-02-01", "-500.01"))),
    ("instalment.amount", asked("instalment", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-01-02", "500.00"), **TIME)),
    ("instalment.amount", asked("instalment", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-02-02", "400.00"), **TIME)),
    ("instalment.default", asked("instalment", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-04-02", "500.00"), **TIME)),
    (
        "notice.rest_below_minimum",
        asked("notice", "2005-01-01", "2005-03-01", ("2005-01-01", "99999.99"), ("2005-02-01", "-50000.00"), term="101"),
    ),
    ("education.deposits_too_few", asked("education", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), term="301")),
    ("education.limit", asked("education", "2005-01-01", "2006-01-01", ("2005-01-01", "10000.00"), ("2005-02-01", "10000.01"), term="301")),
    ("product.unknown", asked("optional", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), customer_kind="corporate")),
    ("date.reversed", asked("optional", "2005-01-02", "2005-01-01", ("2005-01-02", "500.00"))),
    ("quote.opening_wrong", asked("optional", "2005-01-01", "2006-01-01", ("2005-01-02", "500.00"))),
    ("quote.too_long", asked("demand", "1990-05-01", "2190-01-01", ("1990-05-01", "500.00"))),
    ("amount.too_many_decimals", asked("demand", "2005-01-01", "2006-01-01", ("2005-01-01", "500.001"))),
    ("parameter.not_in_force", asked("time", "1989-01-01", "1990-01-01", ("1989-01-01", "500.00"), **TIME)),
]


@pytest.mark.parametrize(("code", "question"), REFUSED, ids=[f"{code}: {question.product}" for code, question in REFUSED])
def test_refused(code: str, question: QuoteRequest) -> None:
    with pytest.raises(DomainError) as refusal:
        quote(question)
    assert refusal.value.code == code


def test_a_refusal_names_the_field_of_the_question() -> None:
    with pytest.raises(DomainError) as refusal:
        quote(asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "49.99"), **TIME))
    assert refusal.value.field == "movements.0.amount"
