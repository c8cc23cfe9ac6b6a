"""Which rule answers for which product."""

from __future__ import annotations

from collections.abc import Callable

from services.savings.domain.life.demand import demand
from services.savings.domain.life.deposit import Deposit, Life, Question
from services.savings.domain.life.education import education
from services.savings.domain.life.instalment import instalment
from services.savings.domain.life.interest_drawing import interest_drawing
from services.savings.domain.life.notice import notice
from services.savings.domain.life.optional import optional
from services.savings.domain.life.time import time
from services.savings.domain.parameters import SavingsParameters
from services.savings.domain.products import LifeInterest

LIVES: dict[str, Callable[[Question], Life]] = {
    "time": time,
    "optional": optional,
    "instalment": instalment,
    "interest_drawing": interest_drawing,
    "notice": notice,
    "education": education,
}
"""The rules that `LifeInterest` names."""


def life_of(deposit: Deposit, parameters: SavingsParameters) -> Life:
    """What a deposit earns from its opening to its closing, by the rule of its product. Raises the refusals of the rule."""
    interest = deposit.product.interest
    rule = LIVES[interest.rule] if isinstance(interest, LifeInterest) else demand
    return rule(Question(deposit, parameters))
