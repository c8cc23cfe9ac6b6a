"""The exchange with several people at once, with accounts that have changed meanwhile, and with processes that die (IB 2250-2397).

Every test has an outlet of its own in the one bank, so that sessions do not meet.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from banking.execution import Request, execute
from banking.movements import settle_pending
from banking.principal import Principal
from banking.register import settle_intents
from kernel.money import format_amount
from launch.demo import BUSINESS_DATE
from services.clearing.transactions.exchange_outward import check
from tests.support.bank import TestBank
from tests.support.mortal import Death, Died, MortalDatabase, MortalTransport

DAY = BUSINESS_DATE.isoformat()
OUT, TAX = "clearing.exchange.out_debit", "clearing.exchange.out_credit"
CHECK, CANCEL = "clearing.exchange.check", "clearing.exchange.cancel_item"
SWITCH, SETTLE = "clearing.exchange.switch_session", "clearing.exchange.settle"
IN, BATCH = "clearing.exchange.in_credit", "clearing.exchange.post_out_debits"
_licences = count(1)


async def account(bank: TestBank, teller: str, amount: str = "10000.00") -> str:
    """A corporate current account of the teller's outlet with money on it."""
    serial = next(_licences)
    number = f"44010000{serial:07d}"
    form = {
        "name": f"东方商贸{serial}公司",
        "nature": "006",
        "id_type": "G",
        "id_number": number,
        "address": "解放路1号",
        "phone": "88880001",
    }
    customer = (await bank.run(teller, "customer.corporate.open", form))["result"]["customer_number"]
    opening = {"customer_number": customer, "kind": "201", "account_flag": "1", "interest_bearing": True}
    opened = (await bank.run(teller, "savings.corporate.pre_open", opening))["result"]["account"]
    await bank.run(teller, "savings.corporate.deposit_cash", {"account": opened, "amount": amount})
    return opened


async def balance(bank: TestBank, number: str) -> str:
    await bank.settle()
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}
    return (await bank.client.get(f"/api/accounts/{number}", headers=headers)).json()["balance"]


async def entered(bank: TestBank, outlet: str, code: str, number: str, amount: str, *, checked: bool = True) -> int:
    """An outward item of a customer, checked by the second teller of the outlet."""
    first, second = f"K{outlet[:2]}{outlet[3]}1", f"K{outlet[:2]}{outlet[3]}2"
    item = (await bank.run(first, code, {"account": number, "amount": amount}))["result"]["item"]
    if checked:
        await bank.run(second, CHECK, {"item": item, "amount": amount})
    return item


async def switched(bank: TestBank, teller: str, session: int, debits: tuple[int, str] = (0, "0.00")) -> None:
    """A session of outward debits alone is switched."""
    number, amount = debits
    totals = {"out_debit_count": number, "out_debit_amount": amount, "total_count": number, "net": amount, "side": "debit"}
    await bank.run(teller, SWITCH, {"exchange_date": DAY, "session": session, **totals})


def codes(answers: list[Any]) -> Counter[str]:
    """How often each outcome came; `done` is success."""
    return Counter("done" if answer.status_code == 200 else answer.json()["code"] for answer in answers)


async def test_an_item_is_checked_or_cancelled_once(bank: TestBank) -> None:
    number = await account(bank, "K0211")
    item = await entered(bank, "0201", TAX, number, "100.00", checked=False)
    for teller in ("K0211", "K0212"):
        await bank.sign_on(teller)
    checks = [bank.send("K0212", CHECK, {"item": item, "amount": "100.00"}) for _ in range(5)]
    cancels = [bank.send("K0211", CANCEL, {"item": item}) for _ in range(5)]
    answers = await asyncio.gather(*(each for pair in zip(checks, cancels, strict=True) for each in pair))
    done = [event["act"] for event in await bank.sql("SELECT act FROM clearing.exchange_event WHERE item = $1 ORDER BY event", item)]
    state = (await bank.ask("K0211", "clearing.exchange.item", item=str(item)))["item_state"]
    # Whoever comes first wins; a cancellation may still follow a check, in red.
    assert done in (["enter", "check", "cancel"], ["enter", "cancel"]) and state == "cancelled"
    assert codes(answers) == Counter({"done": len(done) - 1, "exchange.item.state": 11 - len(done)})
    assert await balance(bank, number) == "10000.00"


