"""Several boxes for a teller, one box for several tellers, cash set aside for outlets; what boxes hold is what their accounts say
(IB 344-358, 384-389, 757-766)."""

import asyncio
import random
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

from contracts.counter import CounterClient, SignOn, TellersToLoad, TellerToLoad
from kernel.numbers import internal_account
from launch.demo import PASSWORD
from tests.support.bank import TestBank


async def held(bank: TestBank, outlet: str, cash_box: str) -> Decimal:
    """What the ledger says lies in a box."""
    await bank.settle()
    account = internal_account(outlet, "CNY", "101", cash_box)
    rows = await bank.sql("SELECT balance_minor, reserved_minor FROM ledger.account WHERE account = $1", account)
    assert not rows or rows[0]["reserved_minor"] == 0
    return Decimal(rows[0]["balance_minor"] if rows else 0) / 100


async def in_sheet(bank: TestBank, teller: str, cash_box: str) -> Decimal:
    await bank.settle()
    [row] = (await bank.run(teller, "counter.box.balance", {}, cash_box=cash_box))["result"]["rows"]
    figures = {name: Decimal(row[name]) for name in ("opening", "out", "in", "received", "paid", "balance")}
    signs = {"opening": 1, "out": -1, "in": 1, "received": 1, "paid": -1} if cash_box == "00000" else {
        "opening": 1, "out": 1, "in": -1, "received": 1, "paid": -1
    }  # fmt: skip
    assert sum(signs[name] * figures[name] for name in signs) == figures["balance"]
    return figures["balance"]


async def test_a_teller_has_several_boxes_and_works_with_the_one_he_signed_on_with(bank: TestBank) -> None:
    for number in ("00011", "00012"):
        await bank.run("S0212", "counter.box.add", {"cash_box": number, "name": f"钱箱{number}"})
    await bank.run("S0212", "counter.box.cash_out", {"amount": "500.00"}, cash_box="00011")
    await bank.run("S0212", "counter.box.cash_transfer", {"amount": "200.00", "to_box": "00012"}, cash_box="00011")
    assert await held(bank, "0201", "00011") == Decimal("300.00") == await in_sheet(bank, "S0212", "00011")
    assert await held(bank, "0201", "00012") == Decimal("200.00") == await in_sheet(bank, "S0212", "00012")
    await bank.refuse("S0212", "counter.box.cash_in", {"amount": "200.01"}, "ledger.account.overdrawn", cash_box="00012")


async def test_corporate_tellers_share_a_box_and_savings_tellers_do_not(bank: TestBank) -> None:
    share = "counter.box.share"
    await bank.refuse("S0221", share, {"cash_box": "00001", "teller": "S0222"}, "right.missing")
    for body, problem in (
        ({"cash_box": "00001", "teller": "K0222"}, "counter.box.not_own"),
        ({"cash_box": "00000", "teller": "K0222"}, "counter.box.is_vault"),
        ({"cash_box": "00044", "teller": "K0222"}, "counter.box.unknown"),
        ({"cash_box": "00002", "teller": "S0222"}, "counter.box.single_teller"),
        ({"cash_box": "00002", "teller": "K0212"}, "teller.elsewhere"),
        ({"cash_box": "00002", "teller": "K0299"}, "teller.unknown"),
        ({"cash_box": "00002", "teller": "K0221"}, "counter.box.already_user"),
    ):
        await bank.refuse("K0221", share, body, problem)
    answer = await bank.client.post("/api/sign-on", json={"teller": "K0222", "password": PASSWORD, "cash_box": "00002"})
    assert answer.json()["code"] == "counter.box.not_own"
    await bank.run("K0221", share, {"cash_box": "00002", "teller": "K0222"})
    await bank.run("K0222", "counter.box.cash_in", {"amount": "50.00"}, cash_box="00002")
    await bank.run("K0221", "counter.box.cash_in", {"amount": "70.00"})
    assert await in_sheet(bank, "K0222", "00002") == Decimal("199880.00") == await held(bank, "0202", "00002")
    boxes = {row["cash_box"]: row["tellers"] for row in (await bank.ask("K0221", "counter.boxes"))["rows"]}
    assert boxes["00002"] == ["K0221", "K0222"]

    await bank.refuse("K0222", "counter.box.leave", {"cash_box": "00002"}, "counter.box.in_use", cash_box="00002")
    await bank.run("K0222", "counter.box.leave", {"cash_box": "00002"}, cash_box=None)
    await bank.refuse("K0222", "counter.box.leave", {"cash_box": "00002"}, "counter.box.not_own", cash_box=None)
    await bank.refuse("K0221", "counter.box.leave", {"cash_box": "00002"}, "counter.box.not_empty", cash_box=None)


