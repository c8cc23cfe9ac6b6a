"""Fund placements: interest to the fen, what may be paid back, who and which account (IB 3249-3325)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kernel.errors import DomainError
from kernel.numbers import parse_internal
from services.clearing.domain.funds import (
    check_branch,
    check_fund_account,
    check_operator,
    check_rate,
    due_on,
    interest_minor,
    outstanding_after,
)

START = date(2005, 9, 1)


@pytest.mark.parametrize(
    ("amount", "rate", "until", "days", "interest"),
    [
        # 1,000,000.00 x 10 days x 2.1 per mille / 30,000 = 700.00
        (100_000_000, "2.1", date(2005, 9, 11), 10, 700_00),
        # the same day: no day counts
        (100_000_000, "2.1", START, 0, 0),
        # 333,333.33 x 7 x 1.425 / 30,000 = 110.83333...: down
        (33_333_333, "1.425", date(2005, 9, 8), 7, 110_83),
        # 1,000.00 x 3 x 1.65 / 30,000 = 0.165: half a fen goes up
        (100_000, "1.65", date(2005, 9, 4), 3, 17),
        # 1,000.00 x 3 x 1.6499 / 30,000 = 0.16499
        (100_000, "1.6499", date(2005, 9, 4), 3, 16),
        (5_000_000, "0", date(2005, 10, 1), 30, 0),
    ],
)
def test_interest(amount: int, rate: str, until: date, days: int, interest: int) -> None:
    assert interest_minor(amount, Decimal(rate), START, until) == (days, interest)


def test_interest_over_a_leap_day() -> None:
    # 50,000.00 x 14 days x 3 per mille / 30,000 = 70.00; 2008 has a 29 February
    assert interest_minor(5_000_000, Decimal(3), date(2008, 2, 20), date(2008, 3, 5)) == (14, 70_00)


def test_parts_of_a_contract() -> None:
    assert outstanding_after(100, 40, False, "1.00") == 60
    assert outstanding_after(100, 100, True, "1.00") == 0
    for amount, settles, code in [(101, True, "too_much"), (100, False, "settles"), (99, True, "settles")]:
        with pytest.raises(DomainError) as refused:
            outstanding_after(100, amount, settles, "1.00")
        assert refused.value.code == f"clearing.fund.{code}" and "1.00" in refused.value.message("en")


@pytest.mark.parametrize(("term", "due"), [("107", date(2005, 9, 8)), ("203", date(2005, 12, 1)), ("301", date(2006, 9, 1))])
def test_due_days(term: str, due: date) -> None:
    assert due_on(START, term) == due


@pytest.mark.parametrize("branch", ["0201", "0001", "0002", "0100"])
def test_only_sub_branches_make_contracts(branch: str) -> None:
    check_branch("0200")
    with pytest.raises(DomainError, match=r"clearing\.fund\.not_a_branch"):
        check_branch(branch)


def test_who_runs_them() -> None:
    check_operator("0001")
    check_operator("0100")
    for outlet in ("0200", "0101", "0002"):
        with pytest.raises(DomainError, match=r"clearing\.fund\.not_the_city"):
            check_operator(outlet)


@pytest.mark.parametrize(
    "account", ["901001047503001", "902001047502001", "901001026202001", "901001447502001"], ids=["branch", "outlet", "code", "currency"]
)
def test_fund_accounts(account: str) -> None:
    check_fund_account(parse_internal("901001047502001"), "0200", "CNY")
    with pytest.raises(DomainError) as refused:
        check_fund_account(parse_internal(account), "0200", "CNY")
    assert (refused.value.code, refused.value.field) == ("clearing.fund.account", "fund_account")


def test_rates() -> None:
    assert check_rate(Decimal("2.1")) == Decimal("2.1")
    with pytest.raises(DomainError, match=r"clearing\.fund\.rate"):
        check_rate(Decimal("100.1"))
