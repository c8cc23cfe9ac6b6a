"""综合账户: opened in the outlet's own range, posted to, closed when empty, written off on a later date (IB 2524-2531, 3220-3248)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from launch.demo import BUSINESS_DATE
from tests.support.bank import TestBank
from tests.support.ledger import assert_books_agree, balance, leg

OPEN, CLOSE, NAME = (f"ledger.account.{verb}" for verb in ("open", "close", "maintain_off_sheet"))
POST, OFF_SHEET, REVERSE = "ledger.entry.post", "ledger.entry.post_off_sheet", "ledger.correct.reverse"
PAYABLES = "902011026200001"


async def opened(bank: TestBank, business_code: str = "262", teller: str = "K0211", **more: str) -> str:
    receipt = await bank.run(teller, OPEN, {"business_code": business_code, "name": "待清理款项", **more})
    return receipt["result"]["account"]


async def posted(bank: TestBank, account: str, amount: str = "80.00", direction: str = "credit", teller: str = "K0211") -> dict:
    other = "debit" if direction == "credit" else "credit"
    legs = [leg(f"9{account[1:5]}1013700001", other, amount), leg(account, direction, amount)]
    return await bank.run(teller, POST, {"currency": "CNY", "legs": legs})


async def test_the_next_free_suffix_is_taken(bank: TestBank):
    receipt = await bank.run("K0211", OPEN, {"business_code": "137", "name": "应收诉讼费"})
    assert receipt["result"] == {
        "account": "902011013700101",
        "name": "应收诉讼费",
        "business_code": "137",
        "subject": "13901",
        "subject_name": {"zh": "应收款项", "en": "Sundry receivables"},
        "opened_on": BUSINESS_DATE.isoformat(),
    }
    assert await opened(bank, "137", suffix="00103") == "902011013700103"
    assert [await opened(bank, "137") for _ in range(2)] == ["902011013700102", "902011013700104"]
    assert await opened(bank, "137", currency="USD") == "902011413700101"
    assert await opened(bank, "137", teller="K0311") == "903011013700101"


async def test_racing_openings_get_a_suffix_each(bank: TestBank):
    accounts = await asyncio.gather(*(opened(bank, "138", teller=teller) for teller in ("K0211", "S0211", "K0212", "S0212") * 2))
    assert sorted(accounts) == [f"9020110138{number:05d}" for number in range(101, 109)]
    answers = await asyncio.gather(
        *(bank.send("K0211", OPEN, {"business_code": "138", "name": "一号", "suffix": "00500"}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.parametrize("code", ["122", "123", "129", "130", "149", "151", "152", "162", "201", "221", "235", "243", "411", "501", "521"])
async def test_forbidden_subjects(bank: TestBank, code: str):
    """IB 2527-2529, the list in full: loans, deposits, fixed assets, all of profit and loss."""
    await bank.refuse("K0211", OPEN, {"business_code": code, "name": "不许"}, "ledger.account.not_to_open")


@pytest.mark.parametrize(
    ("change", "problem", "field"),
    [
        ({"business_code": "999"}, "ledger.business_code.unknown", "business_code"),
        ({"suffix": "00001"}, "ledger.account.suffix_outside", "suffix"),
        ({"suffix": "00100"}, "ledger.account.suffix_outside", "suffix"),
        ({"counterparty": "0200"}, "ledger.account.counterparty_not_wanted", "counterparty"),
        ({"business_code": "475"}, "ledger.account.city_only", "business_code"),
        ({"currency": "XXX"}, "currency.unknown", "currency"),
        ({"name": " "}, "request.invalid", "name"),
    ],
)
async def test_what_cannot_be_opened(bank: TestBank, change: dict, problem: str, field: str):
    body = {"business_code": "262", "name": "某户", **change}
    assert (await bank.refuse("K0211", OPEN, body, problem))["field"] == field


async def test_fund_accounts_begin_with_the_sub_branch(bank: TestBank):
    """40705: two digits of the sub-branch, three of the sequence; opened at the city's business department (IB 3228-3234)."""
    body = {"business_code": "475", "name": "02支行资金户"}
    await bank.refuse("K0101", OPEN, body, "ledger.account.counterparty_required")
    assert await opened(bank, "475", "K0101", counterparty="0200") == "901001047502001"
    assert await opened(bank, "475", "K0101", counterparty="0200") == "901001047502002"
    await bank.refuse("K0101", OPEN, {**body, "counterparty": "0300", "suffix": "02003"}, "ledger.account.suffix_outside")
    assert await opened(bank, "475", "K0101", counterparty="0300", suffix="03001") == "901001047503001"


