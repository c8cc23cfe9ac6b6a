"""Wrong passwords: counted for good, one at a time, and the lock until the next business date (IB 417)."""

from __future__ import annotations

import asyncio
from datetime import date

DEPOSIT, WITHDRAW, CLOSE = (f"savings.demand.{verb}" for verb in ("deposit", "withdraw", "close"))
RIGHT, WRONG = "246810", "135790"


async def attempts_of(savings, customer):
    rows = await savings.rows("SELECT attempts FROM savings.wrong_password WHERE customer_number = $1", customer)
    return [attempts for [attempts] in rows]


async def test_five_wrong_passwords_lock_all_accounts_until_the_next_date(savings):
    customer = savings.customers.person()
    first = await savings.demand(withdrawal_mode="A", password=RIGHT, customer_number=customer)
    second = await savings.demand(withdrawal_mode="C", customer_number=customer)
    body = {"account": first, "amount": "1.00", "password": WRONG}
    for left in (4, 3, 2):
        problem = await savings.refuse("S0211", WITHDRAW, body, "password.wrong")
        assert problem["field"] == "password" and str(left) in problem["message"]["en"]
    await savings.run("S0211", WITHDRAW, {**body, "password": RIGHT})
    await savings.refuse("S0211", CLOSE, {"account": first, "password": WRONG}, "password.wrong")
    await savings.refuse("S0211", WITHDRAW, body, "customer.locked")
    await savings.refuse("S0211", WITHDRAW, {**body, "password": RIGHT}, "customer.locked")
    await savings.refuse("S0211", WITHDRAW, {"account": second, "amount": "1.00"}, "customer.locked")
    await savings.run("S0211", DEPOSIT, {"account": first, "amount": "1.00"})
    assert await attempts_of(savings, customer) == [5]
    await savings.open_day(date(2005, 9, 2))
    await savings.run("S0211", WITHDRAW, {**body, "password": RIGHT})
    await savings.run("S0211", WITHDRAW, {"account": second, "amount": "1.00"})


async def test_racing_guesses_get_no_attempt_more(savings):
    customer = savings.customers.person()
    accounts = [await savings.demand(withdrawal_mode="A", password=RIGHT, customer_number=customer) for _ in range(3)]
    guesses = [{"account": accounts[n % 3], "amount": "1.00", "password": f"{n:06d}"} for n in range(12)]
    answers = await asyncio.gather(*(savings.send("S0211", WITHDRAW, body) for body in guesses))
    codes = sorted(answer.json()["code"] for answer in answers)
    assert codes == ["customer.locked"] * 8 + ["password.wrong"] * 4
    assert await attempts_of(savings, customer) == [5]


async def test_a_preview_does_not_tell_right_from_wrong(savings):
    account = await savings.demand(withdrawal_mode="A", password=RIGHT)
    answers = [
        await savings.preview("S0211", WITHDRAW, {"account": account, "amount": "1.00", "password": password})
        for password in (RIGHT, WRONG)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await attempts_of(savings, account[:10]) == []


async def test_a_misspelt_password_is_no_attempt(savings):
    account = await savings.demand(withdrawal_mode="A", password=RIGHT)
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "1.00", "password": "12345"}, "password.malformed")
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "1.00"}, "password.required")
    assert await attempts_of(savings, account[:10]) == []


async def test_the_balance_is_not_told_before_the_password(savings):
    account = await savings.demand("10.00", withdrawal_mode="A", password=RIGHT)
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "11.00", "password": WRONG}, "password.wrong")
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "11.00", "password": RIGHT}, "account.insufficient")


async def test_the_paying_account_of_an_opening_has_its_own_password(savings):
    payer = await savings.demand(withdrawal_mode="A", password=RIGHT)
    body = {"settlement": "transfer", "counter_account": payer, "withdrawal_mode": "A", "password": "000000"}
    fields = {
        "customer_number": savings.customers.person(),
        "instrument": "passbook",
        "currency": "CNY",
        "amount": "5.00",
        "cross_outlet": False,
    }
    problem = await savings.refuse("S0211", "savings.demand.open", {**body, **fields}, "password.required")
    assert problem["field"] == "counter_password"
    problem = await savings.refuse("S0211", "savings.demand.open", {**body, **fields, "counter_password": WRONG}, "password.wrong")
    assert problem["field"] == "counter_password"
    await savings.run("S0211", "savings.demand.open", {**body, **fields, "counter_password": RIGHT})
