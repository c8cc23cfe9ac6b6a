"""Notice deposits paid out by themselves on the day a notice names; expectations worked by hand (2005-09-01 on: seven days' notice 1.62 %,
demand 0.72 %, tax 20 %; 60 days to 2005-10-31)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.savings import SavingsAlone

NOTIFY, WITHDRAW = "savings.notice.notify", "savings.notice.withdraw"
GIVEN, DUE = date(2005, 10, 24), date(2005, 10, 31)


async def deposit(bank: SavingsAlone, customer: str, amount: str, **fields: Any) -> str:
    body = {"customer_number": customer, "amount": amount, "withdrawal_mode": "C", "term": "107", **fields}
    return (await bank.result("S0211", "savings.notice.open", body))["account"]


async def with_payee(bank: SavingsAlone, amount: str) -> tuple[str, str]:
    """A notice deposit and a demand account with 100.00 of one customer."""
    customer = bank.customers.person()
    return await deposit(bank, customer, amount), await bank.demand("100.00", customer_number=customer)


async def announce(bank: SavingsAlone, account: str, payee: str | None, amount: str = "50000.00", teller: str = "S0211") -> dict[str, Any]:
    body = {"account": account, "amount": amount, "for_on": DUE.isoformat(), "to_account": payee}
    return await bank.result(teller, NOTIFY, body)


async def end_of(bank: SavingsAlone) -> list[dict[str, int]]:
    """The events of the day, asked for until they are done, and once more."""
    day = {"business_date": bank.business_date.isoformat()}
    assert (await bank.internal("POST", "/internal/day/close", day)).status_code == 200
    said: list[dict[str, int]] = []
    while len(said) < 2 or said[-2]["done"] < said[-2]["total"]:
        answer = await bank.internal("POST", "/internal/day/events", day)
        assert answer.status_code == 200 and len(said) < 50, answer.text
        said.append(answer.json())
    return said


async def outcome(bank: SavingsAlone, account: str) -> list[tuple[bool, str | None]]:
    """Whether each notice of an account was paid, or why not."""
    rows = await bank.rows("SELECT posting_id, problem FROM savings.notice_outcome WHERE account = $1 ORDER BY number", account)
    return [(row.posting_id is not None, row.problem) for row in rows]


async def balance(bank: SavingsAlone, account: str) -> str:
    return (await bank.panel(account))["balance"]


async def test_paid_once_on_its_day(bank: SavingsAlone) -> None:
    """50,000 x 60 x 1.62 % / 360 = 135.00, less 27.00."""
    account, payee = await with_payee(bank, "150000.00")
    await bank.open_day(GIVEN)
    assert (await announce(bank, account, payee))["to_account"] == payee
    await bank.open_day(date(2005, 10, 30))
    await end_of(bank)
    assert await balance(bank, account) == "150000.00"
    await bank.open_day(DUE)
    await end_of(bank)
    assert (await balance(bank, account), await balance(bank, payee)) == ("100000.00", "50208.00")
    assert await outcome(bank, account) == [(True, None)]
    sent = await bank.rows("SELECT convert_from(envelope, 'UTF8') AS said FROM savings.outbox WHERE message_id IN "
                           "(SELECT posting_id FROM savings.notice_outcome WHERE account = $1)", account)  # fmt: skip
    assert len(sent) == 1 and '"rule":"savings.notice.pay_out"' in sent[0].said
    [paid] = await bank.rows("SELECT interest_minor, tax_minor FROM savings.interest_paid WHERE account = $1", account)
    assert tuple(paid) == (135_00, 27_00)


async def test_less_than_the_minimum_is_not_left(bank: SavingsAlone) -> None:
    """Of 80,000, 50,000 as announced: 135.00; the other 30,000 at 0.72 %: 36.00; 171.00 less 34.20."""
    account, payee = await with_payee(bank, "80000.00")
    await bank.open_day(GIVEN)
    await announce(bank, account, payee)
    await bank.open_day(DUE)
    await end_of(bank)
    assert ((await bank.panel(account))["status"], await balance(bank, payee)) == ("closed", "80236.80")


async def test_what_stands_against_it_leaves_the_notice_unused(bank: SavingsAlone) -> None:
    frozen, payee = await with_payee(bank, "150000.00")
    fetched, other = await with_payee(bank, "150000.00")
    orphan, gone = await with_payee(bank, "150000.00")
    await bank.open_day(GIVEN)
    for account, to_account in ((frozen, payee), (fetched, other), (orphan, gone)):
        await announce(bank, account, to_account)
    await bank.open_day(DUE)
    await bank.run("S0211", "savings.account.freeze", {"account": frozen, "reason": "A", "until": DUE.isoformat()})
    await bank.run("S0211", WITHDRAW, {"account": fetched, "amount": "50000.00"})
    await bank.run("S0211", "savings.demand.close", {"account": gone})
    await end_of(bank)
    assert await outcome(bank, frozen) == [(False, "account.frozen")]
    assert await outcome(bank, fetched) == [(False, "notice.used")]
    assert await outcome(bank, orphan) == [(False, "account.status")]
    listed = (await bank.ask("S0211", "savings.notices", account=fetched)).json()["rows"]
    assert [(row["for_on"], row["amount"], row["to_account"], row["reason"]["zh"]) for row in listed] == [
        ("2005-10-31", "50000.00", other, "当日已在柜面支取,通知已使用")
    ]
    assert listed[0]["outcome"]["zh"] == "未转存"
    assert (await bank.ask("S0311", "savings.notices", account=fetched)).json()["rows"] == []
    assert [await balance(bank, account) for account in (frozen, fetched, orphan)] == ["150000.00", "100000.00", "150000.00"]


async def test_two_notices_of_a_day_and_portions(bank: SavingsAlone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice 50,108.00, one notice at a time."""
    monkeypatch.setattr("services.savings.notice_payments.PORTION", 1)
    account, payee = await with_payee(bank, "150000.00")
    await bank.open_day(GIVEN)
    await announce(bank, account, payee)
    await announce(bank, account, payee)
    await bank.open_day(DUE)
    said = await end_of(bank)
    assert said[0]["done"] < said[0]["total"]
    assert await outcome(bank, account) == [(True, None), (True, None)]
    assert (await balance(bank, account), await balance(bank, payee)) == ("50000.00", "100316.00")