async def test_an_account_nobody_opened_takes_nothing(bank: TestBank):
    legs = [leg("902011013700001", "debit", "1.00"), leg("902011026207777", "credit", "1.00")]
    problem = await bank.refuse("K0211", POST, {"currency": "CNY", "legs": legs}, "ledger.account.unknown")
    assert problem["field"] == "legs.1.account"


async def test_closing_in_two_steps(bank_template):
    from tests.support.bank import running_bank

    async with running_bank(bank_template) as bank:
        account = await opened(bank)
        receipt = await posted(bank, account)
        assert await balance(bank, account) == -80
        assert (await bank.refuse("K0211", CLOSE, {"account": account, "state": "closed"}, "ledger.account.not_zero"))["status"] == 409
        await bank.refuse("K0211", CLOSE, {"account": account, "state": "written_off"}, "ledger.account.not_closed")
        await posted(bank, account, direction="debit")
        assert await balance(bank, account) == 0
        closed = await bank.run("K0211", CLOSE, {"account": account, "state": "closed"})
        assert closed["result"] == {"account": account, "name": "待清理款项", "status": "closed"} and closed["entries"] == []

        legs = {"currency": "CNY", "legs": [leg("902011013700001", "debit", "1.00"), leg(account, "credit", "1.00")]}
        assert (await bank.refuse("K0211", POST, legs, "ledger.account.closed"))["field"] == "legs.1.account"
        wrong = {"transaction_number": receipt["transaction_number"], "business_date": BUSINESS_DATE.isoformat()}
        await bank.refuse("K0211", REVERSE, wrong, "ledger.account.closed", second="K0219")
        await bank.refuse("K0211", CLOSE, {"account": account, "state": "closed"}, "ledger.account.closed_already")
        await bank.refuse("K0211", CLOSE, {"account": account, "state": "written_off"}, "ledger.account.closed_today")
        await bank.refuse("K0211", OPEN, {"business_code": "262", "name": "再开", "suffix": account[-5:]}, "ledger.account.exists")

        assert (await bank.day_end())["state"] == "done"
        tomorrow = BUSINESS_DATE + timedelta(days=1)
        assert (await bank.run("K0211", CLOSE, {"account": account, "state": "written_off"}))["result"]["status"] == "written_off"
        await bank.refuse("K0211", CLOSE, {"account": account, "state": "written_off"}, "ledger.account.written_off")
        await bank.refuse("K0211", POST, legs, "ledger.account.closed")
        assert await opened(bank) == "902011026200102"
        assert await opened(bank, suffix=account[-5:], name="重新开立") == account
        await posted(bank, account)
        assert await balance(bank, account) == -80
        events = await bank.sql("SELECT action, name, business_date FROM ledger.account_event WHERE account = $1 ORDER BY made_at", account)
        assert [tuple(event) for event in events] == [
            ("open", "待清理款项", BUSINESS_DATE),
            ("close", "待清理款项", BUSINESS_DATE),
            ("write_off", "待清理款项", tomorrow),
            ("open", "重新开立", tomorrow),
        ]
        await assert_books_agree(bank)


async def test_accounts_of_the_whole_bank_and_of_others_stay(bank: TestBank):
    account = await opened(bank, teller="K0311")
    await bank.refuse("K0211", CLOSE, {"account": PAYABLES, "state": "closed"}, "ledger.account.bank_wide")
    await bank.refuse("K0211", CLOSE, {"account": "902011026501001", "state": "closed"}, "ledger.account.unknown")
    assert (await bank.refuse("K0211", CLOSE, {"account": account, "state": "closed"}, "ledger.account.other_outlet"))["status"] == 403
    await bank.refuse("K0211", CLOSE, {"account": "400000001001011", "state": "closed"}, "account.not_internal")
    await bank.refuse("K0211", CLOSE, {"account": account, "state": "gone"}, "request.invalid")


