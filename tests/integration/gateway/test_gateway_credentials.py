"""Who may do what at the door: tokens, second persons, balanced tellers, closed outlets. Whoever may not changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kernel.clock import FixedClock
from launch.demo import PASSWORD
from runtime.auth import Signer, make_key_pair
from tests.support.bank import TestBank, running_bank
from tests.support.premises import Premises, changed, everything
from tests.support.refusals import is_problem

DEPOSIT, REVERSE = "savings.demand.deposit", "ledger.correct.reverse"
CLAIMS = {"teller": "S0211", "outlet": "0201", "level": "C", "cash_box": "00001", "session": "s"}
NOTED = frozenset({"register", "teller", "teller_day", "outlet_day"})


def signer(bank: TestBank, moment: datetime | None = None) -> Signer:
    """The bank's own signer, at a moment."""
    key = bank.bank.settings.token_private_key
    assert key is not None
    return Signer(key.get_secret_value(), FixedClock(moment or datetime.now(UTC)))


async def deposit(bank: TestBank, premises: Premises, token: str, amount: str = "1.00") -> httpx.Response:
    """A deposit that only the token decides about."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    return await bank.client.post(f"/api/transactions/{DEPOSIT}", json={"account": premises.account, "amount": amount}, headers=headers)


async def test_a_token_is_good_for_its_minutes_and_not_longer(bank: TestBank, premises: Premises) -> None:
    now = datetime.now(UTC)
    fresh = signer(bank, now - timedelta(minutes=29)).sign("teller", CLAIMS, 30)
    assert (await deposit(bank, premises, fresh)).status_code == 200
    await bank.settle()
    before = await everything(bank)
    expired = signer(bank, now - timedelta(minutes=31)).sign("teller", CLAIMS, 30)
    is_problem(await deposit(bank, premises, expired), "auth.token_expired", 401)
    renewed = await bank.client.post("/api/sign-on/renew", headers={"Authorization": f"Bearer {expired}"})
    is_problem(renewed, "auth.token_expired", 401)
    assert changed(before, await everything(bank), but=NOTED) == []


async def test_a_token_that_was_remembered_expires_all_the_same(bank_template: Any) -> None:
    clock = FixedClock(datetime(2026, 1, 5, 9, tzinfo=UTC))
    async with running_bank(bank_template, clock=clock) as bank:
        await bank.sign_on("S0211")
        assert (await bank.send("S0211", "customer.personal.open", {"name": "王五", "id_type": "Z"})).status_code == 200
        clock.moment += timedelta(minutes=bank.bank.settings.token_minutes)
        answer = await bank.send("S0211", "customer.personal.open", {"name": "王五", "id_type": "Z"})
        is_problem(answer, "auth.token_expired", 401)


async def test_what_is_not_a_token_of_this_bank(bank: TestBank, premises: Premises) -> None:
    good = signer(bank).sign("teller", CLAIMS, 30)
    head, claims, signature = good.split(".")
    other_bank = Signer(make_key_pair()[0], FixedClock(datetime.now(UTC))).sign("teller", CLAIMS, 30)
    promoted = signer(bank).sign("teller", {**CLAIMS, "level": "B"}, 30).split(".")[1]
    tampered = [
        f"{head}.{promoted}.{signature}",
        f"{head}.{claims}.{signature[:-4]}AAAA",
        f"{head}.{claims}.",
        f"{head}.{claims}",
        good[:-1],
        other_bank,
        "é" * 20,
        "." * 5_000,
    ]
    for token in tampered:
        headers = {"Authorization": f"Bearer {token}".encode(), "Idempotency-Key": uuid4().hex}
        body = {"account": premises.account, "amount": "1.00"}
        is_problem(await bank.client.post(f"/api/transactions/{DEPOSIT}", json=body, headers=headers), "auth.token_invalid", 401)


async def test_a_token_is_good_for_one_use_only(bank: TestBank, premises: Premises) -> None:
    for use, problem, status in (("password", "auth.password_change_required", 403), ("approval", "auth.token_invalid", 401)):
        token = signer(bank).sign(use, CLAIMS, 30)
        is_problem(await deposit(bank, premises, token), problem, status)
        asked = await bank.client.get("/api/queries/ledger.differences", headers={"Authorization": f"Bearer {token}"})
        is_problem(asked, problem, status)


async def test_wrong_passwords_at_sign_on(bank: TestBank) -> None:
    for teller, password in (("S0212", "wrong"), ("S9999", PASSWORD), ("x", PASSWORD), ("S0212", "")):
        answer = await bank.client.post("/api/sign-on", json={"teller": teller, "password": password})
        is_problem(answer, "teller.credentials_wrong", 401)
    is_problem(await bank.client.post("/api/sign-on", json={"teller": "S0212"}), "request.invalid", 422, "password")
    is_problem(await bank.client.post("/api/sign-on", content=b"{"), "request.malformed_json", 400)


async def test_the_services_doors_are_closed_to_tellers(bank: TestBank) -> None:
    """Internal calls are not reachable through the gateway, and a service refuses a caller without the services' key."""
    is_problem(await bank.client.get("/internal/catalogue"), "request.no_such_route", 404)
    for name, application in bank.bank.applications.items():
        if name == "gateway":
            continue
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=application.app), base_url=f"http://{name}") as direct:
            for headers in ({}, {"X-Service-Key": "guess"}, {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}):
                is_problem(await direct.get("/internal/catalogue", headers=headers), "auth.service_only", 403)


