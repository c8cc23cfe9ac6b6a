"""代理文件 with the keyboard: a file is sent and taken, or what is wrong in it is told line by line; the parser behind the fake bank is the
real one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kernel.numbers import customer_number, personal_account
from tests.browser.steps import field, signed_on

pytestmark = pytest.mark.browser
ONE = personal_account(customer_number(0, 1), 1)


def choose(page: Page, content: bytes, name: str = "wages.csv") -> None:
    """Contract and batch typed, the file as the browser's own dialog gives it."""
    expect(field(page, "contract").locator("input")).to_be_focused()
    page.keyboard.type("02010001")
    page.keyboard.press("Enter")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(field(page, "file").locator("input")).to_be_focused()
    field(page, "file").locator("input").set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content}])


def test_a_file_is_sent_with_the_keyboard_alone(page: Page) -> None:
    signed_on(page, "/agency")
    choose(page, f"账号,金额\n{ONE},3500.00\n{ONE},0.50\n".encode("gb18030"))
    page.keyboard.press("Enter")
    taken = page.locator(".answer-area .facts")
    for shown in ("02010001", "wages.csv", "3,500.50"):
        expect(taken).to_contain_text(shown)
    expect(page.locator("table.answer thead")).to_contain_text("本次进度")
    expect(page.locator("a[href='/teller#savings.agency.run_batch']")).to_be_focused()
    page.locator("[data-language=en]").click()
    expect(page.locator("h1")).to_have_text("Agency files")


def test_what_is_wrong_in_a_file_is_told_line_by_line(page: Page) -> None:
    signed_on(page, "/agency")
    choose(page, f"账号,户名,金额\n{ONE},=1+1,1.00\n123,,1.00\n{ONE},,0\n".encode())
    page.keyboard.press("Enter")
    expect(page.locator("table.answer tbody tr")).to_have_count(3)
    rows = page.locator("table.answer tbody tr").all_text_contents()
    assert [row[0] for row in rows] == ["2", "3", "4"] and "公式" in rows[0] and "金额" in rows[2]
    expect(field(page, "file").locator("[role=alert]")).to_contain_text("3")
    page.locator("[data-language=en]").click()
    expect(page.locator("table.answer tbody")).to_contain_text("formula")
