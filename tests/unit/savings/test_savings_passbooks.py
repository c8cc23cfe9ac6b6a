"""Passbooks as paper: 24 rows, 12 pages, lines one after the other, adjustments."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.savings.domain.passbooks import Format, Passbook, adjust, lay_out, room

PAPER = Format(rows=24, pages=12)
NEW = Passbook("passbook", "00000001")


def places(placed):
    return [(each.book_line, each.page, each.row) for each in placed]


def test_lines_go_on_where_the_last_printing_ended():
    book, first = lay_out(NEW, ["a", "b"], PAPER)
    assert places(first) == [(1, 1, 1), (2, 1, 2)]
    book, second = lay_out(replace(book, row=24), ["c", "d"], PAPER)
    assert places(second) == [(3, 1, 24), (4, 2, 1)]
    assert (book.lines, book.page, book.row) == (4, 2, 2)


def test_a_balance_brought_forward_takes_a_row_and_is_no_line():
    book, brought = lay_out(NEW, ["brought"], PAPER, counted=False)
    book, lines = lay_out(book, ["a"], PAPER)
    assert (places(brought), places(lines)) == ([(0, 1, 1)], [(1, 1, 2)])


def test_a_full_book_takes_no_more():
    """12 x 24 = 288 rows."""
    assert room(NEW, PAPER) == 288
    book, placed = lay_out(NEW, list(range(300)), PAPER)
    assert (len(placed), placed[-1].page, placed[-1].row) == (288, 12, 24)
    assert room(book, PAPER) == 0
    assert lay_out(book, ["one more"], PAPER) == (book, [])


def test_an_adjustment_goes_on_at_its_row_on_a_page_that_has_it_free():
    adjustment = UUID(int=1)
    book, _ = lay_out(NEW, list(range(30)), PAPER)
    again = adjust(book, (1, 5), 5, 9, adjustment)
    assert (again.lines, again.page, again.row, again.adjusted_by) == (5, 1, 9, adjustment)
    over = adjust(book, (1, 5), 5, 3, adjustment)
    assert (over.page, over.row) == (2, 3)
    empty = adjust(book, None, 0, 1, adjustment)
    assert (empty.lines, empty.page, empty.row) == (0, 1, 1)


@given(st.lists(st.integers(0, 40), max_size=12))
def test_no_row_is_printed_twice_and_none_is_left_out(counts):
    book, taken = NEW, []
    for count in counts:
        book, placed = lay_out(book, list(range(count)), PAPER)
        taken += [((each.page - 1) * 24 + each.row, each.book_line) for each in placed]
    assert taken == [(position, position) for position in range(1, min(sum(counts), 288) + 1)]
