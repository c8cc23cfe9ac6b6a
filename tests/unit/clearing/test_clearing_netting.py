"""The netting plan: the worked example of the domain page, cases worked by hand, and what holds for any positions."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.clearing.domain.netting import STEPS_TAKING_OVER, SUB_ACCOUNTS, ZERO, Plan, Settlement, plan_day, plan_suspense, plan_unit

DEMO = ["0001", "0002", "0100", "0101", "0102", "0200", "0201", "0202", "0300", "0301"]


def position(**amounts: int) -> tuple[int, int, int, int, int]:
    """`position(s417=1000)`: one outlet's sub-accounts."""
    return tuple(amounts.get(f"s{sub}", 0) for sub in SUB_ACCOUNTS)  # type: ignore[return-value]


def nets(plan: Plan) -> list[tuple[int, str, str, int]]:
    """Step, books, counterparty and net of every entry that moves something."""
    return [(each.step, each.books, each.counterparty, each.net_minor) for each in plan.settlements if each.is_posted]


WORKED_EXAMPLE = {
    "0201": position(s417=1000_00),
    "0301": position(s417=-1300_00),
    "0202": position(s417=300_00, s420=500_00),
}


def test_worked_example() -> None:
    plan = plan_day(WORKED_EXAMPLE, DEMO, external_minor=500_00)
    assert nets(plan) == [
        (1, "0201", "0200", 1000_00),
        (1, "0202", "0200", 800_00),
        (1, "0301", "0300", -1300_00),
        (2, "0200", "0201", 1000_00),
        (2, "0200", "0202", 800_00),
        (2, "0300", "0301", -1300_00),
        (3, "0200", "0001", 1800_00),
        (3, "0300", "0001", -1300_00),
        (4, "0001", "0200", 1800_00),
        (4, "0001", "0300", -1300_00),
        (5, "0001", "", 500_00),
    ]
    assert plan.residue_minor == 0


def test_worked_example_clears_each_sub_account_by_a_leg_of_its_own() -> None:
    plan = plan_day(WORKED_EXAMPLE, DEMO, 500_00)
    [outlet] = [each for each in plan.settlements if each.step == 1 and each.books == "0202"]
    assert outlet.amounts_minor() == {"s416": 0, "s417": 300_00, "s418": 0, "s419": 0, "s420": 500_00, "net": 800_00}
    assert (outlet.rule, outlet.references()) == ("clearing.netting.outlet", {"counterparty": "0200"})
    [branch] = [each for each in plan.settlements if each.step == 3 and each.books == "0200"]
    assert branch.amounts_minor() == {"s416": 1800_00, "s417": 0, "s418": 0, "s419": 0, "s420": 0, "net": 1800_00}
    [city] = [each for each in plan.settlements if each.step == 4 and each.books == "0001" and each.counterparty == "0200"]
    assert (city.amounts_minor(), city.references()) == ({"net": 1800_00}, {"counterparty": "0200"})
    assert plan.settlements[-1].amounts_minor()["s416"] == 500_00


def test_zero_nets_are_listed_and_not_posted() -> None:
    plan = plan_day({}, DEMO, 0)
    # six outlets twice, three sub-branches twice, the city once; 0002 settles like an outlet
    assert len(plan.settlements) == 2 * 6 + 2 * 3 + 1
    assert plan.posted == [] and plan.is_empty
    assert {(each.step, each.books, each.counterparty) for each in plan.settlements} >= {(1, "0002", "0001"), (2, "0001", "0002")}


def test_a_zero_net_with_sub_accounts_is_posted_in_the_own_books_only() -> None:
    plan = plan_day({"0201": position(s417=100, s420=-100), "0301": position(s417=-100)}, DEMO, external_minor=-100)
    assert nets(plan) == [
        (1, "0201", "0200", 0),
        (1, "0301", "0300", -100),
        (2, "0300", "0301", -100),
        (3, "0300", "0001", -100),
        (4, "0001", "0300", -100),
        (5, "0001", "", -100),
    ]
    assert plan.settlements[-1].accounts("CNY") == ("900011011000001", "900011041600001"), "the central bank pays: 110 is debited"


def test_a_sub_branch_trades_itself() -> None:
    """0200 holds -700 of its own on 417, its outlet +200: it owes the city 500."""
    plan = plan_day({"0200": position(s417=-700), "0201": position(s417=200), "0100": position(s417=500)}, DEMO, 0)
    assert nets(plan) == [
        (1, "0201", "0200", 200),
        (2, "0200", "0201", 200),
        (3, "0100", "0001", 500),
        (3, "0200", "0001", -500),
        (4, "0001", "0100", 500),
        (4, "0001", "0200", -500),
    ]
    [branch] = [each for each in plan.settlements if each.step == 3 and each.books == "0200"]
    assert branch.cleared == position(s416=200, s417=-700)


