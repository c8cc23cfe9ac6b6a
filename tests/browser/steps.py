"""What a person does at the pages, with the keyboard."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.browser.fake_answers import session_of
from tests.browser.fake_bank import PASSWORD

NAMELESS = """
() => [...document.querySelectorAll('input, select, button, a')]
  .filter((each) => each.offsetParent !== null)
  .filter((each) => !(each.labels?.length || each.textContent.trim() || each.getAttribute('aria-label')))
  .map((each) => each.outerHTML)
"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
OTHER_LANGUAGE = """
(lang) => [...document.querySelectorAll('[data-zh]')]
  .filter((each) => each.textContent !== each.dataset[lang])
  .map((each) => each.outerHTML)
"""


def assert_proper(page: Page) -> None:
    """In either language nothing is cut off, every control has a name, and every text is in the language."""
    for language in ("en", "zh"):
        page.locator(f"[data-language={language}]").click()
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(OVERFLOW) == 0
        assert page.evaluate(OTHER_LANGUAGE, language) == []


def signed_on(page: Page, path: str, teller: str = "S0211") -> None:
    """Be signed on already, and open a page."""
    session = json.dumps({**session_of(teller, "00001" if teller.endswith("1") else None), "kept_at": 0})
    page.add_init_script(f"sessionStorage.getItem('session') ?? sessionStorage.setItem('session', {json.dumps(session)})")
    page.goto(path)


def sign_on(page: Page, teller: str = "S0211", cash_box: str = "00001") -> None:
    """Sign on with the keyboard alone; the workbench is there when it returns."""
    page.goto("/")
    expect(page.locator("input").first).to_be_focused()
    for word in (teller, PASSWORD, cash_box):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    page.wait_for_url("**/teller")
    expect(page.locator("#find")).to_be_focused()


def open_transaction(page: Page, typed: str) -> None:
    """Type into the code entry and take the first match."""
    expect(page.locator("#find")).to_be_visible()
    page.keyboard.press("F2")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.locator("form.generated")).to_be_visible()


def field(page: Page, name: str) -> object:
    """The part of the form that belongs to a field."""
    return page.locator(f"[data-field={name}]")
