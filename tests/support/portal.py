"""The reconciliation portal as tests use it: a company with accounts and operators, and a browser of one of them."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import UUID

import httpx

from contracts.portal import SESSION_COOKIE
from runtime.idempotency import digest_of
from services.reconciliation.domain.portal_sign_on import picture_of
from services.reconciliation.portal.sms import send_waiting
from tests.support.bank import TestBank

CLERK, SUPERVISOR = "001", "002"
CORPORATE, CHECKER, CENTRE = "K0211", "K0212", "S0009"


async def open_company(bank: TestBank, name: str = "汇通贸易公司", id_number: str = "440301103456789", accounts: int = 1) -> dict[str, Any]:
    """A corporate customer with current accounts at 0201 and 9,000.00 in each; its number and theirs."""
    body = {"name": name, "nature": "006", "id_type": "G", "id_number": id_number, "address": "深圳路1号", "phone": "07551234567"}
    customer = (await bank.run(CORPORATE, "customer.corporate.open", body))["result"]["customer_number"]
    numbers = []
    for position in range(accounts):
        flag = "0" if position == 0 else "1"  # one basic account, then general ones
        opening = {"customer_number": customer, "kind": "201", "account_flag": flag, "interest_bearing": True}
        account = (await bank.run(CORPORATE, "savings.corporate.pre_open", opening))["result"]["account"]
        await bank.run(CORPORATE, "savings.corporate.deposit_cash", {"account": account, "amount": "9000.00"})
        numbers.append(account)
    return {"customer_number": customer, "accounts": numbers}


async def bind(bank: TestBank, customer: str, number: str, accounts: list[str], **more: Any) -> dict[str, Any]:
    """Bind an operator at 0201, checked by a second teller; the result."""
    body = {
        "action": "bind",
        "customer_number": customer,
        "operator_number": number,
        "role": "clerk" if number == CLERK else "supervisor",
        "name": "钱会计" if number == CLERK else "孙主管",
        "accounts": [{"account": account} for account in accounts],
        **more,
    }
    return (await bank.run(CORPORATE, "recon.operator.bind", body, second=CHECKER))["result"]


def picture_digits(service_key: str, try_id: str, number: int = 1) -> str:
    """What a person reads from a try's so-manieth picture."""
    return picture_of(digest_of(service_key, "portal.sign_on"), UUID(try_id), number)[0]


class PortalBrowser:
    """A browser at the portal: its cookies, the token its page holds, the try it is at."""

    def __init__(self, bank: TestBank, address: str = "203.0.113.7") -> None:
        self.bank = bank
        transport = httpx.ASGITransport(app=bank.bank.gateway, client=(address, 4711))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://bank", timeout=60)
        self.csrf = ""
        self.try_id = ""
        self.pictures = 0

    async def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """A request of the page, with its token."""
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})} if self.csrf else options.pop("headers", {})
        return await self.client.request(method, f"/api/portal{path}", json=body, headers=headers, **options)

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """A request that must succeed; its answer."""
        answer = await self.send(method, path, body, **options)
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None, **options: Any) -> str:
        """The code of a refusal."""
        answer = await self.send(method, path, body, **options)
        assert answer.status_code >= 400, f"{path} was not refused: {answer.text}"
        return answer.json()["code"]

    async def begin(self) -> None:
        """Open the sign-on page."""
        self.try_id = (await self.call("POST", "/sign-on/begin"))["try_id"]
        self.pictures = 1

    async def another_picture(self) -> None:
        """Ask for another picture."""
        await self.call("POST", "/sign-on/picture", {"try_id": self.try_id})
        self.pictures += 1

    @property
    def digits(self) -> str:
        """What the picture shows."""
        return picture_digits(self.bank.bank.settings.service_key.get_secret_value(), self.try_id, self.pictures)

    def entry(self, name: str, code: str, **changes: str) -> dict[str, str]:
        """What the sign-on form sends."""
        return {"try_id": self.try_id, "name": name, "code": code, "captcha": self.digits, **changes}

    async def ask_code(self, name: str) -> dict[str, Any]:
        """Press the button that sends a code."""
        return await self.call("POST", "/sign-on/code", {"try_id": self.try_id, "name": name})

    async def sign_on(self, name: str, phone: str) -> dict[str, Any]:
        """Sign on as a person does, with the code that comes by telephone; the session."""
        await self.begin()
        await self.ask_code(name)
        session = await self.call("POST", "/sign-on", self.entry(name, await code_on(self.bank, phone)))
        self.csrf = session["csrf"]
        return session

    @property
    def cookie(self) -> str | None:
        """The session's secret."""
        return self.client.cookies.get(SESSION_COOKIE)


async def messages_on(bank: TestBank, phone: str) -> list[str]:
    """What has come to a telephone of the demo bank, the newest first, once everything that waits is sent."""
    waiting = "SELECT count(*) AS waiting FROM reconciliation.portal_sms WHERE state = 'waiting'"
    await send_waiting(bank.bank.applications["reconciliation"].resources)
    for _ in range(500):  # the bank's own task may just be at some of them
        if not (await bank.sql(waiting))[0]["waiting"]:
            break
        await asyncio.sleep(0.02)
    rows = (await bank.ask(CENTRE, "recon.sms.shown"))["rows"]
    return [row["content"] for row in rows if row["phone"] == phone]


async def code_on(bank: TestBank, phone: str) -> str:
    """The newest code on a telephone."""
    found = re.search(r"动态密码 (\d{6})", (await messages_on(bank, phone))[0])
    assert found is not None
    return found[1]
