"""The four ways to reply to a statement, from signing on to the close, done by a clerk and a supervisor at real pages of a real bank."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from launch.demo import PASSWORD
from tests.browser.real_bank import started_bank
from tests.browser.steps import assert_proper
from tests.browser.watched import Watched
from tests.support.portal import CENTRE, CHECKER, CLERK, CORPORATE, SUPERVISOR, picture_digits

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIRST_DAY, CLOSING, TODAY = "2005-09-29", "2005-09-30", "2005-10-01"
SECONDS = 60_000
SHOTS = os.environ.get("HUITONG_SCREENSHOTS")
"""A folder for pictures of the pages, if somebody wants to look at them."""
PHONES = {CLERK: "13900000001", SUPERVISOR: "13900000002"}
NAMES = {CLERK: "钱会计", SUPERVISOR: "孙主管"}
BOOK = """日期,借方,贷方,摘要,票据号
2005-09-29,83.00,,现金缴款,88000777
2005-09-29,20.00,,,
2005-09-30,30.00,,收海川贸易支票,880011
2005-09-30,,13.00,付水费,
"""


class Bank:
    """The bank as its tellers use it, over HTTP."""

    def __init__(self, address: str, service_key: str) -> None:
        self.address, self.service_key = address, service_key
        self.client = httpx.Client(base_url=address, timeout=60)
        self.tokens: dict[str, str] = {}
        self.keys = 0

    def headers(self, teller: str) -> dict[str, str]:
        if teller not in self.tokens:
            body = {"teller": teller, "password": PASSWORD, **({"cash_box": "00002"} if teller == CORPORATE else {})}
            answer = self.client.post("/api/sign-on", json=body)
            assert answer.status_code == 200, answer.text
            self.tokens[teller] = answer.json()["token"]
        return {"Authorization": f"Bearer {self.tokens[teller]}"}

    def run(self, code: str, second: str | None = None, **body: Any) -> dict[str, Any]:
        self.keys += 1
        headers = {**self.headers(CORPORATE), "Idempotency-Key": f"browser-{self.keys}"}
        if second:
            asked = {"teller": second, "password": PASSWORD, "transaction": code, "body": body}
            headers["X-Approval"] = self.client.post("/api/approvals", json=asked).json()["approval"]
        answer = self.client.post(f"/api/transactions/{code}", json=body, headers=headers)
        assert answer.status_code == 200, f"{code}: {answer.text}"
        return answer.json()["result"]

    def end_days(self, through: str) -> None:
        started = self.client.post(f"/api/day-end?through={through}&force_close=true", headers=self.headers(CENTRE)).json()
        for _ in range(600):
            run = self.client.get(f"/api/day-end/{started['run']}", headers=self.headers(CENTRE)).json()
            if run["state"] != "running":
                break
            time.sleep(0.2)
        assert run["state"] == "done", run
        self.tokens.clear()

    def code_on(self, phone: str) -> str:
        """The newest code on a telephone of the demo bank."""
        for _ in range(100):
            rows = self.client.get("/api/queries/recon.sms.shown", headers=self.headers(CENTRE)).json()["rows"]
            found = [re.search(r"动态密码 (\d{6})", row["content"]) for row in rows if row["phone"] == phone]
            if found and found[0]:
                return found[0][1]
            time.sleep(0.1)
        raise AssertionError(f"no code came to {phone}")


@pytest.fixture(scope="module")
def bank(postgres_cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with started_bank(postgres_cluster, tmp_path_factory.mktemp("portal") / "bank", business_date=FIRST_DAY) as (address, service_key):
        yield Bank(address, service_key)


@pytest.fixture(scope="module")
def company(bank: Bank) -> dict[str, str]:
    """A company with 150.00 in its account, a clerk and a supervisor, on the first of October."""
    papers = {"nature": "006", "id_type": "G", "id_number": "440100000012345", "address": "解放路1号", "phone": "88880001"}
    customer = bank.run("customer.corporate.open", name="东方商贸有限公司", **papers)["customer_number"]
    opening = {"customer_number": customer, "kind": "201", "account_flag": "0", "interest_bearing": True}
    account = bank.run("savings.corporate.pre_open", **opening)["account"]
    bank.run("savings.corporate.deposit_cash", account=account, amount="83.00", voucher_type="OTHER", voucher_number="88000777")
    bank.run("savings.corporate.deposit_cash", account=account, amount="20.00")
    bank.run("savings.corporate.deposit_cash", account=account, amount="50.00")
    bank.run("savings.corporate.withdraw_cash", account=account, amount="3.00")
    for number, role in ((CLERK, "clerk"), (SUPERVISOR, "supervisor")):
        bound = {
            "operator_number": number,
            "role": role,
            "name": NAMES[number],
            "phone": PHONES[number],
            "accounts": [{"account": account}],
        }
        bank.run("recon.operator.bind", second=CHECKER, action="bind", customer_number=customer, **bound)
    for kind in ("balance", "detail"):
        bank.run("recon.arrangement.set", second=CHECKER, account=account, kind=kind, frequency="on_demand", days_until_due=10)
    bank.end_days(TODAY)
    return {"customer": customer, "account": account}


@pytest.fixture(scope="module")
def desks(browser: Browser, bank: Bank, company: dict[str, str]) -> Iterator[dict[str, Page]]:
    """A window of the clerk and one of the supervisor, signed on; at the end nothing may have been noted."""
    guards = {}
    for number in (CLERK, SUPERVISOR):
        context = browser.new_context(base_url=bank.address, locale="zh-CN", viewport={"width": 1280, "height": 900}, accept_downloads=True)
        guards[number] = Watched(context)
        sign_on(guards[number].page, bank, company["customer"] + number, PHONES[number])
    yield {number: guard.page for number, guard in guards.items()}
    for guard in guards.values():
        guard.page.context.close()
        guard.assert_clean()


def sign_on(page: Page, bank: Bank, name: str, phone: str) -> None:
    """As a person signs on: name, code from the telephone, digits of the picture."""
    with page.expect_response("**/sign-on/begin") as begun:
        page.goto("/portal")
    try_id = begun.value.json()["try_id"]
    page.locator("[data-field=name] input").fill(name)
    with page.expect_response("**/sign-on/code") as sent:
        page.get_by_role("button", name="发送手机密码").click()
    assert sent.value.status == 200
    page.locator("[data-field=code] input").fill(bank.code_on(phone))
    page.locator("[data-field=captcha] input").fill(picture_digits(bank.service_key, try_id))
    page.locator("[data-field=captcha] input").press("Enter")
    page.wait_for_url("**/portal/home")


def made(bank: Bank, company: dict[str, str], kind: str, first: str) -> str:
    """A statement over 150.00, made on demand."""
    span = {"date_from": first, "date_to": CLOSING}
    return bank.run("recon.statement.generate", account=company["account"], kind=kind, **span)["numbers"][0]


def shot(page: Page, name: str, part: str = "body") -> None:
    if SHOTS:
        page.locator(part).first.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def opened(page: Page, number: str) -> None:
    """From the list to the statement, by keyboard."""
    page.goto("/portal/home")
    page.goto("/portal/statements")
    row = page.locator("table.answer tbody tr", has_text=number)
    expect(row).to_be_visible(timeout=SECONDS)
    row.press("Enter")
    page.wait_for_url(f"**/portal/statement#{number}")


def state_of(page: Page) -> Any:
    return expect(page.locator(".tag.state"))


def choose(page: Page, result: str) -> None:
    page.locator(f"input[name=result][value={result}]").check()


def send(page: Page, **more: str) -> None:
    """Next step, contact and supervisor, finish, and the last question."""
    page.locator("#next").click()
    expect(page.locator("[data-field=contact_name] input")).to_be_focused()
    for name, value in {"contact_name": "钱会计", "contact_phone": "0571-88880001", **more}.items():
        control = page.locator(f"[data-field={name}]").locator("input, select")
        if control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    page.locator("[data-field=supervisor] select").select_option(SUPERVISOR)
    page.locator("#finish").click()
    expect(page.locator("dialog #send")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".notice", has_text="对账提交完成，待授权")).to_be_visible(timeout=SECONDS)


def test_agreed_with_a_paper_that_anybody_can_check(bank: Bank, company: dict[str, str], desks: dict[str, Page]) -> None:
    number = made(bank, company, "balance", "2005-09-01")
    clerk, supervisor = desks[CLERK], desks[SUPERVISOR]
    opened(clerk, number)
    shot(clerk, "agreed-open")
    clerk.locator("#fetch").click()
    state_of(clerk).to_have_text("客户已获取", timeout=SECONDS)
    choose(clerk, "agreed")
    send(clerk)
    state_of(clerk).to_have_text("待授权")
    with clerk.expect_download() as waiting:
        clerk.locator("[data-format=csv]").click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    assert number in text and "150.00" in text and "东方商贸有限公司" in text
    code = re.search(r"校验码,([A-Z2-7-]{29})", text)
    assert code is not None
    with clerk.expect_download() as waiting:
        clerk.locator("[data-format=pdf]").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")
    if SHOTS:
        (Path(SHOTS) / "statement.pdf").write_bytes(Path(waiting.value.path()).read_bytes())

    opened(supervisor, number)
    expect(supervisor.locator(".reply")).to_contain_text("对账相符")
    shot(supervisor, "agreed-approval")
    supervisor.locator("#approve").click()
    state_of(supervisor).to_have_text("相符", timeout=SECONDS)
    expect(supervisor.locator(".track")).to_contain_text("授权通过")

    clerk.goto("/verify")
    for typed, said in ((code[1], "该账单由本行出具"), (code[1][:-1] + ("A" if code[1][-1] != "A" else "B"), "本行没有出具这样的账单")):
        clerk.locator("[data-field=number] input").fill(number)
        clerk.locator("[data-field=code] input").fill(typed.lower())
        clerk.locator("[data-field=code] input").press("Enter")
        expect(clerk.locator("#verdict")).to_contain_text(said, timeout=SECONDS)
        shot(clerk, f"verify-{said}")


def test_agrees_after_adjustment_proposed_from_the_companys_book(bank: Bank, company: dict[str, str], desks: dict[str, Page]) -> None:
    """The manual's kind of sheet: 120 of the book and 150 of the bank meet at 167. The supervisor refuses the first reply."""
    number = made(bank, company, "detail", "2005-09-02")
    clerk, supervisor = desks[CLERK], desks[SUPERVISOR]
    opened(clerk, number)
    expect(clerk.locator("section", has_text="账单明细").locator("table.answer tbody tr")).to_have_count(4, timeout=SECONDS)
    choose(clerk, "disagreed_adjusted")
    clerk.locator(".matching-part summary").click()
    book = {"name": "单位账.csv", "mimeType": "text/csv", "buffer": BOOK.encode("gb18030")}
    clerk.locator("input[type=file]").set_input_files(book)
    clerk.locator(".matching-part button[type=submit]").click()
    expect(clerk.locator(".group[data-standing=proposed]")).to_contain_text("仅金额和日期相符", timeout=SECONDS)
    shot(clerk, "matching")
    clerk.locator(".group[data-standing=proposed] .join").click()
    expect(clerk.locator(".group[data-standing=proposed]")).to_have_count(0, timeout=SECONDS)
    clerk.locator("[data-shown=matched]").click()
    expect(clerk.locator(".group[data-standing=matched]")).to_contain_text("88000777", timeout=SECONDS)
    clerk.locator("#take-items").click()
    expect(clerk.locator(".filling .items li")).to_have_count(4, timeout=SECONDS)
    clerk.locator("#company-balance").fill("119.00")
    expect(clerk.locator(".filling .verdict")).to_contain_text("相差 -1.00")
    clerk.locator("#company-balance").fill("120.00")
    expect(clerk.locator(".filling .verdict")).to_have_text("调节相符")
    expect(clerk.locator(".filling .sum").first).to_contain_text("167.00")
    shot(clerk, "sheet", ".sheet.filling")
    assert_proper(clerk)
    clerk.locator("#keep").click()
    expect(clerk.locator(".notice", has_text="已暂存")).to_be_visible(timeout=SECONDS)
    send(clerk)

    opened(supervisor, number)
    supervisor.locator("[data-field=reason] input").fill("请核对水费")
    supervisor.locator("#refuse").click()
    state_of(supervisor).to_have_text("客户主管授权拒绝", timeout=SECONDS)

    opened(clerk, number)
    expect(clerk.locator(".reply")).to_contain_text("请核对水费")
    choose(clerk, "disagreed_adjusted")
    expect(clerk.locator(".filling .verdict")).to_have_text("调节相符", timeout=SECONDS)
    send(clerk)
    opened(supervisor, number)
    expect(supervisor.locator(".reply .sheet").first).to_contain_text("167.00")
    shot(supervisor, "adjusted-approval")
    assert_proper(supervisor)
    supervisor.locator("#approve").click()
    state_of(supervisor).to_have_text("相符", timeout=SECONDS)


