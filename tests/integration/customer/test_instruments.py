"""一卡通 and 一本通 over the bank's door: given out with a voucher of the box, one of each, ended only when nothing hangs on them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.integration.customer.people import person, resident
from tests.support.bank import TestBank

OPEN, ADD, REPLACE = "customer.instrument.open", "customer.instrument.add", "customer.instrument.replace"
REWRITE, ADJUST, CLOSE = "customer.instrument.rewrite", "customer.instrument.adjust_print", "customer.instrument.close"
FIRST = {"book": 71000001, "card": 72000001}
STOCK = 60
PASSWORD = {"password": "123456"}


@pytest.fixture(scope="module", autouse=True)
async def stock(bank: TestBank) -> AsyncIterator[None]:
    """Books and cards in the box of S0211 and, of other numbers, in that of S0221."""
    connection = await asyncpg.connect(bank.cluster.dsn(bank.database))
    try:
        for kind, first in FIRST.items():
            for outlet, start in (("0201", first), ("0202", first + 1000)):
                await connection.execute(
                    "INSERT INTO counter.voucher (kind, number, state, outlet, cash_box, moved_on, posting_id) "
                    "SELECT $1, number, 'stock', $2, '00001', '2005-09-01', gen_random_uuid() "
                    "FROM generate_series($3::int, $4::int) number",
                    kind,
                    outlet,
                    start,
                    start + STOCK - 1,
                )
    finally:
        await connection.close()
    yield


class Vouchers:
    """The numbers the tests use up, in turn."""

    def __init__(self) -> None:
        self._next = {kind: first + 20 for kind, first in FIRST.items()}

    def next(self, kind: str) -> str:
        self._next[kind] += 1
        return str(self._next[kind] - 1)


VOUCHERS = Vouchers()


async def printed_number(bank: TestBank, teller: str = "S0211") -> str:
    """A customer number as a card has it printed: one of the outlet's list."""
    return (await bank.run(teller, "customer.number.issue", {"class_digit": "0", "count": 1}))["result"]["first"]


async def with_book(bank: TestBank, sequence: int, **more: Any) -> dict[str, Any]:
    """A person opened with a book; the result."""
    book = {"instrument": "book", "book_number": VOUCHERS.next("book"), **PASSWORD}
    return (await bank.run("S0211", OPEN, person(sequence, **book, **more)))["result"]


async def place_of(bank: TestBank, kind: str, number: str) -> tuple[str, str]:
    [row] = await bank.sql("SELECT state, outlet FROM counter.voucher WHERE kind = $1 AND number = $2", kind, int(number))
    return row["state"], row["outlet"]


async def sheets_in_books(bank: TestBank, outlet: str) -> int:
    """What the off-sheet books have paid out for vouchers at an outlet, in sheets."""
    await bank.settle()
    rows = await bank.sql("SELECT control_total_minor FROM ledger.posting_set WHERE rule = 'counter.voucher.use' AND outlet = $1", outlet)
    return len(rows)


def shown(sequence: int) -> dict[str, str]:
    return {"id_type": "A", "id_number": resident(sequence)}


async def test_a_card_and_a_book_are_opened_together(bank: TestBank) -> None:
    number = await printed_number(bank)
    book, card = VOUCHERS.next("book"), VOUCHERS.next("card")
    body = person(101, instrument="both", customer_number=number, book_number=book, card_number=card, query_password="654321", **PASSWORD)
    receipt = await bank.run("S0211", OPEN, body)
    assert receipt["result"] == {"customer_number": number, "name": "客户101", "book_number": book, "card_number": card}
    assert [(leg["outlet"], leg["amount"]) for leg in receipt["off_sheet"]] == [("0201", "2.00")]
    assert await place_of(bank, "book", book) == await place_of(bank, "card", card) == ("used", "0201")

    kept = await bank.ask("S0311", "customer.personal", customer_number=number)
    assert kept["category"] == "card"
    held = [(each["kind"], each["number"], each["state"]) for each in kept["instruments"]]
    assert held == [("book", book, "active"), ("card", card, "active")]
    assert "123456" not in str(await bank.sql("SELECT * FROM customer.instrument")) and "hash" not in str(kept)


