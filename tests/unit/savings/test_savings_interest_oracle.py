"""A slow second opinion on deposit interest: day by day in decimals, from the rate tables and the rules alone, sharing no code with the
engine. Random deposits must come out the same."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.interest import QuoteRequest
from services.savings.quoting import quote

FOLDER = Path(__file__).parents[3] / "services/savings/parameters"
DAY = timedelta(days=1)


def tables() -> dict[str, list[tuple[date, Decimal]]]:
    """Column -> its rates by date."""
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for name in ("pboc_deposit_rates.csv", "other_deposit_rates.csv"):
        with (FOLDER / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                effective = date.fromisoformat(row.pop("effective_date"))
                for column, cell in row.items():
                    if cell:
                        found.setdefault(column, []).append((effective, Decimal(cell)))
    for instalment, lump in (("instalment.301", "time.203"), ("instalment.303", "time.206"), ("instalment.305", "time.301")):
        found[instalment] = found[lump]
    return found


TABLES = tables()
TAX = [(date(1, 1, 1), 0), (date(1999, 11, 1), 20), (date(2007, 8, 15), 5), (date(2008, 10, 9), 0)]


def rate(name: str, day: date) -> Decimal:
    return [value for effective, value in TABLES[name] if effective <= day][-1]


def tax_pct(day: date) -> int:
    return [value for effective, value in TAX if effective <= day][-1]


def rounded(value: Decimal, places: str) -> Decimal:
    return value.quantize(Decimal(places), rounding=ROUND_HALF_UP)


def month_later(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    month = day.replace(day=1)
    for _ in range(months):
        month = (month + 31 * DAY).replace(day=1)
    same = month
    while same.day < day.day and (same + DAY).month == month.month:
        same += DAY
    return same


def taxes_of(parts: list[tuple[date, date, Decimal]]) -> Decimal:
    """Tax of segments: each divided over its days, day by day, the last run of days takes the rest."""
    total = Decimal(0)
    for first, end, interest in parts:
        runs: list[tuple[int, int]] = []
        day = first
        while day < end:
            pct = tax_pct(day)
            runs = [*runs[:-1], (pct, runs[-1][1] + 1)] if runs and runs[-1][0] == pct else [*runs, (pct, 1)]
            day += DAY
        days, left = sum(count for _, count in runs), interest
        for position, (pct, count) in enumerate(runs):
            share = left if position == len(runs) - 1 else rounded(interest * count / days, "0.001")
            left -= share
            total += share * pct / 100
    return rounded(total, "0.01")


def sum_of(parts: list[tuple[date, date, Decimal]]) -> Decimal:
    return rounded(sum((interest for _, _, interest in parts), Decimal(0)), "0.01")


def daily(principal: Decimal, first: date, end: date, pct: Decimal) -> tuple[date, date, Decimal]:
    days = 0
    day = first
    while day < end:
        days, day = days + 1, day + DAY
    return first, end, rounded(principal * pct * days / 36000, "0.001")


def items(principal: Decimal, first: date, end: date, pct: Decimal) -> tuple[date, date, Decimal]:
    months = 0
    while month_later(first, months + 1) <= end:
        months += 1
    odd = (end - month_later(first, months)).days
    return first, end, rounded(principal * pct / 100 * (Decimal(months) / 12 + Decimal(odd) / 360), "0.001")


DATES = st.dates(date(1996, 8, 23), date(2007, 6, 30))
AMOUNTS = st.integers(50_00, 1_000_000_00).map(lambda minor: Decimal(minor) / 100)


def ask(product: str, opened: date, closed: date, movements: list[tuple[date, Decimal]], **more: object) -> tuple[Decimal, Decimal]:
    moved = [{"on": day, "amount": str(amount)} for day, amount in movements]
    answer = quote(QuoteRequest(product=product, currency="CNY", opened_on=opened, closed_on=closed, movements=moved, **more))
    paid = sum((Decimal(segment.interest) for segment in answer.segments), Decimal(0))
    assert abs(paid - Decimal(answer.interest)) <= Decimal("0.005") * (1 + len(answer.segments)), "the statement shows what is paid"
    most = Decimal(answer.interest) * 20 / 100 + Decimal("0.01") * len(answer.segments)  # each payment is rounded by itself
    assert 0 <= Decimal(answer.tax) <= most
    assert Decimal(answer.net) == Decimal(answer.interest) - Decimal(answer.tax)
    return Decimal(answer.interest), Decimal(answer.tax)


@given(opened=DATES, amount=AMOUNTS, days=st.integers(0, 2500), term=st.sampled_from(["203", "206", "301", "302", "303", "305"]))
def test_time(opened: date, amount: Decimal, days: int, term: str) -> None:
    closed = opened + days * DAY
    matures = month_later(opened, {"203": 3, "206": 6, "301": 12, "302": 24, "303": 36, "305": 60}[term])
    if closed < matures:
        parts = [daily(amount, opened, closed, rate("demand", closed))]
    else:
        parts = [items(amount, opened, matures, rate(f"time.{term}", opened)), daily(amount, matures, closed, rate("demand", closed))]
    assert ask("time", opened, closed, [(opened, amount)], term=term) == (sum_of(parts), taxes_of(parts))


@given(opened=DATES, amount=AMOUNTS, days=st.integers(0, 1500))
def test_time_renewed(opened: date, amount: Decimal, days: int) -> None:
    closed, first, principal = opened + days * DAY, opened, amount
    interest = tax = Decimal(0)
    while closed > month_later(first, 6):
        matures = month_later(first, 6)
        parts = [items(principal, first, matures, rate("time.206", first))]
        interest, tax = interest + sum_of(parts), tax + taxes_of(parts)
        first, principal = matures, principal + sum_of(parts) - taxes_of(parts)
    matures = month_later(first, 6)
    whole = closed == matures
    parts = [
        items(principal, first, matures, rate("time.206", first)) if whole else daily(principal, first, closed, rate("demand", closed))
    ]
    assert ask("time", opened, closed, [(opened, amount)], term="206", auto_renew=True) == (interest + sum_of(parts), tax + taxes_of(parts))


@given(opened=DATES, amount=AMOUNTS, days=st.integers(0, 1200))
def test_optional(opened: date, amount: Decimal, days: int) -> None:
    closed = opened + days * DAY
    tiers = [name for months, name in ((3, "time.203"), (6, "time.206"), (12, "time.301")) if month_later(opened, months) <= closed]
    demand = rate("demand", closed)
    if tiers:
        parts = [items(amount, opened, closed, max(demand, rate(tiers[-1], closed) * 60 / 100))]
    else:
        parts = [daily(amount, opened, closed, demand)]
    assert ask("optional", opened, closed, [(opened, amount)]) == (sum_of(parts), taxes_of(parts))


@settings(max_examples=60)
@given(opened=DATES, monthly=st.integers(5, 5000), late=st.integers(0, 40), missed=st.sets(st.integers(1, 10), max_size=3), data=st.data())
def test_instalment(opened: date, monthly: int, late: int, missed: set[int], data: st.DataObject) -> None:
    """A missed month is made up in the next with a double amount; no two in a row are missed."""
    assume(all(month + 1 not in missed for month in missed))
    first_of_month = opened.replace(day=1)
    movements, products, owing = [(opened, Decimal(monthly))], monthly * 12, 1
    for month in range(1, 12):
        if month in missed:
            owing += 1
            continue
        day = month_later(first_of_month, month) + data.draw(st.integers(0, 27)) * DAY
        movements.append((day, Decimal(monthly * owing)))
        products, owing = products + monthly * owing * (12 - month), 1
    matures = month_later(opened, 12)
    closed = matures + late * DAY
    assume(movements[-1][0] <= closed)
    total = sum((amount for _, amount in movements), Decimal(0))
    parts = [
        (opened, matures, rounded(products * rate("instalment.301", opened) / 1200, "0.001")),
        daily(total, matures, closed, rate("demand", closed)),
    ]
    assert ask("instalment", opened, closed, movements, term="301") == (sum_of(parts), taxes_of(parts))


@given(
    opened=DATES, amount=st.integers(5000, 10**6), days=st.integers(0, 2500), term=st.sampled_from([("301", 12), ("303", 36), ("305", 60)])
)
def test_interest_drawing(opened: date, amount: int, days: int, term: tuple[str, int]) -> None:
    closed, principal = opened + days * DAY, Decimal(amount)
    matures = month_later(opened, term[1])
    if closed < matures:
        parts = [daily(principal, opened, closed, rate("demand", closed))]
    else:
        whole = items(principal, opened, matures, rate(f"instalment.{term[0]}", opened))
        parts = [whole, daily(principal, matures, closed, rate("demand", closed))]
    assert ask("interest_drawing", opened, closed, [(opened, principal)], term=term[0]) == (sum_of(parts), taxes_of(parts))


@settings(max_examples=60)
@given(
    opened=st.dates(date(1996, 8, 23), date(2007, 1, 1)),
    amounts=st.lists(st.tuples(st.integers(0, 60), st.integers(-5000_00, 9000_00)), max_size=8),
    rest=st.integers(0, 300),
    corporate=st.booleans(),
)
def test_demand(opened: date, amounts: list[tuple[int, int]], rest: int, corporate: bool) -> None:
    """Walks every day: counts the whole yuan of the day's closing balance, settles on the settlement days, books the interest next day."""
    moved, day, balance = [(opened, Decimal("10000.00"))], opened, Decimal(10000)
    for gap, minor in amounts:
        day += gap * DAY
        amount = Decimal(minor) / 100
        if balance + amount >= 0 and amount:
            moved.append((day, amount))
            balance += amount
    closed = day + rest * DAY
    interest = tax = balance = products = Decimal(0)
    since = today = opened
    waiting = list(moved)
    while today <= closed:
        while waiting and waiting[0][0] == today:
            balance += waiting.pop(0)[1]
        if today == closed:
            parts = [(since, today, rounded(products * rate("demand", today) / 36000, "0.001"))]
            interest, tax = interest + sum_of(parts), tax + (0 if corporate else taxes_of(parts))
            break
        products += int(balance)
        quarterly = corporate or today >= date(2005, 9, 21)
        ends = today.day == 20 and today.month in (3, 6, 9, 12) if quarterly else (today.month, today.day) == (6, 30)
        if ends:
            parts = [(since, today + DAY, rounded(products * rate("demand", today) / 36000, "0.001"))]
            paid, taxed = sum_of(parts), Decimal(0) if corporate else taxes_of(parts)
            interest, tax, balance = interest + paid, tax + taxed, balance + paid - taxed
            products, since = Decimal(0), today + DAY
        today += DAY
    kind = "corporate" if corporate else "personal"
    assert ask("demand", opened, closed, moved, customer_kind=kind) == (interest, tax)