def test_city_departments() -> None:
    """0002 settles with 0001 like an outlet; what 0001 has itself is cleared against the central bank."""
    plan = plan_day({"0002": position(s418=40), "0001": position(s418=-40, s419=-60)}, DEMO, external_minor=-60)
    assert nets(plan) == [(1, "0002", "0001", 40), (2, "0001", "0002", 40), (5, "0001", "", -60)]
    assert plan.settlements[-1].cleared == position(s416=40, s418=-40, s419=-60)
    assert plan.residue_minor == 0
    assert plan.settlements[0].accounts("CNY") == ("900021041800001", "900021047200001")


def test_positions_that_do_not_sum_to_zero_stay_on_the_citys_416() -> None:
    plan = plan_day({"0201": position(s417=5_00), "0202": position(s419=100_00)}, DEMO, external_minor=100_00)
    assert plan.residue_minor == 5_00
    assert plan.settlements[-1].net_minor == 100_00
    assert apply(plan, {"0201": position(s417=5_00), "0202": position(s419=100_00)})[0] == {"0001": position(s416=5_00)}


def test_after_an_early_netting_the_day_still_settles_with_the_central_bank() -> None:
    """0202 was netted early: its 800 stand on 416 of 0200, and 420 shows nothing any more; the day's business says 500 are owed."""
    early = plan_unit({"0202": position(s417=300_00, s420=500_00)}, DEMO, "0202")
    assert nets(early) == [(1, "0202", "0200", 800_00), (2, "0200", "0202", 800_00)]
    left, _ = apply(early, WORKED_EXAMPLE)
    assert left == {"0200": position(s416=800_00), "0201": position(s417=1000_00), "0301": position(s417=-1300_00)}
    day = plan_day(left, DEMO, external_minor=500_00)
    assert nets(day)[-1] == (5, "0001", "", 500_00)
    assert day.residue_minor == 0
    assert apply(day, left)[0] == {}


def test_early_netting_of_a_sub_branch() -> None:
    plan = plan_unit(WORKED_EXAMPLE, DEMO, "0200")
    assert nets(plan) == [
        (1, "0201", "0200", 1000_00),
        (1, "0202", "0200", 800_00),
        (2, "0200", "0201", 1000_00),
        (2, "0200", "0202", 800_00),
        (3, "0200", "0001", 1800_00),
        (4, "0001", "0200", 1800_00),
    ]


def test_the_city_has_nobody_to_settle_with_early() -> None:
    with pytest.raises(DomainError) as refused:
        plan_unit({}, DEMO, "0001")
    assert refused.value.code == "clearing.netting.unit_without_superior"


def test_an_outlet_without_its_sub_branch_stops_the_plan() -> None:
    with pytest.raises(DomainError) as refused:
        plan_day({"0401": position(s417=1)}, DEMO, 0)
    assert refused.value.code == "clearing.netting.superior_missing"


@pytest.mark.parametrize(
    ("settlement", "currency", "accounts"),
    [
        (Settlement(1, "0201", "0200", position(s417=10), 10), "CNY", ("902011041700001", "902011047200200")),
        (Settlement(1, "0201", "0200", position(s417=-10), -10), "CNY", ("902011047200200", "902011041700001")),
        (Settlement(1, "0201", "0200", position(s417=-10, s420=30), 20), "USD", ("902011441600001", "902011447200200")),
        (Settlement(2, "0200", "0201", position(s416=-10), 10), "CNY", ("902001047200201", "902001041600001")),
        (Settlement(2, "0200", "0201", position(s416=10), -10), "CNY", ("902001041600001", "902001047200201")),
        (Settlement(3, "0200", "0001", position(s416=10), 10), "CNY", ("902001041600001", "902001047100001")),
        (Settlement(4, "0001", "0200", position(s416=-10), 10), "JPY", ("900012747100200", "900012741600001")),
        (Settlement(5, "0001", "", position(s416=10), 10), "CNY", ("900011041600001", "900011011000001")),
        (Settlement(6, "0201", "", position(s418=10), 10), "CNY", ("902011041800001", "902011026400001")),
    ],
)
def test_accounts_of_an_entry(settlement: Settlement, currency: str, accounts: tuple[str, str]) -> None:
    assert settlement.accounts(currency) == accounts


