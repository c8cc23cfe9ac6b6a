"""Limits of positions and what an overdrawn reserve costs (IB 2912, 2926; decision 0021)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kernel.errors import DomainError
from services.clearing.domain.position_limits import Limits, Stage
from services.clearing.domain.position_tree import position_tree
from services.clearing.domain.reserves import held_accounts, penalty_minor
from services.clearing.parameters.load import penalty_rates

LIMITS = Limits(100_00, 200_00, 300_00)


@pytest.mark.parametrize(
    ("position", "stage", "limit"),
    [
        (0, "", None),
        (99_99, "", None),
        (100_00, "warning", 100_00),
        (-199_99, "warning", 100_00),
        (200_00, "approval", 200_00),
        (-299_99, "approval", 200_00),
        (300_00, "stop", 300_00),
        (-9_999_00, "stop", 300_00),
    ],
)
def test_a_position_is_at_a_stage_whichever_way_it_stands(position: int, stage: str, limit: int | None) -> None:
    assert LIMITS.at(position) == (Stage(stage), limit)


def test_limits_that_are_not_set_are_never_reached() -> None:
    assert Limits(None, None, None).at(10**15) == (Stage.FREE, None)
    assert Limits(None, 5, None).at(10**15) == (Stage.APPROVAL, 5)
    assert Limits(None, None, 7).at(6) == (Stage.FREE, None)


@pytest.mark.parametrize(("limits", "field"), [((2, 1, None), "approval"), ((None, 3, 2), "stop"), ((5, None, 4), "stop")])
def test_limits_follow_each_other(limits: tuple[int | None, int | None, int | None], field: str) -> None:
    Limits(1, 1, 1).check()
    Limits(None, None, None).check()
    with pytest.raises(DomainError) as refused:
        Limits(*limits).check()
    assert (refused.value.code, refused.value.field) == ("clearing.limit.order", field)


@pytest.mark.parametrize(
    ("balance", "rate", "interest"),
    [
        # 500,000.00 x 5 / 10,000 = 250.00
        (-500_000_00, "5", 250_00),
        # 500,250.00 x 5 / 10,000 = 250.125: half a fen goes up
        (-500_250_00, "5", 250_13),
        # 9.99 x 5 / 10,000 = 0.004995: less than half a fen
        (-9_99, "5", 0),
        (-10_00, "5", 1),
        (0, "5", 0),
        (500_000_00, "5", 0),
        (-500_000_00, "0", 0),
    ],
)
def test_an_overdraft_pays_for_the_day(balance: int, rate: str, interest: int) -> None:
    assert penalty_minor(balance, Decimal(rate)) == interest


def test_the_rate_is_dated() -> None:
    assert penalty_rates().value_on(date(2005, 9, 1)) == Decimal(5)


def test_who_holds_a_reserve_pays() -> None:
    assert held_accounts(["0001", "0002", "0200", "0201"], "CNY") == {
        "900021047200001": "0002",
        "902001047100001": "0200",
        "902011047200200": "0201",
    }


def test_a_unit_is_found_in_the_tree() -> None:
    tree = position_tree(["0001", "0002", "0200", "0201"], {"0201": (5, 5)})
    found = tree.find("0200")
    assert found is not None and found.net_minor == 5 and [each.outlet for each in found.below] == ["0201"]
    assert tree.find("0300") is None
