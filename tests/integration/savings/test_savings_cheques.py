"""Cheques once sold: from the teller's box to one account, used once, lost and found, written off, voided with the account or the batch."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from uuid import UUID, uuid4

import pytest

from services.savings.cheque_voids import settle_cheque_voids
from tests.integration.savings.test_savings_movements import decide, movement, pend

SELL, UNDO_SALE, REPORT_LOST, LIFT_LOSS, WRITE_OFF, UNDO_WRITE_OFF = (
    f"savings.cheque.{verb}" for verb in ("sell", "undo_sale", "report_lost", "lift_loss", "write_off", "undo_write_off")
)
WITHDRAW, TRANSFER, DEPOSIT = (f"savings.corporate.{verb}" for verb in ("withdraw_cash", "transfer", "deposit_cash"))
_next = itertools.count(5_001, 25)


def stock(savings, kind="TCKZ", count=25):
    """A book in the teller's box; its numbers."""
    first = next(_next)
    numbers = range(first, first + count)
    savings.neighbours.vouchers.box |= {(kind, number) for number in numbers}
    return [f"{number:08d}" for number in numbers]


async def sold(savings, account, kind="TCKZ", count=3):
    """Cheques in the hands of a customer; their numbers."""
    numbers = stock(savings, kind)[:count]
    await savings.run("K0211", SELL, asked(account, numbers, kind))
    return numbers


def asked(account, numbers, kind="TCKZ", **fields):
    return {"account": account, "kind": kind, "first": numbers[0], "last": numbers[-1], **fields}


def payment(payer, payee, number, amount="10.00", kind="TCKZ"):
    return {"from_account": payer, "to_account": payee, "amount": amount, "voucher_type": kind, "voucher_number": number}


def cash(account, number, amount="10.00", kind="CCKZ"):
    return {"account": account, "amount": amount, "voucher_type": kind, "voucher_number": number}


async def states(savings, numbers, kind="TCKZ"):
    rows = await savings.rows("SELECT number, state FROM savings.cheque WHERE kind = $1 AND number = ANY($2)", kind, numbers)
    found = {row.number: row.state for row in rows}
    return [found.get(number) for number in numbers]


async def test_sold_cheques_leave_the_box_with_their_702(savings):
    account, numbers = await savings.current("100.00"), stock(savings)
    body = asked(account, numbers[:5], sheets=5, id_type="Z", id_number="介绍信77")
    receipt = await savings.run("K0211", SELL, body)
    assert receipt["result"] | {"name": ""} == {
        "account": account,
        "name": "",
        "kind": "TCKZ",
        "first": numbers[0],
        "last": numbers[4],
        "sheets": 5,
    }
    fact = savings.neighbours.facts[-1]
    assert (fact.rule, fact.amounts_minor, fact.outlet, fact.red) == ("counter.voucher.use", {"amount": 500}, "0201", False)
    box = savings.neighbours.vouchers
    assert ("TCKZ", int(numbers[4])) in box.sold and ("TCKZ", int(numbers[5])) in box.box
    assert await states(savings, numbers[:6]) == ["unused"] * 5 + [None]
    [event] = await savings.rows(
        "SELECT action, account, teller, id_type, id_number, posting_id FROM savings.cheque_event WHERE number = $1", numbers[0]
    )
    assert tuple(event)[:5] == ("sell", account, "K0211", "Z", "介绍信77") and str(event.posting_id) == receipt["posting_id"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"last": "00000000"}, "cheque.range", "last"),
        ({"sheets": 2}, "cheque.sheets_differ", "sheets"),
        ({"kind": "PYCK"}, "request.invalid", "kind"),
        ({"first": "123"}, "request.invalid", "first"),
        ({"id_type": "G"}, "document.incomplete", "id_number"),
        ({"first": "99999998", "last": "99999999"}, "voucher.not_in_place", "first"),
    ],
)
async def test_what_a_sale_refuses(savings, changes, code, field):
    account, numbers = await savings.current("100.00"), stock(savings)
    before = len(savings.neighbours.facts)
    document = await savings.refuse("K0211", SELL, {**asked(account, numbers[:3]), **changes}, code)
    assert document["field"] == field
    assert await states(savings, numbers[:3]) == [None] * 3 and len(savings.neighbours.facts) == before
    assert ("TCKZ", int(numbers[0])) in savings.neighbours.vouchers.box


