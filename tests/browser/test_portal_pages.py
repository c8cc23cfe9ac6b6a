"""The frame of the portal in a real browser: signing on by keyboard, home, nickname, notices, log, and the way back to sign-on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from contracts.portal import SESSION_COOKIE
from tests.browser.fake_bank import FakeBank
from tests.browser.fake_portal import CODE, DIGITS, TICKET

pytestmark = pytest.mark.browser
USER = "4000000010001"


def sign_on(page: Page, code: str = CODE, digits: str = DIGITS) -> None:
    """What a person types: name, code, digits, each followed by Enter."""
    expect(page.locator("input").first).to_be_focused()
    for word in (USER, code, digits):
        page.keyboard.type(word)
        page.keyboard.press("Enter")


@pytest.fixture
def home(page: Page) -> Page:
    page.goto("/portal")
    sign_on(page)
    page.wait_for_url("**/portal/home")
    return page


def test_signing_on_by_keyboard_with_what_went_wrong_on_the_way(page: Page, bank: FakeBank) -> None:
    page.goto("/portal")
    expect(page.locator("input").first).to_be_focused()
    page.get_by_role("button", name="发送手机密码").press("Enter")
    expect(page.locator("[data-field=name] .error")).not_to_be_empty()
    page.locator("[data-field=name] input").fill(USER)
    page.get_by_role("button", name="发送手机密码").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("账号未绑定手机")
    expect(page.locator("[data-field=code] input")).to_be_focused()
    expect(page.locator(".send-code")).to_be_disabled()
    assert bank.portal.asked == [USER]
    first = page.locator("img[src^='data:image/png']").get_attribute("src")
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    page.keyboard.type("99999")
    page.keyboard.press("Enter")
    expect(page.locator("[data-field=captcha] .error")).to_contain_text("验证码不正确")
    expect(page.locator("[data-field=captcha] input")).to_be_focused()
    assert page.locator("img[src^='data:image/png']").get_attribute("src") != first
    page.keyboard.type(DIGITS)
    page.keyboard.press("Enter")
    expect(page.locator("[data-field=code] .error")).to_contain_text("动态密码不正确")
    page.locator("[data-field=code] input").fill(CODE)
    page.keyboard.press("Enter")
    page.keyboard.type(DIGITS)
    with page.expect_response("**/api/portal/sign-on"):
        page.keyboard.press("Enter")
    page.wait_for_url("**/portal/home")
    assert SESSION_COOKIE not in page.evaluate("document.cookie")


def test_the_picture_can_be_heard_and_another_one_asked_for(page: Page, bank: FakeBank) -> None:
    page.goto("/portal")
    expect(page.locator("input").first).to_be_focused()
    expect(page.locator("img[src^='data:image/png']")).to_be_visible()
    with page.expect_response("**/sign-on/sound?*") as heard:
        page.get_by_role("button", name="听验证码").press("Enter")
    assert heard.value.headers["content-type"] == "audio/wav"
    expect(page.locator("#announcements")).to_contain_text("响几声")
    page.get_by_role("button", name="换一张").press("Enter")
    expect(page.locator("[data-field=captcha] input")).to_be_focused()
    assert bank.portal.pictures == 2


def test_home_says_who_is_signed_on_in_both_languages(home: Page, bank: FakeBank) -> None:
    expect(home.locator("h1").first).to_have_text("钱会计，您好")
    expect(home.locator("[data-operator=role]")).to_have_text("对账员")
    expect(home.locator(".places a").first).to_have_text("待处理账单")
    expect(home.locator(".notices article")).to_have_count(3)
    expect(home.locator("a[href='/portal/statement#0201200509000001']")).to_be_visible()
    expect(home.get_by_text("回复期限 2005-10-10")).to_be_visible()
    expect(home.get_by_text("账号未绑定手机")).to_have_count(0)
    home.locator("[data-language=en]").click()
    expect(home.locator("[data-operator=role]")).to_have_text("Clerk")
    bank.portal.phone, bank.portal.role = None, "supervisor"
    home.reload()
    expect(home.get_by_role("status")).to_contain_text("No telephone is bound")
    expect(home.locator(".places a").first).to_have_text("To be approved")


def test_a_nickname_is_checked_and_taken(home: Page) -> None:
    home.goto("/portal/nickname")
    expect(home.locator("[data-field=nickname] input")).to_be_focused()
    home.keyboard.type("别人")
    home.get_by_role("button", name="检查是否重名").press("Enter")
    expect(home.get_by_role("status")).to_have_text("该昵称已被使用")
    home.locator("[data-field=nickname] input").press("Enter")
    expect(home.locator("[data-field=nickname] .error")).to_have_text("该昵称已被使用")
    home.locator("[data-field=nickname] input").fill("钱塘江")
    home.get_by_role("button", name="检查是否重名").press("Enter")
    expect(home.get_by_role("status")).to_have_text("该昵称可用")
    home.locator("[data-field=nickname] input").press("Enter")
    expect(home.get_by_role("status")).to_contain_text("设置成功")
    home.reload()
    expect(home.locator("[data-field=nickname] input")).to_have_value("钱塘江")


def test_notices_are_text_and_come_page_by_page(home: Page) -> None:
    home.goto("/portal/notices")
    expect(home.locator("article")).to_have_count(2)
    expect(home.locator("article .written").first).to_have_text("第一行\n<b>不是粗体</b>")
    home.get_by_role("button", name="下一页").press("Enter")
    expect(home.locator("article")).to_have_count(4)
    expect(home.get_by_role("button", name="下一页")).to_have_count(0)


def test_the_log_is_searched(home: Page) -> None:
    home.goto("/portal/log")
    expect(home.locator("table.answer tbody tr")).to_have_count(1)
    expect(home.locator("table.answer tbody tr")).to_contain_text("登录")
    home.locator("[data-field=subject] input").fill("2005093000000001")
    home.get_by_role("button", name="查询", exact=True).press("Enter")
    expect(home.get_by_text("没有符合条件的日志")).to_be_visible()


def test_a_session_that_is_over_leads_to_sign_on_and_back(home: Page, bank: FakeBank) -> None:
    home.goto("/portal/log")
    expect(home.locator("table.answer")).to_be_visible()
    bank.portal.over = True
    home.get_by_role("button", name="查询", exact=True).press("Enter")
    home.wait_for_url("**/portal")
    expect(home.get_by_role("status")).to_have_text("登录已失效，请重新登录")
    bank.portal.over = False
    sign_on(home)
    home.wait_for_url("**/portal/log")
    expect(home.get_by_role("button", name="退出")).to_be_enabled()
    home.get_by_role("button", name="退出").press("Enter")
    home.wait_for_url("**/portal")
    assert bank.portal.over
    expect(home.get_by_role("status")).to_have_count(0)


def test_signing_off_waits_until_the_session_is_known(home: Page) -> None:
    held: list[Route] = []
    home.route("**/api/portal/session", lambda route: held.append(route))
    home.goto("/portal/log")
    expect(home.get_by_role("button", name="退出")).to_be_disabled()
    while not held:
        home.wait_for_timeout(20)
    held[0].continue_()
    expect(home.get_by_role("button", name="退出")).to_be_enabled()


def test_the_online_banks_ticket_opens_the_portal_and_leaves_no_trace(page: Page, bank: FakeBank) -> None:
    page.goto("/portal/enter#wrong")
    expect(page.get_by_role("alert")).to_contain_text("网银登录凭证无效")
    page.goto("about:blank")
    page.goto(f"/portal/enter#{TICKET}")
    page.wait_for_url("**/portal/home")
    page.go_back()
    assert TICKET not in page.url