async def test_a_book_without_a_number_is_the_next_of_the_box(bank: TestBank) -> None:
    lowest = "SELECT min(number) FROM counter.voucher WHERE kind = 'book' AND state = 'stock' AND outlet = '0202' AND cash_box = '00001'"
    [[number]] = await bank.sql(lowest)
    opened = (await bank.run("S0221", OPEN, person(102, instrument="book", **PASSWORD)))["result"]
    assert opened["book_number"] == f"{number:08d}" and opened["customer_number"][0] == "0"


async def test_the_document_opens_an_ordinary_customer_first_then_a_card_customer(bank: TestBank) -> None:
    ordinary = (await bank.run("S0211", "customer.personal.open", person(103)))["result"]["customer_number"]
    card = (await with_book(bank, 103))["customer_number"]
    assert ordinary != card
    body = person(103, instrument="book", book_number=VOUCHERS.next("book"), **PASSWORD)
    assert (await bank.refuse("S0211", OPEN, body, "customer.exists"))["errors"][0]["customer_number"] == card

    only_card = (await with_book(bank, 104))["customer_number"]
    problem = await bank.refuse("S0211", "customer.personal.open", person(104), "customer.exists")
    assert problem["errors"] == [{"field": "id_number", "customer_number": only_card}]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"password": "12345"}, "customer.instrument.password_malformed", "password"),
        ({"query_password": "abcdef"}, "customer.instrument.password_malformed", "query_password"),
        ({"instrument": "card", "card_number": "72000020", "book_number": None}, "customer.number.missing_for_card", "customer_number"),
        ({"card_number": "72000020"}, "customer.instrument.number_not_wanted", "card_number"),
        ({"book_number": "79999999"}, "voucher.not_in_place", "book_number"),
        ({"book_number": "71001001"}, "voucher.not_in_place", "book_number"),
        ({"name": ""}, "request.invalid", "name"),
        ({"withdrawal_mode": "C"}, "request.invalid", "withdrawal_mode"),
    ],
)
async def test_what_opening_refuses_leaves_nothing(bank: TestBank, changes: dict[str, Any], code: str, field: str) -> None:
    body = person(105, instrument="book", book_number="71000020", **PASSWORD) | changes
    assert (await bank.refuse("S0211", OPEN, body, code))["field"] == field
    assert await bank.sql("SELECT FROM customer.customer WHERE id_number = $1", resident(105)) == []
    assert await place_of(bank, "book", "71000020") == ("stock", "0201")


async def test_a_card_needs_its_number(bank: TestBank) -> None:
    body = person(105, instrument="card", customer_number=await printed_number(bank), **PASSWORD)
    assert (await bank.refuse("S0211", OPEN, body, "customer.instrument.number_missing"))["field"] == "card_number"


async def test_without_a_cash_box_nothing_is_given_out(bank: TestBank) -> None:
    await bank.refuse("S0212", OPEN, person(106, instrument="book", **PASSWORD), "counter.cash_box_required")


async def test_sent_twice_one_book_leaves_the_box(bank: TestBank) -> None:
    body = person(107, instrument="book", book_number=VOUCHERS.next("book"), **PASSWORD)
    before = await sheets_in_books(bank, "0201")
    first = await bank.run("S0211", OPEN, body, key="book-107")
    assert await bank.run("S0211", OPEN, body, key="book-107") == first
    assert await sheets_in_books(bank, "0201") == before + 1


async def test_ten_racing_openings_of_one_document_give_out_one_book(bank: TestBank) -> None:
    await bank.sign_on("S0211")
    bodies = [person(108, instrument="book", book_number=str(FIRST["book"] + place), **PASSWORD) for place in range(10)]
    answers = await asyncio.gather(*(bank.send("S0211", OPEN, body) for body in bodies))
    opened = [answer.json()["result"] for answer in answers if answer.status_code == 200]
    codes = {answer.json()["code"] for answer in answers if answer.status_code != 200}
    assert len(opened) == 1 and codes <= {"customer.exists", "customer.identity_changing"}
    used = "SELECT number FROM counter.voucher WHERE kind = 'book' AND number BETWEEN $1 AND $2 AND state <> 'stock'"
    assert [row["number"] for row in await bank.sql(used, FIRST["book"], FIRST["book"] + 9)] == [int(opened[0]["book_number"])]


