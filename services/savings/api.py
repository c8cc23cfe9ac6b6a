"""What other services ask about deposit accounts."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request

from contracts.savings import AccountView
from runtime.auth import service_only
from runtime.service import resources_of
from services.savings.accounts import read

router = APIRouter(prefix="/internal/accounts", dependencies=[Depends(service_only)], include_in_schema=False)


@router.get("/{number}")
async def account(number: str, request: Request) -> AccountView:
    """The deposit account of a number. Raises `account.unknown`."""
    async with resources_of(request).database.reading() as connection:
        found = await read(connection, number)
    return AccountView(
        account=found.number,
        customer_number=found.customer_number,
        outlet=found.outlet,
        currency=found.currency,
        business_code=found.product.business_code,
        status=found.status.value,
        name=found.name,
    )
