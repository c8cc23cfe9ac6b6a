"""What a product asks of the customer and the amount it opens with."""

from __future__ import annotations

from datetime import date

from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from kernel.numbers import is_personal
from services.savings.domain.errors import BELOW_OPENING_MINIMUM
from services.savings.domain.parameters import SavingsParameters
from services.savings.domain.products import Owner, Product

WRONG_OWNER = ErrorType(
    "product.wrong_owner", Kind.INVALID, "{product_zh} 不能为该类客户开立", "{product_en} cannot be opened for this kind of customer"
)


def check_owner(product: Product, customer_number: str, field: str = "customer_number") -> None:
    """Personal products are for personal customers, corporate for corporate. Raises `product.wrong_owner`."""
    owner = Owner.PERSONAL if is_personal(customer_number) else Owner.CORPORATE
    if product.owner is not owner:
        raise WRONG_OWNER(field=field, product_zh=product.name.zh, product_en=product.name.en)


def check_opening_amount(
    product: Product, currency: str, amount_minor: int, opened_on: date, parameters: SavingsParameters, field: str = "amount"
) -> None:
    """起存金额. Raises `product.currency_not_offered`, `product.below_opening_minimum`, `currency.unknown`."""
    minimum_minor = parameters.opening_minimum_minor(product.limits.parameter, currency, opened_on)
    if amount_minor < minimum_minor:
        raise BELOW_OPENING_MINIMUM(field=field, minimum=format_amount(minimum_minor, currency))
