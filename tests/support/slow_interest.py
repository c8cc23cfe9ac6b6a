"""Deposit interest the slow way: day by day in decimals, from the rate tables and the rules alone, sharing no code with the engine."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "services/savings/parameters"
DAY = timedelta(days=1)
Part = tuple[date, date, Decimal]
"""A segment: its first day, its end, its interest to three decimals."""


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


def taxes_of(parts: list[Part]) -> Decimal:
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


def sum_of(parts: list[Part]) -> Decimal:
    return rounded(sum((interest for _, _, interest in parts), Decimal(0)), "0.01")


def daily(principal: Decimal, first: date, end: date, pct: Decimal) -> Part:
    days = 0
    day = first
    while day < end:
        days, day = days + 1, day + DAY
    return first, end, rounded(principal * pct * days / 36000, "0.001")


def items(principal: Decimal, first: date, end: date, pct: Decimal) -> Part:
    months = 0
    while month_later(first, months + 1) <= end:
        months += 1
    odd = (end - month_later(first, months)).days
    return first, end, rounded(principal * pct * (30 * months + odd) / 36000, "0.001")


def monthly(movements: list[tuple[date, Decimal]], first: date, matures: date, months: int, pct: Decimal) -> Part:
    """Month after month: what was paid in up to a calendar month earns for that month, whatever its day; the month of maturity is none."""
    products, month = Decimal(0), first.replace(day=1)
    for _ in range(months):
        following = month_later(month, 1)
        products += sum((amount for day, amount in movements if day < following), Decimal(0))
        month = following
    return first, matures, rounded(products * pct / 1200, "0.001")


def daily_sum(movements: list[tuple[date, Decimal]], closed: date, pct: Decimal) -> Part:
    """Each deposit over its own days, rounded together."""
    products = sum((paid * (closed - day).days for day, paid in movements), Decimal(0))
    return movements[0][0], closed, rounded(products * pct / 36000, "0.001")
