"""Batches of agency business: checked whole, posted in portions, failed lines put right and run again, nothing moved twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from contracts.ledger import AccountReference, FreeLeg, PostingRequested, control_total_minor
from services.savings.accounts import read
from services.savings.agency import runs
from services.savings.agency.runs import run_batches, run_portion
from services.savings.domain.accounts import Account, credit, debit
from services.savings.parameters.load import parameters
from tests.support.waiting import until

CONTRACT, MAINTAIN_CONTRACT, BATCH, MAINTAIN_BATCH, ADD, MAINTAIN_ITEM, RUN, CLIENT, MAINTAIN_CLIENT = (
    f"savings.agency.{name}"
    for name in (
        "enter_contract",
        "maintain_contract",
        "enter_batch",
        "maintain_batch",
        "add_item",
        "maintain_item",
        "run_batch",
        "enter_client",
        "maintain_client",
    )
)
LISTED, UNLISTED = "savings.agency.collect_listed", "savings.agency.collect_unlisted"
TELLER = "K0211"


async def contract(savings: Any, kind: str, account: str, **fields: Any) -> str:
    body = {"kind": kind, "account": account, "currency": "CNY", "clients_only": False, **fields}
    return (await savings.result(TELLER, CONTRACT, body))["contract"]


async def batch(savings: Any, number: str, lines: list[tuple[str, str]], **control: Any) -> dict[str, Any]:
    """A batch entered by hand with these lines (account, amount), each payer known by its place."""
    total = sum(int(amount.replace(".", "")) for _, amount in lines)
    body = {"contract": number, "control_count": len(lines), "control_total": f"{total // 100}.{total % 100:02d}", "source": "manual"}
    made = await savings.result(TELLER, BATCH, {**body, **control})
    named = {"contract": number, "batch": made["batch"]}
    for place, (account, amount) in enumerate(lines, start=1):
        await savings.run(TELLER, ADD, {**named, "account": account, "amount": amount, "object_id": f"N{place}"})
    return named


async def run(savings: Any, named: dict[str, Any]) -> dict[str, Any]:
    """Set the batch going and see it to its end; the batch as it is listed."""
    await savings.run(TELLER, RUN, named)
    await run_batches(savings.resources)
    return await listed(savings, named)


async def listed(savings: Any, named: dict[str, Any]) -> dict[str, Any]:
    [row] = (await savings.ask(TELLER, "agency.batches", **named)).json()["rows"]
    return row


async def items(savings: Any, named: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return (await savings.ask(TELLER, "agency.items", **named, **more)).json()["rows"]


async def balance(savings: Any, account: str) -> str:
    return (await savings.panel(account, TELLER))["balance"]


async def states(savings: Any, named: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"] and row["reason"]["en"]) for row in await items(savings, named)]


async def postings(savings: Any, rule: str, account: str) -> list[dict[str, Any]]:
    """The facts of a rule in the outbox that name an organisation's account."""
    rows = await savings.rows(
        "SELECT convert_from(envelope, 'UTF8')::jsonb -> 'body' AS body FROM savings.outbox WHERE "
        "convert_from(envelope, 'UTF8')::jsonb #>> '{body,rule}' = $1 AND "
        "convert_from(envelope, 'UTF8')::jsonb #>> '{body,accounts,contract,number}' = $2",
        rule,
        account,
    )
    return [row.body for row in rows]


async def test_wages_reach_every_account_and_leave_the_organisations_once(savings):
    employer = await savings.current("10000.00")
    here = await savings.demand("1.00")
    elsewhere = await savings.demand("1.00", teller="S0311", cross_outlet=True)
    named = await batch(
        savings, await contract(savings, "payroll", employer), [(here, "3000.00"), (elsewhere, "2500.50"), (here, "100.00")]
    )
    done = await run(savings, named)
    assert (done["state"], done["posted_count"], done["posted_amount"], done["progress"]) == ("done", 3, "5600.50", "3/3")
    assert [await balance(savings, each) for each in (employer, here, elsewhere)] == ["4399.50", "3101.00", "2501.50"]
    [fact] = await postings(savings, "savings.agency.payroll", employer)
    assert fact["amounts_minor"] == {"total": 560050} and sum(leg["amount_minor"] for leg in fact["legs"]) == 560050
    assert [(leg["account"]["number"], leg["account"]["outlet"], leg["amount_minor"], leg["direction"]) for leg in fact["legs"]] == [
        (here, "0201", 300000, "credit"),
        (elsewhere, "0301", 250050, "credit"),
        (here, "0201", 10000, "credit"),
    ]
    detail = (await savings.ask("S0211", "account.detail", account=here)).json()
    assert [(row["amount"], row["balance_after"]) for row in detail["rows"]] == [
        ("100.00", "3101.00"),
        ("3000.00", "3001.00"),
        ("1.00", "1.00"),
    ]
    first = (await items(savings, named))[0]
    assert first["transaction_number"] == detail["rows"][0]["transaction_number"] and first["transaction_number"].startswith("02012")
    panel = await savings.panel(employer, TELLER)
    assert panel["available"] == "4399.50", "nothing is held any more"


