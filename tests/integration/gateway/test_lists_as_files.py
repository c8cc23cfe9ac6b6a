"""Lists leave the bank as files with all their pages, and lead from a row to the transaction, its entries and the rule behind them."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest
from fastapi.responses import JSONResponse, Response
from openpyxl import load_workbook

from gateway import exporting
from kernel.errors import DomainError
from tests.integration.customer.people import person
from tests.support.bank import TestBank
from tests.support.refusals import is_problem

NAMES = ["=1+1", "+cmd", "-2", "@SUM(A1)", "张三", "李四", "王五"]


@pytest.fixture(scope="module")
async def numbers(bank: TestBank) -> list[str]:
    """Seven customers, four of them with names that a spreadsheet would run."""
    opened = []
    for sequence, name in enumerate(NAMES, start=301):
        receipt = await bank.run("S0211", "customer.personal.open", person(sequence, name=name))
        opened.append(receipt["result"]["customer_number"])
    return opened


async def file(bank: TestBank, name: str, format: str, language: str = "zh", /, **parameters: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}", "Accept-Language": language}
    return await bank.client.get(f"/api/queries/{name}", params={"format": format, **parameters}, headers=headers)


async def test_csv_holds_every_page_and_runs_nothing(bank: TestBank, numbers: list[str]) -> None:
    answer = await file(bank, "customer.search", "csv", limit="2", opened_from="2005-09-01")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="customer.search.csv"'
    title, condition, empty, head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (title, condition, empty) == (["客户综合查询"], ["开户起始日", "2005-09-01"], [])
    assert head[0] == "客户号" and [row[0] for row in rows] == numbers
    names = [row[head.index("客户名称")] for row in rows]
    assert names == ["'=1+1", "'+cmd", "'-2", "'@SUM(A1)", "张三", "李四", "王五"]
    assert {row[head.index("客户类型")] for row in rows} == {"个人"}


async def test_the_workbook_holds_every_page_and_runs_nothing(bank: TestBank, numbers: list[str]) -> None:
    answer = await file(bank, "customer.search", "xlsx", "en", limit="3")
    cells = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows())
    assert cells[0][0].value == "Search customers"
    start = next(index for index, row in enumerate(cells) if row[0].value == "Customer number")
    assert [row[0].value for row in cells[start + 1 :]] == numbers
    column = [cell.value for cell in cells[start]].index("Name")
    assert [row[column].value for row in cells[start + 1 :]] == NAMES
    assert {row[column].data_type for row in cells[start + 1 :]} == {"s"}


async def test_lists_on_paper(bank: TestBank, numbers: list[str]) -> None:
    assert (await file(bank, "customer.search", "pdf")).content.startswith(b"%PDF")
    page = (await file(bank, "customer.search", "html", limit="2")).text
    assert all(number in page for number in numbers) and "&lt;" not in page


async def test_lists_that_are_too_long_for_a_file(bank: TestBank, numbers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exporting.MOST_ROWS, "xlsx", 6)
    is_problem(await file(bank, "customer.search", "xlsx", limit="2"), "list.too_long", 413, "format")
    monkeypatch.setitem(exporting.MOST_ROWS, "xlsx", 7)
    assert (await file(bank, "customer.search", "xlsx", limit="2")).status_code == 200


async def test_what_cannot_be_exported_says_so(bank: TestBank, numbers: list[str]) -> None:
    is_problem(await file(bank, "customer.personal", "csv", customer_number=numbers[0]), "list.none", 422, "format")
    is_problem(
        await file(bank, "customer.search", "csv", opened_from="2005-09-02", opened_to="2005-09-01"), "query.dates", 422, "opened_from"
    )
    is_problem(await file(bank, "customer.search", "doc"), "request.invalid", 422, "format")
    answer = await bank.client.get("/api/queries/customer.search", params={"format": "csv"})
    is_problem(answer, "auth.token_missing", 401)


async def test_from_a_row_to_the_entries_to_the_rule(bank: TestBank, numbers: list[str]) -> None:
    body = {"customer_number": numbers[4], "instrument": "passbook", "currency": "CNY", "amount": "100.00", "withdrawal_mode": "C"}
    receipt = await bank.run("S0211", "savings.demand.open", body)
    await bank.settle()
    [row] = await found(bank, "transaction.search", date=receipt["business_date"], amount="100.00")
    assert row["transaction_number"] == receipt["transaction_number"]
    asked = {"transaction_number": row["transaction_number"], "date": row["business_date"]}
    entries = await bank.ask("S0211", "transaction.entries", **asked)
    rule = await bank.ask("S0211", "ledger.rule", name=entries["rule"]["name"], version=str(entries["rule"]["version"]))
    assert [(line["direction"], line["sum"]["zh"]) for line in rule["rows"]] == [("debit", "金额"), ("credit", "金额")]
    assert rule["examples"][0]["example_entries"].count("\n") >= 1
    listed = await found(bank, "ledger.rules", name=entries["rule"]["name"])
    assert [each["rule"] for each in listed] == [entries["rule"]["name"]]
    text = (await file(bank, "transaction.entries", "csv", **asked)).content.decode("utf-8-sig")
    assert "100.00" in text and receipt["result"]["account"] in text


async def found(bank: TestBank, query: str, /, **parameters: Any) -> list[dict[str, Any]]:
    return (await bank.ask("S0211", query, **parameters))["rows"]


async def test_rules_that_do_not_exist(bank: TestBank) -> None:
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}"}
    answer = await bank.client.get("/api/queries/ledger.rule", params={"name": "no.such.rule"}, headers=headers)
    assert answer.json()["code"] == "ledger.rule.unknown"


async def test_a_csv_that_breaks_off_says_so_and_has_no_end() -> None:
    """The third page is refused: what came stands, the last line says that the rest is missing, and the stream ends in an error."""
    declared = {"title": {"zh": "表", "en": "List"}, "schema": {}, "columns": []}

    async def ask(asked: dict[str, str]) -> Response:
        page = int(asked.get("after", "0"))
        if page == 2:
            return JSONResponse({"code": "service.unavailable"}, status_code=503)
        return JSONResponse({"rows": [{"number": f"N{page}"}], "next": str(page + 1)})

    answer = await exporting.export("some.list", declared, {}, "csv", "en", ask)
    read = []
    with pytest.raises(DomainError) as broken:
        async for chunk in answer.body_iterator:  # type: ignore[attr-defined]
            read.append(bytes(chunk))
    assert broken.value.code == "list.broken_off"
    lines = b"".join(read).decode("utf-8-sig").splitlines()
    assert lines[-3:] == ["N0", "N1", '"the export broke off: this file is not complete, export it again"']
