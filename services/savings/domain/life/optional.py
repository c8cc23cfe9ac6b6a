"""定活两便: once in, once out; the longer it lay, the higher the tier of its rate (IB 1060-1073)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kernel.calendar import add_months
from services.savings.domain.interest import statement_of
from services.savings.domain.interest_rules import BELOW_TIERS, TIER
from services.savings.domain.life.deposit import Life, Question
from services.savings.domain.life.refusals import NO_SUCH_MOVEMENT
from services.savings.domain.life.segments import Rate, by_days, by_item, demand_rate

TIERS = ((12, "time.301"), (6, "time.206"), (3, "time.203"))
"""Whole months it lay at least, and the time deposit whose rate it then takes a share of."""
SHARE = "optional.rate_share"
RULE = (
    "满三个月按同档次(最高一年)整存整取利率打折,不满按活期 · "
    "from three months on a share of the time rate of the tier, below it the demand rate"
)


def optional(question: Question) -> Life:
    """Everything at rates of the closing day. Raises `quote.movement_not_possible`, `parameter.*`."""
    deposit = question.deposit
    if deposit.later:
        raise NO_SUCH_MOVEMENT(field="movements.1")
    rate = tier_rate(question)
    if rate is None:
        rate = demand_rate(question, deposit.closed_on)
        segment = by_days(question, deposit.opening_minor, deposit.opened_on, deposit.closed_on, rate, BELOW_TIERS)
    else:
        segment = by_item(question, deposit.opening_minor, deposit.opened_on, deposit.closed_on, rate, TIER)
    return Life((statement_of((segment,), deposit.currency),), deposit.opening_minor, RULE)


def tier_rate(question: Question) -> Rate | None:
    """The rate of the highest tier reached, never below the demand rate; none below three months."""
    deposit, parameters = question.deposit, question.parameters
    for months, name in TIERS:
        if add_months(deposit.opened_on, months) <= deposit.closed_on:
            posted = parameters.rate_on(name, deposit.closed_on, deposit.currency)
            share = parameters.limit_on(SHARE, deposit.closed_on)
            demand = demand_rate(question, deposit.closed_on)
            value = posted.value * share / Decimal(100)
            return demand if value < demand.value else replace(posted, value=value, source=f"{posted.source} x {share} %")
    return None