@pytest.mark.parametrize(("kind", "direction"), [("payroll", "credit"), ("collection", "debit")])
async def test_the_legs_a_portion_writes_are_those_of_the_contract(savings, kind, direction):
    """The statement writes them as JSON: names and remarks with whatever stands in them."""
    organisation = await savings.current("1000.00")
    plain, odd = await savings.demand("90.00"), await savings.demand("90.00")
    name = "欧阳\"明\\ 100% %s {}\t'é"
    await write(savings, "UPDATE savings.account SET name = $2 WHERE account = $1", odd, name)
    named = await batch(savings, await contract(savings, kind, organisation), [(odd, "80.01"), (plain, "0.05")])
    await savings.run(TELLER, MAINTAIN_ITEM, {**named, "item": 1, "action": "change", "remarks": '"九月"'})
    assert (await run(savings, named))["state"] == "done"
    [body] = await postings(savings, f"savings.agency.{kind}", organisation)
    fact = PostingRequested.model_validate(body)
    text = "代发" if kind == "payroll" else "代扣"
    assert fact.legs == (
        FreeLeg(
            account=AccountReference(number=odd, outlet="0201", business_code="211", name=name),
            direction=direction,
            amount_minor=8001,
            summary='"九月"',
        ),
        FreeLeg(
            account=AccountReference(number=plain, outlet="0201", business_code="211", name=f"客户{plain[:10]}"),
            direction=direction,
            amount_minor=5,
            summary=text,
        ),
    )
    [kept] = await savings.rows("SELECT control_total_minor FROM savings.register WHERE posting_id = $1", fact.posting_id)
    assert kept.control_total_minor == control_total_minor(fact), "as the ledger will reckon it"


async def test_what_a_line_can_fail_for(savings):
    payee = await savings.current("1.00")
    number = await contract(savings, "collection", payee)
    fine, poor, frozen, part, away, named_wrong, closed = [
        await savings.demand("100.00", teller=teller) for teller in ("S0211", "S0211", "S0211", "S0211", "S0311", "S0211", "S0211")
    ]
    await savings.run("S0211", "savings.account.freeze", {"account": frozen, "reason": "A"})
    await savings.run("S0211", "savings.account.freeze_part", {"account": part, "amount": "90.00", "reason": "A"})
    await savings.run("S0211", "savings.demand.close", {"account": closed})
    lines = [(fine, "30.00"), (poor, "100.01"), (frozen, "1.00"), (part, "10.01"), (away, "1.00"), (named_wrong, "1.00"), (closed, "1.00")]
    named = await batch(savings, number, lines)
    await savings.run(TELLER, MAINTAIN_ITEM, {**named, "item": 6, "action": "change", "name": "别人"})
    done = await run(savings, named)
    assert (done["state"], done["posted_count"], done["failed_count"]) == ("incomplete", 1, 6)
    short = "the available balance is not enough"
    assert await states(savings, named) == [
        ("posted", None),
        ("failed", short),
        ("failed", "the account is frozen"),
        ("failed", short),
        ("failed", "kept at another outlet and not open to others"),
        ("failed", "the account belongs to another name"),
        ("failed", "the account is closed"),
    ]
    assert (await balance(savings, payee), await balance(savings, fine), await balance(savings, poor)) == ("31.00", "70.00", "100.00")
    assert (await savings.panel(payee, TELLER))["available"] == "31.00"


