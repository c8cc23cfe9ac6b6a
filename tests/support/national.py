"""A bank with companies that pay and are paid over national inter-bank business, and a front end that a test speaks for."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Raw

from contracts.message import Envelope, Message
from contracts.national import NationalInward, NationalPayment
from contracts.topology import routing_key
from kernel.clock import SystemClock
from launch.demo import BUSINESS_DATE
from runtime.bus import Bundle
from runtime.identifiers import new_id
from tests.support.bank import TestBank
from tests.support.waiting import until

ENTER, CHECK, CANCEL = (f"clearing.national.outward_{act}" for act in ("enter", "check", "cancel"))
CLEAR, PRINT, SORT = (f"clearing.national.{act}" for act in ("clear_suspense", "print_inward", "inward"))
SUSPENSE_CODE = "263"
_companies = itertools.count(1)


async def company(bank: TestBank, name: str, teller: str = "K0211", amount: str = "100000.00") -> str:
    """A company with a current account of this balance at the teller's outlet; the account."""
    number = next(_companies)
    identity = {"nature": "006", "id_type": "G", "id_number": f"4403011{number:08d}", "address": "深圳路1号", "phone": "07551234567"}
    customer = (await bank.run(teller, "customer.corporate.open", {"name": name, **identity}))["result"]["customer_number"]
    opening = {"customer_number": customer, "kind": "201", "account_flag": "0", "interest_bearing": True}
    account = (await bank.run(teller, "savings.corporate.pre_open", opening))["result"]["account"]
    await bank.run(teller, "savings.corporate.deposit_cash", {"account": account, "amount": amount})
    return account


def order(account: str, amount: str = "5000.00", **changes: Any) -> dict[str, Any]:
    """A payment order to another bank."""
    to = {"receiving_bank": "102100", "payee_account": "6222000011112222", "payee_name": "上海纺织厂"}
    return {"kind": "transfer", "account": account, "amount": amount, **to, **changes}


def elements(order: dict[str, Any]) -> dict[str, Any]:
    """What the checker of an order enters again."""
    return {name: order[name] for name in ("account", "amount", "receiving_bank", "payee_account", "payee_name")}


def inward(
    sequence: int, account: str, name: str, *, minor: int = 100_00, bank: str = "310201", day: date = BUSINESS_DATE
) -> NationalInward:
    """An inward item."""
    payment = NationalPayment(
        kind="transfer",
        sending_bank="102100",
        receiving_bank=bank,
        payer_account="6222000011112222",
        payer_name="上海纺织厂",
        payee_account=account,
        payee_name=name,
        amount_minor=minor,
        purpose="货款",
    )
    return NationalInward(business_date=day, sequence=sequence, payment=payment)


async def say(bank: TestBank, *messages: Message, message_id: UUID | None = None) -> None:
    """The front end says these to the bank, one after the other; they are written down when this returns."""
    for message in messages:
        await bank.bank.bus.publish(Bundle(routing_key(message), (letter(message, message_id),)))


def letter(message: Message, message_id: UUID | None = None) -> bytes:
    """A message in its envelope."""
    body = Raw(message.model_dump_json())
    envelope = Envelope(id=message_id or new_id(), name=message.NAME, business_date=None, occurred_at=SystemClock().now(), body=body)
    return envelope.encode()


async def opened(bank: TestBank) -> None:
    """Wait until business of the date is open."""

    async def is_open() -> bool:
        return bool(await bank.sql("SELECT 1 FROM clearing.national_link WHERE opened_at IS NOT NULL"))

    await until(is_open, "the front end opens the date")


async def outward_state(bank: TestBank, submission: str, wanted: str) -> dict[str, Any]:
    """Wait until an outward item is in a state; the item as listed."""
    rows: list[dict[str, Any]] = []

    async def reached() -> bool:
        rows[:] = (await bank.ask("K0009", "clearing.national_outward", submission=submission))["rows"]
        return bool(rows) and rows[0]["state"] == wanted

    await until(reached, f"outward item {submission} is {wanted}")
    return rows[0]


async def inward_state(bank: TestBank, sequence: int, wanted: str, day: date = BUSINESS_DATE) -> dict[str, Any]:
    """Wait until an inward item is in a state; the item as listed."""
    rows: list[dict[str, Any]] = []
    asked = {"sequence": str(sequence), "date_from": day.isoformat(), "date_to": day.isoformat()}

    async def reached() -> bool:
        rows[:] = (await bank.ask("K0009", "clearing.national_inward", **asked))["rows"]
        return bool(rows) and rows[0]["state"] == wanted

    await until(reached, f"inward item {sequence} is {wanted}")
    return rows[0]


async def balance(bank: TestBank, account: str) -> tuple[str, str]:
    """Balance and what of it is free, once nothing is on its way."""
    headers = {"Authorization": f"Bearer {await bank.sign_on('K0009')}"}
    panel = (await bank.client.get(f"/api/accounts/{account}", headers=headers)).json()
    return panel["balance"], panel["available"]


async def suspense_agrees(bank: TestBank) -> None:
    """26203 of every department is what its open items come to."""
    await bank.settle()
    ledger = await bank.sql(
        "SELECT substr(account, 2, 4) AS outlet, -balance_minor AS minor FROM ledger.account WHERE substr(account, 8, 3) = $1 "
        "AND balance_minor <> 0 ORDER BY 1",
        SUSPENSE_CODE,
    )
    items = await bank.sql(
        "SELECT outlet, sum(amount_minor)::bigint AS minor FROM clearing.national_suspense WHERE cleared_on IS NULL GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in ledger] == [tuple(row) for row in items]
