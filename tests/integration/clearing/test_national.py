"""National inter-bank business in the whole bank, with the simulated front end that never errs: outward by three people, inward sorted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.bank import TestBank, running_bank, test_settings
from tests.support.national import (
    CANCEL,
    CHECK,
    CLEAR,
    ENTER,
    PRINT,
    balance,
    company,
    elements,
    inward_state,
    opened,
    order,
    outward_state,
    suspense_agrees,
    until,
)


@pytest.fixture(scope="module")
async def bank(bank_template: Any) -> AsyncIterator[TestBank]:
    """The demo bank with the simulated front end."""
    settings = test_settings(national_peer="simulator", national_peer_delay_seconds=0)
    async with running_bank(bank_template, settings=settings) as running:
        await opened(running)
        yield running


async def test_three_people_send_an_item_out(bank: TestBank) -> None:
    account = await company(bank, "东方商贸公司")
    body = order(account)
    entered = await bank.run("K0211", ENTER, body)
    assert entered["entries"] == [] and entered["result"]["payer_name"] == "东方商贸公司"
    assert entered["result"]["sending_bank"] == "310201"
    assert await balance(bank, account) == ("100000.00", "95000.00"), "the money is held, not gone"

    await bank.refuse("K0212", CHECK, elements(body), "approval.required")
    await bank.refuse("K0211", CHECK, elements(body), "clearing.national.same_person", second="K0219")
    await bank.refuse("K0212", CHECK, elements(body), "approval.level", second="K0211")
    await bank.refuse("K0212", CHECK, {**elements(body), "amount": "5000.01"}, "clearing.national.no_match", second="K0219")
    receipt = await bank.run("K0212", CHECK, elements(body), second="K0219")
    assert [(each["direction"], each["business_code"], each["amount"]) for each in receipt["entries"]] == [
        ("debit", "201", "5000.00"),
        ("credit", "420", "5000.00"),
    ]
    item = await outward_state(bank, entered["result"]["submission"], "confirmed")
    assert (item["entered_by"], item["checked_by"], item["authorised_by"]) == ("K0211", "K0212", "K0219")
    assert await balance(bank, account) == ("95000.00", "95000.00")
    [line] = await bank.sql(
        "SELECT posting_id, transaction_number FROM savings.account_line WHERE account = $1 AND amount_minor < 0", account
    )
    assert (str(line["posting_id"]), line["transaction_number"]) == (receipt["posting_id"], receipt["transaction_number"])
    await bank.refuse("K0212", CHECK, elements(body), "clearing.national.outward_state", second="K0219")


async def test_a_check_sent_twice_is_one_posting(bank: TestBank) -> None:
    account = await company(bank, "南方商贸公司")
    body = order(account)
    await bank.run("K0211", ENTER, body)
    first = await bank.run("K0212", CHECK, elements(body), second="K0219", key="check-twice")
    again = await bank.run("K0212", CHECK, elements(body), second="K0219", key="check-twice")
    assert again == first
    assert await balance(bank, account) == ("95000.00", "95000.00")


async def test_of_ten_checks_and_ten_cancellations_one_wins(bank: TestBank) -> None:
    account = await company(bank, "西方商贸公司")
    body = order(account)
    submission = (await bank.run("K0211", ENTER, body))["result"]["submission"]
    for teller in ("K0212", "K0211"):
        await bank.sign_on(teller)
    checks = [bank.send("K0212", CHECK, elements(body), second="K0219") for _ in range(6)]
    cancels = [bank.send("K0211", CANCEL, {"submission": submission}) for _ in range(6)]
    answers = await asyncio.gather(*(each for pair in zip(checks, cancels, strict=True) for each in pair))
    assert [answer.status_code for answer in answers].count(200) == 1, "one of them was done, the others found it so"
    [row] = await bank.sql("SELECT state FROM clearing.national_outward WHERE submission = $1", submission)
    expected = ("100000.00", "100000.00") if row["state"] == "cancelled" else ("95000.00", "95000.00")

    async def came_to_rest() -> bool:
        return await balance(bank, account) == expected

    await until(came_to_rest, f"the account after it was {row['state']}")


async def test_an_entered_item_is_taken_back(bank: TestBank) -> None:
    account = await company(bank, "北方商贸公司")
    submission = (await bank.run("K0211", ENTER, order(account)))["result"]["submission"]
    await bank.refuse("K0221", CANCEL, {"submission": submission}, "clearing.national.outward_unknown")
    receipt = await bank.run("K0211", CANCEL, {"submission": submission, "reason": "账号录错"})
    assert receipt["entries"] == [] and receipt["result"]["state"] == "cancelled"
    assert await balance(bank, account) == ("100000.00", "100000.00")
    await bank.refuse("K0211", CANCEL, {"submission": submission}, "clearing.national.outward_state")
    await bank.refuse("K0212", CHECK, elements(order(account)), "clearing.national.no_match", second="K0219")


async def test_what_is_refused_at_entry(bank: TestBank) -> None:
    account = await company(bank, "中央商贸公司", amount="100.00")
    for changes, problem in (
        ({"receiving_bank": "310202"}, "clearing.national.own_bank"),
        ({"amount": "100.01"}, "account.insufficient"),
        ({"account": account[:-1] + str((int(account[-1]) + 1) % 10)}, "account.check_digit"),
        ({"payer_name": "别人"}, "clearing.national.payer_name"),
    ):
        await bank.refuse("K0211", ENTER, {**order(account, "100.00"), **changes}, problem)
    await bank.refuse("K0221", ENTER, order(account, "100.00"), "clearing.national.other_outlet")
    person = (await bank.run("S0211", "customer.personal.open", {"name": "李四", "id_type": "Z"}))["result"]["customer_number"]
    opening = {"customer_number": person, "amount": "1000.00", "withdrawal_mode": "C"}
    savings = (await bank.run("S0211", "savings.demand.open", opening))["result"]["account"]
    await bank.refuse("K0211", ENTER, order(savings), "clearing.national.kind_account")
    assert await balance(bank, account) == ("100.00", "100.00")
    headers = {"Authorization": f"Bearer {await bank.sign_on('K0211')}"}
    preview = await bank.client.post(f"/api/transactions/{ENTER}/preview", json=order(account, "100.00"), headers=headers)
    assert preview.status_code == 200 and await balance(bank, account) == ("100.00", "100.00"), "a preview holds nothing"


async def test_a_rejected_item_comes_back(bank: TestBank) -> None:
    account = await company(bank, "远方商贸公司")
    body = order(account, receiving_bank="001234")
    submission = (await bank.run("K0211", ENTER, body))["result"]["submission"]
    await bank.run("K0212", CHECK, elements(body), second="K0219")
    item = await outward_state(bank, submission, "refunded")
    assert item["answer"] == "汇入行不存在"

    async def is_back() -> bool:
        return await balance(bank, account) == ("100000.00", "100000.00")

    await until(is_back, "the money is back")
    await bank.settle()
    rows = await bank.sql(
        "SELECT rule FROM ledger.posting_set WHERE rule LIKE 'clearing.national.%' AND outlet = '0201' ORDER BY posting_id"
    )
    assert [row["rule"] for row in rows][-2:] == ["clearing.national.outward", "clearing.national.refund"]


async def mirrored(bank: TestBank, payer: str, bank_number: str, payee: str, name: str, amount: str) -> int:
    """Pay over a mirror bank, so that the amount comes back to an account of ours; the number of the inward item once it has come."""

    async def last() -> int:
        return (await bank.sql("SELECT coalesce(max(sequence), 0) AS last FROM clearing.national_inward"))[0]["last"]

    before = await last()
    body = order(payer, amount, receiving_bank=bank_number, payee_account=payee, payee_name=name)
    await bank.run("K0211", ENTER, body)
    await bank.run("K0212", CHECK, elements(body), second="K0219")

    async def has_come() -> bool:
        return await last() > before

    await until(has_come, "the mirrored item")
    return before + 1


async def test_inward_items_are_sorted_printed_and_cleared(bank: TestBank) -> None:
    payer, payee = await company(bank, "付款公司"), await company(bank, "收款（集团）公司", teller="K0221")
    right = await mirrored(bank, payer, "800202", payee, " 收款 (集团) 公司", "10.00")
    await inward_state(bank, right, "posted")
    wrong_name = await mirrored(bank, payer, "800202", payee, "收款公司", "20.00")
    wrong_account = await mirrored(bank, payer, "800202", "99999", "收款（集团）公司", "30.00")
    elsewhere = await mirrored(bank, payer, "800201", payee, "收款（集团）公司", "40.00")
    no_outlet = await mirrored(bank, payer, "809999", payee, "收款（集团）公司", "50.00")
    listed = {number: await inward_state(bank, number, "suspended") for number in (wrong_name, wrong_account, elsewhere, no_outlet)}
    assert {number: (item["outlet"], item["reason"]["en"]) for number, item in listed.items()} == {
        wrong_name: ("0200", "the name is not the account's"),
        wrong_account: ("0200", "there is no such account"),
        elsewhere: ("0200", "the account is not kept at the receiving bank"),
        no_outlet: ("0100", "the receiving bank is none of our outlets"),
    }
    await until(lambda: _balance_is(bank, payee, "100010.00"), "the right one is on the account")
    await suspense_agrees(bank)

    slip = (await bank.run("K0221", PRINT, {}))["result"]
    assert (slip["sequence"], slip["amount"], slip["suspended"], slip["reprinted"]) == (right, "10.00", False, False)
    assert slip["voucher_number"]
    await bank.refuse("K0221", PRINT, {}, "clearing.national.nothing_to_print")
    again = (await bank.run("K0221", PRINT, {"sequence": right}))["result"]
    assert again["reprinted"] is True and again["voucher_number"] != slip["voucher_number"]
    await bank.refuse("K0221", PRINT, {"sequence": wrong_name}, "clearing.national.inward_unknown")
    paper = await bank.report("K0221", "national_slip", date="2005-09-01", sequence=str(right))
    assert [heading["value"] for heading in paper["headers"]] == [again["voucher_number"], {"zh": "重打凭证", "en": "PRINTED AGAIN"}]
    said = [row["value"] for row in paper["rows"] if row["element"]["en"] == "Payee"]
    assert said == ["收款 (集团) 公司"] * 2, "both copies say what the sender wrote"
    headers = {"Authorization": f"Bearer {await bank.sign_on('K0221')}"}
    asked = {"date": "2005-09-01", "sequence": str(right), "format": "pdf"}
    drawn = await bank.client.get("/api/reports/national_slip", params=asked, headers=headers)
    assert drawn.status_code == 200 and drawn.content.startswith(b"%PDF")
    asked |= {"sequence": str(wrong_name)}
    assert (await bank.client.get("/api/reports/national_slip", params=asked, headers=headers)).json()["code"] == (
        "clearing.national.inward_unknown"
    ), "what stands in the sub-branch's books is not the outlet's to see"
    suspended = (await bank.run("K0201", PRINT, {"sequence": wrong_name}))["result"]
    assert suspended["suspended"] is True and suspended["reprinted"] is False

    items = {row["inward_sequence"]: row["number"] for row in (await bank.ask("K0209", "clearing.national_suspense"))["rows"]}
    assert set(items) == {wrong_name, wrong_account, elsewhere}, "the sub-branch sees its own"
    pay = {"number": items[wrong_name], "way": "pay", "account": payee, "name": "收款（集团）公司"}
    await bank.refuse("K0201", CLEAR, pay, "approval.required")
    await bank.refuse("K0201", CLEAR, {**pay, "name": "收款公司"}, "clearing.national.name_differs", second="K0202")
    await bank.refuse("K0301", CLEAR, pay, "clearing.national.suspense_elsewhere", second="K0302")
    await bank.sign_on("K0201")
    answers = await asyncio.gather(*(bank.send("K0201", CLEAR, pay, second="K0202") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    receipt = next(answer.json() for answer in answers if answer.status_code == 200)
    assert [(each["outlet"], each["direction"], each["business_code"]) for each in receipt["entries"]] == [
        ("0200", "debit", "263"),
        ("0200", "credit", "420"),
        ("0202", "credit", "201"),
        ("0202", "debit", "420"),
    ]
    assert (await inward_state(bank, wrong_name, "paid"))["outlet"] == "0200"
    await until(lambda: _balance_is(bank, payee, "100030.00"), "paid out of suspense")

    back = await bank.run("K0201", CLEAR, {"number": items[elsewhere], "way": "return", "purpose": "账号不符"}, second="K0202")
    assert [(each["outlet"], each["direction"], each["business_code"]) for each in back["entries"]] == [
        ("0200", "debit", "263"),
        ("0200", "credit", "420"),
    ]
    await outward_state(bank, back["result"]["submission"], "confirmed")
    await inward_state(bank, elsewhere, "returned")
    await suspense_agrees(bank)


async def _balance_is(bank: TestBank, account: str, amount: str) -> bool:
    return (await balance(bank, account))[0] == amount


async def test_an_unchecked_item_keeps_outlet_and_day_open(bank: TestBank) -> None:
    account = await company(bank, "末班商贸公司", teller="K0311")
    submission = (await bank.run("K0311", ENTER, order(account)))["result"]["submission"]
    problem = await bank.refuse("K0319", "counter.outlet.close", {}, "day.business_open")
    assert submission in problem["detail"]
    run = await bank.day_end()
    assert run["state"] == "failed"
    [failed] = [step for step in run["steps"] if step["state"] == "failed"]
    assert failed["problem_code"] == "day.business_open" and submission in failed["problem"]
    await bank.run("S0001", "counter.outlet.reopen", {"outlet": "0301"}, second="S0009")
    await bank.run("K0312", CHECK, elements(order(account)), second="K0319")
    assert (await bank.day_end())["state"] == "done"
