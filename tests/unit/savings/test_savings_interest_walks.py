"""Current, agreement and notice deposits against a walk through every day of their lives, which shares no code with the engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.savings.domain.deposit_agreements import DepositAgreement
from services.savings.domain.life.deposit import Notice
from services.savings.domain.products import UntaxedInterest, product_of
from tests.support.lives import ask, lived, sums
from tests.support.slow_interest import DAY, Part, rate, rounded


@settings(max_examples=60)
@given(
    product=st.sampled_from(["demand", "personal_cheque", "201", "249", "260"]),
    opened=st.dates(date(1996, 8, 23), date(2008, 9, 1)),
    amounts=st.lists(st.tuples(st.integers(0, 60), st.integers(-5000_00, 9000_00)), max_size=8),
    rest=st.integers(0, 300),
    agreed=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 12_000), st.integers(50, 300)), max_size=3),
)
def test_current_accounts(
    product: str, opened: date, amounts: list[tuple[int, int]], rest: int, agreed: list[tuple[int, int, int]]
) -> None:
    """Walks every day: counts the whole yuan of the day's closing balance, those above an agreed base by themselves, settles on the
    settlement days, books the interest next day."""
    moved, day, balance = [(opened, Decimal("10000.00"))], opened, Decimal(10000)
    for gap, minor in amounts:
        day += gap * DAY
        amount = Decimal(minor) / 100
        if balance + amount >= 0 and amount:
            moved.append((day, amount))
            balance += amount
    closed = day + rest * DAY
    if product == "260":
        assert ask(product, opened, closed, moved) == (0, 0)
        return
    agreements: dict[date, DepositAgreement] = {}
    if product_of(product).tax == UntaxedInterest():
        for later, base, hundredths in agreed:
            base_minor = base * 100 or None
            made = DepositAgreement(opened + later * DAY, base_minor, Decimal(hundredths) / 100, "contract")
            agreements[made.from_on] = made
    in_order = tuple(sorted(agreements.values(), key=lambda each: each.from_on))
    balance = products = Decimal(0)
    above: dict[date, int] = {}
    payments: list[list[Part]] = []

    def settled(until: date) -> list[Part]:
        """The products of the period at the rates they earn."""
        own = rate("demand", today)
        parts = [(since, until, rounded((products - sum(above.values())) * own / 36000, "0.001"))]
        return [*parts, *((since, until, rounded(above[on] * agreements[on].annual_pct / 36000, "0.001")) for on in above)]

    since = today = opened
    waiting = list(moved)
    while today <= closed:
        while waiting and waiting[0][0] == today:
            balance += waiting.pop(0)[1]
        if today == closed:
            payments.append(settled(today))
            break
        products += int(balance)
        running = [each for each in in_order if each.from_on <= today][-1:]
        if running and running[0].base_minor and balance * 100 > running[0].base_minor:
            above[running[0].from_on] = above.get(running[0].from_on, 0) + int(balance - running[0].base_minor // 100)
        quarterly = product_of(product).tax == UntaxedInterest() or today >= date(2005, 9, 21)
        ends = today.day == 20 and today.month in (3, 6, 9, 12) if quarterly else (today.month, today.day) == (6, 30)
        if ends:
            payments.append(settled(today + DAY))
            interest, tax = sums(product, payments[-1])
            balance, products, since, above = balance + interest - tax, Decimal(0), today + DAY, {}
        today += DAY
    assert ask(product, opened, closed, moved, agreements=in_order) == sums(product, *payments)


NOTICES = {"notice": (50_000, 50_000), "223": (500_000, 100_000)}


@settings(max_examples=150)
@given(
    product=st.sampled_from(sorted(NOTICES)),
    opened=st.dates(date(2004, 10, 29), date(2008, 6, 1)),
    term=st.sampled_from([("101", 1), ("107", 7)]),
    times=st.integers(1, 20),
    taken=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=4),
    rest=st.integers(0, 60),
    announced=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5), st.integers(-1, 1), st.integers(1, 14)), max_size=5),
)
def test_notice(
    product: str,
    opened: date,
    term: tuple[str, int],
    times: int,
    taken: list[tuple[int, int]],
    rest: int,
    announced: list[tuple[int, int, int, int]],
) -> None:
    """Withdrawals, each announced or not, in time or not, for the day or another, for the amount or another. Money is walked in pieces of
    the least withdrawal: what a piece earned on each day of its life, by what is known when it goes."""
    least, smallest = NOTICES[product]
    unit = smallest // 2
    pieces = [Piece() for _ in range(times + least // unit)]
    withdrawals, day, left = [], opened, len(pieces)
    for gap, units in taken:
        day += gap * DAY
        if (left - units) * unit >= least:
            withdrawals.append((day, units))
            left -= units
    withdrawals.append((day + rest * DAY, left))
    notices = []
    for before, which, shift, units in announced:
        for_on = max(opened, withdrawals[which % len(withdrawals)][0] + shift * DAY)
        notices.append(Notice(max(opened - DAY, for_on - before * DAY), for_on, units * unit * 100))
    notices.sort(key=lambda notice: notice.given_on)
    movements = [(opened, Decimal(len(pieces) * unit)), *((day, -Decimal(units * unit)) for day, units in withdrawals[:-1])]
    life = lived(product, opened, withdrawals[-1][0], movements, term=term[0], notices=tuple(notices))
    waiting = list(notices)
    for (day, units), statement in zip(withdrawals, life.statements, strict=True):
        expected = paid_out(pieces, waiting, opened, day, units, unit, term, smallest)
        assert abs(Decimal(statement.interest_minor) / 100 - expected) <= Decimal("0.01"), (day, notices)


class Piece:
    """A piece of the money: the days on which it bears nothing, and until when it earns the demand rate at best."""

    def __init__(self) -> None:
        self.idle: set[date] = set()
        self.demand_until = date.min


def paid_out(
    pieces: list[Piece], waiting: list[Notice], opened: date, day: date, units: int, unit: int, term: tuple[str, int], smallest: int
) -> Decimal:
    """What the first pieces earned until they go, day by day, not rounded on the way; they are gone after it."""
    name, days = f"notice.{term[0]}", term[1]
    in_time = [each for each in waiting if each.for_on == day and (day - each.given_on).days >= days]
    over = [each for each in waiting if each.for_on <= day]
    used = in_time[0] if in_time else over[-1] if over else None
    for each in list(waiting):
        if each is used:
            waiting.remove(each)
        elif each.for_on < day:
            for piece in pieces[: each.amount_minor // 100 // unit]:
                piece.idle |= {each.for_on - ahead * DAY for ahead in range(1, days + 1)}
            waiting.remove(each)
    good = 0
    if in_time and (day - opened).days >= days and units * unit >= smallest:
        good = min(units, in_time[0].amount_minor // 100 // unit)
    total, demand = Decimal(0), rate("demand", day)
    for number, piece in enumerate(pieces[:units]):
        today = opened
        while today < day:
            pct = rate(name, day) if number < good and today >= piece.demand_until else demand
            total += Decimal(0) if today in piece.idle else unit * pct / 36000
            today += DAY
    del pieces[:units]
    if in_time:
        for piece in pieces[: max(in_time[0].amount_minor // 100 // unit - units, 0)]:
            piece.demand_until = day
    return total