async def test_a_failed_batch_is_put_right_and_run_again_without_moving_anything_twice(savings):
    payee = await savings.current("1.00")
    rich, poor = await savings.demand("100.00"), await savings.demand("5.00")
    number = await contract(savings, "collection", payee)
    named = await batch(savings, number, [(rich, "60.00"), (poor, "10.00"), (rich, "30.00")])
    assert (await run(savings, named))["state"] == "incomplete"
    assert await balance(savings, payee) == "91.00"
    refused = await savings.refuse(TELLER, MAINTAIN_ITEM, {**named, "item": 1, "action": "change", "amount": "1.00"}, "agency.item_state")
    assert refused["field"] == "item"
    await savings.run(TELLER, MAINTAIN_ITEM, {**named, "item": 2, "action": "change", "amount": "5.00"})
    await savings.refuse(TELLER, RUN, named, "agency.total_differs")
    await savings.run(TELLER, MAINTAIN_BATCH, {**named, "action": "change", "control_total": "95.00"})
    done = await run(savings, named)
    assert (done["state"], done["posted_count"], done["posted_amount"], done["failed_count"]) == ("done", 3, "95.00", 0)
    assert [await balance(savings, each) for each in (payee, rich, poor)] == ["96.00", "10.00", "0.00"]
    await savings.refuse(TELLER, RUN, named, "agency.batch_state")
    assert sum(fact["amounts_minor"]["total"] for fact in await postings(savings, "savings.agency.collection", payee)) == 9500


async def test_a_batch_that_is_not_whole_moves_nothing(savings):
    employer = await savings.current("1000.00")
    worker = await savings.demand("1.00")
    number = await contract(savings, "payroll", employer)
    too_few = await batch(savings, number, [(worker, "10.00")], control_count=2)
    assert "1" in (await savings.refuse(TELLER, RUN, too_few, "agency.count_differs"))["message"]["zh"]
    wrong_sum = await batch(savings, number, [(worker, "10.00")], control_total="10.01")
    assert "10.01" in (await savings.refuse(TELLER, RUN, wrong_sum, "agency.total_differs"))["message"]["en"]
    too_much = await batch(savings, number, [(worker, "600.00"), (worker, "400.01")])
    await savings.refuse(TELLER, RUN, too_much, "account.insufficient")
    assert (await balance(savings, employer), await balance(savings, worker)) == ("1000.00", "1.00")
    assert (await savings.panel(employer, TELLER))["available"] == "1000.00"


async def test_a_preview_says_what_would_fail_and_changes_nothing(savings):
    payee = await savings.current("1.00")
    rich, poor = await savings.demand("100.00"), await savings.demand("5.00")
    named = await batch(savings, await contract(savings, "collection", payee), [(rich, "60.00"), (poor, "10.00"), (poor, "5.01")])
    seen = (await savings.preview(TELLER, RUN, named)).json()["result"]
    assert seen["failing"] == [
        {"reason": {"zh": "可用余额不足", "en": "the available balance is not enough"}, "count": 2, "amount": "15.01"}
    ]
    assert (await listed(savings, named))["state"] == "entered" and await balance(savings, rich) == "100.00"


async def test_of_several_lines_of_one_account_those_that_fit_are_posted(savings, monkeypatch):
    """100.00: 60 goes, 50 does not, 30 does - whatever the portions; the last 20 finds 10."""
    payee = await savings.current("1.00")
    number = await contract(savings, "collection", payee)
    for size in (100, 3, 2, 1):
        monkeypatch.setattr(runs, "PORTION", size)
        payer = await savings.demand("100.00")
        named = await batch(savings, number, [(payer, amount) for amount in ("60.00", "50.00", "30.00", "20.00", "10.00")])
        done = await run(savings, named)
        assert [state for state, _ in await states(savings, named)] == ["posted", "failed", "posted", "failed", "posted"], (
            f"portions of {size}"
        )
        assert (done["posted_amount"], await balance(savings, payer)) == ("100.00", "0.00")


