"""Posted sets folded into positions and totals."""

from __future__ import annotations

from datetime import date

from contracts.ledger import PositionChange, PositionTurnover, Posted, PostedGroup, SetsPosted
from runtime.identifiers import new_id
from services.clearing.consumers import as_sets_posted, fold_origins, fold_positions

DAY = date(2005, 9, 1)


def posted(rule: str, *changes: tuple[str, str, int], origin: str = "savings", currency: str = "CNY", total: int = 0) -> Posted:
    return Posted(
        posting_id=new_id(),
        origin=origin,
        rule=rule,
        business_date=DAY,
        currency=currency,
        outlet="0201",
        transaction_number="02012000001",
        control_total_minor=total,
        positions=tuple(PositionChange(outlet=outlet, sub_account=sub, amount_minor=minor) for outlet, sub, minor in changes),
    )


def test_sets_of_one_sub_account_fold_into_one_row() -> None:
    messages = [
        posted("savings.demand.deposit", ("0201", "417", 100), ("0301", "417", -100)),
        posted("savings.demand.deposit", ("0201", "417", -30), ("0301", "417", 30)),
        posted("savings.demand.deposit", ("0201", "417", 5), currency="USD"),
    ]
    assert fold_positions(map(as_sets_posted, messages)) == {
        (DAY, "0201", "417", "CNY"): [70, 70, 30, 100, 1, 1],
        (DAY, "0301", "417", "CNY"): [-70, -70, 100, 30, 1, 1],
        (DAY, "0201", "417", "USD"): [5, 5, 0, 5, 0, 1],
    }


def test_netting_changes_the_position_and_not_the_days_business() -> None:
    messages = [posted("savings.demand.deposit", ("0201", "417", 100)), posted("clearing.netting.outlet", ("0201", "417", -100))]
    assert fold_positions(map(as_sets_posted, messages)) == {(DAY, "0201", "417", "CNY"): [0, 100, 100, 100, 1, 1]}


def test_suspense_takes_business_away() -> None:
    messages = [posted("savings.demand.deposit", ("0201", "417", 100)), posted("clearing.netting.suspense", ("0201", "417", -100))]
    assert fold_positions(map(as_sets_posted, messages)) == {(DAY, "0201", "417", "CNY"): [0, 0, 100, 100, 1, 1]}


def test_sets_without_positions_count_for_completeness() -> None:
    messages = [posted("savings.demand.deposit", total=500), posted("counter.cash.out", origin="counter", total=7), posted("x", total=1)]
    assert fold_origins(map(as_sets_posted, messages)) == {(DAY, "savings"): [2, 501], (DAY, "counter"): [1, 7]}
    assert fold_positions(map(as_sets_posted, messages)) == {}


def test_sets_told_of_together_fold_like_sets_told_of_one_by_one() -> None:
    alone = [posted("savings.demand.deposit", ("0201", "417", 100), ("0301", "417", -100), total=100) for _ in range(3)]
    positions = tuple(
        PositionTurnover(outlet=outlet, sub_account="417", debit_minor=debit, credit_minor=credit, debit_count=debits, credit_count=credits)
        for outlet, debit, credit, debits, credits in (("0201", 0, 300, 0, 3), ("0301", 300, 0, 3, 0))
    )
    ids = tuple(each.posting_id for each in alone)
    group = PostedGroup(
        origin="savings", rule="savings.demand.deposit", currency="CNY", posting_ids=ids, control_total_minor=300, positions=positions
    )
    together = [SetsPosted(business_date=DAY, groups=(group,))]
    assert fold_positions(together) == fold_positions(map(as_sets_posted, alone))
    assert fold_origins(together) == fold_origins(map(as_sets_posted, alone)) == {(DAY, "savings"): [3, 300]}
