"""信息维护 over the bank's door: what may change where, never without a manager, and nothing that was is lost."""

import asyncio
from typing import Any

import asyncpg
import pytest

from runtime.migrations import role_of
from tests.integration.customer.people import company, person, resident
from tests.support.bank import ROLE_PASSWORD, TestBank

PERSONAL, CORPORATE = "customer.personal.maintain", "customer.corporate.maintain"


async def opened(bank: TestBank, sequence: int, **more: Any) -> str:
    return (await bank.run("S0211", "customer.personal.open", person(sequence, **more)))["result"]["customer_number"]


async def history(bank: TestBank, customer: str) -> list[tuple[str, str | None, str | None]]:
    rows = (await bank.ask("S0211", "customer.history", customer_number=customer))["rows"]
    return [(row["field"]["en"], row["before"], row["after"]) for row in rows]


async def test_particulars_change_at_any_outlet_with_a_manager(bank: TestBank) -> None:
    number = await opened(bank, 201, phone="13800000000", address="中山路 5 号")
    body = {"customer_number": number, "phone": "13911111111", "employer": "东湖公司", "address": "中山路 5 号"}
    await bank.refuse("S0311", PERSONAL, body, "approval.required")
    await bank.refuse("S0311", PERSONAL, body, "approval.outside", second="S0219")
    receipt = await bank.run("S0311", PERSONAL, body, second="S0319")
    assert receipt["result"]["before"] == {"phone": "13800000000", "employer": None}
    assert receipt["result"]["after"] == {"phone": "13911111111", "employer": "东湖公司"}
    kept = await bank.ask("S0211", "customer.personal", customer_number=number)
    assert (kept["phone"], kept["employer"], kept["address"]) == ("13911111111", "东湖公司", "中山路 5 号")

    rows = (await bank.ask("S0211", "customer.history", customer_number=number))["rows"]
    assert {(row["outlet"], row["teller"], row["second"], row["business_date"]) for row in rows} == {
        ("0301", "S0311", "S0319", "2005-09-01")
    }
    assert {row["transaction_number"] for row in rows} == {receipt["transaction_number"]}
    assert sorted(await history(bank, number), key=str) == [("Employer", None, "东湖公司"), ("Phone", "13800000000", "13911111111")]


async def test_name_and_document_change_at_the_business_department_one_at_a_time(bank: TestBank) -> None:
    number = await opened(bank, 202)
    name, document = {"customer_number": number, "name": "新名字"}, {"customer_number": number, "id_number": resident(203)}
    await bank.refuse("S0211", PERSONAL, name, "customer.maintain.at_department_only", second="S0219")
    await bank.refuse("S0211", PERSONAL, document, "customer.maintain.at_department_only", second="S0219")
    await bank.refuse("S0201", PERSONAL, name | document, "customer.maintain.name_and_document", second="S0209")
    await bank.run("S0201", PERSONAL, name, second="S0209")
    await bank.run("S0201", PERSONAL, document, second="S0209")
    assert await history(bank, number) == [("Name", "客户202", "新名字"), ("Document number", resident(202), resident(203))]
    await bank.run("S0211", "customer.personal.open", person(202))  # the old document is free again
    problem = await bank.refuse("S0211", "customer.personal.open", person(203), "customer.exists")
    assert problem["errors"][0]["customer_number"] == number


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({}, "customer.maintain.nothing_changed", None),
        ({"name": "客户204"}, "customer.maintain.nothing_changed", None),
        ({"id_number": "110105197001010012"}, "identity.resident.check_digit", "id_number"),
        ({"id_type": "G", "id_number": "1"}, "customer.id_type.unfit", "id_type"),
        ({"born_on": "1970-01-02"}, "customer.maintain.born_otherwise", "born_on"),
        ({"nature": "001"}, "request.invalid", "nature"),
        ({"postcode": "12"}, "request.invalid", "postcode"),
    ],
)
async def test_what_maintenance_refuses(bank: TestBank, changes: dict[str, str], code: str, field: str | None) -> None:
    found = await bank.sql("SELECT customer_number FROM customer.customer WHERE id_number = $1", resident(204))
    number = found[0]["customer_number"] if found else await opened(bank, 204)
    problem = await bank.refuse("S0201", PERSONAL, {"customer_number": number, **changes}, code, second="S0209")
    assert problem.get("field") == field
    assert await history(bank, number) == []


