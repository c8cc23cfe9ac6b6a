"""同城交换 board: totals counted beside totals on paper, what blocks; it follows the bank by itself and leaves the keyboard where it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fake_answers
from tests.browser.steps import signed_on

pytestmark = pytest.mark.browser


def test_paper_is_compared_with_the_system_as_it_is_typed_and_the_board_follows(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_on(page, "/exchange", "K0201")
    expect(page.locator("#exchange-head .blocks")).to_contain_text("2005-09-02/1 未清算")
    expect(page.locator("#exchange-next .refusal")).to_contain_text("1 笔提出报单未复核")
    expect(page.locator("#exchange-sessions tfoot")).to_contain_text("借差 2,000,000.00")
    entered = page.locator("#exchange-items a").first
    expect(entered).to_have_attribute("href", "/queries#clearing.exchange.items?outlet=0200&stream=out_debit&state=entered")

    amounts = page.locator("#exchange-sessions .paper")
    amounts.nth(6).focus()
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.type("6,000,000.0")
    expect(amounts.nth(6)).to_have_attribute("aria-invalid", "false")
    expect(amounts.nth(7)).to_have_attribute("aria-invalid", "false")
    page.keyboard.type("1")
    expect(amounts.nth(7)).to_have_attribute("aria-invalid", "true")

    # Another cent comes in and the last item is checked: what is typed stays, is compared anew, and the keyboard stays where it was.
    board = fake_answers.exchange_board(unchecked=0, in_credit="6000000.01")
    monkeypatch.setitem(fake_answers.ANSWERS, "clearing.exchange.board", lambda params: board)
    expect(page.locator("#exchange-next .refusal")).to_have_count(0)
    expect(amounts.nth(7)).to_have_value("6,000,000.01")
    expect(amounts.nth(7)).to_have_attribute("aria-invalid", "false")
    expect(amounts.nth(7)).to_be_focused()
    page.locator("[data-language=en]").click()
    expect(page.locator("#exchange-sessions tfoot")).to_contain_text("debit net 2,000,000.00")

    # What was counted on one outlet's paper is not on another's.
    other = {**board, "outlet": "0300"}
    monkeypatch.setitem(fake_answers.ANSWERS, "clearing.exchange.board", lambda params: other)
    expect(amounts.nth(7)).to_have_value("")
