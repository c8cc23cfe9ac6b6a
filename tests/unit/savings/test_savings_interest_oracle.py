"""Random deposits come out of the engine as of the slow second opinion (`tests/support/slow_interest.py`), product by product, persons' and
organisations'; and whatever happens in a deposit's life, no interest is negative, no tax is above its rate, no money is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.numbers import parse_term
from services.savings.domain.life.deposit import Deposit, Movement, Question
from services.savings.domain.life.interest_drawing import drawing_statement, drawings_due
from services.savings.domain.products import product_of
from services.savings.parameters.load import parameters
from tests.support.lives import ask, lived, sums
from tests.support.slow_interest import DAY, daily, daily_sum, items, month_later, monthly, rate, rounded, sum_of, taxes_of

DATES = st.dates(date(1996, 8, 23), date(2007, 6, 30))
AMOUNTS = st.integers(50_00, 1_000_000_00).map(lambda minor: Decimal(minor) / 100)
MONTHS = {"203": 3, "206": 6, "301": 12, "302": 24, "303": 36, "305": 60, "306": 72}
KINDS = st.sampled_from(
    [("time", ("203", "206", "301", "302", "303", "305")), ("221", ("203", "206", "301")), ("224", ("203", "206", "301"))]
)


@given(opened=DATES, amount=AMOUNTS, days=st.integers(0, 2500), kind=KINDS, data=st.data())
def test_time(opened: date, amount: Decimal, days: int, kind: tuple[str, tuple[str, ...]], data: st.DataObject) -> None:
    """Early, on its day, overdue; a part taken out before maturity or not."""
    product, terms = kind
    term = data.draw(st.sampled_from(terms))
    closed, matures = opened + days * DAY, month_later(opened, MONTHS[term])
    payments, movements = [], [(opened, amount)]
    if data.draw(st.booleans()):
        taken, on = data.draw(st.integers(1, int(amount * 100) - 1)) * Decimal("0.01"), opened + data.draw(st.integers(0, days)) * DAY
        assume(on < matures)
        payments.append([daily(taken, opened, on, rate("demand", on))])
        movements.append((on, -taken))
        amount -= taken
    if closed < matures:
        payments.append([daily(amount, opened, closed, rate("demand", closed))])
    else:
        late = daily(amount, matures, closed, rate("demand", closed))
        payments.append([items(amount, opened, matures, rate(f"time.{term}", opened)), late])
    assert ask(product, opened, closed, movements, term=term) == sums(product, *payments)


@given(opened=DATES, amount=AMOUNTS, days=st.integers(0, 1500))
def test_time_renewed(opened: date, amount: Decimal, days: int) -> None:
    closed, first, principal = opened + days * DAY, opened, amount
    payments = []
    while closed > month_later(first, 6):
        matures = month_later(first, 6)
        payments.append([items(principal, first, matures, rate("time.206", first))])
        interest, tax = sums("time", payments[-1])
        first, principal = matures, principal + interest - tax
    whole = closed == month_later(first, 6)
    counted = items(principal, first, closed, rate("time.206", first)) if whole else daily(principal, first, closed, rate("demand", closed))
    assert ask("time", opened, closed, [(opened, amount)], term="206", renews=True) == sums("time", *payments, [counted])


@given(opened=DATES, amount=AMOUNTS, days=st.integers(0, 1200))
def test_optional(opened: date, amount: Decimal, days: int) -> None:
    closed = opened + days * DAY
    tiers = [name for months, name in ((3, "time.203"), (6, "time.206"), (12, "time.301")) if month_later(opened, months) <= closed]
    demand = rate("demand", closed)
    if tiers:
        part = items(amount, opened, closed, max(demand, rate(tiers[-1], closed) * 60 / 100))
    else:
        part = daily(amount, opened, closed, demand)
    assert ask("optional", opened, closed, [(opened, amount)]) == sums("optional", [part])


@settings(max_examples=60)
@given(
    opened=DATES,
    amount=st.integers(5, 5000),
    term=st.sampled_from(["301", "303", "305"]),
    around=st.integers(-400, 40),
    gaps=st.lists(st.integers(1, 3), max_size=60),
    data=st.data(),
)
def test_instalment(opened: date, amount: int, term: str, around: int, gaps: list[int], data: st.DataObject) -> None:
    """Every month, or a month missed and made up with a double amount in the next; a second one missed is a default and ends the deposits.
    Closed early, on the day or late."""
    matures = month_later(opened, MONTHS[term])
    closed = max(opened, matures + around * DAY)
    first_of_month, month, movements = opened.replace(day=1), 0, [(opened, Decimal(amount))]
    for gap in gaps:
        month += gap
        day = month_later(first_of_month, month) + data.draw(st.integers(0, 27)) * DAY
        if gap == 3 or month >= MONTHS[term] or day > closed:
            break
        movements.append((day, Decimal(amount * gap)))
    total = sum((paid for _, paid in movements), Decimal(0))
    if closed < matures:
        parts = [daily_sum(movements, closed, rate("demand", closed))]
    else:
        whole = monthly(movements, opened, matures, MONTHS[term], rate(f"instalment.{term}", opened))
        parts = [whole, daily(total, matures, closed, rate("demand", closed))]
    assert ask("instalment", opened, closed, movements, term=term) == sums("instalment", parts)


@settings(max_examples=60)
@given(
    opened=st.dates(date(2000, 3, 1), date(2007, 6, 30)),
    term=st.sampled_from(["301", "303", "306"]),
    amounts=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 100_000)), min_size=1, max_size=8),
    first=st.integers(5000, 1_000_000),
    around=st.integers(-1500, 60),
    certificate=st.booleans(),
)
def test_education(opened: date, term: str, amounts: list[tuple[int, int]], first: int, around: int, certificate: bool) -> None:
    matures = month_later(opened, MONTHS[term])
    closed = max(opened, matures + around * DAY)
    movements, day = [(opened, Decimal(first) / 100)], opened
    for gap, minor in amounts:
        day += gap * DAY
        if day < matures and day <= closed:
            movements.append((day, Decimal(minor) / 100))
    assume(len(movements) > 1)
    total = sum((paid for _, paid in movements), Decimal(0))
    demand = rate("demand", closed)
    if closed < matures:
        tiers = ((3, "203"), (6, "206"), (12, "301"), (24, "302"), (36, "303"))
        lay = [name for months, name in tiers if month_later(opened, months) <= closed]
        own = rate(f"time.{lay[-1]}", opened) if certificate and lay else demand
        parts = [daily_sum(movements, closed, own)]
        untaxed = 1 if certificate else 0
    else:
        name = f"time.{'305' if term == '306' else term}" if certificate else f"instalment.{'305' if term == '306' else term}"
        parts = [monthly(movements, opened, matures, MONTHS[term], rate(name, opened)), daily(total, matures, closed, demand)]
        untaxed = 1 if certificate else 0
    expected = sum_of(parts), taxes_of(parts[untaxed:])
    assert ask("education", opened, closed, movements, term=term, certificate=certificate) == expected


@given(
    opened=DATES,
    amount=st.integers(5000, 10**6),
    days=st.integers(0, 2500),
    term=st.sampled_from(["301", "303", "305"]),
    interval=st.sampled_from([1, 3, 4, 6, 12]),
    drawn=st.lists(st.integers(0, 2500), max_size=5),
)
def test_interest_drawing(opened: date, amount: int, days: int, term: str, interval: int, drawn: list[int]) -> None:
    """The whole life; and what is drawn on the way never comes to more than the whole, never before its day."""
    closed, principal, matures = opened + days * DAY, Decimal(amount), month_later(opened, MONTHS[term])
    whole = items(principal, opened, matures, rate(f"instalment.{term}", opened))
    if closed < matures:
        parts = [daily(principal, opened, closed, rate("demand", closed))]
    else:
        parts = [whole, daily(principal, matures, closed, rate("demand", closed))]
    assert ask("interest_drawing", opened, closed, [(opened, principal)], term=term) == sums("interest_drawing", parts)
    deposit = Deposit(product_of("interest_drawing"), "CNY", opened, closed, (Movement(opened, amount * 100),), term=parse_term(term))
    question, count, done, paid = Question(deposit, parameters()), MONTHS[term] // interval, 0, Decimal(0)
    each = rounded(whole[2] / count, "0.01")
    for day in sorted(opened + later * DAY for later in drawn):
        due = drawings_due(question, interval, day)
        assert due == sum(1 for number in range(1, count + 1) if month_later(opened, interval * number) <= day)
        paid += Decimal(drawing_statement(question, interval, done, due).interest_minor) / 100
        done = due
        assert paid == (sum_of([whole]) if done == count else each * done)


@pytest.mark.parametrize("days", [89, 90, 364, 365, 366])
def test_longer_never_earns_less(days: int) -> None:
    opened = date(2004, 10, 29)
    before = ask("optional", opened, opened + (days - 1) * DAY, [(opened, Decimal(10000))])[0]
    assert ask("optional", opened, opened + days * DAY, [(opened, Decimal(10000))])[0] >= before


@given(
    opened=DATES,
    days=st.lists(st.integers(0, 900), min_size=1, max_size=4),
    minor=st.lists(st.integers(-(10**7), 10**7), min_size=4, max_size=4),
)
@pytest.mark.parametrize("product", ["demand", "time", "optional", "instalment", "interest_drawing", "notice", "education", "221", "223"])
def test_any_life_is_refused_or_keeps_its_money(product: str, opened: date, days: list[int], minor: list[int]) -> None:
    """Movements nobody would make: the engine refuses them, or what `lived` looks at holds."""
    terms = getattr(product_of(product).term, "codes", (None,))
    moved = sorted((opened + later * DAY, Decimal(amount) / 100) for later, amount in zip(days, minor, strict=False))
    movements = [(opened, Decimal(abs(minor[0]) + 1)), *(each for each in moved if each[1])]
    try:
        lived(product, opened, opened + max(days) * DAY, movements, term=terms[0], notices=())
    except DomainError as refusal:
        assert refusal.type.code
