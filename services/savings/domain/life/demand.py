"""活期: products of the balance, settled on the days of the settlement calendar and booked on the next (domain.md section 3)."""

from __future__ import annotations

from datetime import date

from kernel.calendar import ONE_DAY, days_from
from kernel.interest import Accumulation, change_balance
from services.savings.domain.accumulated import begin_accumulation
from services.savings.domain.deposit_agreements import Excess, excess_of
from services.savings.domain.interest import InterestStatement, settle_at_closing, settle_period
from services.savings.domain.life.deposit import Deposit, Life, Movement, Question
from services.savings.domain.life.refusals import OVERDRAWN
from services.savings.domain.products import AccumulatedInterest, Product

RULE = "积数计息,按结息日或销户日挂牌活期利率 · by accumulated products, at the demand rate of the settlement or closing day"


def demand(question: Question) -> Life:
    """Interest of a current account through every settlement day to the closing. Raises `quote.overdrawn`, `parameter.*`."""
    deposit, parameters = question.deposit, question.parameters
    product = deposit.product
    state = begin_accumulation(product, deposit.currency, deposit.opened_on, parameters)
    statements: list[InterestStatement] = []
    waiting, capitalised_minor = list(deposit.movements), 0
    changes = [(movement.on, movement.amount_minor) for movement in deposit.movements]
    for settled_on in _settlement_days(question, product):
        state = _with_movements(state, waiting, settled_on)
        excess = _excess(deposit, changes, state, settled_on + ONE_DAY)
        statement, state = settle_period(state, product, deposit.currency, settled_on, parameters, excess=excess)
        statements.append(statement)
        capitalised_minor += statement.net_minor
        if statement.net_minor:
            changes.append((settled_on + ONE_DAY, statement.net_minor))
            state = change_balance(state, statement.net_minor, settled_on + ONE_DAY)
    state = _with_movements(state, waiting, deposit.closed_on)
    excess = _excess(deposit, changes, state, deposit.closed_on)
    statement, state = settle_at_closing(state, product, deposit.currency, deposit.closed_on, parameters, excess=excess)
    return Life((*statements, statement), state.balance_minor, RULE, capitalised_minor)


def _excess(deposit: Deposit, changes: list[tuple[date, int]], state: Accumulation, end: date) -> tuple[Excess, ...]:
    """What lay above the agreed base since the period began, of the changes the state has taken in."""
    taken = [(day, amount_minor) for day, amount_minor in changes if day <= end]
    balance_minor = sum(amount_minor for _, amount_minor in taken)
    return excess_of(deposit.agreements, taken, balance_minor, state.since, end, state.unit_minor)


def _settlement_days(question: Question, product: Product) -> list[date]:
    """The last days of periods that end in the deposit's life; none where no interest is borne."""
    if not isinstance(product.interest, AccumulatedInterest):
        return []
    name, parameters = product.interest.convention, question.parameters
    days = days_from(question.deposit.opened_on, question.deposit.closed_on)
    return [day for day in days if day in parameters.convention_on(name, day).settlement]


def _with_movements(state: Accumulation, waiting: list[Movement], until: date) -> Accumulation:
    """The state with the movements up to and including a day, which leave `waiting`."""
    while waiting and waiting[0].on <= until:
        movement = waiting.pop(0)
        state = change_balance(state, movement.amount_minor, movement.on)
        if state.balance_minor < 0:
            raise OVERDRAWN(field="movements")
    return state
