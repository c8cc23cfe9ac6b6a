"""What a correction may look like, and who may open, close and post to which internal account: the rules as values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.ledger.accounting.load import load_accounting, load_rulebook
from services.ledger.domain import corrections as rules
from services.ledger.domain.internal_accounts import (
    check_by_hand,
    check_closing,
    check_suffix,
    check_writing_off,
    needs_opening,
    next_suffix,
    suffixes_to_choose,
)
from services.ledger.domain.model import AccountReference, FreeLeg, Subject

BOOK = load_rulebook()
ON = date(2005, 9, 1)
A, B, C = "000000001800010", "000000002600013", "902011026200001"


def leg(account: str, direction: str, amount_minor: int, red: bool = False) -> FreeLeg:
    return FreeLeg(AccountReference(account), direction, amount_minor, red)


def refusal(check, *arguments, **named) -> str | None:
    try:
        check(*arguments, **named)
    except DomainError as error:
        return error.code
    return None


def code(number: str):
    return BOOK.business_code(number, ON)


# Sets and supplements


def test_a_set_has_a_debit_and_a_credit_that_balance():
    assert refusal(rules.check_set, [leg(A, "debit", 5), leg(B, "credit", 5)], "CNY") is None
    assert refusal(rules.check_set, [leg(A, "debit", 5), leg(B, "credit", 4)], "CNY") == "ledger.entry.not_balanced"
    assert refusal(rules.check_set, [leg(A, "debit", 5), leg(B, "debit", 5, red=True)], "CNY") == "ledger.entry.one_sided"
    assert refusal(rules.check_set, [leg(A, "debit", 5, red=True), leg(B, "credit", 5, red=True)], "CNY") is None


def test_one_against_many_but_not_many_against_many():
    several = [leg(A, "debit", 9), leg(B, "credit", 5), leg(C, "credit", 4)]
    assert refusal(rules.check_supplement, several, "CNY") is None
    both = [leg(A, "debit", 3), leg(C, "debit", 6), leg(B, "credit", 5), leg(C, "credit", 4)]
    assert refusal(rules.check_supplement, both, "CNY") == "ledger.correct.many_to_many"


# Wrong accounts


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=8), st.booleans())
def test_one_colour_stands_alone_and_the_sums_agree(amounts: list[int], red_alone: bool):
    alone = leg(A, "credit", sum(amounts), red_alone)
    others = [leg(f"9020110262{number:05d}", "credit", amount, not red_alone) for number, amount in enumerate(amounts, start=101)]
    assert refusal(rules.check_wrong_account, [alone, *others], "CNY") is None
    assert sum(rules.credit_minor(each) for each in (alone, *others)) == 0
    more = leg(A, "credit", sum(amounts) + 1, red_alone)
    assert refusal(rules.check_wrong_account, [more, *others], "CNY") == "ledger.correct.sums_differ"
    assert refusal(rules.check_wrong_account, others, "CNY") == "ledger.correct.colours"


def test_two_red_against_two_blue_and_an_account_against_itself():
    legs = [leg(A, "credit", 5, True), leg(B, "credit", 5, True), leg(C, "credit", 5), leg("902011026200101", "credit", 5)]
    assert refusal(rules.check_wrong_account, legs, "CNY") == "ledger.correct.colours"
    assert refusal(rules.check_wrong_account, [leg(A, "credit", 5, True), leg(A, "credit", 5)], "CNY") == "ledger.correct.same_account"


# Against the original


@given(st.data())
def test_red_never_takes_more_than_stands(data: st.DataObject):
    """However often a set is corrected, what is taken from an account and side never exceeds what it was given."""
    sides = [(A, "debit"), (A, "credit"), (B, "credit")]
    amounts = data.draw(st.fixed_dictionaries({side: st.integers(1, 1000) for side in sides}))
    taken: list[tuple[rules.Side, int]] = []
    for _ in range(data.draw(st.integers(1, 8))):
        account, direction = side = data.draw(st.sampled_from(sides))
        amount = data.draw(st.integers(1, 1000))
        standing = rules.standing_amounts(amounts.items(), taken)
        found = refusal(rules.check_against, [leg(account, direction, amount, True)], standing, "CNY", every_leg=False)
        assert found == (None if amount <= standing[side] else "ledger.correct.more_than_original")
        if found is None:
            taken.append((side, amount))
    assert all(left >= 0 for left in rules.standing_amounts(amounts.items(), taken).values())


def test_two_red_legs_on_one_account_count_together():
    legs = [leg(A, "credit", 6, True), leg(A, "credit", 5, True)]
    with pytest.raises(DomainError) as refused:
        rules.check_against(legs, {(A, "credit"): 10}, "CNY", every_leg=False)
    assert (refused.value.code, refused.value.field) == ("ledger.correct.more_than_original", "legs.1.amount")


def test_blue_may_be_new_where_only_red_must_stand_in_the_original():
    legs = [leg(A, "credit", 6, True), leg(B, "credit", 6)]
    assert refusal(rules.check_against, legs, {(A, "credit"): 10}, "CNY", every_leg=False) is None
    assert refusal(rules.check_against, legs, {(A, "credit"): 10}, "CNY", every_leg=True) == "ledger.correct.not_in_original"
    assert refusal(rules.check_against, legs, {(A, "debit"): 10}, "CNY", every_leg=False) == "ledger.correct.not_in_original"


def test_what_a_leg_does_to_a_customers_account():
    assert rules.credit_minor(leg(A, "credit", 5)) == rules.credit_minor(leg(A, "debit", 5, True)) == 5
    assert rules.credit_minor(leg(A, "debit", 5)) == rules.credit_minor(leg(A, "credit", 5, True)) == -5


# Internal accounts


def test_the_outlets_own_range():
    allowed = suffixes_to_choose(code("262"), "0201", None)
    assert (allowed[0], allowed[-1]) == (101, 99999)
    assert next_suffix(["00001", "00101", "00103"], allowed) == "00102"
    assert [refusal(check_suffix, suffix, allowed) for suffix in ("00100", "00101", "99999")] == [
        "ledger.account.suffix_outside",
        None,
        None,
    ]
    assert refusal(next_suffix, (f"{number:05d}" for number in allowed), allowed) == "ledger.account.suffixes_used_up"


def test_fund_accounts_are_the_citys_and_name_the_sub_branch():
    allowed = suffixes_to_choose(code("475"), "0100", "0300")
    assert (allowed[0], allowed[-1]) == (3001, 3999)
    assert refusal(suffixes_to_choose, code("475"), "0201", "0300") == "ledger.account.city_only"
    assert refusal(suffixes_to_choose, code("475"), "0100", None) == "ledger.account.counterparty_required"


def test_closing_needs_nothing_left_and_writing_off_another_day():
    assert refusal(check_closing, "CNY", 0, False, None) is None
    assert refusal(check_closing, "CNY", -1, False, None) == "ledger.account.not_zero"
    assert refusal(check_closing, "CNY", 0, True, None) == "ledger.account.under_way"
    assert refusal(check_closing, "CNY", 0, False, ON) == "ledger.account.closed_already"
    assert refusal(check_writing_off, None, None, ON) == "ledger.account.not_closed"
    assert refusal(check_writing_off, ON, None, ON) == "ledger.account.closed_today"
    assert refusal(check_writing_off, date(2005, 8, 31), None, ON) is None
    assert refusal(check_writing_off, date(2005, 8, 30), date(2005, 8, 31), ON) == "ledger.account.written_off"


@pytest.mark.parametrize("number", ["416", "417", "418", "471", "472", "201", "211", "123", "133", "705"])
def test_what_only_the_system_posts_to(number: str):
    assert refusal(check_by_hand, code(number), "00001", "00001", "x", "account") == "ledger.business_code.not_by_hand"


def test_vouchers_followed_by_number_and_other_tellers_boxes():
    assert refusal(check_by_hand, code("702"), "00001", None, "x", "account") == "ledger.business_code.not_by_hand"
    assert refusal(check_by_hand, code("702"), "00101", None, "x", "account") is None
    assert refusal(check_by_hand, code("101"), "00002", "00001", "x", "account") == "ledger.entry.other_box"
    assert refusal(check_by_hand, code("101"), "00001", "00001", "x", "account") is None


def test_which_accounts_somebody_must_have_opened():
    assert needs_opening(code("262"), "00101")
    assert not needs_opening(code("262"), "00001") and not needs_opening(code("849"), "00003")
    assert not needs_opening(code("101"), "00007") and not needs_opening(code("472"), "00201")


# The chart


def test_a_later_given_line_of_the_same_date_stands():
    accounting, [first, *_] = load_accounting(), load_accounting().subjects
    renamed = [Subject(first.code, first.name, first.subject_class, first.side, date(2006, 1, 1), source) for source in ("one", "two")]
    book = accounting.changed(renamed, []).rulebook()
    assert book.subject(first.code, date(2005, 12, 31)).source == first.source
    assert book.subject(first.code, date(2006, 1, 1)).source == "two"
