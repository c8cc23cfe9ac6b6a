"""What other services ask about customers."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select

from contracts.customer import CustomerView, InstrumentView
from runtime.auth import service_only
from runtime.service import resources_of
from services.customer.domain.errors import CUSTOMER_UNKNOWN
from services.customer.tables import CUSTOMER, INSTRUMENT

router = APIRouter(prefix="/internal/customers", dependencies=[Depends(service_only)], include_in_schema=False)


@router.get("/{number}")
async def customer(number: str, request: Request) -> CustomerView:
    """The customer of a number. Raises `customer.unknown`.

    An instrument that a running transaction ends is left out: whoever opens an account on it must not see it any more
    (`contracts.savings.SavingsClient.hanging` is the other half).
    """
    if not number.isdecimal():
        raise CUSTOMER_UNKNOWN(field="customer_number", customer_number=number)
    columns = (CUSTOMER.c[name] for name in CustomerView.model_fields.keys() - {"instruments"})
    held = (INSTRUMENT.c[name] for name in InstrumentView.model_fields)
    mine = (INSTRUMENT.c.customer_number == number) & (INSTRUMENT.c.state == "active")
    async with resources_of(request).database.transaction() as connection:
        row = (await connection.execute(select(*columns).where(CUSTOMER.c.customer_number == number))).mappings().first()
        if row is None:
            raise CUSTOMER_UNKNOWN(field="customer_number", customer_number=number)
        free = select(*held).where(mine).order_by(INSTRUMENT.c.kind).with_for_update(read=True, skip_locked=True)
        instruments = [InstrumentView.model_validate(dict(each)) for each in (await connection.execute(free)).mappings()]
    return CustomerView.model_validate(dict(row) | {"instruments": instruments})
