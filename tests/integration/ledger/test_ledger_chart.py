"""科目、业务代码管理: changed by the accounting department from a coming date on, taken up by every process, the past untouched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from launch.demo import BUSINESS_DATE
from tests.integration.ledger.conftest import Unlimited
from tests.support.bank import TestBank, running_bank
from tests.support.ledger import assert_books_agree, leg

CHANGE, POST, OPEN = "ledger.chart.maintain", "ledger.entry.post", "ledger.account.open"
TOMORROW = (BUSINESS_DATE + timedelta(days=1)).isoformat()
LATER = (BUSINESS_DATE + timedelta(days=30)).isoformat()


@pytest.fixture
async def fresh(bank_template: Any) -> AsyncIterator[TestBank]:
    """A bank of this test's own: its date moves on."""
    async with running_bank(bank_template) as running:
        running.bank.gateway.state.resources.state["sign_on_limiter"] = Unlimited()
        yield running


async def changed(bank: TestBank, kind: str, code: str, effective: str = TOMORROW, **more: Any) -> dict[str, Any]:
    return await bank.run("S0021", CHANGE, {"kind": kind, "code": code, "effective": effective, **more}, second="S0029")


async def line(bank: TestBank, code: str, kind: str, date: str, teller: str = "S0021") -> dict[str, Any] | None:
    rows = (await bank.ask(teller, "ledger.chart", code=code, kind=kind, date=date))["rows"]
    return next((row for row in rows if row["code"] == code), None)


async def closing(bank: TestBank, subject: str, date: str) -> Decimal:
    await bank.settle()
    rows = (await bank.ask("S0009", "ledger.subject", date=date, outlet="0201"))["rows"]
    return sum((Decimal(row["closing"]) for row in rows if row["subject"] == subject), Decimal(0))


async def receivable(bank: TestBank, amount: str = "80.00") -> list[str]:
    """Post a receivable 137 by hand; the subjects its legs got."""
    legs = [leg("902011013700001", "debit", amount), leg("902011026200001", "credit", amount)]
    return [each["subject"] for each in (await bank.run("K0211", POST, {"currency": "CNY", "legs": legs}))["entries"]]


async def test_a_code_moves_to_another_subject_and_the_past_stays(fresh: TestBank):
    """Accounts keep their numbers, reports follow from the date on (IB 301-303, 559-565)."""
    assert await receivable(fresh) == ["13901", "26201"]
    made = await changed(fresh, "business_code", "137", subject="13902")
    assert made["result"] == {
        "kind": "business_code",
        "code": "137",
        "effective": TOMORROW,
        "name": {"zh": "应收款项", "en": "Sundry receivables"},
    }
    assert await receivable(fresh) == ["13901", "26201"]
    assert (await line(fresh, "137", "business_code", BUSINESS_DATE.isoformat()))["subject"] == "13901"
    coming = await line(fresh, "137", "business_code", TOMORROW)
    assert (coming["subject"], coming["effective"], coming["teller"], coming["second"]) == ("13902", TOMORROW, "S0021", "S0029")

    assert (await fresh.day_end())["state"] == "done"
    # A day on which nothing was posted to the code yet: its balance stands under the new subject already.
    assert (await closing(fresh, "13901", BUSINESS_DATE.isoformat()), await closing(fresh, "13902", BUSINESS_DATE.isoformat())) == (160, 0)
    assert (await closing(fresh, "13901", TOMORROW), await closing(fresh, "13902", TOMORROW)) == (0, 160)
    assert await receivable(fresh) == ["13902", "26201"]
    assert (await closing(fresh, "13901", TOMORROW), await closing(fresh, "13902", TOMORROW)) == (0, 240)
    assert (await closing(fresh, "13901", BUSINESS_DATE.isoformat()), await closing(fresh, "13902", BUSINESS_DATE.isoformat())) == (160, 0)
    kept = await fresh.sql("SELECT DISTINCT business_date::text, subject FROM ledger.leg WHERE business_code = '137' ORDER BY 1")
    assert [tuple(row) for row in kept] == [(BUSINESS_DATE.isoformat(), "13901"), (TOMORROW, "13902")]
    assert (await fresh.day_end())["state"] == "done"
    await assert_books_agree(fresh)


