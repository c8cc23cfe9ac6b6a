"""Demand deposits through the service's door: entries, interest, outlets, transfers, refusals."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.numbers import check_account, customer_number

OPEN, DEPOSIT, WITHDRAW, CLOSE = (f"savings.demand.{verb}" for verb in ("open", "deposit", "withdraw", "close"))


def legs(receipt):
    return [(entry["outlet"], entry["direction"], entry["business_code"], entry["amount"]) for entry in receipt["entries"]]


async def test_an_account_opens_with_number_balance_and_entries(savings):
    customer = customer_number(0, 1)
    body = {"customer_number": customer, "instrument": "passbook", "voucher_number": "00000011", "currency": "CNY", "amount": "1.00"}
    receipt = await savings.run("S0211", OPEN, {**body, "withdrawal_mode": "A", "password": "123456", "cross_outlet": True})
    account = receipt["result"]["account"]
    assert receipt["result"] == {"account": account, "balance": "1.00", "voucher_number": "00000011"}
    assert account.startswith(customer + "0001") and check_account(account)
    assert legs(receipt) == [("0201", "debit", "101", "1.00"), ("0201", "credit", "211", "1.00")]
    panel = await savings.panel(account)
    assert panel["name"] == f"客户{customer}" and panel["product"] == {"zh": "活期储蓄", "en": "Demand savings"}
    assert (panel["balance"], panel["available"], panel["status"], panel["outlet"]) == ("1.00", "1.00", "normal", "0201")
    assert (panel["withdrawal_mode"], panel["cross_outlet"], panel["opened_on"]) == ("A", True, "2005-09-01")
    other = {**body, "withdrawal_mode": "C", "cross_outlet": False}
    await savings.refuse("S0211", OPEN, other, "voucher.not_in_place")
    second = await savings.run("S0211", OPEN, {**other, "voucher_number": "00000012"})
    assert second["result"]["account"].startswith(customer + "0002")


async def test_the_password_is_kept_as_a_hash_only(savings):
    account = await savings.demand(withdrawal_mode="A", password="483920")
    [[kept]] = await savings.rows("SELECT password_hash FROM savings.account WHERE account = $1", account)
    assert kept.startswith("$argon2id$") and "483920" not in kept


@pytest.mark.parametrize(
    ("change", "problem", "field"),
    [
        ({"amount": "0.99"}, "product.below_opening_minimum", "amount"),
        ({"amount": "0"}, "amount.not_positive", "amount"),
        ({"amount": "-5.00"}, "amount.not_positive", "amount"),
        ({"amount": "10.001"}, "amount.too_many_decimals", "amount"),
        ({"amount": "ten"}, "amount.malformed", "amount"),
        ({"amount": "99999999999999999"}, "amount.too_large", "amount"),
        ({"currency": "GBP"}, "currency.unknown", "currency"),
        ({"currency": "cny"}, "request.invalid", "currency"),
        ({"withdrawal_mode": "A"}, "password.required", "password"),
        ({"withdrawal_mode": "A", "password": "12345"}, "password.malformed", "password"),
        ({"withdrawal_mode": "C", "password": "123456"}, "password.not_wanted", "password"),
        ({"withdrawal_mode": "E"}, "request.invalid", "withdrawal_mode"),
        ({"customer_number": "0000003480"}, "customer.number.check_digit", "customer_number"),
        ({"customer_number": customer_number(4, 7)}, "product.wrong_owner", "customer_number"),
        ({"settlement": "transfer"}, "settlement.counter_account_required", "counter_account"),
        ({"counter_account": "000000001800010"}, "settlement.counter_account_not_wanted", "counter_account"),
        ({"amuont": "1"}, "request.invalid", "amuont"),
    ],
)
async def test_what_opening_refuses(savings, change, problem, field):
    body = {
        "customer_number": customer_number(0, 2),
        "instrument": "passbook",
        "currency": "CNY",
        "amount": "10.00",
        "withdrawal_mode": "C",
    }
    document = await savings.refuse("S0211", OPEN, {**body, "cross_outlet": False, **change}, problem)
    assert document["field"] == field


async def test_opening_needs_a_customer_in_order(savings):
    body = {"instrument": "card", "currency": "CNY", "amount": "10.00", "withdrawal_mode": "C", "cross_outlet": False}
    nobody, closed = savings.customers.person(), savings.customers.person()
    savings.neighbours.unknown_customers.add(nobody)
    savings.neighbours.customers[closed] = {"status": "closed"}
    await savings.refuse("S0211", OPEN, {**body, "customer_number": nobody}, "customer.unknown")
    await savings.refuse("S0211", OPEN, {**body, "customer_number": closed}, "customer.not_normal")


async def test_other_currencies_have_their_own_minimum_and_decimals(savings):
    dollars = await savings.demand("1.00", currency="USD")
    assert (await savings.panel(dollars))["currency"] == "USD"
    yen = await savings.demand("120", currency="JPY")
    assert (await savings.result("S0211", DEPOSIT, {"account": yen, "amount": "30"}))["balance"] == "150"
    await savings.refuse("S0211", DEPOSIT, {"account": yen, "amount": "30.5"}, "amount.too_many_decimals")


async def test_deposit_and_withdrawal_at_home(savings):
    account = await savings.demand("1000.00")
    receipt = await savings.run("S0212", DEPOSIT, {"account": account, "amount": "250.50"}, cash_box="00003")
    assert receipt["result"] == {"account": account, "balance": "1250.50"}
    assert receipt["transaction_number"].startswith("02012") and receipt["business_date"] == savings.business_date.isoformat()
    receipt = await savings.run("S0211", WITHDRAW, {"account": account, "amount": "1250.50"})
    assert receipt["result"]["balance"] == "0.00"
    assert legs(receipt) == [("0201", "debit", "211", "1250.50"), ("0201", "credit", "101", "1250.50")]
    document = await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "0.01"}, "account.insufficient")
    assert document["field"] == "amount"


async def test_across_outlets_the_bridge_is_417(savings):
    account = await savings.demand(teller="S0311", cross_outlet=True, withdrawal_mode="A", password="123456")
    receipt = await savings.run("S0211", DEPOSIT, {"account": account, "amount": "1000.00"})
    assert sorted(legs(receipt)) == sorted(
        [
            ("0201", "debit", "101", "1000.00"),
            ("0201", "credit", "417", "1000.00"),
            ("0301", "credit", "211", "1000.00"),
            ("0301", "debit", "417", "1000.00"),
        ]
    )
    receipt = await savings.run("S0211", WITHDRAW, {"account": account, "amount": "300.00", "password": "123456"})
    assert receipt["result"]["balance"] == "1700.00"


async def test_other_outlets_need_the_mark_and_a_password_to_pay(savings):
    at_home = await savings.demand(withdrawal_mode="A", password="123456")
    await savings.refuse("S0311", DEPOSIT, {"account": at_home, "amount": "1.00"}, "account.not_cross_outlet")
    await savings.refuse("S0311", WITHDRAW, {"account": at_home, "amount": "1.00", "password": "123456"}, "account.not_cross_outlet")
    no_password = await savings.demand(cross_outlet=True)
    await savings.run("S0311", DEPOSIT, {"account": no_password, "amount": "1.00"})
    await savings.refuse("S0311", WITHDRAW, {"account": no_password, "amount": "1.00"}, "account.cross_outlet_needs_password")
    await savings.run("S0211", WITHDRAW, {"account": no_password, "amount": "1.00"})


async def test_document_and_seal_are_asked_for(savings):
    document = "11010519491231002X"
    both = await savings.demand(withdrawal_mode="B", password="123456")
    body = {"account": both, "amount": "1.00", "password": "123456"}
    assert (await savings.refuse("S0211", WITHDRAW, body, "document.required"))["field"] == "id_number"
    await savings.refuse("S0211", WITHDRAW, {**body, "id_type": "A", "id_number": "110105194912310011"}, "document.mismatch")
    await savings.refuse("S0211", WITHDRAW, {**body, "id_type": "B", "id_number": document}, "document.mismatch")
    await savings.run("S0211", WITHDRAW, {**body, "id_type": "A", "id_number": document.lower()})
    seal = await savings.demand(withdrawal_mode="D")
    assert (await savings.refuse("S0211", WITHDRAW, {"account": seal, "amount": "1.00"}, "seal.required"))["field"] == "seal_checked"
    await savings.run("S0211", WITHDRAW, {"account": seal, "amount": "1.00", "seal_checked": True})


async def test_a_passbook_that_is_shown_must_be_the_accounts(savings):
    account = await savings.demand(voucher_number="00000021")
    await savings.refuse("S0211", DEPOSIT, {"account": account, "amount": "1.00", "voucher_number": "00000022"}, "voucher.mismatch")
    await savings.run("S0211", DEPOSIT, {"account": account, "amount": "1.00", "voucher_number": "00000021"})


async def test_unknown_misspelt_and_foreign_accounts(savings):
    account = await savings.demand()
    wrong_digit = account[:14] + str((int(account[14]) + 1) % 10)
    await savings.refuse("S0211", DEPOSIT, {"account": wrong_digit, "amount": "1.00"}, "account.check_digit")
    await savings.refuse("S0211", DEPOSIT, {"account": "902011010100001", "amount": "1.00"}, "account.unknown")
    unknown = customer_number(0, 99_999_999)
    from kernel.numbers import personal_account

    await savings.refuse("S0211", DEPOSIT, {"account": personal_account(unknown, 1), "amount": "1.00"}, "account.unknown")
    corporate = await savings.current()
    await savings.refuse("S0211", DEPOSIT, {"account": corporate, "amount": "1.00"}, "account.wrong_kind")
    await savings.refuse("S0211", CLOSE, {"account": corporate}, "account.wrong_kind")


async def test_rights_and_cash_box(savings):
    account = await savings.demand()
    await savings.refuse("K0211", DEPOSIT, {"account": account, "amount": "1.00"}, "right.missing")
    await savings.refuse("S0211", DEPOSIT, {"account": account, "amount": "1.00"}, "counter.cash_box_required", cash_box=None)


async def test_money_comes_and_goes_by_transfer(savings):
    payer = await savings.demand("1000.00", withdrawal_mode="A", password="111111")
    payee = await savings.demand("10.00")
    body = {"account": payee, "amount": "400.00", "settlement": "transfer", "counter_account": payer}
    assert (await savings.refuse("S0211", DEPOSIT, body, "password.required"))["field"] == "password"
    receipt = await savings.run("S0211", DEPOSIT, {**body, "password": "111111"}, cash_box=None)
    assert legs(receipt) == [("0201", "debit", "211", "400.00"), ("0201", "credit", "211", "400.00")]
    assert (await savings.panel(payer))["balance"] == "600.00" and (await savings.panel(payee))["balance"] == "410.00"
    back = {"account": payee, "amount": "410.00", "settlement": "transfer", "counter_account": payer}
    assert (await savings.result("S0211", WITHDRAW, back))["balance"] == "0.00"
    opened = await savings.demand("500.00", settlement="transfer", counter_account=payer, counter_password="111111")
    assert (await savings.panel(payer))["balance"] == "510.00" and (await savings.panel(opened))["balance"] == "500.00"
    paid = await savings.result("S0211", CLOSE, {"account": opened, "settlement": "transfer", "counter_account": payer})
    assert paid["paid"] == "500.00" and (await savings.panel(payer))["balance"] == "1010.00"


async def test_what_transfers_refuse(savings):
    account, other, dollars, corporate = [
        await savings.demand(),
        await savings.demand(),
        await savings.demand("5.00", currency="USD"),
        await savings.current(),
    ]
    by_transfer = {"account": account, "amount": "1.00", "settlement": "transfer"}
    await savings.refuse("S0211", DEPOSIT, {**by_transfer, "counter_account": account}, "account.same")
    await savings.refuse("S0211", DEPOSIT, {**by_transfer, "counter_account": dollars}, "account.currency_differs")
    await savings.refuse("S0211", DEPOSIT, {**by_transfer, "counter_account": corporate}, "account.wrong_kind")
    too_much = {**by_transfer, "amount": "1000.01", "counter_account": other}
    await savings.refuse("S0211", DEPOSIT, too_much, "account.insufficient")
    assert (await savings.panel(account))["balance"] == "1000.00" and (await savings.panel(other))["balance"] == "1000.00"
    await savings.run("S0211", WITHDRAW, {**by_transfer, "counter_account": corporate})
    assert (await savings.panel(corporate))["balance"] == "1001.00"


async def test_closing_on_the_first_day_pays_the_principal(savings):
    account = await savings.demand("88.88")
    receipt = await savings.run("S0211", CLOSE, {"account": account})
    assert receipt["result"] == {"principal": "88.88", "interest": "0.00", "tax": "0.00", "paid": "88.88"}
    assert (await savings.panel(account))["status"] == "closed"
    await savings.refuse("S0211", DEPOSIT, {"account": account, "amount": "1.00"}, "account.status")
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "1.00"}, "account.status")
    await savings.refuse("S0211", CLOSE, {"account": account}, "account.status")


async def test_an_empty_account_closes_without_entries(savings):
    account = await savings.demand("5.00")
    await savings.run("S0211", WITHDRAW, {"account": account, "amount": "5.00"})
    receipt = await savings.run("S0211", CLOSE, {"account": account})
    assert receipt["result"]["paid"] == "0.00" and receipt["entries"] == [] and receipt["posting_id"] is None


async def test_a_refusal_of_the_ledger_changes_nothing(savings):
    from kernel.errors import ErrorType, Kind

    account = await savings.demand("100.00")
    savings.neighbours.refuse_next = ErrorType("cash_box.insufficient", Kind.CONFLICT, "钱箱不足", "not enough cash")()
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "60.00"}, "cash_box.insufficient")
    assert (await savings.panel(account))["balance"] == "100.00"
    assert len(savings.neighbours.released) >= 1


async def test_a_preview_saves_nothing(savings):
    account = await savings.demand("100.00")
    answer = await savings.preview("S0211", WITHDRAW, {"account": account, "amount": "60.00"})
    assert answer.status_code == 200 and answer.json()["result"]["balance"] == "40.00" and answer.json()["entries"]
    assert (await savings.panel(account))["balance"] == "100.00"


async def test_ten_thousand_over_ten_days_earn_two_yuan(savings):
    """Domain page, section 9: 10,000.00 from 2005-09-01 to 2005-09-11 at 0.72 % is 2.00, tax 0.40."""
    account = await savings.demand("10000.00")
    unmoved = await savings.demand("500.50")
    await savings.open_day(date(2005, 9, 6))
    await savings.run("S0211", DEPOSIT, {"account": unmoved, "amount": "0.50"})
    await savings.open_day(date(2005, 9, 11))
    receipt = await savings.run("S0211", CLOSE, {"account": account})
    assert receipt["result"] == {"principal": "10000.00", "interest": "2.00", "tax": "0.40", "paid": "10001.60"}
    assert legs(receipt) == [
        ("0201", "debit", "211", "10000.00"),
        ("0201", "debit", "521", "2.00"),
        ("0201", "credit", "269", "0.40"),
        ("0201", "credit", "101", "10001.60"),
    ]
    # 500 yuan x 5 days + 501 yuan x 5 days = 5005; x 0.72 / 36000 = 0.1001, kept as 0.100; tax a fifth of it.
    receipt = await savings.run("S0211", CLOSE, {"account": unmoved})
    assert receipt["result"] == {"principal": "501.00", "interest": "0.10", "tax": "0.02", "paid": "501.08"}
