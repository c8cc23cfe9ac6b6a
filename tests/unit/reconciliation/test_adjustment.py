"""未达账务调节表: its equation, and what may stand on it (ER 29-30, 47)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from services.reconciliation.domain.adjustment import (
    MOST_ITEMS,
    Item,
    ItemKind,
    Sheet,
    check_items,
    check_sheet,
    item_of_line,
    work_out,
)
from services.reconciliation.domain.statement_states import ReplyResult

BANK_RECEIVED, BANK_PAID, COMPANY_RECEIVED, COMPANY_PAID = ItemKind
CLOSING = date(2005, 9, 30)


def sheet(company: int, *items: tuple[ItemKind, int]) -> Sheet:
    return Sheet(company, tuple(Item(kind, amount) for kind, amount in items))


def test_the_worked_example() -> None:
    """120 + 50 - 3 = 150 + 30 - 13 = 167."""
    worked = work_out(sheet(12000, (BANK_RECEIVED, 5000), (BANK_PAID, 300), (COMPANY_RECEIVED, 3000), (COMPANY_PAID, 1300)), 15000)
    assert (worked.company_adjusted_minor, worked.bank_adjusted_minor, worked.difference_minor) == (16700, 16700, 0)
    assert worked.balances


def test_items_of_a_kind_are_added_up_and_a_wrong_side_shows() -> None:
    worked = work_out(sheet(10000, (BANK_RECEIVED, 200), (BANK_RECEIVED, 300), (COMPANY_PAID, 100)), 10500)
    assert worked.sums_minor == {BANK_RECEIVED: 500, BANK_PAID: 0, COMPANY_RECEIVED: 0, COMPANY_PAID: 100}
    assert (worked.company_adjusted_minor, worked.bank_adjusted_minor, worked.difference_minor) == (10500, 10400, 100)
    assert not worked.balances


def test_overdrawn_books_are_adjusted_too() -> None:
    assert work_out(sheet(-500, (BANK_RECEIVED, 700)), 200).balances


MOVED = st.lists(st.integers(-(10**9), 10**9).filter(bool), max_size=20)
OF_THE_COMPANY = {True: COMPANY_RECEIVED, False: COMPANY_PAID}


@given(both=MOVED, only_bank=MOVED, only_company=MOVED)
def test_two_books_of_one_business_meet_when_what_one_lacks_stands_on_the_sheet(
    both: list[int], only_bank: list[int], only_company: list[int]
) -> None:
    """What was received is positive. Leaving one item out, or putting it on the other side, never balances."""
    items = [Item(*item_of_line(minor)) for minor in only_bank]
    items += [Item(OF_THE_COMPANY[minor > 0], abs(minor)) for minor in only_company]
    company, bank = sum(both) + sum(only_company), sum(both) + sum(only_bank)
    assert work_out(Sheet(company, tuple(items)), bank).balances
    for place, item in enumerate(items):
        others = [*items[:place], *items[place + 1 :]]
        assert not work_out(Sheet(company, tuple(others)), bank).balances
        wrong = ItemKind(item.kind.value.replace("received", "PAID").replace("paid", "received").replace("PAID", "paid"))
        assert not work_out(Sheet(company, (*others, Item(wrong, item.amount_minor))), bank).balances


@pytest.mark.parametrize(
    ("result", "sent", "code"),
    [
        (ReplyResult.ADJUSTED, sheet(12000, (BANK_RECEIVED, 3000)), None),
        (ReplyResult.ADJUSTED, sheet(12000, (BANK_RECEIVED, 2999)), "unbalanced"),
        (ReplyResult.ADJUSTED, sheet(15000), "empty"),
        (ReplyResult.ADJUSTED, None, "missing"),
        (ReplyResult.DISTORTED, sheet(12000, (BANK_RECEIVED, 1)), None),
        (ReplyResult.DISTORTED, sheet(12000), None),
        (ReplyResult.DISTORTED, None, "missing"),
        (ReplyResult.AGREED, None, None),
        (ReplyResult.AGREED, sheet(15000), "not_asked"),
        (ReplyResult.TO_BE_CHECKED, None, None),
        (ReplyResult.TO_BE_CHECKED, sheet(1), "not_asked"),
    ],
)
def test_which_result_comes_with_which_sheet(result: ReplyResult, sent: Sheet | None, code: str | None) -> None:
    if code is None:
        check_sheet(result, sent, 15000, "CNY")
        return
    with pytest.raises(DomainError) as refused:
        check_sheet(result, sent, 15000, "CNY")
    assert refused.value.code == f"statement.adjustment.{code}"


def test_a_sheet_that_does_not_balance_says_by_how_much() -> None:
    with pytest.raises(DomainError) as refused:
        check_sheet(ReplyResult.ADJUSTED, sheet(12000, (BANK_RECEIVED, 2999)), 15000, "CNY")
    assert refused.value.values == {"company": "149.99", "bank": "150.00", "difference": "-0.01"}


LINES = {1: 5000, 2: -300}


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([Item(BANK_RECEIVED, 5000, line=1), Item(BANK_PAID, 300, line=2), Item(BANK_PAID, 7)], None),
        ([Item(BANK_RECEIVED, 5000, line=3)], "line_unknown"),
        ([Item(BANK_RECEIVED, 5000, line=1)] * 2, "line_twice"),
        ([Item(BANK_RECEIVED, 4999, line=1)], "line_differs"),
        ([Item(BANK_PAID, 5000, line=1)], "line_differs"),
        ([Item(COMPANY_RECEIVED, 5000, line=1)], "line_differs"),
        ([Item(BANK_RECEIVED, 300, line=2)], "line_differs"),
        ([Item(COMPANY_PAID, 1, on=CLOSING)], None),
        ([Item(COMPANY_PAID, 1, on=date(2005, 10, 1))], "item_date"),
        ([Item(COMPANY_PAID, 1)] * MOST_ITEMS, None),
        ([Item(COMPANY_PAID, 1)] * (MOST_ITEMS + 1), "too_long"),
    ],
)
def test_items_stand_for_what_they_name(items: list[Item], code: str | None) -> None:
    if code is None:
        check_items(Sheet(0, tuple(items)), CLOSING, LINES)
        return
    with pytest.raises(DomainError) as refused:
        check_items(Sheet(0, tuple(items)), CLOSING, LINES)
    assert refused.value.code == f"statement.adjustment.{code}"