@pytest.mark.parametrize(("result", "first"), [("disagreed_to_be_checked", "2005-09-03"), ("distorted", "2005-09-04")])
def test_disagreed_answered_by_the_bank_and_replied_to_again(
    result: str, first: str, bank: Bank, company: dict[str, str], desks: dict[str, Page]
) -> None:
    """To be checked, and distorted books with a sheet that does not balance: the bank answers, the company replies again and is content."""
    number = made(bank, company, "balance", first)
    clerk, supervisor = desks[CLERK], desks[SUPERVISOR]
    opened(clerk, number)
    choose(clerk, result)
    if result == "distorted":
        clerk.locator("#company-balance").fill("20.00")
        expect(clerk.locator(".filling .verdict")).to_contain_text("相差 -130.00")
    send(clerk)
    opened(supervisor, number)
    supervisor.locator("#approve").click()
    state_of(supervisor).to_have_text("不符核查中", timeout=SECONDS)

    bank.run("recon.statement.investigate", number=number, action="assign", assignee=CORPORATE)
    bank.run("recon.statement.investigate", number=number, action="answer", text="经核查,我行账务无误,附凭证复印件")
    opened(clerk, number)
    expect(clerk.locator(".answer .notice")).to_contain_text("经核查")
    expect(clerk.locator("input[name=result]")).to_have_count(3)
    shot(clerk, f"{result}-answered")
    choose(clerk, "agreed")
    send(clerk, satisfaction="satisfied", opinion="谢谢")
    opened(supervisor, number)
    expect(supervisor.locator(".reply").first).to_contain_text("谢谢")
    supervisor.locator("#approve").click()
    state_of(supervisor).to_have_text("已结案", timeout=SECONDS)
    supervisor.locator("[data-language=en]").click()
    state_of(supervisor).to_have_text("closed")
    expect(supervisor.locator(".track")).to_contain_text("replied again")
    shot(supervisor, f"{result}-closed")
    supervisor.locator("[data-language=zh]").click()


