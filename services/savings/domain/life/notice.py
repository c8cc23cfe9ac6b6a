"""通知存款: the posted rate of the withdrawal day for what was announced in time and taken as announced (IB 1228-1247).

What earns the demand rate instead: money that lay shorter than the notice period, a withdrawal without notice or not on the agreed day,
the part above or below the agreed amount, a withdrawal below the minimum. The notice period of a notice that was given and not used
bears no interest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kernel.money import format_amount
from kernel.numbers import Term
from services.savings.domain.interest import InterestStatement, Segment, statement_of
from services.savings.domain.interest_rules import NOTICE_BROKEN, NOTICE_KEPT
from services.savings.domain.life.deposit import Deposit, Life, Notice, Question
from services.savings.domain.life.refusals import NO_SUCH_MOVEMENT, NOTICE_TOO_EARLY, OVERDRAWN, REST_BELOW_MINIMUM
from services.savings.domain.life.segments import Rate, by_days, demand_rate
from services.savings.domain.parameters import SavingsParameters

RULE = (
    "按支取日通知存款利率和实际天数,违反约定的部分按活期 · "
    "the notice rate of the withdrawal day for actual days; what deviates from the notice at the demand rate"
)


@dataclass(frozen=True, slots=True)
class _Portion:
    """A part of the principal: up to `demand_until` it earns the demand rate whatever happens, in `idle` periods nothing."""

    amount_minor: int
    demand_until: date | None = None
    idle: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class _Account:
    """What is still there, and the notices nobody has used yet."""

    portions: tuple[_Portion, ...]
    notices: tuple[Notice, ...]

    @property
    def balance_minor(self) -> int:
        return sum(portion.amount_minor for portion in self.portions)


def notice(question: Question) -> Life:
    """Withdrawals one after another, each with the interest of what it takes, then the closing.

    Raises `term.*`, `notice.*`, `quote.*`, `parameter.*`.
    """
    deposit = question.deposit
    term = deposit.agreed_term
    if any(each.for_on < each.given_on for each in deposit.notices):
        raise NOTICE_TOO_EARLY(field="notice.for_on")
    account = _Account((_Portion(deposit.opening_minor),), tuple(sorted(deposit.notices, key=lambda each: each.given_on)))
    statements: list[InterestStatement] = []
    least = least_minor(deposit, question.parameters)
    for position, movement in enumerate(deposit.later, start=1):
        if movement.amount_minor >= 0:
            raise NO_SUCH_MOVEMENT(field=f"movements.{position}")
        if account.balance_minor + movement.amount_minor <= 0:
            raise OVERDRAWN(field=f"movements.{position}")
        if account.balance_minor + movement.amount_minor < least:
            raise REST_BELOW_MINIMUM(field=f"movements.{position}", minimum=format_amount(least, deposit.currency))
        statement, account = _withdraw(question, term, account, -movement.amount_minor, movement.on)
        statements.append(statement)
    rest_minor = account.balance_minor
    statement, account = _withdraw(question, term, account, rest_minor, deposit.closed_on)
    return Life((*statements, statement), rest_minor, RULE)


def _withdraw(question: Question, term: Term, account: _Account, amount_minor: int, day: date) -> tuple[InterestStatement, _Account]:
    """Take an amount out: its interest, and what is left."""
    deposit = question.deposit
    used, account = _use_notice(term, account, day)
    regular_minor = 0
    long_enough = (day - deposit.opened_on).days >= term.count
    if used is not None and long_enough and amount_minor >= _limit_minor(question, "withdrawal_minimum", day):
        regular_minor = min(amount_minor, used.amount_minor)
    posted = question.parameters.rate_on(f"notice.{term.code}", day, deposit.currency) if regular_minor else None
    segments: list[Segment] = []
    portions = account.portions
    for wanted_minor, rate in ((regular_minor, posted), (amount_minor - regular_minor, None)):
        taken, portions = _take(portions, wanted_minor)
        segments.extend(segment for portion in taken for segment in _earned(question, portion, day, rate))
    if used is not None and used.amount_minor > amount_minor:
        portions = _mark(portions, used.amount_minor - amount_minor, demand_until=day)
    return statement_of(tuple(segments), deposit.currency), replace(account, portions=portions)


def _use_notice(term: Term, account: _Account, day: date) -> tuple[Notice | None, _Account]:
    """The notice a withdrawal of this day keeps to, if any; without one it breaks the latest whose day has come. Others whose day has
    passed were never used; those of this day and of later ones wait for the withdrawals they announce."""
    come = [each for each in account.notices if each.for_on <= day]
    kept = [each for each in come if each.for_on == day and (day - each.given_on).days >= term.count]
    spent = kept[0] if kept else come[-1] if come else None
    portions, waiting = account.portions, []
    for each in account.notices:
        if each is spent:
            continue
        if each.for_on < day:
            period = (each.for_on - timedelta(days=term.count), each.for_on)
            portions = _mark(portions, each.amount_minor, idle=period)
        else:
            waiting.append(each)
    return (spent if kept else None), _Account(portions, tuple(waiting))


def _take(portions: tuple[_Portion, ...], amount_minor: int) -> tuple[list[_Portion], tuple[_Portion, ...]]:
    """An amount from the front: what was taken, what is left."""
    taken, left = [], []
    for portion in portions:
        part = min(portion.amount_minor, amount_minor)
        amount_minor -= part
        if part:
            taken.append(replace(portion, amount_minor=part))
        if portion.amount_minor > part:
            left.append(replace(portion, amount_minor=portion.amount_minor - part))
    return taken, tuple(left)


def _mark(
    portions: tuple[_Portion, ...], amount_minor: int, *, demand_until: date | None = None, idle: tuple[date, date] | None = None
) -> tuple[_Portion, ...]:
    """The portions with a flaw on the first part of them."""
    flawed, rest = _take(portions, amount_minor)
    marked = [
        replace(
            each,
            demand_until=max(filter(None, (each.demand_until, demand_until)), default=None),
            idle=each.idle if idle is None else (*each.idle, idle),
        )
        for each in flawed
    ]
    return (*marked, *rest)


def _earned(question: Question, portion: _Portion, day: date, posted: Rate | None) -> Iterator[Segment]:
    """The segments of a portion from the opening to its withdrawal: without idle days, at the demand rate as far as it must be."""
    demand = demand_rate(question, day)
    flawed_until = day if posted is None else (portion.demand_until or question.deposit.opened_on)
    for first, end in _working(question.deposit.opened_on, day, portion.idle):
        border = min(max(flawed_until, first), end)
        if border > first:
            yield by_days(question, portion.amount_minor, first, border, demand, NOTICE_BROKEN)
        if end > border and posted is not None:
            yield by_days(question, portion.amount_minor, border, end, posted, NOTICE_KEPT)


def _working(first: date, end: date, idle: tuple[tuple[date, date], ...]) -> Iterator[tuple[date, date]]:
    """[first, end) without the idle periods."""
    for idle_first, idle_end in sorted(idle):
        if first < idle_first < end:
            yield first, idle_first
        first = max(first, min(idle_end, end))
    if first < end:
        yield first, end


def least_minor(deposit: Deposit, parameters: SavingsParameters) -> int:
    """What must be left on a deposit, or it is closed (IB 1240); minor units. Raises `parameter.*`."""
    return _limit_minor(Question(deposit, parameters), "opening_minimum", deposit.opened_on)


def _limit_minor(question: Question, name: str, day: date) -> int:
    deposit = question.deposit
    limit = f"{deposit.product.limits.parameter}.{name}.{deposit.currency}"
    return question.parameters.limit_minor_on(limit, day, deposit.currency)
