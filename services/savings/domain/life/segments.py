"""How a stretch of days turns into interest: by item, by days, by monthly products (domain.md section 3).

Yearly rate / 12 is the monthly and / 30 the daily rate, so one number says them all: products in minor units x days, a whole month
weighing 30 days. Nothing is divided before the end, so that halves of a 厘 are halves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from kernel.calendar import days_between, span_between
from kernel.interest import interest_on_products
from kernel.rates import Dated
from services.savings.domain.interest import Segment, tax_parts
from services.savings.domain.interest_rules import InterestRule
from services.savings.domain.life.deposit import Movement, Question
from services.savings.domain.products import TaxPolicy, UntaxedInterest

YEAR_DAYS = 360
"""年利率 / 360 = 日利率 (domain.md section 3)."""
MONTH_DAYS = 30

Rate = Dated[Decimal]


def demand_rate(question: Question, day: date) -> Rate:
    """The demand rate posted on a day: what early, overdue and irregular parts earn. Raises `parameter.*`."""
    return question.parameters.rate_on("demand", day, question.deposit.currency)


def by_item(question: Question, principal_minor: int, first: date, end: date, rate: Rate, rule: InterestRule) -> Segment:
    """逐笔计息: whole months at the monthly rate, odd days at rate / 360."""
    span = span_between(first, end)
    return segment_of(question, principal_minor, first, end, rate, principal_minor * (span.months * MONTH_DAYS + span.days), rule)


def by_days(question: Question, principal_minor: int, first: date, end: date, rate: Rate, rule: InterestRule) -> Segment:
    """Actual days at rate / 360: early and overdue parts."""
    return segment_of(question, principal_minor, first, end, rate, principal_minor * days_between(first, end), rule)


def by_daily_products(
    question: Question, deposits: Iterable[Movement], end: date, rate: Rate, rule: InterestRule, tax: TaxPolicy | None = None
) -> Segment:
    """日积数: each deposit from its day to the end, at rate / 360."""
    paid = list(deposits)
    products = sum(deposit.amount_minor * days_between(deposit.on, end) for deposit in paid)
    principal_minor = sum(deposit.amount_minor for deposit in paid)
    return segment_of(question, principal_minor, paid[0].on, end, rate, products, rule, tax)


def by_monthly_products(
    question: Question,
    deposits: Iterable[Movement],
    first: date,
    end: date,
    months: int,
    rate: Rate,
    rule: InterestRule,
    tax: TaxPolicy | None = None,
) -> Segment:
    """月积数: each deposit bears interest for its own month and every later one of the term, whatever its day in the month."""
    paid = list(deposits)
    products = sum(deposit.amount_minor * (months - month_of(first, deposit.on)) for deposit in paid)
    principal_minor = sum(deposit.amount_minor for deposit in paid)
    return segment_of(question, principal_minor, first, end, rate, products * MONTH_DAYS, rule, tax)


def month_of(opened_on: date, day: date) -> int:
    """The month of a deposit, 0 for the month it was opened in."""
    return (day.year - opened_on.year) * 12 + day.month - opened_on.month


def segment_of(
    question: Question,
    principal_minor: int,
    first: date,
    end: date,
    rate: Rate,
    products: int,
    rule: InterestRule,
    tax: TaxPolicy | None = None,
    interest: Decimal | None = None,
) -> Segment:
    """A segment of products in minor units x days, at a rate of percent a year; `interest` where it is not the products' own, as the equal
    parts of interest that is drawn."""
    deposit = question.deposit
    if interest is None:
        interest = interest_on_products(products, rate.value, YEAR_DAYS, deposit.currency)
    policy = deposit.product.tax if tax is None else tax
    return Segment(
        first=first,
        end=end,
        products=products,
        annual_pct=rate.value,
        rate_source=f"{rate.source}, {rate.effective.isoformat()}",
        interest=interest,
        tax_parts=tax_parts(first, end, interest, policy, question.parameters) if end > first else (),
        rule=rule,
        principal_minor=principal_minor,
    )


UNTAXED = UntaxedInterest()
