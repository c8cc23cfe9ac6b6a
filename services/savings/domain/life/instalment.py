"""零存整取 and the instalments of education savings: a fixed amount every month; a missed month is made up in the next (IB 1108-1123)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kernel.money import format_amount
from services.savings.domain.interest import statement_of
from services.savings.domain.interest_rules import EARLY_INSTALMENTS, INSTALMENTS, OVERDUE
from services.savings.domain.life.deposit import Deposit, Life, Movement, Question
from services.savings.domain.life.refusals import INSTALMENT_AMOUNT, INSTALMENT_DEFAULT, NO_SUCH_MOVEMENT, OPENING_TAKEN_BACK
from services.savings.domain.life.segments import by_daily_products, by_days, by_monthly_products, demand_rate, month_of

RULE = (
    "到期按月积数和开户日零存整取利率,提前按支取日活期利率,逾期部分按活期 · "
    "at maturity by monthly products at the instalment rate of the opening day; early at the demand rate; overdue part demand"
)


def instalment(question: Question) -> Life:
    """Raises `term.*`, `instalment.*`, `quote.*`, `parameter.*`."""
    deposit = question.deposit
    term = deposit.agreed_term
    check_schedule(deposit, term.months)
    matures_on = deposit.matures_on()
    total_minor = sum(movement.amount_minor for movement in deposit.movements)
    if deposit.closed_on < matures_on:
        demand = demand_rate(question, deposit.closed_on)
        early = by_daily_products(question, deposit.movements, deposit.closed_on, demand, EARLY_INSTALMENTS)
        return Life((statement_of((early,), deposit.currency),), total_minor, RULE)
    rate = question.parameters.rate_on(f"instalment.{term.code}", deposit.opened_on, deposit.currency)
    segments = [by_monthly_products(question, deposit.movements, deposit.opened_on, matures_on, term.months, rate, INSTALMENTS)]
    if deposit.closed_on > matures_on:
        demand = demand_rate(question, deposit.closed_on)
        segments.append(by_days(question, total_minor, matures_on, deposit.closed_on, demand, OVERDUE))
    return Life((statement_of(tuple(segments), deposit.currency),), total_minor, RULE)


def check_schedule(deposit: Deposit, months: int) -> None:
    """Raises `quote.movement_not_possible`, `instalment.amount`, `instalment.default`."""
    paid: list[Movement] = [deposit.movements[0]]
    for position, movement in enumerate(deposit.later, start=1):
        if movement.amount_minor <= 0:
            raise NO_SUCH_MOVEMENT(field=f"movements.{position}")
        check_instalment(paid, movement, months, deposit.currency, f"movements.{position}.amount")
        paid.append(movement)


def check_instalment(paid: Iterable[Movement], movement: Movement, months: int, currency: str, field: str = "amount") -> None:
    """Whether one more deposit fits: whole monthly amounts, no month in advance, at most one month behind.

    Raises `instalment.amount`, `instalment.default`, `account.opening_taken_back`.
    """
    earlier = list(paid)
    if not earlier:
        raise OPENING_TAKEN_BACK(field=field)
    opened_on, monthly_minor = earlier[0].on, earlier[0].amount_minor
    behind = arrears(earlier, opened_on, movement.on)
    most_minor = min(behind + 1, months - len_paid(earlier)) * monthly_minor
    if behind > 1:
        raise INSTALMENT_DEFAULT(field=field)
    if movement.amount_minor % monthly_minor or movement.amount_minor > most_minor or month_of(opened_on, movement.on) >= months:
        raise INSTALMENT_AMOUNT(
            field=field, amount=format_amount(monthly_minor, currency), most=format_amount(max(most_minor, 0), currency)
        )


def len_paid(paid: list[Movement]) -> int:
    """How many monthly amounts have been paid."""
    return sum(movement.amount_minor for movement in paid) // paid[0].amount_minor


def arrears(paid: list[Movement], opened_on: date, day: date) -> int:
    """How many months before the month of `day` have not been paid; more than one is a default."""
    return month_of(opened_on, day) - len_paid(paid)
