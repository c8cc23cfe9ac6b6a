"""存本取息: one principal, its interest drawn in equal parts, never before its date and without compound interest (IB 1180-1197)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kernel.calendar import add_months
from kernel.errors import ErrorType, Kind
from kernel.interest import minor_of
from kernel.money import currency_of
from kernel.numbers import Term
from services.savings.domain.interest import InterestStatement, Segment, statement_of
from services.savings.domain.interest_rules import AGREED, DRAWING, DRAWN_BEFORE, EARLY, OVERDUE
from services.savings.domain.life.agreement import Agreement
from services.savings.domain.life.deposit import Life, Question
from services.savings.domain.life.refusals import NO_SUCH_MOVEMENT
from services.savings.domain.life.segments import MONTH_DAYS, Rate, by_days, by_item, demand_rate, segment_of

INTERVAL_WRONG = ErrorType(
    "interest_drawing.interval",
    Kind.INVALID,
    "取息间隔须为存期 {months} 个月的整除数",
    "the months between drawings must divide the {months} months of the term",
)
RULE = (
    "到期按开户日存本取息利率,提前全部按支取日活期利率,逾期部分按活期 · "
    "to maturity at the rate of the opening day; early all at the demand rate of that day; overdue part demand"
)


def interest_drawing(question: Question) -> Life:
    """The interest of the whole life; what was drawn before an early closing is taken back from the principal by whoever pays it out.

    Raises `term.*`, `quote.movement_not_possible`, `parameter.*`.
    """
    deposit = question.deposit
    if deposit.later:
        raise NO_SUCH_MOVEMENT(field="movements.1")
    term = deposit.agreed_term
    matures_on = deposit.matures_on()
    segments: list[Segment]
    if deposit.closed_on < matures_on:
        rate = demand_rate(question, deposit.closed_on)
        segments = [by_days(question, deposit.opening_minor, deposit.opened_on, deposit.closed_on, rate, EARLY)]
    else:
        segments = [by_item(question, deposit.opening_minor, deposit.opened_on, matures_on, posted_rate(question, term), AGREED)]
        if deposit.closed_on > matures_on:
            rate = demand_rate(question, deposit.closed_on)
            segments.append(by_days(question, deposit.opening_minor, matures_on, deposit.closed_on, rate, OVERDUE))
    return Life((statement_of(tuple(segments), deposit.currency),), deposit.opening_minor, RULE)


def posted_rate(question: Question, term: Term) -> Rate:
    """The rate of the opening day; small savings share the instalment table (domain.md section 3)."""
    return question.parameters.rate_on(f"instalment.{term.code}", question.deposit.opened_on, question.deposit.currency)


def check_interval(term: Term, interval_months: int) -> None:
    """Raises `interest_drawing.interval`."""
    if interval_months <= 0 or term.months % interval_months:
        raise INTERVAL_WRONG(field="interval_months", months=term.months)


def drawings(question: Question, interval_months: int) -> tuple[tuple[date, int], ...]:
    """The days interest may be drawn from and the amounts in minor units: equal parts, the last takes the rest.

    Raises `term.*`, `interest_drawing.interval`, `parameter.*`.
    """
    deposit = question.deposit
    term = deposit.agreed_term
    check_interval(term, interval_months)
    whole = by_item(question, deposit.opening_minor, deposit.opened_on, deposit.matures_on(), posted_rate(question, term), AGREED)
    count = term.months // interval_months
    total_minor = minor_of((whole.interest,), deposit.currency)
    each_minor = minor_of((whole.interest / count,), deposit.currency)
    days = [add_months(deposit.opened_on, interval_months * (number + 1)) for number in range(count)]
    amounts = [each_minor] * (count - 1) + [total_minor - each_minor * (count - 1)]
    return tuple(zip(days, amounts, strict=True))


def drawings_due(question: Question, interval_months: int, day: date) -> int:
    """How many drawing days have come. Raises as `drawings`."""
    return sum(1 for due_on, _ in drawings(question, interval_months) if due_on <= day)


def drawing_statement(question: Question, interval_months: int, done: int, due: int) -> InterestStatement:
    """The interest of the drawings after the first `done`, up to the first `due`, each a segment of its own. Raises as `drawings`."""
    deposit = question.deposit
    planned = drawings(question, interval_months)
    term = deposit.agreed_term
    rate = posted_rate(question, term)
    segments = []
    for number in range(done, due):
        first = planned[number - 1][0] if number else deposit.opened_on
        end, amount_minor = planned[number]
        interest = Decimal(amount_minor).scaleb(-currency_of(deposit.currency).exponent)
        products = deposit.opening_minor * interval_months * MONTH_DAYS
        segments.append(segment_of(question, deposit.opening_minor, first, end, rate, products, DRAWING, interest=interest))
    return statement_of(tuple(segments), deposit.currency)


def left_after_drawings(question: Question, earned: InterestStatement, agreement: Agreement) -> InterestStatement:
    """What a closing still pays of the interest earned: a last segment takes off what was drawn before, so that the statement shows why
    less is paid, or how much comes out of the principal. Raises as `drawings`."""
    if not agreement.drawings:
        return earned
    deposit = question.deposit
    assert agreement.interval_months is not None
    drawn_until, _ = drawings(question, agreement.interval_months)[agreement.drawings - 1]
    products = deposit.opening_minor * agreement.drawings * agreement.interval_months * MONTH_DAYS
    drawn = Decimal(agreement.drawn_interest_minor).scaleb(-currency_of(deposit.currency).exponent)
    rate = posted_rate(question, deposit.agreed_term)
    taken_off = segment_of(question, deposit.opening_minor, deposit.opened_on, drawn_until, rate, -products, DRAWN_BEFORE, interest=-drawn)
    return InterestStatement(
        (*earned.segments, taken_off),
        earned.interest_minor - agreement.drawn_interest_minor,
        earned.tax_minor - agreement.drawn_tax_minor,
    )
