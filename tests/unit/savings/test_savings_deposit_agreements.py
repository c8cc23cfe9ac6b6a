"""协议存款: the products above the base, worked by hand; the quote of a current account with an agreement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from contracts.interest import QuoteRequest
from kernel.errors import DomainError
from services.savings.domain.deposit_agreements import DepositAgreement, check_base, check_maturity, excess_of
from services.savings.parameters.load import parameters
from services.savings.quoting import quote

RATE = Decimal("1.44")


def september(day: int) -> date:
    return date(2005, 9, day)


def agreed(day: int, base: int | None) -> DepositAgreement:
    """A base in yuan from a day of September 2005 on; none ends the agreement."""
    return DepositAgreement(september(day), base and base * 100, RATE, "contract", date(2006, 9, 1))


def products(*agreements: DepositAgreement, first: int = 1, end: int = 21) -> list[tuple[int, int, int]]:
    """First day, end and yuan-days above the base of an account with 400,000 from the 1st, 900,000 from the 5th, 450,000 from the 11th."""
    changes = [(september(11), -450_000_00), (september(1), 400_000_00), (september(5), 500_000_00)]
    parts = excess_of(agreements, changes, 450_000_00, september(first), september(end), 100)
    return [(part.first.day, part.end.day, part.products // 100) for part in parts]


@pytest.mark.parametrize(
    ("agreements", "expected"),
    [
        ([agreed(1, 500_000)], [(1, 21, 6 * 400_000)]),  # the 5th to the 10th
        ([agreed(3, 500_000)], [(3, 21, 6 * 400_000)]),
        ([agreed(8, 500_000)], [(8, 21, 3 * 400_000)]),  # the 8th to the 10th: from the day it is agreed on
        ([agreed(11, 500_000)], []),
        ([agreed(1, 900_000)], []),  # what is not above the base is not above it
        ([agreed(1, 500_000), agreed(8, 600_000)], [(1, 8, 3 * 400_000), (8, 21, 3 * 300_000)]),
        ([agreed(1, 500_000), agreed(8, None)], [(1, 8, 3 * 400_000)]),
        ([agreed(1, 500_000), agreed(6, None), agreed(9, 700_000)], [(1, 6, 400_000), (9, 21, 2 * 200_000)]),
        ([agreed(1, 500_000), agreed(1, 800_000)], [(1, 21, 6 * 100_000)]),  # twice on one day: the last holds
        ([agreed(1, None)], []),
        ([], []),
    ],
)
def test_products_above_the_base(agreements: list[DepositAgreement], expected: list[tuple[int, int, int]]) -> None:
    assert products(*agreements) == expected


def test_a_period_that_begins_later_counts_its_own_days() -> None:
    assert products(agreed(1, 500_000), first=9) == [(9, 21, 2 * 400_000)]
    assert products(agreed(1, 500_000), end=7) == [(1, 7, 2 * 400_000)]


def test_only_whole_yuan_lie_above() -> None:
    changes = [(september(1), 500_001_99)]
    [part] = excess_of([agreed(1, 500_000)], changes, 500_001_99, september(1), september(2), 100)
    assert part.products == 100
    assert excess_of([agreed(1, 500_000)], [(september(1), 500_000_99)], 500_000_99, september(1), september(2), 100) == ()


def test_an_agreement_nobody_ended_goes_on_for_the_same_time() -> None:
    half_a_year = DepositAgreement(date(2005, 8, 31), 500_000_00, RATE, "contract", date(2006, 2, 28))
    assert half_a_year.runs_until(date(2006, 2, 27)) == date(2006, 2, 28)
    whole_year = DepositAgreement(date(2005, 9, 1), 500_000_00, RATE, "contract", date(2006, 9, 1))
    assert [whole_year.runs_until(day) for day in (date(2006, 8, 31), date(2006, 9, 1), date(2008, 1, 1))] == [
        date(2006, 9, 1),
        date(2007, 9, 1),
        date(2008, 9, 1),
    ]
    assert DepositAgreement(september(1)).runs_until(september(2)) is None


def test_the_base_and_the_time_have_limits() -> None:
    """IB 2469-2472: 500,000 at least, a year at most."""
    check_base(500_000_00, september(1), "CNY", parameters())
    with pytest.raises(DomainError, match="agreement.base_too_small"):
        check_base(499_999_99, september(1), "CNY", parameters())
    check_maturity(date(2006, 9, 1), september(1))
    for wrong in (date(2006, 9, 2), september(1)):
        with pytest.raises(DomainError, match="agreement.maturity"):
            check_maturity(wrong, september(1))


def asked(**more: object) -> QuoteRequest:
    body = {
        "product": "demand",
        "customer_kind": "corporate",
        "opened_on": "2005-09-01",
        "closed_on": "2005-09-11",
        "movements": [{"on": "2005-09-01", "amount": "800000.00"}],
        "agreement": {"base": "500000.00"},
        **more,
    }
    return QuoteRequest.model_validate(body)


def test_a_quote_shows_both_parts() -> None:
    """Ten days: 500,000 at 0.72 %: 100.000; 300,000 at the posted 1.44 %: 120.000."""
    answer = quote(asked())
    assert (answer.interest, answer.tax, answer.net) == ("220.00", "0.00", "220.00")
    assert [(each.rate, each.interest, each.products) for each in answer.segments] == [
        ("0.72", "100.000", "5000000.00"),
        ("1.44", "120.000", "3000000.00"),
    ]
    own_rate = quote(asked(agreement={"base": "500000.00", "rate": "1.8"}))
    assert [each.interest for each in own_rate.segments] == ["100.000", "150.000"]


def test_a_quote_goes_through_a_settlement_day() -> None:
    """To 2005-09-20: 20 days, 500,000 at 0.72 %: 200.00; 300,000 at 1.44 %: 240.00. The 440.00 lie above the base from the 21st on:
    ten days of 500,000: 100.000; of 300,440: 120.176; together 220.18."""
    answer = quote(asked(closed_on="2005-10-01"))
    assert [each.interest for each in answer.segments] == ["200.000", "240.000", "100.000", "120.176"]
    assert answer.interest == "660.18"


def test_persons_and_terms_agree_on_no_base() -> None:
    with pytest.raises(DomainError, match="agreement.not_wanted"):
        quote(asked(customer_kind="personal"))
    with pytest.raises(DomainError, match="agreement.not_wanted"):
        quote(asked(product="time", term="301"))
    with pytest.raises(DomainError, match="agreement.base_too_small"):
        quote(asked(agreement={"base": "499999.99"}))
