"""Statements from the books to the last reply, with a real bank behind the door: made, replied to in the four ways, answered, closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import date
from typing import Any

import httpx
import pytest

from kernel.errors import DomainError
from services.reconciliation.statements import runs
from services.reconciliation.statements.reminders import remind
from services.reconciliation.statements.runs import make_due_statements
from tests.support.bank import running_bank, test_settings
from tests.support.portal import CHECKER, CLERK, CORPORATE, SUPERVISOR
from tests.support.reconciling import (
    FIRST_DAY,
    INVESTIGATE,
    ITEMS,
    OTHER_SUPERVISOR,
    SHEET,
    Company,
    World,
    arrange,
    decision,
    messages_on,
    open_account,
    said,
)


@pytest.fixture(scope="module")
async def world(bank_template: Any) -> AsyncIterator[World]:
    async with running_bank(bank_template, business_date=FIRST_DAY, settings=test_settings(sms_sender="show")) as bank:
        east = Company(bank, *await open_account(bank, "东方商贸有限公司", "440100000012345", "150.00"), phones=10000)
        west = Company(bank, *await open_account(bank, "西城机械厂", "440100000054321", "1000.00"), phones=20005)
        _, third = await open_account(bank, "第三公司", "440100000011111", "1.00")
        await bank.run(CORPORATE, "savings.corporate.deposit_cash", {"account": west.account, "amount": "200.00"})
        await bank.run(CORPORATE, "savings.corporate.transfer", {"from_account": west.account, "to_account": third, "amount": "30.00"})
        await arrange(bank, east.account, kind="balance", frequency="on_demand", days_until_due=10)
        await arrange(bank, west.account, kind="detail", frequency="quarter", days_until_due=2)
        await arrange(bank, west.account, kind="balance", frequency="year")
        await arrange(bank, third, kind="balance", frequency="month", exempt=True, exempt_reason="睡眠户")
        for account in (east.account, third):
            await arrange(bank, account, kind="detail", frequency="on_demand")
        for company in (east, west):
            await company.bind(bank)
        await bank.settle()
        await bank.day_end(through=date(2005, 10, 1))
        for company in (east, west):
            await company.sign_on()
        yield World(bank, east, west, third)


async def test_a_quarter_end_makes_the_statements_that_are_arranged_and_each_once(world: World) -> None:
    """1,000.00 + 200.00 - 30.00; the exempt account gets none, the yearly one not yet."""
    resources = world.bank.bank.applications["reconciliation"].resources
    await asyncio.gather(*(make_due_statements(resources) for _ in range(3)))
    await make_due_statements(resources)
    [row] = (await world.west.clerk.call("GET", "/statements"))["rows"]
    assert (row["kind"], row["date_from"], row["date_to"], row["made_on"], row["due_on"]) == (
        "detail", "2005-07-01", "2005-09-30", "2005-10-01", "2005-10-03",
    )  # fmt: skip
    assert (row["opening_balance"], row["credit_total"], row["debit_total"], row["closing_balance"]) == (
        "0.00",
        "1200.00",
        "30.00",
        "1170.00",
    )
    assert (row["credit_count"], row["debit_count"], row["lines"], row["state"], row["round"]) == (2, 1, 3, "unhandled", 1)
    assert row["number"] == "0201200500000001" or row["number"].startswith("02012005")
    lines = await world.west.clerk.call("GET", f"/statements/{row['number']}/lines")
    assert [(line["line"], line["direction"], line["amount"], line["balance_after"]) for line in lines["rows"]] == [
        (1, "credit", "1000.00", "1000.00"), (2, "credit", "200.00", "1200.00"), (3, "debit", "30.00", "1170.00"),
    ]  # fmt: skip
    first = await world.west.clerk.call("GET", f"/statements/{row['number']}/lines", params={"limit": 2})
    assert first["next"] == 2
    listed = (await world.bank.ask(CORPORATE, "recon.statement.runs"))["rows"]
    assert [(run["period_end"], run["state"], run["total"], run["done"], run["made"]) for run in listed] == [
        ("2005-09-30", "done", 1, 1, 1)
    ]


async def test_a_statement_on_demand_is_made_once_and_of_dates_that_have_ended(world: World) -> None:
    made = await world.statement()
    again = {"account": world.east.account, "kind": "balance", "date_from": made["date_from"], "date_to": made["date_to"]}
    problem = await world.bank.refuse(CORPORATE, "recon.statement.generate", again, "statement.exists")
    assert made["number"] in problem["detail"]
    for body, code in (
        ({"account": world.east.account, "date_to": "2005-10-01"}, "statement.period"),
        ({"account": world.east.account, "date_to": "2005-09-28", "date_from": "2005-09-01"}, "statement.no_books"),
        ({"date_to": "2005-09-30", "kind": "detail"}, "statement.account_missing"),
    ):
        await world.bank.refuse(CORPORATE, "recon.statement.generate", body, code)
    await world.bank.refuse("K0311", "recon.statement.generate", again, "account.outside")
    await numbers_are_without_a_gap(world)


async def test_a_run_that_breaks_off_goes_on_where_it_stood_and_nothing_is_made_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three statements on demand up to 29 September, one a portion; the process fails once at the last account, and a teller makes one of
    them at the same time."""
    resources = world.bank.bank.applications["reconciliation"].resources
    failures = iter([OSError("gone")])
    drawn = runs.draw

    async def failing(resources: Any, wanted: Any, closing: date) -> Any:
        if any(each.account == world.third for each in wanted) and (failure := next(failures, None)):
            raise failure
        return await drawn(resources, wanted, closing)

    monkeypatch.setattr(runs, "PORTION", 1)
    monkeypatch.setattr(runs, "draw", failing)
    begun = await world.bank.run(CORPORATE, "recon.statement.generate", {"date_to": "2005-09-29"})
    assert begun["result"]["accounts"] == 3
    one = {"account": world.east.account, "kind": "balance", "date_from": "2005-09-01", "date_to": "2005-09-29"}
    by_hand, *carried = await asyncio.gather(
        world.bank.send(CORPORATE, "recon.statement.generate", one),
        *(make_due_statements(resources) for _ in range(3)),
        return_exceptions=True,
    )
    assert isinstance(by_hand, httpx.Response) and (by_hand.status_code == 200 or by_hand.json()["code"] == "statement.exists")
    await make_due_statements(resources)
    assert next(failures, None) is None, "it has failed once"
    [run] = await world.bank.sql("SELECT state, done, total, made FROM reconciliation.statement_run WHERE origin = 'on_demand'")
    assert (run["state"], run["done"], run["total"]) == ("done", 3, 3) and run["made"] in (2, 3)
    made = await world.bank.sql("SELECT account, kind FROM reconciliation.statement WHERE date_to = '2005-09-29' ORDER BY account, kind")
    wanted = sorted([(world.east.account, "balance"), (world.east.account, "detail"), (world.third, "detail")])
    assert [tuple(row) for row in made] == wanted
    await numbers_are_without_a_gap(world)


