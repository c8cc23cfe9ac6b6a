"""The customer behind a new account."""

from __future__ import annotations

from banking.work import Work
from contracts.customer import CustomerClient, CustomerView
from kernel.numbers import check_customer_number
from services.savings.domain.errors import CUSTOMER_NOT_NORMAL
from services.savings.domain.limits import check_owner
from services.savings.domain.products import Product

ACTIVE = "active"


async def customer_for(work: Work, product: Product, customer_number: str) -> CustomerView:
    """The customer who may open an account of the product.

    Raises `customer.number.*`, `product.wrong_owner`, `customer.unknown`, `customer.not_normal`.
    """
    check_customer_number(customer_number)
    check_owner(product, customer_number)
    customer = await CustomerClient(work.resources.transport).customer(customer_number)
    if customer.status != ACTIVE:
        raise CUSTOMER_NOT_NORMAL(field="customer_number")
    return customer
