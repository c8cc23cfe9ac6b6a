"""利息试算 with the keyboard alone, by somebody who never signed on; the engine behind the fake bank is the real one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import field

pytestmark = pytest.mark.browser


def test_a_time_deposit_is_quoted_with_every_segment(page: Page) -> None:
    """The known answer: 10,000.00 for a year from 2004-10-29 at 2.25 %: 225.00, tax 45.00, net 180.00."""
    page.goto("/quote")
    expect(page.locator("h1")).to_have_text("利息试算")
    expect(field(page, "product").locator("select")).to_be_focused()
    expect(field(page, "term").locator("select")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(field(page, "product").locator("select")).to_have_value("time")
    page.keyboard.press("Enter")
    expect(field(page, "term").locator("select")).to_be_focused()
    field(page, "term").locator("select").select_option("301")
    page.keyboard.press("Enter")
    for name, day in (("opened_on", "2004-10-29"), ("closed_on", "2005-10-29")):
        expect(field(page, name).locator("input")).to_be_focused()
        field(page, name).locator("input").fill(day)  # in which order its parts are typed is the browser's affair
        page.keyboard.press("Enter")
    page.keyboard.type("10000")
    page.keyboard.press("Control+Enter")
    sums = page.locator(".answer-area .facts").first
    for amount in ("10,000.00", "225.00", "45.00", "180.00"):
        expect(sums).to_contain_text(amount)
    cells = page.locator("table.answer tbody tr").first
    for shown in ("2004-10-29", "2005-10-29", "2.25", "225.000", "20"):
        expect(cells).to_contain_text(shown)
    page.locator("[data-language=en]").click()
    expect(page.locator("h1")).to_have_text("Interest quote")
    expect(page.locator("table.answer thead")).to_contain_text("Source of the rule")


def test_what_cannot_be_quoted_is_said_at_its_field(page: Page) -> None:
    page.goto("/quote")
    expect(field(page, "product").locator("select")).to_be_focused()
    field(page, "product").locator("select").select_option("time")
    field(page, "term").locator("select").select_option("301")
    for name, day in (("opened_on", "2005-09-01"), ("closed_on", "2006-09-01")):
        field(page, name).locator("input").fill(day)
    amount = field(page, "movements").locator("input").first
    amount.fill("10.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[role=alert]:not(:empty)").first).to_contain_text("50.00")
    expect(page.locator("table.answer")).to_have_count(0)


def test_an_agreement_is_quoted_in_its_two_parts(page: Page) -> None:
    """500,000.00 x 20 days x 0.72 % / 360 = 200.00, and above it 300,000.00 x 20 days x 1.44 % / 360 = 240.00; organisations pay no tax."""
    page.goto("/quote")
    expect(field(page, "product").locator("select")).to_be_focused()
    expect(field(page, "agreement_base").locator("input")).to_be_hidden()
    field(page, "customer_kind").locator("select").select_option("corporate")
    for name, value in (("opened_on", "2005-09-01"), ("closed_on", "2005-09-21"), ("agreement_base", "499999.99")):
        field(page, name).locator("input").fill(value)
    field(page, "movements").locator("input").first.fill("800000.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[role=alert]:not(:empty)").first).to_contain_text("500000.00")
    field(page, "agreement_base").locator("input").fill("500000.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".answer-area .facts").first).to_contain_text("440.00")
    for shown in ("200.000", "240.000", "1.44"):
        expect(page.locator("table.answer tbody")).to_contain_text(shown)
