"""What a reply says and is known by; the periods of statements and when they are due (ER 20-51, decision 0023)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from contracts import statements
from kernel.errors import DomainError
from services.reconciliation.domain.adjustment import MOST_ITEMS, Item, ItemKind, Sheet
from services.reconciliation.domain.replies import SATISFACTION_TEXTS, ReplyContent, check_decides, check_reply
from services.reconciliation.domain.statement_periods import (
    Frequency,
    StatementKind,
    check_period,
    due_on,
    ending_on,
    first_day,
    period_ends,
)
from services.reconciliation.domain.statement_states import ReplyResult, StatementAct, StatementState

SHEET = Sheet(100, (Item(ItemKind.BANK_PAID, 30, date(2005, 9, 3), "电费", 4),))
REPLY = ReplyContent(ReplyResult.ADJUSTED, "李四", "0571-88888888", "002", SHEET)


def test_a_reply_is_known_by_everything_it_says() -> None:
    same = REPLY.digest("0201200500000001", 3, "001")
    assert same == replace(REPLY, sheet=Sheet(100, (replace(SHEET.items[0]),))).digest("0201200500000001", 3, "001")
    others = [
        REPLY.digest("0201200500000002", 3, "001"),
        REPLY.digest("0201200500000001", 4, "001"),
        REPLY.digest("0201200500000001", 3, "003"),
        *(
            changed.digest("0201200500000001", 3, "001")
            for changed in (
                replace(REPLY, result=ReplyResult.DISTORTED),
                replace(REPLY, contact_name="李五"),
                replace(REPLY, contact_phone="1"),
                replace(REPLY, supervisor="009"),
                replace(REPLY, satisfaction="satisfied"),
                replace(REPLY, opinion="好"),
                replace(REPLY, sheet=None),
                replace(REPLY, sheet=replace(SHEET, company_balance_minor=101)),
                replace(REPLY, sheet=replace(SHEET, items=(replace(SHEET.items[0], amount_minor=31),))),
                replace(REPLY, sheet=replace(SHEET, items=(replace(SHEET.items[0], kind=ItemKind.COMPANY_PAID),))),
                replace(REPLY, sheet=replace(SHEET, items=(replace(SHEET.items[0], line=5),))),
            )
        ),
    ]
    assert len({same, *others}) == 1 + len(others)


@pytest.mark.parametrize(
    ("changes", "round_number", "code"),
    [
        ({}, 1, None),
        ({"satisfaction": "satisfied"}, 1, "statement.satisfaction_early"),
        ({"opinion": "谢谢"}, 1, "statement.satisfaction_early"),
        ({"result": ReplyResult.AGREED, "sheet": None}, 2, "statement.satisfaction_missing"),
        ({"result": ReplyResult.AGREED, "sheet": None, "satisfaction": "dissatisfied", "opinion": "太慢"}, 2, None),
        ({"satisfaction": "satisfied"}, 2, "statement.result"),
    ],
)
def test_satisfaction_is_said_of_an_answer(changes: dict[str, object], round_number: int, code: str | None) -> None:
    content = replace(REPLY, **changes)  # type: ignore[arg-type]
    if code is None:
        check_reply(content, round_number, 70, "CNY")
        return
    with pytest.raises(DomainError) as refused:
        check_reply(content, round_number, 70, "CNY")
    assert refused.value.code == code


def test_the_chosen_supervisor_decides_and_nobody_on_his_own_reply() -> None:
    check_decides("002", "001", "002")
    for operator, clerk, supervisor, code in (
        ("001", "001", "002", "statement.same_person"),
        ("002", "002", "002", "statement.same_person"),
        ("003", "001", "002", "statement.other_supervisor"),
    ):
        with pytest.raises(DomainError) as refused:
            check_decides(operator, clerk, supervisor)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("day", "frequencies"),
    [
        (date(2005, 9, 29), ()),
        (date(2005, 9, 30), ("month", "quarter")),
        (date(2005, 10, 31), ("month",)),
        (date(2005, 12, 31), ("month", "quarter", "year")),
        (date(2004, 2, 28), ()),
        (date(2004, 2, 29), ("month",)),
        (date(2005, 2, 28), ("month",)),
    ],
)
def test_periods_end_with_calendar_months_quarters_and_years(day: date, frequencies: tuple[str, ...]) -> None:
    assert tuple(each.value for each in ending_on(day)) == frequencies


def test_periods_begin_with_the_first_of_their_months() -> None:
    assert first_day(Frequency.MONTH, date(2005, 2, 28)) == date(2005, 2, 1)
    assert first_day(Frequency.QUARTER, date(2005, 3, 31)) == date(2005, 1, 1)
    assert first_day(Frequency.YEAR, date(2005, 12, 31)) == date(2005, 1, 1)
    assert first_day(Frequency.ON_DEMAND, date(2005, 9, 17)) == date(2005, 9, 1)


def test_the_ends_of_months_that_have_passed() -> None:
    assert list(period_ends(date(2005, 8, 31), date(2005, 9, 30))) == []
    assert list(period_ends(date(2005, 8, 31), date(2005, 10, 1))) == [date(2005, 9, 30)]
    assert list(period_ends(date(2005, 11, 15), date(2006, 3, 1))) == [
        date(2005, 11, 30), date(2005, 12, 31), date(2006, 1, 31), date(2006, 2, 28),
    ]  # fmt: skip


def test_a_period_has_ended_and_is_a_year_at_most() -> None:
    check_period(date(2005, 1, 1), date(2005, 12, 31), date(2006, 1, 1))
    check_period(date(2005, 9, 1), date(2005, 9, 1), date(2005, 9, 2))
    for first, end, today in (
        (date(2005, 9, 1), date(2005, 9, 2), date(2005, 9, 2)),
        (date(2005, 9, 2), date(2005, 9, 1), date(2005, 9, 9)),
        (date(2004, 9, 1), date(2005, 9, 2), date(2005, 9, 9)),
    ):
        with pytest.raises(DomainError) as refused:
            check_period(first, end, today)
        assert refused.value.code == "statement.period"


def test_due_dates_are_calendar_days() -> None:
    assert due_on(date(2005, 10, 1), 15) == date(2005, 10, 16)


def test_the_contract_names_what_the_domain_knows() -> None:
    """Neither may import the other."""
    for literal, values in (
        (statements.State, StatementState),
        (statements.Act, StatementAct),
        (statements.Result, ReplyResult),
        (statements.ItemKind, ItemKind),
        (statements.StatementKind, StatementKind),
    ):
        assert get_args(literal) == tuple(each.value for each in values)
    assert get_args(statements.Satisfaction) == tuple(SATISFACTION_TEXTS)
    assert statements.MOST_ITEMS == MOST_ITEMS