async def test_ten_racing_customers_of_one_book(bank: TestBank) -> None:
    await bank.sign_on("S0211")
    number = VOUCHERS.next("book")
    bodies = [person(sequence, instrument="book", book_number=number, **PASSWORD) for sequence in range(110, 120)]
    answers = await asyncio.gather(*(bank.send("S0211", OPEN, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert len(await bank.sql("SELECT FROM customer.instrument WHERE kind = 'book' AND number = $1", number)) == 1


async def test_adding_what_a_customer_may_have(bank: TestBank) -> None:
    ordinary = (await bank.run("S0211", "customer.personal.open", person(121)))["result"]["customer_number"]
    card = {"customer_number": ordinary, "instrument": "card", "number": VOUCHERS.next("card"), **shown(121), **PASSWORD}
    book = card | {"instrument": "book", "number": VOUCHERS.next("book")}
    await bank.refuse("S0211", ADD, book, "approval.required")
    await bank.refuse("S0211", ADD, book, "approval.level", second="S0212")
    await bank.refuse("S0211", ADD, card, "customer.instrument.ordinary_customer", second="S0219")
    await bank.refuse("S0211", ADD, book | {"id_number": resident(122)}, "customer.document.mismatch", second="S0219")
    receipt = await bank.run("S0211", ADD, book, second="S0219")
    assert receipt["result"]["book_number"] == book["number"] and receipt["second"] == "S0219"
    await bank.refuse("S0211", ADD, book | {"number": VOUCHERS.next("book")}, "customer.instrument.held", second="S0219")

    number = (await with_book(bank, 123))["customer_number"]
    await bank.run("S0211", ADD, card | {"customer_number": number, **shown(123)}, second="S0219")
    kept = await bank.ask("S0211", "customer.personal", customer_number=number)
    assert {each["kind"] for each in kept["instruments"]} == {"book", "card"}


async def test_accounts_are_opened_on_the_book_with_its_password(bank: TestBank) -> None:
    opened = await with_book(bank, 124)
    body = {"customer_number": opened["customer_number"], "instrument": "book", "currency": "CNY", "amount": "100.00"}
    body |= {"withdrawal_mode": "A", "cross_outlet": True}
    await bank.refuse("S0211", "savings.demand.open", body | {"instrument": "card"}, "customer.no_instrument")
    await bank.refuse("S0211", "savings.demand.open", body | {"voucher_number": "71009999"}, "voucher.mismatch")
    account = (await bank.run("S0211", "savings.demand.open", body | {"voucher_number": opened["book_number"]}))["result"]["account"]
    take = {"account": account, "amount": "10.00", "password": "123456"}
    await bank.refuse("S0211", "savings.demand.withdraw", take | {"password": "111111"}, "password.wrong")
    await bank.refuse("S0211", "savings.demand.withdraw", take | {"voucher_number": "71009999"}, "voucher.mismatch")
    taken = await bank.run("S0211", "savings.demand.withdraw", take | {"voucher_number": opened["book_number"]})
    assert taken["result"]["balance"] == "90.00"


async def test_a_replaced_book_goes_on_under_its_new_number(bank: TestBank) -> None:
    opened = await with_book(bank, 125)
    customer, old, new = opened["customer_number"], opened["book_number"], VOUCHERS.next("book")
    account = await demand_on_book(bank, customer)
    body = {"customer_number": customer, "instrument": "book", "number": old, "new_number": new, "reason": "full", **shown(125)}
    await bank.refuse("S0211", REPLACE, body | {"number": new}, "customer.instrument.mismatch")
    await bank.refuse("S0211", REPLACE, body | {"instrument": "card"}, "customer.instrument.none")
    await bank.refuse("S0211", REPLACE, body | {"id_number": resident(126)}, "customer.document.mismatch")
    result = (await bank.run("S0211", REPLACE, body))["result"]
    assert (result["old_number"], result["number"]) == (old, new)
    assert [each["account"] for each in result["accounts"]] == [account]
    assert await place_of(bank, "book", new) == ("used", "0201")
    deposit = {"account": account, "amount": "1.00"}
    await bank.refuse("S0211", "savings.demand.deposit", deposit | {"voucher_number": old}, "voucher.mismatch")
    await bank.run("S0211", "savings.demand.deposit", deposit | {"voucher_number": new})
    await bank.refuse("S0211", REWRITE, {"customer_number": customer, "instrument": "book", "number": old}, "customer.instrument.mismatch")
    rewritten = await bank.run("S0311", REWRITE, {"customer_number": customer, "instrument": "book", "number": new})
    assert rewritten["result"]["number"] == new

    history = (await bank.ask("S0311", "customer.history", customer_number=customer))["rows"]
    steps = [(row["transaction_code"], row["before"], row["after"], row["outlet"], row["teller"]) for row in history]
    assert steps == [
        (OPEN, None, old, "0201", "S0211"),
        (REPLACE, old, new, "0201", "S0211"),
        (REWRITE, new, new, "0301", "S0311"),
    ]
    assert history[0]["field"]["zh"] == "一本通" and all(row["transaction_number"] for row in history)


async def test_printing_is_adjusted_to_a_line_of_the_book(bank: TestBank) -> None:
    opened = await with_book(bank, 127)
    account = await demand_on_book(bank, opened["customer_number"])
    for _ in range(2):
        await bank.run("S0211", "savings.demand.deposit", {"account": account, "amount": "1.00"})
    body = {"customer_number": opened["customer_number"], "number": opened["book_number"], "book_line": "001"}
    await bank.refuse("S0211", ADJUST, body | {"book_line": "1"}, "customer.instrument.book_line_malformed")
    await bank.refuse("S0211", ADJUST, body | {"book_line": "004"}, "customer.instrument.book_line_ahead")
    result = (await bank.run("S0211", ADJUST, body))["result"]
    assert (result["printed_line"], result["next_row"], result["unprinted"]) == (1, 1, 2)
    result = (await bank.run("S0211", ADJUST, body | {"book_line": "002", "start_row": 7}))["result"]
    assert (result["printed_line"], result["next_row"], result["unprinted"]) == (2, 7, 1)


async def test_a_book_is_closed_when_no_open_account_hangs_on_it(bank: TestBank) -> None:
    opened = await with_book(bank, 128)
    customer = opened["customer_number"]
    account = await demand_on_book(bank, customer)
    body = {"customer_number": customer, "instrument": "book", "number": opened["book_number"], **shown(128)}
    await bank.refuse("S0211", CLOSE, body, "customer.instrument.in_use")
    await bank.run("S0211", "savings.demand.close", {"account": account})
    await bank.refuse("S0211", CLOSE, body | {"id_number": resident(129)}, "customer.document.mismatch")
    first = await bank.run("S0211", CLOSE, body, key="close-128")
    assert await bank.run("S0211", CLOSE, body, key="close-128") == first
    await bank.refuse("S0211", CLOSE, body, "customer.instrument.none")
    again = {"customer_number": customer, "instrument": "book", "currency": "CNY", "amount": "1.00", "withdrawal_mode": "C"}
    await bank.refuse("S0211", "savings.demand.open", again, "customer.no_instrument")
    await bank.run("S0211", ADD, body | {"number": VOUCHERS.next("book"), **PASSWORD}, second="S0219")


async def test_an_opening_and_a_closing_that_race_never_both_succeed(bank: TestBank) -> None:
    for sequence in range(130, 136):
        opened = await with_book(bank, sequence)
        customer = opened["customer_number"]
        account = {"customer_number": customer, "instrument": "book", "currency": "CNY", "amount": "1.00", "withdrawal_mode": "C"}
        close = {"customer_number": customer, "instrument": "book", "number": opened["book_number"], **shown(sequence)}
        answers = await asyncio.gather(
            bank.send("S0211", "savings.demand.open", account),
            bank.send("S0211", CLOSE, close),
            bank.send("S0211", "savings.demand.open", account),
        )
        accounts = [answer.status_code for answer in answers[::2]].count(200)
        assert (accounts > 0) != (answers[1].status_code == 200), [answer.text for answer in answers]
        [[state]] = await bank.sql("SELECT state FROM customer.instrument WHERE customer_number = $1", customer)
        on_book = await bank.sql("SELECT FROM savings.account WHERE customer_number = $1", customer)
        assert (state, len(on_book)) == (("active", accounts) if accounts else ("closed", 0))


async def demand_on_book(bank: TestBank, customer: str) -> str:
    body = {"customer_number": customer, "instrument": "book", "currency": "CNY", "amount": "1.00", "withdrawal_mode": "C"}
    return (await bank.run("S0211", "savings.demand.open", body))["result"]["account"]
