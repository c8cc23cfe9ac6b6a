"""Tellers at work who do not give up: every transaction is sent with one key until somebody answers, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

from launch.demo import PASSWORD as DEMO_PASSWORD

SAVINGS_TELLERS = ("S0211", "S0221", "S0301", "S0311")
CORPORATE_TELLERS = ("K0201", "K0211", "K0221")
PASSWORD = "654321"
LONGEST_SECONDS = 120.0
PAUSE_SECONDS = 0.1
THINKING_SECONDS = 0.2
OPENING = Decimal("20000.00")
FUNDS = Decimal("50000.00")
PRINCIPAL = Decimal("900.00")
PART = Decimal("300.00")


@dataclass
class Sent:
    """A transaction a teller wants done: what was sent under which key, and the receipt once there is one."""

    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    receipt: dict[str, Any] = field(default_factory=dict)


@dataclass
class Load:
    """The tellers, the accounts they work on, what was acknowledged, and what must therefore stand in the books."""

    client: httpx.AsyncClient
    seed: int = 20050901
    sent: list[Sent] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    personal: list[str] = field(default_factory=list)
    corporate: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    customers: dict[str, str] = field(default_factory=dict)
    balances: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    loans: dict[str, Decimal] = field(default_factory=dict)
    notes: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    async def open_accounts(self) -> None:
        """Two personal accounts all tellers meet on, and two corporate ones at the outlet of each corporate teller."""
        for teller in SAVINGS_TELLERS[:2]:
            customer = await self.do(teller, "customer.personal.open", {"name": "张三", "id_type": "Z"})
            body = {
                "customer_number": customer["customer_number"],
                "instrument": "passbook",
                "currency": "CNY",
                "amount": str(OPENING),
                "withdrawal_mode": "A",
                "password": PASSWORD,
                "cross_outlet": True,
            }
            opened = await self.do(teller, "savings.demand.open", body)
            self.personal.append(opened["account"])
            self.balances[opened["account"]] += OPENING
        for number, teller in enumerate(CORPORATE_TELLERS * 2):
            await self._open_corporate(teller, number)

    async def _open_corporate(self, teller: str, number: int) -> None:
        identity = {"id_type": "G", "id_number": f"44010000000{number:04d}", "address": "解放路1号", "phone": "88880001"}
        customer = await self.do(teller, "customer.corporate.open", {"name": f"东方商贸{number}", "nature": "006", **identity})
        terms = {"kind": "201", "account_flag": "0", "interest_bearing": True}
        opened = await self.do(teller, "savings.corporate.pre_open", {"customer_number": customer["customer_number"], **terms})
        await self.do(teller, "savings.corporate.deposit_cash", {"account": opened["account"], "amount": str(FUNDS)})
        self.customers[opened["account"]] = customer["customer_number"]
        self.corporate[teller].append(opened["account"])
        self.balances[opened["account"]] += FUNDS

    async def work(self, stop: asyncio.Event, most: int) -> None:
        """Every teller works until `stop` is set, or has done so many rounds; what was begun is finished."""

        async def rounds(teller: str) -> None:
            for _ in range(most):
                if stop.is_set():
                    return
                await asyncio.sleep(self.random.uniform(0, THINKING_SECONDS))
                await (self._savings_round(teller) if teller[0] == "S" else self._corporate_round(teller))

        await asyncio.gather(*(rounds(teller) for teller in (*SAVINGS_TELLERS, *CORPORATE_TELLERS)))

    async def _savings_round(self, teller: str) -> None:
        """A deposit or a withdrawal on anybody's account, often of another outlet; some deposits are taken back by two people."""
        account, amount = self.random.choice(self.personal), Decimal(self.random.randint(100, 9999)) / 100
        if self.random.random() < 0.4:
            await self.do(teller, "savings.demand.withdraw", {"account": account, "amount": str(amount), "password": PASSWORD})
            self.balances[account] -= amount
            return
        deposit = {"account": account, "amount": str(amount)}
        sent = await self.send(teller, "savings.demand.deposit", deposit)
        if self.random.random() < 0.25:
            mistake = {key: sent.receipt[key] for key in ("transaction_number", "business_date")}
            await self.send(teller, "ledger.correct.reverse", mistake, second=teller[:4] + "9")
        else:
            self.balances[account] += amount

    async def _corporate_round(self, teller: str) -> None:
        """A transfer between two customers of the outlet, or a loan to anybody: entered, released to the deposit account, repaid in
        part, and every other time in full."""
        if self.random.random() < 0.5:
            giver, taker = self.random.sample(self.corporate[teller], 2)
            amount = Decimal(self.random.randint(100, 9999)) / 100
            await self.do(teller, "savings.corporate.transfer", {"from_account": giver, "to_account": taker, "amount": str(amount)})
            self.balances[giver] -= amount
            self.balances[taker] += amount
            return
        borrower = self.random.choice(list(self.customers))
        number = await self.do(teller, "lending.note.enter", self._note(borrower))
        loan = (await self.do(teller, "lending.loan.release", {"note_number": number["note_number"]}))["account"]
        self.balances[borrower] += PRINCIPAL
        self.loans[loan] = PRINCIPAL
        await self.do(teller, "lending.loan.repay_part", {"account": loan, "amount": str(PART)})
        self.balances[borrower] -= PART
        self.loans[loan] -= PART
        if self.random.random() < 0.5:
            paid = await self.do(teller, "lending.loan.repay_full", {"account": loan})
            self.balances[borrower] -= Decimal(paid["principal"]) + Decimal(paid["interest"])
            self.loans[loan] = Decimal(0)

    def _note(self, account: str) -> dict[str, str]:
        self.notes += 1
        return {
            "contract_number": f"HT20050901{self.notes:04d}",
            "customer_number": self.customers[account],
            "deposit_account": account,
            "principal": str(PRINCIPAL),
            "currency": "CNY",
            "rate": "5.22",
            "starts_on": "2005-09-01",
            "due_on": "2006-02-28",
            "kind": "123",
        }

    async def do(self, teller: str, code: str, body: dict[str, Any]) -> dict[str, Any]:
        """Have a transaction done; its result."""
        return (await self.send(teller, code, body)).receipt["result"]

    async def send(self, teller: str, code: str, body: dict[str, Any], second: str | None = None) -> Sent:
        """Send a transaction with one key until it is acknowledged. A refusal is a failure: nothing here is to be refused."""
        headers = {"Idempotency-Key": uuid4().hex, "Authorization": f"Bearer {await self._token(teller)}"}
        if second is not None:
            asked = {"teller": second, "password": DEMO_PASSWORD, "transaction": code, "body": body}
            headers["X-Approval"] = (await self._answer("/api/approvals", asked)).json()["approval"]
        sent = Sent(f"/api/transactions/{code}", body, headers)
        self.sent.append(sent)
        sent.receipt = (await self._answer(sent.path, body, headers)).json()
        return sent

    async def again(self, sent: Sent) -> dict[str, Any]:
        """Send an acknowledged transaction once more; the receipt."""
        return (await self._answer(sent.path, sent.body, sent.headers)).json()

    async def _token(self, teller: str) -> str:
        if teller not in self.tokens:
            box = {"S": "00001", "K": "00002"}[teller[0]]
            asked = {"teller": teller, "password": DEMO_PASSWORD, "cash_box": box}
            self.tokens[teller] = (await self._answer("/api/sign-on", asked)).json()["token"]
        return self.tokens[teller]

    async def _answer(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Send the same until somebody answers. Only a lost connection and a 503 say that nobody did."""
        async with asyncio.timeout(LONGEST_SECONDS):
            while True:
                try:
                    answer = await self.client.post(path, json=body, headers=headers)
                    if answer.status_code != 503:
                        break
                except httpx.TransportError:
                    pass
                self.repeated += 1
                await asyncio.sleep(PAUSE_SECONDS)
        assert answer.status_code == 200, f"{path} {body}: {answer.status_code} {answer.text}"
        return answer
