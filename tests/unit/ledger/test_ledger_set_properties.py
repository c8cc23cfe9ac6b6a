"""What holds for every set: each outlet balances, 416 sums to zero, red takes back blue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from kernel.numbers import internal_account
from services.ledger.accounting.load import load_rulebook
from services.ledger.domain.balance import account_deltas, control_total, outlet_differences, signed_minor, turnover
from services.ledger.domain.expand import expand
from services.ledger.domain.folding import Folded
from services.ledger.domain.model import AccountReference, Fact, FreeLeg

BOOK = load_rulebook()
ON = date(2005, 9, 1)

outlets = st.sampled_from(["0001", "0100", "0101", "0102", "0200", "0201", "0202", "0300", "0301"])
amounts = st.integers(min_value=0, max_value=10**13)
positive = st.integers(min_value=1, max_value=10**13)
personal = st.builds(AccountReference, st.sampled_from(["000000001800010", "000000002600013"]), outlets, st.sampled_from(["211", "215"]))
corporate = st.builds(AccountReference, st.sampled_from(["400000001001011", "400000001002019"]), outlets, st.sampled_from(["201", "260"]))
settlements = st.one_of(st.just(AccountReference("cash")), personal, corporate)
loans = st.builds(AccountReference, st.just("400000001050010"), outlets, st.sampled_from(["123", "125", "130"]))


def fact(rule, outlet, accounts, amounts_minor, **more) -> Fact:
    return Fact(rule, UUID(int=1), ON, "CNY", outlet, accounts, amounts_minor, cash_box="00001", **more)


deposits = st.builds(
    lambda rule, outlet, settlement, account, amount: fact(
        rule, outlet, {"settlement": settlement, "account": account}, {"amount": amount}
    ),
    st.sampled_from(["savings.demand.deposit", "savings.demand.withdraw", "savings.corporate.deposit_cash", "savings.time.open"]),
    outlets,
    settlements,
    st.one_of(personal, corporate),
    positive,
)
closings = st.builds(
    lambda rule, outlet, settlement, account, principal, interest, tax: fact(
        rule,
        outlet,
        {"settlement": settlement, "account": account},
        {"principal": principal + tax, "interest": interest, "tax": tax, "paid": principal + interest},
    ),
    st.sampled_from(["savings.demand.close", "savings.time.close", "savings.interest_drawing.close"]),
    outlets,
    settlements,
    personal,
    positive,
    amounts,
    amounts,
)
repayments = st.builds(
    lambda outlet, loan, deposit, principal, interest, collateral: fact(
        "lending.loan.repay_full",
        outlet,
        {"loan": loan, "deposit": deposit},
        {"principal": principal, "interest": interest, "paid": principal + interest, "collateral": collateral},
    ),
    outlets,
    loans,
    corporate,
    positive,
    amounts,
    amounts,
)


@st.composite
def free_postings(draw) -> Fact:
    """Any legs anywhere, some red, closed by one leg somewhere that makes the set balance."""
    legs = draw(st.lists(_free_legs, min_size=1, max_size=8))
    total = sum((leg.amount_minor if leg.direction == "debit" else -leg.amount_minor) * (-1 if leg.red else 1) for leg in legs)
    if total:
        account = AccountReference(internal_account(draw(outlets), "CNY", "262", "00001"))
        legs.append(FreeLeg(account, "credit" if total > 0 else "debit", abs(total)))
    channel = draw(st.sampled_from([None, "416", "417", "418", "419", "420"]))
    return fact("ledger.entry.post", draw(outlets), {}, {}, legs=tuple(legs), channel=channel)


_internal = st.builds(
    lambda outlet, code: AccountReference(internal_account(outlet, "CNY", code, "00001")), outlets, st.sampled_from(["137", "262", "101"])
)
_free_legs = st.builds(FreeLeg, st.one_of(_internal, personal, corporate), st.sampled_from(["debit", "credit"]), positive, st.booleans())

facts = st.one_of(deposits, closings, repayments, free_postings())


@given(facts)
def test_every_outlet_balances_and_the_bridge_sums_to_zero(given_fact):
    posting_set = expand(BOOK, given_fact)
    assert outlet_differences(posting_set) == {}
    automatic = [leg for leg in posting_set.legs if leg.automatic]
    assert len({leg.outlet for leg in automatic}) == len(automatic)
    assert len(automatic) != 1
    assert all(leg.amount_minor > 0 for leg in posting_set.legs)


@given(facts)
def test_folding_finds_what_the_legs_say(given_fact):
    posting_set = expand(BOOK, given_fact)
    groups = {(leg.account, leg.outlet, leg.business_code) for leg in posting_set.legs}
    assume(len({leg.account for leg in posting_set.legs}) == len(groups))
    folded = Folded()
    folded.add("savings", 1, posting_set)
    [group] = folded.groups.values()
    assert sum(credit - debit for debit, credit, _, _ in group.positions.values()) == 0
    assert {account: given[-1] for account, given in folded.accounts.items()} == account_deltas(posting_set)


@given(facts)
def test_the_bridge_adds_nothing_to_the_accounts_of_the_fact(given_fact):
    posting_set = expand(BOOK, given_fact)
    named = [leg for leg in posting_set.legs if not leg.automatic]
    assert sum(signed_minor(leg) for leg in named) == 0


@given(facts)
def test_a_red_set_takes_back_the_blue_one(given_fact):
    blue = expand(BOOK, given_fact)
    red = expand(BOOK, replace(given_fact, red=True))
    deltas, taken_back = account_deltas(blue), account_deltas(red)
    assert {account: -change for account, change in deltas.items()} == taken_back
    assert control_total(red) == -control_total(blue)
    assert all(sums.debit_minor == sums.credit_minor == 0 for sums in turnover((*blue.legs, *red.legs)).values())
