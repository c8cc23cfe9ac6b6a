"""Release and repayment with the real ledger and savings behind them; amounts are worked by hand beside their tests."""

from __future__ import annotations

import asyncio
from datetime import date

from tests.support.lending import LendingBank


def legs(receipt):
    """The entries as a voucher shows them."""
    return [
        (leg["outlet"], "借" if leg["direction"] == "debit" else "贷", leg["business_code"], leg["account"], leg["amount"])
        for leg in receipt["entries"]
    ]


async def test_a_loan_is_released_to_its_deposit_account(bank: LendingBank):
    """A first loan has the account customer + 5000 + 0; the pre-opened deposit account is activated (IB 1931)."""
    loan = await bank.loan()
    assert loan.account == f"{loan.customer}50000"
    assert loan.receipt["result"]["balance"] == "100000.00"
    assert loan.receipt["rule"].startswith("lending.loan.release ")
    assert loan.receipt["transaction_number"][:5] == "02013"
    assert legs(loan.receipt) == [
        ("0201", "借", "123", loan.account, "100000.00"),
        ("0201", "贷", "201", loan.deposit, "100000.00"),
    ]
    deposit = await bank.panel(loan.deposit)
    assert (deposit["status"], deposit["balance"], deposit["held"]) == ("normal", "100000.00", "0.00")
    panel = await bank.panel(loan.account)
    assert (panel["balance"], panel["status"], panel["interest_today"], panel["rate"]) == ("100000.00", "open", "0.00", "5.58")
    assert await bank.undecided() == (0, 0)


async def test_loan_and_deposit_in_two_outlets_are_bridged(bank: LendingBank):
    """Released by 0200 to an account of 0201: the debit stands in 0200, the credit in 0201, 418 between them (IB 1934)."""
    loan = await bank.loan(teller="K0201")
    assert legs(loan.receipt) == [
        ("0200", "借", "123", loan.account, "100000.00"),
        ("0200", "贷", "418", "902001041800001", "100000.00"),
        ("0201", "贷", "201", loan.deposit, "100000.00"),
        ("0201", "借", "418", "902011041800001", "100000.00"),
    ]
    repaid = await bank.run("lending.loan.repay_part", {"account": loan.account, "amount": "40000.00"}, teller="K0211")
    assert legs(repaid) == [
        ("0201", "借", "201", loan.deposit, "40000.00"),
        ("0201", "贷", "418", "902011041800001", "40000.00"),
        ("0200", "贷", "123", loan.account, "40000.00"),
        ("0200", "借", "418", "902001041800001", "40000.00"),
    ]


async def test_a_second_loan_gets_the_next_account(bank: LendingBank):
    loan = await bank.loan()
    note = await bank.note(loan.customer, loan.deposit, principal="5000.00")
    second = await bank.run("lending.loan.release", {"note_number": note})
    assert second["result"]["account"] == f"{loan.customer}50010"
    listed = await bank.ask("loan.by_account", account=loan.deposit, limit=1)
    assert [(row["account"], row["balance"]) for row in listed["rows"]] == [(loan.account, "100000.00")]
    rest = await bank.ask("loan.by_account", account=loan.deposit, limit=1, after=listed["next"])
    assert ([row["balance"] for row in rest["rows"]], rest["next"]) == (["5000.00"], None)


async def test_a_preview_changes_nothing(bank: LendingBank):
    customer = await bank.company()
    deposit = await bank.account(customer)
    note = await bank.note(customer, deposit)
    shown = await bank.run("lending.loan.release", {"note_number": note}, verb="/preview")
    assert (shown["transaction_number"], len(shown["entries"])) == (None, 2)
    assert (await bank.panel(deposit))["status"] == "pre_opened"
    assert (await bank.ask("loan.by_account", account=deposit))["rows"] == []
    released = await bank.run("lending.loan.release", {"note_number": note})
    assert released["result"]["account"] == shown["result"]["account"]


async def test_a_note_is_released_once_at_its_own_outlet(bank: LendingBank):
    customer = await bank.company()
    note = await bank.note(customer, await bank.account(customer))
    body = {"note_number": note}
    await bank.refuse("lending.loan.release", body, "note.other_outlet", "note_number", teller="K0301")
    await bank.refuse("lending.loan.release", {"note_number": "NONE01"}, "note.unknown", "note_number")
    await bank.refuse("lending.loan.release", body, "right.missing", teller="S0211")
    await bank.run("lending.loan.release", body)
    await bank.refuse("lending.loan.release", body, "note.released", "note_number")