async def numbers_are_without_a_gap(world: World) -> None:
    numbers = [row["number"] for row in await world.bank.sql("SELECT number FROM reconciliation.statement ORDER BY number")]
    assert numbers == [f"02012005{sequence:08d}" for sequence in range(1, len(numbers) + 1)]


async def test_the_ledger_gives_the_entries_of_many_accounts_page_by_page_of_ended_dates(world: World) -> None:
    transport = world.bank.bank.transport
    asked = {"accounts": [{"account": each, "date_from": "2005-09-01"} for each in (world.west.account, world.third)]}
    whole = await transport.call("ledger", "POST", "/internal/books/entries", json={**asked, "date_to": "2005-09-30"})
    assert not whole["more"] and len(whole["entries"]) == 5, "1,000.00, 200.00 and 30.00 of the one, 1.00 and 30.00 of the other"
    pages, after = [], None
    for _ in range(5):
        page = await transport.call(
            "ledger", "POST", "/internal/books/entries", json={**asked, "date_to": "2005-09-30", "after": after, "limit": 1}
        )
        pages += page["entries"]
        after = {key: page["entries"][0][key] for key in ("account", "business_date", "entry")}
    assert pages == whole["entries"] and not page["more"]
    with pytest.raises(DomainError) as refused:
        await transport.call("ledger", "POST", "/internal/books/accounts", json={**asked, "date_to": "2005-10-01"})
    assert refused.value.code == "ledger.books.open"


