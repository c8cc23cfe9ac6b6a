"""Sets that only make sense together: the opening of the bank down its three levels, and a day netted bottom up."""

from __future__ import annotations

from collections import Counter

import pytest

from services.ledger.domain.balance import account_deltas, outlet_differences
from services.ledger.domain.expand import expand
from services.ledger.domain.model import AccountReference


class Books:
    """Balances by account after the facts posted so far, debit positive, in yuan."""

    def __init__(self, rulebook, make_fact) -> None:
        self._rulebook, self._make_fact = rulebook, make_fact
        self._balances: Counter[str] = Counter()

    def post(self, rule: str, outlet: str, **given) -> None:
        posting_set = expand(self._rulebook, self._make_fact(rule, outlet, **given))
        assert outlet_differences(posting_set) == {}
        for account, change in account_deltas(posting_set).items():
            self._balances[account] += change

    def yuan(self, account: str) -> int:
        assert self._balances[account] % 100 == 0
        return self._balances[account] // 100

    def internal(self, code: str) -> dict[str, int]:
        """Non-zero balances in yuan of the internal accounts of a business code."""
        return {account: minor // 100 for account, minor in self._balances.items() if account[0] == "9" and account[7:10] == code and minor}


@pytest.fixture
def books(rulebook, make_fact) -> Books:
    return Books(rulebook, make_fact)


def test_opening_the_bank_down_the_chain(books):
    """500 million capital, 20 million per sub-branch, 5 million per outlet, 1 million cash everywhere, nothing on 416."""
    books.post("bank.open.capital", "0001", amount="500000000.00")
    tree = {"0001": ["0002"], "0100": ["0101", "0102"], "0200": ["0201", "0202"], "0300": ["0301"]}
    for branch in ("0100", "0200", "0300"):
        books.post("bank.open.allocate_to_branch", "0001", references={"counterparty": branch}, amount="20000000.00")
        books.post("bank.open.receive_from_city", branch, references={"counterparty": "0001"}, amount="20000000.00")
    for superior, outlets in tree.items():
        for outlet in outlets:
            books.post("bank.open.allocate_to_outlet", superior, references={"counterparty": outlet}, amount="5000000.00")
            books.post("bank.open.receive_from_branch", outlet, references={"counterparty": superior}, amount="5000000.00")
    million = {"amount": "1000000.00"}
    books.post("bank.open.cash.city_receives", "0001", **million)
    books.post("bank.open.cash.city_pays_department", "0001", references={"counterparty": "0002"}, **million)
    books.post("bank.open.cash.outlet_receives", "0002", references={"counterparty": "0001"}, **million)
    for branch in ("0100", "0200", "0300"):
        books.post("bank.open.cash.city_pays_branch", "0001", references={"counterparty": branch}, **million)
        books.post("bank.open.cash.branch_receives", branch, **million)
        for outlet in tree[branch]:
            books.post("bank.open.cash.city_pays_branch", "0001", references={"counterparty": branch}, **million)
            books.post("bank.open.cash.branch_passes_on", branch, references={"counterparty": outlet}, **million)
            books.post("bank.open.cash.outlet_receives", outlet, references={"counterparty": branch}, **million)

    # Ten units drew a million each; what a unit's reserve is worth stands mirrored at its superior.
    assert books.internal("110") == {"900011011000001": 490_000_000}
    assert books.internal("101") == {
        f"9{unit}1010100000": 1_000_000 for unit in ("0001", "0002", "0100", "0101", "0102", "0200", "0201", "0202", "0300", "0301")
    }
    assert books.internal("471") == {
        "901001047100001": 17_000_000,
        "900011047100100": -17_000_000,
        "902001047100001": 17_000_000,
        "900011047100200": -17_000_000,
        "903001047100001": 18_000_000,
        "900011047100300": -18_000_000,
    }
    assert books.yuan("902011047200200") == 4_000_000
    assert books.yuan("902001047200201") == -4_000_000
    assert sum(books.internal("472").values()) == 0
    assert sum(books.internal("481").values()) + sum(books.internal("482").values()) == 0
    assert books.internal("301") == {"900011030100001": -500_000_000}
    assert not any(books.internal(code) for code in ("416", "417", "418", "419", "420"))


def test_a_day_is_netted_level_by_level(books):
    """0201 takes 1,000 for 0301; 0301 pays 300 for 0202; a customer of 0202 sends 500 out: N(02) = +1800, N(03) = -1300, E = +500."""
    at_0301 = AccountReference("000000002600013", "0301", "211")
    at_0202 = AccountReference("000000001800010", "0202", "211")
    cash = {"settlement": AccountReference("cash")}
    books.post("savings.demand.deposit", "0201", cash_box="00001", accounts={**cash, "account": at_0301}, amount="1000.00")
    books.post("savings.demand.withdraw", "0301", cash_box="00001", accounts={**cash, "account": at_0202}, amount="300.00")
    to_national = AccountReference("902021042000001")
    books.post("savings.transfer", "0202", accounts={"from_account": at_0202, "to_account": to_national}, amount="500.00")
    assert books.internal("417") == {
        "902011041700001": -1000,
        "903011041700001": 1300,
        "902021041700001": -300,
    }
    assert books.internal("420") == {"902021042000001": -500}

    zero = {"s416": "0", "s417": "0", "s418": "0", "s419": "0", "s420": "0"}
    positions = {
        ("0201", "0200"): {"s417": "1000.00", "net": "1000.00"},
        ("0202", "0200"): {"s417": "300.00", "s420": "500.00", "net": "800.00"},
        ("0301", "0300"): {"s417": "-1300.00", "net": "-1300.00"},
    }
    for (outlet, branch), position in positions.items():
        books.post("clearing.netting.outlet", outlet, references={"counterparty": branch}, **{**zero, **position})
        books.post("clearing.netting.branch_outlet", branch, references={"counterparty": outlet}, net=position["net"])
    for branch, net in {"0200": "1800.00", "0300": "-1300.00"}.items():
        books.post("clearing.netting.branch", branch, **{**zero, "s416": net, "net": net})
        books.post("clearing.netting.city_branch", "0001", references={"counterparty": branch}, net=net)
    books.post("clearing.netting.central", "0001", **{**zero, "s416": "500.00", "net": "500.00"})

    assert not any(books.internal(code) for code in ("416", "417", "418", "419", "420"))
    assert books.internal("110") == {"900011011000001": -500}
    assert books.internal("471") == {
        "902001047100001": -1800,
        "900011047100200": 1800,
        "903001047100001": 1300,
        "900011047100300": -1300,
    }
    assert books.internal("472") == {
        "902011047200200": -1000,
        "902001047200201": 1000,
        "902021047200200": -800,
        "902001047200202": 800,
        "903011047200300": 1300,
        "903001047200301": -1300,
    }
