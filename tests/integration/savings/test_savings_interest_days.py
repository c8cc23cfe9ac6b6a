"""结息 at day end: set-wise in SQL, and to the fen what the domain says of each account by itself."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from banking.automatic import Automatic, fact_of
from banking.transaction import Posting
from contracts.ledger import AccountReference, PostingRequested
from contracts.message import decode_envelope
from contracts.topology import routing_key
from kernel.interest import Accumulation
from kernel.numbers import corporate_account, customer_number, personal_account
from services.savings.domain.interest import settle_period
from services.savings.domain.products import product_of
from services.savings.parameters.load import parameters
from tests.support.savings import SavingsAlone

ONE_DAY = timedelta(days=1)


@pytest.fixture
async def owner(savings: SavingsAlone, database_url: str) -> Any:
    """The owner's connection to a savings service without accounts."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "TRUNCATE savings.event_progress, savings.deposit_agreement, savings.term_deposit, savings.interest_payable, savings.register, "
        "savings.account, savings.account_line, savings.account_change, savings.outbox, savings.interest_paid"
    )
    yield connection
    await connection.close()


async def on(savings: SavingsAlone, owner: asyncpg.Connection, day: date, closed: bool) -> None:
    await owner.execute("UPDATE savings.business_day SET business_date = $1, closed = $2", day, closed)
    await owner.execute("UPDATE savings.outlet_gate SET business_date = $1, is_open = $2, last_number = 0, postings = 0", day, not closed)
    savings.business_date = day


async def events(savings: SavingsAlone, day: date) -> list[dict[str, int]]:
    """The events of a day, asked for until everything is done."""
    said = []
    while not said or said[-1]["done"] < said[-1]["total"]:
        answer = await savings.internal("POST", "/internal/day/events", {"business_date": day.isoformat()})
        assert answer.status_code == 200, answer.text
        said.append(answer.json())
        assert len(said) < 50
    return said


async def insert_account(owner: asyncpg.Connection, number: str, product: str, state: Accumulation, **more: Any) -> None:
    row = {
        "account": number,
        "customer_number": number[:10],
        "outlet": "0201",
        "branch": "02",
        "currency": "CNY",
        "product": product,
        "business_code": product_of(product).business_code,
        "name": "客户",
        "status": "normal",
        "withdrawal_mode": "C",
        "cross_outlet": False,
        "interest_bearing": True,
        "balance_minor": state.balance_minor,
        "products": state.products,
        "products_since": state.since,
        "products_until": state.until,
        "interest_unit_minor": state.unit_minor,
        "entered_on": state.since,
        **more,
    }
    places = ", ".join(f"${position}" for position in range(1, len(row) + 1))
    await owner.execute(f"INSERT INTO savings.account ({', '.join(row)}) VALUES ({places})", *row.values())


async def insert_line(owner: asyncpg.Connection, number: str, line: int, day: date, amount: int) -> None:
    """A movement of an account in yuan."""
    await owner.execute(
        "INSERT INTO savings.account_line (account, line, posting_id, code, business_date, value_date, amount_minor, balance_after_minor, "
        "counter_outlet, teller) VALUES ($1, $2, gen_random_uuid(), 'x', $3, $3, $4, 0, '0201', 'S0211')",
        number,
        line,
        day,
        amount * 100,
    )