async def test_an_organisation_is_paid_at_its_outlet(bank: SavingsAlone) -> None:
    """500,000 x 60 x 1.62 % / 360 = 1,350.00, untaxed."""
    current = await bank.current("1.00")
    body = {"customer_number": current[:10], "kind": "223", "account_flag": "4", "term": "107"}
    account = (await bank.result("K0211", "savings.corporate.pre_open", body))["account"]
    await bank.run("K0211", "savings.corporate_time.open_by_cash", {"account": account, "amount": "1000000.00"})
    away = await bank.current("1.00", teller="K0311", customer_number=current[:10])
    await bank.open_day(GIVEN)
    refused = {"account": account, "amount": "500000.00", "for_on": DUE.isoformat(), "to_account": away}
    assert (await bank.refuse("K0211", NOTIFY, refused, "account.other_outlet"))["field"] == "to_account"
    await announce(bank, account, current, "500000.00", "K0211")
    await bank.open_day(DUE)
    await end_of(bank)
    assert (await bank.panel(current, "K0211"))["balance"] == "501351.00"


async def test_to_whom_it_may_be_paid(bank: SavingsAlone) -> None:
    account, payee = await with_payee(bank, "150000.00")
    body = {"account": account, "amount": "50000.00", "for_on": DUE.isoformat()}
    for to_account, problem in (
        (account, "account.same"),
        (await bank.demand("1.00"), "notice.payee"),
        (await bank.current("1.00"), "account.wrong_kind"),
    ):
        assert (await bank.refuse("S0211", NOTIFY, {**body, "to_account": to_account}, problem))["field"] == "to_account"
    assert (await bank.result("S0211", NOTIFY, body))["to_account"] is None
