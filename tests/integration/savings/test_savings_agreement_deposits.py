"""协议存款: agreed on, changed and ended at the counter; both parts settled, also after a correction as of an earlier day."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest

SET, SETTLE, DEPOSIT = (f"savings.corporate.{verb}" for verb in ("set_agreement", "settle", "deposit_cash"))
UNTIL = "2006-09-01"


@pytest.mark.parametrize(
    ("change", "problem", "field"),
    [
        ({"base_amount": "499999.99"}, "agreement.base_too_small", "base_amount"),
        ({"base_amount": "-1.00"}, "agreement.base_too_small", "base_amount"),
        ({"base_amount": "500000.001"}, "amount.too_many_decimals", "base_amount"),
        ({"matures_on": "2006-09-02"}, "agreement.maturity", "matures_on"),
        ({"matures_on": "2005-09-01"}, "agreement.maturity", "matures_on"),
        ({"matures_on": None}, "agreement.incomplete", "matures_on"),
        ({"base_amount": "0.00"}, "agreement.none", "account"),
        ({"base_amount": None}, "agreement.none", "account"),
        ({"rate": "1,44"}, "request.invalid", "rate"),
    ],
)
async def test_what_is_refused(savings, change, problem, field):
    account = await savings.current("1000.00")
    body = {"account": account, "base_amount": "500000.00", "matures_on": UNTIL, **change}
    assert (await savings.refuse("K0211", SET, body, problem))["field"] == field


async def test_which_accounts_and_who(savings):
    body = {"base_amount": "500000.00", "matures_on": UNTIL}
    account = await savings.current()
    await savings.refuse("K0311", SET, {**body, "account": account}, "account.other_outlet")
    await savings.refuse("S0211", SET, {**body, "account": account}, "right.missing")
    await savings.refuse("K0211", SET, {**body, "account": await savings.demand()}, "account.wrong_kind")
    for idle in ({"interest_bearing": False}, {"kind": "260", "account_flag": "3"}):
        await savings.refuse("K0211", SET, {**body, "account": await savings.current(**idle)}, "agreement.no_interest")
    await savings.run("K0211", SETTLE, {"account": account})
    await savings.run("K0211", SET, {**body, "account": await savings.current(None)})


async def test_agreed_changed_and_ended(savings):
    """The base may be above the balance (IB 3972)."""
    account = await savings.current("1000.00")
    body = {"account": account, "base_amount": "500000.00", "matures_on": UNTIL}
    receipt = await savings.run("K0211", SET, body, key="once")
    assert receipt["entries"] == []
    assert receipt["result"] == {
        "account": account,
        "base_amount": "500000.00",
        "rate": "1.44",
        "agreed_from": "2005-09-01",
        "matures_on": UNTIL,
    }
    assert (await savings.run("K0211", SET, body, key="once"))["result"] == receipt["result"]
    assert len(await savings.rows("SELECT 1 FROM savings.deposit_agreement WHERE account = $1", account)) == 1
    await savings.run("K0211", SET, {**body, "base_amount": "800000.00", "rate": "1.6", "matures_on": "2006-03-01"})
    assert (await savings.panel(account, "K0211"))["agreement"] == {
        "base_amount": "800000.00",
        "rate": "1.6",
        "agreed_from": "2005-09-01",
        "matures_on": "2006-03-01",
    }
    assert (await savings.result("K0211", SET, {"account": account, "base_amount": "0"}))["ended_on"] == "2005-09-01"
    assert "agreement" not in await savings.panel(account, "K0211")
    await savings.refuse("K0211", SET, {"account": account}, "agreement.none")


async def test_of_ten_who_end_it_one_does(savings):
    account = await savings.current("1000.00")
    await savings.run("K0211", SET, {"account": account, "base_amount": "500000.00", "matures_on": UNTIL})
    answers = await asyncio.gather(*(savings.send("K0211", SET, {"account": account}) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9


async def test_settling_pays_both_parts_as_they_are_after_a_correction(savings):
    """800,000 from the 1st, 200,000 more on the 5th; on the 11th 100,000 are taken back as of the 3rd. Days x balance: 2 x 800,000,
    2 x 700,000, 6 x 900,000 = 8,400,000, of which above 500,000: 600,000 + 400,000 + 2,400,000 = 3,400,000. 5,000,000 at 0.72 %:
    100.000; 3,400,000 at 1.44 %: 136.000."""
    account = await savings.current("800000.00")
    await savings.run("K0211", SET, {"account": account, "base_amount": "500000.00", "matures_on": UNTIL})
    await savings.open_day(date(2005, 9, 5))
    await savings.run("K0211", DEPOSIT, {"account": account, "amount": "200000.00"})
    await savings.open_day(date(2005, 9, 11))
    posting = str(uuid4())
    body = {
        "posting_id": posting,
        "initiator": "ledger",
        "transaction_code": "ledger.correct.wrong_account",
        "business_date": "2005-09-11",
        "value_date": "2005-09-03",
        "currency": "CNY",
        "counter_outlet": "0201",
        "teller": "K0211",
        "correction": True,
        "lines": [{"account": account, "amount_minor": -100_000_00, "summary": "串户"}],
    }
    assert (await savings.internal("POST", "/internal/movements", body)).status_code == 200
    decided = {"state": "posted", "transaction_number": "02015000001"}
    assert (await savings.internal("POST", f"/internal/movements/{posting}/post", decided)).status_code == 200
    assert (await savings.result("K0211", SETTLE, {"account": account}))["interest"] == "236.00"
    headers = {"Authorization": f"Bearer {savings.token('K0211')}"}
    sheet = (await savings.client.get("/reports/deposit_interest", params={"account": account}, headers=headers)).json()
    assert [(row["products"], row["rate"], row["segment_interest"]) for row in sheet["rows"]] == [
        ("5000000.00", "0.72", "100.000"),
        ("3400000.00", "1.44", "136.000"),
    ]
    assert sheet["totals"]["interest"] == "236.00"


async def test_the_products_show_what_both_parts_have_earned(savings):
    """800,000.00 for ten days: 500,000 at 0.72 % are 100.00, 300,000 at 1.44 % are 120.00."""
    today = savings.business_date
    account = await savings.current("800000.00")
    until = today.replace(year=today.year + 1).isoformat()
    await savings.run("K0211", SET, {"account": account, "base_amount": "500000.00", "matures_on": until})
    await savings.open_day(today + timedelta(days=10))
    [row] = (await savings.ask("K0211", "account.products", account=account)).json()["rows"]
    assert (row["products"], row["days"], row["interest"]) == ("8000000.00", 10, "220.00")
