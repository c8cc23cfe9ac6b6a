"""A company's book out of a file: what is read of it, and what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from kernel.errors import DomainError
from services.reconciliation.domain.matching_lines import Line
from services.reconciliation.matching import books
from services.reconciliation.matching.books import read_book

BEGINS, CLOSING = date(2005, 9, 1), date(2005, 9, 30)
HEAD = "日期,借方,贷方,摘要,对方户名,票据号\n"
TEXT = f"{HEAD}2005-09-02,1\u202f000.00,,货款,华联贸易,00123456\n2005-09-30,,13.00,水费,,\n".replace("\u202f", "")
WANTED = [Line(1, date(2005, 9, 2), 100_000, "华联贸易 货款", "00123456"), Line(2, CLOSING, -1_300, "水费", "")]


def read(content: bytes) -> list[Line]:
    return read_book(content, "CNY", BEGINS, CLOSING)


def refusal(content: bytes) -> DomainError:
    with pytest.raises(DomainError) as refused:
        read(content)
    assert refused.value.text.zh and refused.value.text.en and refused.value.field == "file"
    return refused.value


def workbook(*rows: list[object]) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_debit_is_received_and_credit_is_paid(encoding: str) -> None:
    assert read(TEXT.encode(encoding)) == WANTED


def test_a_workbook_with_days_as_it_keeps_them() -> None:
    content = workbook(
        ["日期", "借方", "贷方", "摘要", "对方户名", "票据号"],
        [datetime(2005, 9, 2), 1000, None, "货款", "华联贸易", "00123456"],
        [date(2005, 9, 30), None, 13.0, "水费", None, None],
    )
    assert read(content) == WANTED


@pytest.mark.parametrize("day", ["2005-09-02", "2005/9/2", "20050902", "2005年9月2日", "2005.9.2", "2005-09-02 00:00:00"])
def test_days_as_people_write_them(day: str) -> None:
    assert read(f"date,amount\n{day},-1.00\n".encode()) == [Line(1, date(2005, 9, 2), -100)]


@pytest.mark.parametrize(
    ("line", "minor"),
    [("2005-09-02,-5.00,", -500), ("2005-09-02,,-5.00", 500), ("2005-09-02,5.00,0.00", 500), ('2005-09-02,"1,234.50",', 123_450)],
    ids=["red debit", "red credit", "an empty side is zero", "thousands"],
)
def test_signs(line: str, minor: int) -> None:
    [found] = read(f"日期,借方,贷方\n{line}\n".encode())
    assert found.amount_minor == minor


@pytest.mark.parametrize(
    ("line", "column", "problem"),
    [
        (",1.00,,,,", "date", "empty"),
        ("2005-13-01,1.00,,,,", "date", "not a date"),
        ("2005-10-01,1.00,,,,", "date", "after the closing date"),
        ("2001-09-01,1.00,,,,", "date", "more than a year"),
        ("2005-09-01,,,,,", "amount", "no amount"),
        ("2005-09-01,0.00,,,,", "amount", "no amount"),
        ("2005-09-01,1.00,2.00,,,", "credit", "only one"),
        ("2005-09-01,1.005,,,,", "debit", "decimals"),
        ("2005-09-01,abc,,,,", "debit", "decimal number"),
        ("2005-09-01,1.00,,=HYPERLINK(1),,", "summary", "formula"),
        ("2005-09-01,1.00,,,@SUM(1),", "name", "formula"),
    ],
)
def test_a_wrong_line_is_named(line: str, column: str, problem: str) -> None:
    refused = refusal((TEXT + line + "\n").encode())
    [told] = refused.values["_errors"]
    assert (refused.code, told["line"], told["column"]["en"]) == ("file.lines", 4, column) and problem in told["message"]["en"]


@pytest.mark.parametrize(
    ("head", "problem"), [("借方,贷方", "'date' is missing"), ("日期,摘要", "'amount', are missing"), ("日期,金额,余额", "余额")]
)
def test_wrong_columns(head: str, problem: str) -> None:
    refused = refusal(f"{head}\n2005-09-01,1.00\n".encode())
    assert refused.code == "file.columns" and problem in refused.text.en


def test_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MOST_LINES", 1)
    assert refusal(TEXT.encode()).code == "file.too_long"


def test_macros_and_formulas_are_refused() -> None:
    kept = io.BytesIO(workbook(["日期", "金额"], ["2005-09-01", 1]))
    with zipfile.ZipFile(kept, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    assert refusal(kept.getvalue()).code == "file.macros"
    [told] = refusal(workbook(["日期", "金额"], ["2005-09-01", "=1+1"])).values["_errors"]
    assert "formula" in told["message"]["en"]