async def test_closing_and_posting_at_once_never_leaves_money_on_a_closed_account(bank: TestBank):
    """Whoever decides first wins: a closed account has no balance, and no posting is parked behind it."""
    for _ in range(4):
        account = await opened(bank)
        legs = {"currency": "CNY", "legs": [leg("902011013700001", "debit", "5.00"), leg(account, "credit", "5.00")]}
        closing = {"account": account, "state": "closed"}
        answers = await asyncio.gather(
            bank.send("K0211", POST, legs),
            bank.send("S0211", CLOSE, closing),
            bank.send("S0212", POST, legs),
            bank.send("K0212", CLOSE, closing),
        )
        refused = {answer.json()["code"] for answer in answers if answer.status_code != 200}
        assert refused <= {"ledger.account.closed", "ledger.account.closed_already", "ledger.account.under_way", "ledger.account.not_zero"}
        await bank.settle()
        [row] = await bank.sql("SELECT balance_minor, closed_on FROM ledger.account WHERE account = $1", account)
        assert row["closed_on"] is None or row["balance_minor"] == 0
    await assert_books_agree(bank)


async def test_off_sheet_posting_is_single_sided(bank: TestBank):
    """IB 3177-3191; received raises, paid lowers, and what is not there is not paid."""
    account = await opened(bank, "703")
    received = await bank.run("K0211", OFF_SHEET, leg(account, "receive", "1000.00", summary="代保管"))
    assert received["entries"] == []
    assert [(each["account"], each["direction"], each["amount"]) for each in received["off_sheet"]] == [(account, "receive", "1000.00")]
    await bank.run("K0211", OFF_SHEET, leg(account, "pay", "400.00"))
    assert await balance(bank, account) == 600
    await bank.refuse("K0211", OFF_SHEET, leg(account, "pay", "600.01"), "ledger.account.overdrawn")
    await bank.refuse("K0211", CLOSE, {"account": account, "state": "closed"}, "ledger.account.not_zero")
    wrong = {"transaction_number": received["transaction_number"], "business_date": BUSINESS_DATE.isoformat()}
    await bank.refuse("K0211", REVERSE, wrong, "ledger.account.overdrawn", second="K0219")
    back = await bank.run("K0211", OFF_SHEET, leg("902011070300001", "receive", "7.00"))
    reversed_ = await bank.run("K0211", REVERSE, {**wrong, "transaction_number": back["transaction_number"]}, second="K0219")
    assert [(each["direction"], each["red"]) for each in reversed_["off_sheet"]] == [("receive", True)]
    assert await balance(bank, "902011070300001") == 0


@pytest.mark.parametrize(
    ("body", "problem", "field"),
    [
        (leg("902011070500001", "receive", "1.00"), "ledger.business_code.not_by_hand", "account"),
        (leg("902011070200001", "receive", "1.00"), "ledger.business_code.not_by_hand", "account"),
        (leg("902011026200001", "receive", "1.00"), "ledger.account.not_off_sheet", "account"),
        (leg("903011070300001", "receive", "1.00"), "ledger.account.other_outlet", "account"),
        (leg("902011070307777", "receive", "1.00"), "ledger.account.unknown", "account"),
        (leg("902011070300001", "debit", "1.00"), "request.invalid", "direction"),
        (leg("902011070300001", "receive", "0.00"), "amount.not_positive", "amount"),
        (leg("400000001001011", "receive", "1.00"), "account.not_internal", "account"),
    ],
)
async def test_what_is_not_posted_off_sheet(bank: TestBank, body: dict, problem: str, field: str):
    assert (await bank.refuse("K0211", OFF_SHEET, body, problem))["field"] == field


