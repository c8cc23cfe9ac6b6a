"""Companies that reconcile with a bank on the first of October 2005: their operators at the portal, their statements, the bank's desk."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from tests.support import portal
from tests.support.bank import TestBank
from tests.support.portal import CHECKER, CLERK, CORPORATE, SUPERVISOR, PortalBrowser, bind

FIRST_DAY, LAST_DAY = date(2005, 9, 29), date(2005, 9, 30)
"""Two day ends before the first of October."""
OTHER_SUPERVISOR = "003"
CONTACT = {"contact_name": "钱会计", "contact_phone": "0571-88880001", "supervisor": SUPERVISOR}
ITEMS = [
    {"kind": "bank_received", "amount": "50.00", "summary": "货款"},
    {"kind": "bank_paid", "amount": "3.00"},
    {"kind": "company_received", "amount": "30.00", "date": "2005-09-30"},
    {"kind": "company_paid", "amount": "13.00"},
]
SHEET = {"company_balance": "120.00", "items": ITEMS}
"""120 + 50 - 3 = 150 + 30 - 13 = 167."""
INVESTIGATE = "recon.statement.investigate"


class Company:
    """A company with one account, and the browsers of its clerk and two supervisors."""

    def __init__(self, bank: TestBank, customer: str, account: str, phones: int) -> None:
        self.customer, self.account, self.phones = customer, account, phones
        self.clerk, self.supervisor, self.other = (PortalBrowser(bank, f"203.0.113.{phones % 10 + place}") for place in range(3))

    async def bind(self, bank: TestBank) -> None:
        """Bind its three operators at the counter."""
        for number in (CLERK, SUPERVISOR, OTHER_SUPERVISOR):
            await bind(bank, self.customer, number, [self.account], phone=self.phone(number))

    async def sign_on(self) -> None:
        """Sign all three on."""
        for number, browser in ((CLERK, self.clerk), (SUPERVISOR, self.supervisor), (OTHER_SUPERVISOR, self.other)):
            await browser.sign_on(self.customer + number, self.phone(number))

    def phone(self, number: str) -> str:
        """The telephone of an operator."""
        return f"139{self.phones:05d}{number}"


class World:
    """The bank on the first of October."""

    def __init__(self, bank: TestBank, east: Company, west: Company, third: str) -> None:
        self.bank, self.east, self.west, self.third = bank, east, west, third
        self._days = (date(2005, 9, 1) + timedelta(days=count) for count in itertools.count())

    async def statement(self) -> dict[str, Any]:
        """A statement over 150.00 that nobody has touched yet, as the clerk sees it: each is of another span of days."""
        span = {"date_from": next(self._days).isoformat(), "date_to": LAST_DAY.isoformat()}
        made = await self.bank.run(CORPORATE, "recon.statement.generate", {"account": self.east.account, "kind": "balance", **span})
        [number] = made["result"]["numbers"]
        return await self.read(number)

    async def read(self, number: str, browser: PortalBrowser | None = None) -> dict[str, Any]:
        """A statement as somebody sees it."""
        return await (browser or self.east.clerk).call("GET", f"/statements/{number}")

    async def reply(self, statement: dict[str, Any], **reply: Any) -> dict[str, Any]:
        """The clerk replies."""
        return await self.east.clerk.call("POST", f"/statements/{statement['number']}/reply", said(statement, **reply))

    async def waiting(self, **reply: Any) -> dict[str, Any]:
        """One that waits for the supervisor."""
        return await self.reply(await self.statement(), **reply)

    async def decide(self, waiting: dict[str, Any], act: str = "approve", **more: Any) -> dict[str, Any]:
        """The chosen supervisor decides on what he sees."""
        return await self.east.supervisor.call("POST", f"/statements/{waiting['number']}/{act}", decision(waiting, **more))

    async def investigate(self, number: str, action: str, **more: Any) -> dict[str, Any]:
        """A teller at the desk; the result."""
        return (await self.bank.run(CORPORATE, INVESTIGATE, {"number": number, "action": action, **more}))["result"]


def said(statement: dict[str, Any], **reply: Any) -> dict[str, Any]:
    """A reply to the version that was seen."""
    return {"version": statement["version"], **CONTACT, **reply}


def decision(waiting: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A decision on the reply that was seen."""
    last = waiting["replies"][-1]
    return {"version": waiting["version"], "reply": last["reply"], "digest": last["digest"], **more}


async def open_account(bank: TestBank, name: str, document: str, amount: str) -> tuple[str, str]:
    """A company with a current account that holds an amount: customer number and account."""
    papers = {"name": name, "nature": "006", "id_type": "G", "id_number": document, "address": "解放路1号", "phone": "88880001"}
    customer = (await bank.run(CORPORATE, "customer.corporate.open", papers))["result"]["customer_number"]
    opening = {"customer_number": customer, "kind": "201", "account_flag": "0", "interest_bearing": True}
    account = (await bank.run(CORPORATE, "savings.corporate.pre_open", opening))["result"]["account"]
    await bank.run(CORPORATE, "savings.corporate.deposit_cash", {"account": account, "amount": amount})
    return customer, account


async def messages_on(bank: TestBank, phone: str, text: str) -> list[str]:
    """What has come to a telephone that says a text."""
    return [message for message in await portal.messages_on(bank, phone) if text in message]


async def arrange(bank: TestBank, account: str, **agreed: Any) -> dict[str, Any]:
    """Agree on statements, with two tellers."""
    return await bank.run(CORPORATE, "recon.arrangement.set", {"account": account, **agreed}, second=CHECKER)