async def test_ten_race_to_release_one_note(bank: LendingBank):
    customer = await bank.company()
    deposit = await bank.account(customer)
    note = await bank.note(customer, deposit)
    answers = await asyncio.gather(*(bank.send("lending.loan.release", {"note_number": note}) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"note.released"}
    assert (await bank.panel(deposit))["balance"] == "100000.00"
    assert len((await bank.ask("loan.by_account", account=deposit))["rows"]) == 1
    assert await bank.undecided() == (0, 0)


async def test_ten_race_to_repay_one_loan(bank: LendingBank):
    loan = await bank.loan()
    answers = await asyncio.gather(*(bank.send("lending.loan.repay_full", {"account": loan.account}) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"loan.not_open"}
    assert await bank.balances(loan) == ("0.00", "0.00")


async def test_ten_race_to_repay_parts(bank: LendingBank):
    """Ten times 10,000 of 100,000: nine go, the tenth would be the whole."""
    loan = await bank.loan()
    body = {"account": loan.account, "amount": "10000.00"}
    answers = await asyncio.gather(*(bank.send("lending.loan.repay_part", body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [422]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 422] == ["loan.repayment_is_whole"]
    assert await bank.balances(loan) == ("10000.00", "10000.00")


async def test_the_same_key_repays_once(bank: LendingBank):
    loan = await bank.loan()
    body = {"account": loan.account, "amount": "1000.00"}
    first = await bank.run("lending.loan.repay_part", body, key=f"once-{loan.account}")
    assert await bank.run("lending.loan.repay_part", body, key=f"once-{loan.account}") == first
    assert await bank.balances(loan) == ("99000.00", "99000.00")


async def test_what_a_partial_repayment_refuses(bank: LendingBank):
    loan = await bank.loan()
    code, account = "lending.loan.repay_part", loan.account
    await bank.refuse(code, {"account": account, "amount": "100000.00"}, "loan.repayment_is_whole", "amount")
    await bank.refuse(code, {"account": account, "amount": "100000.01"}, "loan.repayment_too_large", "amount")
    await bank.refuse(code, {"account": account, "amount": "0.00"}, "amount.not_positive", "amount")
    await bank.refuse(code, {"account": account, "amount": "1.00"}, "loan.other_branch", "account", teller="K0301")
    await bank.refuse(code, {"account": f"{loan.customer}50990", "amount": "1.00"}, "loan.unknown", "account")
    await bank.refuse(code, {"account": loan.deposit, "amount": "1.00"}, "loan.unknown", "account")
    assert await bank.balances(loan) == ("100000.00", "100000.00")


async def test_a_deposit_account_in_another_branch_repays_in_full_only(bank: LendingBank):
    """Released by 0301 to an account of 0201: part of it would go across sub-branches, which IB 1990 forbids; nothing stays held."""
    loan = await bank.loan(teller="K0311")
    body = {"account": loan.account, "amount": "1.00"}
    await bank.refuse("lending.loan.repay_part", body, "loan.other_branch", "account", teller="K0311")
    deposit = await bank.panel(loan.deposit)
    assert (deposit["available"], deposit["held"]) == ("100000.00", "0.00")
    assert await bank.undecided() == (0, 0)
    repaid = await bank.run("lending.loan.repay_full", {"account": loan.account}, teller="K0311")
    assert repaid["result"]["balance"] == "0.00"


async def test_interest_owed_bars_repayment_unless_permitted(bank: LendingBank):
    loan = await bank.loan()
    await bank.sql(
        "INSERT INTO lending.interest_item VALUES ($1, 1, '2005-08-01', '2005-08-21', 200000000, 5.58, 31000, true, NULL)", loan.account
    )
    assert (await bank.panel(loan.account))["interest_in_arrears"] == "310.00"
    part, whole = {"account": loan.account, "amount": "1000.00"}, {"account": loan.account}
    problem = await bank.refuse("lending.loan.repay_part", part, "loan.interest_in_arrears", "account")
    assert "310.00" in problem["message"]["zh"]
    await bank.refuse("lending.loan.repay_full", whole, "loan.interest_in_arrears", "account")
    await bank.sql("UPDATE lending.loan SET special_repayment = true WHERE account = $1", loan.account)
    await bank.run("lending.loan.repay_part", part)
    await bank.refuse("lending.loan.repay_full", whole, "loan.interest_in_arrears", "account")
    await bank.sql("UPDATE lending.interest_item SET settled_on = '2005-09-01' WHERE account = $1", loan.account)
    await bank.run("lending.loan.repay_full", whole)


async def test_money_that_is_not_there_is_not_taken(bank: LendingBank):
    loan = await bank.loan()
    other = await bank.account(loan.customer, flag="1")
    transfer = {"from_account": loan.deposit, "to_account": other, "amount": "60000.00"}
    await bank.run("savings.corporate.transfer", transfer)
    await bank.refuse("lending.loan.repay_full", {"account": loan.account}, "account.insufficient", "account")
    assert await bank.balances(loan) == ("100000.00", "40000.00")
    assert (await bank.panel(loan.account))["status"] == "open"


async def test_later_days(bank: LendingBank):
    """100,000.00 at 5.58 % from 09-01: ten days 155.00; 60,000.00 repaid on 09-11; ten days of 40,000.00 more: 62.00; in all 217.00.

    A half-year loan of 90,000.00 at 5.22 % repaid on 09-11: 90,000 x 10 x 5.22 / 36,000 = 130.50.
    A loan repaid on the day of its release bears nothing. A note of 09-01 lapsed.
    """
    first, second = await bank.loan(), await bank.loan("90000.00", rate="5.22", due_on="2006-03-01")
    plenty = await bank.loan("1000.00")
    assert (await bank.run("lending.loan.repay_full", {"account": plenty.account}))["result"]["interest"] == "0.00"
    late = await bank.note(first.customer, first.deposit)
    await bank.loan("500000.00")
    for loan in (first, second):
        spare = await bank.note(loan.customer, loan.deposit, principal="1000.00")
        await bank.run("lending.loan.release", {"note_number": spare})

    await bank.open_day(date(2005, 9, 11))
    await bank.refuse("lending.loan.release", {"note_number": late}, "note.lapsed", "note_number")
    assert (await bank.panel(first.account))["interest_today"] == "155.00"
    part = await bank.run("lending.loan.repay_part", {"account": first.account, "amount": "60000.00"})
    assert (part["result"]["principal"], part["result"]["interest"], part["result"]["balance"]) == ("60000.00", "0.00", "40000.00")
    await bank.refuse("lending.loan.repay_full", {"account": second.account, "amount": "90130.49"}, "loan.payment_not_exact", "amount")
    whole = await bank.run("lending.loan.repay_full", {"account": second.account, "amount": "90130.50"})
    assert whole["result"] == {
        "account": second.account,
        "principal": "90000.00",
        "interest": "130.50",
        "paid": "90130.50",
        "balance": "0.00",
        "status": "closed",
    }
    assert legs(whole) == [
        ("0201", "借", "201", second.deposit, "90130.50"),
        ("0201", "贷", "123", second.account, "90000.00"),
        ("0201", "贷", "501", "902011050100001", "130.50"),
    ]
    assert await bank.balances(second) == ("0.00", "869.50")

    await bank.open_day(date(2005, 9, 21))
    rest = await bank.run("lending.loan.repay_full", {"account": first.account})
    assert (rest["result"]["principal"], rest["result"]["interest"]) == ("40000.00", "217.00")
    assert (await bank.panel(first.account))["closed_on"] == "2005-09-21"
    await bank.refuse("lending.loan.repay_full", {"account": first.account}, "loan.not_open", "account")
    await bank.refuse("lending.loan.repay_part", {"account": first.account, "amount": "1.00"}, "loan.not_open", "account")


async def test_the_books_agree_with_the_accounts(bank: LendingBank):
    for owner in ("lending", "savings"):
        own, booked = await bank.proof(owner)
        assert own == booked
        assert own and all(group["total_minor"] * (-1 if owner == "lending" else 1) > 0 for group in own)
    released = await bank.sql("SELECT sum(principal_minor) FROM lending.loan")
    repaid = await bank.sql("SELECT sum(amount_minor) FROM lending.loan_line WHERE kind <> 'release'")
    assert released[0][0] - repaid[0][0] == sum(-group["total_minor"] for group in (await bank.proof())[0])
    group = (await bank.proof())[0][0]
    asked = {"outlet": group["outlet"], "currency": group["currency"], "business_code": group["business_code"]}
    listed = await bank.wires.call("lending", "GET", "/internal/day/sub-ledger/accounts", params=asked)
    booked = await bank.wires.call("ledger", "GET", "/internal/sub-ledgers/lending/accounts", params=asked)
    assert listed == booked and sum(listed["balances"].values()) == group["total_minor"]
