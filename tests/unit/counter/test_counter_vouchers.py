"""Ranges of voucher numbers, the chain of issue, and the sheet of a box (IB 329-343, 734-741, 1553, 3446-3456, 3659-3666)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.vouchers import KINDS
from services.counter.domain.vouchers import (
    NumberRange,
    State,
    VoucherMovement,
    issuer_of,
    number_range,
    voucher_sheet,
    where,
    whole_books,
)
from services.counter.voucher_loading import chain_to, joined
from services.counter.vouchers import Place


def code_of(*given: object, **named: object) -> str:
    with pytest.raises(DomainError) as refused:
        whole_books(number_range(*given, **named))  # type: ignore[arg-type]
    return refused.value.code


def test_a_range_counts_both_ends_at_one_yuan_a_sheet() -> None:
    numbers = number_range("CCKZ", "00000026", "00000075", sheets=50)
    assert (numbers.sheets, numbers.value_minor, numbers.texts) == (50, 5000, ("00000026", "00000075"))
    assert number_range("passbook", "00000007").texts == ("00000007", "00000007")


@pytest.mark.parametrize(
    ("first", "last", "sheets", "code"),
    [
        ("00000002", "00000026", None, "voucher.whole_books"),
        ("00000001", "00000024", None, "voucher.whole_books"),
        ("00000000", "00000024", None, "voucher.whole_books"),
        ("00000026", "00000001", None, "voucher.range"),
        ("00000001", "00000025", 24, "voucher.sheets_differ"),
        ("1", "00000025", None, "voucher.number.malformed"),
        ("00000001", "0000002五", None, "voucher.number.malformed"),
        ("00000001", "99999999", None, "voucher.range_too_long"),
    ],
)
def test_what_is_wrong_with_a_range_of_cheques(first: str, last: str, sheets: int | None, code: str) -> None:
    assert code_of("CCKZ", first, last, sheets=sheets) == code


def test_only_cheques_come_in_books() -> None:
    assert {code for code, kind in KINDS.items() if kind.is_cheque} == {"CCKZ", "TCKZ"}
    assert whole_books(number_range("CNFX", "00000002", "00000009")).sheets == 8
    assert code_of("ABCD", "00000001", "00000025") == "voucher.kind_unknown"


@given(book=st.integers(0, 3_999_998), books=st.integers(1, 40_000))
def test_whole_books_begin_at_25n_and_one(book: int, books: int) -> None:
    last = min(25 * (book + books), 99_999_975)
    assert whole_books(NumberRange(KINDS["TCKZ"], 25 * book + 1, last)).sheets % 25 == 0


def test_who_issues_to_whom() -> None:
    issuers = {outlet: issuer_of(outlet) for outlet in ("0002", "0001", "0200", "0100", "0201", "0101", "0301")}
    assert issuers == {
        "0002": None,
        "0001": "0002",
        "0200": "0002",
        "0100": "0002",
        "0201": "0200",
        "0101": "0100",
        "0301": "0300",
    }


def test_the_steps_to_a_box_are_those_of_the_manual() -> None:
    steps = [(step.action, step.at) for step in chain_to(Place("0201", "00001"))]
    assert steps == [
        ("purchase", "0002"),
        ("issue", "0002"),
        ("receive", "0200"),
        ("issue", "0200"),
        ("receive", "0201"),
        ("take_out", "0201"),
    ]
    assert [(step.action, step.at) for step in chain_to(Place("0002", "00000"))] == [("purchase", "0002")]


def test_neighbouring_ranges_are_one() -> None:
    slip, book = KINDS["slip"], KINDS["book"]
    ranges = [NumberRange(slip, 11, 20), NumberRange(slip, 1, 10), NumberRange(book, 21, 30), NumberRange(slip, 22, 30)]
    assert joined(ranges) == [NumberRange(book, 21, 30), NumberRange(slip, 1, 20), NumberRange(slip, 22, 30)]


def test_the_sheet_of_a_box() -> None:
    """100 at the start; 50 out of the vault, 10 back, 5 from another box, 30 used, 3 of them taken back: 118."""
    movements = [("take_out", 50), ("put_in", -10), ("transfer", 5), ("use", -30), ("take_back", 3)]
    sheet = voucher_sheet(118, [VoucherMovement(action, sheets) for action, sheets in movements])
    figures = (sheet.opening_sheets, sheet.out_sheets, sheet.in_sheets, sheet.received_sheets, sheet.paid_sheets, sheet.balance_sheets)
    assert figures == (100, 50, 10, 8, 30, 118)


@pytest.mark.parametrize("state", list(State))
def test_where_a_number_is_can_be_said(state: State) -> None:
    text = where(state, "0201", "00002", "0202")
    assert text.zh and text.en and text.zh != text.en
