"""What holds for every page: the policy, names for everything one can type into, room at both sizes, both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import assert_proper, sign_on, signed_on

pytestmark = pytest.mark.browser

PATHS = (
    "/teller",
    "/teller#savings.demand.deposit",
    "/teller#ledger.entry.post",
    "/queries#customer.search",
    "/reports#daily_trial",
    "/operations",
    "/quote",
    "/agency",
    "/exchange",
    "/verify",
)


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)], ids=["small", "large"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_fits_and_names_its_controls(page: Page, path: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    signed_on(page, path)
    expect(page.locator("#work *").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert_proper(page)


def test_the_policy_allows_no_code_but_the_banks_own(page: Page) -> None:
    answer = page.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert page.locator("script:not([src]), style, [style], [onclick]").count() == 0
    for name in ("base.css", "teller.js", "mark.svg"):
        assert "content-security-policy" in page.request.get(f"/static/{name}").headers


def test_files_are_sent_once(page: Page) -> None:
    first = page.request.get("/static/teller.js")
    again = page.request.get("/static/teller.js", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status, again.status) == (200, 304)
    assert page.request.get("/static/..%2Froutes.py").status == 404
    assert page.request.get("/static/nothing.js").status == 404


def test_sign_off_leaves_nothing_behind(page: Page) -> None:
    sign_on(page)
    page.locator("#sign-off").click()
    expect(page.locator("h1")).to_have_text("柜员签到")
    assert page.evaluate("() => Object.keys(sessionStorage).length + Object.keys(localStorage).length") == 0