@pytest.mark.parametrize("day", [date(2005, 12, 21), date(2007, 9, 21), date(2008, 12, 21), date(2000, 7, 1)])
async def test_every_account_gets_what_the_domain_says(savings: SavingsAlone, owner: asyncpg.Connection, day: date) -> None:
    """Random accounts, periods over changes of the tax rate among them."""
    chance = random.Random(day.toordinal())
    expected: dict[str, tuple[int, int, int]] = {}
    for sequence in range(1, 121):
        personal = sequence % 3 > 0
        number = personal_account(customer_number(0, sequence), 1) if personal else corporate_account(customer_number(4, sequence), "01", 1)
        since = day - timedelta(days=chance.randint(1, 400))
        until = min(since + timedelta(days=chance.randint(0, 400)), day)
        balance = chance.choice([0, 1, 99, 100, 123_45, 10_000_00, chance.randint(0, 10**10)])
        products = (until - since).days * chance.randint(0, 10**9)
        state = Accumulation(balance, products, since, until, 100)
        product = product_of("demand" if personal else "201")
        await insert_account(owner, number, product.code, state)
        if personal or day.day == 21:
            statement, _ = settle_period(state, product, "CNY", day - ONE_DAY, parameters())
            expected[number] = (balance + statement.net_minor, statement.interest_minor, statement.tax_minor)
    await on(savings, owner, day, closed=True)
    await events(savings, day)
    paid = {row["account"]: (row["interest_minor"], row["tax_minor"]) for row in await owner.fetch("SELECT * FROM savings.interest_paid")}
    for row in await owner.fetch("SELECT account, balance_minor, products, products_since, lines FROM savings.account"):
        if row["account"] not in expected:
            assert row["products_since"] < day
            continue
        balance, interest, tax = expected[row["account"]]
        assert (row["balance_minor"], row["products"], row["products_since"]) == (balance, 0, day)
        assert paid.get(row["account"], (0, 0)) == (interest, tax)
        assert row["lines"] == (1 if interest else 0)
    assert len(await owner.fetch("SELECT 1 FROM savings.outbox")) == sum(1 for _, interest, _ in expected.values() if interest)