async def test_a_sale_is_of_one_to_twenty_five(savings):
    account, numbers = await savings.current("100.00"), stock(savings) + stock(savings)
    await savings.refuse("K0211", SELL, asked(account, numbers[:26]), "cheque.range_too_long")
    await savings.run("K0211", SELL, asked(account, numbers[:25]))
    await savings.run("K0211", SELL, asked(account, numbers[25:26]))


async def test_who_is_sold_cheques(savings):
    numbers = stock(savings)
    person = await savings.demand("100.00")
    await savings.refuse("K0211", SELL, asked(person, numbers), "cheque.account_without")
    fresh = await savings.current(None)
    await savings.refuse("K0211", SELL, asked(fresh, numbers), "account.status")
    elsewhere = await savings.current("1.00", teller="K0221")
    await savings.refuse("K0211", SELL, asked(elsewhere, numbers), "account.other_outlet")
    account = await savings.current("1.00")
    await savings.refuse("K0211", SELL, asked(account, numbers), "counter.cash_box_required", cash_box=None)


async def test_a_transfer_cheque_is_used_once_by_its_account(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    numbers = await sold(savings, payer)
    await savings.refuse("K0211", TRANSFER, payment(payee, payer, numbers[0]), "cheque.other_account")
    receipt = await savings.run("K0211", TRANSFER, payment(payer, payee, numbers[0]))
    assert receipt["result"]["balances"] == {payer: "90.00", payee: "110.00"}
    assert savings.neighbours.facts[-1].voucher_number == numbers[0]
    again = await savings.refuse("K0211", TRANSFER, payment(payer, payee, numbers[0]), "cheque.state")
    assert again["field"] == "voucher_number" and "已使用" in again["message"]["zh"]
    await savings.refuse("K0211", TRANSFER, payment(payer, payee, "77777777"), "cheque.not_sold")
    assert await states(savings, numbers) == ["used", "unused", "unused"]
    detail = (await savings.ask("K0211", "account.detail", account=payer)).json()["rows"][0]
    assert (detail["voucher_type"], detail["voucher_number"], detail["amount"]) == ("TCKZ", numbers[0], "10.00")


async def test_each_kind_pays_its_own_way(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    [in_cash], [transfer] = await sold(savings, payer, "CCKZ", 1), await sold(savings, payer, "TCKZ", 1)
    await savings.refuse("K0211", TRANSFER, payment(payer, payee, in_cash, kind="CCKZ"), "cheque.wrong_kind")
    await savings.refuse("K0211", WITHDRAW, cash(payer, transfer, kind="TCKZ"), "cheque.wrong_kind")
    await savings.refuse("K0211", WITHDRAW, cash(payer, transfer), "cheque.not_sold")
    await savings.refuse("K0211", DEPOSIT, cash(payer, in_cash), "cheque.not_taken")
    for missing in (cash(payer, None), payment(payer, payee, None)):
        code = WITHDRAW if "account" in missing else TRANSFER
        assert (await savings.refuse("K0211", code, missing, "cheque.number_required"))["field"] == "voucher_number"
    await savings.run("K0211", WITHDRAW, cash(payer, in_cash))
    await savings.run("K0211", TRANSFER, payment(payer, payee, transfer))
    await savings.run("K0211", WITHDRAW, cash(payer, "00000001", kind="OTHER"))


async def test_four_digits_name_a_cash_cheque(savings):
    """IB 3943: the last four digits are enough unless several of the account's cheques end so."""
    account = await savings.current("100.00")
    box = savings.neighbours.vouchers
    for number in ("31110001", "32220001", "33330002"):
        box.box.add(("CCKZ", int(number)))
        await savings.run("K0211", SELL, asked(account, [number], "CCKZ"))
    refused = await savings.refuse("K0211", WITHDRAW, cash(account, "0001"), "cheque.ambiguous")
    assert refused["field"] == "voucher_number"
    await savings.refuse("K0211", WITHDRAW, cash(account, "0003"), "cheque.not_sold")
    await savings.run("K0211", WITHDRAW, cash(account, "0002"))
    assert savings.neighbours.facts[-1].voucher_number == "33330002"
    await savings.run("K0211", WITHDRAW, cash(account, "31110001"))
    await savings.run("K0211", WITHDRAW, cash(account, "0001"))
    assert await states(savings, ["31110001", "32220001", "33330002"], "CCKZ") == ["used"] * 3
    await savings.refuse("K0211", WITHDRAW, cash(account, "0002"), "cheque.state")
    other = await savings.current("10.00")
    short = {"from_account": account, "to_account": other, "amount": "1.00", "voucher_type": "TCKZ", "voucher_number": "0002"}
    await savings.refuse("K0211", TRANSFER, short, "request.invalid")


async def test_a_refused_payment_leaves_the_cheque_unused(savings):
    payer, payee = await savings.current("5.00"), await savings.current("100.00")
    numbers = await sold(savings, payer)
    await savings.refuse("K0211", TRANSFER, payment(payer, payee, numbers[0]), "account.insufficient")
    assert await states(savings, numbers[:1]) == ["unused"]
    preview = await savings.preview("K0211", TRANSFER, payment(payer, payee, numbers[0], "1.00"))
    assert preview.status_code == 200 and await states(savings, numbers[:1]) == ["unused"]
    await savings.run("K0211", TRANSFER, payment(payer, payee, numbers[0], "5.00"))


async def test_a_lost_cheque_pays_nothing_until_it_is_found(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    numbers = await sold(savings, payer)
    body = asked(payer, numbers[:2])
    await savings.refuse("K0211", LIFT_LOSS, body, "cheque.state")
    receipt = await savings.run("K0211", REPORT_LOST, {**body, "loss_kind": "K", "id_type": "B", "id_number": "P1234567"})
    assert receipt["entries"] == [] and receipt["result"]["sheets"] == 2
    assert await states(savings, numbers) == ["reported_lost", "reported_lost", "unused"]
    await savings.refuse("K0211", TRANSFER, payment(payer, payee, numbers[0]), "cheque.state")
    for code in (REPORT_LOST, WRITE_OFF, UNDO_SALE):
        await savings.refuse("K0211", code, body, "cheque.state")
    await savings.run("K0211", LIFT_LOSS, body)
    await savings.run("K0211", TRANSFER, payment(payer, payee, numbers[0]))
    [event] = await savings.rows(
        "SELECT loss_kind, id_number FROM savings.cheque_event WHERE number = $1 AND action = 'report_lost'", numbers[0]
    )
    assert tuple(event) == ("K", "P1234567")


async def test_a_range_changes_whole_or_not_at_all(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    numbers = await sold(savings, payer)
    await savings.run("K0211", TRANSFER, payment(payer, payee, numbers[1]))
    for code in (REPORT_LOST, WRITE_OFF, UNDO_SALE):
        refused = await savings.refuse("K0211", code, asked(payer, numbers), "cheque.state")
        assert numbers[1] in refused["message"]["en"]
    assert await states(savings, numbers) == ["unused", "used", "unused"]
    await savings.refuse("K0211", REPORT_LOST, asked(payee, numbers), "cheque.other_account")
    await savings.refuse("K0221", REPORT_LOST, asked(payer, numbers), "account.other_outlet")


async def test_written_off_cheques_pay_nothing_and_may_come_back(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    numbers = await sold(savings, payer)
    await savings.run("K0211", WRITE_OFF, asked(payer, numbers[:1]))
    await savings.refuse("K0211", TRANSFER, payment(payer, payee, numbers[0]), "cheque.state")
    await savings.refuse("K0211", UNDO_SALE, asked(payer, numbers[:1]), "cheque.state")
    await savings.refuse("K0211", UNDO_WRITE_OFF, asked(payer, numbers[1:]), "cheque.state")
    await savings.run("K0211", UNDO_WRITE_OFF, asked(payer, numbers[:1]))
    await savings.run("K0211", TRANSFER, payment(payer, payee, numbers[0]))


async def test_an_undone_sale_brings_the_cheques_back_to_the_box_in_red(savings):
    account, other = await savings.current("100.00"), await savings.current("100.00")
    numbers = await sold(savings, account)
    await savings.refuse("K0211", UNDO_SALE, asked(other, numbers), "cheque.other_account")
    receipt = await savings.run("K0211", UNDO_SALE, asked(account, numbers[1:], sheets=2))
    fact = savings.neighbours.facts[-1]
    assert (fact.rule, fact.amounts_minor) == ("counter.voucher.take_back", {"amount": 200}) and receipt["result"]["sheets"] == 2
    assert await states(savings, numbers) == ["unused", "not_sold", "not_sold"]
    assert ("TCKZ", int(numbers[1])) in savings.neighbours.vouchers.box
    await savings.refuse("K0211", TRANSFER, payment(account, other, numbers[1]), "cheque.not_sold")
    await savings.refuse("K0211", UNDO_SALE, asked(account, numbers[1:]), "cheque.not_sold")
    await savings.run("K0211", SELL, asked(other, numbers[1:]))
    await savings.run("K0211", TRANSFER, payment(other, account, numbers[1]))


async def test_a_closed_account_leaves_no_cheque_behind(savings):
    account = await savings.current("0.01", kind="260", account_flag="3")
    numbers = await sold(savings, account, "CCKZ", 4)
    await savings.run("K0211", WITHDRAW, cash(account, numbers[0], "0.01"))
    await savings.run("K0211", REPORT_LOST, asked(account, numbers[1:2], "CCKZ"))
    await savings.run("K0211", WRITE_OFF, asked(account, numbers[2:3], "CCKZ"))
    closed = await savings.result("K0211", "savings.corporate.close", {"account": account})
    assert closed == {"account": account, "status": "closed", "cheques_voided": 3}
    assert await states(savings, numbers, "CCKZ") == ["used", "void", "void", "void"]
    await savings.refuse("K0211", UNDO_WRITE_OFF, asked(account, numbers[2:3], "CCKZ"), "cheque.state")
    await savings.refuse("K0211", SELL, asked(account, stock(savings, "CCKZ"), "CCKZ"), "account.status")


def batch(savings, numbers, **fields):
    return {
        "posting_id": str(uuid4()),
        "initiator": "counter",
        "transaction_code": "counter.voucher.void_batch",
        "business_date": savings.business_date.isoformat(),
        "counter_outlet": "0002",
        "teller": "K0021",
        "kind": "TCKZ",
        "first": numbers[0],
        "last": numbers[-1],
        **fields,
    }


async def void(savings, body, verb="", status=200):
    path = f"/internal/cheques/void/{body['posting_id']}/{verb}" if verb else "/internal/cheques/void"
    answer = await savings.internal("POST", path, None if verb else body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_batch_is_voided_in_customers_hands_once_its_posting_has_committed(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    numbers = await sold(savings, payer, count=5)
    await savings.run("K0211", TRANSFER, payment(payer, payee, numbers[0]))
    await savings.run("K0211", REPORT_LOST, asked(payer, numbers[1:2]))
    body = batch(savings, numbers[:4])
    assert await void(savings, {**body, "dry_run": True}) == {"voided": 3, "used": numbers[:1]}
    assert await savings.rows("SELECT state FROM savings.cheque_void WHERE posting_id = $1", body["posting_id"]) == []
    for _ in range(2):
        assert await void(savings, body) == {"voided": 3, "used": numbers[:1]}
    await savings.refuse("K0211", TRANSFER, payment(payer, payee, numbers[3]), "cheque.being_voided")
    await savings.run("K0211", TRANSFER, payment(payer, payee, numbers[4]))
    for _ in range(2):
        assert (await void(savings, body, "post"))["state"] == "posted"
    assert await states(savings, numbers) == ["used", "void", "void", "void", "used"]
    assert (await void(savings, body, "void", 409))["code"] == "cheque.void_decided"
    await savings.refuse("K0211", TRANSFER, payment(payer, payee, numbers[2]), "cheque.state")
    [event] = await savings.rows(
        "SELECT action, teller, counter_outlet FROM savings.cheque_event WHERE posting_id = $1 LIMIT 1", body["posting_id"]
    )
    assert tuple(event) == ("void", "K0021", "0002")


async def test_a_batch_whose_posting_failed_voids_nothing(savings):
    payer = await savings.current("100.00")
    numbers = await sold(savings, payer)
    body = batch(savings, numbers)
    await void(savings, body)
    for _ in range(2):
        assert (await void(savings, body, "void"))["state"] == "voided"
    assert await states(savings, numbers) == ["unused"] * 3
    await savings.run("K0211", TRANSFER, payment(payer, await savings.current("1.00"), numbers[0]))
    assert (await void(savings, body, status=409))["code"] == "cheque.void_decided"
    assert (await void(savings, body, "post", 409))["code"] == "cheque.void_decided"
    stranger = batch(savings, numbers)
    assert (await void(savings, stranger, "void"))["state"] == "voided"
    assert (await void(savings, {**stranger, "business_date": "2001-01-01"}, status=409))["code"] == "day.date_wrong"


async def test_a_payment_and_the_end_of_its_batch_race(savings):
    """What the announcement says of a cheque is what becomes of it."""
    payer, payee = await savings.current("100.00"), await savings.current("1.00")
    for number in await sold(savings, payer, count=6):
        body = batch(savings, [number])
        paid, announced = await asyncio.gather(savings.send("K0211", TRANSFER, payment(payer, payee, number)), void(savings, body))
        assert announced == ({"voided": 0, "used": [number]} if paid.status_code == 200 else {"voided": 1, "used": []})
        await void(savings, body, "post")
        assert await states(savings, [number]) == ["used" if paid.status_code == 200 else "void"]


async def test_a_batch_that_nobody_decides_is_settled_by_asking(savings, monkeypatch):
    monkeypatch.setattr("services.savings.cheque_voids.ASK_AFTER_SECONDS", 0)
    numbers = await sold(savings, await savings.current("100.00"))
    posted, failed, running = (batch(savings, [number]) for number in numbers)
    for body, state in ((posted, "posted"), (failed, "voided"), (running, "intended")):
        await void(savings, body)
        savings.neighbours.decisions[UUID(body["posting_id"])] = {"state": state, "transaction_number": None}
    await settle_cheque_voids(savings.resources)
    assert await states(savings, numbers) == ["void", "unused", "unused"]
    found = await savings.rows("SELECT state FROM savings.cheque_void WHERE posting_id = $1", running["posting_id"])
    assert found[0].state == "pending"
    await void(savings, running, "void")


async def test_ten_tellers_one_cheque(savings):
    payer, payee = await savings.current("1000.00"), await savings.current("100.00")
    [number] = await sold(savings, payer, count=1)
    answers = await asyncio.gather(*(savings.send("K0211", TRANSFER, payment(payer, payee, number)) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"cheque.state"}
    assert (await savings.panel(payer, "K0211"))["balance"] == "990.00"


async def test_two_cheques_one_balance(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    numbers = await sold(savings, payer, count=2)
    answers = await asyncio.gather(*(savings.send("K0211", TRANSFER, payment(payer, payee, number, "100.00")) for number in numbers))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert sorted(await states(savings, numbers)) == ["unused", "used"]


async def test_ten_tellers_sell_one_cheque(savings):
    accounts = [await savings.current("1.00") for _ in range(10)]
    [number] = stock(savings, count=1)
    answers = await asyncio.gather(*(savings.send("K0211", SELL, asked(account, [number])) for account in accounts))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
    assert await states(savings, [number]) == ["unused"]


async def test_using_losing_and_voiding_race(savings):
    for _ in range(5):
        payer, payee = await savings.current("100.00"), await savings.current("100.00")
        numbers = await sold(savings, payer, count=2)
        used, lost, back = await asyncio.gather(
            savings.send("K0211", TRANSFER, payment(payer, payee, numbers[0])),
            savings.send("K0211", REPORT_LOST, asked(payer, numbers)),
            savings.send("K0211", UNDO_SALE, asked(payer, numbers)),
        )
        assert [used.status_code, lost.status_code, back.status_code].count(200) == 1
        assert sum(("TCKZ", int(number)) in savings.neighbours.vouchers.box for number in numbers) == (2 if back.status_code == 200 else 0)


async def test_sent_twice_it_is_one_sale_and_one_use(savings):
    payer, payee, numbers = await savings.current("100.00"), await savings.current("100.00"), stock(savings)[:2]
    answers = await asyncio.gather(*(savings.send("K0211", SELL, asked(payer, numbers), key=f"sell-{payer}") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200} and len({answer.text for answer in answers}) == 1
    body = payment(payer, payee, numbers[0])
    answers = await asyncio.gather(*(savings.send("K0211", TRANSFER, body, key=f"use-{payer}") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await savings.panel(payer, "K0211"))["balance"] == "90.00" and await states(savings, numbers) == ["used", "unused"]


async def test_a_refused_sale_gives_the_box_its_cheques_back(savings):
    account, numbers = await savings.current("1.00"), stock(savings)[:2]
    savings.neighbours.refuse_next = RuntimeError("the ledger fell over")
    answer = await savings.send("K0211", SELL, asked(account, numbers))
    assert answer.status_code >= 400
    assert await states(savings, numbers) == [None, None]
    assert {("TCKZ", int(number)) for number in numbers} <= savings.neighbours.vouchers.box


async def so_far(savings, number):
    """The state of a transfer cheque, and what was done to it since it was sold."""
    rows = await savings.rows("SELECT state FROM savings.cheque WHERE kind = 'TCKZ' AND number = $1", number)
    done = await savings.rows("SELECT action FROM savings.cheque_event WHERE kind = 'TCKZ' AND number = $1 ORDER BY id", number)
    return rows[0].state, [row.action for row in done[1:]]


async def test_a_cheque_orders_a_movement_of_another_service(savings):
    """Used while the movement is under way, usable again if it is given up; given back, it may pay once more (IB 2293-2310, 2377)."""

    async def move(amount_minor, verb, status=200, **fields):
        cheque = {"kind": "TCKZ", "number": number, "gives_back": bool(fields.get("correction"))}
        body = movement(savings, account, 0, lines=[{"account": account, "amount_minor": amount_minor, "cheque": cheque}], **fields)
        answer = await pend(savings, body, status)
        if status == 200:
            assert (await so_far(savings, number))[0] == "used"
            await decide(savings, body, verb)
        return body["posting_id"] if status == 200 else answer["code"]

    account, other = await savings.current("1000.00"), await savings.current("1.00")
    [number] = await sold(savings, account, count=1)
    assert await move(-100_001, "post", 409) == "account.insufficient"
    await move(-40_000, "void")
    assert await so_far(savings, number) == ("unused", [])
    first = await move(-40_000, "post")
    assert await so_far(savings, number) == ("used", ["use"])
    assert await move(-1_00, "post", 409) == "cheque.state"
    await move(40_000, "void", correction=True, reverses=first)
    assert await so_far(savings, number) == ("used", ["use"])
    await move(40_000, "post", correction=True, reverses=first)
    assert await so_far(savings, number) == ("unused", ["use", "undo_use"])
    second = await move(-1_000, "post")
    await move(1_000, "post", correction=True, reverses=second)
    # A refused cheque is used and moves nothing.
    await move(0, "post")
    assert await so_far(savings, number) == ("used", ["use", "undo_use", "use", "undo_use", "use"])
    assert (await savings.panel(account, "K0211"))["balance"] == "1000.00"
    paid, after = [], {}
    while after is not None:
        listed = (await savings.ask("K0211", "transaction.cheque", number=number, limit=1, **after)).json()
        paid += [row["amount"] for row in listed["rows"]]
        after = {"after": listed["next"]} if listed["next"] else None
    assert paid == ["400.00", "10.00"]
    body = movement(savings, other, 0, lines=[{"account": other, "amount_minor": -1, "cheque": {"kind": "TCKZ", "number": number}}])
    assert (await pend(savings, body, 409))["code"] == "cheque.other_account"
