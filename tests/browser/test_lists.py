"""Queries and reports: conditions, pages, links from row to row, exports."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.steps import signed_on

pytestmark = pytest.mark.browser


def test_a_query_turns_its_pages(page: Page) -> None:
    signed_on(page, "/queries")
    page.keyboard.type("customer.search")
    page.keyboard.press("Enter")
    expect(page.locator("table.answer tbody tr")).to_have_count(20)
    page.get_by_role("button", name="下一页").click()
    expect(page.locator("table.answer tbody tr")).to_have_count(40)
    expect(page.get_by_role("button", name="下一页")).to_have_count(0)


def test_a_transaction_number_leads_to_its_entries(page: Page) -> None:
    signed_on(page, "/queries#transaction.search")
    page.get_by_role("link", name="02012000003").click()
    expect(page.locator("h1")).to_have_text("交易账务查询")
    expect(page).to_have_url(re.compile(r"#transaction\.entries\?transaction_number=02012000003&date=2005-09-01$"))
    expect(page.locator("table.entries tbody tr")).to_have_count(4)
    expect(page.locator(".answer-area")).to_contain_text("savings.demand.deposit")
    page.go_back()
    expect(page.locator("h1")).to_have_text("交易综合查询")


def test_a_report_on_the_screen_and_as_files(page: Page) -> None:
    signed_on(page, "/reports#daily_trial")
    expect(page.locator("table.answer tfoot")).to_contain_text("1,300.00")
    for format, beginning in (("XLSX", b"PK"), ("CSV", b"\xef\xbb\xbf"), ("PDF", b"%PDF"), ("HTML", b"<!doctype html>")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=format, exact=True).click()
        assert waiting.value.suggested_filename == f"daily_trial.{format.lower()}"
        content = Path(waiting.value.path()).read_bytes()
        assert content.startswith(beginning)
        if format == "XLSX":
            sheet = load_workbook(io.BytesIO(content)).active
            assert 1_000_000 in [cell.value for row in sheet for cell in row]


def test_position_query_is_a_tree(page: Page) -> None:
    signed_on(page, "/queries#ledger.position")
    expect(page.locator("table.positions tbody tr")).to_have_count(7)
