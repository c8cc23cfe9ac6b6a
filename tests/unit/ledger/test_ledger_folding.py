"""Sets posted together, folded."""

from __future__ import annotations

import pytest

from kernel.errors import DomainError
from services.ledger.domain.expand import expand
from services.ledger.domain.folding import ACCOUNT_AT, Folded
from services.ledger.domain.model import AccountReference

BOX, DEMAND, BRIDGE_0201, BRIDGE_0301 = "902011010100001", "000000002600013", "902011041700001", "903011041700001"


def folded(rulebook, *facts, origin="savings", control=1):
    result = Folded()
    for fact in facts:
        result.add(origin, control, expand(rulebook, fact))
    return result


def test_deposits_at_another_outlet_are_one_change_per_account_and_one_position_per_outlet(rulebook, deposit, accounts):
    across = {"settlement": accounts["cash"], "account": accounts["demand_0301"]}
    found = folded(rulebook, deposit(accounts=across), deposit(accounts=across), deposit(accounts=across, red=True))
    assert found.accounts == {
        BOX: ["0201", "CNY", "101", 100_000],
        BRIDGE_0201: ["0201", "CNY", "417", -100_000],
        DEMAND: ["0301", "CNY", "211", -100_000],
        BRIDGE_0301: ["0301", "CNY", "417", 100_000],
    }
    [(key, group)] = found.groups.items()
    assert key == ("savings", "savings.demand.deposit", "CNY")
    assert (len(group.posting_ids), group.control_total_minor) == (3, 3)
    assert group.positions == {("0201", "417"): [100_000, 200_000, 1, 2], ("0301", "417"): [200_000, 100_000, 2, 1]}
    assert found.origins() == {"savings": (3, 3)}
    # debit cash, debit transfer, credit cash, credit transfer; then how many of each. Cash only touches the books of 0201.
    assert found.totals["0201", "CNY", "101"] == ["101", False, 100_000, 0, 0, 0, 3, 0, 0, 0]
    assert found.totals["0201", "CNY", "417"] == ["416", False, 0, 0, 100_000, 0, 0, 0, 3, 0]
    assert found.totals["0301", "CNY", "211"] == ["211", False, 0, 0, 0, 100_000, 0, 0, 0, 3]


def test_every_leg_ends_with_the_balance_behind_it(rulebook, deposit, accounts):
    across = {"settlement": accounts["cash"], "account": accounts["demand_0301"]}
    found = folded(rulebook, deposit(accounts=across), deposit(accounts=across))
    found.set_balances({BOX: 5, BRIDGE_0201: 0, DEMAND: -7, BRIDGE_0301: 0})
    assert [(row[ACCOUNT_AT], row[-1]) for row in found.legs] == [
        (BOX, 100_005),
        (BRIDGE_0201, -100_000),
        (DEMAND, -100_007),
        (BRIDGE_0301, 100_000),
        (BOX, 200_005),
        (BRIDGE_0201, -200_000),
        (DEMAND, -200_007),
        (BRIDGE_0301, 200_000),
    ]


def test_off_sheet_entries_have_rows_and_totals_of_their_own(rulebook, make_fact):
    received, issued = make_fact("counter.voucher.receive", amount="500.00"), make_fact("counter.voucher.issue", amount="25.00")
    found = folded(rulebook, received, issued, origin="counter")
    assert found.legs == []
    assert found.accounts == {"902011070200001": ["0201", "CNY", "702", 47_500]}
    assert found.totals["0201", "CNY", "702"][1:] == [True, 0, 50_000, 0, 2_500, 0, 1, 0, 1]
    found.set_balances({"902011070200001": 0})
    assert [row[-1] for row in found.off_sheet] == [50_000, 47_500]


def test_an_account_stands_in_one_outlet_and_code(rulebook, deposit, accounts):
    here = {"settlement": accounts["cash"], "account": AccountReference(DEMAND, "0301", "211")}
    elsewhere = {"settlement": accounts["cash"], "account": AccountReference(DEMAND, "0201", "211")}
    with pytest.raises(DomainError) as raised:
        folded(rulebook, deposit(accounts=here), deposit(accounts=elsewhere))
    assert (raised.value.code, raised.value.values["account"]) == ("ledger.account.two_groups", DEMAND)