async def test_ten_checks_move_the_money_once(bank: TestBank) -> None:
    number = await account(bank, "K0211")
    item = await entered(bank, "0201", TAX, number, "100.00", checked=False)
    await bank.sign_on("K0212")
    answers = await asyncio.gather(*(bank.send("K0212", CHECK, {"item": item, "amount": "100.00"}) for _ in range(10)))
    assert codes(answers) == Counter({"done": 1, "exchange.item.state": 9})
    assert await balance(bank, number) == "9900.00"


async def test_the_maker_needs_somebody_else(bank: TestBank) -> None:
    """The other teller checks himself, or approves what the maker sends."""
    number = await account(bank, "K0211")
    item = await entered(bank, "0201", OUT, number, "1.00", checked=False)
    body = {"item": item, "amount": "1.00"}
    await bank.refuse("K0211", CHECK, body, "exchange.own_entry")
    await bank.refuse("K0311", CHECK, body, "exchange.item.other_outlet")
    receipt = await bank.run("K0211", CHECK, body, second="K0212")
    assert receipt["second"] == "K0212" and receipt["result"]["item_state"] == "checked"
    row = await bank.sql("SELECT entered_by, checked_by FROM clearing.exchange_item WHERE item = $1", item)
    assert tuple(row[0]) == ("K0211", "K0212")


async def test_one_of_several_switches_wins(bank: TestBank) -> None:
    number = await account(bank, "K0221")
    await entered(bank, "0202", OUT, number, "30.00")
    totals = {"out_debit_count": 1, "out_debit_amount": "30.00", "total_count": 1, "net": "30.00"}
    answers = await asyncio.gather(
        *(bank.send("K0221", SWITCH, {"exchange_date": DAY, "session": session, **totals}) for session in (1, 1, 1, 2, 2))
    )
    found = codes(answers)
    assert found["done"] == 1, found
    # The others find nothing left to go out, or the session gone.
    assert set(found) <= {"done", "exchange.session.state", "exchange.session.order", "exchange.totals_differ"}
    rows = await bank.sql("SELECT count(*) AS found FROM clearing.exchange_session WHERE outlet = '0202' AND state = 'switched'")
    assert rows[0]["found"] == 1


async def test_a_settlement_and_items_that_come_in_meanwhile(bank: TestBank) -> None:
    """Whoever comes first: what is settled is what was counted, and a settled session takes nothing more."""
    number = await account(bank, "K0301")
    await switched(bank, "K0301", 1)
    paper = {"exchange_date": DAY, "session": 1, "account": number, "amount": "10.00"}
    nothing = {"exchange_date": DAY, "session": 1, "total_count": 0, "net": "0.00"}
    three = {"exchange_date": DAY, "session": 1, "total_count": 3, "in_credit_count": 3, "in_credit_amount": "30.00", "net": "30.00"}
    answers = await asyncio.gather(
        *(bank.send("K0301", IN, paper) for _ in range(3)),
        bank.send("K0301", SETTLE, nothing),
        *(bank.send("K0301", IN, paper) for _ in range(3)),
    )
    came = codes(answers[:3] + answers[4:])
    settled = answers[3].status_code == 200
    if not settled:
        assert answers[3].json()["code"] == "exchange.totals_differ"
    assert came == Counter({"exchange.session.state" if settled else "done": 6})
    if not settled:
        await bank.refuse("K0301", SETTLE, three, "exchange.totals_differ")
        six = {**three, "total_count": 6, "in_credit_count": 6, "in_credit_amount": "60.00", "net": "60.00"}
        answers = await asyncio.gather(*(bank.send("K0301", SETTLE, six) for _ in range(5)))
        assert codes(answers) == Counter({"done": 1, "exchange.session.state": 4})
    await bank.settle()
    left = await bank.sql("SELECT sum(balance_minor) AS left FROM ledger.account WHERE account LIKE '9030010408%'")
    assert not left[0]["left"]


