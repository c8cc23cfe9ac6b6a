"""Signing on to the portal: codes, pictures, tickets, sessions, and everything somebody may try who is not the operator (ER 15-17)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.clock import FixedClock
from runtime.auth import Signer, make_key_pair
from services.reconciliation.portal.housekeeping import tidy
from tests.support.bank import TestBank, running_bank, test_settings
from tests.support.portal import CENTRE, CHECKER, CLERK, CORPORATE, SUPERVISOR, PortalBrowser, bind, code_on, messages_on, open_company

PHONE, OTHER_PHONE = "13800000001", "13800000002"
CLOCK = FixedClock(datetime(2026, 5, 4, 1, 0, tzinfo=UTC))
TICKET_KEYS = make_key_pair()


@pytest.fixture(scope="module")
async def bank(bank_template: Any) -> AsyncIterator[TestBank]:
    """A bank whose clock stands still, with messages shown instead of sent, and an online bank that signs tickets."""
    settings = test_settings(sms_sender="show", portal_ticket_public_key=TICKET_KEYS[1])
    async with running_bank(bank_template, clock=CLOCK, settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
async def company(bank: TestBank) -> dict[str, Any]:
    """A company with a clerk who has a telephone, and a supervisor who has none."""
    opened = await open_company(bank)
    await bind(bank, opened["customer_number"], CLERK, opened["accounts"], phone=PHONE)
    await bind(bank, opened["customer_number"], SUPERVISOR, opened["accounts"])
    return {**opened, "clerk": opened["customer_number"] + CLERK, "supervisor": opened["customer_number"] + SUPERVISOR}


@pytest.fixture
async def browser(bank: TestBank, company: dict[str, Any]) -> AsyncIterator[PortalBrowser]:
    """A fresh browser, an hour after the last one, so that no earlier count matters."""
    _later(bank, hours=1)
    opened = PortalBrowser(bank)
    yield opened
    await opened.client.aclose()


def _later(bank: TestBank, **passed: int) -> None:
    CLOCK.moment += timedelta(**passed)
    bank._tokens.clear()  # a teller's token does not live as long


async def test_a_clerk_signs_on_with_the_code_on_his_telephone(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    await browser.begin()
    told = await browser.ask_code(company["clerk"])
    assert (told["seconds"], told["again_after_seconds"]) == (120, 30) and "账号未绑定手机" in told["notice"]["zh"]
    answer = await browser.send("POST", "/sign-on", browser.entry(company["clerk"], await code_on(bank, PHONE)))
    session = answer.json()
    assert answer.status_code == 200 and "secret" not in session
    assert {name: session[name] for name in ("user_name", "role", "name", "phone", "accounts")} == {
        "user_name": company["clerk"],
        "role": "clerk",
        "name": "钱会计",
        "phone": "*******0001",
        "accounts": company["accounts"],
    }
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/api/portal"))
    assert (await browser.call("GET", "/session"))["csrf"] == session["csrf"]
    browser.csrf = session["csrf"]
    await browser.call("POST", "/sign-off")
    assert await browser.refused("GET", "/session") == "portal.session_over"
    acts = [(row["act"], row["customer_number"]) for row in (await bank.ask(CENTRE, "recon.log.list"))["rows"][:3]]
    assert [act["en"] for act, _ in acts] == ["Signed off", "Signed on", "Code sent"]
    assert {number for _, number in acts} == {company["customer_number"]}


async def test_the_picture_is_a_picture_and_its_sound_a_sound(browser: PortalBrowser):
    begun = await browser.call("POST", "/sign-on/begin")
    content = base64.b64decode(begun["picture"].removeprefix("data:image/png;base64,"))
    assert content.startswith(b"\x89PNG")
    sounded = await browser.send("GET", "/sign-on/sound", params={"try_id": begun["try_id"]})
    assert sounded.headers["content-type"] == "audio/wav" and sounded.content[:4] == b"RIFF"
    again = await browser.call("POST", "/sign-on/picture", {"try_id": begun["try_id"]})
    assert again["picture"] != begun["picture"]


async def test_unknown_names_phoneless_operators_and_known_ones_are_answered_alike(
    bank: TestBank, company: dict[str, Any], browser: PortalBrowser
):
    answers, refusals = [], []
    for name in (company["clerk"], company["supervisor"], "4000000000999", "没有这个人"):
        await browser.begin()
        asked = await browser.send("POST", "/sign-on/code", {"try_id": browser.try_id, "name": name})
        answers.append((asked.status_code, asked.content))
        refused = await browser.send("POST", "/sign-on", browser.entry(name, "000000"))
        refusals.append((refused.status_code, {**refused.json(), "trace_id": None}))
    assert all(answer == answers[0] for answer in answers)
    assert all(refusal == refusals[0] for refusal in refusals) and refusals[0][1]["code"] == "portal.sign_on.wrong"
    assert len(await messages_on(bank, PHONE)) >= 1
    assert await bank.sql("SELECT 1 FROM reconciliation.portal_sms WHERE phone IS NULL AND state = 'sent'") == []


async def test_a_code_is_good_for_two_minutes(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    await browser.begin()
    await browser.ask_code(company["clerk"])
    code = await code_on(bank, PHONE)
    _later(bank, seconds=120)
    assert await browser.refused("POST", "/sign-on", browser.entry(company["clerk"], code)) == "portal.sign_on.wrong"
    await browser.ask_code(company["clerk"])
    fresh = await code_on(bank, PHONE)
    await browser.another_picture()
    _later(bank, seconds=119)
    await browser.call("POST", "/sign-on", browser.entry(company["clerk"], fresh))


async def test_after_five_wrong_tries_the_right_code_is_worth_nothing(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    await browser.begin()
    await browser.ask_code(company["clerk"])
    code = await code_on(bank, PHONE)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        assert await browser.refused("POST", "/sign-on", browser.entry(company["clerk"], wrong)) == "portal.sign_on.wrong"
        await browser.another_picture()
    assert await browser.refused("POST", "/sign-on", browser.entry(company["clerk"], code)) == "portal.sign_on.wrong"


async def test_every_try_needs_a_fresh_picture_of_its_own(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    await browser.begin()
    await browser.ask_code(company["clerk"])
    code = await code_on(bank, PHONE)
    right = browser.entry(company["clerk"], code)
    wrong_digits = "".join(str(int(digit) % 9 + 1) for digit in browser.digits)
    assert await browser.refused("POST", "/sign-on", {**right, "captcha": wrong_digits}) == "portal.captcha"
    assert await browser.refused("POST", "/sign-on", right) == "portal.captcha"
    other = PortalBrowser(bank)
    await other.begin()
    assert await browser.refused("POST", "/sign-on", {**right, "captcha": other.digits}) == "portal.captcha"
    assert await other.refused("POST", "/sign-on", other.entry(company["clerk"], code)) == "portal.sign_on.wrong"
    await other.client.aclose()
    await browser.another_picture()
    _later(bank, seconds=100)
    await browser.call("POST", "/sign-on", browser.entry(company["clerk"], code))


async def test_of_ten_who_use_one_code_one_gets_in(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    await browser.begin()
    await browser.ask_code(company["clerk"])
    entry = browser.entry(company["clerk"], await code_on(bank, PHONE))
    answers = await asyncio.gather(*(browser.send("POST", "/sign-on", entry) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert await browser.refused("POST", "/sign-on", entry) == "portal.try_over"


async def test_codes_are_rationed_by_name_by_person_and_by_address(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    await browser.sign_on(company["clerk"], PHONE)
    await browser.call("POST", "/nickname", {"nickname": "钱塘江"})
    _later(bank, hours=1)
    await browser.begin()
    asked = [{"try_id": browser.try_id, "name": company["clerk"]} for _ in range(10)]
    answers = await asyncio.gather(*(browser.send("POST", "/sign-on/code", body) for body in asked))
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [429] * 8
    sent = len(await messages_on(bank, PHONE))
    told = await browser.ask_code("钱塘江")  # the same person by another name: the answer does not tell
    assert told["seconds"] == 120 and len(await messages_on(bank, PHONE)) == sent
    assert await browser.refused("POST", "/sign-on", browser.entry("钱塘江", "000000")) == "portal.sign_on.wrong"
    [row] = await bank.sql("SELECT code_until FROM reconciliation.portal_try WHERE try_id = $1", browser.try_id)
    assert row["code_until"] is None
    names = [{"try_id": browser.try_id, "name": f"nobody{number}"} for number in range(60)]
    statuses = [(await browser.send("POST", "/sign-on/code", body)).status_code for body in names]
    assert statuses[0] == 200 and statuses[-1] == 429
    elsewhere = PortalBrowser(bank, "203.0.113.8")
    await elsewhere.begin()
    await elsewhere.ask_code("nobody")
    await elsewhere.ask_code(company["clerk"])  # refused openly to those alone who asked too often themselves
    assert len(await messages_on(bank, PHONE)) == sent
    await elsewhere.client.aclose()


async def test_nothing_that_opens_the_door_is_written_down(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    await browser.begin()
    await browser.ask_code(company["clerk"])
    code, digits = await code_on(bank, PHONE), browser.digits
    await browser.call("POST", "/sign-on", browser.entry(company["clerk"], code))
    tables = [
        row["table_name"] for row in await bank.sql("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'portal_%'")
    ]
    assert len(tables) >= 8
    for table in tables:
        texts = [str(row["text"]) for row in await bank.sql(f"SELECT t::text AS text FROM reconciliation.{table} t")]
        secrets = (f'"{code}"', f"({code},", f",{code},", f",{digits},", browser.cookie or "-")
        assert not any(secret in text for text in texts for secret in secrets), table


async def test_a_session_cannot_be_fixed_forged_or_kept_alive(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    browser.client.cookies.set("huitong_portal", "chosen-by-somebody-else", path="/api/portal")
    assert await browser.refused("GET", "/session") == "portal.session_over"
    browser.client.cookies.clear()
    session = await browser.sign_on(company["clerk"], PHONE)
    first = browser.cookie
    assert first not in (None, "chosen-by-somebody-else") and len(first) >= 43
    token, browser.csrf = browser.csrf, ""
    body = {"nickname": "改不了"}
    assert await browser.refused("POST", "/nickname", body) == "portal.csrf"
    assert await browser.refused("POST", "/nickname", body, headers={"X-CSRF-Token": token[:-1] + "g"}) == "portal.csrf"
    assert await browser.refused("POST", "/sign-off") == "portal.csrf"
    foreign = {"X-CSRF-Token": token, "Origin": "https://elsewhere.example"}
    assert await browser.refused("POST", "/nickname", body, headers=foreign) == "portal.other_origin"
    assert (await browser.call("GET", "/session"))["nickname"] == session["nickname"]
    _later(bank, minutes=14)
    await browser.call("GET", "/session")
    _later(bank, minutes=14)
    await browser.call("GET", "/session")
    _later(bank, minutes=15)
    assert await browser.refused("GET", "/session") == "portal.session_over"
    await browser.sign_on(company["clerk"], PHONE)
    second = browser.cookie
    assert second not in (None, first)
    _later(bank, minutes=2)
    await browser.sign_on(company["clerk"], PHONE)
    answer = await bank.bank.transport.send("reconciliation", "GET", "/portal/session", headers={"X-Portal-Session": second or ""})
    assert answer.json()["code"] == "portal.session_over"  # signing on again ends what the browser had
    for _ in range(8 * 60 // 10):
        _later(bank, minutes=10)
        answer = await browser.send("GET", "/session")
    assert answer.json()["code"] == "portal.session_over"


async def test_the_service_takes_sessions_from_the_door_alone(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    await browser.sign_on(company["clerk"], PHONE)
    shown = {"X-Portal-Session": browser.cookie or "", "X-Service-Key": "guessed"}
    answer = await bank.bank.transport.send("reconciliation", "GET", "/portal/session", headers=shown)
    assert answer.json()["code"] == "auth.service_only"


async def test_sessions_end_with_the_binding_they_rest_on(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    customer = company["customer_number"]
    await bind(bank, customer, "003", company["accounts"], role="clerk", name="李出纳", phone="13800000003")
    await browser.sign_on(customer + "003", "13800000003")
    change = {"action": "change", "customer_number": customer, "operator_number": "003", "phone": "13800000033"}
    await bank.run(CORPORATE, "recon.operator.bind", change, second=CHECKER)
    assert await browser.refused("GET", "/session") == "portal.session_over"
    assert "解除绑定" in (await messages_on(bank, "13800000003"))[0] and "已绑定" in (await messages_on(bank, "13800000033"))[0]
    _later(bank, minutes=1)
    await browser.begin()
    await browser.ask_code(customer + "003")
    entry = browser.entry(customer + "003", await code_on(bank, "13800000033"))
    await bank.run(CORPORATE, "recon.operator.bind", {**change, "phone": "13800000034"}, second=CHECKER)
    assert await browser.refused("POST", "/sign-on", entry) == "portal.sign_on.wrong"
    _later(bank, minutes=1)
    await browser.sign_on(customer + "003", "13800000034")
    unbind = {"action": "unbind", "customer_number": customer, "operator_number": "003"}
    await bank.run(CORPORATE, "recon.operator.bind", unbind, second=CHECKER)
    assert await browser.refused("GET", "/session") == "portal.session_over"
    _later(bank, minutes=1)
    await bind(bank, customer, "003", company["accounts"], role="clerk", name="郑出纳", phone="13800000035")
    await browser.sign_on(customer + "003", "13800000035")
    acts = [row["act"] for row in (await browser.call("GET", "/log"))["rows"]]
    assert acts == ["recon.portal.sign_on", "recon.portal.code"]  # not what the former holder of the number did


def _ticket(number: str, customer: str, operator: str = SUPERVISOR, *, minutes: int = 2, private: str = TICKET_KEYS[0], **more: Any) -> str:
    claims = {"customer_number": customer, "operator_number": operator, "jti": number, **more}
    return Signer(private, CLOCK).sign(more.pop("use", "portal-entry"), claims, minutes)


async def test_the_online_bank_sends_its_customer_with_a_ticket_once(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    ticket = _ticket("t-1", company["customer_number"])
    browsers = [PortalBrowser(bank) for _ in range(10)]
    answers = await asyncio.gather(*(each.send("POST", "/sign-on/ticket", {"ticket": ticket}) for each in browsers))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    session = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (session["role"], session["phone"]) == ("supervisor", None)  # who has proved who he is may be told
    for each in browsers:
        await each.client.aclose()


async def test_tickets_that_are_not_right_in_every_point_are_refused(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    customer = company["customer_number"]
    old = _ticket("t-2", customer)
    _later(bank, minutes=2)
    wrong = {
        "expired": old,
        "valid too long": _ticket("t-3", customer, minutes=3),
        "signed by another key": _ticket("t-4", customer, private=make_key_pair()[0]),
        "a teller's token": await bank.sign_on(CORPORATE),
        "nobody's": _ticket("t-5", customer, "777"),
        "without a number": _ticket("", customer),
        "not a ticket": "abc",
    }
    for reason, ticket in wrong.items():
        assert await browser.refused("POST", "/sign-on/ticket", {"ticket": ticket}) == "portal.ticket", reason
    assert browser.cookie is None


async def test_a_bank_without_an_online_bank_takes_no_tickets(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    settings = bank.bank.applications["reconciliation"].resources.settings
    settings.portal_ticket_public_key, kept = "", settings.portal_ticket_public_key
    try:
        assert await browser.refused("POST", "/sign-on/ticket", {"ticket": "abc"}) == "portal.ticket_not_offered"
    finally:
        settings.portal_ticket_public_key = kept


async def test_what_has_done_its_duty_is_removed_and_the_log_stays(bank: TestBank, company: dict[str, Any], browser: PortalBrowser):
    resources = bank.bank.applications["reconciliation"].resources
    await browser.sign_on(company["clerk"], PHONE)
    await browser.call("POST", "/sign-on/ticket", {"ticket": _ticket("t-9", company["customer_number"])})
    counts = "SELECT (SELECT count(*) FROM reconciliation.portal_{}) AS n"
    kept = {"try": 1, "rate": 1, "ticket": 1, "sms": 1, "session": 2}
    await tidy(resources)
    for table, least in kept.items():
        assert (await bank.sql(counts.format(table)))[0]["n"] >= least, table
    await browser.call("GET", "/session")
    acts = (await bank.sql(counts.format("act")))[0]["n"]
    _later(bank, days=31)
    await tidy(resources)
    assert [(await bank.sql(counts.format(table)))[0]["n"] for table in kept] == [0] * len(kept)
    assert (await bank.sql(counts.format("act")))[0]["n"] == acts