async def test_collection_is_from_clients_alone_unless_the_contract_says_otherwise(savings):
    payee = await savings.current("1.00")
    client, stranger = await savings.demand("100.00"), await savings.demand("100.00")
    made = await savings.result(TELLER, CONTRACT, {"kind": "collection", "account": payee, "currency": "CNY"})
    assert made["clients_only"] is True
    number = made["contract"]
    assert (await savings.result(TELLER, CLIENT, {"contract": number, "account": client}))["client"] == 1
    await savings.refuse(TELLER, CLIENT, {"contract": number, "account": client}, "agency.client_exists")
    named = await batch(savings, number, [(client, "1.00"), (stranger, "1.00")])
    await run(savings, named)
    assert await states(savings, named) == [("posted", None), ("failed", "not a client of the contract")]
    moved = await savings.result(TELLER, MAINTAIN_CLIENT, {"contract": number, "client": 1, "action": "change", "account": stranger})
    assert moved["client"] == 2
    assert (await run(savings, named))["state"] == "done"
    await savings.refuse(TELLER, MAINTAIN_CLIENT, {"contract": number, "client": 1, "action": "delete"}, "agency.client_ended")
    rows = (await savings.ask(TELLER, "agency.clients", contract=number)).json()["rows"]
    assert [(row["client"], row["account"], row["ended_on"]) for row in rows] == [(1, client, "2005-09-01"), (2, stranger, None)]


