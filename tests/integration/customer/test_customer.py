"""Customers over the bank's door: opened once, numbered from lists, found again."""

import asyncio

import pytest

from contracts.customer import CustomerClient
from kernel.errors import DomainError
from kernel.numbers import check_customer_number
from tests.integration.customer.people import company, person, resident
from tests.support.bank import TestBank


async def test_a_person_is_opened_and_found(bank: TestBank) -> None:
    receipt = await bank.run("S0211", "customer.personal.open", person(1, address="中山路 5 号", phone="13800000000", salutation="先生"))
    number = receipt["result"]["customer_number"]
    assert check_customer_number(number) == number and number[0] == "0"
    assert receipt["entries"] == [] and receipt["posting_id"] is None

    kept = await bank.ask("S0311", "customer.personal", customer_number=number)
    assert (kept["name"], kept["id_number"], kept["status"], kept["outlet"]) == ("客户001", resident(1), "active", "0201")
    assert (kept["born_on"], kept["sex"], kept["salutation"]) == ("1970-01-01", "male", "先生")
    view = await CustomerClient(bank.bank.transport).customer(number)
    assert view.model_dump() == {
        "customer_number": number,
        "kind": "personal",
        "name": "客户001",
        "id_type": "A",
        "id_number": resident(1),
        "status": "active",
        "instruments": (),
    }


async def test_a_document_opens_one_customer(bank: TestBank) -> None:
    number = (await bank.run("S0211", "customer.personal.open", person(2)))["result"]["customer_number"]
    problem = await bank.refuse("S0311", "customer.personal.open", person(2, name="另一人"), "customer.exists")
    assert number in problem["message"]["zh"] and number in problem["message"]["en"]
    assert problem["errors"] == [{"field": "id_number", "customer_number": number}]
    assert problem["field"] == "id_number"


async def test_ten_racing_openings_of_one_document_open_one_customer(bank: TestBank) -> None:
    tellers = [f"S0{outlet}{last}" for outlet in ("21", "22", "20", "31", "30") for last in "12"]
    for teller in tellers:
        await bank.sign_on(teller)
    answers = await asyncio.gather(*(bank.send(teller, "customer.personal.open", person(3)) for teller in tellers))
    opened = [answer.json()["result"]["customer_number"] for answer in answers if answer.status_code == 200]
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert len(opened) == 1 and len(refused) == 9
    assert {problem["errors"][0]["customer_number"] for problem in refused} == set(opened)
    assert len(await bank.sql("SELECT FROM customer.customer WHERE id_number = $1", resident(3))) == 1


async def test_persons_without_a_document_are_not_compared(bank: TestBank) -> None:
    body = {"name": "无证件", "id_type": "Z"}
    first = await bank.run("S0211", "customer.personal.open", body)
    second = await bank.run("S0211", "customer.personal.open", {**body, "id_number": ""})
    assert first["result"]["customer_number"] != second["result"]["customer_number"]


async def test_enterprises_are_known_by_full_name_persons_by_document(bank: TestBank) -> None:
    first = (await bank.run("K0211", "customer.corporate.open", company("东湖(集团)有限公司")))["result"]["customer_number"]
    assert first[0] == "4"
    problem = await bank.refuse("K0211", "customer.corporate.open", company("东湖（集团）有限公司", id_number="1"), "customer.exists")
    assert problem["field"] == "name" and problem["errors"][0]["customer_number"] == first

    individual = company("王五", nature="003", id_type="A", id_number=resident(4))
    second = (await bank.run("K0211", "customer.corporate.open", individual))["result"]["customer_number"]
    await bank.run("K0211", "customer.corporate.open", {**individual, "id_number": resident(5)})
    problem = await bank.refuse("K0211", "customer.corporate.open", {**individual, "name": "王六"}, "customer.exists")
    assert problem["errors"][0]["customer_number"] == second
    await bank.run("S0211", "customer.personal.open", person(4))  # the same person as a personal customer is another thing

    kept = await bank.ask("K0211", "customer.corporate", customer_number=first)
    assert (kept["nature"], kept["nature_name"]["zh"], kept["phone"]) == ("006", "有限责任", "027-1234567")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"id_number": "110105197001010012"}, "identity.resident.check_digit", "id_number"),
        ({"id_type": "G"}, "customer.id_type.unfit", "id_type"),
        ({"name": "名" * 61}, "request.invalid", "name"),
        ({"name": "  "}, "request.invalid", "name"),
        ({"name": "张\u0007三"}, "request.invalid", "name"),
        ({"name": "张\u0000三"}, "request.invalid", "name"),
        ({"id_number": ""}, "customer.id_number.missing", "id_number"),
        ({"customer_number": "0000000019"}, "customer.number.check_digit", "customer_number"),
        ({"customer_number": "9000000000"}, "customer.number.malformed", "customer_number"),
        ({"nickname": "三"}, "request.invalid", "nickname"),
    ],
)
async def test_bad_input_changes_nothing(bank: TestBank, changes: dict[str, str], code: str, field: str) -> None:
    before = await bank.sql("SELECT count(*) FROM customer.customer")
    problem = await bank.refuse("S0211", "customer.personal.open", person(6, **changes), code)
    assert problem["field"] == field
    assert await bank.sql("SELECT count(*) FROM customer.customer") == before


async def test_a_name_of_sixty_characters_fits(bank: TestBank) -> None:
    await bank.run("S0211", "customer.personal.open", person(7, name="名" * 60))


