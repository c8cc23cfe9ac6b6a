"""Passwords set and changed, terms of accounts maintained, dormant accounts: with history, approval and refusals."""

from __future__ import annotations

from tests.support.savings import DOCUMENT

DEPOSIT, WITHDRAW = (f"savings.demand.{verb}" for verb in ("deposit", "withdraw"))
CHANGE, SET = "savings.password.change", "savings.password.set"
OLD, NEW = "246810", "135790"
SHOWN = {"id_type": "A", "id_number": DOCUMENT}


async def changes_of(savings, account):
    """Code, field, before, after, approver of every change of the account, in order."""
    rows = await savings.rows(
        "SELECT code, field, before, after, second FROM savings.account_change WHERE account = $1 ORDER BY change", account
    )
    return [tuple(row) for row in rows]


def withdrawal(account, password=None):
    return {"account": account, "amount": "1.00"} | ({"password": password} if password else {})


async def test_a_customer_changes_the_password_against_the_old_one(savings):
    account = await savings.demand(withdrawal_mode="A", password=OLD)
    body = {"account": account, "old_password": OLD, "new_password": NEW}
    first = await savings.run("S0211", CHANGE, body, key="change-once")
    again = await savings.run("S0211", CHANGE, body, key="change-once")
    assert again["transaction_number"] == first["transaction_number"]
    await savings.refuse("S0211", WITHDRAW, withdrawal(account, OLD), "password.wrong")
    await savings.run("S0211", WITHDRAW, withdrawal(account, NEW))
    assert await changes_of(savings, account) == [(CHANGE, "password", None, None, None)]


async def test_five_wrong_old_passwords_lock(savings):
    account = await savings.demand(withdrawal_mode="A", password=OLD)
    body = {"account": account, "old_password": "000000", "new_password": NEW}
    for left in (4, 3, 2, 1):
        refused = await savings.refuse("S0211", CHANGE, body, "password.wrong")
        assert refused["field"] == "old_password" and str(left) in refused["message"]["en"]
    await savings.refuse("S0211", CHANGE, body, "customer.locked")
    await savings.refuse("S0211", CHANGE, {**body, "old_password": OLD}, "customer.locked")
    assert await changes_of(savings, account) == []


async def test_what_a_change_of_the_password_refuses(savings):
    account = await savings.demand(withdrawal_mode="A", password=OLD)
    body = {"account": account, "old_password": OLD, "new_password": NEW}
    for wrong in ("12345", "1234567", "12345a"):
        refused = await savings.refuse("S0211", CHANGE, {**body, "new_password": wrong}, "password.malformed")
        assert refused["field"] == "new_password"
    await savings.refuse("S0211", CHANGE, {**body, "new_password": OLD}, "password.unchanged")
    await savings.refuse("S0311", CHANGE, body, "account.not_cross_outlet")
    without = await savings.demand()
    await savings.refuse("S0211", CHANGE, {**body, "account": without}, "password.none")
    company = await savings.current()
    await savings.refuse("S0211", CHANGE, {**body, "account": company}, "account.no_own_voucher")
    await savings.run("S0211", WITHDRAW, withdrawal(account, OLD))


async def test_a_password_is_added_and_removed_with_approval(savings):
    account = await savings.demand()
    body = {"account": account, "withdrawal_mode": "A", "password": NEW, **SHOWN}
    await savings.refuse("S0211", SET, body, "approval.required")
    first = await savings.run("S0211", SET, body, key="set-once", second="S0219")
    assert first["result"]["withdrawal_mode"] == "A" and first["result"]["cross_outlet"] is False
    assert (await savings.run("S0211", SET, body, key="set-once", second="S0219"))["result"] == first["result"]
    await savings.refuse("S0211", WITHDRAW, withdrawal(account), "password.required")
    await savings.run("S0211", WITHDRAW, withdrawal(account, NEW))
    await savings.run("S0211", SET, {**body, "withdrawal_mode": "C", "password": None}, second="S0219")
    await savings.run("S0211", WITHDRAW, withdrawal(account))
    assert await changes_of(savings, account) == [
        (SET, "withdrawal_mode", "C", "A", "S0219"),
        (SET, "password", None, None, "S0219"),
        (SET, "withdrawal_mode", "A", "C", "S0219"),
        (SET, "password", None, None, "S0219"),
    ]


async def test_what_setting_a_password_refuses(savings):
    account = await savings.demand()
    body = {"account": account, "withdrawal_mode": "A", "password": NEW, **SHOWN}
    for changed, problem in (
        ({"password": None}, "password.required"),
        ({"password": "1"}, "password.malformed"),
        ({"withdrawal_mode": "D"}, "password.not_wanted"),
        ({"withdrawal_mode": "C", "password": None}, "account.nothing_changed"),
        ({"id_number": "110105194912310011"}, "document.mismatch"),
        ({"id_type": "B"}, "document.mismatch"),
    ):
        await savings.refuse("S0211", SET, {**body, **changed}, problem, second="S0219")
    await savings.refuse("S0311", SET, body, "account.other_outlet", second="S0319")
    assert await changes_of(savings, account) == []
    await savings.run("S0211", WITHDRAW, withdrawal(account))
