"""Search, detail, openings, group sums; and how few statements a deposit takes."""

from __future__ import annotations

from datetime import date

from asyncpg.connection import LoggedQuery
from sqlalchemy import event

DEPOSIT = "savings.demand.deposit"


async def rows_of(savings, teller, name, /, **parameters):
    answer = await savings.ask(teller, name, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_search_finds_own_and_lower_departments_only(savings):
    customer = savings.customers.person()
    here = await savings.demand(customer_number=customer)
    there = await savings.demand(customer_number=customer, teller="S0311", cross_outlet=True)
    sibling = await savings.demand(customer_number=customer, teller="S0221")
    for teller, seen in (("S0211", {here}), ("S0201", {here, sibling}), ("S0011", {here, there, sibling}), ("S0301", {there})):
        found = await rows_of(savings, teller, "account.search", customer_number=customer)
        assert {row["account"] for row in found["rows"]} == seen and found["next"] is None


async def test_search_combines_conditions_and_pages(savings):
    customer = savings.customers.person()
    accounts = [await savings.demand(customer_number=customer) for _ in range(5)]
    await savings.run("S0211", "savings.demand.close", {"account": accounts[0]})
    first = await rows_of(savings, "S0211", "account.search", customer_number=customer, limit=2)
    assert [row["account"] for row in first["rows"]] == sorted(accounts)[:2]
    second = await rows_of(savings, "S0211", "account.search", customer_number=customer, limit=3, after=first["next"])
    assert [row["account"] for row in second["rows"]] == sorted(accounts)[2:] and second["next"] is None
    closed = await rows_of(savings, "S0211", "account.search", customer_number=customer, status="closed", business_code="211")
    assert [row["account"] for row in closed["rows"]] == [accounts[0]] and closed["rows"][0]["closed_on"] == "2005-09-01"
    by_name = await rows_of(savings, "S0211", "account.search", name=f"户{customer}")
    assert len(by_name["rows"]) == 5
    assert (await rows_of(savings, "S0211", "account.search", name="%"))["rows"] == []
    assert (await rows_of(savings, "S0211", "account.search", customer_number=customer, opened_from="2005-09-02"))["rows"] == []
    assert (await savings.ask("S0211", "account.search", limit=1000)).status_code == 422


async def test_detail_shows_the_newest_lines_first_with_their_numbers(savings):
    account = await savings.demand("100.00")
    numbers = [(await savings.run("S0211", DEPOSIT, {"account": account, "amount": f"{n}.00"}))["transaction_number"] for n in (1, 2, 3)]
    page = await rows_of(savings, "S0211", "account.detail", account=account, limit=2)
    assert page["account"]["balance"] == "106.00"
    assert [(row["line"], row["amount"], row["balance_after"]) for row in page["rows"]] == [(4, "3.00", "106.00"), (3, "2.00", "103.00")]
    assert [row["transaction_number"] for row in page["rows"]] == numbers[:0:-1]
    rest = await rows_of(savings, "S0211", "account.detail", account=account, limit=2, after=page["next"])
    assert [row["line"] for row in rest["rows"]] == [2, 1] and rest["next"] is None
    assert rest["rows"][1]["code"] == "savings.demand.open"


async def test_detail_is_for_those_who_oversee_the_outlet(savings):
    account = await savings.demand(teller="S0311", cross_outlet=True)
    answer = await savings.ask("S0211", "account.detail", account=account)
    assert answer.status_code == 403 and answer.json()["code"] == "account.outside"
    assert (await savings.panel(account, "S0211"))["balance"] == "1000.00"


async def test_the_panel_knows_no_strangers(savings):
    for number, code in (
        ("000000001800010", "account.unknown"),
        ("000000001800011", "account.check_digit"),
        ("902011010100001", "account.unknown"),
    ):
        answer = await savings.client.get(f"/accounts/{number}", headers={"Authorization": f"Bearer {savings.token('S0211')}"})
        assert answer.json()["code"] == code


async def test_a_deposit_takes_two_statements_of_its_own(savings):
    account = await savings.demand("100.00")
    seen: list[str] = []
    engine = savings.resources.database.engine.sync_engine

    def note(logged: LoggedQuery) -> None:
        seen.append(logged.query)

    def watch(connection, *_):
        connection.driver_connection.add_query_logger(note)

    def leave(connection, *_):
        connection.driver_connection.remove_query_logger(note)

    event.listen(engine, "checkout", watch)
    event.listen(engine, "checkin", leave)
    try:
        await savings.run("S0211", DEPOSIT, {"account": account, "amount": "1.00"})
    finally:
        event.remove(engine, "checkout", watch)
        event.remove(engine, "checkin", leave)
    own = [statement.split()[0] for statement in seen if "savings.account" in statement]
    assert own == ["SELECT", "WITH"], "the account is locked; it is changed and its line written"
    [booked] = [statement for statement in seen if statement.startswith("WITH changed AS (UPDATE savings.account SET")]
    assert "INSERT INTO savings.account_line" in booked


async def test_openings_and_closings_of_a_day_with_amount_and_teller(savings):
    await savings.open_day(date(2005, 9, 2))
    account = await savings.demand("100.00")
    await savings.run("S0211", DEPOSIT, {"account": account, "amount": "1.00"})
    elsewhere = await savings.demand("7.00", teller="S0311")
    await savings.open_day(date(2005, 9, 3))
    await savings.run("S0211", "savings.demand.close", {"account": account})
    both = await rows_of(savings, "S0211", "transaction.openings", date_from="2005-09-02", date_to="2005-09-03")
    told = [(row["date"], row["event"], row["account"], row["amount"], row["teller"]) for row in both["rows"]]
    assert told == [
        ("2005-09-02", "opened", account, "100.00", "S0211"),
        ("2005-09-03", "closed", account, "101.00", "S0211"),
    ]
    closed = await rows_of(savings, "S0211", "transaction.openings", event="closed", account=account[:10])
    assert [row["date"] for row in closed["rows"]] == ["2005-09-03"]
    page = await rows_of(savings, "S0011", "transaction.openings", date_from="2005-09-02", limit=1)
    rest = await rows_of(savings, "S0011", "transaction.openings", date_from="2005-09-02", after=page["next"])
    assert {row["account"] for row in [*page["rows"], *rest["rows"]]} == {account, elsewhere} and len(rest["rows"]) == 2
    refused = await savings.ask("S0211", "transaction.openings", outlet="0301")
    assert refused.status_code == 403 and refused.json()["code"] == "outlet.outside"


async def test_group_sums_are_the_balances(savings):
    async def total(business_code):
        groups = (await savings.internal("GET", "/internal/day/sub-ledger")).json()["groups"]
        found = [group for group in groups if (group["outlet"], group["business_code"]) == ("0301", business_code)]
        return sum(group["total_minor"] for group in found), sum(group["accounts"] for group in found)

    before = await total("205")
    account = await savings.current("12.34", teller="K0311", kind="205")
    empty = await savings.current(None, teller="K0311", kind="205")
    after = await total("205")
    assert (after[0] - before[0], after[1] - before[1]) == (1234, 1)
    listed = await savings.internal("GET", "/internal/day/sub-ledger/accounts", outlet="0301", currency="CNY", business_code="205")
    assert listed.json()["balances"][account] == 1234 and empty not in listed.json()["balances"]