async def test_every_process_takes_a_change_up_without_a_restart(fresh: TestBank, bank_template: Any):
    """A second process on the same database, which has read the rulebook before the change was made."""
    async with running_bank(bank_template, database=fresh.database, demo=False, settings=fresh.bank.settings) as other:
        await receivable(other)
        await changed(fresh, "subject", "26209", zh="代收款项", en="Collections for others", subject_class="liability", side="credit")
        await changed(fresh, "business_code", "850", zh="代收水电费", en="Utilities collected", subject="26209", may_open=True)
        body = {"business_code": "850", "name": "代收电费"}
        for bank in (fresh, other):
            await bank.refuse("K0211", OPEN, body, "ledger.business_code.unknown")
        assert (await fresh.day_end())["state"] == "done"
        other._tokens.clear()
        opened = await other.run("K0211", OPEN, body)
        assert (opened["result"]["account"], opened["result"]["subject"]) == ("902011085000101", "26209")
        for bank in (other, fresh):
            legs = [leg("902011013700001", "debit", "3.00"), leg("902011085000101", "credit", "3.00")]
            entries = (await bank.run("K0211", POST, {"currency": "CNY", "legs": legs}))["entries"]
            assert [each["subject"] for each in entries] == ["13901", "26209"]
            assert entries[1]["subject_name"] == {"zh": "代收款项", "en": "Collections for others"}
        await assert_books_agree(fresh)


async def test_a_change_that_has_not_begun_can_be_changed_again(bank: TestBank):
    for name in ("出纳短款一", "出纳短款二"):
        await changed(bank, "business_code", "138", LATER, zh=name)
    coming = await line(bank, "138", "business_code", LATER)
    assert coming["name"] == {"zh": "出纳短款二", "en": "Cash shortages"}
    assert (await line(bank, "138", "business_code", TOMORROW))["name"]["zh"] == "出纳短款"
    kept = await bank.sql("SELECT line ->> 'zh' FROM ledger.chart_change WHERE code = '138' ORDER BY change")
    assert [row[0] for row in kept] == ["出纳短款一", "出纳短款二"]


async def test_a_guard_that_accounts_violate_is_refused(bank: TestBank):
    await receivable(bank)
    await bank.settle()
    body = {"kind": "business_code", "code": "137", "effective": LATER, "guard": "credit_only"}
    assert (await bank.refuse("S0021", CHANGE, body, "ledger.chart.guard_violated", second="S0029"))["field"] == "guard"
    await changed(bank, "business_code", "137", LATER, guard="debit_only")


