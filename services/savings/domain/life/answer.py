"""Which rule answers for which product, and the minimum each opens with."""

from __future__ import annotations

from collections.abc import Callable

from kernel.money import format_amount
from services.savings.domain.errors import BELOW_OPENING_MINIMUM, PRODUCT_UNKNOWN
from services.savings.domain.life.demand import demand
from services.savings.domain.life.deposit import Deposit, Life, Question
from services.savings.domain.life.education import education
from services.savings.domain.life.instalment import instalment
from services.savings.domain.life.interest_drawing import interest_drawing
from services.savings.domain.life.notice import notice
from services.savings.domain.life.optional import optional
from services.savings.domain.life.time import time
from services.savings.domain.parameters import SavingsParameters

LIVES: dict[str, Callable[[Question], Life]] = {
    "demand": demand,
    "time": time,
    "optional": optional,
    "instalment": instalment,
    "interest_drawing": interest_drawing,
    "notice": notice,
    "education": education,
}
FOR_CORPORATE = frozenset({"demand", "time", "notice"})
"""What corporate customers are offered (IB 1816-1885)."""


def life_of(product: str, deposit: Deposit, parameters: SavingsParameters) -> Life:
    """What a deposit of a product earns from its opening to its closing.

    Raises `product.*`, and the refusals of the product.
    """
    if product not in LIVES or (deposit.corporate and product not in FOR_CORPORATE):
        raise PRODUCT_UNKNOWN(field="product", product=product)
    name = limits_of(product, deposit.corporate)
    minimum_minor = parameters.opening_minimum_minor(name, deposit.currency, deposit.opened_on)
    if deposit.opening_minor < minimum_minor:
        raise BELOW_OPENING_MINIMUM(field="movements.0.amount", minimum=format_amount(minimum_minor, deposit.currency))
    return LIVES[product](Question(deposit, parameters))


def limits_of(product: str, corporate: bool) -> str:
    """The name under which a product's limits stand in the parameters."""
    if not corporate:
        return product
    return "corporate_current" if product == "demand" else f"corporate_{product}"
