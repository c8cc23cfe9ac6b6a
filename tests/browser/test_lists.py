"""Queries and reports: conditions, pages, links from row to row, exports."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.fake_answers import ACCOUNT
from tests.browser.steps import signed_on

pytestmark = pytest.mark.browser


def test_a_query_turns_its_pages(page: Page) -> None:
    signed_on(page, "/queries")
    expect(page.locator("#find")).to_be_focused()
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


def test_from_a_row_to_the_transaction_the_account_and_the_rule_by_keyboard(page: Page) -> None:
    signed_on(page, "/queries#transaction.search")
    rows = page.locator("table.answer tbody tr")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("End")
    expect(rows.nth(4)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"transaction_number=02012000004"))
    page.get_by_role("link", name="活期存款").press("Enter")
    expect(page).to_have_url(re.compile(r"#ledger\.rule\?name=savings\.demand\.deposit&version=1$"))
    expect(page.locator("table.answer tbody tr")).to_have_count(2)
    page.go_back()
    page.locator("table.entries").get_by_role("link", name=ACCOUNT).press("Enter")
    expect(page).to_have_url(re.compile(rf"#account\.detail\?account={ACCOUNT}$"))
    page.keyboard.press("Escape")
    expect(page.locator("[data-field=account] input")).to_be_focused()


def test_a_list_leaves_as_a_file_with_all_its_pages(page: Page) -> None:
    signed_on(page, "/queries#customer.search")
    expect(page.locator("table.answer tbody tr")).to_have_count(20)
    for format, beginning in (("XLSX", b"PK"), ("CSV", b"\xef\xbb\xbf"), ("PDF", b"%PDF")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=format, exact=True).click()
        assert waiting.value.suggested_filename == f"customer.search.{format.lower()}"
        content = Path(waiting.value.path()).read_bytes()
        assert content.startswith(beginning)
        if format == "CSV":
            assert len(content.decode("utf-8-sig").splitlines()) == 3 + 40
    expect(page.locator("table.answer tbody tr")).to_have_count(20)


def test_printing_a_list_prints_all_of_it(page: Page) -> None:
    signed_on(page, "/queries#customer.search")
    expect(page.locator("table.answer tbody tr")).to_have_count(20)
    page.evaluate("window.print = () => { window.printed = document.querySelectorAll('table.answer tbody tr').length; }")
    page.get_by_role("button", name="打印").click()
    page.wait_for_function("window.printed === 40")


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