async def test_a_batch_pays_each_item_once_and_names_what_it_cannot_pay(bank: TestBank) -> None:
    good, settled, gone = [await account(bank, "K0101") for _ in range(3)]
    items = [await entered(bank, "0100", OUT, number, "50.00") for number in (good, settled, gone, good)]
    await switched(bank, "K0101", 1, (4, "200.00"))
    await bank.run("K0101", "clearing.exchange.hold_out_debit", {"item": items[3], "reason": "电话退票"})
    for number in (settled, gone):
        await bank.run("K0101", "savings.corporate.settle", {"account": number})
    await bank.run("K0101", "savings.corporate.transfer", {"from_account": gone, "to_account": good, "amount": await balance(bank, gone)})
    await bank.run("K0101", "savings.corporate.close", {"account": gone})
    body = {"exchange_date": DAY, "session": 1}
    await bank.refuse("K0101", BATCH, body, "exchange.not_yet")
    await switched(bank, "K0101", 2)
    answers = await asyncio.gather(*(bank.send("K0101", BATCH, body) for _ in range(4)))
    assert sum(answer.json()["result"]["posted_count"] for answer in answers if answer.status_code == 200) == 1
    assert set(codes(answers)) <= {"done", "exchange.batch_running"}
    named = [{each["item"] for each in answer.json()["result"]["refused"]} for answer in answers if answer.status_code == 200]
    assert all(each == set(items[1:3]) for each in named), "nobody is told of what another run has just posted"
    assert await balance(bank, good) == "20050.00"
    again = (await bank.run("K0101", BATCH, body))["result"]
    assert again["posted_count"] == 0 and [each["item"] for each in again["refused"]] == items[1:3]
    # What was for the closed account goes to suspense, one by one, and from there to whom it belongs.
    one = (await bank.run("K0101", "clearing.exchange.post_one_out_debit", {"item": items[2]}))["result"]
    assert one["item_state"] == "suspended"
    paying = {"handling": "pay_suspended", "item": items[2], "account": good}
    answers = await asyncio.gather(*(bank.send("K0101", "clearing.exchange.return_in_credit", paying) for _ in range(5)))
    assert codes(answers) == Counter({"done": 1, "exchange.item.state": 4})
    assert await balance(bank, good) == "20100.00"


async def test_what_the_exchange_posted_is_taken_back_by_it_alone(bank: TestBank) -> None:
    number = await account(bank, "K0211")
    item = await entered(bank, "0201", OUT, number, "5.00", checked=False)
    receipt = await bank.run("K0212", CHECK, {"item": item, "amount": "5.00"})
    wrong = {"transaction_number": receipt["transaction_number"], "business_date": DAY}
    await bank.settle()
    await bank.refuse("K0211", "ledger.correct.reverse", wrong, "ledger.rule.not_reversible", second="K0219")
    legs = [
        {"account": f"90201{code}", "direction": side, "amount": "5.00"}
        for code, side in (("1040800001", "debit"), ("1013700001", "credit"))
    ]
    await bank.refuse("K0211", "ledger.entry.post", {"currency": "CNY", "legs": legs}, "ledger.business_code.not_by_hand")
    red = await bank.run("K0211", CANCEL, {"item": item})
    assert [(entry["business_code"], entry["direction"], entry["red"]) for entry in red["entries"]] == [
        ("408", "debit", True),
        ("261", "credit", True),
    ]


async def test_lists_board_and_report_show_what_one_may_see(bank: TestBank) -> None:
    number = await account(bank, "K0101")
    item = await entered(bank, "0100", OUT, number, "7.00", checked=False)
    board = await bank.ask("K0101", "clearing.exchange.board")
    assert board["next_switch"]["blocked"]["zh"].startswith("还有 1 笔") and board["blockers"][0]["zh"] == "有 1 笔同城提出报单未复核"
    assert [(each["stream"], each["count"], each["amount"]) for each in board["items"] if each["item_state"] == "entered"] == [
        ("out_debit", 1, "7.00")
    ]
    mine = await bank.ask("K0101", "clearing.exchange.items", state="entered", limit="1")
    assert [row["item"] for row in mine["rows"]] == [item] and mine["next"] is None
    assert (await bank.ask("K0201", "clearing.exchange.items", account=number))["rows"] == []
    headers = {"Authorization": f"Bearer {await bank.sign_on('K0201')}"}
    for name, asked in (("board", {"outlet": "0100"}), ("items", {"outlet": "0100"}), ("item", {"item": str(item)})):
        answer = await bank.client.get(f"/api/queries/clearing.exchange.{name}", params=asked, headers=headers)
        assert answer.json()["code"] == "outlet.outside"
    await bank.run("K0101", CANCEL, {"item": item})
    history = await bank.ask("S0009", "clearing.exchange.item", item=str(item))
    assert [row["item_state"] for row in history["rows"]] == ["entered", "cancelled"]


