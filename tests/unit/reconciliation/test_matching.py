"""Matching a company's book against a statement: what is matched and why, what is left to a person, what becomes an item of the sheet."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from bench.matching_books import made_up
from services.reconciliation.domain import matching
from services.reconciliation.domain.adjustment import Item, ItemKind
from services.reconciliation.domain.matching import match_lines
from services.reconciliation.domain.matching_items import proposed_items
from services.reconciliation.domain.matching_lines import Ambiguity, Doubt, Line, Match, Reason, Shape
from services.reconciliation.domain.matching_sums import MOST_CANDIDATES, Undecided, only_choice
from services.reconciliation.domain.matching_texts import Agreement, names_agree, references_agree, said

FIRST = date(2005, 9, 1)


def line(number: int, day: int, yuan: str, text: str = "", reference: str = "") -> Line:
    """A line of 1 September 2005 and so many days; yuan with two decimals."""
    return Line(number, FIRST + timedelta(days=day), int(yuan.replace(".", "")), text, reference)


def numbers(matches: tuple[Match, ...]) -> list[tuple[tuple[int, ...], tuple[int, ...], Reason]]:
    return [(each.book, each.statement, each.reason) for each in matches]


def test_by_document_number_even_among_equal_amounts() -> None:
    book = [line(1, 0, "-500.00", "付华联货款", "00123456"), line(2, 0, "-500.00", "付华联货款", "00123457")]
    bank = [line(1, 3, "-500.00", "转账支出 票号00123457"), line(2, 4, "-500.00", "支票 00123456")]
    found = match_lines(book, bank)
    assert numbers(found.matches) == [((1,), (2,), Reason.REFERENCE), ((2,), (1,), Reason.REFERENCE)]
    assert [each.days for each in found.matches] == [4, 3] and not found.open_book and not found.open_statement


def test_by_name_where_no_other_line_could_be_meant() -> None:
    book = [line(1, 0, "800.00", "收广州宏达贸易款"), line(2, 1, "800.00", "收上海海川电子款")]
    bank = [line(1, 2, "800.00", "广州宏达贸易有限公司"), line(2, 2, "800.00", "海川电子")]
    assert numbers(match_lines(book, bank).matches) == [((1,), (1,), Reason.NAME), ((2,), (2,), Reason.NAME)]


@pytest.mark.parametrize(
    ("book", "bank"),
    [
        (["华联贸易", "华联贸易"], ["华联贸易"]),
        (["华联贸易"], ["华联贸易", "华联贸易"]),
        (["华联贸易", "华联贸易"], ["华联贸易", "华联贸易"]),
        (["华联贸易", ""], ["华联贸易"]),
    ],
)
def test_equals_are_never_chosen_between(book: list[str], bank: list[str]) -> None:
    """Also where days would make one choice look better, and where a line without a word could be meant as well."""
    ours = [line(n, n, "100.00", text) for n, text in enumerate(book, start=1)]
    theirs = [line(n, n, "100.00", text) for n, text in enumerate(bank, start=1)]
    found = match_lines(ours, theirs)
    assert not found.matches and not found.proposals
    assert found.ambiguities == (Ambiguity(tuple(range(1, len(book) + 1)), tuple(range(1, len(bank) + 1)), Doubt.EQUALS),)


def test_the_amount_alone_is_proposed_and_stays_open() -> None:
    found = match_lines([line(1, 0, "12.34", "手续费")], [line(9, 1, "12.34", "")])
    assert not found.matches and numbers(found.proposals) == [((1,), (9,), Reason.AMOUNT_ONLY)]
    assert [each.number for each in (*found.open_book, *found.open_statement)] == [1, 9]


def test_other_documents_of_the_same_name_are_only_proposed() -> None:
    found = match_lines([line(1, 0, "100.00", "华联贸易", "100001")], [line(1, 0, "100.00", "华联贸易", "100002")])
    assert not found.matches and numbers(found.proposals) == [((1,), (1,), Reason.AMOUNT_ONLY)]


def test_other_names_are_not_even_proposed() -> None:
    found = match_lines([line(1, 0, "100.00", "广州宏达贸易")], [line(1, 0, "100.00", "沈阳长城化工")])
    assert not found.matches and not found.proposals and not found.ambiguities


@pytest.mark.parametrize(("day", "matched"), [(-11, 0), (-10, 1), (10, 1), (11, 0)])
def test_the_days_allowed(day: int, matched: int) -> None:
    found = match_lines([line(1, 0, "100.00", "华联贸易")], [line(1, day, "100.00", "华联贸易")])
    assert len(found.matches) == matched


def test_money_in_is_never_money_out() -> None:
    assert not match_lines([line(1, 0, "100.00", "华联贸易", "100001")], [line(1, 0, "-100.00", "华联贸易", "100001")]).matches


def test_one_against_all_lines_of_a_document_number() -> None:
    """Wages: one line of the book, more lines of the bank than any search for sums would look at."""
    wages = [line(n, 2, "-10.00", "代发工资", "BATCH200509") for n in range(1, 41)]
    found = match_lines([line(1, 0, "-400.00", "发工资", "BATCH200509")], wages)
    assert numbers(found.matches) == [((1,), tuple(range(1, 41)), Reason.REFERENCE_SUM)]
    assert found.matches[0].shape is Shape.ONE_TO_MANY and found.matches[0].days == 2


def test_many_to_one_by_the_only_sum_under_the_name() -> None:
    book = [line(1, 0, "120.00", "收宏达贸易"), line(2, 1, "50.00", "收宏达贸易"), line(3, 1, "31.00", "收宏达贸易")]
    found = match_lines(book, [line(7, 2, "170.00", "宏达贸易")])
    assert numbers(found.matches) == [((1, 2), (7,), Reason.NAME_SUM)] and found.matches[0].shape is Shape.MANY_TO_ONE
    assert [each.number for each in found.open_book] == [3]


def test_two_sums_are_left_to_the_person() -> None:
    book = [line(n, 0, yuan, "收宏达贸易") for n, yuan in enumerate(("120.00", "50.00", "150.00", "20.00"), start=1)]
    found = match_lines(book, [line(7, 2, "170.00", "宏达贸易")])
    assert not found.matches and found.ambiguities == (Ambiguity((1, 2, 3, 4), (7,), Doubt.SUMS),)


def test_what_could_be_an_equal_is_part_of_no_sum() -> None:
    """50.00 could be the nameless 50.00 of the bank."""
    book = [line(1, 0, "120.00", "收宏达贸易"), line(2, 1, "50.00", "收宏达贸易")]
    found = match_lines(book, [line(7, 2, "170.00", "宏达贸易"), line(8, 2, "50.00", "")])
    assert not found.matches and numbers(found.proposals) == [((2,), (8,), Reason.AMOUNT_ONLY)]


def test_a_part_two_sums_want_is_given_to_neither() -> None:
    book = [line(1, 0, "100.00", "收宏达贸易"), line(2, 0, "200.00", "收宏达贸易"), line(3, 0, "400.00", "收宏达贸易")]
    found = match_lines(book, [line(7, 1, "300.00", "宏达贸易"), line(8, 1, "500.00", "宏达贸易")])
    assert not found.matches


def test_a_crowd_of_equal_amounts_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_RIVALS", 3)
    ours = [line(n, 0, "10.00", "华联贸易") for n in range(1, 6)]
    found = match_lines(ours, [line(n, 1, "10.00", "华联贸易") for n in range(1, 6)])
    assert not found.matches and [each.doubt for each in found.ambiguities] == [Doubt.CROWD]


def test_a_number_that_stands_everywhere_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company's own account number in every text neither makes lines one nor hides that their cheques are two; a batch that is as large
    still is one business with the line that pays it."""
    monkeypatch.setattr(matching, "MOST_RIVALS", 3)
    ours = [line(n, 0, f"{n}00.00", "账号400000001001011") for n in range(1, 6)]
    theirs = [line(n, 0, f"{n}00.00", "账号400000001001011") for n in range(1, 6)]
    assert not match_lines(ours, theirs).matches
    ours[0] = line(1, 0, "100.00", "华联贸易 账号400000001001011", "100001")
    theirs[0] = line(1, 0, "100.00", "华联贸易 账号400000001001011", "100002")
    assert not match_lines(ours, theirs).matches
    batch = [line(n, 0, "-10.00", "代发", "BATCH0509") for n in range(1, 6)]
    assert [each.reason for each in match_lines([line(1, 0, "-50.00", "工资", "BATCH0509")], batch).matches] == [Reason.REFERENCE_SUM]


