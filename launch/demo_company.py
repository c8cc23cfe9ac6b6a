"""`./huitong demo-company`: a company with an account, a statement, a clerk and a supervisor, opened at the counter of a demo bank.

It is not part of loading the demo bank, whose figures outside clients rely on. Everything goes through the door as tellers do it; the keys
are the same every time, so that a repetition changes nothing and says the same again.
"""

from __future__ import annotations

from typing import Any

import httpx

from launch.demo import PASSWORD
from launch.door import ask

TELLER, CHECKER, CASH_BOX = "K0211", "K0212", "00002"
COMPANY = {
    "name": "东海贸易有限公司",
    "nature": "006",
    "id_type": "G",
    "id_number": "330100000012345",
    "address": "杭州市西湖路 8 号",
    "phone": "057188880001",
}
OPERATORS = (("001", "clerk", "钱会计", "13800000001"), ("002", "supervisor", "孙主管", "13800000002"))


class _Counter:
    """A teller at the door, and the colleague who checks."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def sign_on(self) -> dict[str, Any]:
        asked = {"teller": TELLER, "password": PASSWORD, "cash_box": CASH_BOX}
        session = await ask(self._client, "POST", "/api/sign-on", json=asked)
        self._client.headers["Authorization"] = f"Bearer {session['token']}"
        return session

    async def run(self, step: str, code: str, body: dict[str, Any], *, checked: bool = False) -> dict[str, Any]:
        """The result of a transaction that was done under the key of this step, now or before."""
        headers = {"Idempotency-Key": f"demo-company.{step}"}
        if checked:
            approval = {"teller": CHECKER, "password": PASSWORD, "transaction": code, "body": body}
            headers["X-Approval"] = (await ask(self._client, "POST", "/api/approvals", json=approval))["approval"]
        return (await ask(self._client, "POST", f"/api/transactions/{code}", json=body, headers=headers))["result"]


async def open_demo_company(url: str) -> int:
    """Open the company and say how to sign on for it. Raises SetUpProblem for refusals, of a bank that is no demo bank for example."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        counter = _Counter(client)
        today = (await counter.sign_on())["business_date"]
        customer = (await counter.run("customer", "customer.corporate.open", COMPANY))["customer_number"]
        opening = {"customer_number": customer, "kind": "201", "account_flag": "0", "interest_bearing": True}
        account = (await counter.run("account", "savings.corporate.pre_open", opening))["account"]
        await counter.run("deposit", "savings.corporate.deposit_cash", {"account": account, "amount": "150.00"})
        for number, role, name, phone in OPERATORS:
            bound = {"action": "bind", "customer_number": customer, "operator_number": number, "role": role, "name": name, "phone": phone}
            await counter.run(f"operator.{number}", "recon.operator.bind", {**bound, "accounts": [{"account": account}]}, checked=True)
        for kind in ("balance", "detail"):
            agreed = {"account": account, "kind": kind, "frequency": "month"}
            await counter.run(f"arrangement.{kind}", "recon.arrangement.set", agreed, checked=True)
    print(_said(url, customer, account, today), flush=True)
    return 0


def _said(url: str, customer: str, account: str, today: str) -> str:
    lines = [f"company 客户 {customer} {COMPANY['name']}, account 账号 {account}", f"portal 对账门户: {url}/portal"]
    lines += [
        f"  {role:<10} {name}  user name 用户名 {customer}{number}  telephone 手机 {phone}" for number, role, name, phone in OPERATORS
    ]
    lines.append(f"codes 动态密码: {url}/operations, signed on as S0009")
    lines.append(f"statements 账单: at the month's end, or recon.statement.generate for {account} (business date {today})")
    return "\n".join(lines)