async def test_ten_callers_set_a_batch_going_once(savings):
    employer = await savings.current("100.00")
    worker = await savings.demand("1.00")
    named = await batch(savings, await contract(savings, "payroll", employer), [(worker, "40.00")])
    answers = await asyncio.gather(*(savings.send(TELLER, RUN, named) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
    await asyncio.gather(*(run_batches(savings.resources) for _ in range(5)))
    assert (await balance(savings, employer), await balance(savings, worker)) == ("60.00", "41.00")


async def test_a_process_that_dies_in_between_leaves_whole_portions(savings, monkeypatch):
    """Each portion dies once just before its commit, after everything was written; another process does it again."""
    employer = await savings.current("1000.00")
    workers = [await savings.demand("1.00") for _ in range(5)]
    named = await batch(savings, await contract(savings, "payroll", employer), [(worker, "10.00") for worker in workers])
    monkeypatch.setattr(runs, "PORTION", 2)
    await savings.run(TELLER, RUN, named)
    told = runs._count
    dying = True

    async def count(*arguments: Any) -> bool:
        nonlocal dying
        more = await told(*arguments)
        dying = not dying
        if not dying:
            raise ConnectionError("killed")
        return more

    monkeypatch.setattr(runs, "_count", count)
    seen = []
    for _ in range(3):
        with pytest.raises(ConnectionError):
            await run_portion(savings.resources, named["contract"], named["batch"])
        seen.append((await listed(savings, named))["posted_count"])
        await run_portion(savings.resources, named["contract"], named["batch"])
    done = await listed(savings, named)
    assert seen == [0, 2, 4] and (done["state"], done["posted_count"]) == ("done", 5)
    assert [await balance(savings, each) for each in workers] == ["11.00"] * 5
    facts = await postings(savings, "savings.agency.payroll", employer)
    assert sorted(fact["amounts_minor"]["total"] for fact in facts) == [1000, 2000, 2000]
    assert await balance(savings, employer) == "950.00"


async def test_a_portion_waits_for_who_holds_an_account_and_moves_what_is_there_then(savings):
    """Another transaction has changed the account of the second line and not yet committed: its row lies elsewhere afterwards."""
    employer = await savings.current("1000.00")
    workers = [await savings.demand("1.00") for _ in range(3)]
    named = await batch(savings, await contract(savings, "payroll", employer), [(worker, "10.00") for worker in workers])
    await savings.run(TELLER, RUN, named)
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with savings.resources.database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE savings.account SET name = '王新' WHERE account = $1", (workers[1],))
        portion = asyncio.create_task(run_portion(savings.resources, named["contract"], named["batch"]))
        await until(lambda: savings.rows(waiting), "the portion waits for the account")
    assert await portion is False
    assert (await listed(savings, named))["posted_count"] == 3
    assert [await balance(savings, each) for each in workers] == ["11.00"] * 3
    [fact] = await postings(savings, "savings.agency.payroll", employer)
    assert [leg["account"]["name"] for leg in fact["legs"]][1] == "王新"


async def test_the_organisations_account_is_bound_while_its_batch_runs(savings):
    employer = await savings.current("100.00")
    worker = await savings.demand("1.00")
    named = await batch(savings, await contract(savings, "payroll", employer), [(worker, "60.00")])
    await savings.run(TELLER, RUN, named)
    await savings.refuse(TELLER, "savings.corporate.withdraw_cash", {"account": employer, "amount": "40.01"}, "account.insufficient")
    await savings.refuse(TELLER, "savings.corporate.settle", {"account": employer}, "account.movements_pending")
    for code, body in (
        (MAINTAIN_BATCH, {**named, "action": "delete"}),
        (MAINTAIN_ITEM, {**named, "item": 1, "action": "delete"}),
        (ADD, {**named, "account": worker, "amount": "1.00"}),
    ):
        await savings.refuse(TELLER, code, body, "agency.batch_state")
    await savings.refuse(TELLER, MAINTAIN_CONTRACT, {"contract": named["contract"], "action": "delete"}, "agency.contract_in_use")
    day = (await savings.internal("GET", "/internal/day/statement", date="2005-09-01")).json()
    assert day["undecided"] == 1, "the day is not complete before the batch is"
    await run_batches(savings.resources)
    assert (await savings.internal("GET", "/internal/day/statement", date="2005-09-01")).json()["undecided"] == 0


async def test_one_payment_of_the_list_is_collected_at_a_counter(savings):
    payee = await savings.current("1.00", cross_outlet=True)
    payer = await savings.demand("100.00", withdrawal_mode="A", password="123456", cross_outlet=True)
    named = await batch(savings, await contract(savings, "collection", payee), [(payer, "30.00"), (payer, "8.00"), (payer, "300.00")])
    cash = {
        **named,
        "object_id": "N3",
        "currency": "CNY",
        "settlement": "cash",
        "amount": "300.00",
        "payment_kind": "水费",
        "cash_code": "010",
    }
    refused = await savings.refuse("S0211", LISTED, {**cash, "amount": "299.99"}, "agency.item_amount")
    assert refused["field"] == "amount" and "300.00" in refused["message"]["en"]
    answers = await asyncio.gather(*(savings.send("S0211", LISTED, cash) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
    transfer = {**named, "object_id": "N2", "currency": "CNY", "settlement": "transfer", "counter_account": payer, "amount": "8.00"}
    await savings.refuse("S0311", LISTED, transfer, "password.required")
    receipt = await savings.run("S0311", LISTED, {**transfer, "password": "123456"})
    assert (receipt["result"]["item"], receipt["rule"]) == (2, "savings.agency.collect_listed v1")
    done = await run(savings, named)
    assert (done["state"], done["posted_count"]) == ("done", 1)
    assert (await balance(savings, payee), await balance(savings, payer)) == ("339.00", "62.00")
    rows = (await savings.ask(TELLER, "agency.collections", contract=named["contract"])).json()["rows"]
    assert sorted((row["item"], row["settlement"], row["counter_outlet"]) for row in rows) == [(2, "transfer", "0301"), (3, "cash", "0201")]


async def test_a_payer_with_several_lines_is_asked_which_one(savings):
    """Twelve lines of one payer: ten numbers are named, and that there are more."""
    payer = await savings.demand("1.00")
    named = await batch(savings, await contract(savings, "collection", await savings.current("1.00")), [(payer, "1.00")])
    for _ in range(11):
        await savings.run(TELLER, ADD, {**named, "account": payer, "amount": "1.00", "object_id": "N1"})
    cash = {**named, "object_id": "N1", "currency": "CNY", "settlement": "cash", "amount": "1.00"}
    refused = await savings.refuse("S0211", LISTED, cash, "agency.item_ambiguous")
    assert "(1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ...)" in refused["message"]["en"]
    assert (await savings.result("S0211", LISTED, {**cash, "item": 12}))["item"] == 12
    await savings.refuse("S0211", LISTED, {**cash, "item": 12}, "agency.item_state")
    await savings.refuse("S0211", LISTED, {**cash, "item": 13}, "agency.item_unknown")
    for item in range(2, 12):
        await savings.run(TELLER, MAINTAIN_ITEM, {**named, "item": item, "action": "delete"})
    assert (await savings.result("S0211", LISTED, cash))["item"] == 1, "the one that is left needs no number"
    await savings.refuse("S0211", LISTED, cash, "agency.batch_state")


async def test_a_payment_without_a_list(savings):
    payee = await savings.current("1.00", cross_outlet=False)
    number = await contract(savings, "collection", payee)
    body = {"contract": number, "object_id": "8765432", "currency": "CNY", "settlement": "cash", "amount": "58.00", "fee_code": "1"}
    receipt = await savings.run("S0211", UNLISTED, body)
    assert [(entry["business_code"], entry["direction"], entry["amount"]) for entry in receipt["entries"]] == [
        ("101", "debit", "58.00"),
        ("201", "credit", "58.00"),
    ]
    assert await balance(savings, payee) == "59.00"
    await savings.refuse("S0311", UNLISTED, body, "account.not_cross_outlet")
    wages = await contract(savings, "payroll", payee)
    await savings.refuse("S0211", UNLISTED, {**body, "contract": wages}, "agency.not_collection")


async def test_contracts_belong_to_the_outlet_of_the_account(savings):
    employer, other = await savings.current("1.00"), await savings.current("1.00")
    body = {"kind": "payroll", "account": employer, "currency": "CNY"}
    assert (await savings.refuse("K0311", CONTRACT, body, "account.other_outlet"))["field"] == "account"
    await savings.refuse(TELLER, CONTRACT, {**body, "account": await savings.demand("1.00")}, "account.wrong_kind")
    await savings.refuse(TELLER, CONTRACT, {**body, "currency": "USD"}, "account.currency_differs")
    made = await asyncio.gather(*(savings.result(TELLER, CONTRACT, body) for _ in range(10)))
    numbers = sorted(each["contract"] for each in made)
    assert len(set(numbers)) == 10 and {number[:4] for number in numbers} == {"0201"}
    number = numbers[0]
    await savings.refuse(
        "K0311", BATCH, {"contract": number, "control_count": 1, "control_total": "1.00", "source": "manual"}, "agency.other_outlet"
    )
    changed = await savings.result(
        TELLER, MAINTAIN_CONTRACT, {"contract": number, "action": "change", "account": other, "kind": "collection"}
    )
    assert (changed["account"], changed["kind"]) == (other, "collection")
    await savings.run(TELLER, MAINTAIN_CONTRACT, {"contract": number, "action": "delete"})
    await savings.refuse(TELLER, MAINTAIN_CONTRACT, {"contract": number, "action": "delete"}, "agency.contract_ended")
    await savings.refuse(TELLER, MAINTAIN_CONTRACT, {"contract": "02019999", "action": "delete"}, "agency.contract_unknown")
    assert (await savings.ask("K0311", "agency.items", contract=number, batch=1)).json()["code"] == "account.outside"


@pytest.mark.parametrize(("kind", "sign"), [("payroll", 1), ("collection", -1)])
async def test_a_portion_does_to_an_account_what_the_domain_does(savings, kind, sign):
    """Balances, products and days as `credit` and `debit` leave them: days counted already or not, fen that bear nothing, two lines."""
    organisation = await savings.current("1000.00")
    states = [
        ("100.00", "products = 12345, products_until = '2005-08-20', interest_unit_minor = 100"),
        ("100.99", "products = 0, products_until = '2005-09-01', interest_unit_minor = 100"),
        ("50.01", "products = 777, products_since = '2005-07-01', products_until = '2005-08-31', interest_unit_minor = 1"),
        ("77.00", "products = 5000, products_since = '2005-08-01', products_until = '2005-09-03', interest_unit_minor = 100"),
    ]
    accounts = []
    for amount, changes in states:
        account = await savings.demand(amount)
        await write(savings, f"UPDATE savings.account SET {changes} WHERE account = $1", account)
        accounts.append(account)
    lines = [(account, amount) for account in accounts for amount in ("10.55", "20.01")]
    named = await batch(savings, await contract(savings, kind, organisation), lines)
    before = {account: await read_account(savings, account) for account in accounts}
    assert (await run(savings, named))["state"] == "done"
    for account in accounts:
        expected = before[account]
        for minor in (1055, 2001):
            day = savings.business_date
            expected = credit(expected, minor, day, parameters()) if sign > 0 else debit(expected, minor, day)
        found = await read_account(savings, account)
        assert (found.accumulation, found.status, found.lines) == (expected.accumulation, expected.status, expected.lines + 2)
        assert found.last_moved_on == savings.business_date


async def read_account(savings: Any, number: str) -> Account:
    async with savings.resources.database.reading() as connection:
        return await read(connection, number)


async def write(savings: Any, statement: str, *values: Any) -> None:
    async with savings.resources.database.transaction() as connection:
        await connection.exec_driver_sql(statement, values)
