"""A customer's new name reaches the accounts that are open, and those alone; every change is kept."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from contracts.customer import CustomerRenamed
from tests.support.bank import TestBank
from tests.support.ledger import demand, person
from tests.support.waiting import until

MAINTAIN = "customer.personal.maintain"


async def account(bank: TestBank, number: str) -> dict[str, Any]:
    return (await bank.ask("S0209", "account.detail", account=number))["account"]


async def test_open_accounts_take_the_new_name(bank: TestBank) -> None:
    customer = await person(bank)
    kept, closed, renamed = [await demand(bank, customer, amount) for amount in ("1.00", "2.00", "3.00")]
    await bank.run("S0211", "savings.demand.close", {"account": closed, "password": "123456"})
    own_name = {"account": renamed, "name": "张三(工资)"}
    await bank.run("S0211", "savings.account.maintain", own_name, second="S0219")
    body = {"customer_number": customer, "name": "张叁"}
    receipt = await bank.run("S0201", MAINTAIN, body, second="S0209")
    await bank.settle()
    for number, name in ((kept, "张叁"), (closed, "张三"), (renamed, "张三(工资)")):

        async def renamed_too(number: str = number, name: str = name) -> bool:
            return (await account(bank, number))["name"] == name

        await until(renamed_too, f"{number} is called {name}")
    [change] = await bank.sql("SELECT * FROM savings.account_change WHERE account = $1", kept)
    assert (change["field"], change["before"], change["after"], change["code"]) == ("name", "张三", "张叁", MAINTAIN)
    assert (change["teller"], change["second"], change["outlet"]) == ("S0201", "S0209", "0201")
    await bank.run("S0211", "savings.demand.deposit", {"account": kept, "amount": "1.00"})
    await bank.settle()
    [book] = await bank.sql("SELECT name FROM ledger.account WHERE account = $1", kept)
    assert book["name"] == "张叁" and receipt["result"]["name"] == "张叁"


def said(customer: str, before: str, after: str) -> CustomerRenamed:
    who = {"business_date": "2005-09-01", "posting_id": uuid4(), "code": MAINTAIN, "teller": "S0201", "second": "S0209"}
    return CustomerRenamed.model_validate({"customer_number": customer, "before": before, "after": after, **who})


async def test_open_loans_and_their_notes_take_the_new_name(bank: TestBank) -> None:
    """Organisations keep their names (IB 2520), and consumer loans are not lent yet: so the message is said here, about an organisation."""
    document = {"nature": "006", "id_type": "G", "id_number": "440100000054321", "address": "解放路1号", "phone": "88880001"}
    borrower = (await bank.run("K0211", "customer.corporate.open", {"name": "东方公司", **document}))["result"]["customer_number"]
    kind = {"customer_number": borrower, "kind": "201", "account_flag": "0", "interest_bearing": True}
    deposit = (await bank.run("K0211", "savings.corporate.pre_open", kind))["result"]["account"]
    await bank.run("K0211", "savings.corporate.deposit_cash", {"account": deposit, "amount": "10.00"})
    note = {"contract_number": "HT200509010777", "customer_number": borrower, "deposit_account": deposit, "currency": "CNY", "kind": "123"}
    terms = {"rate": "5.22", "starts_on": "2005-09-01", "due_on": "2006-02-28", "principal": "1000.00"}
    entered = (await bank.run("K0211", "lending.note.enter", {**note, **terms}))["result"]["note_number"]
    loan = (await bank.run("K0211", "lending.loan.release", {"note_number": entered}))["result"]["account"]
    resources = bank.bank.applications["customer"].resources
    async with resources.database.transaction() as connection:
        await resources.outbox.add(connection, said(borrower, "西方公司", "北方公司"))
        await resources.outbox.add(connection, said(borrower, "东方公司", "东方集团"))
        await resources.outbox.add(connection, said(borrower, "东方集团", "东方集团公司"))
    resources.outbox.committed()
    names = "SELECT l.name, n.customer_name FROM lending.loan l JOIN lending.loan_note n USING (note_number) WHERE l.account = $1"

    async def told() -> tuple[str, str, str]:
        [row] = await bank.sql(names, loan)
        return (*row, (await account(bank, deposit))["name"])

    wanted = ("东方集团公司",) * 3

    async def all_told() -> bool:
        return await told() == wanted

    await until(all_told, f"everybody says {wanted[0]}")


def test_renamings_of_a_customer_stay_in_order() -> None:
    assert said("0000034882", "a", "b").shard_key() == "0000034882"
