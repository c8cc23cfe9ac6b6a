"""National inter-bank business while everything goes wrong: the front end loses, repeats and reorders, the process dies at every step.
Each item is posted once, and 26203 is what its open items come to."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from banking import execution, movements, register
from contracts.message import Message
from contracts.national import (
    TO_PEER,
    NationalAnswered,
    NationalInward,
    NationalOpened,
    NationalOutward,
    NationalRepeatAsked,
    NationalSignedOn,
)
from contracts.topology import queue_named
from launch.demo import BUSINESS_DATE
from runtime.bus import Delivery, Subscription
from runtime.identifiers import new_id
from services.clearing.national_inward import bell
from tests.support.bank import TestBank, running_bank, test_settings
from tests.support.national import (
    CHECK,
    CLEAR,
    ENTER,
    SORT,
    balance,
    company,
    elements,
    inward,
    inward_state,
    opened,
    order,
    outward_state,
    say,
    suspense_agrees,
    until,
)

NEXT = BUSINESS_DATE + timedelta(days=1)
NAMES = {message.NAME: message for message in TO_PEER}
DEATHS = (
    ("/internal/accounts/", False),
    ("/internal/movements", False),
    ("/internal/movements", True),
    ("/post", False),
    ("/post", True),
)
"""Calls of sorting before or after which the process dies: while it looks, around the money being held, and being moved."""


class Crash(BaseException):
    """The process dies here."""


class FrontEnd:
    """What the bank said to the front end, which says nothing by itself."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    async def process(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        self.heard += [NAMES[each.envelope.name].model_validate_json(bytes(each.envelope.body)) for each in deliveries]
        return ()

    async def park(self, payload: bytes, reason: str, attempts: int) -> None:
        raise AssertionError(reason)

    def said(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.heard if isinstance(message, kind)]


@pytest.fixture(scope="module")
async def front_end() -> FrontEnd:
    return FrontEnd()


