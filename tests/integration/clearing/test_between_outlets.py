"""Remote deposits, remittances, placements and limits at the counters of one bank: refusals, races, and what limits let through
(IB 2227-2249, 2482-2485, 2926, 3249-3325; decisions 0020, 0021)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

from launch.demo import BUSINESS_DATE
from services.clearing.penalties import charge
from services.clearing.position_limits import sample, watch
from tests.support.bank import TestBank
from tests.support.business import open_demand
from tests.support.waiting import until

ENTER, CHECK, MAINTAIN, REVERSE = (f"clearing.remote_deposit.{act}" for act in ("enter", "check", "maintain", "reverse"))
FUND_ACCOUNT = "901001047502001"


async def company(bank: TestBank, teller: str, licence: str, amount: str) -> str:
    """A company's basic account with money on it, usable at other outlets."""
    who = {"name": f"公司{licence}", "nature": "006", "id_type": "G", "id_number": licence, "address": "解放路1号", "phone": "88880001"}
    customer = (await bank.run(teller, "customer.corporate.open", who))["result"]["customer_number"]
    body = {"customer_number": customer, "kind": "201", "account_flag": "0", "interest_bearing": True}
    account = (await bank.run(teller, "savings.corporate.pre_open", body))["result"]["account"]
    await bank.run(teller, "savings.corporate.deposit_cash", {"account": account, "amount": amount})
    return account


async def entered(bank: TestBank, payee: str, amount: str, **more: Any) -> int:
    """A remote deposit entered at 0201; its number."""
    return (await bank.run("K0211", ENTER, {"payee_account": payee, "amount": amount, **more}))["result"]["item"]


