"""The exact parts of the scripts: amounts, capitals, pinyin, search."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# How the rules for filling in bills write amounts (支付结算办法, annex 1), and round figures.
CAPITALS = {
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "107000.53": "壹拾万柒仟元伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "1000": "壹仟元整",
    "100000000": "壹亿元整",
    "100000001.00": "壹亿零壹元整",
    "10005.00": "壹万零伍元整",
    "0.05": "伍分",
    "0.50": "伍角整",
    "0": "零元整",
    "12.345": "",
    "abc": "",
}


@pytest.fixture
def modules(page: Page) -> Page:
    """A page of the door, from which its modules can be imported."""
    page.goto("/")
    return page


@pytest.mark.parametrize(("amount", "words"), CAPITALS.items())
def test_amounts_in_capitals(modules: Page, amount: str, words: str) -> None:
    assert modules.evaluate("async (text) => (await import('/static/amounts.js')).inCapitals(text)", amount) == words


@pytest.mark.parametrize(
    ("typed", "normal", "grouped"),
    [
        ("1，234．5", "1234.5", "1,234.5"),
        (" 12 345 ", "12345", "12,345"),
        ("-9999999999999.99", "-9999999999999.99", "-9,999,999,999,999.99"),
    ],
)
def test_amounts_as_typed_and_as_shown(modules: Page, typed: str, normal: str, grouped: str) -> None:
    script = "async (text) => { const a = await import('/static/amounts.js'); return [a.normal(text), a.grouped(a.normal(text))]; }"
    assert modules.evaluate(script, typed) == [normal, grouped]


def test_sums_are_exact(modules: Page) -> None:
    script = """async () => { const a = await import('/static/amounts.js');
      return a.unscaled(['0.10', '0.20', '90071992547409.93'].reduce((sum, each) => sum + a.scaled(each), 0n)); }"""
    assert modules.evaluate(script) == "90071992547410.23"


INITIALS = {"活期存款": "hqck", "整存整取开户": "zczqkh", "冲账": "cz", "私人客户查询": "srkhcx"}


@pytest.mark.parametrize(("name", "initials"), INITIALS.items())
def test_pinyin_initials(modules: Page, name: str, initials: str) -> None:
    assert modules.evaluate("async (name) => (await import('/static/catalogue.js')).initialsOf(name)", name) == initials


def test_search_ranks_the_exact_code_first(modules: Page) -> None:
    script = """async (typed) => { const c = await import('/static/catalogue.js');
      const entries = [['savings.demand.deposit', '活期存款', 'Demand deposit'],
        ['savings.demand.withdraw', '活期取款', 'Demand withdrawal'], ['savings.corporate.deposit_cash', '现金存款', 'Cash deposit']]
        .map(([id, zh, en]) => ({ id, name: { zh, en }, initials: c.initialsOf(zh) }));
      return c.search(entries, typed).map((each) => each.id); }"""
    assert modules.evaluate(script, "s.d.d") == ["savings.demand.deposit"]
    assert modules.evaluate(script, "hq") == ["savings.demand.deposit", "savings.demand.withdraw"]
    assert modules.evaluate(script, "存款") == ["savings.corporate.deposit_cash", "savings.demand.deposit"]
    assert modules.evaluate(script, "cash dep") == ["savings.corporate.deposit_cash"]
    assert modules.evaluate(script, "zzz") == []