async def test_arrangements_are_for_companies_and_exemptions_say_why(world: World) -> None:
    person = {"name": "张三", "id_type": "B", "id_number": "P7654321"}
    customer = (await world.bank.run("S0211", "customer.personal.open", person))["result"]["customer_number"]
    opening = {"customer_number": customer, "instrument": "passbook", "currency": "CNY", "amount": "5.00", "withdrawal_mode": "A"}
    account = (await world.bank.run("S0211", "savings.demand.open", {**opening, "password": "123456"}))["result"]["account"]
    code = "recon.arrangement.set"
    await world.bank.refuse(CORPORATE, code, {"account": account}, "statement.not_corporate", second=CHECKER)
    exempt = {"account": world.west.account, "exempt": True}
    await world.bank.refuse(CORPORATE, code, exempt, "statement.arrangement.exempt_reason", second=CHECKER)
    await world.bank.refuse(CORPORATE, code, {"account": world.west.account}, "approval.required")
    rows = (await world.bank.ask(CORPORATE, "recon.arrangement.list", account=world.west.account))["rows"]
    assert [(row["kind"], row["frequency"], row["days_until_due"], row["exempt"]) for row in rows] == [
        ("balance", "year", 15, False), ("detail", "quarter", 2, False),
    ]  # fmt: skip


async def test_agreed(world: World) -> None:
    """ER 24: the clerk replies, the supervisor approves."""
    statement = await world.statement()
    assert (statement["acts"], len(statement["results"])) == (["fetch", "reply"], 4)
    fetched = await world.east.clerk.call("POST", f"/statements/{statement['number']}/fetch")
    again = await world.east.clerk.call("POST", f"/statements/{statement['number']}/fetch")
    assert fetched["state"] == "fetched" and again == fetched
    waiting = await world.reply(fetched, result="agreed")
    assert (waiting["state"], waiting["acts"], waiting["returned_on"]) == ("waiting_approval", ["recall"], None)
    assert waiting == await world.reply(fetched, result="agreed"), "sent twice, it changes nothing more"
    [to_decide] = (await world.east.supervisor.call("GET", "/statements", params={"view": "to_decide"}))["rows"]
    assert (to_decide["number"], to_decide["acts"]) == (statement["number"], ["approve", "refuse"])
    assert (await world.east.other.call("GET", "/statements", params={"view": "to_decide"}))["rows"] == []
    approved = await world.decide(waiting)
    assert (approved["state"], approved["result"], approved["returned_on"]) == ("agreed", "agreed", "2005-10-01")
    assert approved == await world.decide(waiting)
    assert [(step["act"], step["side"], step["state"]) for step in approved["track"]] == [
        ("fetch", "clerk", "fetched"), ("reply", "clerk", "waiting_approval"), ("approve", "supervisor", "agreed"),
    ]  # fmt: skip
    closed = await world.investigate(statement["number"], "close", text="归档")
    assert closed["statement_state"]["zh"] == "已结案" and (await world.read(statement["number"]))["state"] == "closed"


