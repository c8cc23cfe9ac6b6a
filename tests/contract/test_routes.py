"""The door keeps what its OpenAPI description promises, whatever is sent to it."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from schemathesis import GenerationMode

from gateway.openapi import GENERIC, OPEN
from gateway.pages.routes import PAGES
from launch.catalogue import GATEWAY
from runtime.health import live_router
from tests.contract.fuzzing import Caller, broken_promises, operations, try_out, with_values
from tests.support.bank import TestBank

pytestmark = pytest.mark.slow

SAVINGS, CORPORATE, CENTRE = "S0211", "K0211", "S0009"
EXAMPLES = {GenerationMode.POSITIVE: 3, GenerationMode.NEGATIVE: 2}
AMOUNTS = ["0.01", "12.50", "3000.00", "12345678.90"]
LAST = ("balance", "close", "day-end", "password")
"""What ends a teller's, an outlet's or the bank's day comes after everything else."""

SYSTEM = {"/livez", "/readyz", "/metrics", "/openapi.json"}
"""Addresses for the machines around the bank, which the description of its business leaves out."""

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "cut off": b'{"account": "12',
    "not JSON": b"account=1&amount=2",
    "an array": b"[]",
    "a text": b'"account"',
    "null": b"null",
    "a number": b"1",
    "not UTF-8": b'{"account": "\xff\xfe"}',
    "a zero character": json.dumps({"account": "\0", "amount": "\0", "name": "\0", "teller": "\0", "password": "\0"}).encode(),
    "half a surrogate pair": b'{"account": "\\ud800", "amount": "\\udfff", "name": "\\ud800", "teller": "\\ud800", "password": "\\ud800"}',
    "nested too deep": b"[" * 50_000,
    "objects nested too deep": b'{"account":' * 50_000,
    "a number without end": b'{"amount": ' + b"9" * 20_000 + b"}",
    "numbers JSON does not have": b'{"amount": NaN, "account": Infinity}',
    "wrong types": json.dumps({"account": {}, "amount": [], "teller": 1, "password": None, "customer_number": True}).encode(),
    "digits of other scripts": json.dumps({"account": "٠١٢٣٤٥٦٧٨٩٠١٢٣٤", "amount": "１００.００", "customer_number": "〇" * 10}).encode(),
    "larger than a request may be": b'{"name": "' + b"x" * 1_100_000 + b'"}',
}


@pytest.fixture(scope="module")
async def document(bank: TestBank) -> dict[str, Any]:
    """The description as the door gives it."""
    answer = await bank.client.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture(scope="module")
async def known(bank: TestBank) -> dict[str, list[str]]:
    """Customers and accounts of the bank, and amounts, by the pattern of the fields that name them."""
    person = await bank.run(SAVINGS, "customer.personal.open", {"name": "张三", "id_type": "Z"})
    licensed = {"name": "汇通贸易公司", "nature": "006", "id_type": "G", "id_number": "440301103456789"}
    company = await bank.run(CORPORATE, "customer.corporate.open", {**licensed, "address": "深圳路1号", "phone": "07551234567"})
    customers = [each["result"]["customer_number"] for each in (person, company)]
    accounts = []
    for cross_outlet in (True, False):
        opening = {"customer_number": customers[0], "amount": "5000.00", "withdrawal_mode": "C", "cross_outlet": cross_outlet}
        accounts.append((await bank.run(SAVINGS, "savings.demand.open", opening))["result"]["account"])
    opening = {"customer_number": customers[1], "kind": "201", "account_flag": "0", "interest_bearing": True}
    current = (await bank.run(CORPORATE, "savings.corporate.pre_open", opening))["result"]["account"]
    await bank.run(CORPORATE, "savings.corporate.deposit_cash", {"account": current, "amount": "9000.00"})
    return {"^[0-9]{10}$": customers, "^[0-9]{15}$": [*accounts, current], "amount": AMOUNTS}


def test_every_route_of_the_door_is_described(bank: TestBank, document: dict[str, Any]) -> None:
    routers = (live_router, *bank.bank.applications[GATEWAY].service.all_routers())
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    served = {(route.path, method.lower()) for route in routes for method in route.methods}
    described = {(path, method) for path, operations_ in document["paths"].items() for method in operations_}
    at_the_door = {(path, method) for path, method in served if path.startswith("/api/")}
    assert at_the_door and {(path, method) for path, method in at_the_door if path not in GENERIC} <= described
    assert {path for path, _ in served - at_the_door if not _is_page(path)} == SYSTEM


