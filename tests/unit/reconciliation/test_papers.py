"""The check code of a statement on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.reconciliation.domain.papers import Paper, PaperLine, check_code, digest_of_lines, is_code_of, may_be

LINES = [
    PaperLine(1, date(2005, 9, 2), "02012000001", False, 12_000, 112_000, "货款"),
    PaperLine(2, date(2005, 9, 5), "02012000009", True, 300, 111_700, ""),
]
PAPER = Paper(
    number="0201200500000001",
    kind="detail",
    account="400000018201016",
    name="北山商行",
    currency="CNY",
    date_from=date(2005, 9, 1),
    date_to=date(2005, 9, 30),
    opening_minor=100_000,
    closing_minor=111_700,
    lines_digest=digest_of_lines(LINES),
)
CODE = check_code("key", PAPER)


def test_a_code_is_24_letters_in_groups_of_four_and_the_same_every_time() -> None:
    assert [len(group) for group in CODE.split("-")] == [4] * 6
    assert check_code("key", PAPER) == CODE and is_code_of("key", PAPER, CODE) and may_be("key", PAPER.number, CODE)


@pytest.mark.parametrize(
    "changed",
    [
        {"number": "0201200500000002"},
        {"kind": "balance"},
        {"account": "400000018201024"},
        {"name": "北山商号"},
        {"currency": "USD"},
        {"date_from": date(2005, 8, 31)},
        {"date_to": date(2005, 9, 29)},
        {"opening_minor": 100_001},
        {"closing_minor": 111_701},
        {"lines_digest": digest_of_lines(LINES[:1])},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_is_changed_on_the_paper_its_code_is_another(changed: dict[str, object]) -> None:
    assert not is_code_of("key", replace(PAPER, **changed), CODE)


@pytest.mark.parametrize("place", range(2))
@pytest.mark.parametrize(
    "changed",
    [{"on": date(2005, 9, 3)}, {"transaction_number": "02012000002"}, {"is_debit": None}, {"amount_minor": 1}, {"summary": "x"}],
    ids=lambda changed: next(iter(changed)),
)
def test_every_field_of_every_line_counts(place: int, changed: dict[str, object]) -> None:
    lines = list(LINES)
    lines[place] = replace(lines[place], **changed)
    assert digest_of_lines(lines) != PAPER.lines_digest


def test_lines_in_another_order_are_other_lines() -> None:
    assert digest_of_lines(reversed(LINES)) != PAPER.lines_digest


def test_without_the_key_no_code_fits() -> None:
    assert not is_code_of("other", PAPER, CODE) and not may_be("other", PAPER.number, CODE)


@pytest.mark.parametrize("written", [CODE.lower(), CODE.replace("-", ""), CODE.replace("-", " "), CODE.replace("O", "0").replace("I", "1")])
def test_how_it_is_typed_does_not_matter(written: str) -> None:
    assert is_code_of("key", PAPER, written) and may_be("key", PAPER.number, written)


@pytest.mark.parametrize("written", ["", CODE[:-1], CODE + "A", CODE[:9], "AAAA-" * 6])
def test_half_a_code_is_none(written: str) -> None:
    assert not is_code_of("key", PAPER, written)
