"""The guards of a netting run, each with a case that holds and one that does not."""

from __future__ import annotations

from services.clearing.domain.guards import (
    IncompleteOrigin,
    MirrorDifference,
    PositionDifference,
    incomplete_origins,
    mirror_differences,
    overdraft_minor,
    position_differences,
    residues,
    unbalanced_sub_accounts,
    vectors,
)
from services.clearing.domain.position_tree import position_tree
from services.clearing.domain.reserves import reserve_accounts


def test_completeness_names_the_origin_and_both_counts() -> None:
    assert incomplete_origins({"savings": (2, 500)}, {"savings": (2, 500)}) == []
    assert incomplete_origins({"savings": (2, 500), "counter": (1, 7)}, {"savings": (1, 200), "lending": (1, 9)}) == [
        IncompleteOrigin("counter", 1, 7, 0, 0),
        IncompleteOrigin("lending", 0, 0, 1, 9),
        IncompleteOrigin("savings", 2, 500, 1, 200),
    ]


def test_equal_counts_with_another_control_total_are_not_complete() -> None:
    assert incomplete_origins({"savings": (2, 500)}, {"savings": (2, 499)}) == [IncompleteOrigin("savings", 2, 500, 2, 499)]


def test_positions_must_be_the_ledgers_balances_sub_account_by_sub_account() -> None:
    own = vectors([("0201", "417", 100), ("0201", "420", -40), ("0301", "417", -100)])
    assert position_differences(own, dict(own)) == []
    assert position_differences(own, {**own, "0002": (0, 0, 0, 0, 0)}) == [], "an account at zero is no difference"
    other = vectors([("0201", "417", 100), ("0201", "420", -39), ("0202", "416", 1)])
    assert position_differences(own, other) == [
        PositionDifference("0201", "420", -40, -39),
        PositionDifference("0202", "416", 0, 1),
        PositionDifference("0301", "417", -100, 0),
    ]


def test_internal_sub_accounts_sum_to_zero_over_the_bank() -> None:
    assert unbalanced_sub_accounts({"416": 0, "417": 0, "418": 0, "419": 70, "420": -5}) == {}
    assert unbalanced_sub_accounts({"416": 3, "417": -2, "418": 0, "419": 70, "420": 0}) == {"416": 3, "417": -2}


def test_mirrors() -> None:
    balances = {
        "902011047200200": 500,  # 0201 holds 5.00 with 0200
        "902001047200201": -500,  # and 0200 owes it
        "902001047100001": -30,  # 0200 has overdrawn its reserve with the city by 0.30
        "900011047100200": 30,
        "900021047200001": 9,  # 0002 with the city
        "900011047200002": -9,
        "900011011000001": 12345,
    }
    assert mirror_differences(balances) == []
    assert mirror_differences({**balances, "902001047200201": -499}) == [MirrorDifference("40702", "0201", "0200", 500, 499)]
    del balances["900011047100200"]
    assert mirror_differences(balances) == [MirrorDifference("40701", "0200", "0001", -30, 0)]


def test_the_reserve_with_the_central_bank_says_by_how_much_it_is_short() -> None:
    balances = {"900011011000001": 1000_00}
    assert overdraft_minor(balances, "CNY", 1000_00) == 0
    assert overdraft_minor(balances, "CNY", 1000_01) == 1
    assert overdraft_minor(balances, "CNY", -5) == 0
    assert overdraft_minor({}, "CNY", 7) == 7
    assert overdraft_minor(balances, "USD", 7) == 7, "the dollar reserve is another account"
    assert overdraft_minor({"900011011000001": -3}, "CNY", 0) == 0, "a run that takes nothing overdraws nothing"


def test_residues_are_what_is_not_zero() -> None:
    assert residues({"0201": (0, 0, 0, 0, 0), "0202": (1, -1, 0, 0, 0)}) == {"0202": (1, -1, 0, 0, 0)}


def test_position_tree_sums_nets_upwards() -> None:
    tree = position_tree(["0001", "0002", "0200", "0201", "0202"], {"0201": (100, 100), "0202": (-30, 0), "0200": (5, 75), "0002": (1, 1)})
    assert (tree.outlet, tree.own_net_minor, tree.net_minor, tree.waiting_minor) == ("0001", 0, 76, 0)
    assert [(each.outlet, each.net_minor) for each in tree.below] == [("0002", 1), ("0200", 75)]
    assert [(each.outlet, each.net_minor, each.waiting_minor) for each in tree.below[1].below] == [("0201", 100, 100), ("0202", -30, 0)]


def test_reserve_accounts_of_units() -> None:
    assert reserve_accounts(["0001", "0002", "0200", "0201"], "CNY") == [
        "900011011000001",
        "900021047200001",
        "900011047200002",
        "902001047100001",
        "900011047100200",
        "902011047200200",
        "902001047200201",
    ]
