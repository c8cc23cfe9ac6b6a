"""The gateway's door as tests use it: sign on, run transactions with or without a second person, ask, report, end the day."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from launch.demo import PASSWORD
from tests.support.waiting import until


class Door:
    """A client at the door of a bank, whatever stands behind it: one process, or many."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self._tokens: dict[tuple[str, str | None], str] = {}

    def sign_off(self) -> None:
        """Forget every token: who acts next signs on anew."""
        self._tokens.clear()

    async def sign_on(self, teller: str, cash_box: str | None = "own", password: str = PASSWORD) -> str:
        """The token of a teller; 1-tellers get their demo box (`00001` for S, `00002` for K) unless told otherwise."""
        if cash_box == "own":
            cash_box = {"S": "00001", "K": "00002"}[teller[0]] if teller.endswith("1") else None
        key = (teller, cash_box)
        if key not in self._tokens:
            answer = await self.client.post("/api/sign-on", json={"teller": teller, "password": password, "cash_box": cash_box})
            assert answer.status_code == 200, answer.text
            self._tokens[key] = answer.json()["token"]
        return self._tokens[key]

    async def send(
        self,
        teller: str,
        code: str,
        body: dict[str, Any],
        *,
        key: str | None = None,
        second: str | None = None,
        cash_box: str | None = "own",
    ) -> httpx.Response:
        """Run a transaction as a teller, with the approval of a second person where one is named."""
        headers = {"Authorization": f"Bearer {await self.sign_on(teller, cash_box)}", "Idempotency-Key": key or uuid4().hex}
        if second:
            asked = {"teller": second, "password": PASSWORD, "transaction": code, "body": body}
            approval = await self.client.post("/api/approvals", json=asked)
            assert approval.status_code == 200, approval.text
            headers["X-Approval"] = approval.json()["approval"]
        return await self.client.post(f"/api/transactions/{code}", json=body, headers=headers)

    async def run(self, teller: str, code: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Run a transaction that must succeed; the receipt."""
        answer = await self.send(teller, code, body, **options)
        assert answer.status_code == 200, f"{code}: {answer.status_code} {answer.text}"
        return answer.json()

    async def refuse(self, teller: str, code: str, body: dict[str, Any], problem: str, **options: Any) -> dict[str, Any]:
        """Run a transaction that must be refused with this code; the problem."""
        answer = await self.send(teller, code, body, **options)
        assert answer.status_code >= 400, f"{code} was not refused: {answer.text}"
        assert answer.json()["code"] == problem, answer.text
        return answer.json()

    async def ask(self, teller: str, name: str, /, **parameters: str) -> dict[str, Any]:
        """Ask a query."""
        headers = {"Authorization": f"Bearer {await self.sign_on(teller)}"}
        answer = await self.client.get(f"/api/queries/{name}", params=parameters, headers=headers)
        assert answer.status_code == 200, f"{name}: {answer.status_code} {answer.text}"
        return answer.json()

    async def report(self, teller: str, name: str, /, **parameters: str) -> dict[str, Any]:
        """Make a report as JSON."""
        headers = {"Authorization": f"Bearer {await self.sign_on(teller)}"}
        answer = await self.client.get(f"/api/reports/{name}", params={"format": "json", **parameters}, headers=headers)
        assert answer.status_code == 200, f"{name}: {answer.status_code} {answer.text}"
        return answer.json()

    async def day_end(self, through: date | None = None, teller: str = "S0009", force_close: bool = True) -> dict[str, Any]:
        """Run a day end to its end; the run with its steps."""
        headers = {"Authorization": f"Bearer {await self.sign_on(teller)}"}
        parameters = {"force_close": str(force_close).lower(), **({"through": through.isoformat()} if through else {})}
        started = await self.client.post("/api/day-end", params=parameters, headers=headers)
        assert started.status_code == 202, started.text
        while True:
            answer = (await self.client.get(f"/api/day-end/{started.json()['run']}", headers=headers)).json()
            if answer["state"] != "running":
                self.sign_off()
                return answer
            await asyncio.sleep(0.12 if through is None else 0.3)  # many days take their time; asking costs some of it

    async def settle(self) -> None:
        """Wait until nothing waits in any outbox."""
        headers = {"Authorization": f"Bearer {await self.sign_on('S0009')}"}

        async def nothing_waits() -> bool:
            services = (await self.client.get("/api/operations/bus", headers=headers)).json()["services"]
            return all(each.get("outbox_waiting") == 0 for each in services)

        await until(nothing_waits, "the outboxes are empty")