async def test_the_difference_report_sums_a_sub_branch(bank: TestBank) -> None:
    """0301 brings 40.00 out and 100.00 in, the department 0300 owes 25.00 for a debit: 40 + 100 - 25 = 115 debit for the sub-branch."""
    session = {"exchange_date": "2005-09-01", "session": 2}
    first, second = await account(bank, "K0301"), await account(bank, "K0311")
    await entered(bank, "0301", OUT, second, "40.00")
    await switched(bank, "K0311", 2, (1, "40.00"))
    await switched(bank, "K0301", 2)
    await bank.run("K0311", IN, {**session, "account": second, "amount": "100.00"})
    await bank.run("K0301", "clearing.exchange.in_debit", {**session, "account": first, "amount": "25.00"})
    report = await bank.report("K0301", "exchange_difference", **{key: str(value) for key, value in session.items()})
    rows = [
        (row["outlet"], row["out_debit"], row["in_debit"], row["in_credit"], row["debit_net"], row["credit_net"]) for row in report["rows"]
    ]
    assert rows == [("0300", "0.00", "25.00", "0.00", "0.00", "25.00"), ("0301", "40.00", "0.00", "100.00", "140.00", "0.00")]
    assert (report["totals"]["debit_net"], report["totals"]["credit_net"], report["totals"]["in_debit_count"]) == ("115.00", "0.00", 1)
    own = await bank.report("K0311", "exchange_difference", **{key: str(value) for key, value in session.items()})
    assert [row["outlet"] for row in own["rows"]] == ["0301"]


@pytest.mark.slow
async def test_a_process_that_dies_anywhere_while_an_item_is_checked(bank: TestBank) -> None:
    """Each turn dies one step later: the payer's money and the item are always on the same side, and a repetition finishes the rest."""
    clearing, savings = (bank.bank.applications[name].resources for name in ("clearing", "savings"))
    number, principal = await account(bank, "K0211", "100000.00"), Principal("K0212", "0201", "C", None, "test")
    turns, paid_minor = 0, 0
    while True:
        item = await entered(bank, "0201", TAX, number, "10.00", checked=False)
        body, death = {"item": item, "amount": "10.00"}, Death(turns)
        mortal: Any = replace(
            clearing, database=MortalDatabase(clearing.database, death), transport=MortalTransport(clearing.transport, death)
        )
        try:
            await execute(mortal, Request(principal, check, body, f"dies-{turns}"))
        except Died:
            pass
        await bank.sql("UPDATE clearing.register SET created_at = created_at - interval '1 hour' WHERE state = 'intended'")
        await bank.sql("UPDATE savings.movement SET created_at = created_at - interval '1 hour' WHERE state = 'pending'")
        await settle_intents(clearing)
        await settle_pending(savings)
        state = (await bank.sql("SELECT state FROM clearing.exchange_item WHERE item = $1", item))[0]["state"]
        paid_minor += 10_00 if state == "checked" else 0
        assert await balance(bank, number) == format_amount(100_000_00 - paid_minor), f"dying at step {turns}"
        if state == "entered":
            await bank.run("K0212", CHECK, body)
            paid_minor += 10_00
        held = await bank.sql("SELECT held_minor FROM savings.account WHERE account = $1", number)
        assert held[0]["held_minor"] == 0
        if not death.came:
            break
        turns += 1
    assert turns > 8
    assert await balance(bank, number) == format_amount(100_000_00 - (turns + 1) * 10_00)
    sets = await bank.sql("SELECT count(*) AS sets FROM ledger.posting_set WHERE rule = 'clearing.exchange.out_credit' AND outlet = '0201'")
    assert sets[0]["sets"] >= turns + 1