@pytest.fixture(scope="module")
async def bank(bank_template: Any, front_end: FrontEnd) -> AsyncIterator[TestBank]:
    """The demo bank with a front end that a test speaks for; who asks about undecided movements asks soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(movements, "ASK_AFTER_SECONDS", 1)
        patch.setattr(register, "UNHELD_SECONDS", 1)
        async with running_bank(bank_template, settings=test_settings(national_peer="bus")) as running:
            queue = queue_named("peer.national")
            await running.bank.bus.subscribe(Subscription(queue, front_end.process, front_end.park))
            await signed_on(front_end, BUSINESS_DATE)
            await say(running, NationalOpened(business_date=BUSINESS_DATE, inward_sent=0))
            await opened(running)
            yield running


async def signed_on(front_end: FrontEnd, day: date) -> None:
    async def has() -> bool:
        return any(message.business_date == day for message in front_end.said(NationalSignedOn))

    await until(has, f"the bank signs on for {day}")


async def reborn(bank: TestBank) -> None:
    """What of the clearing process ran in the background begins anew, as after a start."""
    clearing = bank.bank.applications["clearing"]
    await clearing.runner.stop()
    bell(clearing.resources).set()
    await clearing.runner.start()


async def sorted_all(bank: TestBank) -> None:
    async def none_waits() -> bool:
        return not await bank.sql("SELECT 1 FROM clearing.national_inward WHERE state = 'received'")

    await until(none_waits, "everything is sorted")


async def nothing_undecided(bank: TestBank) -> None:
    async def decided() -> bool:
        return not await bank.sql("SELECT 1 FROM savings.movement WHERE state = 'pending'")

    await until(decided, "savings has nothing undecided")


async def posted_once(bank: TestBank, items: int) -> None:
    """Every item has one set in the journal, and no set stands there for nothing."""
    await bank.settle()
    rows = await bank.sql(
        "SELECT (SELECT count(*) FROM clearing.national_inward) AS items, "
        "(SELECT count(*) FROM clearing.national_inward AS i JOIN ledger.posting_set AS s USING (posting_id)) AS posted, "
        "(SELECT count(*) FROM ledger.posting_set WHERE rule IN ('clearing.national.inward', 'clearing.national.suspend')) AS sets"
    )
    assert tuple(rows[0]) == (items, items, items)


async def test_each_item_is_posted_once(bank: TestBank, front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(20050901)
    right, other = await company(bank, "东方商贸公司"), await company(bank, "西方机械厂", teller="K0311")
    items = []
    for sequence in range(1, 41):
        account, name, bank_number = chance.choice(
            [
                (right, "东方商贸公司", "310201"),
                (right, "东方商贸公司", "310201"),
                (other, "西方机械厂", "310301"),
                (other, "西方机器厂", "310301"),
                ("12345", "无名", "310202"),
                (right, "东方商贸公司", "310999"),
            ]
        )
        items.append(inward(sequence, account, name, minor=sequence * 100, bank=bank_number))
    lost = {7, 8, 23, 40}
    coming = [item for item in items if item.sequence not in lost]
    stream = [*coming, *chance.sample(coming, 15)]
    chance.shuffle(stream)

    deaths, call = list(DEATHS) * 2, bank.bank.transport.call
    died: list[tuple[str, bool]] = []

    async def dying(service: str, method: str, path: str, **content: Any) -> Any:
        first = deaths[0] if deaths and service == "savings" and deaths[0][0] in path else None
        if first is not None and not first[1]:
            died.append(deaths.pop(0))
            raise Crash
        answer = await call(service, method, path, **content)
        if first is not None and deaths and deaths[0] is first:
            died.append(deaths.pop(0))
            raise Crash
        return answer

    monkeypatch.setattr(bank.bank.transport, "call", dying)
    twice = new_id()
    await say(bank, stream[0], message_id=twice)
    await until(partial(_grown, died, 1), "sorting dies over the first item: what comes now is only written down")
    await say(bank, *stream)
    await say(bank, stream[0], message_id=twice)
    for lives in range(2, len(DEATHS) * 2 + 1):
        await reborn(bank)
        await until(partial(_grown, died, lives), f"death number {lives}")
    monkeypatch.undo()
    await reborn(bank)
    await sorted_all(bank)
    await posted_once(bank, len(coming))
    await suspense_agrees(bank)

    missing = [row["sequence"] for row in (await bank.ask("K0009", "clearing.national_gaps"))["rows"]]
    assert missing == [7, 8, 23], "the last one is not known to be missing yet"
    await say(bank, NationalOpened(business_date=BUSINESS_DATE, inward_sent=40))
    receipt = await bank.run("S0009", SORT, {})
    assert receipt["result"]["missing"] == 4

    async def asked() -> bool:
        return lost <= {number for message in front_end.said(NationalRepeatAsked) for number in message.sequences}

    await until(asked, "the bank asks for what is missing")
    late = [item for item in items if item.sequence in lost]
    await say(bank, *late[1:], *late[1:])
    await sorted_all(bank)
    await nothing_undecided(bank)
    await posted_once(bank, 39)
    await suspense_agrees(bank)
    paid = {account: sum(i.payment.amount_minor for i in items if _pays(i, account, name)) for account, name in _people(right, other)}
    paid[right] -= 700 if _pays(items[6], right, "东方商贸公司") else 0
    paid[other] -= 700 if _pays(items[6], other, "西方机械厂") else 0
    for account, minor in paid.items():
        assert await balance(bank, account) == (f"{100000 + minor // 100}.00",) * 2

    # The next date: yesterday's messages come again, and the one that was lost comes at last.
    assert (await bank.day_end())["state"] == "done"
    await signed_on(front_end, NEXT)
    await say(bank, *coming[:10], *late, NationalOpened(business_date=NEXT, inward_sent=0))
    await sorted_all(bank)
    await posted_once(bank, 40)
    await suspense_agrees(bank)
    item = await inward_state(
        bank, 7, "posted" if _pays(items[6], right, "东方商贸公司") or _pays(items[6], other, "西方机械厂") else "suspended"
    )
    assert item["posted_on"] == NEXT.isoformat(), "what comes late is posted on the date it comes"
    assert (await bank.ask("K0009", "clearing.national_gaps"))["rows"] == []


def _people(right: str, other: str) -> list[tuple[str, str]]:
    return [(right, "东方商贸公司"), (other, "西方机械厂")]


def _pays(item: NationalInward, account: str, name: str) -> bool:
    """Whether all three elements of an item are those of an account of the test."""
    payment = item.payment
    return (payment.payee_account, payment.payee_name) == (account, name) and payment.receiving_bank in ("310201", "310301")


async def _grown(died: list[Any], deaths: int) -> bool:
    return len(died) >= deaths


async def parked(bank: TestBank, code: str) -> int:
    return (await bank.sql("SELECT count(*) AS n FROM clearing.parked WHERE code = $1", code))[0]["n"]


async def test_a_number_used_for_something_else_is_kept_for_an_operator(bank: TestBank) -> None:
    day = date(2005, 8, 31)
    await say(bank, inward(1, "11111", "甲", day=day))
    await say(bank, inward(1, "11111", "乙", day=day))
    assert await parked(bank, "clearing.national.sequence_reused") == 1
    await say(bank, inward(30_000, "11111", "甲", day=day))
    assert await parked(bank, "clearing.national.sequence_jump") == 1
    await inward_state(bank, 1, "suspended", day)
    await suspense_agrees(bank)


async def test_answers_late_twice_and_out_of_order(bank: TestBank, front_end: FrontEnd) -> None:
    account = await company(bank, "海外商贸公司")

    async def sent(amount: str) -> NationalOutward:
        body = order(account, amount)
        await bank.run("K0211", ENTER, body)
        await bank.run("K0212", CHECK, elements(body), second="K0219")

        async def arrived() -> bool:
            return any(item.payment.amount_minor == int(float(amount) * 100) for item in front_end.said(NationalOutward))

        await until(arrived, "the item reaches the front end")
        return front_end.said(NationalOutward)[-1]

    def answer(item: NationalOutward, outcome: Any) -> NationalAnswered:
        return NationalAnswered(business_date=item.business_date, sequence=item.sequence, outcome=outcome, reason="账户不存在")

    confirmed, rejected = await sent("300.00"), await sent("400.00")
    assert rejected.sequence == confirmed.sequence + 1
    await say(bank, answer(confirmed, "confirmed"), answer(confirmed, "taken"), answer(confirmed, "confirmed"))
    rows = (await bank.ask("K0009", "clearing.national_outward", state="confirmed"))["rows"]
    assert [row["sequence"] for row in rows] == [confirmed.sequence]
    await say(bank, answer(confirmed, "rejected"))
    assert await parked(bank, "clearing.national.outward_state") == 1

    await say(bank, *(answer(rejected, "rejected") for _ in range(3)), answer(rejected, "taken"))
    [row] = (await bank.ask("K0009", "clearing.national_outward", outlet="0201"))["rows"][:1]
    await outward_state(bank, row["submission"], "refunded")
    await say(bank, answer(rejected, "rejected"))
    await nothing_undecided(bank)
    assert await balance(bank, account) == ("99700.00", "99700.00"), "one is gone, the other came back once"
    await say(bank, NationalAnswered(business_date=NEXT, sequence=999, outcome="confirmed"))
    assert await parked(bank, "clearing.national.answer_unknown") == 1


async def test_an_entry_or_a_check_that_dies_half_way(bank: TestBank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the commit nothing was entered, and the money is let go; after it the item is checked, and the money goes."""
    account = await company(bank, "中途商贸公司")
    body, call = order(account, "600.00"), bank.bank.transport.call

    async def dies_at(path: str, *, after: bool, teller: str, code: str, sent: dict[str, Any], **options: Any) -> None:
        async def dying(service: str, method: str, asked: str, **content: Any) -> Any:
            fatal = service == "savings" and asked.endswith(path)
            if fatal and not after:
                raise Crash
            answer = await call(service, method, asked, **content)
            if fatal:
                raise Crash
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(bank.bank.transport, "call", dying)
            patch.setattr(execution, "_give_up", _nobody_is_left)
            with pytest.raises(Crash):
                await bank.send(teller, code, sent, **options)

    await dies_at("/internal/movements", after=True, teller="K0211", code=ENTER, sent=body, key="dies-entering")
    assert await balance(bank, account) == ("100000.00", "99400.00"), "savings holds the money of an item that nobody entered"
    await nothing_undecided(bank)
    assert await balance(bank, account) == ("100000.00", "100000.00")
    await bank.refuse("K0212", CHECK, elements(body), "clearing.national.no_match", second="K0219")

    await bank.run("K0211", ENTER, body, key="dies-entering")
    await dies_at("/post", after=False, teller="K0212", code=CHECK, sent=elements(body), second="K0219", key="dies-checking")
    receipt = await bank.run("K0212", CHECK, elements(body), second="K0219", key="dies-checking")
    await nothing_undecided(bank)
    assert await balance(bank, account) == ("99400.00", "99400.00")
    [line] = await bank.sql("SELECT count(*) AS n FROM savings.account_line WHERE posting_id = $1", UUID(receipt["posting_id"]))
    assert line["n"] == 1


