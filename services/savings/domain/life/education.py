"""教育储蓄: instalments for a pupil; with the school's certificate at the time rate and untaxed (IB 1310-1338)."""

from __future__ import annotations

from kernel.calendar import add_months
from kernel.money import format_amount
from kernel.numbers import Term
from services.savings.domain import interest_rules
from services.savings.domain.interest import Segment, statement_of
from services.savings.domain.life.deposit import Deposit, Life, Question
from services.savings.domain.life.refusals import DEPOSITS_TOO_FEW, DEPOSITS_TOO_MUCH, NO_SUCH_MOVEMENT, TERM_OVER
from services.savings.domain.life.segments import (
    UNTAXED,
    Rate,
    by_daily_products,
    by_days,
    by_monthly_products,
    demand_rate,
)

CERTIFIED = {"301": "time.301", "303": "time.303", "306": "time.305"}
UNCERTIFIED = {"301": "instalment.301", "303": "instalment.303", "306": "instalment.305"}
"""The rate of the opening day per term; six years take the rate of five."""
EARLY_TIERS = ((36, "time.303"), (24, "time.302"), (12, "time.301"), (6, "time.206"), (3, "time.203"))
"""Closed early with the certificate: the tier of the time it really lay, at the rates of the opening day (yinfa 2000-102)."""
LIMIT = "education.total_limit.CNY"
RULE = (
    "凭证明按开户日同期整存整取利率且免税,无证明按零存整取利率并计税;逾期部分按活期 · "
    "with the certificate at the time rate of the opening day, untaxed; without it at the instalment rate, taxed; overdue part demand"
)


def education(question: Question) -> Life:
    """Raises `term.*`, `education.*`, `quote.*`, `parameter.*`."""
    deposit = question.deposit
    term = deposit.agreed_term
    check_deposits(question)
    matures_on = deposit.matures_on()
    if deposit.closed_on < matures_on:
        segments = [_early(question)]
    else:
        segments = [_to_maturity(question, term)]
        if deposit.closed_on > matures_on:
            rate = demand_rate(question, deposit.closed_on)
            segments.append(by_days(question, total_minor(deposit), matures_on, deposit.closed_on, rate, interest_rules.OVERDUE))
    return Life((statement_of(tuple(segments), deposit.currency),), total_minor(deposit), RULE)


def total_minor(deposit: Deposit) -> int:
    """本金合计."""
    return sum(movement.amount_minor for movement in deposit.movements)


def check_deposits(question: Question) -> None:
    """At least two, none after the term, no more than the limit in all.

    Raises `education.*`, `term.over`, `quote.movement_not_possible`.
    """
    deposit = question.deposit
    for position, movement in enumerate(deposit.later, start=1):
        if movement.amount_minor <= 0:
            raise NO_SUCH_MOVEMENT(field=f"movements.{position}")
        if movement.on >= deposit.matures_on():
            raise TERM_OVER(field=f"movements.{position}")
    if not deposit.later:
        raise DEPOSITS_TOO_FEW(field="movements")
    limit_minor = question.parameters.limit_minor_on(LIMIT, deposit.opened_on, deposit.currency)
    if total_minor(deposit) > limit_minor:
        raise DEPOSITS_TOO_MUCH(field="movements", limit=format_amount(limit_minor, deposit.currency))


def _to_maturity(question: Question, term: Term) -> Segment:
    deposit = question.deposit
    name = (CERTIFIED if deposit.certificate else UNCERTIFIED)[term.code]
    rate = question.parameters.rate_on(name, deposit.opened_on, deposit.currency)
    tax, rule = (UNTAXED, interest_rules.CERTIFIED) if deposit.certificate else (None, interest_rules.INSTALMENTS)
    matures_on = deposit.matures_on()
    return by_monthly_products(question, deposit.movements, deposit.opened_on, matures_on, term.months, rate, rule, tax)


def _early(question: Question) -> Segment:
    deposit = question.deposit
    if not deposit.certificate:
        demand = demand_rate(question, deposit.closed_on)
        return by_daily_products(question, deposit.movements, deposit.closed_on, demand, interest_rules.EARLY_INSTALMENTS)
    rate = _early_rate(question)
    return by_daily_products(question, deposit.movements, deposit.closed_on, rate, interest_rules.CERTIFIED_EARLY, UNTAXED)


def _early_rate(question: Question) -> Rate:
    deposit = question.deposit
    for months, name in EARLY_TIERS:
        if add_months(deposit.opened_on, months) <= deposit.closed_on:
            return question.parameters.rate_on(name, deposit.opened_on, deposit.currency)
    return demand_rate(question, deposit.closed_on)