async def test_portions_and_repetitions_pay_once(savings: SavingsAlone, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten accounts of 10,000.00 since 2005-12-01: 20 days at 0.72 %, 4.00 less 0.80, three at a time."""
    monkeypatch.setattr("services.savings.interest_days.PORTION", 3)
    for sequence in range(1, 11):
        state = Accumulation.begin(date(2005, 12, 1), 100, 10_000_00)
        await insert_account(owner, personal_account(customer_number(0, sequence), 1), "demand", state)
    day = date(2005, 12, 21)
    await on(savings, owner, day, closed=True)
    said = await events(savings, day)
    assert [each["done"] for each in said] == [3, 6, 9, 10 + 10], "ten paid; and ten looked at, whether anybody still uses them"
    await events(savings, day)
    assert {row["balance_minor"] for row in await owner.fetch("SELECT balance_minor FROM savings.account")} == {10_003_20}
    [[count, postings, total]] = await owner.fetch(
        "SELECT (SELECT count(*) FROM savings.interest_paid), sum(postings)::int, sum(control_total_minor)::text FROM savings.outlet_gate"
    )
    assert (count, postings) == (10, 10) and int(total)


async def test_drivers_beside_each_other_pay_once(
    savings: SavingsAlone, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above, by five at once."""
    monkeypatch.setattr("services.savings.interest_days.PORTION", 3)
    for sequence in range(1, 11):
        state = Accumulation.begin(date(2005, 12, 1), 100, 10_000_00)
        await insert_account(owner, personal_account(customer_number(0, sequence), 1), "demand", state)
    day = date(2005, 12, 21)
    await on(savings, owner, day, closed=True)
    await asyncio.gather(*(events(savings, day) for _ in range(5)))
    assert {row["balance_minor"] for row in await owner.fetch("SELECT balance_minor FROM savings.account")} == {10_003_20}
    counts = (
        "SELECT (SELECT count(*) FROM savings.register), (SELECT count(*) FROM savings.outbox), sum(postings)::int FROM savings.outlet_gate"
    )
    assert tuple(await owner.fetchrow(counts)) == (10, 10, 10)


async def test_other_days_and_other_accounts_get_nothing(savings: SavingsAlone, owner: asyncpg.Connection) -> None:
    begun = Accumulation.begin(date(2005, 12, 1), 100, 10_000_00)
    numbers = [personal_account(customer_number(0, sequence), 1) for sequence in range(1, 5)]
    await insert_account(owner, numbers[0], "demand", begun, status="closed", closed_on=date(2005, 12, 10))
    await insert_account(owner, numbers[1], "demand", begun, interest_bearing=False)
    await insert_account(owner, numbers[2], "time", begun)
    await insert_account(owner, numbers[3], "demand", begun, status="dormant")
    for day in (date(2005, 12, 20), date(2005, 12, 21)):
        await on(savings, owner, day, closed=True)
        await events(savings, day)
    paid = [row["account"] for row in await owner.fetch("SELECT account FROM savings.interest_paid")]
    assert paid == [numbers[3]]


async def test_an_account_of_an_outlet_without_a_gate_is_not_passed_over(savings: SavingsAlone, owner: asyncpg.Connection) -> None:
    """Nothing of its portion is paid; once the outlet is there, everything is."""
    day, begun = date(2005, 12, 21), Accumulation.begin(date(2005, 12, 1), 100, 10_000_00)
    await insert_account(owner, personal_account(customer_number(0, 1), 1), "demand", begun)
    await insert_account(owner, personal_account(customer_number(0, 2), 1), "demand", begun, outlet="0202")
    await on(savings, owner, day, closed=True)
    await owner.execute("UPDATE savings.outlet_gate SET business_date = $1 WHERE outlet = '0202'", day - ONE_DAY)
    answer = await savings.internal("POST", "/internal/day/events", {"business_date": day.isoformat()})
    assert answer.status_code == 500
    assert await owner.fetch("SELECT FROM savings.account WHERE balance_minor <> 1000000") == []
    assert await owner.fetch("SELECT FROM savings.register") == await owner.fetch("SELECT FROM savings.outbox") == []
    await on(savings, owner, day, closed=True)
    await events(savings, day)
    assert [row["balance_minor"] for row in await owner.fetch("SELECT balance_minor FROM savings.account")] == [10_003_20] * 2


async def test_a_statement_shows_every_part(savings: SavingsAlone, owner: asyncpg.Connection) -> None:
    """2007-06-21 to 09-20 inclusive: 92 days of 10,000.00 at 0.81 %: 20.700; 55 days before 2007-08-15 at 20 %: 12.375, the rest 8.325
    at 5 %."""
    number = personal_account(customer_number(0, 1), 1)
    await insert_account(owner, number, "demand", Accumulation.begin(date(2007, 6, 21), 100, 10_000_00))
    await on(savings, owner, date(2007, 9, 21), closed=True)
    await events(savings, date(2007, 9, 21))
    [row] = await owner.fetch("SELECT interest_minor, tax_minor, segments::text FROM savings.interest_paid")
    assert (row["interest_minor"], row["tax_minor"]) == (2070, 289)  # 2.475 + 0.41625 = 2.89
    for said in ('"12.375"', '"8.325"', '"2007-08-15"', '"0.81"', '"20.700"'):
        assert said in row["segments"]


async def test_the_list_of_a_day_shows_segments_and_totals(savings: SavingsAlone, owner: asyncpg.Connection) -> None:
    """Two accounts of 10,000.00 since 2005-12-01 on their interest day: 4.00 less 0.80 each."""
    for sequence in (1, 2):
        number = personal_account(customer_number(0, sequence), 1)
        await insert_account(owner, number, "demand", Accumulation.begin(date(2005, 12, 1), 100, 10_000_00))
    await on(savings, owner, date(2005, 12, 21), closed=True)
    await events(savings, date(2005, 12, 21))
    headers = {"Authorization": f"Bearer {savings.token('S0211')}"}
    answer = await savings.client.get("/reports/deposit_interest", params={"outlet": "0201"}, headers=headers)
    assert answer.status_code == 200, answer.text
    sheet = answer.json()
    assert sheet["totals"] == {"interest": "8.00", "tax": "1.60", "net": "6.40"}
    assert [row["interest"] for row in sheet["rows"]] == ["4.00", "4.00"]
    first = sheet["rows"][0]
    segment = {name: first[name] for name in ("starts_on", "ends_on", "days", "products", "rate", "segment_interest", "segment_tax")}
    assert segment == {
        "starts_on": "2005-12-01",
        "ends_on": "2005-12-21",
        "days": 20,
        "products": "200000.00",
        "rate": "0.72",
        "segment_interest": "4.000",
        "segment_tax": "0.80000",
    }
    assert first["rule"]["zh"].startswith("积数") and first["rule_source"] and first["rate_source"].endswith("2004-10-29")
    page = (await savings.client.get("/reports/deposit_interest", params={"limit": 1}, headers=headers)).json()
    assert len(page["rows"]) == 1
    rest = (await savings.client.get("/reports/deposit_interest", params={"limit": 1, "after": page["next"]}, headers=headers)).json()
    assert rest["rows"][0]["account"] != page["rows"][0]["account"] and rest["next"] is None


async def test_what_lies_above_an_agreed_base_earns_its_own_rate(savings: SavingsAlone, owner: asyncpg.Connection) -> None:
    """700,000 from the 1st of December, 900,000 from the 11th; above 500,000 from the 6th, above 600,000 from the 16th, to the 21st: 5 x
    200,000 + 5 x 400,000 = 3,000,000 and 5 x 300,000 = 1,500,000 at 1.44 %: 120.000 and 60.000. The rest of 10 x 700,000 + 10 x 900,000,
    11,500,000, at 0.72 %: 230.000. Its neighbour without an agreement has 16,000,000 at 0.72 %: 320.00."""
    day = date(2005, 12, 21)
    with_base, without = (corporate_account(customer_number(4, sequence), "01", 1) for sequence in (1, 2))
    for number in (with_base, without):
        state = Accumulation(900_000_00, 7_000_000_00, date(2005, 12, 1), date(2005, 12, 11), 100)
        await insert_account(owner, number, "201", state, lines=2)
        for line, on_day, amount in ((1, date(2005, 12, 1), 700_000), (2, date(2005, 12, 11), 200_000)):
            await insert_line(owner, number, line, on_day, amount)
    for number, on_day, base in ((1, date(2005, 12, 6), 500_000_00), (2, date(2005, 12, 16), 600_000_00)):
        await owner.execute(
            "INSERT INTO savings.deposit_agreement (account, number, from_on, base_minor, annual_pct, rate_source, matures_on, posting_id, "
            "teller) VALUES ($1, $2, $3, $4, 1.44, 'contract', '2006-12-06', gen_random_uuid(), 'K0211')",
            with_base,
            number,
            on_day,
            base,
        )
    await on(savings, owner, day, closed=True)
    await events(savings, day)
    paid = {row["account"]: row for row in await owner.fetch("SELECT account, interest_minor, segments::text FROM savings.interest_paid")}
    assert (paid[with_base]["interest_minor"], paid[without]["interest_minor"]) == (410_00, 320_00)
    segments = json.loads(paid[with_base]["segments"])
    assert [(each["products"], each["interest"], each["rule"], each["first"]) for each in segments] == [
        (11_500_000_00, "230.000", "accumulated", "2005-12-01"),
        (3_000_000_00, "120.000", "above_base", "2005-12-06"),
        (1_500_000_00, "60.000", "above_base", "2005-12-16"),
    ]
    assert set(segments[0]) == set(segments[1])


async def test_what_is_sent_is_what_the_service_would_send_one_by_one(savings: SavingsAlone, owner: asyncpg.Connection) -> None:
    name = '甲"乙\\丙%s 100%'
    number = personal_account(customer_number(0, 1), 1)
    await insert_account(owner, number, "demand", Accumulation.begin(date(2005, 12, 1), 100, 10_000_00), name=name)
    day = date(2005, 12, 21)
    await on(savings, owner, day, closed=True)
    await events(savings, day)
    [[raw, key]] = await owner.fetch("SELECT envelope, routing_key FROM savings.outbox")
    [row] = await owner.fetch("SELECT * FROM savings.register")
    envelope = decode_envelope(raw)
    fact = PostingRequested.model_validate_json(bytes(envelope.body))
    account = AccountReference(number=number, outlet="0201", business_code="211", name=name)
    code = "savings.demand.settle_interest"
    posting = Posting(code, "CNY", {"account": account}, {"interest": 400, "tax": 80})
    alone = fact_of(savings.resources, code, day, Automatic(row["posting_id"], "0201", posting))
    assert fact == alone.model_copy(update={"transaction_number": "02012000001"})
    assert (envelope.id, envelope.cause, envelope.business_date) == (row["posting_id"], "02012000001", day)
    assert key == routing_key(alone)
    assert (row["transaction_number"], row["control_total_minor"], row["state"]) == ("02012000001", 480, "posted")


async def insert_deposit(
    owner: asyncpg.Connection,
    sequence: int,
    product: str,
    term: str,
    first: date,
    end: date,
    pct: str | None,
    *lines: tuple[date, int],
    **more: Any,
) -> None:
    """A term deposit with its movements in yuan."""
    personal = not product.isdigit()
    number = personal_account(customer_number(0, sequence), 1) if personal else corporate_account(customer_number(4, sequence), "21", 1)
    balance = sum(amount for _, amount in lines) * 100
    await insert_account(owner, number, product, Accumulation(balance, 0, first, first, 1), lines=len(lines), **more)
    await owner.execute(
        "INSERT INTO savings.term_deposit (account, term, starts_on, matures_on, annual_pct) VALUES ($1, $2, $3, $4, $5)",
        number,
        term,
        first,
        end,
        pct and Decimal(pct),
    )
    for line, (day, amount) in enumerate(lines, start=1):
        await insert_line(owner, number, line, day, amount)


async def test_a_quarter_keeps_what_term_deposits_gathered_in_it(
    savings: SavingsAlone, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third quarter of 2005, 92 days, worked by hand: days x yuan below each deposit."""
    monkeypatch.setattr("services.savings.interest_payable.PORTION", 3)
    year = (date(2005, 3, 1), date(2006, 3, 1))
    await insert_deposit(owner, 1, "time", "301", *year, "2.25", (date(2005, 3, 1), 10_000))  # 92 x 10,000
    new = (date(2005, 9, 1), date(2006, 9, 1))
    await insert_deposit(owner, 2, "time", "301", *new, "2.25", (date(2005, 9, 1), 20_000))  # 30 x 20,000
    old = (date(2004, 8, 1), date(2005, 8, 1))
    await insert_deposit(owner, 3, "time", "301", *old, "1.98", (date(2004, 8, 1), 10_000))  # 31 x 10,000, to its maturity
    await insert_deposit(owner, 4, "time", "206", date(2005, 9, 1), date(2006, 3, 1), "2.07", (date(2005, 9, 1), 10_000))
    await insert_deposit(owner, 5, "time", "301", *year, "2.25", (date(2005, 3, 1), 10_000), status="closed", closed_on=date(2005, 9, 2))
    paid_in = ((date(2005, 7, 10), 200), (date(2005, 8, 15), 200), (date(2005, 9, 20), 200))  # 83 + 47 + 11 days x 200
    await insert_deposit(owner, 6, "instalment", "301", date(2005, 7, 10), date(2006, 7, 10), "1.71", *paid_in)
    await insert_deposit(owner, 7, "education", "301", *new, None, (date(2005, 9, 1), 1_000))  # 30 x 1,000 at 1.71 %
    parted = ((date(2005, 3, 1), 100_000), (date(2005, 8, 1), -40_000))  # 31 x 100,000 + 61 x 60,000
    await insert_deposit(owner, 8, "221", "301", *year, "2.25", *parted)
    renewed = ((date(2004, 9, 1), 10_000), (date(2005, 9, 1), 200))  # 30 x 10,200 since it was renewed
    await insert_deposit(owner, 9, "time", "301", *new, "2.25", *renewed)
    for day in (date(2005, 9, 29), date(2005, 9, 30)):
        await on(savings, owner, day, closed=True)
        await events(savings, day)
    await events(savings, date(2005, 9, 30))
    answer = (await savings.internal("GET", "/internal/interest/payable", quarter_end="2005-09-30")).json()
    assert answer["complete"] is True
    groups = [(each["business_code"], each["annual_pct"], each["accounts"], each["products"] / 100) for each in answer["groups"]]
    assert groups == [
        ("215", "1.71", 2, 28_200 + 30_000),
        ("215", "1.98", 1, 310_000),
        ("215", "2.25", 3, 920_000 + 600_000 + 306_000),
        ("221", "2.25", 1, 3_100_000 + 3_660_000),
    ]
    assert [each["interest"] for each in answer["groups"]] == ["2.765", "17.050", "114.125", "422.500"]
    assert (await savings.internal("GET", "/internal/interest/payable", quarter_end="2005-06-30")).json()["complete"] is False
    listed = (await savings.ask("S0211", "savings.interest_payable", quarter_end="2005-09-30", limit=3)).json()
    assert [(row["rate"], row["products"]) for row in listed["rows"]][:1] == [("1.71", "58200.00")]
    rest = (await savings.ask("S0211", "savings.interest_payable", limit=3, after=listed["next"])).json()
    assert [row["business_code"] for row in rest["rows"]] == ["221"] and rest["next"] is None
    assert (await savings.ask("S0311", "savings.interest_payable")).json()["rows"] == []
