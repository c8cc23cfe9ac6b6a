"""Vouchers reported lost by word and in writing, found, replaced and lapsed: what a loss stops, what ends it, what is refused."""

from __future__ import annotations

from datetime import timedelta

from tests import conftest
from tests.integration.savings.test_savings_in_the_bank import person_of, until_posted
from tests.support.savings import DOCUMENT

bank = conftest.bank
"""The whole bank, where the tests beside these have the service alone."""

REPORT, LIFT, REPLACE = (f"savings.instrument.{verb}" for verb in ("report_lost", "lift_loss", "replace"))
DEPOSIT, WITHDRAW, CLOSE = (f"savings.demand.{verb}" for verb in ("deposit", "withdraw", "close"))
SHOWN = {"id_type": "A", "id_number": DOCUMENT}
MANAGER = "S0219"


def report(account, kind="A"):
    return {"account": account, "loss_kind": kind, **SHOWN}


def lifting(account, voucher="keep", **fields):
    return {"account": account, "voucher": voucher, **SHOWN, **fields}


async def end_of_day(savings):
    day = {"business_date": savings.business_date.isoformat()}
    assert (await savings.internal("POST", "/internal/day/close", day)).status_code == 200
    for _ in range(100):
        progress = (await savings.internal("POST", "/internal/day/events", day)).json()
        if progress["done"] == progress["total"]:
            break
    await savings.open_day(savings.business_date + timedelta(days=1))


async def losses_of(savings, account):
    rows = await savings.rows(
        "SELECT kind, state, ended_by, new_voucher_number FROM savings.instrument_loss WHERE account = $1 ORDER BY number", account
    )
    return [tuple(row) for row in rows]


async def test_a_lost_passbook_takes_money_and_pays_none(savings):
    account = await savings.demand("100.00")
    first = await savings.run("S0211", REPORT, report(account), key="lost-once")
    again = await savings.run("S0211", REPORT, report(account), key="lost-once")
    assert again["transaction_number"] == first["transaction_number"]
    assert first["result"]["lapses_on"] is None
    await savings.run("S0211", DEPOSIT, {"account": account, "amount": "1.00"})
    await savings.refuse("S0211", WITHDRAW, {"account": account, "amount": "1.00"}, "account.reported_lost")
    await savings.refuse("S0211", CLOSE, {"account": account}, "account.reported_lost")
    await savings.refuse("S0211", REPORT, report(account), "account.reported_lost")
    await savings.refuse("S0211", REPORT, report(account, "K"), "account.reported_lost")
    panel = await savings.panel(account)
    assert (panel["reported_lost"], panel["balance"], panel["available"]) == (True, "101.00", "0.00")


async def test_a_found_passbook_is_good_again_with_approval(savings):
    account = await savings.demand("100.00")
    await savings.run("S0211", REPORT, report(account))
    await savings.refuse("S0211", LIFT, lifting(account), "approval.required")
    wrong = lifting(account, new_voucher_number="70009999")
    await savings.refuse("S0211", LIFT, wrong, "voucher.not_wanted", second=MANAGER)
    other = lifting(account) | {"id_number": "X1"}
    await savings.refuse("S0211", LIFT, other, "document.mismatch", second=MANAGER)
    first = await savings.run("S0211", LIFT, lifting(account), second=MANAGER, key="found-once")
    assert (await savings.run("S0211", LIFT, lifting(account), second=MANAGER, key="found-once"))["result"] == first["result"]
    await savings.refuse("S0211", LIFT, lifting(account), "loss.none", second=MANAGER)
    await savings.run("S0211", WITHDRAW, {"account": account, "amount": "1.00"})
    assert await losses_of(savings, account) == [("A", "lifted", "S0211", None)]


