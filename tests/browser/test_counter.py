"""The counter by keyboard: from sign-on to a printed receipt, and everything that can go wrong on the way."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_answers import ACCOUNT, ANSWERS, CASH
from tests.browser.fake_bank import NEW_PASSWORD, PASSWORD, FakeBank
from tests.browser.steps import field, open_transaction, sign_on, signed_on

pytestmark = pytest.mark.browser


def fill_deposit(page: Page, amount: str) -> None:
    """Open a deposit and fill it, up to the preview."""
    open_transaction(page, "savings.demand.deposit")
    page.keyboard.type(ACCOUNT)
    page.keyboard.press("Enter")
    page.keyboard.type(amount)
    page.keyboard.press("Control+Enter")


def test_sign_on_to_receipt_without_a_mouse(page: Page, bank: FakeBank) -> None:
    sign_on(page)
    session = page.locator(".session")
    for shown in ("2005-09-01", "0201", "S0211", "00001"):
        expect(session).to_contain_text(shown)
    page.keyboard.type("hqck")  # pinyin initials of 活期存款
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("活期存款")
    expect(page.locator("[data-field=account] input")).to_be_focused()
    page.keyboard.type(ACCOUNT)
    page.keyboard.press("Enter")
    expect(page.locator("#panel .holder")).to_have_text("王小明")
    expect(page.locator("#panel .balance")).to_contain_text("1,500.00")
    page.keyboard.type("1,000")
    expect(field(page, "amount").locator(".words")).to_have_text("壹仟元整")
    for _ in range(4):  # settlement, password, seal, and on to the preview
        page.keyboard.press("Enter")
    preview = page.locator(".preview table")
    expect(preview.locator("tbody tr")).to_have_count(4)
    expect(preview.locator("tr.automatic")).to_have_count(2)
    expect(preview.locator("tfoot")).to_contain_text("2,000.00")
    assert bank.calls == []
    expect(page.locator(".preview button")).to_be_focused()
    page.keyboard.press("Enter")
    slip = page.locator(".slip")
    expect(slip).to_contain_text("02012000001")
    expect(slip).to_contain_text("人民币壹仟元整")
    expect(slip).to_contain_text("Demand deposit")
    [(code, headers, body)] = bank.calls
    assert code == "savings.demand.deposit"
    assert body == {"account": ACCOUNT, "amount": "1000", "settlement": "cash", "seal_checked": False}
    assert len(headers["idempotency-key"]) == 36
    assert headers["authorization"] == "Bearer a.b.c"
    expect(page.locator("#journal li")).to_have_count(1)
    page.keyboard.press("Enter")  # the same transaction again, on an empty form
    expect(page.locator("[data-field=account] input")).to_have_value("")
    expect(page.locator("[data-field=account] input")).to_be_focused()


def test_only_the_slip_is_printed(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/teller")
    fill_deposit(page, "20")
    expect(page.locator(".preview button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".slip")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".slip")).to_be_visible()
    for other in (".top", "#finder", ".side", "#work > .actions"):
        expect(page.locator(other)).to_be_hidden()


def test_a_refusal_stands_at_its_field_and_the_retry_keeps_the_key(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/teller")
    fill_deposit(page, "60000")
    expect(field(page, "amount").locator("[role=alert]")).to_have_text("金额超过 50,000.00")
    amount = page.locator("[data-field=amount] input")
    expect(amount).to_be_focused()
    expect(amount).to_have_attribute("aria-invalid", "true")
    page.locator("[data-language=en]").click()
    expect(field(page, "amount").locator("[role=alert]")).to_have_text("the amount is over 50,000.00")
    amount.fill("500")
    amount.press("Control+Enter")
    expect(field(page, "amount").locator("[role=alert]")).to_be_empty()
    bank.cut = True
    page.locator(".preview button").press("Enter")
    expect(page.locator(".alert")).to_contain_text("never posted twice")
    expect(amount).to_be_disabled()
    page.locator(".preview button").press("Enter")
    expect(page.locator(".slip")).to_contain_text("02012000001")
    first, second = (headers["idempotency-key"] for _, headers, _ in bank.calls)
    assert first == second
    assert bank.calls[0][2] == bank.calls[1][2]
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    fill_deposit(page, "5")
    page.locator(".preview button").press("Enter")
    expect(page.locator(".slip")).to_contain_text("02012000002")
    assert bank.calls[2][1]["idempotency-key"] != first


def test_what_is_missing_is_said_before_anything_is_sent(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "deposit")
    page.keyboard.press("Control+Enter")
    expect(field(page, "account").locator("[role=alert]")).to_have_text("此项必须填写")
    expect(page.locator("[data-field=account] input")).to_be_focused()
    expect(page.locator(".preview")).to_be_empty()


def test_a_password_that_is_set_is_typed_twice(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "counter.teller.change_password")
    for word in ("S0211", "old-one", "new-one", "new-two"):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    expect(field(page, "new_password").locator(".error")).to_have_text("两次输入不一致")
    expect(page.locator(".preview button")).to_have_count(0)
    field(page, "new_password").locator("input").nth(1).fill("new-one")
    page.keyboard.press("Control+Enter")
    page.locator(".preview button").press("Enter")
    expect(page.locator(".slip")).to_be_visible()
    assert bank.calls[-1][2] == {"teller": "S0211", "old_password": "old-one", "new_password": "new-one"}


def test_the_counter_account_is_asked_for_transfers_only(page: Page) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "deposit")
    expect(field(page, "counter_account")).to_be_hidden()
    page.locator("[data-field=settlement] select").select_option("transfer")
    expect(field(page, "counter_account")).to_be_visible()


def test_an_unknown_account_is_said_in_the_panel_and_f11_asks_again(page: Page) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "deposit")
    page.keyboard.type("000000001800099")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .refusal")).to_have_text("没有账户 000000001800099")
    page.locator("[data-field=account] input").fill(ACCOUNT)
    page.keyboard.press("F11")
    expect(page.locator("#panel .holder")).to_have_text("王小明")


def test_a_second_person_approves_this_content_alone(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "reverse")
    page.keyboard.type("02012000001")
    page.locator("[data-field=business_date] input").fill("2005-09-01")
    page.keyboard.press("F9")
    dialog = page.locator("dialog")
    expect(dialog.locator("input").first).to_be_focused()
    page.keyboard.type("s0219")
    page.keyboard.press("Enter")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(dialog.locator("[data-field=password] [role=alert]")).to_have_text("柜员号或密码不正确")
    dialog.locator("[data-field=password] input").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".approved")).to_have_text("已由 S0219 复核／授权")
    number = page.locator("[data-field=transaction_number] input")
    number.fill("02012000002")
    expect(page.locator(".approved")).to_be_empty()
    number.fill("02012000001")
    number.press("F9")
    page.keyboard.type("S0219")
    page.keyboard.press("Enter")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".preview button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".slip footer")).to_contain_text("S0219")
    [(_, headers, body)] = bank.calls
    assert headers["x-approval"] == "approval-1"
    assert bank.approvals["approval-1"] == body


@pytest.mark.parametrize("foretold", [True, False])
def test_an_amount_above_the_limit_asks_for_a_second_person(page: Page, bank: FakeBank, foretold: bool) -> None:
    bank.limit, bank.foretold = Decimal("500.00"), foretold
    signed_on(page, "/teller")
    fill_deposit(page, "600")
    if foretold:  # the preview said so: the cursor waits at the approval
        expect(page.locator(".preview .notice")).to_contain_text("超过限额 500.00")
        expect(page.locator("button", has_text="F9").first).to_be_focused()
    else:
        expect(page.locator(".preview button")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("金额 600 超过限额 500.00，须由 A 级或以上柜员授权")
    page.keyboard.type("S0219")
    page.keyboard.press("Enter")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    if foretold:  # approved before it was sent; what was refused for want of an approval is sent again by the page
        expect(page.locator(".preview button")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator(".slip footer")).to_contain_text("S0219")
    assert bank.calls[-1][1]["x-approval"] == "approval-1"
    assert len({headers["idempotency-key"] for _, headers, _ in bank.calls}) == 1


def test_a_month_old_password_is_mentioned(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/teller")
    expect(page.locator("#work h1")).to_be_visible()
    expect(page.locator("#work .notice")).to_have_count(0)
    page.evaluate("sessionStorage.session = JSON.stringify({...JSON.parse(sessionStorage.session), password_reminder: true})")
    page.reload()
    expect(page.locator("#work .notice")).to_contain_text("密码已满一个月未修改")


def test_what_the_administrator_took_away_is_not_offered(page: Page, bank: FakeBank, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = {"transaction": "savings.demand.deposit", "settlement": "", "allowed": False, "dual": None}
    monkeypatch.setitem(ANSWERS, "counter.own_rights", lambda params: {"rows": [rule], "next": None})
    signed_on(page, "/teller")
    expect(page.locator("#finder")).to_contain_text("活期取款")
    expect(page.locator("#finder")).not_to_contain_text("活期存款")


def test_legs_show_their_difference_and_grow_until_they_balance(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "bntyjz")  # 表内通用记账
    rows = page.locator(".rows tbody tr")
    expect(rows).to_have_count(2)
    page.keyboard.type(CASH)
    for word in ("", "500", "", ""):  # side, amount, red, summary
        page.keyboard.press("Enter")
        page.keyboard.type(word)
    page.keyboard.press("Enter")
    expect(page.locator(".difference strong")).to_have_text("500.00")
    page.keyboard.type("902011030100001")
    for word in ("", "300.5", "", ""):
        page.keyboard.press("Enter")
        page.keyboard.type(word)
    expect(page.locator(".difference strong")).to_have_text("199.50")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(3)
    expect(rows.nth(2).locator("select")).to_have_value("credit")
    page.keyboard.type("902011030100001")
    for word in ("", "199.50"):
        page.keyboard.press("Enter")
        page.keyboard.type(word)
    expect(page.locator(".rows tfoot")).to_contain_text("借贷平衡")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".preview button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".slip")).to_be_visible()
    legs = bank.calls[0][2]["legs"]
    assert [(leg["direction"], leg["amount"]) for leg in legs] == [("debit", "500"), ("credit", "300.50"), ("credit", "199.50")]


def test_a_refused_leg_is_marked_in_its_row(page: Page) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "ledger.entry.post")
    inputs = page.locator(".rows tbody tr")
    for row, amount in ((0, "5"), (1, "4")):
        inputs.nth(row).locator("input[type=text]").first.fill(CASH)
        inputs.nth(row).locator("input.amount").fill(amount)
    inputs.nth(1).locator("input.amount").press("Control+Enter")
    expect(inputs.nth(1).locator("input.amount")).to_have_attribute("aria-invalid", "true")
    expect(field(page, "legs").locator("[role=alert]")).to_have_text("借贷不平")


def test_switching_the_language_keeps_what_was_typed(page: Page) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "deposit")
    page.keyboard.type(ACCOUNT)
    page.locator("[data-language=en]").click()
    expect(page.locator("h1")).to_have_text("Demand deposit")
    expect(page.locator("[data-field=account] input")).to_have_value(ACCOUNT)
    expect(page).to_have_title(re.compile("Counter"))
    page.reload()
    expect(page.locator("nav a[aria-current]")).to_have_text("Counter")


def test_the_menu_holds_what_the_teller_may_do(page: Page) -> None:
    sign_on(page)
    expect(page.locator("[data-entry='savings.demand.deposit']")).to_have_count(1)
    expect(page.locator("[data-entry='clearing.netting.now']")).to_have_count(0)
    sign_on(page, "S0009", "")
    expect(page.locator("[data-entry='clearing.netting.now']")).to_have_count(1)
    expect(page.locator("[data-entry='savings.demand.deposit']")).to_have_count(0)


def test_the_menu_by_arrow_keys(page: Page) -> None:
    signed_on(page, "/teller")
    page.locator(".tree summary").first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("h1")).to_have_text("活期存款")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_focused()


def test_the_last_five_receipts_can_be_printed_again(page: Page) -> None:
    signed_on(page, "/teller")
    for amount in range(1, 7):
        fill_deposit(page, str(amount))
        page.locator(".preview button").press("Enter")
        expect(page.locator(".slip")).to_contain_text(f"0201200000{amount}")
    expect(page.locator("#journal li")).to_have_count(5)
    page.locator("#journal button").last.click()
    expect(page.locator(".slip")).to_contain_text("02012000002")
    expect(page.locator(".slip-kind")).to_contain_text("重打")


def test_a_first_sign_on_changes_the_password_before_anything_else(page: Page, bank: FakeBank) -> None:
    page.goto("/")
    expect(page.locator("input").first).to_be_focused()
    for word in ("S0212", PASSWORD, ""):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("修改密码")
    for word in (NEW_PASSWORD, "another"):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    expect(page.locator("[data-field=again] [role=alert]")).to_have_text("两次输入的新密码不一致")
    page.locator("[data-field=again] input").fill(NEW_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/teller")
    [(code, headers, body)] = bank.calls
    assert (code, headers["authorization"]) == ("counter.teller.change_password", "Bearer password.only.token")
    assert body == {"teller": "S0212", "old_password": PASSWORD, "new_password": NEW_PASSWORD}


def test_a_wrong_password_is_refused_in_both_languages(page: Page) -> None:
    page.goto("/")
    expect(page.locator("input").first).to_be_focused()
    for word in ("S0211", "wrong", ""):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    alert = page.locator("[data-field=password] [role=alert]")
    expect(alert).to_have_text("柜员号或密码不正确")
    page.locator("[data-language=en]").click()
    expect(alert).to_have_text("teller or password is wrong")


def test_an_expired_session_comes_back_where_it_was(page: Page, bank: FakeBank) -> None:
    sign_on(page)
    bank.expired = True
    page.goto("/queries#transaction.search")
    expect(page.locator(".notice")).to_have_text("登录已过期，请重新签到")
    bank.expired = False
    for word in ("S0211", PASSWORD, ""):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    page.wait_for_url("**/queries#transaction.search*")
    expect(page.locator("h1")).to_have_text("交易综合查询")


def test_nobody_sees_a_page_without_signing_on(page: Page) -> None:
    for path in ("/teller", "/queries", "/reports", "/operations"):
        page.goto(path)
        page.wait_for_url(re.compile(r"127\.0\.0\.1:\d+/$"))
        expect(page.locator("h1")).to_have_text("柜员签到")


def test_resting_on_enter_previews_but_never_executes(page: Page, bank: FakeBank) -> None:
    signed_on(page, "/teller")
    open_transaction(page, "deposit")
    page.locator("[data-field=account] input").fill(ACCOUNT)
    page.locator("[data-field=amount] input").fill("5")
    page.locator("[data-field=seal_checked] input").focus()
    page.keyboard.down("Enter")
    expect(page.locator(".preview button")).to_be_focused()
    page.keyboard.down("Enter")  # the key repeats
    page.keyboard.up("Enter")
    expect(page.locator("#work")).not_to_have_attribute("aria-busy", "true")
    assert bank.calls == []
    page.keyboard.press("Enter")
    expect(page.locator(".slip")).to_be_visible()