async def test_of_two_who_leave_a_full_box_at_once_one_stays(bank: TestBank) -> None:
    await bank.run("K0121", "counter.box.share", {"cash_box": "00002", "teller": "K0122"})
    for teller in ("K0121", "K0122"):
        await bank.sign_on(teller, None)
    sent = (bank.send(teller, "counter.box.leave", {"cash_box": "00002"}, cash_box=None) for teller in ("K0121", "K0122"))
    answers = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await bank.sql("SELECT 1 FROM counter.cash_box_user WHERE outlet = '0102' AND number = '00002'")) == 1


async def test_ten_tellers_race_on_one_box_and_it_never_goes_below_zero(bank: TestBank) -> None:
    tellers = [f"K03{number}" for number in range(50, 60)]
    people = [TellerToLoad(teller=teller, outlet="0301", level="C") for teller in tellers]
    client = CounterClient(bank.bank.transport)
    await client.load(TellersToLoad(tellers=people, password=PASSWORD, must_change_password=False))
    for teller in tellers:
        await bank.run("K0311", "counter.box.share", {"cash_box": "00002", "teller": teller})
    tokens = [(await client.sign_on(SignOn(teller=teller, password=PASSWORD, cash_box="00002"))).token for teller in tellers]

    async def send(token: str, code: str, body: dict[str, str]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
        return await bank.client.post(f"/api/transactions/{code}", json=body, headers=headers)

    # 200,000.00 in the box; each wants 30,000.00 out of it, half of them for the vault, half for the other box
    wanted: list[Any] = []
    for number, token in enumerate(tokens):
        body = {"amount": "30000.00"}
        wanted.append(send(token, "counter.box.cash_in", body) if number % 2 else send(
            token, "counter.box.cash_transfer", {**body, "to_box": "00001"}
        ))  # fmt: skip
    answers = await asyncio.gather(*wanted)
    assert sorted(answer.status_code for answer in answers) == [200] * 6 + [409] * 4
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"ledger.account.overdrawn"}
    assert await held(bank, "0301", "00002") == Decimal("20000.00") == await in_sheet(bank, "K0311", "00002")
    whole = sum([await held(bank, "0301", box) for box in ("00000", "00001", "00002")])
    assert whole == Decimal("1000000.00"), "cash moved inside the outlet only"


async def test_whatever_is_done_boxes_hold_what_their_accounts_say(bank: TestBank) -> None:
    """Random business of four boxes and the vault against a model of drawers: refused exactly when a drawer lacks the cash."""
    chance = random.Random(20050901)
    await bank.run("S0112", "counter.box.add", {"cash_box": "00005", "name": "三号柜"})
    people = {"00001": "S0111", "00002": "K0111", "00005": "S0112"}
    drawers = {box: await held(bank, "0101", box) for box in (*people, "00000")}
    whole = sum(drawers.values())
    for _ in range(40):
        box = chance.choice(list(people))
        amount = Decimal(chance.choice((1, 5_00, 70_000_00, 150_000_00, 333_33))) / 100
        code = chance.choice(("cash_out", "cash_in", "cash_transfer"))
        giving, taking = {"cash_out": ("00000", box), "cash_in": (box, "00000")}.get(code, (box, ""))
        body = {"amount": str(amount)}
        if not taking:
            taking = body["to_box"] = chance.choice([other for other in people if other != box])
        answer = await bank.send(people[box], f"counter.box.{code}", body, cash_box=box)
        if drawers[giving] < amount:
            assert answer.json()["code"] == "ledger.account.overdrawn", answer.text
        else:
            assert answer.status_code == 200, answer.text
            drawers[giving] -= amount
            drawers[taking] += amount
    assert {box: await held(bank, "0101", box) for box in drawers} == drawers
    assert {box: await in_sheet(bank, people.get(box, "S0112"), box) for box in drawers} == drawers
    assert sum(drawers.values()) == whole