def test_the_list_is_searched_and_the_log_tells_it_all(company: dict[str, str], desks: dict[str, Page]) -> None:
    clerk = desks[CLERK]
    clerk.goto("/portal/home")
    clerk.goto("/portal/statements#view=all")
    rows = clerk.locator("table.answer tbody tr")
    expect(rows).to_have_count(4, timeout=SECONDS)
    shot(clerk, "list")
    assert_proper(clerk)
    clerk.locator("[data-field=state] select").select_option("closed")
    clerk.locator("form.generated button[type=submit]").click()
    expect(clerk.locator("table.answer tbody tr")).to_have_count(2, timeout=SECONDS)
    answer = clerk.evaluate("fetch('/api/portal/log?limit=200').then((each) => each.json())")
    acts = {row["act"] for row in answer["rows"]}
    assert {"recon.matching.match", "recon.statement.paper"} <= acts, json.dumps(sorted(acts))


def test_the_proof_of_the_books_side_by_side(browser: Browser, bank: Bank, company: dict[str, str]) -> None:
    """The page of the bank's side: the day that was closed, its sums, and an account that differs nowhere."""
    context = browser.new_context(base_url=bank.address, locale="zh-CN", viewport={"width": 1280, "height": 900})
    guard = Watched(context)
    page = guard.page
    page.goto("/")
    expect(page.locator("input").first).to_be_focused()
    for word in (CENTRE, PASSWORD, ""):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    page.wait_for_url("**/teller")
    page.goto("/proof")
    expect(page.locator(".proofs .approved")).to_have_count(5, timeout=SECONDS)
    page.locator("#proof-history a", has_text=CLOSING).click()
    expect(page.locator("#proof-head")).to_contain_text("核对并保存", timeout=SECONDS)
    expect(page.locator("#proof-groups tr", has_text="0201").filter(has_text="201").first).to_contain_text("150.00", timeout=SECONDS)
    shot(page, "proof")
    assert_proper(page)
    page.goto(f"/proof#account={company['account']}")
    expect(page.locator("#proof-drill")).to_contain_text("相符", timeout=SECONDS)
    context.close()
    guard.assert_clean()