async def test_a_document_that_is_known_is_refused(bank: TestBank) -> None:
    number, other = await opened(bank, 205), await opened(bank, 206)
    body = {"customer_number": number, "id_number": resident(206)}
    problem = await bank.refuse("S0201", PERSONAL, body, "customer.exists", second="S0209")
    assert problem["errors"][0]["customer_number"] == other


async def test_ten_customers_race_for_one_document(bank: TestBank) -> None:
    numbers = [await opened(bank, sequence) for sequence in range(210, 220)]
    await bank.sign_on("S0201")
    bodies = [{"customer_number": number, "id_number": resident(220)} for number in numbers]
    answers = await asyncio.gather(*(bank.send("S0201", PERSONAL, body, second="S0209") for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert len(await bank.sql("SELECT FROM customer.customer WHERE id_number = $1", resident(220))) == 1
    assert len(await bank.sql("SELECT FROM customer.customer_change WHERE after = $1", resident(220))) == 1


async def test_sent_twice_a_change_is_kept_once(bank: TestBank) -> None:
    number = await opened(bank, 221)
    body = {"customer_number": number, "fax": "027-1"}
    first = await bank.run("S0211", PERSONAL, body, second="S0219", key="fax-221")
    assert await bank.run("S0211", PERSONAL, body, second="S0219", key="fax-221") == first
    assert await history(bank, number) == [("Fax", None, "027-1")]


async def test_organisations_change_all_but_name_nature_and_kind_of_document(bank: TestBank) -> None:
    number = (await bank.run("K0211", "customer.corporate.open", company("维护有限公司")))["result"]["customer_number"]
    body = {"customer_number": number, "id_number": "440301103456780", "contact": "李四", "phone": "027-7654321"}
    await bank.refuse("K0311", CORPORATE, body | {"name": "另一公司"}, "request.invalid", second="K0319")
    await bank.run("K0311", CORPORATE, body, second="K0319")
    kept = await bank.ask("K0211", "customer.corporate", customer_number=number)
    assert (kept["id_number"], kept["contact"], kept["phone"], kept["name"]) == ("440301103456780", "李四", "027-7654321", "维护有限公司")
    assert len(await history(bank, number)) == 3

    individuals = []
    for sequence in (222, 223):
        body = company(f"个体{sequence}", nature="003", id_type="A", id_number=resident(sequence))
        individuals.append((await bank.run("K0211", "customer.corporate.open", body))["result"]["customer_number"])
    taken = {"customer_number": individuals[0], "id_number": resident(223)}
    await bank.refuse("K0211", CORPORATE, taken, "customer.exists", second="K0219")
    await bank.refuse("K0211", PERSONAL, {"customer_number": individuals[0], "phone": "1"}, "right.missing")


async def test_nobody_rewrites_history(bank: TestBank) -> None:
    number = await opened(bank, 224)
    await bank.run("S0211", PERSONAL, {"customer_number": number, "phone": "1"}, second="S0219")
    connection = await asyncpg.connect(bank.cluster.dsn(bank.database, role_of("customer"), ROLE_PASSWORD))
    try:
        for statement in ("UPDATE customer.customer_change SET after = '2'", "DELETE FROM customer.customer_change"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_history_comes_in_pages(bank: TestBank) -> None:
    number = await opened(bank, 225)
    for phone in range(5):
        await bank.run("S0211", PERSONAL, {"customer_number": number, "phone": str(phone)}, second="S0219")
    pages, after = [], ""
    while after is not None:
        page = await bank.ask("S0211", "customer.history", customer_number=number, limit="2", after=after)
        pages.append([row["after"] for row in page["rows"]])
        after = page["next"]
    assert pages == [["0", "1"], ["2", "3"], ["4"]]


async def test_special_business_lists_what_was_maintained(bank: TestBank) -> None:
    number = await opened(bank, 226, phone="1")
    receipt = await bank.run("S0311", PERSONAL, {"customer_number": number, "phone": "2", "fax": "3"}, second="S0319")
    lines = (await bank.report("S0311", "special_business"))["rows"]
    [line] = [line for line in lines if line["account"] == number]
    assert (line["name"], line["category"]["zh"], line["balance"]) == ("客户226", "私人客户维护", None)
    assert set(line["content"]["zh"].split("; ")) == {"电话 1 → 2", "传真 - → 3"}
    assert (line["teller"], line["second"], line["transaction_number"]) == ("S0311", "S0319", receipt["transaction_number"])
    elsewhere = (await bank.report("S0211", "special_business"))["rows"]
    assert not [line for line in elsewhere if line["account"] == number]