def test_the_order_of_lines_does_not_matter() -> None:
    books = made_up(400, seed=5)
    expected = match_lines(books.book, books.statement)
    for seed in range(4):
        chance = random.Random(seed)
        assert match_lines(chance.sample(books.book, len(books.book)), chance.sample(books.statement, len(books.statement))) == expected


@pytest.mark.parametrize("seed", range(6))
def test_every_automatic_match_is_true(seed: int) -> None:
    """Books with strangers of the same amount, day and name: nothing matched that does not belong together, and most of what does."""
    books = made_up(1500, seed)
    found = match_lines(books.book, books.statement)
    made = {(tuple(sorted(each.book)), tuple(sorted(each.statement))) for each in found.matches}
    assert made <= books.truth and len(made) > 0.75 * len(books.truth)
    assert {each.shape for each in found.matches} == set(Shape)
    ours = sorted(n for each in found.matches for n in each.book) + sorted(each.number for each in found.open_book)
    assert sorted(ours) == sorted(each.number for each in books.book)


def test_what_stays_open_becomes_items_of_the_right_kind() -> None:
    """The manual's figures: book 120, bank received 50 and paid 3; bank 150, company received 30 and paid 13."""
    book = [line(1, 3, "30.00", "收支票 宏达贸易"), line(2, 1, "-13.00", "付水费")]
    bank = [line(4, 2, "50.00", "委托收款"), line(5, 2, "-3.00", "手续费")]
    assert proposed_items(match_lines(book, bank)) == [
        Item(ItemKind.BANK_RECEIVED, 5000, date(2005, 9, 3), "委托收款", 4),
        Item(ItemKind.BANK_PAID, 300, date(2005, 9, 3), "手续费", 5),
        Item(ItemKind.COMPANY_PAID, 1300, date(2005, 9, 2), "付水费", None),
        Item(ItemKind.COMPANY_RECEIVED, 3000, date(2005, 9, 4), "收支票 宏达贸易", None),
    ]


