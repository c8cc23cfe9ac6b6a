"""What other services ask about customers."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select

from contracts.customer import CustomerView
from runtime.auth import service_only
from runtime.service import resources_of
from services.customer.domain.errors import CUSTOMER_UNKNOWN
from services.customer.tables import CUSTOMER

router = APIRouter(prefix="/internal/customers", dependencies=[Depends(service_only)], include_in_schema=False)


@router.get("/{number}")
async def customer(number: str, request: Request) -> CustomerView:
    """The customer of a number. Raises `customer.unknown`."""
    if not number.isdecimal():
        raise CUSTOMER_UNKNOWN(field="customer_number", customer_number=number)
    columns = (CUSTOMER.c[name] for name in CustomerView.model_fields)
    async with resources_of(request).database.reading() as connection:
        row = (await connection.execute(select(*columns).where(CUSTOMER.c.customer_number == number))).mappings().first()
    if row is None:
        raise CUSTOMER_UNKNOWN(field="customer_number", customer_number=number)
    return CustomerView.model_validate(dict(row))
