"""Sums over legs."""

from __future__ import annotations

from services.ledger.domain.balance import Turnover, account_deltas, control_total, outlet_differences, turnover
from services.ledger.domain.expand import expand
from services.ledger.domain.model import AccountReference


def close(make_fact, accounts, **more):
    return make_fact(
        "savings.demand.close",
        cash_box="00001",
        accounts={"settlement": accounts["cash"], "account": accounts["demand_0301"]},
        principal="10000.00",
        interest="2.00",
        tax="0.40",
        paid="10001.60",
        **more,
    )


def test_closing_across_outlets_in_sums(rulebook, make_fact, accounts):
    posting_set = expand(rulebook, close(make_fact, accounts))
    assert account_deltas(posting_set) == {
        "000000002600013": 1_000_000,
        "903011052100003": 200,
        "903011026900001": -40,
        "903011041700001": -1_000_160,
        "902011010100001": -1_000_160,
        "902011041700001": 1_000_160,
    }
    assert control_total(posting_set) == 1_000_000 + 200 + 1_000_160
    assert outlet_differences(posting_set) == {}


def test_a_red_set_takes_back_turnover_and_control_total(rulebook, make_fact, accounts):
    blue = expand(rulebook, close(make_fact, accounts))
    red = expand(rulebook, close(make_fact, accounts, red=True))
    assert control_total(red) == -control_total(blue)
    assert turnover(red.legs)["0301", "211"] == Turnover(debit_minor=-1_000_000)
    assert set(turnover((*blue.legs, *red.legs)).values()) == {Turnover()}


def test_legs_on_one_account_fold_into_one_change(rulebook, make_fact):
    account = AccountReference("000000001800010", "0201", "211")
    fact = make_fact("savings.demand.settle_interest", accounts={"account": account}, interest="2.00", tax="0.40")
    assert account_deltas(expand(rulebook, fact))["000000001800010"] == -160


def test_off_sheet_received_counts_up_and_paid_down(rulebook, make_fact):
    received = make_fact("counter.voucher.receive", amount="500.00")
    paid = make_fact("counter.voucher.issue", amount="25.00")
    assert account_deltas(expand(rulebook, received)) == {"902011070200001": 50_000}
    assert account_deltas(expand(rulebook, paid)) == {"902011070200001": -2_500}
    taken_back = make_fact("counter.voucher.undo_issue", amount="25.00")
    assert account_deltas(expand(rulebook, taken_back)) == {"902011070200001": 2_500}


def test_an_unbalanced_set_is_seen(rulebook, deposit):
    posting_set = expand(rulebook, deposit())
    assert outlet_differences(posting_set._replace(legs=posting_set.legs[:1])) == {"0201": 100_000}
