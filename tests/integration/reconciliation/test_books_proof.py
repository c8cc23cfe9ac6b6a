"""The proof of the books as tellers and the day end ask for it."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.ledger import PostingRejected
from contracts.reconciliation import PROOF_KINDS
from kernel.errors import DomainError
from runtime.identifiers import new_id
from tests.support.bank import TestBank, running_bank
from tests.support.business import busy_day, execute


@pytest.fixture
async def fresh_bank(bank_template):
    async with running_bank(bank_template) as running:
        yield running


async def test_the_open_date_is_proved_as_it_stands_and_nothing_is_kept(bank: TestBank):
    await busy_day(bank)
    proof = await bank.ask("S0009", "books.proof")
    assert (proof["business_date"], proof["stored"], proof["holds"]) == ("2005-09-01", False, True)
    assert {kind: proof[kind] for kind in PROOF_KINDS} == {
        kind: {"holds": True, "difference": "0.00", "open_items": []} for kind in PROOF_KINDS
    }
    assert await bank.sql("SELECT * FROM reconciliation.proof") == []


async def test_dates_without_a_proof_are_refused(bank: TestBank):
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0009')}"}
    for day, status, code in (("2005-09-02", 422, "books.proof.later"), ("2005-08-31", 404, "books.proof.none")):
        answer = await bank.client.get("/api/queries/books.proof", params={"date": day}, headers=headers)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, "date")


async def test_a_teller_of_the_centre_proves_the_books_and_the_proof_is_kept(bank: TestBank):
    receipt = await bank.run("S0001", "recon.books.prove", {})
    assert receipt["entries"] == [] and receipt["result"]["holds"] and receipt["result"]["business_date"] == "2005-09-01"
    kept = await bank.sql("SELECT kind, holds, difference_minor FROM reconciliation.proof")
    assert {tuple(row) for row in kept} == {(kind, True, 0) for kind in PROOF_KINDS}
    await bank.refuse("S0211", "recon.books.prove", {}, "right.missing")


async def test_a_proof_of_an_earlier_date_is_the_one_its_day_end_kept(fresh_bank: TestBank):
    bank = fresh_bank
    account = await busy_day(bank)
    await bank.day_end()
    await execute(bank, f"UPDATE savings.account SET balance_minor = 1 WHERE account = '{account}'")
    earlier = await bank.ask("S0009", "books.proof", date="2005-09-01")
    assert (earlier["stored"], earlier["holds"]) == (True, True) and earlier["made_at"]
    assert not (await bank.ask("S0009", "books.proof"))["holds"]
    asked = await bank.bank.transport.call("reconciliation", "POST", "/internal/proof", json={"business_date": "2005-09-01"})
    assert asked["stored"] is True
    with pytest.raises(DomainError) as refused:
        await bank.bank.transport.call("reconciliation", "POST", "/internal/proof", json={"business_date": "2005-09-03"})
    assert refused.value.code == "books.proof.later"


async def test_two_accounts_that_swapped_balances_are_found_although_every_sum_agrees(fresh_bank: TestBank):
    bank = fresh_bank
    first = await busy_day(bank)
    body = {"instrument": "passbook", "currency": "CNY", "amount": "100.00", "withdrawal_mode": "A", "password": "123456"}
    customer = (await bank.sql("SELECT customer_number FROM savings.account"))[0]["customer_number"]
    opened = await bank.run("S0311", "savings.demand.open", {**body, "customer_number": customer, "cross_outlet": True})
    second = opened["result"]["account"]
    await execute(bank, f"UPDATE savings.account SET balance_minor = 580000 - balance_minor WHERE account IN ('{first}', '{second}')")
    part = (await bank.ask("S0009", "books.proof"))["subledgers"]
    assert {item["account"] for item in part["open_items"]} == {first, second}
    assert part["difference"] == "11200.00"


async def test_an_account_is_followed_to_the_first_posting_that_differs(fresh_bank: TestBank):
    """A line of the keeper's that was never posted, on the second day; what came before and the accounts of others agree."""
    bank = fresh_bank
    account = await busy_day(bank)
    await bank.day_end()
    await bank.run("S0211", "savings.demand.deposit", {"account": account, "amount": "10.00"})
    await bank.settle()
    assert (await bank.ask("S0009", "books.proof_account", account=account))["same"] is True
    invented = new_id()
    await execute(
        bank,
        "INSERT INTO savings.account_line (account, line, posting_id, code, business_date, value_date, amount_minor, balance_after_minor, "
        f"counter_outlet, teller) SELECT account, max(line) + 1, '{invented}', 'x', '2005-09-02', '2005-09-02', 700, 0, '0201', 'S0211' "
        f"FROM savings.account_line WHERE account = '{account}' GROUP BY account",
    )
    await execute(bank, f"UPDATE savings.account SET balance_minor = balance_minor + 700 WHERE account = '{account}'")
    said = await bank.ask("S0009", "books.proof_account", account=account)
    assert (said["owner"], said["same"], said["difference"], said["first_date"]) == ("savings", False, "7.00", "2005-09-02")
    assert said["postings"] == [{"posting_id": str(invented), "kept": "7.00", "ledger": "0.00", "difference": "7.00"}]
    [group] = (await bank.ask("S0009", "books.proof_groups", different=True))["rows"]
    assert (group["business_code"], group["difference"], group["same"]) == ("211", "7.00", False)
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}"}
    answer = await bank.client.get("/api/queries/books.proof_account", params={"account": account}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "account.outside")


async def test_a_broken_mirror_names_both_accounts(fresh_bank: TestBank):
    bank = fresh_bank
    await busy_day(bank)
    await bank.day_end()
    await execute(bank, "UPDATE ledger.account SET balance_minor = balance_minor + 5 WHERE account = '902001047200201'")
    part = (await bank.ask("S0009", "books.proof"))["mirrors"]
    [item] = part["open_items"]
    assert (item["outlet"], item["account"]) == ("0201", "902011047200200") and "902001047200201" in item["theirs_of"]
    assert part["difference"] == "0.05"


async def test_a_rejection_is_an_open_item_until_it_stands_in_the_journal(fresh_bank: TestBank):
    bank = fresh_bank
    posted = (await bank.sql("SELECT posting_id FROM ledger.posting_set LIMIT 1"))[0]["posting_id"]
    unknown = new_id()
    resources = bank.bank.applications["ledger"].resources
    async with resources.database.transaction() as connection:
        for posting_id in (unknown, posted):
            rejected = PostingRejected(
                posting_id=posting_id,
                origin="savings",
                business_date=date(2005, 9, 1),
                code="ledger.rule.unknown",
                reason_zh="没有规则",
                reason_en="no rule",
            )
            await resources.outbox.add(connection, rejected, business_date=date(2005, 9, 1))
    resources.outbox.committed()
    await bank.settle()
    part = (await bank.ask("S0009", "books.proof"))["completeness"]
    assert not part["holds"]
    [item] = part["open_items"]
    assert (item["posting_id"], item["code"], item["reason"]) == (str(unknown), "ledger.rule.unknown", {"zh": "没有规则", "en": "no rule"})
    rows = await bank.sql("SELECT posting_id, resolved_at IS NOT NULL AS resolved FROM reconciliation.rejection")
    assert {row["posting_id"]: row["resolved"] for row in rows} == {unknown: False, posted: True}
