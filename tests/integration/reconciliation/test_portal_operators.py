"""Operators bound at the counter, their nicknames, the bank's notices, and the log of acts (ER 15-17, 62-80)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from kernel.clock import FixedClock
from services.reconciliation.portal import sms
from tests.support.bank import TestBank, running_bank, test_settings
from tests.support.portal import CENTRE, CHECKER, CLERK, CORPORATE, SUPERVISOR, PortalBrowser, bind, code_on, messages_on, open_company

PHONES = {CLERK: "13800000001", SUPERVISOR: "13800000002"}
CLOCK = FixedClock(datetime(2026, 5, 4, 1, 0, tzinfo=UTC))
CODE = "recon.operator.bind"


@pytest.fixture(scope="module")
async def bank(bank_template: Any) -> AsyncIterator[TestBank]:
    async with running_bank(bank_template, clock=CLOCK, settings=test_settings(sms_sender="show")) as running:
        yield running


@pytest.fixture(scope="module")
async def company(bank: TestBank) -> dict[str, Any]:
    """A company with two accounts; its clerk sees the first of them, its supervisor both."""
    opened = await open_company(bank, accounts=2)
    await bind(bank, opened["customer_number"], CLERK, opened["accounts"][:1], phone=PHONES[CLERK])
    await bind(bank, opened["customer_number"], SUPERVISOR, opened["accounts"], phone=PHONES[SUPERVISOR])
    return opened


@pytest.fixture
async def signed_on(bank: TestBank, company: dict[str, Any]) -> AsyncIterator[dict[str, PortalBrowser]]:
    """Clerk and supervisor at the portal, an hour later than the last test."""
    CLOCK.moment += timedelta(hours=1)
    bank._tokens.clear()
    browsers = {number: PortalBrowser(bank) for number in PHONES}
    for number, browser in browsers.items():
        await browser.sign_on(company["customer_number"] + number, PHONES[number])
    yield browsers
    for browser in browsers.values():
        await browser.client.aclose()


def _body(company: dict[str, Any], number: str, action: str = "bind", **more: Any) -> dict[str, Any]:
    body = {"action": action, "customer_number": company["customer_number"], "operator_number": number}
    if action == "bind":
        body |= {"role": "clerk", "name": "周出纳", "accounts": [{"account": company["accounts"][0]}]}
    return {**body, **more}


async def test_binding_needs_a_second_person_and_everything_in_its_place(bank: TestBank, company: dict[str, Any]):
    other = await open_company(bank, "远方实业公司", "440301103456790")
    wrong = {
        "portal.operator.bound": _body(company, CLERK),
        "portal.account_unfit": _body(company, "009", accounts=[{"account": other["accounts"][0]}]),
        "portal.operator.phone": _body(company, "009", phone=PHONES[SUPERVISOR]),
        "portal.operator.missing": _body(company, "009", accounts=[]),
        "portal.operator.not_bound": _body(company, "009", "change", name="无此人"),
        "portal.operator.unchanged": _body(company, CLERK, "change", name="钱会计"),
        "request.invalid": _body(company, "009", phone="12345"),
        "customer.number.check_digit": _body(company, "009", customer_number="4000000011"),
    }
    await bank.refuse(CORPORATE, CODE, _body(company, "009"), "approval.required")
    for code, body in wrong.items():
        await bank.refuse(CORPORATE, CODE, body, code, second=CHECKER)
    await bank.refuse("K0311", CODE, _body(company, "009"), "account.outside", second="K0312")
    await bank.refuse("K0311", CODE, _body(company, CLERK, "unbind"), "outlet.outside", second="K0312")
    await bank.refuse("S0211", CODE, _body(company, "009"), "right.missing", second="S0212")
    person = (await bank.run("S0211", "customer.personal.open", {"name": "张三", "id_type": "Z"}))["result"]["customer_number"]
    account = (await bank.run("S0211", "savings.demand.open", {"customer_number": person, "amount": "5.00", "withdrawal_mode": "C"}))[
        "result"
    ]
    private = _body(company, "009", customer_number=person, accounts=[{"account": account["account"]}])
    await bank.refuse(CORPORATE, CODE, private, "portal.customer_unfit", second=CHECKER)
    assert await bank.sql("SELECT 1 FROM reconciliation.portal_operator WHERE operator_number = '009'") == []


async def test_of_ten_who_bind_one_number_one_wins_and_sent_twice_is_done_once(bank: TestBank, company: dict[str, Any]):
    bodies = [_body(company, "010", phone=f"1391000000{place}") for place in range(10)]
    answers = await asyncio.gather(*(bank.send(CORPORATE, CODE, body, second=CHECKER) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    same = _body(company, "011", phone="13911000000")
    twice = [await bank.run(CORPORATE, CODE, same, key="bind-011", second=CHECKER) for _ in range(2)]
    assert twice[0] == twice[1]
    one_phone = [_body(company, number, phone="13912000000") for number in ("012", "013")]
    answers = await asyncio.gather(*(bank.send(CORPORATE, CODE, body, second=CHECKER) for body in one_phone))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_every_change_stays_in_the_history(bank: TestBank, company: dict[str, Any]):
    customer = company["customer_number"]
    await bind(bank, customer, "020", company["accounts"][:1], role="clerk", phone="13920000000")
    await bank.run(
        CORPORATE, CODE, _body(company, "020", "change", accounts=[{"account": each} for each in company["accounts"]]), second=CHECKER
    )
    await bank.run(CORPORATE, CODE, _body(company, "020", "change", without_phone=True), second=CHECKER)
    await bank.run(CORPORATE, CODE, _body(company, "020", "unbind"), second=CHECKER)
    await bank.refuse(CORPORATE, CODE, _body(company, "020", role="supervisor"), "portal.operator.role", second=CHECKER)
    again = await bind(bank, customer, "020", company["accounts"][:1], role="clerk", phone="13920000001")
    assert (again["state"], again["phone"]) == ("bound", "13920000001")
    changes = (await bank.ask(CORPORATE, "recon.operator_changes", customer_number=customer, operator_number="020"))["rows"]
    assert [change["change"] for change in changes] == ["bound", "unbound", "changed", "changed", "bound"]
    assert [(change["made_by"], change["second"]) for change in changes] == [(CORPORATE, CHECKER)] * 5
    assert changes[2]["before"]["phone"] == "13920000000" and changes[2]["after"]["phone"] is None
    assert changes[3]["before"]["accounts"] == company["accounts"][:1] and changes[3]["after"]["accounts"] == sorted(company["accounts"])
    rows = (await bank.ask(CORPORATE, "recon.operators", customer_number=customer))["rows"]
    assert {row["operator_number"]: row["state"] for row in rows}["020"] == "bound"
    page = await bank.ask(CORPORATE, "recon.operators", customer_number=customer, limit="1")
    second = await bank.ask(CORPORATE, "recon.operators", customer_number=customer, limit="1", after=page["next"])
    assert [page["rows"][0]["operator_number"], second["rows"][0]["operator_number"]] == [CLERK, SUPERVISOR]
    assert (await bank.ask("K0311", "recon.operators", customer_number=customer))["rows"] == []
    assert (await bank.ask("K0311", "recon.operator_changes", customer_number=customer))["rows"] == []


async def test_a_nickname_belongs_to_one(bank: TestBank, company: dict[str, Any], signed_on: dict[str, PortalBrowser]):
    clerk, supervisor = signed_on[CLERK], signed_on[SUPERVISOR]
    for unfit in ("钱", "1234567890123", "a b", "<b>", "名" * 21, "！！"):
        assert await clerk.refused("POST", "/nickname", {"nickname": unfit}) == "portal.nickname.unfit", unfit
    assert (await clerk.call("POST", "/nickname/check", {"nickname": "Qian01"}))["free"] is True
    answers = await asyncio.gather(
        *(each.send("POST", "/nickname", {"nickname": name}) for each, name in ((clerk, "Qian01"), (supervisor, "ＱＩＡＮ０１")))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner, loser = (clerk, supervisor) if answers[0].status_code == 200 else (supervisor, clerk)
    assert (await loser.call("POST", "/nickname/check", {"nickname": "qian01"}))["free"] is False
    assert (await winner.call("POST", "/nickname/check", {"nickname": "qian01"}))["free"] is True
    kept = (await winner.call("GET", "/session"))["nickname"]
    await winner.call("POST", "/nickname", {"nickname": kept})
    log = await winner.call("GET", "/log", params={"act": "recon.nickname.set"})
    assert [(row["subject"], row["name"]["zh"]) for row in log["rows"]] == [(kept, "昵称设置")]
    CLOCK.moment += timedelta(minutes=2)
    number = CLERK if winner is clerk else SUPERVISOR
    bank._tokens.clear()
    fresh = PortalBrowser(bank)
    assert (await fresh.sign_on("qiAN01", PHONES[number]))["user_name"] == company["customer_number"] + number
    await fresh.client.aclose()
    statuses = [(await winner.send("POST", "/nickname/check", {"nickname": f"别人的{place}"})).status_code for place in range(30)]
    assert statuses[0] == 200 and statuses[-1] == 429


async def test_notices_come_into_force_expire_and_are_withdrawn(bank: TestBank, signed_on: dict[str, PortalBrowser]):
    publish = {"action": "publish", "title": "系统维护", "content": "本周六 22:00 起\n暂停服务", "valid_until": "2005-09-01"}
    await bank.refuse(CORPORATE, "recon.notice.publish", publish, "right.missing")
    await bank.refuse(CENTRE, "recon.notice.publish", {**publish, "valid_until": "2005-08-31"}, "portal.notice.dates")
    await bank.refuse(CENTRE, "recon.notice.publish", {**publish, "title": ""}, "portal.notice.missing")
    now = (await bank.run(CENTRE, "recon.notice.publish", publish))["result"]
    later = (await bank.run(CENTRE, "recon.notice.publish", {**publish, "valid_from": "2005-09-02", "valid_until": "2005-09-30"}))["result"]
    wrong = (await bank.run(CENTRE, "recon.notice.publish", {**publish, "title": "错误公告"}))["result"]
    assert (now["state"], later["state"]) == ("shown", "announced")
    clerk = signed_on[CLERK]
    assert [row["title"] for row in (await clerk.call("GET", "/notices"))["rows"]] == ["错误公告", "系统维护"]
    first = await clerk.call("GET", "/notices", params={"limit": 1})
    rest = await clerk.call("GET", "/notices", params={"limit": 1, "after": first["next"]})
    assert ([row["notice"] for row in rest["rows"]], rest["next"]) == ([now["notice"]], None)
    withdraw = {"action": "withdraw", "notice": wrong["notice"]}
    answers = await asyncio.gather(*(bank.send(CENTRE, "recon.notice.publish", withdraw) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 4
    assert [row["notice"] for row in (await clerk.call("GET", "/notices"))["rows"]] == [now["notice"]]
    states = {row["notice"]: row["state"] for row in (await bank.ask(CENTRE, "recon.notice.list"))["rows"]}
    assert states == {now["notice"]: "shown", later["notice"]: "announced", wrong["notice"]: "taken_down"}


async def test_the_log_is_ones_own_and_nobody_can_change_it(bank: TestBank, company: dict[str, Any], signed_on: dict[str, PortalBrowser]):
    clerk, supervisor = signed_on[CLERK], signed_on[SUPERVISOR]
    own = await clerk.call("GET", "/log")
    assert {row["act"] for row in own["rows"]} <= {
        "recon.portal.sign_on",
        "recon.portal.code",
        "recon.nickname.set",
        "recon.portal.sign_off",
    }
    page = await clerk.call("GET", "/log", params={"limit": 1})
    following = await clerk.call("GET", "/log", params={"limit": 1, "after": page["next"]})
    assert [page["rows"][0]["act_id"], following["rows"][0]["act_id"]] == [row["act_id"] for row in own["rows"][:2]]
    others = {row["act_id"] for row in (await supervisor.call("GET", "/log"))["rows"]}
    assert others and not others & {row["act_id"] for row in own["rows"]}
    day = CLOCK.moment.date().isoformat()
    assert (await clerk.call("GET", "/log", params={"date_from": day, "act": "recon.portal.sign_on"}))["rows"]
    assert (await clerk.call("GET", "/log", params={"date_to": "2020-01-01"}))["rows"] == []
    assert await clerk.refused("GET", "/log", params={"date_from": "2026-02-02", "date_to": "2026-02-01"}) == "query.dates"
    assert await clerk.refused("GET", "/log", params={"after": "9" * 60}) == "query.cursor"
    for statement in ("UPDATE reconciliation.portal_act SET act = 'x'", "DELETE FROM reconciliation.portal_act"):
        resources = bank.bank.applications["reconciliation"].resources
        with pytest.raises(Exception, match="permission denied"):
            async with resources.database.transaction() as connection:
                await connection.exec_driver_sql(statement)
    acts = (await bank.ask(CENTRE, "recon.log.list", customer_number=company["customer_number"], teller=CORPORATE))["rows"]
    assert {row["side"] for row in acts} == {"bank"} and acts[-1]["act"]["zh"] == "操作员绑定"
    assert acts[-1]["details"]["second"] == CHECKER
    answer = await bank.client.get("/api/queries/recon.log.list", headers={"Authorization": f"Bearer {await bank.sign_on(CORPORATE)}"})
    assert answer.json()["code"] == "portal.centre_only"


async def test_messages_are_shown_to_managers_of_a_demo_bank_alone(bank: TestBank, company: dict[str, Any]):
    assert await messages_on(bank, PHONES[CLERK])
    for teller, code in ((CORPORATE, "portal.centre_only"), ("S0001", "portal.centre_only")):
        answer = await bank.client.get("/api/queries/recon.sms.shown", headers={"Authorization": f"Bearer {await bank.sign_on(teller)}"})
        assert answer.json()["code"] == code
    settings = bank.bank.applications["reconciliation"].resources.settings
    settings.sms_sender = "none"
    try:
        answer = await bank.client.get("/api/queries/recon.sms.shown", headers={"Authorization": f"Bearer {await bank.sign_on(CENTRE)}"})
        assert answer.json()["code"] == "portal.sms_not_shown"
    finally:
        settings.sms_sender = "show"


async def test_a_message_gateway_is_tried_again_until_it_takes_the_message(bank: TestBank, company: dict[str, Any], monkeypatch: Any):
    CLOCK.moment += timedelta(hours=1)
    bank._tokens.clear()
    taken: list[tuple[str, str]] = []
    down = True

    async def post(_client: Any, url: str, *, json: dict[str, str], headers: dict[str, str]) -> Any:
        if down:
            raise httpx.ConnectError("away")
        assert (url, headers) == ("http://sms.example/send", {"Authorization": "Bearer k"})
        taken.append((json["id"], json["phone"]))
        return httpx.Response(202, request=httpx.Request("POST", url))

    resources = bank.bank.applications["reconciliation"].resources
    for name, value in {"sms_sender": "http", "sms_url": "http://sms.example/send", "sms_key": SecretStr("k")}.items():
        monkeypatch.setattr(resources.settings, name, value)
    monkeypatch.setattr("httpx.AsyncClient.post", post)
    browser = PortalBrowser(bank)
    await browser.begin()
    await browser.ask_code(company["customer_number"] + CLERK)
    await sms.send_waiting(resources)
    assert taken == []
    down = False
    await sms.send_waiting(resources)
    assert taken == []  # not before its time
    CLOCK.moment += timedelta(seconds=11)
    await sms.send_waiting(resources)
    await sms.send_waiting(resources)
    assert [phone for _, phone in taken] == [PHONES[CLERK]]
    monkeypatch.undo()
    CLOCK.moment += timedelta(minutes=2)
    assert await code_on(bank, PHONES[CLERK])
    await browser.client.aclose()