async def test_a_remote_deposit_is_checked_once_however_many_try(bank: TestBank) -> None:
    payee = await company(bank, "K0311", "440300000010001", "100.00")
    item = await entered(bank, payee, "250.00")
    body = {"item": item, "payee_account": payee, "amount": "250.00"}
    await bank.refuse("K0211", CHECK, body, "clearing.remote_deposit.same_person")
    await bank.refuse("K0212", CHECK, {**body, "amount": "205.00"}, "clearing.remote_deposit.differs")
    await bank.refuse("K0222", CHECK, body, "clearing.remote_deposit.unknown")
    await bank.sign_on("K0212")
    answers = await asyncio.gather(*(bank.send("K0212", CHECK, body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"clearing.remote_deposit.state"}
    receipt = next(answer.json() for answer in answers if answer.status_code == 200)
    assert [(entry["outlet"], entry["direction"], entry["business_code"], entry["amount"]) for entry in receipt["entries"]] == [
        ("0201", "debit", "101", "250.00"),
        ("0201", "credit", "417", "250.00"),
        ("0301", "credit", "201", "250.00"),
        ("0301", "debit", "417", "250.00"),
    ]
    assert receipt["entries"][0]["account"] == "902011010100002", "the box of who took the cash"
    await bank.refuse("K0211", MAINTAIN, {"item": item, "action": "delete"}, "clearing.remote_deposit.state")
    number = receipt["transaction_number"]
    await bank.settle()
    body = {"transaction_number": number, "business_date": receipt["business_date"]}
    await bank.refuse("K0212", "ledger.correct.reverse", body, "ledger.rule.not_reversible", second="K0219")


async def test_change_delete_and_check_race(bank: TestBank) -> None:
    payee = await company(bank, "K0311", "440300000010002", "100.00")
    item = await entered(bank, payee, "40.00")
    await bank.sign_on("K0212")
    answers = await asyncio.gather(
        bank.send("K0212", CHECK, {"item": item, "payee_account": payee, "amount": "40.00"}),
        bank.send("K0211", MAINTAIN, {"item": item, "action": "delete"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    other = await entered(bank, payee, "41.00")
    await bank.run("K0212", MAINTAIN, {"item": other, "action": "change", "amount": "14.00"})
    body = {"item": other, "payee_account": payee, "amount": "14.00"}
    await bank.refuse("K0212", CHECK, body, "clearing.remote_deposit.same_person")
    await bank.run("K0211", MAINTAIN, {"item": other, "action": "delete"})
    rows = (await bank.ask("K0211", "clearing.remote_deposits", way="out", state="deleted"))["rows"]
    assert [(row["item"], row["amount"]) for row in rows if row["item"] == other] == [(other, "14.00")]


async def test_a_transfer_that_the_payer_cannot_bear_changes_nothing(bank: TestBank) -> None:
    payer = await company(bank, "K0211", "440300000010003", "500.00")
    payee = await company(bank, "K0311", "440300000010004", "100.00")
    terms = {"kind": "transfer", "payer_account": payer}
    await bank.refuse("K0211", ENTER, {"payee_account": payee, "amount": "500.01", **terms}, "account.insufficient")
    item = await entered(bank, payee, "400.00", **terms)
    spent = {"direction": "credit", "own_account": payer, "other_account": payee, "amount": "200.00"}
    await bank.run("K0211", "clearing.internal.transfer", spent)
    await bank.refuse("K0212", CHECK, {"item": item, "payee_account": payee, "amount": "400.00"}, "account.insufficient")
    assert (await bank.ask("K0211", "clearing.remote_deposits", state="entered"))["rows"][-1]["item"] == item
    await bank.run("K0211", MAINTAIN, {"item": item, "action": "delete"})


async def test_a_reversal_is_red_approved_and_happens_once(bank: TestBank) -> None:
    payer = await company(bank, "K0211", "440300000010005", "900.00")
    payee = await company(bank, "K0311", "440300000010006", "100.00")
    item = await entered(bank, payee, "600.00", kind="transfer", payer_account=payer)
    await bank.refuse("K0212", REVERSE, {"item": item}, "clearing.remote_deposit.state", second="K0219")
    await bank.run("K0212", CHECK, {"item": item, "payee_account": payee, "amount": "600.00"})
    await bank.refuse("K0212", REVERSE, {"item": item}, "approval.required")
    await bank.sign_on("K0212")
    answers = await asyncio.gather(*(bank.send("K0212", REVERSE, {"item": item}, second="K0219") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 4
    receipt = next(answer.json() for answer in answers if answer.status_code == 200)
    assert all(entry["red"] and entry["amount"] == "600.00" for entry in receipt["entries"]) and len(receipt["entries"]) == 4


async def test_an_unchecked_deposit_keeps_the_outlet_open(bank: TestBank) -> None:
    payee = await company(bank, "K0311", "440300000010007", "100.00")
    item = await entered(bank, payee, "60.00")
    problem = await bank.refuse("K0211", "counter.outlet.close", {}, "day.business_open")
    assert "通存" in str(problem)
    await bank.run("K0211", MAINTAIN, {"item": item, "action": "delete"})


async def test_a_remittance_is_cashed_once_and_only_as_it_was_sold(bank: TestBank) -> None:
    code = "clearing.remittance.special"
    number = (await bank.ask("K0211", "voucher.stock", outlet="0201", cash_box="00002", kind="TYHK"))["rows"][0]["first"]
    paper = {"instrument": "TYHK", "number": number, "amount": "800.00", "payee_name": "王五", "payee_id_number": "P7654321"}
    await bank.refuse("K0211", code, paper, "clearing.remittance.missing")
    await bank.refuse("K0311", code, {**paper, "action": "pay"}, "clearing.remittance.unknown")
    receipt = await bank.run("K0211", code, {**paper, "payer_name": "张三"})
    assert [(each["business_code"], each["direction"]) for each in receipt["entries"]] == [("101", "debit"), ("245", "credit")]
    assert receipt["off_sheet"][0]["business_code"] == "702", "the blank paper leaves the outlet"
    await bank.refuse("K0211", code, {**paper, "payer_name": "张三"}, "clearing.remittance.exists")
    pay = {**paper, "action": "pay"}
    await bank.refuse("K0311", code, {**pay, "amount": "800.01"}, "clearing.remittance.differs")
    await bank.refuse("K0311", code, {**pay, "payee_id_number": "P7654322"}, "clearing.remittance.differs")
    await bank.refuse("K0311", code, {**paper, "action": "return"}, "clearing.remittance.not_the_issuer")
    await bank.sign_on("K0311")
    answers = await asyncio.gather(
        *(bank.send("K0311", code, pay) for _ in range(4)), bank.send("K0211", code, {**paper, "action": "return"})
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 4
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"clearing.remittance.state"}


async def test_a_draft_is_paid_into_the_payees_account(bank: TestBank) -> None:
    code = "clearing.remittance.special"
    payer = await company(bank, "K0211", "440300000010012", "900.00")
    payee = await company(bank, "K0311", "440300000010013", "100.00")
    number = (await bank.ask("K0211", "voucher.stock", outlet="0201", cash_box="00002", kind="TYHP"))["rows"][0]["first"]
    paper = {"instrument": "TYHP", "number": number, "amount": "700.00", "payee_name": "公司440300000010013"}
    sale = {**paper, "payer_name": "公司440300000010012", "settlement": "transfer", "counter_account": payer}
    await bank.refuse("K0211", code, {**sale, "payer_name": "别人"}, "clearing.name_differs")
    await bank.refuse("K0311", code, {**sale, "counter_account": payer}, "clearing.payer_elsewhere")
    await bank.run("K0211", code, sale)
    pay = {**paper, "action": "pay"}
    await bank.refuse("K0311", code, pay, "clearing.remittance.draft_by_transfer")
    await bank.refuse("K0311", code, {**pay, "settlement": "transfer", "counter_account": payer}, "clearing.name_differs")
    receipt = await bank.run("K0311", code, {**pay, "settlement": "transfer", "counter_account": payee})
    assert [(each["outlet"], each["business_code"], each["direction"]) for each in receipt["entries"]] == [
        ("0201", "245", "debit"),
        ("0201", "418", "credit"),
        ("0301", "201", "credit"),
        ("0301", "418", "debit"),
    ]
    [row] = (await bank.ask("K0311", "clearing.remittances", instrument="TYHP", number=number))["rows"]
    assert (row["state"], row["outlet"], row["ended_at"]) == ("paid", "0201", "0301")


async def test_internal_transfers(bank: TestBank) -> None:
    code = "clearing.internal.transfer"
    customer = await company(bank, "K0311", "440300000010008", "100.00")
    own = await company(bank, "K0211", "440300000010009", "100.00")
    credit = {"direction": "credit", "own_account": own, "other_account": customer, "amount": "30.00"}
    receipt = await bank.run("K0211", code, credit)
    assert [(each["outlet"], each["business_code"], each["direction"]) for each in receipt["entries"]] == [
        ("0201", "201", "debit"),
        ("0201", "418", "credit"),
        ("0301", "201", "credit"),
        ("0301", "418", "debit"),
    ]
    debit = {**credit, "direction": "debit"}
    await bank.refuse("K0211", code, debit, "clearing.internal.customer_debit")
    for other, refusal in [
        ("903011010100001", "clearing.internal.by_transfer"),
        ("903011041700001", "ledger.business_code.not_by_hand"),
        ("903011026200777", "ledger.account.unknown"),
        ("902011026200001", "clearing.internal.same_outlet"),
    ]:
        await bank.refuse("K0211", code, {**debit, "other_account": other}, refusal)
    receipt = await bank.run("K0211", code, {**debit, "other_account": "903011026200001"})
    assert [(each["outlet"], each["business_code"], each["direction"]) for each in receipt["entries"]] == [
        ("0301", "262", "debit"),
        ("0301", "418", "credit"),
        ("0201", "201", "credit"),
        ("0201", "418", "debit"),
    ]
    await bank.settle()
    found = await bank.ask("S0009", "ledger.differences")
    sums = {name: sum(Decimal(row[name]) for row in found["rows"]) for name in ("debit", "credit", "balance")}
    assert {name: Decimal(amount) for name, amount in found["total"].items()} == sums
    assert sums["balance"] == 0 and sums["debit"] == sums["credit"] > 0, "what one outlet owes another is owed"


async def test_a_contract_is_paid_back_in_parts_by_one_at_a_time(bank: TestBank) -> None:
    body = {"branch": "0200", "fund_account": FUND_ACCOUNT, "rate": "2.1", "amount": "1000.00"}
    place = {**body, "kind": "477", "term": "203"}
    await bank.refuse("S0001", "clearing.fund.place", place, "ledger.account.unknown", second="S0009")
    opened = {"business_code": "475", "counterparty": "0200", "name": "02支行资金户", "currency": "CNY"}
    account = (await bank.run("K0101", "ledger.account.open", opened, second="K0109"))["result"]["account"]
    assert account == FUND_ACCOUNT
    await bank.refuse("S0001", "clearing.fund.place", place, "approval.required")
    await bank.refuse("S0201", "clearing.fund.place", place, "clearing.fund.not_the_city", second="S0209")
    sequence = (await bank.run("S0001", "clearing.fund.place", place, second="S0009"))["result"]["sequence"]
    part = {**body, "sequence": sequence, "settles": "0", "amount": "600.00"}
    await bank.refuse("S0001", "clearing.fund.withdraw", part, "clearing.fund.kind")
    await bank.refuse("S0001", "clearing.fund.repay", {**part, "settles": "1"}, "clearing.fund.settles")
    answers = await asyncio.gather(*(bank.send("S0001", "clearing.fund.repay", part) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409], "600 of 1,000 can be paid back once"
    await bank.run("S0101", "clearing.fund.repay", {**part, "amount": "400.00", "settles": "1"})
    await bank.refuse("S0001", "clearing.fund.repay", part, "clearing.fund.settled")
    [row] = (await bank.ask("S0201", "clearing.fund.contracts", branch="0200"))["rows"]
    assert (row["outstanding"], row["amount"], row["due_on"]) == ("0.00", "1000.00", "2005-12-01")
    returns = await bank.ask("S0009", "clearing.fund.returns", branch="0200", sequence=str(sequence), limit="1")
    assert len(returns["rows"]) == 1 and returns["next"] is not None


async def stage(bank: TestBank, unit: str, expected: str) -> None:
    """Wait until a unit is seen at a stage, and everybody was told."""

    async def reached() -> bool:
        [row] = (await bank.ask("S0009", "clearing.limits", outlet=unit))["rows"]
        return row["stage"] == expected and row["in_force"]

    await until(reached, f"{unit} is at {expected!r}")


async def test_limits_warn_ask_for_approval_and_stop_until_the_unit_is_netted(bank: TestBank) -> None:
    payee = await company(bank, "K0311", "440300000010010", "100.00")
    person = await open_demand(bank, "S0311", "P8888888", "100.00")
    await bank.settle()
    await bank.run("S0009", "clearing.netting.run", {})
    limits = {"outlet": "0202", "warning": "100.00", "approval": "200.00", "stop": "300.00", "level": "A"}
    await bank.refuse("S0222", "clearing.limit.set", limits, "right.missing", second="S0229")
    await bank.refuse("S0302", "clearing.limit.set", limits, "outlet.not_yours", second="S0309")
    await bank.refuse("S0001", "clearing.limit.set", {**limits, "stop": "199.99"}, "clearing.limit.order", second="S0009")
    await bank.run("S0001", "clearing.limit.set", limits, second="S0009")

    async def deposit(amount: str, **options: Any) -> Any:
        item = (await bank.run("K0221", ENTER, {"payee_account": payee, "amount": amount}))["result"]["item"]
        body = {"item": item, "payee_account": payee, "amount": amount}
        return item, await bank.send("K0222", CHECK, body, **options)

    await deposit("150.00")
    await stage(bank, "0202", "warning")
    await deposit("60.00")
    await stage(bank, "0202", "approval")
    item, answer = await deposit("100.00")
    assert (answer.status_code, answer.json()["code"]) == (403, "approval.required")
    assert answer.json()["errors"][0] | {"limit": "200.00", "amount": "210.00", "level": "A"} == answer.json()["errors"][0]
    body = {"item": item, "payee_account": payee, "amount": "100.00"}
    headers = {"Authorization": f"Bearer {await bank.sign_on('K0222')}"}
    shown = (await bank.client.post(f"/api/transactions/{CHECK}/preview", json=body, headers=headers)).json()
    needed = {"dual": "", "level": "A", "limit": "200.00", "amount": "210.00", "settlement": "position"}
    assert shown["second_needed"] == needed, "a preview says so beforehand"
    await bank.run("K0222", CHECK, body, second="K0229")
    await stage(bank, "0202", "stop")
    deposit_at_0202 = {"account": person, "amount": "5.00"}
    await bank.refuse("S0221", "savings.demand.deposit", deposit_at_0202, "outlet.position_stopped")
    item, answer = await deposit("1.00", second="K0229")
    assert (answer.status_code, answer.json()["code"]) == (409, "outlet.position_stopped")
    own = await company(bank, "K0221", "440300000010011", "100.00")
    assert own, "business of the outlet alone goes on"
    await bank.run("S0201", "clearing.netting.now", {"outlet": "0202"}, second="S0209")
    await stage(bank, "0202", "")
    await bank.run("K0222", CHECK, {"item": item, "payee_account": payee, "amount": "1.00"})
    await bank.run("S0221", "savings.demand.deposit", deposit_at_0202)
    alerts = (await bank.ask("S0009", "clearing.alerts", outlet="0202"))["rows"]
    assert [row["stage"] for row in alerts] == ["", "stop", "approval", "warning"]
    tree = await bank.ask("S0009", "ledger.position", outlet="0200")
    assert [unit["outlet"] for unit in tree["unit"]["outlets"]] == ["0201", "0202"]


async def test_limits_are_set_while_they_are_watched(bank: TestBank) -> None:
    resources = bank.bank.applications["clearing"].resources
    tops = [f"{amount}.00" for amount in range(1, 7)]
    setting = (bank.send("S0001", "clearing.limit.set", {"outlet": "0301", "warning": top}, second="S0009") for top in tops)
    answers = await asyncio.gather(*setting, *(watch(resources) for _ in range(6)))
    assert [answer.status_code for answer in answers[:6]] == [200] * 6
    changes = await bank.sql("SELECT count(*) FROM clearing.position_limit_change WHERE unit = '0301'")
    assert changes[0]["count"] == 6
    await stage(bank, "0301", "warning")
    await bank.run("S0001", "clearing.limit.set", {"outlet": "0301"}, second="S0009")
    await stage(bank, "0301", "")


async def test_the_course_of_the_day_is_kept_where_it_changes(bank: TestBank) -> None:
    resources = bank.bank.applications["clearing"].resources
    await bank.settle()
    await asyncio.gather(*(sample(resources) for _ in range(3)))
    before = await bank.sql("SELECT count(*) FROM clearing.position_sample")
    await sample(resources)
    assert await bank.sql("SELECT count(*) FROM clearing.position_sample") == before, "nothing has moved since"
    units = {each["outlet"]: each["points"] for each in (await bank.ask("S0009", "clearing.position_course"))["units"]}
    assert {"0001", "0200", "0300"} <= set(units) and "0202" not in units
    tree = await bank.ask("S0009", "ledger.position", outlet="0300")
    assert units["0300"][-1][2] == tree["unit"]["net"]
    [own] = (await bank.ask("S0009", "clearing.position_course", outlet="0202"))["units"]
    assert own["outlet"] == "0202", "an outlet with a limit is kept too"


async def test_an_overdraft_is_charged_once_however_often_the_day_end_asks(bank: TestBank) -> None:
    """1,000,000.00 below zero at 5 per ten thousand: 500.00, for the day before the bank's first."""
    yesterday = BUSINESS_DATE - timedelta(days=1)
    await bank.settle()
    await bank.run("S0009", "clearing.netting.run", {})
    await bank.sql("UPDATE clearing.department SET since = $1", yesterday)
    kept = "INSERT INTO clearing.reserve_balance (account, business_date, currency, balance_minor) VALUES ($1, $2, 'CNY', $3)"
    await bank.sql(kept, "902021047200200", yesterday, -1_000_000_00)
    await bank.sql(kept, "902011047200200", yesterday, 0)
    resources = bank.bank.applications["clearing"].resources
    answers = await asyncio.gather(*(charge(resources, BUSINESS_DATE) for _ in range(5)))
    assert {(each.done, each.total) for each in answers} == {(1, 1)}
    resources.outbox.committed()
    await bank.settle()
    [row] = (await bank.ask("S0009", "clearing.reserve.penalties"))["rows"]
    assert (row["account"], row["balance"], row["interest"], row["rate"]) == ("902021047200200", "-1000000.00", "500.00", "5")
    legs = await bank.sql(
        "SELECT l.outlet, l.business_code, l.is_debit, l.amount_minor FROM ledger.leg AS l JOIN ledger.posting_set AS s USING (posting_id) "
        "WHERE s.rule = 'clearing.reserve.penalty' ORDER BY 1, 2"
    )
    assert [tuple(leg) for leg in legs] == [
        ("0200", "418", True, 500_00),
        ("0200", "502", False, 500_00),
        ("0202", "418", False, 500_00),
        ("0202", "522", True, 500_00),
    ]