async def test_only_the_name_of_an_off_sheet_account_is_put_right(bank: TestBank):
    account, on_sheet, other = await opened(bank, "704"), await opened(bank), await opened(bank, "704", "K0311")
    result = (await bank.run("K0211", NAME, {"account": account, "name": "房产证"}))["result"]
    assert (result["name"], result["name_before"], result["balance"], result["status"]) == ("房产证", "待清理款项", "0.00", "normal")
    await bank.refuse("K0211", NAME, {"account": on_sheet, "name": "甲"}, "ledger.account.not_off_sheet")
    await bank.refuse("K0211", NAME, {"account": other, "name": "甲"}, "ledger.account.other_outlet")
    await bank.refuse("K0211", NAME, {"account": "902011070400001", "name": "甲"}, "ledger.account.bank_wide")
    await bank.refuse("K0211", NAME, {"account": "902011070409999", "name": "甲"}, "ledger.account.unknown")
    await bank.run("K0211", CLOSE, {"account": account, "state": "closed"})
    await bank.refuse("K0211", NAME, {"account": account, "name": "甲"}, "ledger.account.closed")


async def test_sent_twice_is_done_once(bank: TestBank):
    body = {"business_code": "271", "name": "久悬户"}
    first, second = [await bank.run("K0211", OPEN, body, key="open-271") for _ in range(2)]
    assert first == second
    assert len(await bank.sql("SELECT FROM ledger.account WHERE business_code = '271'")) == 1


async def test_a_preview_opens_nothing(bank: TestBank):
    headers = {"Authorization": f"Bearer {await bank.sign_on('K0211')}"}
    answer = await bank.client.post(f"/api/transactions/{OPEN}/preview", json={"business_code": "267", "name": "甲"}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert await bank.sql("SELECT FROM ledger.account WHERE business_code = '267'") == []


@pytest.mark.parametrize(
    ("legs", "problem", "field"),
    [
        ([leg("902011013700001", "debit", "5.00"), leg(PAYABLES, "credit", "4.00")], "ledger.entry.not_balanced", "legs"),
        ([leg(PAYABLES, "debit", "5.00"), leg("902011013700001", "debit", "5.00", red=True)], "ledger.entry.one_sided", "legs"),
        ([leg("902011010100002", "debit", "5.00"), leg("902011010100001", "credit", "5.00")], "ledger.entry.other_box", "legs.1.account"),
        ([leg("902011410100002", "debit", "5.00"), leg(PAYABLES, "credit", "5.00")], "ledger.entry.currency_differs", "legs.0.account"),
        (
            [leg("902011013700001", "debit", "5.00"), leg("902011041700001", "credit", "5.00")],
            "ledger.business_code.not_by_hand",
            "legs.1.account",
        ),
        (
            [leg("902011013700001", "debit", "5.00"), leg("902011070300001", "credit", "5.00")],
            "ledger.account.wrong_sheet",
            "legs.1.account",
        ),
    ],
)
async def test_what_general_posting_refuses(bank: TestBank, legs: list, problem: str, field: str):
    assert (await bank.refuse("K0211", POST, {"currency": "CNY", "legs": legs}, problem))["field"] == field


async def test_a_cheque_is_named_by_its_number(bank: TestBank):
    """IB 3168-3170: cash cheque, transfer cheque, other; all but the last have a number. It stays with the set."""
    body = {"currency": "CNY", "legs": [leg("902011013700001", "debit", "5.00"), leg(PAYABLES, "credit", "5.00")]}
    await bank.refuse("K0211", POST, {**body, "voucher_type": "TCKZ"}, "ledger.entry.voucher_number")
    await bank.refuse("K0211", POST, {**body, "voucher_number": "00000026"}, "ledger.entry.voucher_type")
    await bank.refuse("K0211", POST, {**body, "voucher_type": "TCKZ", "voucher_number": "26"}, "request.invalid")
    made = await bank.run("K0211", POST, {**body, "voucher_type": "TCKZ", "voucher_number": "00000026"})
    await bank.run("K0211", POST, {**body, "voucher_type": "OTHER"})
    await bank.settle()
    [row] = await bank.sql(
        "SELECT fact ->> 'voucher_type' AS kind, fact ->> 'voucher_number' AS number FROM ledger.posting_set WHERE transaction_number = $1",
        made["transaction_number"],
    )
    assert tuple(row) == ("TCKZ", "00000026")