@pytest.mark.parametrize(
    ("body", "problem", "field"),
    [
        ({"effective": BUSINESS_DATE.isoformat()}, "ledger.chart.not_later", "effective"),
        ({"effective": "2000-01-01"}, "ledger.chart.not_later", "effective"),
        ({"code": "26201"}, "ledger.chart.code", "code"),
        ({"code": "26"}, "request.invalid", "code"),
        ({"code": "850"}, "ledger.chart.missing", "zh"),
        ({"code": "850", "zh": "新", "en": "New"}, "ledger.chart.missing", "subject"),
        ({"subject": "29999"}, "ledger.subject.unknown", "subject"),
        ({"subject": "703"}, "ledger.chart.sheet_stays", "subject"),
        ({"side": "debit"}, "ledger.chart.not_wanted", "side"),
        ({"code": "211", "guard": "credit_only"}, "ledger.chart.customers", "guard"),
        ({"code": "211", "may_open": True}, "ledger.chart.customers", "guard"),
        ({"code": "501", "may_open": True}, "ledger.chart.contradiction", "code"),
        ({"code": "151", "may_open": True}, "ledger.chart.contradiction", "code"),
        ({"subject": "201"}, "ledger.chart.contradiction", "code"),
        ({"zh": "应付款项", "subject": "26201"}, "ledger.chart.no_change", "code"),
        ({}, "ledger.chart.no_change", "code"),
        ({"guard": "sometimes"}, "request.invalid", "guard"),
        ({"kind": "subject", "code": "26209"}, "ledger.chart.missing", "zh"),
        ({"kind": "subject", "code": "26201", "subject_class": "asset"}, "ledger.chart.class_stays", "subject_class"),
        ({"kind": "subject", "code": "26201", "guard": "none"}, "ledger.chart.not_wanted", "guard"),
        (
            {"kind": "subject", "code": "29901", "zh": "无上级", "en": "Orphan", "subject_class": "liability", "side": "credit"},
            "ledger.chart.contradiction",
            "code",
        ),
        (
            {"kind": "subject", "code": "26209", "zh": "异类", "en": "Odd", "subject_class": "asset", "side": "debit"},
            "ledger.chart.contradiction",
            "code",
        ),
        (
            {"kind": "subject", "code": "790", "zh": "表外", "en": "Off-sheet", "subject_class": "asset", "side": "debit"},
            "ledger.chart.off_sheet_digits",
            "subject_class",
        ),
    ],
)
async def test_what_the_chart_does_not_take(bank: TestBank, body: dict[str, Any], problem: str, field: str):
    asked = {"kind": "business_code", "code": "262", "effective": LATER, **body}
    assert (await bank.refuse("S0021", CHANGE, asked, problem, second="S0029"))["field"] == field


async def test_only_two_people_of_the_accounting_department(bank: TestBank):
    body = {"kind": "business_code", "code": "153", "effective": LATER, "en": "Assets being disposed of"}
    await bank.refuse("S0021", CHANGE, body, "approval.required")
    await bank.refuse("S0021", CHANGE, body, "approval.level", second="S0022")
    await bank.refuse("S0211", CHANGE, body, "right.missing", second="S0219")
    await bank.refuse("S0001", CHANGE, body, "ledger.chart.accountants_only", second="S0009")
    first, second = [await bank.run("S0021", CHANGE, body, second="S0029", key="once") for _ in range(2)]
    assert first == second
    assert len(await bank.sql("SELECT FROM ledger.chart_change WHERE code = '153'")) == 1


async def test_racing_changes_stand_one_after_the_other(bank: TestBank):
    bodies = [{"kind": "business_code", "code": "154", "effective": LATER, "zh": f"在建工程{number}"} for number in range(6)]
    answers = await asyncio.gather(*(bank.send("S0021", CHANGE, body, second="S0029") for body in bodies))
    assert [answer.status_code for answer in answers] == [200] * 6
    numbers = [row[0] for row in await bank.sql("SELECT change FROM ledger.chart_change ORDER BY change")]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_the_list_has_pages_and_filters(bank: TestBank):
    first = await bank.ask("S0211", "ledger.chart", limit="200")
    second = await bank.ask("S0211", "ledger.chart", limit="200", after=first["next"])
    rows = [*first["rows"], *second["rows"]]
    keys = [(row["kind"] != "subject", row["code"]) for row in rows]
    assert keys == sorted(set(keys)) and len(rows) > 200 and second["next"] is None
    codes = (await bank.ask("S0211", "ledger.chart", kind="business_code", code="41"))["rows"]
    assert [row["code"] for row in codes] == ["411", "416", "417", "418", "419"]
    [cash] = (await bank.ask("S0211", "ledger.chart", kind="business_code", code="101"))["rows"]
    assert (cash["subject"], cash["guard"]["en"], cash["may_open"], cash["accounts_of"]["en"]) == ("101", "Debit only", False, "internal")