async def test_a_new_passbook_is_given_when_the_loss_has_run_its_time(savings):
    account = await savings.demand("100.00")
    old = (await savings.panel(account))["voucher_number"]
    await savings.run("S0211", REPORT, report(account, "K"))
    await savings.refuse("S0211", LIFT, lifting(account, "new"), "loss.not_in_writing", second=MANAGER)
    await savings.run("S0211", REPORT, report(account))
    week = savings.business_date + timedelta(days=7)
    await savings.open_day(week - timedelta(days=1))
    refused = await savings.refuse("S0211", LIFT, lifting(account, "new"), "loss.too_early", second=MANAGER)
    assert week.isoformat() in refused["message"]["en"]
    await savings.open_day(week)
    result = await savings.result("S0211", LIFT, lifting(account, "new"), second=MANAGER)
    assert result["old_voucher_number"] == old and result["voucher_number"] != old
    fact = savings.neighbours.facts[-1]
    assert (fact.rule, fact.amounts_minor) == ("counter.voucher.use", {"amount": 100})
    body = {"account": account, "amount": "1.00"}
    await savings.refuse("S0211", WITHDRAW, {**body, "voucher_number": old}, "voucher.mismatch")
    await savings.run("S0211", WITHDRAW, {**body, "voucher_number": result["voucher_number"]})
    states = [("K", "confirmed", "S0211", None), ("A", "replaced", "S0211", result["voucher_number"])]
    assert await losses_of(savings, account) == states


async def test_a_loss_by_word_lapses_after_five_days(savings):
    by_word, written = await savings.demand("100.00"), await savings.demand("100.00")
    last = savings.business_date + timedelta(days=5)
    assert (await savings.result("S0211", REPORT, report(by_word, "K")))["lapses_on"] == last.isoformat()
    await savings.run("S0211", REPORT, report(written))
    await savings.open_day(last - timedelta(days=1))
    await end_of_day(savings)
    await savings.refuse("S0211", WITHDRAW, {"account": by_word, "amount": "1.00"}, "account.reported_lost")
    await end_of_day(savings)
    await savings.run("S0211", WITHDRAW, {"account": by_word, "amount": "1.00"})
    await savings.refuse("S0211", WITHDRAW, {"account": written, "amount": "1.00"}, "account.reported_lost")
    [(kind, state, _, _)] = await losses_of(savings, by_word)
    assert (kind, state) == ("K", "lapsed")


async def test_what_a_report_refuses(savings):
    account = await savings.demand("100.00")
    await savings.refuse("S0211", REPORT, report(account) | {"id_number": "X1"}, "document.mismatch")
    await savings.refuse("S0311", REPORT, report(account), "account.other_outlet")
    await savings.refuse("K0211", REPORT, report(await savings.current()), "account.no_own_voucher")
    await savings.run("S0211", CLOSE, {"account": account})
    await savings.refuse("S0211", REPORT, report(account), "account.status")
    assert await losses_of(savings, account) == []


async def test_a_damaged_passbook_is_replaced(savings):
    account = await savings.demand("100.00")
    old = (await savings.panel(account))["voucher_number"]
    body = {"account": account, "voucher_number": old, **SHOWN}
    await savings.refuse("S0211", REPLACE, {**body, "voucher_number": "00000001"}, "voucher.mismatch")
    await savings.refuse("S0211", REPLACE, {**body, "new_voucher_number": old}, "voucher.not_in_place")
    await savings.refuse("S0211", REPLACE, body, "counter.cash_box_required", cash_box=None)
    first = await savings.run("S0211", REPLACE, body, key="replace-once")
    again = await savings.run("S0211", REPLACE, body, key="replace-once")
    number = first["result"]["voucher_number"]
    assert again["result"]["voucher_number"] == number != old
    assert (await savings.panel(account))["voucher_number"] == number
    await savings.run("S0211", REPORT, report(account))
    await savings.refuse("S0211", REPLACE, {**body, "voucher_number": number}, "account.reported_lost")
    rows = await savings.rows("SELECT field, before, after FROM savings.account_change WHERE account = $1", account)
    assert [tuple(row) for row in rows] == [("voucher_number", old, number)]


async def test_a_certificate_of_an_organisation_is_lost_and_found(savings):
    opening = {"customer_number": savings.customers.organisation(), "kind": "221", "account_flag": "4", "term": "301"}
    account = (await savings.result("K0211", "savings.corporate.pre_open", opening))["account"]
    lost = {"account": account, "loss_kind": "A", "id_type": "G", "id_number": "3201001"}
    await savings.refuse("K0211", REPORT, lost, "account.no_own_voucher")
    await savings.run("K0211", "savings.corporate_time.open_by_cash", {"account": account, "amount": "10000.00"})
    await savings.run("K0211", REPORT, lost)
    assert (await savings.panel(account, "K0211"))["reported_lost"] is True
    lifted = {"account": account, "voucher": "keep", "id_type": "G", "id_number": "3201001"}
    await savings.run("K0211", LIFT, lifted, second="K0219")
    assert (await savings.panel(account, "K0211"))["reported_lost"] is False