def test_suspense_takes_every_sub_account_that_is_left() -> None:
    [entry] = plan_suspense({"0301": position(s417=3, s418=-1), "0201": ZERO})
    assert (entry.books, entry.net_minor, entry.rule) == ("0301", 2, "clearing.netting.suspense")
    assert entry.amounts_minor() == {"s416": 0, "s417": 3, "s418": -1, "s419": 0, "s420": 0, "net": 2}


# What holds for any positions


def apply(plan: Plan, positions: dict[str, tuple[int, ...]]) -> tuple[dict[str, tuple[int, ...]], dict[tuple[str, str], int]]:
    """The books after the plan: what is left on 416, and (books, counterparty) -> change of the reserve account, debit positive."""
    left = {outlet: list(vector) for outlet, vector in positions.items()}
    reserves: dict[tuple[str, str], int] = defaultdict(int)
    for each in plan.settlements:
        vector = left.setdefault(each.books, [0] * 5)
        for index, cleared in enumerate(each.cleared):
            vector[index] -= cleared
        reserves[each.books, each.counterparty] += each.net_minor if each.step in STEPS_TAKING_OVER else -each.net_minor
        # the set balances by itself: what leaves 416 arrives on the reserve account
        assert sum(each.cleared) == (-each.net_minor if each.step in STEPS_TAKING_OVER else each.net_minor)
    return {outlet: tuple(vector) for outlet, vector in left.items() if any(vector)}, reserves


AMOUNT = st.integers(-(10**12), 10**12)
OUTLETS = st.sampled_from(DEMO)


@st.composite
def balanced_positions(draw: st.DrawFn) -> tuple[dict[str, tuple[int, ...]], int]:
    """Positions as business makes them: 416-418 always between two outlets, 419 and 420 towards the outside; and their net E."""
    positions: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for sub, one, other, amount in draw(st.lists(st.tuples(st.integers(0, 2), OUTLETS, OUTLETS, AMOUNT), max_size=20)):
        positions[one][sub] += amount
        positions[other][sub] -= amount
    external = 0
    for sub, outlet, amount in draw(st.lists(st.tuples(st.integers(3, 4), OUTLETS, AMOUNT), max_size=10)):
        positions[outlet][sub] += amount
        external += amount
    return {outlet: tuple(vector) for outlet, vector in positions.items()}, external


@given(balanced_positions())
def test_any_day_ends_at_zero_with_equal_mirrors(given: tuple[dict[str, tuple[int, ...]], int]) -> None:
    positions, external = given
    plan = plan_day(positions, DEMO, external)  # type: ignore[arg-type]
    left, reserves = apply(plan, positions)
    assert left == {}
    assert plan.residue_minor == 0
    assert reserves.pop(("0001", ""), 0) == -external, "110 changes by exactly E"
    for (books, counterparty), change in reserves.items():
        assert change == -reserves[counterparty, books]


@given(balanced_positions(), st.sampled_from([outlet for outlet in DEMO if outlet != "0001"]))
def test_early_netting_never_changes_the_day(given: tuple[dict[str, tuple[int, ...]], int], unit: str) -> None:
    positions, external = given
    left, early = apply(plan_unit(positions, DEMO, unit), positions)  # type: ignore[arg-type]
    rest, late = apply(plan_day(left, DEMO, external), left)  # type: ignore[arg-type]
    _, at_once = apply(plan_day(positions, DEMO, external), positions)  # type: ignore[arg-type]
    assert rest == {}
    assert {pair: early.get(pair, 0) + late.get(pair, 0) for pair in at_once} == at_once


@given(balanced_positions(), st.dictionaries(OUTLETS, st.tuples(*[AMOUNT] * 3), max_size=3))
def test_what_does_not_sum_to_zero_is_the_residue(
    given: tuple[dict[str, tuple[int, ...]], int], stray: dict[str, tuple[int, int, int]]
) -> None:
    positions, external = given
    for outlet, amounts in stray.items():
        own = positions.get(outlet, ZERO)
        positions[outlet] = (own[0] + amounts[0], own[1] + amounts[1], own[2] + amounts[2], own[3], own[4])
    plan = plan_day(positions, DEMO, external)  # type: ignore[arg-type]
    missing = sum(sum(amounts) for amounts in stray.values())
    assert plan.residue_minor == missing
    assert apply(plan, positions)[0] == ({"0001": (missing, 0, 0, 0, 0)} if missing else {})