async def test_every_declaration_is_described(bank: TestBank, document: dict[str, Any]) -> None:
    catalogue = (await bank.client.get("/api/catalogue")).json()
    paths = {f"/api/transactions/{each['code']}{end}" for each in catalogue["transactions"] for end in ("", "/preview")}
    paths |= {f"/api/{kind}/{each['name']}" for kind in ("queries", "reports") for each in catalogue[kind]}
    assert paths and paths <= set(document["paths"])


async def test_addresses_that_need_a_token_say_so_and_ask_for_it(bank: TestBank, document: dict[str, Any]) -> None:
    for path, method, described in _described(document):
        filled = path.replace("{service}", "ledger").replace("{account}", "1").replace("{run}", str(uuid4()))
        filled = filled.replace("{contract}", "02010001").replace("{batch}", "1")
        answer = await bank.client.request(method, filled.replace("{parked_id}", str(uuid4())), json={})
        assert ("security" in described) is (path not in OPEN)
        if path in OPEN:
            assert answer.status_code in (200, 422), path
        elif path.startswith("/api/portal/"):
            assert (answer.status_code, answer.json()["code"]) == (401, "portal.session_over"), path
        else:
            assert (answer.status_code, answer.json()["code"]) == (401, "auth.token_missing"), path


@pytest.mark.parametrize("mode", EXAMPLES, ids=["valid", "invalid"])
async def test_made_up_requests(
    bank: TestBank,
    document: dict[str, Any],
    known: dict[str, list[str]],
    mode: GenerationMode,
    subtests: pytest.Subtests,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.ledger.catching_up.TRIES", 1)  # made-up transactions never come, however long one waits
    caller = Caller(bank.client, asyncio.get_running_loop())
    tokens = {teller: await bank.sign_on(teller) for teller in (SAVINGS, CORPORATE, CENTRE)}
    rights = await _tellers_of(bank)
    made_up = operations(with_values(document, known))
    for operation in sorted(made_up, key=lambda each: any(word in each.path for word in LAST)):
        if mode is GenerationMode.NEGATIVE and operation.path.endswith("/preview"):
            continue  # takes what the transaction itself takes
        who = [tokens[teller] for teller in rights.get(operation.path.removesuffix("/preview"), tokens)]
        with subtests.test(operation.label):
            examples = 1 if operation.path.endswith("/preview") else EXAMPLES[mode]
            wrong = await asyncio.to_thread(try_out, operation, caller, who, mode, examples)
            assert not wrong, "\n".join(wrong)
    statuses = {status for _, status in caller.seen}
    if mode is GenerationMode.POSITIVE:
        served = {label for label, status in caller.seen if status in (200, 202)}
        assert len(served) > len(made_up) / 5, f"too few requests got through to prove anything: {sorted(served)}"
    else:
        assert {400, 404, 422} <= statuses


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_bodies(bank: TestBank, document: dict[str, Any], body: bytes) -> None:
    tokens = {teller: await bank.sign_on(teller) for teller in (SAVINGS, CORPORATE, CENTRE)}
    rights = await _tellers_of(bank)
    takers = [path for path, _, described in _described(document) if "requestBody" in described]
    assert len(takers) > 50
    for path in takers:
        teller = next(iter(rights.get(path.removesuffix("/preview"), [SAVINGS])))
        headers = {"Authorization": f"Bearer {tokens[teller]}", "Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
        answer = await bank.client.post(path, content=body, headers=headers)
        assert answer.status_code in (400, 401, 403, 413, 422, 429), f"{path}: {answer.status_code} {answer.text[:300]}"
        assert broken_promises(answer) == [], path


def _described(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


async def _tellers_of(bank: TestBank) -> dict[str, list[str]]:
    """Who of the three may run each transaction, by its address."""
    declared = (await bank.client.get("/api/catalogue")).json()["transactions"]
    found = {}
    for each in declared:
        able = [teller for teller, level in ((SAVINGS, "C"), (CORPORATE, "C"), (CENTRE, "A")) if _may(each, teller, level)]
        found[f"/api/transactions/{each['code']}"] = able or [SAVINGS]
    return found


def _may(declared: dict[str, Any], teller: str, level: str) -> bool:
    at_the_centre = teller == CENTRE
    return teller[0] in declared["operators"] and level in declared["levels"] and (not declared["outlets"] or at_the_centre)


def _is_page(path: str) -> bool:
    return path in ("/", "/favicon.ico") or path.split("/")[1] in ("static", "pages", *PAGES)
