"""Passwords set and changed, terms of accounts maintained, dormant accounts: with history, approval and refusals."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support.savings import DOCUMENT

DEPOSIT, WITHDRAW = (f"savings.demand.{verb}" for verb in ("deposit", "withdraw"))
CHANGE, SET = "savings.password.change", "savings.password.set"
WAKE, FALL = "savings.account.activate_dormant", "savings.account.fall_dormant"
MAINTAIN = "savings.account.maintain"
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


async def test_terms_are_maintained_with_approval_and_history(savings):
    account = await savings.demand()
    body = {"account": account, "name": "改名后", "cross_outlet": True}
    await savings.refuse("S0211", MAINTAIN, body, "approval.required")
    first = await savings.run("S0211", MAINTAIN, body, second="S0219", key="maintain-once")
    again = await savings.run("S0211", MAINTAIN, body, second="S0219", key="maintain-once")
    assert again["transaction_number"] == first["transaction_number"]
    panel = await savings.panel(account)
    assert (panel["name"], panel["cross_outlet"]) == ("改名后", True)
    await savings.run("S0311", DEPOSIT, {"account": account, "amount": "1.00"})
    assert await changes_of(savings, account) == [
        (MAINTAIN, "name", f"客户{account[:10]}", "改名后", "S0219"),
        (MAINTAIN, "cross_outlet", "false", "true", "S0219"),
    ]
    await savings.refuse("S0211", MAINTAIN, body, "account.nothing_changed", second="S0219")
    await savings.refuse("S0211", MAINTAIN, {"account": account}, "account.nothing_changed", second="S0219")


async def test_the_history_cannot_be_rewritten(savings):
    granted = await savings.rows("SELECT has_table_privilege(current_user, 'savings.account_change', 'UPDATE, DELETE')")
    assert [tuple(row) for row in granted] == [(False,)]


async def test_what_maintenance_refuses(savings):
    account = await savings.demand()
    await savings.refuse("S0311", MAINTAIN, {"account": account, "name": "甲"}, "account.other_outlet", second="S0319")
    await savings.refuse("S0211", MAINTAIN, {"account": account, "auto_renew": True}, "account.wrong_kind", second="S0219")
    await savings.refuse("S0211", MAINTAIN, {"account": account, "account_flag": "0"}, "account.flag_forbidden", second="S0219")
    await savings.run("S0211", "savings.demand.close", {"account": account})
    await savings.refuse("S0211", MAINTAIN, {"account": account, "name": "甲"}, "account.status", second="S0219")
    assert await changes_of(savings, account) == []


async def test_a_second_basic_account_is_refused(savings):
    customer = savings.customers.organisation()
    await savings.current(customer_number=customer)
    general = await savings.current(customer_number=customer, account_flag="1")
    basic = {"account": general, "account_flag": "0", "name": "某某公司"}
    refused = await savings.refuse("K0211", MAINTAIN, basic, "account.basic_exists", second="K0219")
    assert refused["field"] == "account_flag"
    special = {"account": general, "account_flag": "2"}
    await savings.run("K0211", MAINTAIN, special, second="K0219")
    assert await changes_of(savings, general) == [(MAINTAIN, "account_flag", "1", "2", "K0219")]


async def test_renewal_of_a_time_deposit_is_agreed_on(savings):
    opening = {"customer_number": savings.customers.person(), "instrument": "slip", "amount": "1000.00", "withdrawal_mode": "C"}
    account = (await savings.result("S0211", "savings.time.open", {**opening, "term": "203", "auto_renew": False}))["account"]
    body = {"account": account, "auto_renew": True}
    made = await savings.result("S0211", MAINTAIN, body, second="S0219")
    assert made["changes"] == [{"field": "auto_renew", "before": "false", "after": "true"}]
    await savings.refuse("S0211", MAINTAIN, body, "account.nothing_changed", second="S0219")
    bearing = {"account": account, "interest_bearing": False}
    refused = await savings.refuse("S0211", MAINTAIN, bearing, "account.wrong_kind", second="S0219")
    assert refused["field"] == "interest_bearing"


async def test_days_without_interest_are_never_paid(savings):
    """36,000.00 at 0.72 % over 360 days: 0.72 a day, 0.58 after 20 % tax. Only the last ten of thirty days bear interest: 7.20 - 1.44."""
    account = await savings.demand("36000.00")
    await savings.run("S0211", MAINTAIN, {"account": account, "interest_bearing": False}, second="S0219")
    await savings.open_day(savings.business_date + timedelta(days=20))
    await savings.run("S0211", MAINTAIN, {"account": account, "interest_bearing": True}, second="S0219")
    await savings.open_day(savings.business_date + timedelta(days=10))
    closed = await savings.result("S0211", "savings.demand.close", {"account": account})
    assert (closed["interest"], closed["tax"]) == ("7.20", "1.44")


async def end_of_day(savings):
    day = {"business_date": savings.business_date.isoformat()}
    assert (await savings.internal("POST", "/internal/day/close", day)).status_code == 200
    for _ in range(100):
        answer = await savings.internal("POST", "/internal/day/events", day)
        assert answer.status_code == 200, answer.text
        if answer.json()["done"] == answer.json()["total"]:
            break
    await savings.open_day(savings.business_date + timedelta(days=1))


async def test_an_account_falls_dormant_after_a_year_and_is_woken(savings):
    """Opened on 2006-03-02: awake at the end of 2007-03-01, asleep after that of 2007-03-02; used in between, it stays awake."""
    await savings.open_day(date(2006, 3, 2))
    idle, used = await savings.demand("100.00"), await savings.demand("100.00")
    never, company = await savings.current(None), await savings.current("100.00")
    slip = {"customer_number": savings.customers.person(), "instrument": "slip", "amount": "1000.00", "withdrawal_mode": "C"}
    term = (await savings.result("S0211", "savings.time.open", {**slip, "term": "203", "auto_renew": False}))["account"]
    wake = {"account": idle, **SHOWN}
    await savings.open_day(date(2007, 3, 1))
    await savings.run("S0211", DEPOSIT, {"account": used, "amount": "1.00"})
    await end_of_day(savings)
    await savings.refuse("S0211", WAKE, wake, "account.status")
    assert await changes_of(savings, idle) == []
    await end_of_day(savings)
    states = {number: (await savings.panel(number))["status"] for number in (idle, used, never, company, term)}
    assert states == {idle: "dormant", used: "normal", never: "pre_opened", company: "dormant", term: "normal"}
    due_again = dict(map(tuple, await savings.rows("SELECT account, idle_since FROM savings.account WHERE status = 'normal'")))
    assert (due_again[used], due_again[term]) == (date(2007, 3, 1), date(9999, 12, 31))
    await savings.refuse("S0211", DEPOSIT, {"account": idle, "amount": "1.00"}, "account.status")
    await savings.refuse("S0211", WITHDRAW, {"account": idle, "amount": "1.00"}, "account.status")
    await savings.refuse("S0211", WAKE, {**wake, "id_number": "X1"}, "document.mismatch")
    await savings.refuse("S0311", WAKE, wake, "account.other_outlet")
    first = await savings.run("S0211", WAKE, wake, key="wake-once")
    assert (await savings.run("S0211", WAKE, wake, key="wake-once"))["result"] == first["result"]
    assert first["result"]["status"] == "normal"
    await end_of_day(savings)
    await savings.run("S0211", WITHDRAW, {"account": idle, "amount": "1.00"})
    assert await changes_of(savings, idle) == [
        (FALL, "status", "normal", "dormant", None),
        (WAKE, "status", "dormant", "normal", None),
    ]
