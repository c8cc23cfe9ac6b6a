"""Two sides held against each other: what is found, where, and by how much."""

from __future__ import annotations

from decimal import Decimal

from services.reconciliation.domain.differences import (
    Difference,
    GroupSum,
    account_differences,
    completeness_differences,
    group_differences,
    mirror_differences,
    position_differences,
    total_difference,
    unbalanced_outlets,
)

DEMAND = ("0201", "CNY", "211")
ACCOUNT, OTHER = "100000000900018", "100000000900026"


def test_groups_that_agree_in_everything_are_left_alone():
    assert group_differences({DEMAND: GroupSum(2, 300_00, 7)}, {DEMAND: GroupSum(2, 300_00, 7)}) == []


def test_a_group_differs_by_sum_number_checksum_or_absence():
    ours = {DEMAND: GroupSum(2, 300_00, 7)}
    for theirs in (GroupSum(2, 301_00, 7), GroupSum(3, 300_00, 7), GroupSum(2, 300_00, 8)):
        assert group_differences(ours, {DEMAND: theirs}) == [DEMAND]
    assert group_differences(ours, {}) == [DEMAND]
    assert group_differences({}, ours) == [DEMAND]


def test_two_accounts_that_swapped_their_money_are_both_named_though_the_sum_is_the_same():
    ours, theirs = {ACCOUNT: 100_00, OTHER: 50_00}, {ACCOUNT: 50_00, OTHER: 100_00}
    found = account_differences("savings", DEMAND, ours, theirs)
    assert [(each.account, each.ours, each.theirs) for each in found] == [(ACCOUNT, "100.00", "50.00"), (OTHER, "50.00", "100.00")]
    assert total_difference(found) == Decimal("100.00")
    assert {(each.outlet, each.business_code, each.ours_of, each.theirs_of) for each in found} == {("0201", "211", "savings", "ledger")}


def test_an_account_one_side_lacks_counts_as_zero():
    [found] = account_differences("savings", DEMAND, {ACCOUNT: 0, OTHER: 5}, {})
    assert (found.account, found.difference_minor) == (OTHER, 5)


def test_positions_are_credit_positive_and_the_ledger_debit_positive():
    balances = {"902011041700001": -1000_00, "903011041700001": 1300_00, "900011011000001": 99}
    agreeing = {("0201", "CNY", "417"): 1000_00, ("0301", "CNY", "417"): -1300_00}
    assert position_differences(agreeing, balances) == []
    [found] = position_differences({**agreeing, ("0201", "CNY", "417"): 999_00}, balances)
    assert (found.outlet, found.account, found.ours, found.theirs) == ("0201", "902011041700001", "999.00", "1000.00")
    [unknown] = position_differences({**agreeing, ("0202", "CNY", "420"): 500_00}, balances)
    assert (unknown.outlet, unknown.business_code, unknown.account, unknown.theirs) == ("0202", "420", None, "0.00")


def test_a_zero_position_needs_no_ledger_account():
    assert position_differences({("0201", "CNY", "416"): 0}, {}) == []


def test_reserve_accounts_mirror_each_other():
    balances = {
        "902011047200200": 5_000_00,  # 40702 of 0201, an asset
        "902001047200201": -5_000_00,  # the same at 0200, a liability
        "902001047100001": -800_00,  # 40701 of 02, overdrawn
        "900011047100200": 800_00,
        "900021047200001": 10_00,  # 0002 settles with 0001
        "900011047200002": -10_00,
        "900011011000001": 123,
    }
    assert mirror_differences(balances) == []


def test_a_broken_mirror_is_named_once_from_either_side():
    broken = {"902011047200200": 5_000_00, "902001047200201": -4_999_00}
    [found] = mirror_differences(broken)
    assert (found.outlet, found.account, found.ours, found.theirs) == ("0201", "902011047200200", "5000.00", "4999.00")
    [upper_only] = mirror_differences({"902001047200201": -7_00})
    assert (upper_only.outlet, upper_only.account, upper_only.ours, upper_only.theirs) == ("0201", "902011047200200", "0.00", "7.00")
    [lower_only] = mirror_differences({"902001047100001": 7_00})
    assert (lower_only.outlet, lower_only.theirs_of) == ("0200", "ledger 900011047100200")


def test_a_reserve_account_that_names_no_unit_is_a_difference_not_a_failure():
    [found] = mirror_differences({"902011047200000": 3_00})
    assert total_difference([found]) == Decimal("3.00")


def test_completeness_names_the_service_whose_postings_are_missing():
    stated = {"savings": (3, 450_00), "ledger": (1, 10_00), "counter": (0, 0)}
    posted = {"savings": (2, 400_00), "ledger": (1, 10_00)}
    found = completeness_differences(stated, posted, posted)
    assert [(each.ours_of, each.ours, each.theirs_of, each.theirs) for each in found] == [("savings", "3 / 450.00", "ledger", "2 / 400.00")]
    assert total_difference(found) == Decimal("50.00")


def test_completeness_looks_behind_the_ledger_too():
    totals = {"savings": (2, 400_00)}
    [found] = completeness_differences(totals, totals, {"savings": (1, 100_00)})
    assert (found.ours_of, found.theirs_of, found.difference_minor) == ("ledger (savings)", "clearing", 300_00)


def test_equal_totals_of_unequal_numbers_are_no_agreement():
    [found] = completeness_differences({"savings": (2, 400_00)}, {"savings": (3, 400_00)}, {"savings": (3, 400_00)})
    assert found.difference_minor == 0


def test_differences_are_summed_without_sign_each_in_its_own_currency():
    found = [Difference("a", 0, "b", 150, "CNY"), Difference("a", 150, "b", 0, "USD"), Difference("a", 7, "b", 0, "JPY")]
    assert total_difference(found) == Decimal("10.00")
    assert str(total_difference([])) == "0.00"


def test_an_outlet_out_of_balance_shows_by_how_much():
    [found] = unbalanced_outlets([("0201", "CNY", -25)], "turnover")
    assert (found.outlet, found.ours_of, found.ours, found.theirs) == ("0201", "ledger turnover", "-0.25", "0.00")
