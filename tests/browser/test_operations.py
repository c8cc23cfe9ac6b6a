"""The board of operations: health, day end, positions, bus."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_answers import STEPS
from tests.browser.fake_bank import FakeBank
from tests.browser.steps import signed_on

pytestmark = pytest.mark.browser


def test_health_names_the_service_that_is_down(page: Page) -> None:
    signed_on(page, "/operations")
    expect(page.locator("#health li.up")).to_have_count(6)
    expect(page.locator("#health li.down")).to_contain_text("lending")


def test_a_day_end_is_followed_step_by_step_to_its_end(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/operations", "S0009")
    page.get_by_role("button", name="开始日终").click()
    expect(page.locator("dialog")).to_contain_text("2005-09-01")
    page.locator("dialog .primary").click()
    expect(page.locator(".run-head .badge.done")).to_be_visible()
    expect(page.locator(".steps li.done")).to_have_count(len(STEPS))
    expect(page.locator(".history")).to_contain_text("历史")
    expect(page.locator("[data-session=business_date]")).to_have_text("2005-09-02")
    expect(page.locator("#position-date")).to_have_value("2005-09-02")


def test_only_the_centre_may_start_a_day_end(page: Page) -> None:
    signed_on(page, "/operations")
    expect(page.locator(".starter")).to_contain_text("由清算中心 A 级柜员办理")
    expect(page.locator(".starter button")).to_have_count(0)


def test_the_tree_of_positions_folds_and_warns_of_broken_mirrors(page: Page) -> None:
    signed_on(page, "/operations")
    rows = page.locator("#positions tbody tr")
    expect(rows).to_have_count(7)
    expect(rows.nth(0)).to_contain_text("440,000,000.00")
    expect(page.locator("#positions .tag.bad")).to_have_text(["汇差停办即时清算", "上级账为 19,999,000.00"])
    toggle = page.locator("#positions").get_by_role("button", name="0200")
    toggle.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(rows.filter(visible=True)).to_have_count(5)


def test_a_stopped_unit_leads_to_its_early_netting(page: Page) -> None:
    signed_on(page, "/operations", "S0009")
    stopped = page.locator("#positions tbody tr").filter(has_text="0201")
    expect(stopped.locator(".tag.bad")).to_contain_text("汇差停办")
    expect(stopped.get_by_role("link", name="即时清算")).to_have_attribute("href", "/teller#clearing.netting.now?outlet=0201")


def test_the_course_of_a_day_is_read_by_keys_and_lines_are_put_out(page: Page) -> None:
    signed_on(page, "/operations", "S0009")
    picture = page.locator("#course-picture")
    expect(picture.locator("path")).to_have_count(3)
    picture.focus()
    picture.press("Home")
    expect(page.locator("#course .reading")).to_contain_text("0300 0.00")
    picture.press("End")
    expect(page.locator("#course .reading")).to_contain_text("0200 1,800.00  0300 -1,300.00")
    line = page.locator("#course-line-0200")
    line.press("Enter")
    expect(line).to_have_attribute("aria-pressed", "false")
    expect(picture.locator("path")).to_have_count(2)
    expect(line).to_be_focused()
    page.get_by_role("button", name="English").click()
    expect(page.locator("#course h2")).to_have_text("Course of the positions")


def test_a_parked_message_is_handled_again(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/operations")
    expect(page.locator("#bus")).to_contain_text("account 902011010100001 is closed")
    page.get_by_role("button", name="重新处理").click()
    expect(page.locator("#bus")).to_contain_text("没有挂起的消息")
    assert bank.replayed == ["savings/0193f7d2-aaaa-7bbb-8ccc-1234567890ab"]
