"""The pages against the real bank: every kind of business done by a person at the browser, and the day closed on the operations page."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from launch.demo import PASSWORD
from tests.browser.real_bank import started_bank
from tests.browser.steps import open_transaction
from tests.browser.watched import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOXES = {"S": "00001", "K": "00002"}


@pytest.fixture(scope="module")
def address(postgres_cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`./huitong up` in a process of its own."""
    with started_bank(postgres_cluster, tmp_path_factory.mktemp("real") / "bank") as (address, _):
        yield address


class Counter:
    """A teller at the browser: fields are filled, the preview is looked at, the transaction is done with Enter."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def sign_on(self, teller: str) -> None:
        self.page.goto("/")
        self.page.evaluate("sessionStorage.clear()")
        self.page.goto("/")
        box = BOXES[teller[0]] if teller.endswith("1") else ""
        expect(self.page.locator("input").first).to_be_focused()
        for word in (teller, PASSWORD, box):
            self.page.keyboard.type(word)
            self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/teller")

    def do(self, code: str, second: str | None = None, **fields: Any) -> dict[str, Any]:
        """Run a transaction; the receipt the page keeps."""
        self.page.goto("/teller")
        open_transaction(self.page, code)
        for name, value in fields.items():
            controls = self.page.locator(f"[data-field={name}]").locator("input, select")
            control = controls.first
            if isinstance(value, bool):
                control.set_checked(value)
            elif control.evaluate("each => each.tagName") == "SELECT":
                control.select_option(value)
            else:
                for each in controls.all():  # a password that is set is typed twice
                    each.fill(value)
        if second is None:
            self.page.keyboard.press("Control+Enter")
        else:
            self.page.keyboard.press("F9")
            expect(self.page.locator("dialog input").first).to_be_focused()
            for word in (second, PASSWORD):
                self.page.keyboard.type(word)
                self.page.keyboard.press("Enter")
        button = self.page.locator(".preview button")
        expect(button).to_be_focused(timeout=15_000)
        button.press("Enter")
        expect(self.page.locator(".slip")).to_be_visible(timeout=15_000)
        return json.loads(self.page.evaluate("sessionStorage.getItem('receipts')"))[0]["receipt"]


@pytest.fixture(scope="module")
def counter(browser: Browser, address: str) -> Iterator[Counter]:
    """One window for the whole day; at the end nothing may have been noted."""
    context = browser.new_context(base_url=address, locale="zh-CN", viewport={"width": 1280, "height": 800})
    guard = Watched(context)
    yield Counter(guard.page)
    context.close()
    guard.assert_clean()


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """What one step gives the next: customer and account numbers."""
    return {}


def test_personal_customer_account_and_a_mistake_taken_back(counter: Counter, names: dict[str, str]) -> None:
    counter.sign_on("S0211")
    customer = counter.do("customer.personal.open", name="赵六", id_type="Z")["result"]["customer_number"]
    opening = {"customer_number": customer, "amount": "500.00", "withdrawal_mode": "A", "password": "123456", "cross_outlet": True}
    names["account"] = counter.do("savings.demand.open", **opening)["result"]["account"]
    receipt = counter.do("savings.demand.deposit", account=names["account"], amount="250.00")
    assert receipt["result"]["balance"] == "750.00"
    wrong = receipt["transaction_number"]
    back = counter.do("ledger.correct.reverse", second="S0219", transaction_number=wrong, business_date="2005-09-01")
    assert all(entry["red"] for entry in back["entries"])
    paid = counter.do("savings.demand.withdraw", account=names["account"], amount="100.00", password="123456")
    assert paid["result"]["balance"] == "400.00"


def test_another_outlet_pays_in_through_417(counter: Counter, names: dict[str, str]) -> None:
    counter.sign_on("S0311")
    receipt = counter.do("savings.demand.deposit", account=names["account"], amount="1000.00")
    assert sorted((entry["outlet"], entry["business_code"]) for entry in receipt["entries"]) == [
        ("0201", "211"),
        ("0201", "417"),
        ("0301", "101"),
        ("0301", "417"),
    ]


def test_cash_from_vault_to_box(counter: Counter) -> None:
    counter.sign_on("S0211")
    assert counter.do("counter.box.cash_out", amount="5000.00")["entries"][0]["amount"] == "5000.00"


def test_books_from_the_vault_to_a_customer(counter: Counter) -> None:
    counter.sign_on("S0211")
    page = counter.page
    rows = "table.answer tbody tr"
    page.goto("/queries#voucher.stock?cash_box=00000&kind=book")
    expect(page.locator(rows)).to_have_count(1, timeout=15_000)
    first = page.locator(rows).locator("td").filter(has_text=re.compile(r"^\d{8}$")).first.inner_text()
    last = f"{int(first) + 1:08d}"
    counter.do("counter.voucher.take_out", kind="book", first=first, last=last, sheets="2")
    customer = {"instrument": "book", "book_number": last, "name": "孙一本", "id_type": "Z", "password": "654321"}
    opened = counter.do("customer.instrument.open", **customer)
    assert opened["result"]["book_number"] == last
    assert [(leg["outlet"], leg["direction"], leg["amount"]) for leg in opened["off_sheet"]] == [("0201", "pay", "1.00")]
    account = {"customer_number": opened["result"]["customer_number"], "instrument": "book", "amount": "60.00", "withdrawal_mode": "A"}
    assert counter.do("savings.demand.open", **account)["result"]["balance"] == "60.00"
    page.goto(f"/queries#voucher.search?kind=book&first={last}")
    expect(page.locator(rows, has_text=last)).to_contain_text("已使用", timeout=15_000)


def test_from_a_list_to_a_file_and_down_to_the_rule(counter: Counter) -> None:
    counter.sign_on("S0211")
    page = counter.page
    page.goto("/queries#transaction.search")
    expect(page.locator("table.answer tbody tr").first).to_be_focused(timeout=15_000)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    shown = page.locator("table.answer tbody tr td:first-child").all_inner_texts()
    assert len(shown) >= 4 and all(number in text for number in shown) and "现金出库" in text
    page.locator("table.answer tbody tr", has_text="现金出库").first.press("Enter")
    expect(page.locator("table.entries tbody tr").first).to_be_visible(timeout=15_000)
    page.locator("a[href*='ledger.rule']").press("Enter")
    expect(page.locator("h1")).to_have_text("记账规则查询")
    expect(page.locator("table.answer").last).to_contain_text("金额", timeout=15_000)


def test_corporate_account_loan_and_repayment(counter: Counter) -> None:
    counter.sign_on("K0211")
    licence = {"id_type": "G", "id_number": "440100000099999"}
    company = {"name": "北山商行", "nature": "006", **licence, "address": "北山路9号", "phone": "88889999"}
    customer = counter.do("customer.corporate.open", **company)["result"]["customer_number"]
    account = counter.do("savings.corporate.pre_open", customer_number=customer, kind="201", account_flag="0")["result"]["account"]
    assert counter.do("savings.corporate.deposit_cash", account=account, amount="9000.00")["result"]["balance"] == "9000.00"
    terms = {"contract_number": "HT20050901A", "customer_number": customer, "deposit_account": account, "principal": "30000.00"}
    dates = {"rate": "5.22", "starts_on": "2005-09-01", "due_on": "2006-02-28", "kind": "123"}
    note = counter.do("lending.note.enter", **terms, **dates)["result"]["note_number"]
    loan = counter.do("lending.loan.release", note_number=note)["result"]["account"]
    assert counter.do("lending.loan.repay_part", account=loan, amount="10000.00")["result"]["balance"] == "20000.00"
    assert counter.do("lending.loan.repay_full", account=loan)["result"]["balance"] == "0.00"


def test_the_day_is_closed_on_the_operations_page(counter: Counter) -> None:
    counter.sign_on("S0009")
    page = counter.page
    page.goto("/operations")
    expect(page.locator("#health li.up")).to_have_count(7, timeout=15_000)
    force = page.locator(".starter input[type=checkbox]").first
    force.check()
    page.locator(".starter button").first.click()
    page.locator("dialog .primary").click()
    expect(page.locator(".run-head .badge.done")).to_be_visible(timeout=60_000)
    page.goto("/reports")
    expect(page.locator("body")).to_contain_text("清算明细清单")
    screenshots = os.environ.get("HUITONG_SCREENSHOTS")
    if screenshots:
        page.goto("/operations")
        page.wait_for_timeout(1500)
        page.screenshot(path=str(Path(screenshots) / "operations.png"))
