"""The rights in a service: how the counter sets them, and what the service declares by itself."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request

from banking.business_day import frame_of
from banking.rights import replace_rules, version_held
from contracts.rights import DeclaredRight, Rights, RightsHeld
from runtime.auth import service_only
from runtime.service import resources_of

router = APIRouter(prefix="/internal/rights", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("")
async def set_rights(body: Rights, request: Request) -> dict[str, int]:
    """Go by these rules; repeating it, or sending older ones late, changes nothing. The answer is the version in force."""
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        await replace_rules(connection, frame_of(resources), body)
        return {"version": await version_held(connection, frame_of(resources))}


@router.get("")
async def held(request: Request) -> RightsHeld:
    """What the service's transactions declare, and the version of the rights it goes by."""
    resources = resources_of(request)
    declared = [
        DeclaredRight(
            code=each.code,
            name=each.name.as_dict(),
            operators=each.operators,
            levels=each.levels,
            outlets=each.outlets,
            dual=each.dual,
            cash=each.cash,
        )
        for each in request.app.state.service.transactions
    ]
    async with resources.database.reading() as connection:
        return RightsHeld(service=resources.name, version=await version_held(connection, frame_of(resources)), transactions=declared)
