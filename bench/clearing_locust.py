"""Tellers at the gateway's door, for locust: `locust -f bench/clearing_locust.py --host http://127.0.0.1:8000` against a running demo bank.

Every user is a teller who signs on, opens an account of his own outlet, and deposits cash for accounts of all the others. Think times are
those of `--rate`-less locust: set users and spawn rate there.
"""

from __future__ import annotations

import random
from typing import Any
from uuid import uuid4

from locust import HttpUser, between, task

from bench.door_load import CODE, TELLERS
from launch.demo import PASSWORD

accounts: list[str] = []


class Teller(HttpUser):
    """One teller at work."""

    wait_time = between(0.1, 0.5)

    def on_start(self) -> None:
        """Sign on and open an account."""
        signed = {"teller": random.choice(TELLERS), "password": PASSWORD, "cash_box": "00001"}
        token = self.client.post("/api/sign-on", json=signed).json()["token"]
        self.client.headers["authorization"] = f"Bearer {token}"
        customer = self._do("customer.personal.open", {"name": "张三", "id_type": "Z"})
        opening = {"customer_number": customer["customer_number"], "instrument": "passbook", "currency": "CNY", "amount": "100.00"}
        terms = {"withdrawal_mode": "A", "password": "654321", "cross_outlet": True}
        accounts.append(self._do("savings.demand.open", {**opening, **terms})["account"])

    @task
    def deposit(self) -> None:
        """Cash for anybody's account."""
        self._do(CODE, {"account": random.choice(accounts), "amount": f"{random.randint(1, 999)}.00"})

    def _do(self, code: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"idempotency-key": uuid4().hex}
        answer = self.client.post(f"/api/transactions/{code}", json=body, headers=headers, name=code)
        answer.raise_for_status()
        return answer.json()["result"]