@pytest.mark.parametrize(
    ("target", "amounts", "places"),
    [
        (170, [120, 50, 31], (0, 1)),
        (170, [170], ()),
        (170, [100, 69], ()),
        (10, [1, 2, 3, 4], (0, 1, 2, 3)),
        (6, [5, 4, 1], (0, 2)),
    ],
)
def test_the_only_choice(target: int, amounts: list[int], places: tuple[int, ...]) -> None:
    assert only_choice(target, amounts) == places


@pytest.mark.parametrize(
    ("target", "amounts"),
    [
        (5, [1, 4, 2, 3]),
        (3, [1, 2, 2]),
        (MOST_CANDIDATES + 1, [1] * (MOST_CANDIDATES + 1)),
        (45, list(range(1, 10))),
    ],
    ids=["two choices", "equal amounts", "too many", "too many parts"],
)
def test_no_choice_is_made_where_there_are_two_or_bounds_are_met(target: int, amounts: list[int]) -> None:
    with pytest.raises(Undecided):
        only_choice(target, amounts)


@pytest.mark.parametrize(
    ("text", "reference", "name", "references"),
    [
        ("付广州宏达贸易有限公司货款", "", "广州宏达贸易", set()),
        ("转账 1,234.56 2005-09-30 20050930", "", "", set()),
        ("支票 No.00123456", "", "", {"123456"}),
        ("", "4711", "", {"4711"}),
        ("Payment to ACME Trading Co Ltd", "", "ACMETRADING", set()),
        ("ＡＣＭＥ　Ｔｒａｄｉｎｇ", "", "ACMETRADING", set()),
    ],
)
def test_what_a_text_says(text: str, reference: str, name: str, references: set[str]) -> None:
    found = said(text, reference)
    assert (found.name, found.references) == (name, references)


@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        ("宏达贸易", "广州宏达贸易", Agreement.SAME),
        ("张三", "张三", Agreement.SAME),
        ("上海", "上海华联", Agreement.SILENT),
        ("", "华联", Agreement.SILENT),
        ("广州宏达贸易", "沈阳长城化工", Agreement.OTHER),
        ("广州宏达贸易", "广州永兴贸易", Agreement.SILENT),
    ],
)
def test_names(one: str, other: str, agreed: Agreement) -> None:
    assert names_agree(one, other) is agreed is names_agree(other, one)


def test_references() -> None:
    ours, same, other, none = said("", "100001"), said("票号100001 100002", ""), said("", "100002"), said("", "")
    assert references_agree(ours, same) is Agreement.SAME and references_agree(ours, other) is Agreement.OTHER
    assert references_agree(ours, none) is Agreement.SILENT
