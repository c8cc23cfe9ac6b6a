"""How a stretch of days turns into interest: by item, by days, by monthly products (domain.md section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from kernel.calendar import days_between, span_between
from kernel.interest import SEGMENT_DECIMALS
from kernel.money import currency_of, round_half_up
from kernel.rates import Dated
from services.savings.domain.interest import Segment, tax_parts
from services.savings.domain.life.deposit import Movement, Question
from services.savings.domain.products import TaxPolicy, UntaxedInterest

YEAR_DAYS = 360
"""年利率 / 360 = 日利率 (domain.md section 3)."""
MONTHS = 12

Rate = Dated[Decimal]


def demand_rate(question: Question, day: date) -> Rate:
    """The demand rate posted on a day: what early, overdue and irregular parts earn. Raises `parameter.*`."""
    return question.parameters.rate_on("demand", day, question.deposit.currency)


def by_item(question: Question, principal_minor: int, first: date, end: date, rate: Rate, tax: TaxPolicy | None = None) -> Segment:
    """逐笔计息: whole months at the monthly rate, odd days at rate / 360."""
    span = span_between(first, end)
    share = Decimal(span.months) / MONTHS + Decimal(span.days) / YEAR_DAYS
    return _segment(question, principal_minor, first, end, rate, principal_minor * share, tax)


def by_days(question: Question, principal_minor: int, first: date, end: date, rate: Rate, tax: TaxPolicy | None = None) -> Segment:
    """Actual days at rate / 360: early and overdue parts."""
    return _segment(question, principal_minor, first, end, rate, principal_minor * Decimal(days_between(first, end)) / YEAR_DAYS, tax)


def by_daily_products(question: Question, deposits: Iterable[Movement], end: date, rate: Rate, tax: TaxPolicy | None = None) -> Segment:
    """日积数: each deposit from its day to the end, at rate / 360."""
    paid = list(deposits)
    products = sum(deposit.amount_minor * days_between(deposit.on, end) for deposit in paid)
    principal_minor = sum(deposit.amount_minor for deposit in paid)
    return _segment(question, principal_minor, paid[0].on, end, rate, Decimal(products) / YEAR_DAYS, tax)


def by_monthly_products(
    question: Question, deposits: Iterable[Movement], first: date, end: date, months: int, rate: Rate, tax: TaxPolicy | None = None
) -> Segment:
    """月积数: each deposit bears interest for its own month and every later one of the term, whatever its day in the month."""
    paid = list(deposits)
    products = sum(deposit.amount_minor * (months - month_of(first, deposit.on)) for deposit in paid)
    principal_minor = sum(deposit.amount_minor for deposit in paid)
    return _segment(question, principal_minor, first, end, rate, Decimal(products) / MONTHS, tax)


def month_of(opened_on: date, day: date) -> int:
    """The month of a deposit, 0 for the month it was opened in."""
    return (day.year - opened_on.year) * 12 + day.month - opened_on.month


def _segment(
    question: Question, principal_minor: int, first: date, end: date, rate: Rate, minor_years: Decimal, tax: TaxPolicy | None
) -> Segment:
    """A segment of `minor_years`, minor units x years, at a rate of percent a year."""
    deposit = question.deposit
    major = (minor_years * rate.value / 100).scaleb(-currency_of(deposit.currency).exponent)
    interest = round_half_up(major, SEGMENT_DECIMALS)
    policy = deposit.product.tax if tax is None else tax
    return Segment(
        first=first,
        end=end,
        products=principal_minor * (end - first).days,
        annual_pct=rate.value,
        rate_source=f"{rate.source}, {rate.effective.isoformat()}",
        interest=interest,
        tax_parts=tax_parts(first, end, interest, policy, question.parameters) if end > first else (),
        principal_minor=principal_minor,
    )


UNTAXED = UntaxedInterest()
