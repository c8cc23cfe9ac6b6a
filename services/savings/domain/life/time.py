"""整存整取 and corporate time deposits: the rate of the opening day to maturity, demand rate for what is early or overdue (IB 980-1030)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from kernel.calendar import add_term
from kernel.numbers import Term
from services.savings.domain.interest import InterestStatement, Segment, statement_of
from services.savings.domain.interest_rules import AGREED, EARLY, OVERDUE
from services.savings.domain.life.deposit import Life, Movement, Question
from services.savings.domain.life.refusals import NO_SUCH_MOVEMENT, NOT_EARLY, OVERDRAWN, PARTIAL_ONCE
from services.savings.domain.life.segments import Rate, by_days, by_item, demand_rate

RULE = (
    "到期部分按开户日(转存日)挂牌利率,提前、逾期部分按支取日活期利率 · "
    "to maturity at the rate of the opening or renewal day; early and overdue parts at the demand rate of the withdrawal day"
)


@dataclass(frozen=True, slots=True)
class _Run:
    """One term of the deposit: its principal, first day, maturity and rate."""

    principal_minor: int
    first: date
    matures_on: date
    rate: Rate


def time(question: Question) -> Life:
    """One lump sum for a term, once partly withdrawn early perhaps, renewed as often as agreed.

    Raises `term.*`, `time.partial_once`, `time.not_early`, `quote.*`, `parameter.*`.
    """
    deposit = question.deposit
    term = deposit.agreed_term
    run = _begin(question, term, deposit.opening_minor, deposit.opened_on)
    partial = _partial(question)
    statements: list[InterestStatement] = []
    capitalised_minor = 0
    while True:
        last = not deposit.renews or deposit.closed_on <= run.matures_on
        if partial is not None and (last or partial.on < run.matures_on):
            statement, run = _withdraw_part(question, run, partial)
            statements.append(statement)
            partial = None
        if last:
            statements.append(_statement(question, *_until(question, run, deposit.closed_on)))
            return Life(tuple(statements), run.principal_minor, RULE, capitalised_minor)
        statement = _statement(question, *_until(question, run, run.matures_on))
        statements.append(statement)
        capitalised_minor += statement.net_minor
        run = _begin(question, term, run.principal_minor + statement.net_minor, run.matures_on)


def _partial(question: Question) -> Movement | None:
    later = question.deposit.later
    if any(movement.amount_minor >= 0 for movement in later):
        raise NO_SUCH_MOVEMENT(field="movements")
    if len(later) > 1:
        raise PARTIAL_ONCE(field="movements.2")
    return later[0] if later else None


def _begin(question: Question, term: Term, principal_minor: int, first: date) -> _Run:
    rate = question.parameters.rate_on(f"time.{term.code}", first, question.deposit.currency)
    return _Run(principal_minor, first, add_term(first, term), rate)


def _withdraw_part(question: Question, run: _Run, partial: Movement) -> tuple[InterestStatement, _Run]:
    """部分提前支取: the part at the demand rate of its day; the rest keeps rate and dates."""
    amount_minor = -partial.amount_minor
    if partial.on >= run.matures_on:
        raise NOT_EARLY(field="movements.1")
    if amount_minor >= run.principal_minor:
        raise OVERDRAWN(field="movements.1")
    segment = by_days(question, amount_minor, run.first, partial.on, demand_rate(question, partial.on), EARLY)
    return _statement(question, segment), replace(run, principal_minor=run.principal_minor - amount_minor)


def _until(question: Question, run: _Run, end: date) -> list[Segment]:
    """What the principal earned from the first day of the term to its payment."""
    if end < run.matures_on:
        return [by_days(question, run.principal_minor, run.first, end, demand_rate(question, end), EARLY)]
    whole = by_item(question, run.principal_minor, run.first, run.matures_on, run.rate, AGREED)
    if end == run.matures_on:
        return [whole]
    return [whole, by_days(question, run.principal_minor, run.matures_on, end, demand_rate(question, end), OVERDUE)]


def _statement(question: Question, *segments: Segment) -> InterestStatement:
    return statement_of(segments, question.deposit.currency)
