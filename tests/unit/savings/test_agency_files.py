"""Files with the lines of a batch: what is read of them, and how everything wrong with them is told."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from banking.files import tables
from kernel.errors import DomainError
from kernel.numbers import customer_number, personal_account
from services.savings.agency.files import FileItem, read_items
from services.savings.domain.agency import MOST_ITEMS

ONE, TWO = (personal_account(customer_number(0, sequence), 1) for sequence in (1, 2))
HEAD = "账号,户名,对象标识,金额,备注\n"
WANTED = [FileItem(ONE, "张三", "E001", 350000, "九月工资"), FileItem(TWO, None, None, 1, "")]
TEXT = f"{HEAD}{ONE},张三,E001,3500.00,九月工资\n\n{TWO},,,0.01,\n"


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def refusal(content: bytes, currency: str = "CNY") -> DomainError:
    with pytest.raises(DomainError) as refused:
        read_items(content, currency)
    assert refused.value.text.zh and refused.value.text.en and refused.value.field == "file"
    return refused.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_text_in_either_encoding(encoding, ending):
    assert read_items(TEXT.replace("\n", ending).encode(encoding), "CNY") == WANTED


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_other_separators_and_english_headings_in_any_order(separator):
    rows = ["Amount,ACCOUNT,remarks", f"3500.00,{ONE},x", f"0.01,{TWO},"]
    text = "\n".join(rows).replace(",", separator)
    assert [(item.account, item.amount_minor, item.remarks) for item in read_items(text.encode(), "CNY")] == [
        (ONE, 350000, "x"),
        (TWO, 1, ""),
    ]


def test_a_workbook():
    content = workbook(
        ["账号", "户名", "对象标识", "金额", "备注"], [ONE, "张三", "E001", 3500, "九月工资"], [], [TWO, None, None, 0.01, None]
    )
    assert read_items(content, "CNY") == WANTED


@pytest.mark.parametrize(("typed", "minor"), [(0.1 + 0.2, 30), (1234567.89, 123456789), (1e5, 10000000), ("1,234.50", 123450), (8, 800)])
def test_amounts_are_what_was_typed(typed, minor):
    assert read_items(workbook(["account", "amount"], [ONE, typed]), "CNY")[0].amount_minor == minor


def test_a_workbook_with_inline_strings_and_prefixes():
    """As other programs write them: texts in the cells, elements with a prefix."""
    sheet = (
        '<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>账号</x:t></x:is></x:c>'
        '<x:c r="C1" t="inlineStr"><x:is><x:t>金额</x:t></x:is></x:c></x:row><x:row r="7"><x:c r="A7" t="inlineStr"><x:is><x:t>'
        f'{ONE}</x:t></x:is></x:c><x:c r="C7"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read_items(packed(sheet), "CNY") == [FileItem(ONE, None, None, 500, "")]


def packed(sheet: str, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", compression) as archive:
        archive.writestr("xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="1" r:id="rId1"/></sheets></workbook>')
        relation = '<Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relation}</Relationships>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("cells", "column", "problem"),
    [
        ("123,,,1.00,", "account", "account"),
        (f"{ONE[:14]}{(int(ONE[14]) + 1) % 10},,,1.00,", "account", "check digit"),
        ("902011010100001,,,1.00,", "account", "deposit"),
        (",,,1.00,", "account", "empty"),
        (f"{ONE},,,,", "amount", "empty"),
        (f"{ONE},,,0.00,", "amount", "greater than zero"),
        (f"{ONE},,,-1.00,", "amount", "greater than zero"),
        (f"{ONE},,,1.005,", "amount", "decimals"),
        (f"{ONE},,,1.2.3,", "amount", "decimal number"),
        (f"{ONE},=cmd|' /C calc'!A0,,1.00,", "name", "formula"),
        (f"{ONE},,@SUM(A1),1.00,", "object_id", "formula"),
        (f"{ONE},,+1+cmd,1.00,", "object_id", "formula"),
        (f"{ONE},,,1.00,a\tb", "remarks", "control"),
        (f"{ONE},,,1.00,{'长' * 61}", "remarks", "too long"),
        (f"{ONE},,,1.00,,beyond", "column 6", "beyond"),
    ],
)
def test_a_wrong_line_is_named_with_its_column(cells, column, problem):
    refused = refusal(f"{TEXT}{cells}\n".encode())
    assert refused.code == "file.lines"
    assert refused.values["count"] == 1
    [told] = refused.values["_errors"]
    assert (told["line"], told["column"]["en"]) == (5, column) and problem in told["message"]["en"] and told["message"]["zh"]


def test_a_telephone_number_is_no_formula():
    assert read_items(f"{HEAD}{ONE},,+86 10-6606,1.00,-\n".encode(), "CNY")[0].object_id == "+86 10-6606"


def test_every_wrong_line_is_counted_and_the_first_fifty_are_told():
    refused = refusal((HEAD + "1,,,1.00,\n" * 60).encode())
    assert refused.values["count"] == 60 and [each["line"] for each in refused.values["_errors"]] == list(range(2, 52))
    assert "60" in refused.text.zh and "60" in refused.text.en


def test_formulas_and_numbers_for_accounts_are_refused_in_workbooks():
    told = refusal(workbook(["账号", "金额"], [ONE, "=1+1"], [int(ONE), 1], [ONE, True])).values["_errors"]
    assert [(each["line"], each["column"]["en"]) for each in told] == [(2, "amount"), (3, "account"), (4, "amount")]
    assert "formula" in told[0]["message"]["en"] and "text" in told[1]["message"]["en"]


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("账号,户名", "'amount' is missing"),
        ("金额,户名", "'account' is missing"),
        ("账号,金额,工号", "工号"),
        ("账号,account,金额", "twice"),
    ],
)
def test_wrong_columns(head, problem):
    refused = refusal(f"{head}\n{ONE},1,1\n".encode())
    assert refused.code == "file.columns" and problem in refused.text.en


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (TEXT.encode("utf-16"), 1),
        (f"{HEAD}{ONE},\x00".encode(), 1),
        (f"{HEAD}{ONE},".encode() + b"\xff\xff,,1.00,\n", 2),
        (f'{HEAD}{ONE},"张三" x,,1.00,\n'.encode(), 2),
    ],
)
def test_text_that_cannot_be_read(content, line):
    refused = refusal(content)
    assert (refused.code, refused.values["line"]) == ("file.encoding", line)


@pytest.mark.parametrize("content", [b"", HEAD.encode(), b"\n\n"])
def test_nothing_in_it(content):
    assert refusal(content).code in ("file.empty", "file.columns")


def test_more_lines_than_a_batch_has():
    assert refusal(("账号,金额\n" + f"{ONE},1.00\n" * (MOST_ITEMS + 1)).encode()).code == "file.too_long"


def test_a_zip_bomb_is_not_unpacked(monkeypatch):
    """A sheet of 3 MiB of blanks in 3 KiB, against a limit of 1 MiB."""
    monkeypatch.setattr(tables, "UNPACKED_LIMIT", 2**20)
    content = packed("<worksheet>" + " " * 3 * 2**20 + "</worksheet>")
    assert len(content) < 8192
    refused = refusal(content)
    assert refused.code == "file.too_large" and str(2**20) in refused.text.en


def test_entities_and_broken_workbooks():
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    good = packed("<worksheet/>")
    for content in (packed(laughs), good[: len(good) // 2], b"PK\x03\x04 not a zip", packed("<worksheet><row>"), zipped_nothing()):
        assert refusal(content).code == "file.broken"
    assert refusal(good).code == "file.columns"


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_is_packed_as_workbooks_are(compression):
    """Other ways of packing ask for memory as the file pleases, and break in ways of their own."""
    assert refusal(packed("<worksheet/>")).code == "file.columns"
    assert refusal(packed("<worksheet/>", compression)).code == "file.broken"


def zipped_nothing() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("hello.txt", "not a workbook")
    return kept.getvalue()


@pytest.mark.parametrize(("currency", "amount", "minor"), [("JPY", "100", 100), ("USD", "1.5", 150)])
def test_amounts_follow_the_currency(currency, amount, minor):
    assert read_items(f"account,amount\n{ONE},{amount}\n".encode(), currency)[0].amount_minor == minor