async def test_the_bank_searches_and_exports_what_it_sees(world: World) -> None:
    statement = await world.statement()
    headers = {"Authorization": f"Bearer {await world.bank.sign_on(CORPORATE)}", "Accept-Language": "zh"}
    asked = {"number": statement["number"], "format": "csv"}
    answer = await world.bank.client.get("/api/queries/recon.statement.query", params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    head, row = answer.content.decode("utf-8-sig").splitlines()[-2:]
    assert "账单编号" in head and statement["number"] in row and "余额账单" in row and "未处理" in row and "150.00" in row
    assert (await world.bank.ask("K0311", "recon.statement.query"))["rows"] == [], "another sub-branch sees none of them"
    for name in ("recon.statement.show", "recon.statement.lines"):
        headers = {"Authorization": f"Bearer {await world.bank.sign_on('K0311')}"}
        refused = await world.bank.client.get(f"/api/queries/{name}", params={"number": statement["number"]}, headers=headers)
        assert refused.json()["code"] == "account.outside"


async def test_agrees_after_adjustment(world: World) -> None:
    """ER 29: the sheet balances before it may be sent; the supervisor sees it."""
    statement = await world.statement()
    path = f"/statements/{statement['number']}"
    worked = await world.east.clerk.call("POST", f"{path}/adjustment", {**SHEET, "items": ITEMS[:3]})
    assert (worked["company_adjusted"], worked["bank_adjusted"], worked["difference"], worked["balances"]) == (
        "167.00",
        "180.00",
        "-13.00",
        False,
    )
    assert (await world.read(statement["number"]))["draft"]["company_balance"] == "120.00"
    assert (await world.read(statement["number"], world.east.supervisor))["draft"] is None
    unbalanced = said(statement, result="disagreed_adjusted", sheet={**SHEET, "items": ITEMS[:3]})
    assert await world.east.clerk.refused("POST", f"{path}/reply", unbalanced) == "statement.adjustment.unbalanced"
    waiting = await world.reply(statement, result="disagreed_adjusted", sheet=SHEET)
    sheet = (await world.read(statement["number"], world.east.supervisor))["replies"][0]["sheet"]
    assert (sheet["company_adjusted"], sheet["bank_adjusted"], sheet["balances"]) == ("167.00", "167.00", True)
    assert [(item["kind"], item["amount"]) for item in sheet["items"]] == [(item["kind"], item["amount"]) for item in ITEMS]
    approved = await world.decide(waiting)
    assert (approved["state"], approved["result"], approved["draft"]) == ("agreed", "disagreed_adjusted", None)


@pytest.mark.parametrize("reply", [{"result": "disagreed_to_be_checked"}, {"result": "distorted", "sheet": {"company_balance": "999.00"}}])
async def test_disagreed_until_the_bank_has_answered(world: World, reply: dict[str, Any]) -> None:
    """ER 44-47: the bank looks into it and answers; the company replies again, says how satisfied it is, and it is closed."""
    waiting = await world.waiting(**reply)
    number = waiting["number"]
    assert (await world.decide(waiting))["state"] == "investigating"
    assert number in [row["number"] for row in (await world.bank.ask(CORPORATE, "recon.statement.cases"))["rows"]]
    nobody = {"number": number, "action": "assign", "assignee": "K0218"}
    await world.bank.refuse(CORPORATE, INVESTIGATE, nobody, "statement.assignee_unknown")
    await world.investigate(number, "assign", assignee=CHECKER)
    await world.investigate(number, "note", text="8月凭证有误")
    await world.bank.refuse("K0311", INVESTIGATE, {"number": number, "action": "note", "text": "?"}, "account.outside")
    assert (await world.investigate(number, "answer", text="贵司漏记一笔"))["statement_state"]["en"] == "answered by the bank"
    await world.bank.refuse(CORPORATE, INVESTIGATE, {"number": number, "action": "answer", "text": "再答"}, "statement.state")
    answered = await world.read(number)
    assert (answered["round"], answered["answer"], answered["due_on"]) == (2, "贵司漏记一笔", "2005-10-11")
    assert answered["results"] == ["agreed", "disagreed_to_be_checked", "distorted"]
    assert "8月凭证有误" not in str(answered), "the company does not see the bank's notes"
    [told] = await messages_on(world.bank, world.east.phone(CLERK), number)
    assert "2005-10-11" in told and await messages_on(world.bank, world.east.phone(SUPERVISOR), number) == []
    shown = await world.bank.ask(CORPORATE, "recon.statement.show", number=number)
    assert (shown["assigned_to"], shown["reply_round"], shown["track"][0]["party"]) == (CHECKER, 2, "clerk") and "8月凭证有误" in [
        step["note"] for step in shown["track"]
    ]
    path = f"/statements/{number}/reply"
    assert await world.east.clerk.refused("POST", path, said(answered, result="agreed")) == "statement.satisfaction_missing"
    early = said(answered, result="disagreed_adjusted", sheet=SHEET, satisfaction="satisfied")
    assert await world.east.clerk.refused("POST", path, early) == "statement.result"
    again = await world.reply(answered, result="agreed", satisfaction="acceptable", opinion="下次快些")
    assert again["state"] == "replied_again"
    refused = await world.decide(again, "refuse", reason="请再核对")
    assert (refused["state"], refused["acts"]) == ("refused", []), "a supervisor cannot reply"
    assert number in [row["number"] for row in (await world.bank.ask(CORPORATE, "recon.statement.cases"))["rows"]], "still open"
    once_more = await world.reply(await world.read(number), result="agreed", satisfaction="satisfied")
    closed = await world.decide(once_more)
    cases = (await world.bank.ask(CORPORATE, "recon.statement.cases"))["rows"]
    assert {row["state"] for row in cases} <= {"investigating", "answered", "replied_again", "refused"}
    assert number not in [row["number"] for row in cases]
    assert (closed["state"], closed["result"], [each["satisfaction"] for each in closed["replies"]]) == (
        "closed", "agreed", [None, "acceptable", "satisfied"],
    )  # fmt: skip


async def test_a_refusal_says_why_and_the_clerk_replies_anew(world: World) -> None:
    waiting = await world.waiting(result="agreed")
    path = f"/statements/{waiting['number']}"
    assert await world.east.supervisor.refused("POST", f"{path}/refuse", decision(waiting)) == "statement.reason_missing"
    refused = await world.decide(waiting, "refuse", reason="余额不对")
    assert refused["replies"][0]["decision"]["reason"] == "余额不对"
    seen = await world.read(waiting["number"])
    assert (seen["state"], seen["acts"]) == ("refused", ["reply"])
    anew = await world.reply(seen, result="disagreed_to_be_checked")
    assert [each["reply"] for each in anew["replies"]] == [1, 2]
    recalled = await world.east.clerk.call("POST", f"{path}/recall", {"version": anew["version"]})
    assert recalled == await world.east.clerk.call("POST", f"{path}/recall", {"version": anew["version"]})
    assert (recalled["state"], recalled["replies"][1]["decision"]["decision"]) == ("fetched", "recalled")


async def test_who_may_do_what(world: World) -> None:
    waiting = await world.waiting(result="agreed")
    path = f"/statements/{waiting['number']}"
    east, west = world.east, world.west
    assert await east.clerk.refused("POST", f"{path}/approve", decision(waiting)) == "statement.side"
    assert await east.supervisor.refused("POST", f"{path}/reply", said(waiting, result="agreed")) == "statement.side"
    assert await east.other.refused("POST", f"{path}/approve", decision(waiting)) == "statement.other_supervisor"
    other_reply = decision(waiting) | {"digest": "0" * 64}
    assert await east.supervisor.refused("POST", f"{path}/approve", other_reply) == "statement.reply_changed"
    for browser in (west.clerk, west.supervisor):
        assert await browser.refused("GET", path) == "statement.unknown"
        assert await browser.refused("GET", f"{path}/lines") == "statement.unknown"
    assert await west.supervisor.refused("POST", f"{path}/approve", decision(waiting)) == "statement.unknown"
    assert (await west.clerk.call("GET", "/statements", params={"number": waiting["number"]}))["rows"] == []
    fresh = await world.statement()
    for supervisor, code in ((CLERK, "statement.same_person"), ("009", "statement.supervisor_unknown")):
        body = said(fresh, result="agreed") | {"supervisor": supervisor}
        assert await east.clerk.refused("POST", f"/statements/{fresh['number']}/reply", body) == code
    choices = await east.clerk.call("GET", f"/statements/{fresh['number']}/supervisors")
    assert [each["operator"] for each in choices["rows"]] == [SUPERVISOR, OTHER_SUPERVISOR]
    assert await world.read(fresh["number"]) == fresh, "what is refused changes nothing"
    with_foreign_line = {"company_balance": "100.00", "items": [{"kind": "bank_received", "amount": "50.00", "line": 1}]}
    assert (
        await east.clerk.refused("POST", f"/statements/{fresh['number']}/adjustment", with_foreign_line)
        == "statement.adjustment.line_unknown"
    )


STRANGE_VALUES: list[dict[str, Any]] = [
    {"version": 10**30},
    {"version": "x"},
    {"contact_name": "\u0000"},
    {"contact_name": "甲" * 61},
    {"contact_phone": "1; DROP"},
    {"supervisor": "0000"},
    {"opinion": "\x1b[2J"},
    {"unknown": 1},
    {"result": "disagreed_adjusted", "sheet": {"company_balance": "1e9", "items": []}},
    {"result": "disagreed_adjusted", "sheet": {"company_balance": "1.00", "items": [{"kind": "bank_paid", "amount": "-1.00"}]}},
    {"result": "disagreed_adjusted", "sheet": {"company_balance": "1.00", "items": [{"kind": "bank_paid", "amount": "1", "line": 2**40}]}},
    {"result": "distorted", "sheet": {"company_balance": "9" * 24}},
    {"result": "distorted", "sheet": {"company_balance": "1.00", "items": [ITEMS[0]] * 501}},
]


async def test_strange_values_are_refused_and_change_nothing(world: World) -> None:
    statement = await world.statement()
    path = f"/statements/{statement['number']}"
    for strange in STRANGE_VALUES:
        answer = await world.east.clerk.send("POST", f"{path}/reply", said(statement, result="agreed") | strange)
        assert 400 <= answer.status_code < 500 and answer.json()["code"], f"{strange}: {answer.text}"
    for params in ({"after": "x"}, {"after": "2005-09-30"}, {"limit": "0"}, {"date_from": "2005-02-30"}, {"number": "1"}, {"view": "mine"}):
        answer = await world.east.clerk.send("GET", "/statements", params=params)
        assert answer.status_code == 422, f"{params}: {answer.text}"
    for number in ("1", "0201200500000001x", "..%2Fsession", "%00"):
        answer = await world.east.clerk.send("GET", f"/statements/{number}")
        assert 400 <= answer.status_code < 500, f"{number}: {answer.text}"
    assert await world.read(statement["number"]) == statement


async def outcomes(*calls: Awaitable[httpx.Response]) -> list[str]:
    """What came of calls at the same moment: `done`, or the code of the refusal."""
    answers = await asyncio.gather(*calls)
    return sorted("done" if answer.status_code == 200 else answer.json()["code"] for answer in answers)


async def test_of_different_replies_at_once_one_wins(world: World) -> None:
    statement = await world.statement()
    path = f"/statements/{statement['number']}/reply"
    bodies = [said(statement, result="agreed") | {"contact_name": f"会计{place}"} for place in range(10)]
    found = await outcomes(*(world.east.clerk.send("POST", path, body) for body in bodies))
    assert found == ["done", *["statement.changed"] * 9]
    assert len((await world.read(statement["number"]))["replies"]) == 1


async def test_the_same_reply_ten_times_at_once_is_one(world: World) -> None:
    statement = await world.statement()
    path = f"/statements/{statement['number']}/reply"
    assert await outcomes(*(world.east.clerk.send("POST", path, said(statement, result="agreed")) for _ in range(10))) == ["done"] * 10
    assert len((await world.read(statement["number"]))["replies"]) == 1


async def test_of_approval_refusal_and_recall_at_once_one_wins(world: World) -> None:
    waiting = await world.waiting(result="agreed")
    path = f"/statements/{waiting['number']}"
    supervisor, clerk = world.east.supervisor, world.east.clerk
    found = await outcomes(
        *(supervisor.send("POST", f"{path}/approve", decision(waiting)) for _ in range(2)),
        *(supervisor.send("POST", f"{path}/refuse", decision(waiting, reason="不对")) for _ in range(2)),
        clerk.send("POST", f"{path}/recall", {"version": waiting["version"]}),
    )
    assert found.count("statement.changed") == 5 - found.count("done") and found.count("done") in (1, 2)
    after = await world.read(waiting["number"])
    assert after["replies"][0]["decision"] is not None and len(after["track"]) == 2
    rows = await world.bank.sql("SELECT decision FROM reconciliation.statement_decision WHERE number = $1", waiting["number"])
    assert len(rows) == 1


async def test_two_answers_of_the_bank_at_once_are_one(world: World) -> None:
    waiting = await world.waiting(result="disagreed_to_be_checked")
    await world.decide(waiting)
    body = {"number": waiting["number"], "action": "answer", "text": "已核实"}
    found = await outcomes(*(world.bank.send(CORPORATE, INVESTIGATE, body) for _ in range(4)))
    assert found == ["done", *["statement.state"] * 3]


async def test_every_act_is_in_the_log_of_who_did_it(world: World) -> None:
    waiting = await world.waiting(result="agreed")
    await world.decide(waiting)
    rows = await world.bank.sql(
        "SELECT side, operator_number, act FROM reconciliation.portal_act WHERE subject = $1 ORDER BY act_id", waiting["number"]
    )
    assert [tuple(row) for row in rows] == [
        ("bank", None, "recon.statement.generate"),
        ("customer", CLERK, "recon.statement.reply_balance"),
        ("customer", SUPERVISOR, "recon.statement.approve"),
    ]


async def test_an_overdue_statement_is_reminded_of_once_and_may_be_closed(world: World) -> None:
    """The last test of the bank: its days go on. The detail statement is due on 3 October."""
    resources = world.bank.bank.applications["reconciliation"].resources
    [number] = [row["number"] for row in (await world.west.clerk.call("GET", "/statements"))["rows"]]
    for _ in range(2):
        await asyncio.gather(remind(resources), remind(resources))
    close = {"number": number, "action": "close", "text": "客户注销"}
    await world.bank.refuse(CORPORATE, INVESTIGATE, close, "statement.not_overdue")
    await world.bank.day_end(through=date(2005, 10, 4))
    for _ in range(2):
        await remind(resources)
    [reminder] = (await world.west.clerk.call("GET", "/reminders"))["rows"]
    assert (reminder["number"], reminder["reminder"], reminder["made_on"]) == (number, "overdue", "2005-10-04")
    kept = await world.bank.sql("SELECT reminder, business_date::text FROM reconciliation.statement_reminder ORDER BY sequence")
    assert [tuple(row) for row in kept] == [("before_due", "2005-10-01"), ("overdue", "2005-10-04")]
    assert len(await messages_on(world.bank, world.west.phone(CLERK), "1份对账单即将到期")) == 1
    assert len(await messages_on(world.bank, world.west.phone(CLERK), "1份已逾期")) == 1
    overdue = (await world.bank.ask(CORPORATE, "recon.statement.query", overdue="true"))["rows"]
    assert [row["number"] for row in overdue] == [number]
    report = await world.bank.report(CORPORATE, "recon_returns", date_from="2005-09-30", date_to="2005-09-30")
    [row] = report["rows"]
    assert (row["outlet"], row["overdue"]) == ("0201", 1) and row["made"] > row["returned"] > 0
    await world.investigate(number, "close", text="客户注销")
    assert (await world.west.clerk.call("GET", f"/statements/{number}"))["state"] == "closed"
    assert (await world.west.clerk.call("GET", "/reminders"))["rows"] == []