async def test_natures_outside_the_list_are_refused(bank: TestBank) -> None:
    await bank.refuse("K0211", "customer.corporate.open", company("甲公司", nature="010"), "request.invalid")


async def test_savings_tellers_open_persons_corporate_tellers_organisations(bank: TestBank) -> None:
    await bank.refuse("K0211", "customer.personal.open", person(8), "right.missing")
    await bank.refuse("S0211", "customer.corporate.open", company("乙公司"), "right.missing")


async def test_numbers_are_issued_to_an_outlet_and_used_once(bank: TestBank) -> None:
    issued = (await bank.run("K0211", "customer.number.issue", {"class_digit": "5", "count": 3}))["result"]
    numbers = issued["numbers"]
    assert [number[:9] for number in numbers] == ["500000001", "500000002", "500000003"]
    assert all(check_customer_number(number) for number in numbers)
    assert (issued["first"], issued["last"], issued["count"]) == (numbers[0], numbers[2], 3)

    await bank.refuse("K0221", "customer.corporate.open", company("丙公司", customer_number=numbers[0]), "customer.number.not_issued")
    await bank.refuse("S0211", "customer.personal.open", person(9, customer_number=numbers[0]), "customer.number.other_kind")
    receipt = await bank.run("K0211", "customer.corporate.open", company("丙公司", customer_number=numbers[0]))
    assert receipt["result"]["customer_number"] == numbers[0]
    await bank.refuse("K0211", "customer.corporate.open", company("丁公司", customer_number=numbers[0]), "customer.number.taken")

    unused = await bank.ask("K0211", "customer.numbers", limit="1")
    assert [row["customer_number"] for row in unused["rows"]] == [numbers[1]] and unused["next"] == numbers[1]
    rest = await bank.ask("K0211", "customer.numbers", after=unused["next"])
    assert [row["customer_number"] for row in rest["rows"]] == [numbers[2]] and rest["next"] is None


async def test_a_refused_opening_leaves_its_number_unused(bank: TestBank) -> None:
    [number] = (await bank.run("S0221", "customer.number.issue", {"class_digit": "1", "count": 1}))["result"]["numbers"]
    await bank.run("S0221", "customer.personal.open", person(10))
    await bank.refuse("S0221", "customer.personal.open", person(10, customer_number=number), "customer.exists")
    receipt = await bank.run("S0221", "customer.personal.open", person(11, customer_number=number))
    assert receipt["result"]["customer_number"] == number


async def test_racing_batches_never_share_a_number(bank: TestBank) -> None:
    tellers = ["K0211", "K0221", "K0311", "K0201", "K0301"]
    for teller in tellers:
        await bank.sign_on(teller)
    batches = await asyncio.gather(*(bank.run(teller, "customer.number.issue", {"class_digit": "8", "count": 20}) for teller in tellers))
    numbers = [number for batch in batches for number in batch["result"]["numbers"]]
    assert len(set(numbers)) == len(numbers) == 100


async def test_search_combines_its_criteria_and_pages(bank: TestBank) -> None:
    opened = []
    for sequence in range(20, 25):
        body = person(sequence, name=f"搜索{'甲' if sequence % 2 else '乙'}{sequence}")
        opened.append((await bank.run("S0211", "customer.personal.open", body))["result"]["customer_number"])

    found = await bank.ask("S0211", "customer.search", name="搜索乙")
    assert [row["customer_number"] for row in found["rows"]] == [opened[0], opened[2], opened[4]]
    found = await bank.ask("S0211", "customer.search", name="搜索", id_number=resident(22))
    assert [row["customer_number"] for row in found["rows"]] == [opened[2]]
    assert (await bank.ask("S0211", "customer.search", name="搜索甲", id_number=resident(22)))["rows"] == []
    assert (await bank.ask("S0211", "customer.search", customer_number=opened[3]))["rows"][0]["name"] == "搜索甲23"
    assert (await bank.ask("S0211", "customer.search", name="%"))["rows"] == []
    assert len((await bank.ask("S0211", "customer.search", name="搜索", opened_from="2005-09-01", opened_to="2005-09-01"))["rows"]) == 5
    assert (await bank.ask("S0211", "customer.search", name="搜索", opened_from="2005-09-02"))["rows"] == []

    pages, after = [], ""
    while after is not None:
        page = await bank.ask("S0211", "customer.search", name="搜索", limit="2", after=after)
        pages.append([row["customer_number"] for row in page["rows"]])
        after = page["next"]
    assert pages == [opened[0:2], opened[2:4], opened[4:5]]


async def test_unknown_customers_and_other_kinds(bank: TestBank) -> None:
    number = (await bank.run("S0211", "customer.personal.open", person(30)))["result"]["customer_number"]
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}"}
    for name, asked in (("customer.corporate", number), ("customer.personal", "0999999996")):
        answer = await bank.client.get(f"/api/queries/{name}", params={"customer_number": asked}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "customer.unknown")
    with pytest.raises(DomainError) as refused:
        await CustomerClient(bank.bank.transport).customer("0999999996")
    assert refused.value.code == "customer.unknown"


async def test_the_same_key_gives_the_same_customer(bank: TestBank) -> None:
    first = await bank.run("S0211", "customer.personal.open", person(31), key="once-31")
    assert await bank.run("S0211", "customer.personal.open", person(31), key="once-31") == first
    await bank.refuse("S0211", "customer.personal.open", person(32), "idempotency.key_reused", key="once-31")