async def test_cash_set_aside_is_drawn_whole_or_not_at_all(bank: TestBank) -> None:
    issue, undo, receive = "counter.box.cash_issue", "counter.box.undo_cash_issue", "counter.box.cash_receive"
    to = {"to_outlet": "0202", "amount": "80000.00"}
    before = await held(bank, "0200", "00000"), await held(bank, "0202", "00000")
    await bank.refuse("S0221", issue, to, "right.missing")
    await bank.refuse("S0201", issue, {**to, "to_outlet": "0301"}, "counter.cash.not_below")
    await bank.refuse("S0201", issue, {**to, "amount": "600000.01"}, "counter.cash.vault_short")
    await bank.run("S0201", issue, to)
    await bank.refuse("S0201", issue, {**to, "amount": "520000.01"}, "counter.cash.vault_short")
    problem = await bank.refuse("S0221", receive, {"amount": "50000.00"}, "counter.cash.not_as_issued")
    assert problem["errors"] == [{"amount": "80000.00"}]
    assert (await held(bank, "0200", "00000"), await held(bank, "0202", "00000")) == before, "nothing moves before it is drawn"
    await bank.run("S0201", undo, to)
    await bank.refuse("S0201", undo, to, "counter.cash.not_issued")
    await bank.run("S0201", issue, to)
    answers = await asyncio.gather(*(bank.send(teller, undo, to) for teller in ("S0201", "K0201")))
    assert sorted(answer.status_code for answer in answers) == [200, 404]
    rows = await bank.sql("SELECT state, count(*) FROM counter.cash_issue GROUP BY 1")
    assert {row["state"]: row["count"] for row in rows} == {"withdrawn": 2}

    await bank.run("S0201", issue, to)
    raced = await asyncio.gather(bank.send("S0221", receive, {"amount": "80000.00"}), bank.send("S0201", undo, to))
    drawn, taken_back = (answer.status_code for answer in raced)
    decisions = {row["state"]: row["count"] for row in await bank.sql("SELECT state, count(*) FROM counter.cash_issue GROUP BY 1")}
    if taken_back == 200:  # what was no longer set aside could be drawn all the same, or came too early for it
        assert decisions == {"withdrawn": 3} and drawn in (200, 409)
    else:
        assert decisions == {"withdrawn": 2, "received": 1} and (drawn, taken_back) == (200, 404)
    if drawn != 200:
        await bank.run("S0221", receive, {"amount": "80000.00"})
    assert await held(bank, "0200", "00000") == before[0] - 80000
    assert await held(bank, "0202", "00000") == before[1] + 80000


async def test_surplus_cash_goes_back_up(bank: TestBank) -> None:
    before = await held(bank, "0300", "00000"), await held(bank, "0301", "00000")
    receipt = await bank.run("S0312", "counter.box.cash_return", {"amount": "1000.00"})
    assert receipt["result"]["to_outlet"] == "0300"
    assert {(entry["outlet"], entry["business_code"], entry["direction"]) for entry in receipt["entries"]} == {
        ("0300", "101", "debit"), ("0300", "418", "credit"), ("0301", "101", "credit"), ("0301", "418", "debit"),
    }  # fmt: skip
    assert (await held(bank, "0300", "00000"), await held(bank, "0301", "00000")) == (before[0] + 1000, before[1] - 1000)
    await bank.refuse("S0312", "counter.box.cash_return", {"amount": "99999999.00"}, "ledger.account.overdrawn")
    await bank.refuse("S0001", "counter.box.cash_return", {"amount": "1.00"}, "counter.box.no_superior")
