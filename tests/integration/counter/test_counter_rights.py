"""Rights as data: the computing centre edits them, every service goes by them, and amounts ask for the right second person (IB 315-328)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from contracts.rights import RightRule, Rights, RightsClient
from launch.catalogue import SERVICE_NAMES
from launch.demo import PASSWORD
from runtime.transport import UNREACHABLE
from services.counter.rights import settle_rights
from tests.support.bank import TestBank

PERSON = {"name": "张三", "id_type": "Z"}
OPEN, DEPOSIT, WITHDRAW = "customer.personal.open", "savings.demand.deposit", "savings.demand.withdraw"


async def set_right(bank: TestBank, transaction: str, level: str, **content: str) -> dict[str, Any]:
    body = {"transaction": transaction, "level": level, **content}
    return await bank.run("S0009", "counter.right.set", body, second="K0009")


async def set_limit(bank: TestBank, transaction: str, level: str, **content: str) -> dict[str, Any]:
    body = {"transaction": transaction, "level": level, "settlement": "cash", **content}
    return await bank.run("S0009", "counter.right.limit", body, second="K0009")


async def account(bank: TestBank, teller: str = "S0211", amount: str = "100.00") -> str:
    customer = (await bank.run(teller, OPEN, PERSON))["result"]["customer_number"]
    opening = {"customer_number": customer, "amount": amount, "withdrawal_mode": "C", "cross_outlet": True}
    opened = await bank.run(teller, "savings.demand.open", opening)
    await bank.settle()
    return opened["result"]["account"]


async def versions(bank: TestBank) -> set[int | None]:
    """The versions of the rights the services go by; one if they agree."""
    rows = [await bank.sql(f"SELECT version FROM {name}.right_version") for name in SERVICE_NAMES]
    return {found[0]["version"] if found else None for found in rows}


async def make_head_teller(bank: TestBank, teller: str) -> None:
    """There is none among the demo tellers."""
    await bank.sql("UPDATE counter.teller SET level = 'B' WHERE teller = $1", teller)


async def test_a_right_is_taken_and_given_back_in_the_service_that_owns_it(bank: TestBank) -> None:
    await bank.run("S0311", OPEN, PERSON)
    await set_right(bank, OPEN, "C", allowed="no")
    assert len(await versions(bank)) == 1
    await bank.refuse("S0311", OPEN, PERSON, "right.missing")
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0311')}"}
    preview = await bank.client.post(f"/api/transactions/{OPEN}/preview", json=PERSON, headers=headers)
    assert preview.json()["code"] == "right.missing"
    [row] = (await bank.ask("S0311", "counter.rights", transaction=OPEN, level="C"))["rows"]
    assert (row["allowed"], row["changed_by"], row["second"], row["changed_on"]) == (False, "S0009", "K0009", "2005-09-01")

    await bank.refuse("S0319", OPEN, PERSON, "right.missing")
    await set_right(bank, OPEN, "A", allowed="yes")
    await bank.run("S0319", OPEN, PERSON)
    own = (await bank.ask("S0319", "counter.own_rights"))["rows"]
    assert [(row["transaction"], row["level"], row["allowed"]) for row in own] == [(OPEN, "A", True)]

    for level in "AC":
        await set_right(bank, OPEN, level)
    await bank.refuse("S0319", OPEN, PERSON, "right.missing")
    await bank.run("S0311", OPEN, PERSON)
    changes = await bank.ask("S0009", "counter.right_changes", transaction=OPEN, limit="2")
    assert [(row["level"], row["after"]) for row in changes["rows"]] == [("C", None), ("A", None)]
    older = await bank.ask("S0009", "counter.right_changes", transaction=OPEN, after=changes["next"])
    assert [(row["level"], row["before"], row["after"]["zh"]) for row in older["rows"]] == [("A", None, "允许"), ("C", None, "禁止")]
    assert older["rows"][0]["transaction_number"].startswith("00016")


async def test_the_matrix_and_its_changes_are_lists_to_take_away(bank: TestBank) -> None:
    await set_limit(bank, DEPOSIT, "B", limit="7000.00", above="refusal")
    await bank.run("S0221", "counter.teller.report_password_lost", {"teller": "K0222", "summary": "遗失"})
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}
    for name, word in (("counter.rights", "7000.00"), ("counter.right_changes", "以上不能办理"), ("counter.teller_changes", "遗失")):
        for kind in ("csv", "xlsx", "pdf"):
            answer = await bank.client.get(f"/api/queries/{name}", params={"format": kind}, headers=headers)
            assert answer.status_code == 200, answer.text
            assert kind != "csv" or word in answer.content.decode("utf-8-sig")
    await set_limit(bank, DEPOSIT, "B")


async def test_a_rule_asks_for_a_checker_where_the_declaration_asks_for_nobody(bank: TestBank) -> None:
    await set_right(bank, OPEN, "C", dual="c")
    await bank.refuse("S0211", OPEN, PERSON, "approval.required")
    receipt = await bank.run("S0211", OPEN, PERSON, second="S0212")
    assert receipt["second"] == "S0212"
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}"}
    preview = (await bank.client.post(f"/api/transactions/{OPEN}/preview", json=PERSON, headers=headers)).json()
    assert preview["second_needed"]["dual"] == "c"
    await set_right(bank, OPEN, "C", dual="a")
    await bank.refuse("S0211", OPEN, PERSON, "approval.level", second="S0212")
    await set_right(bank, OPEN, "C")
    assert (await bank.run("S0211", OPEN, PERSON))["second"] is None


async def test_the_amount_that_is_moved_decides_who_must_approve(bank: TestBank) -> None:
    number = await account(bank)
    await make_head_teller(bank, "S0212")
    await set_limit(bank, "*", "C", limit="5000.00")
    await set_limit(bank, DEPOSIT, "C", limit="1000.00")
    await set_limit(bank, DEPOSIT, "B", limit="3000.00")
    await bank.run("S0211", DEPOSIT, {"account": number, "amount": "1000.00"})
    body = {"account": number, "amount": "1000.01"}
    problem = await bank.refuse("S0211", DEPOSIT, body, "approval.required")
    assert problem["errors"] == [{"level": "B", "limit": "1000.00", "amount": "1000.01", "settlement": "cash"}]
    assert "1000.00" in problem["message"]["zh"] and "level B" in problem["message"]["en"]
    assert (await bank.run("S0211", DEPOSIT, body, second="S0212"))["second"] == "S0212"
    larger = {"account": number, "amount": "3000.01"}
    await bank.refuse("S0211", DEPOSIT, larger, "approval.level", second="S0212")
    await bank.run("S0211", DEPOSIT, larger, second="S0219")
    # the limit for every transaction holds where none of its own is set
    problem = await bank.refuse("S0211", WITHDRAW, {"account": number, "amount": "5000.01"}, "approval.required")
    assert problem["errors"][0]["level"] == "A"

    await bank.settle()
    balance = await bank.sql("SELECT balance_minor FROM savings.account WHERE account = $1", number)
    assert balance[0][0] == 100_00 + 1000_00 + 1000_01 + 3000_01
    reserved = await bank.sql("SELECT sum(reserved_minor) FROM ledger.account")
    assert reserved[0][0] == 0, "a refusal gives back what the ledger held"
    for code, level in (("*", "C"), (DEPOSIT, "C"), (DEPOSIT, "B")):
        await set_limit(bank, code, level)


async def test_an_approval_is_for_this_amount_once_and_never_ones_own(bank: TestBank) -> None:
    number = await account(bank, "S0311")
    await set_limit(bank, DEPOSIT, "C", limit="50.00")
    body = {"account": number, "amount": "60.00"}
    asked = {"teller": "S0319", "password": PASSWORD, "transaction": DEPOSIT, "body": body}
    approval = (await bank.client.post("/api/approvals", json=asked)).json()["approval"]
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0311')}", "X-Approval": approval}

    async def send(content: dict[str, str]) -> Any:
        path = f"/api/transactions/{DEPOSIT}"
        return await bank.client.post(path, json=content, headers={**headers, "Idempotency-Key": uuid4().hex})

    assert (await send({**body, "amount": "70.00"})).json()["code"] == "approval.other_request"
    assert (await send(body)).status_code == 200
    assert (await send(body)).json()["code"] == "approval.used"
    await bank.refuse("S0311", DEPOSIT, body, "approval.own", second="S0311")
    await bank.refuse("S0311", DEPOSIT, body, "approval.outside", second="S0219")
    await set_limit(bank, DEPOSIT, "C")


async def test_above_a_limit_that_refuses_nobody_can_approve(bank: TestBank) -> None:
    number = await account(bank)
    await set_limit(bank, DEPOSIT, "C", limit="50.00", above="refusal")
    await bank.refuse("S0211", DEPOSIT, {"account": number, "amount": "50.01"}, "right.amount_exceeded", second="S0219")
    await set_limit(bank, DEPOSIT, "C", limit="50.00")
    await set_limit(bank, DEPOSIT, "A", limit="80.00")
    await bank.run("S0211", DEPOSIT, {"account": number, "amount": "80.00"}, second="S0219")
    await bank.refuse("S0211", DEPOSIT, {"account": number, "amount": "80.01"}, "right.amount_exceeded", second="S0219")
    for level in "CA":
        await set_limit(bank, DEPOSIT, level)


async def test_only_the_centres_management_together_with_another_edits_rights(bank: TestBank) -> None:
    body = {"transaction": OPEN, "level": "C", "allowed": "no"}
    code = "counter.right.set"
    await bank.refuse("S0009", code, body, "approval.required")
    await bank.refuse("S0009", code, body, "approval.own", second="S0009")
    await bank.refuse("S0009", code, body, "approval.level", second="S0001")
    await bank.refuse("S0001", code, body, "right.missing", second="S0009")
    await bank.refuse("S0209", code, body, "right.missing", second="S0009")
    for changes, problem in (
        ({"transaction": "savings.no.such"}, "counter.right.unknown_transaction"),
        ({"transaction": "*"}, "counter.right.unknown_transaction"),
        ({"transaction": code}, "counter.right.fixed"),
        ({"transaction": "counter.teller.change_password"}, "counter.right.fixed"),
        ({"level": "D"}, "request.invalid"),
    ):
        await bank.refuse("S0009", code, {**body, **changes}, problem, second="K0009")
    limit = {"transaction": OPEN, "level": "C", "settlement": "cash", "limit": "-1.00"}
    await bank.refuse("S0009", "counter.right.limit", limit, "counter.right.limit_negative", second="K0009")
    await bank.refuse("S0009", "counter.right.limit", {**limit, "currency": "XXX"}, "currency.unknown", second="K0009")
    assert not (await bank.sql("SELECT 1 FROM counter.right_rule WHERE transaction_code = $1", OPEN))


def unreachable(bank: TestBank, monkeypatch: pytest.MonkeyPatch, service: str) -> Callable[[], None]:
    """One service cannot be told rights until the returned function is called."""
    transport, down = bank.bank.transport, [True]
    call: Callable[..., Awaitable[Any]] = transport.call

    async def broken(name: str, method: str, path: str, **content: Any) -> Any:
        if down[0] and name == service and method == "POST" and path == "/internal/rights":
            raise UNREACHABLE(service=name)
        return await call(name, method, path, **content)

    monkeypatch.setattr(transport, "call", broken)
    return lambda: down.clear() or down.append(False)


async def test_a_service_that_was_away_is_told_by_the_recovery_task(bank: TestBank, monkeypatch: pytest.MonkeyPatch) -> None:
    repair = unreachable(bank, monkeypatch, "customer")
    await set_right(bank, OPEN, "C", allowed="no")
    assert len(await versions(bank)) == 2
    await bank.run("S0211", OPEN, PERSON)
    repair()
    await settle_rights(bank.bank.applications["counter"].resources)
    assert len(await versions(bank)) == 1
    await bank.refuse("S0211", OPEN, PERSON, "right.missing")
    await set_right(bank, OPEN, "C")


async def test_older_rules_that_arrive_late_change_nothing(bank: TestBank) -> None:
    await set_limit(bank, WITHDRAW, "C", limit="10.00")
    [version] = await versions(bank)
    assert version
    client = RightsClient(bank.bank.transport, "savings")
    await client.set(Rights(version=version - 1, rules=(RightRule(transaction_code=WITHDRAW, level="C", allowed=False),)))
    assert (await client.held()).version == version
    rules = await bank.sql("SELECT limit_minor FROM savings.right_rule WHERE transaction_code = $1", WITHDRAW)
    assert [row[0] for row in rules] == [1000]
    await set_limit(bank, WITHDRAW, "C")


async def test_racing_changes_are_all_made_one_after_the_other(bank: TestBank) -> None:
    before = (await bank.sql("SELECT version FROM counter.right_version"))[0][0]
    codes = [OPEN, DEPOSIT, WITHDRAW, "counter.box.cash_in", "counter.box.cash_out", "counter.box.cash_transfer"]
    await bank.sign_on("S0009")
    await asyncio.gather(*(set_right(bank, code, "B", dual="c") for code in codes))
    await settle_rights(bank.bank.applications["counter"].resources)
    assert await versions(bank) == {before + len(codes)}
    master = await bank.sql("SELECT * FROM counter.right_rule ORDER BY 1, 2, 3, 4")
    for name in SERVICE_NAMES:
        assert await bank.sql(f"SELECT * FROM {name}.right_rule ORDER BY 1, 2, 3, 4") == master
    await asyncio.gather(*(set_right(bank, code, "B") for code in codes))