async def test_the_list_of_special_business_names_losses_and_maintenance(savings):
    account = await savings.demand("100.00")
    old = (await savings.panel(account))["voucher_number"]
    replaced = (await savings.result("S0211", REPLACE, {"account": account, "voucher_number": old, **SHOWN}))["voucher_number"]
    await savings.run("S0211", REPORT, report(account, "K"))
    await savings.run("S0211", LIFT, lifting(account), second=MANAGER)
    named = {"account": account, "name": "改名后"}
    await savings.run("S0211", "savings.account.maintain", named, second=MANAGER)
    headers = {"Authorization": f"Bearer {savings.token('S0211')}"}
    answer = await savings.client.get("/reports/special_business", headers=headers)
    assert answer.status_code == 200, answer.text
    text = answer.text
    for words in ("口头挂失", "解挂(不换凭证)", f"{old} → {replaced}", "→ 改名后", account):
        assert words in text


async def test_vouchers_and_passwords_inside_the_whole_bank(bank):
    """The real counter hands out the new passbook, the real customer's document is checked, a real manager approves."""
    person = await person_of(bank, "P7654321")
    opening = {"customer_number": person, "instrument": "passbook", "currency": "CNY", "amount": "100.00", "withdrawal_mode": "C"}
    account = (await bank.run("S0211", "savings.demand.open", opening))["result"]["account"]
    old = (await bank.ask("S0211", "account.detail", account=account))["account"]["voucher_number"]
    shown = {"account": account, "id_type": "B", "id_number": "P7654321"}
    made = await bank.run("S0211", REPLACE, {**shown, "voucher_number": old})
    assert made["result"]["voucher_number"] == f"{int(old) + 1:08d}"
    await bank.run("S0211", REPORT, {**shown, "loss_kind": "K"})
    await bank.refuse("S0211", WITHDRAW, {"account": account, "amount": "1.00"}, "account.reported_lost")
    await bank.run("S0211", LIFT, {**shown, "voucher": "keep"}, second=MANAGER)
    await bank.run("S0211", "savings.password.set", {**shown, "withdrawal_mode": "A", "password": "123456"}, second=MANAGER)
    await bank.run("S0211", WITHDRAW, {"account": account, "amount": "1.00", "password": "123456"})
    await until_posted(bank)


async def test_a_lost_book_stops_every_account_on_it_until_it_is_replaced(savings):
    """Both accounts of the customer's book, wherever they are kept; the one on a passbook of its own goes on."""
    customer = savings.customers.person()
    book = {"kind": "book", "number": "00000901", "withdrawal_mode": "C", "cross_outlet": True, "password_hash": "-"}
    savings.neighbours.customers[customer] = {"instruments": [book]}
    on_book = {"customer_number": customer, "instrument": "book"}
    one, two = await savings.demand("10.00", **on_book), await savings.demand("20.00", teller="S0221", **on_book)
    own = await savings.demand("30.00", customer_number=customer)
    reported = await savings.result("S0211", REPORT, report(one, "K"))
    assert (reported["voucher_number"], sorted(reported["accounts"])) == ("00000901", sorted([one, two]))
    await savings.run("S0211", REPORT, report(one, "A"))
    await savings.refuse("S0221", WITHDRAW, {"account": two, "amount": "1.00"}, "account.reported_lost")
    await savings.run("S0211", WITHDRAW, {"account": own, "amount": "1.00"})
    opening = {**on_book, "currency": "CNY", "amount": "1.00", "withdrawal_mode": "C", "cross_outlet": False}
    await savings.refuse("S0211", "savings.demand.open", opening, "account.reported_lost")
    await savings.refuse("S0211", LIFT, lifting(one, "new"), "loss.too_early", second=MANAGER)
    await savings.open_day(savings.business_date + timedelta(days=7))
    await savings.refuse("S0211", LIFT, lifting(one, "new"), "loss.replace_first", second=MANAGER)
    savings.neighbours.customers[customer] = {"instruments": [{**book, "number": "00000902"}]}
    lifted = await savings.result("S0211", LIFT, lifting(one, "new"), second=MANAGER)
    assert (lifted["old_voucher_number"], lifted["voucher_number"]) == ("00000901", "00000902")
    assert await losses_of(savings, two) == [("K", "confirmed", "S0211", None), ("A", "replaced", "S0211", "00000902")]
    await savings.run("S0221", WITHDRAW, {"account": two, "amount": "1.00"})
    await savings.run("S0211", "savings.demand.open", opening)
