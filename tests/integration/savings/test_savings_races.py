"""Ten callers at once: the last balance is paid once, a key has one effect, a closed account takes nothing, no fen is lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

DEPOSIT, WITHDRAW, CLOSE = (f"savings.demand.{verb}" for verb in ("deposit", "withdraw", "close"))


async def lines_of(savings, account):
    return await savings.rows(
        "SELECT line, amount_minor, balance_after_minor FROM savings.account_line WHERE account = $1 ORDER BY line", account
    )


def check_chain(lines, balance_minor):
    """Lines are numbered without a gap, every balance follows from the one before, the last is the account's."""
    running = 0
    for number, (line, amount_minor, after_minor) in enumerate(lines, start=1):
        running += amount_minor
        assert (line, after_minor) == (number, running)
    assert running == balance_minor


async def test_the_last_balance_is_paid_once(savings):
    account = await savings.demand("100.00")
    answers = await asyncio.gather(*(savings.send("S0211", WITHDRAW, {"account": account, "amount": "100.00"}) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"account.insufficient"}
    check_chain(await lines_of(savings, account), 0)


async def test_one_key_has_one_effect_and_one_receipt(savings):
    account = await savings.demand("100.00")
    body = {"account": account, "amount": "10.00"}
    answers = await asyncio.gather(*(savings.send("S0211", WITHDRAW, body, key="one-key-for-ten") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(await lines_of(savings, account)) == 2
    assert (await savings.panel(account))["balance"] == "90.00"
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "11.00"}, "idempotency.key_reused", key="one-key-for-ten")


async def test_closing_races_deposits(savings):
    account = await savings.demand("100.00")
    asked = [savings.send("S0211", DEPOSIT, {"account": account, "amount": "1.00"}) for _ in range(6)]
    asked.insert(3, savings.send("S0211", CLOSE, {"account": account}))
    answers = await asyncio.gather(*asked)
    closing = answers.pop(3)
    assert closing.status_code == 200
    taken = sum(answer.status_code == 200 for answer in answers)
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} <= {"account.status"}
    assert closing.json()["result"]["principal"] == f"{100 + taken}.00"
    check_chain(await lines_of(savings, account), 0)


async def test_transfers_in_both_directions_do_not_lock_each_other_out(savings):
    one, two = await savings.demand("100.00"), await savings.demand("100.00")
    pairs = [(one, two), (two, one)] * 5
    asked = (
        savings.send("S0211", DEPOSIT, {"account": to, "amount": "7.00", "settlement": "transfer", "counter_account": source})
        for source, to in pairs
    )
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert [(await savings.panel(account))["balance"] for account in (one, two)] == ["100.00", "100.00"]


async def test_racing_openings_of_one_customer_get_different_numbers(savings):
    customer = savings.customers.person()
    opened = await asyncio.gather(*(savings.demand("1.00", customer_number=customer) for _ in range(8)))
    assert len(set(opened)) == 8
    assert {account[10:14] for account in opened} == {f"{n:04d}" for n in range(1, 9)}


async def test_racing_basic_accounts_leave_one(savings):
    body = {"customer_number": savings.customers.organisation(), "kind": "201", "account_flag": "0", "interest_bearing": True}
    answers = await asyncio.gather(*(savings.send("K0211", "savings.corporate.pre_open", body) for _ in range(6)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}


async def test_money_in_is_money_out_and_balance(savings):
    """A hundred movements of any kind at once: what was taken in is what was paid out and what the accounts hold."""
    chance = random.Random(20050901)
    accounts = [await savings.demand("50.00") for _ in range(4)]
    asked, wanted = [], []
    for _ in range(100):
        account, other = chance.sample(accounts, 2)
        amount = chance.randint(1, 9_000)
        body = {"account": account, "amount": f"{amount // 100}.{amount % 100:02d}"}
        code = chance.choice((DEPOSIT, WITHDRAW))
        by_transfer = chance.random() < 0.3
        if by_transfer:
            body |= {"settlement": "transfer", "counter_account": other}
        asked.append(savings.send("S0211", code, body))
        wanted.append(0 if by_transfer else amount if code == DEPOSIT else -amount)
    answers = []
    for start in range(0, len(asked), 20):
        answers += await asyncio.gather(*asked[start : start + 20])
    assert {answer.status_code for answer in answers} <= {200, 409}
    net_minor = sum(amount for answer, amount in zip(answers, wanted, strict=True) if answer.status_code == 200)
    balances = []
    for account in accounts:
        [[balance_minor]] = await savings.rows("SELECT balance_minor FROM savings.account WHERE account = $1", account)
        check_chain(await lines_of(savings, account), balance_minor)
        balances.append(balance_minor)
    assert sum(balances) == 4 * 5_000 + net_minor
    assert all(balance >= 0 for balance in balances)