async def _nobody_is_left(*_: Any) -> None:
    """A process that died tidies nothing up."""


async def test_a_refund_to_an_account_that_is_closed_and_a_return_that_is_rejected(bank: TestBank, front_end: FrontEnd) -> None:
    account = await company(bank, "过路商贸公司", amount="500.00")
    body = order(account, "500.00")
    submission = (await bank.run("K0211", ENTER, body))["result"]["submission"]
    await bank.run("K0212", CHECK, elements(body), second="K0219")

    async def arrived() -> bool:
        return any(item.payment.payer_account == account for item in front_end.said(NationalOutward))

    await until(arrived, "the item reaches the front end")
    await nothing_undecided(bank)
    await bank.run("K0211", "savings.corporate.settle", {"account": account})
    item = front_end.said(NationalOutward)[-1]
    await say(bank, NationalAnswered(business_date=NEXT, sequence=item.sequence, outcome="rejected", reason="无此行"))
    await outward_state(bank, submission, "suspended")
    await suspense_agrees(bank)
    rows = (await bank.ask("K0209", "clearing.national_suspense", outlet="0200"))["rows"]
    refund = next(row for row in rows if row["outward_submission"] == submission)
    assert (refund["amount"], refund["reason"]["en"]) == ("500.00", "an outward item was rejected, and the payer's account takes no money")
    await bank.refuse("K0201", CLEAR, {"number": refund["number"], "way": "return"}, "clearing.national.not_returnable", second="K0202")
    heir = await company(bank, "承继商贸公司")
    pay = {"number": refund["number"], "way": "pay", "account": heir, "name": "承继商贸公司"}
    await bank.run("K0201", CLEAR, pay, second="K0202")
    await outward_state(bank, submission, "refunded")

    stray = next(row for row in rows if row["inward_on"])
    back = await bank.run("K0201", CLEAR, {"number": stray["number"], "way": "return", "purpose": "户名不符"}, second="K0202")
    await suspense_agrees(bank)

    async def returned() -> bool:
        return any(item.payment.kind == "return" for item in front_end.said(NationalOutward))

    await until(returned, "the return reaches the front end")
    sent_back = next(item for item in front_end.said(NationalOutward) if item.payment.kind == "return")
    assert sent_back.sequence == back["result"]["sequence"]
    assert sent_back.payment.returns.sequence == stray["inward_sequence"]
    await say(bank, NationalAnswered(business_date=NEXT, sequence=sent_back.sequence, outcome="rejected"))
    await outward_state(bank, back["result"]["submission"], "refunded")
    await inward_state(bank, stray["inward_sequence"], "suspended", date.fromisoformat(stray["inward_on"]))
    open_again = (await bank.ask("K0209", "clearing.national_suspense", outlet="0200"))["rows"]
    assert [row["reason"]["en"] for row in open_again if row["inward_sequence"] == stray["inward_sequence"]] == ["the return was rejected"]
    await suspense_agrees(bank)
    assert (await bank.day_end())["state"] == "done"
    await suspense_agrees(bank)
