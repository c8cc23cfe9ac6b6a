"""Reports in four formats: what they hold, how numbers stand, and that no cell can be run."""

from __future__ import annotations

import csv
import io
import re
import zlib
from base64 import a85decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook
from pydantic import ValidationError

from contracts.report import Column, Heading, ReportTable
from gateway.rendering import FORMATS, as_csv, as_html, as_pdf, as_xlsx
from gateway.rendering.widths import display_width, shared_widths
from kernel.text import Text

DANGEROUS = ("=HYPERLINK(1)", "+1+1", "-1+1|cmd", "@SUM(A1)", "\t=1", "\r=1")
COLUMNS = [
    Column(key="account", label=Text("账号", "Account")),
    Column(key="summary", label=Text("摘要", "Summary")),
    Column(key="count", label=Text("笔数", "Count"), kind="integer"),
    Column(key="amount", label=Text("金额", "Amount"), kind="amount"),
]


def report(rows: list[dict[str, object]], **more: object) -> ReportTable:
    headers = [
        Heading(label=Text("账务日期", "Business date"), value="2005-09-01"),
        Heading(label=Text("网点", "Outlet"), value=Text("全行", "all")),
    ]
    title = {"zh": "日计表", "en": "Trial"}
    return ReportTable.model_validate({"title": title, "headers": headers, "columns": COLUMNS, "rows": rows, **more})


ROWS = [
    {"account": "902011010100001", "summary": "存款 <b>&", "count": 3, "amount": "1234567.80", "unseen": "not shown"},
    {"account": "000000001800015", "summary": {"zh": "冲账", "en": "reversal"}, "count": 0, "amount": "-0.05"},
]


def lines(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_keeps_numbers_plain_and_leads_with_title_and_headers() -> None:
    assert lines(as_csv(report(ROWS, totals={"amount": "1234567.75"}), "zh")) == [
        ["日计表"],
        ["账务日期", "2005-09-01"],
        ["网点", "全行"],
        [],
        ["账号", "摘要", "笔数", "金额"],
        ["902011010100001", "存款 <b>&", "3", "1234567.80"],
        ["000000001800015", "冲账", "0", "-0.05"],
        ["合计", "", "", "1234567.75"],
    ]


@pytest.mark.parametrize("text", DANGEROUS)
def test_csv_guards_text_that_would_start_a_formula(text: str) -> None:
    rows = lines(as_csv(report([{"summary": text}]), "en"))
    assert rows[5][1] == f"'{text}"


def test_csv_is_in_the_language_asked_for() -> None:
    rows = lines(as_csv(report(ROWS), "en"))
    assert rows[0] == ["Trial"]
    assert rows[4] == ["Account", "Summary", "Count", "Amount"]
    assert rows[6][1] == "reversal"


def sheet_of(table: ReportTable, language: str = "zh") -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(as_xlsx(table, language))).active  # type: ignore[arg-type]
    return [list(row) for row in sheet]  # type: ignore[union-attr]


def test_xlsx_holds_amounts_as_numbers_and_accounts_as_text() -> None:
    cells = sheet_of(report(ROWS, totals={"count": 3, "amount": "1234567.75"}))
    first = cells[5]
    assert [cell.value for cell in first] == ["902011010100001", "存款 <b>&", 3, 1234567.8]
    assert [cell.data_type for cell in first] == ["s", "s", "n", "n"]
    assert first[3].number_format == "#,##0.00"
    assert [cell.value for cell in cells[7]] == ["合计", None, 3, 1234567.75]


@pytest.mark.parametrize("text", DANGEROUS)
def test_xlsx_never_holds_a_formula(text: str) -> None:
    cell = sheet_of(report([{"summary": text}]))[5][1]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.value.strip() == text.strip()


def test_xlsx_drops_what_a_workbook_cannot_hold() -> None:
    cell = sheet_of(report([{"summary": "a\x00b\x1fc"}]))[5][1]
    assert cell.value == "abc"


class Reader(HTMLParser):
    """Collects the cells and the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


def test_html_groups_amounts_escapes_everything_and_loads_nothing() -> None:
    page = Reader(as_html(report(ROWS, totals={"amount": "1234567.75"}), "zh").decode())
    for word in ("1,234,567.80", "-0.05", "1,234,567.75", "合计", "存款 <b>&", "全行"):
        assert word in page.words
    assert "not shown" not in page.words
    assert not {"b", "script", "link", "img"} & set(page.tags)


def test_html_goes_with_a_policy_that_allows_its_own_style_alone() -> None:
    page = as_html(report(ROWS), "en").decode()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = b64encode(sha256(style.group(1).encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in FORMATS["html"].headers["Content-Security-Policy"]


def pdf_text(content: bytes) -> list[str]:
    """The text of each page: reportlab writes strings of the Chinese font as escaped UTF-16."""
    pages = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        page = zlib.decompress(a85decode(stream.strip().removesuffix(b"~>")))
        strings = [_unescaped(each) for each in re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", page, re.DOTALL)]
        pages.append(" ".join(each.decode("utf-16-be") for each in strings))
    return pages


def _unescaped(text: bytes) -> bytes:
    octal = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
    return octal.sub(lambda match: bytes([int(match.group(1), 8)]) if len(match.group(1)) == 3 else _control(match.group(1)), text)


def _control(letter: bytes) -> bytes:
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(letter, letter)


def test_pdf_numbers_its_pages_and_repeats_the_head() -> None:
    pages = pdf_text(as_pdf(report([dict(ROWS[0], summary=f"第{number}笔") for number in range(120)]), "zh"))
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页 共 {len(pages)} 页" in page
        assert "账号" in page and "金额" in page
    assert "日计表" in pages[0] and "账务日期: 2005-09-01" in pages[0]
    assert "1,234,567.80" in pages[0]
    assert "第119笔" in pages[-1]


def test_pdf_wraps_what_is_too_wide_and_takes_markup_as_text() -> None:
    [page] = pdf_text(as_pdf(report([{"summary": "<b>很长的摘要</b>" * 60, "amount": "1.00"}]), "en"))
    assert page.count("<b>") > 40
    assert "Page 1 of 1" in page


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_an_empty_report(name: str) -> None:
    assert FORMATS[name].render(report([]), "zh")


@pytest.mark.parametrize(
    ("column", "cell"),
    [("amount", "1,000.00"), ("amount", "NaN"), ("amount", "ten"), ("amount", 5), ("count", "5"), ("count", True)],
)
def test_a_cell_that_is_not_of_its_columns_kind_is_refused(column: str, cell: object) -> None:
    with pytest.raises(ValidationError, match=column):
        report([{column: cell}])


def test_two_columns_of_one_key_are_refused() -> None:
    with pytest.raises(ValidationError, match="same key"):
        ReportTable(title=Text("表", "Table"), columns=[COLUMNS[0], COLUMNS[0]])


def test_a_report_comes_back_from_json_as_it_was() -> None:
    table = report(ROWS, totals={"amount": "1.00"})
    assert ReportTable.model_validate_json(table.model_dump_json()) == table


def test_chinese_characters_are_twice_as_wide() -> None:
    assert display_width("账号 a") == 6


def test_columns_share_the_width_and_the_widest_give_way_first() -> None:
    assert shared_widths([10.0, 20.0], 40.0, 5.0) == [15.0, 25.0]
    narrow, wide = shared_widths([10.0, 200.0], 100.0, 5.0)
    assert narrow == 10.0
    assert wide == pytest.approx(90.0)
