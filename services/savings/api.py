"""What other services ask about deposit accounts."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import select

from banking.business_day import business_date_of
from contracts.customer import CustomerClient
from contracts.savings import AccountView, HangingAccount, Undoable, Undoing
from runtime.auth import service_only
from runtime.service import resources_of
from services.savings.accounts import account_of, accounts_on, hold_instrument, read
from services.savings.queries.products import ACCUMULATING, products_on
from services.savings.tables import ACCOUNT, FRAME
from services.savings.transactions.customers import CUSTOMERS_OWN, check_has
from services.savings.undoing import undoable

router = APIRouter(prefix="/internal/accounts", dependencies=[Depends(service_only)], include_in_schema=False)


@router.get("")
async def hanging(customer_number: str, instrument: str, request: Request) -> dict[str, list[HangingAccount]]:
    """The accounts on a customer's card or book that are not closed; openings on it that are under way are waited for."""
    async with resources_of(request).database.transaction() as connection:
        await hold_instrument(connection, customer_number, shared=False)
        return {"accounts": await accounts_on(connection, customer_number, instrument)}


class Numbers(BaseModel):
    """Account numbers."""

    accounts: list[str]


@router.post("/products")
async def products_of(body: Numbers, request: Request) -> dict[str, dict[str, int]]:
    """The products accounts have gathered before the business date, in minor units x days; others than accumulating ones are left out."""
    async with resources_of(request).database.reading() as connection:
        day = await business_date_of(connection, FRAME)
        bearing = (ACCOUNT.c.product.in_(ACCUMULATING), ACCOUNT.c.interest_bearing)
        wanted = select(ACCOUNT).where(ACCOUNT.c.account.in_(body.accounts), *bearing)
        return {"products": {row.account: products_on(account_of(row), day) for row in await connection.execute(wanted)}}


@router.post("/views")
async def views(body: Numbers, request: Request) -> dict[str, list[AccountView]]:
    """The deposit accounts of many numbers; unknown ones are left out."""
    wanted = select(*(ACCOUNT.c[name] for name in AccountView.model_fields)).where(ACCOUNT.c.account.in_(body.accounts))
    async with resources_of(request).database.reading() as connection:
        return {"accounts": [AccountView.model_validate(row) for row in (await connection.execute(wanted)).mappings()]}


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
        cross_outlet=found.cross_outlet,
        closed_on=found.closed_on,
    )


@router.get("/{number}/undoable")
async def undoable_of(number: str, undoing: Undoing, request: Request) -> Undoable:
    """The transaction that opened or closed an account, if it may be undone. Raises `account.*`, and `customer.no_instrument` where the
    card or book it hung on is gone."""
    resources = resources_of(request)
    async with resources.database.reading() as connection:
        found = await read(connection, number)
        made = await undoable(connection, found, undoing)
    if undoing == "closing" and found.instrument in CUSTOMERS_OWN:
        check_has(await CustomerClient(resources.transport).customer(found.customer_number), found.instrument)
    return made