@given(
    opened=st.dates(date(2004, 10, 29), date(2007, 6, 1)),
    days=st.integers(1, 400),
    term=st.sampled_from([("101", 1), ("107", 7)]),
    early=st.integers(0, 12),
    amount=st.integers(50_000, 10**6),
    agreed=st.integers(1, 10**6),
)
def test_notice(opened: date, days: int, term: tuple[str, int], early: int, amount: int, agreed: int) -> None:
    closed = opened + days * DAY
    given_on = closed - early * DAY
    keeps = early >= term[1] and days >= term[1]
    good = min(amount, agreed) if keeps else 0
    parts = [
        daily(Decimal(good), opened, closed, rate(f"notice.{term[0]}", closed)),
        daily(Decimal(amount - good), opened, closed, rate("demand", closed)),
    ]
    notice = {"given_on": given_on, "for_on": closed, "amount": str(agreed)}
    expected = (sum_of(parts), taxes_of(parts))
    assert ask("notice", opened, closed, [(opened, Decimal(amount))], term=term[0], notice=notice) == expected


@pytest.mark.parametrize("days", [89, 90, 364, 365, 366])
def test_longer_never_earns_less(days: int) -> None:
    opened = date(2004, 10, 29)
    before = ask("optional", opened, opened + (days - 1) * DAY, [(opened, Decimal(10000))])[0]
    assert ask("optional", opened, opened + days * DAY, [(opened, Decimal(10000))])[0] >= before
