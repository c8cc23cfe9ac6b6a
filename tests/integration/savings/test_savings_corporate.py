"""Corporate current accounts: pre-open, activate, cash at the own outlet, transfer inside it, settle and close."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.numbers import check_account

PRE_OPEN, DEPOSIT, WITHDRAW, TRANSFER, SETTLE, CLOSE = (
    f"savings.corporate.{verb}" for verb in ("pre_open", "deposit_cash", "withdraw_cash", "transfer", "settle", "close")
)


def pre_opening(savings, **fields):
    return {"customer_number": savings.customers.organisation(), "kind": "201", "account_flag": "1", "interest_bearing": True, **fields}


async def test_the_first_deposit_activates(savings):
    body = pre_opening(savings, kind="202", account_flag="0", term="000")
    receipt = await savings.run("K0211", PRE_OPEN, body)
    account = receipt["result"]["account"]
    assert receipt["result"] == {"account": account} and receipt["entries"] == [] and receipt["transaction_number"].startswith("02012")
    assert account.startswith(body["customer_number"] + "0201") and check_account(account)
    panel = await savings.panel(account, "K0211")
    assert (panel["status"], panel["opened_on"], panel["balance"], panel["cross_outlet"]) == ("pre_opened", None, "0.00", True)
    await savings.refuse("K0211", WITHDRAW, {"account": account, "amount": "1.00"}, "account.status")
    receipt = await savings.run("K0311", DEPOSIT, {"account": account, "amount": "5000.00"})
    assert receipt["result"] == {"account": account, "balance": "5000.00"}
    assert {entry["business_code"] for entry in receipt["entries"]} == {"101", "202", "417"}
    panel = await savings.panel(account, "K0211")
    assert (panel["status"], panel["opened_on"], panel["balance"]) == ("normal", "2005-09-01", "5000.00")


@pytest.mark.parametrize(
    ("change", "problem", "field"),
    [
        ({"kind": "999"}, "product.unknown", "kind"),
        ({"kind": "211"}, "product.unknown", "kind"),
        ({"account_flag": "6"}, "request.invalid", "account_flag"),
        ({"kind": "260", "account_flag": "0"}, "account.flag_forbidden", "account_flag"),
        ({"term": "301"}, "product.term_forbidden", "term"),
        ({"customer_number": "0000003483"}, "product.wrong_owner", "customer_number"),
        ({"currency": "USD"}, "product.currency_not_offered", "currency"),
    ],
)
async def test_what_pre_opening_refuses(savings, change, problem, field):
    document = await savings.refuse("K0211", PRE_OPEN, {**pre_opening(savings), **change}, problem)
    assert document["field"] == field


async def test_personal_tellers_have_no_right(savings):
    await savings.refuse("S0211", PRE_OPEN, pre_opening(savings), "right.missing")


async def test_one_basic_account_in_a_sub_branch(savings):
    """IB 3909: another sub-branch may keep another one; a closed one makes room."""
    body = pre_opening(savings, account_flag="0")
    first = (await savings.result("K0211", PRE_OPEN, body))["account"]
    await savings.refuse("K0211", PRE_OPEN, body, "account.basic_exists")
    await savings.refuse("K0201", PRE_OPEN, {**body, "kind": "202"}, "account.basic_exists")
    await savings.run("K0211", PRE_OPEN, {**body, "account_flag": "1"})
    await savings.run("K0311", PRE_OPEN, body)
    await savings.run("K0211", CLOSE, {"account": first})
    await savings.run("K0201", PRE_OPEN, {**body, "kind": "202"})


async def test_cash_only_at_home_and_from_the_basic_account(savings):
    basic = await savings.current()
    await savings.refuse("K0311", WITHDRAW, {"account": basic, "amount": "1.00"}, "account.other_outlet")
    body = {"account": basic, "amount": "1000.00", "voucher_type": "OTHER", "voucher_number": "00000077"}
    assert (await savings.result("K0211", WITHDRAW, body))["balance"] == "0.00"
    general = await savings.current(account_flag="1")
    await savings.refuse("K0211", WITHDRAW, {"account": general, "amount": "1.00"}, "account.cash_from_basic_only")
    temporary = await savings.current(kind="260", account_flag="3")
    assert (await savings.result("K0211", WITHDRAW, {"account": temporary, "amount": "1000.00"}))["balance"] == "0.00"


async def test_cash_transactions_are_for_cash(savings):
    account, other = await savings.current(), await savings.current()
    body = {"account": account, "amount": "1.00", "settlement": "transfer", "counter_account": other}
    for code in (DEPOSIT, WITHDRAW):
        await savings.refuse("K0211", code, body, "settlement.cash_only")
    await savings.run("K0211", DEPOSIT, {"account": account, "amount": "1.00", "settlement": "cash"})


async def test_cash_does_not_touch_personal_accounts(savings):
    personal = await savings.demand()
    await savings.refuse("K0211", DEPOSIT, {"account": personal, "amount": "1.00"}, "account.wrong_kind")


async def test_transfers_stay_inside_the_outlet(savings):
    payer, payee, away = await savings.current(), await savings.current(None), await savings.current(teller="K0311")
    body = {"from_account": payer, "to_account": payee, "amount": "400.00", "voucher_type": "OTHER", "voucher_number": "00000088"}
    receipt = await savings.run("K0211", TRANSFER, body, cash_box=None)
    assert receipt["result"] == {"balances": {payer: "600.00", payee: "400.00"}}
    assert [(entry["direction"], entry["account"]) for entry in receipt["entries"]] == [("debit", payer), ("credit", payee)]
    assert (await savings.panel(payee, "K0211"))["status"] == "normal"
    assert (await savings.refuse("K0211", TRANSFER, {**body, "to_account": away}, "account.other_outlet"))["field"] == "to_account"
    assert (await savings.refuse("K0311", TRANSFER, body, "account.other_outlet"))["field"] == "from_account"
    await savings.refuse("K0211", TRANSFER, {**body, "to_account": payer}, "account.same")
    await savings.refuse("K0211", TRANSFER, {**body, "amount": "600.01"}, "account.insufficient")
    personal = await savings.demand()
    assert (await savings.refuse("K0211", TRANSFER, {**body, "to_account": personal}, "account.wrong_kind"))["field"] == "to_account"


async def test_closing_wants_settling_and_an_empty_account(savings):
    account, other = await savings.current("1000.00"), await savings.current()
    await savings.refuse("K0211", CLOSE, {"account": account}, "account.status")
    assert (await savings.run("K0211", SETTLE, {"account": account}))["result"] == {
        "account": account,
        "interest": "0.00",
        "balance": "1000.00",
    }
    await savings.refuse("K0211", SETTLE, {"account": account}, "account.status")
    await savings.refuse("K0211", CLOSE, {"account": account}, "account.not_empty")
    await savings.refuse("K0211", DEPOSIT, {"account": account, "amount": "1.00"}, "account.status")
    await savings.refuse("K0211", TRANSFER, {"from_account": other, "to_account": account, "amount": "1.00"}, "account.status")
    await savings.run("K0211", TRANSFER, {"from_account": account, "to_account": other, "amount": "1000.00"})
    await savings.refuse("K0311", CLOSE, {"account": account}, "account.other_outlet")
    assert (await savings.result("K0211", CLOSE, {"account": account})) == {"account": account, "status": "closed"}
    await savings.refuse("K0211", CLOSE, {"account": account}, "account.status")


async def test_an_account_without_interest_closes_without_settling(savings):
    account = await savings.current(kind="260", account_flag="4")
    await savings.refuse("K0211", SETTLE, {"account": account}, "account.no_settling")
    await savings.refuse("K0211", CLOSE, {"account": account}, "account.not_empty")
    await savings.run("K0211", WITHDRAW, {"account": account, "amount": "1000.00"})
    await savings.run("K0211", CLOSE, {"account": account})


async def test_settling_pays_interest_without_tax(savings):
    """1,000,000.00 for 10 days at 0.72 %: 200.00; the unmarked account, opened without interest, gets none."""
    bearing = await savings.current("1000000.00")
    without = await savings.current("1000000.00", interest_bearing=False)
    await savings.open_day(date(2005, 9, 11))
    receipt = await savings.run("K0211", SETTLE, {"account": bearing})
    assert receipt["result"] == {"account": bearing, "interest": "200.00", "balance": "1000200.00"}
    assert [(entry["direction"], entry["business_code"], entry["amount"]) for entry in receipt["entries"]] == [
        ("debit", "521", "200.00"),
        ("credit", "201", "200.00"),
    ]
    receipt = await savings.run("K0211", SETTLE, {"account": without})
    assert receipt["result"]["interest"] == "0.00" and receipt["entries"] == []