# The second person


@pytest.fixture(scope="module")
async def reversal(bank: TestBank, premises: Premises) -> dict[str, str]:
    """The body of a reversal, which needs approval of level A."""
    receipt = await bank.run("S0211", DEPOSIT, {"account": premises.account, "amount": "7.00"})
    await bank.settle()
    return {"transaction_number": receipt["transaction_number"], "business_date": receipt["business_date"]}


async def reverse(bank: TestBank, body: dict[str, str], approval: str | None, teller: str = "S0211") -> httpx.Response:
    """Ask for the reversal as a teller, with an approval."""
    headers = {"Authorization": f"Bearer {await bank.sign_on(teller)}", "Idempotency-Key": uuid4().hex}
    headers |= {"X-Approval": approval} if approval else {}
    return await bank.client.post(f"/api/transactions/{REVERSE}", json=body, headers=headers)


async def approval_of(bank: TestBank, second: str, body: dict[str, str], transaction: str = REVERSE) -> str:
    """An approval of a second person."""
    asked = {"teller": second, "password": PASSWORD, "transaction": transaction, "body": body}
    answer = await bank.client.post("/api/approvals", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["approval"]


async def test_the_second_person(bank: TestBank, premises: Premises, reversal: dict[str, str]) -> None:
    before = await everything(bank)
    is_problem(await reverse(bank, reversal, None), "approval.required", 403)
    is_problem(await reverse(bank, reversal, "nonsense"), "auth.token_invalid", 401)
    is_problem(await reverse(bank, reversal, await bank.sign_on("S0219")), "auth.token_invalid", 401)
    other = {**reversal, "business_date": "2005-08-31"}
    is_problem(await reverse(bank, reversal, await approval_of(bank, "S0219", other)), "approval.other_request", 403)
    elsewhere = await approval_of(bank, "S0219", reversal, "counter.teller.unbalance")
    is_problem(await reverse(bank, reversal, elsewhere), "approval.other_request", 403)
    is_problem(await reverse(bank, reversal, await approval_of(bank, "S0211", reversal)), "approval.own", 403)
    is_problem(await reverse(bank, reversal, await approval_of(bank, "S0212", reversal)), "approval.level", 403)
    for stranger in ("S0309", "S0319", "S0229"):
        is_problem(await reverse(bank, reversal, await approval_of(bank, stranger, reversal)), "approval.outside", 403)
    stale = signer(bank, datetime.now(UTC) - timedelta(minutes=6)).sign("approval", {**CLAIMS, "teller": "S0219", "level": "A"}, 5)
    is_problem(await reverse(bank, reversal, stale), "auth.token_expired", 401)
    assert changed(before, await everything(bank), but=NOTED) == []


async def test_an_approval_is_used_once(bank: TestBank, premises: Premises, reversal: dict[str, str]) -> None:
    approval = await approval_of(bank, "S0219", reversal)
    done = await reverse(bank, reversal, approval)
    assert done.status_code == 200 and done.json()["second"] == "S0219", done.text
    await bank.settle()
    before = await everything(bank)
    is_problem(await reverse(bank, reversal, approval), "approval.used", 409)
    again = await reverse(bank, reversal, await approval_of(bank, "S0219", reversal))
    is_problem(again, "ledger.correct.already_reversed", 409, "transaction_number")
    assert changed(before, await everything(bank), but=NOTED) == []


async def test_a_wrong_password_approves_nothing(bank: TestBank, reversal: dict[str, str]) -> None:
    asked = {"teller": "S0229", "password": "wrong", "transaction": REVERSE, "body": reversal}
    is_problem(await bank.client.post("/api/approvals", json=asked), "teller.credentials_wrong", 401)


# The end of the day


async def test_a_balanced_teller_and_a_closed_outlet_do_no_more_business(bank: TestBank, premises: Premises) -> None:
    body = {"account": premises.account, "amount": "5.00"}
    await bank.run("S0221", DEPOSIT, body)
    await bank.run("S0221", "counter.teller.balance", {})
    await bank.settle()
    before = await everything(bank)
    is_problem(await bank.send("S0221", DEPOSIT, body), "teller.balanced", 409)
    is_problem(await bank.send("S0221", "customer.personal.open", {"name": "王五", "id_type": "Z"}), "teller.balanced", 409)
    assert changed(before, await everything(bank), but=NOTED) == []
    await bank.run("S0222", "counter.teller.balance", {})
    await bank.run("S0222", "counter.outlet.close", {})
    before = await everything(bank)
    for teller in ("S0221", "S0222"):
        is_problem(await bank.send(teller, DEPOSIT, body), "outlet.closed", 409)
    await bank.sign_on("K0221")
    before = await everything(bank)
    withdrawal = {"account": premises.current, "amount": "5.00"}
    is_problem(await bank.send("K0221", "savings.corporate.withdraw_cash", withdrawal), "outlet.closed", 409)
    assert changed(before, await everything(bank), but=NOTED) == []
    assert (await bank.send("S0211", DEPOSIT, body)).status_code == 200, "the other outlets go on"
